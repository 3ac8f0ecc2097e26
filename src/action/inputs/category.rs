//! What keeps several runs on one commit apart: two that look at different specs must not overwrite
//! each other's comment and alerts.

use std::path::{Component, Path};

use sigstore_verify::crypto::sha256;

use crate::discover::DEFAULT_GLOB;

/// The category where none is given and all specs are looked at.
pub(super) const DEFAULT: &str = "dockyard-provenance";

/// Longest category, in characters: it becomes part of GitHub's analysis key.
const MAX_CATEGORY: usize = 100;

/// Longest root that is written out, in characters.
const MAX_ROOT: usize = 60;

/// Characters of a digest.
const DIGEST: usize = 16;

/// Whether a category may hold the character.
const fn is_plain(character: char) -> bool {
    character.is_ascii_alphanumeric() || matches!(character, '-' | '_' | '.' | '/' | ':')
}

/// A category as given. `--` would end the comment in HTML that marks the sticky comment.
pub(super) fn parse(text: &str) -> Result<String, String> {
    let category = text.trim_end_matches('/');
    let plain = category.chars().all(is_plain) && !category.contains("--");
    if category.is_empty() || !plain || category.len() > MAX_CATEGORY {
        return Err("write letters, digits and `-_./:`, no `--`, at most 100 of them".to_owned());
    }
    Ok(category.to_owned())
}

/// What is added to a category where `root` and `paths` are not the defaults; empty where they are.
/// Two different choices never have the same: a root is written out only where it has no colon.
pub(super) fn scope(root: &Path, paths: &[String]) -> String {
    let parts: Vec<String> = root
        .components()
        .filter_map(|part| match part {
            Component::Normal(part) => Some(part.to_string_lossy().into_owned()),
            Component::Prefix(_)
            | Component::RootDir
            | Component::CurDir
            | Component::ParentDir => None,
        })
        .collect();
    let root = (!parts.is_empty()).then(|| parts.join("/"));
    let mut patterns: Vec<&str> = paths.iter().map(String::as_str).collect();
    patterns.sort_unstable();
    patterns.dedup();
    let default = patterns.is_empty() || patterns == [DEFAULT_GLOB];
    let root = root.map(|root| {
        let plain = root.chars().all(|each| is_plain(each) && each != ':');
        if plain && !root.contains("--") && root.len() <= MAX_ROOT {
            format!("/{root}")
        } else {
            format!(":root-{}", digest(&[&root]))
        }
    });
    let paths = (!default).then(|| format!(":paths-{}", digest(&patterns)));
    [root, paths].into_iter().flatten().collect()
}

fn digest(parts: &[&str]) -> String {
    // No pattern or path of an input holds a line break.
    let mut digest = hex::encode(sha256(parts.join("\n").as_bytes()).as_bytes());
    digest.truncate(DIGEST);
    digest
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    fn of(root: &str, paths: &[&str]) -> String {
        let paths: Vec<String> = paths.iter().map(|path| (*path).to_owned()).collect();
        scope(Path::new(root), &paths)
    }

    #[test]
    fn the_defaults_add_nothing_and_other_words_for_the_same_are_the_same() {
        for root in [".", "./", ""] {
            assert_eq!(of(root, &[]), "");
            assert_eq!(of(root, &[DEFAULT_GLOB]), "");
        }
        assert_eq!(of("a/b", &[]), "/a/b");
        assert_eq!(of("./a/./b/", &[DEFAULT_GLOB, DEFAULT_GLOB]), "/a/b");
        assert_eq!(of(".", &["x", "y"]), of(".", &["y", "x", "y"]));
    }

    #[test]
    fn different_choices_differ() {
        let long = "x".repeat(200);
        let choices = [
            of(".", &[]),
            of("a", &[]),
            of("A", &[]),
            of("a/b", &[]),
            of("a b", &[]),
            of("a--b", &[]),
            of("a:b", &[]),
            of(&long, &[]),
            of(".", &["npx/*/spec.yaml"]),
            of(".", &["uvx/*/spec.yaml"]),
            of("a", &["uvx/*/spec.yaml"]),
            of(".", &["a", "b"]),
            of(of("a", &["uvx/*/spec.yaml"]).trim_start_matches('/'), &[]),
        ];
        let apart: BTreeSet<&String> = choices.iter().collect();
        assert_eq!(apart.len(), choices.len(), "{choices:#?}");
        for choice in &choices {
            assert!(
                choice.chars().all(is_plain) && !choice.contains("--"),
                "{choice}"
            );
            assert!(choice.len() < 130, "{choice}");
        }
    }
}
