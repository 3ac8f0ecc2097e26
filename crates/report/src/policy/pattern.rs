//! Patterns of requirements: globs, and no regular expressions.

use std::fmt;

use globset::{GlobBuilder, GlobMatcher};

use super::package_name::{self, Origin, PackageName};

/// Longest pattern, in bytes.
const LONGEST: usize = 300;

/// A glob, and what it was written as. `*` stands for any text within one part between slashes,
/// `**` for any number of parts, as in GitHub's own patterns of branches and paths.
#[derive(Debug, Clone)]
pub struct Pattern {
    text: String,
    matcher: GlobMatcher,
}

impl Pattern {
    /// A pattern of spec files, relative to the root.
    ///
    /// # Errors
    /// Why it can match none, for people.
    pub fn of_path(text: &str) -> Result<Self, String> {
        let outside = |part: &str| matches!(part, "" | "." | "..");
        if text.split('/').any(outside) {
            return Err("write it relative to the root, without `.`, `..` or `//`".to_owned());
        }
        Self::compile(text, text, true, false)
    }

    /// A pattern of packages, such as `npm:@acme/*`: the ecosystem, and a pattern of normalised names in
    /// which `*` also stands for slashes. The wider it is the more a requirement covers, so that nobody
    /// is to miss `@scope/name` with `npm:*`.
    ///
    /// # Errors
    /// What is wrong with it, for people.
    pub fn of_package(text: &str) -> Result<Self, String> {
        let (origin, name) = package_name::split(text)?;
        if name.contains(['[', ']', '{', '}', '?', '\\']) {
            return Err("only `*` stands for other text in a package's name".to_owned());
        }
        let name = match origin {
            Origin::Pypi => package_name::pypi_normalised(name),
            Origin::Git => name.to_ascii_lowercase(),
            Origin::Npm | Origin::Go => name.to_owned(),
        };
        let glob = format!("{}:{name}", origin.as_str());
        Self::compile(text, &glob, false, false)
    }

    /// A pattern of publishers, such as `github.com/acme/*`, whatever the case.
    ///
    /// # Errors
    /// What is wrong with it, for people.
    pub fn of_publisher(text: &str) -> Result<Self, String> {
        if text.contains("://") {
            return Err("leave `https://` away, as in `github.com/acme/*`".to_owned());
        }
        let host = text.split('/').next().unwrap_or_default();
        if !text.contains('/') || !host.contains('.') || host.contains(['*', '?', '[', '{']) {
            return Err("start with the host, as in `github.com/acme/*`".to_owned());
        }
        Self::compile(text, text, true, true)
    }

    /// A pattern of workflow paths or git refs.
    ///
    /// # Errors
    /// What is wrong with it, for people.
    pub fn of_text(text: &str) -> Result<Self, String> {
        Self::compile(text, text, true, false)
    }

    fn compile(written: &str, glob: &str, by_parts: bool, any_case: bool) -> Result<Self, String> {
        if glob.len() > LONGEST {
            return Err(format!("a pattern has at most {LONGEST} bytes"));
        }
        let glob = GlobBuilder::new(glob)
            .literal_separator(by_parts)
            .case_insensitive(any_case)
            .build()
            .map_err(|error| format!("this is not a pattern: {}", error.kind()))?;
        Ok(Self {
            text: written.to_owned(),
            matcher: glob.compile_matcher(),
        })
    }

    /// Whether it matches all of `text`.
    pub fn matches(&self, text: &str) -> bool {
        self.matcher.is_match(text)
    }

    /// Whether it matches `package`.
    pub fn matches_package(&self, package: &PackageName) -> bool {
        self.matches(&package.to_string())
    }
}

/// As it was written.
impl fmt::Display for Pattern {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.text)
    }
}

impl PartialEq for Pattern {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text
    }
}

impl Eq for Pattern {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_star_stays_within_a_part_of_a_path() {
        let direct = Pattern::of_path("npx/*").unwrap();
        assert!(direct.matches("npx/a") && !direct.matches("npx/a/spec.yaml"));
        let below = Pattern::of_path("npx/**").unwrap();
        assert!(below.matches("npx/a/spec.yaml") && !below.matches("uvx/a/spec.yaml"));
        for wrong in ["", "/npx/**", "npx//a", "../**", "./npx/**", "npx/[a"] {
            assert!(Pattern::of_path(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn packages_are_matched_by_their_normalised_names() {
        let named = |text: &str| PackageName::parse(text).unwrap();
        let pypi = Pattern::of_package("pypi:AWSLabs.*").unwrap();
        for name in [
            "pypi:awslabs.core",
            "pypi:awslabs-core",
            "pypi:AwsLabs_Core",
        ] {
            assert!(pypi.matches_package(&named(name)), "{name}");
        }
        assert!(!pypi.matches_package(&named("pypi:awslabsx")));
        assert!(!pypi.matches_package(&named("npm:awslabs.core")));
        let npm = Pattern::of_package("npm:*").unwrap();
        assert!(npm.matches_package(&named("npm:a")) && npm.matches_package(&named("npm:@a/b")));
        let scope = Pattern::of_package("npm:@a/*").unwrap();
        assert!(scope.matches_package(&named("npm:@a/b")));
        assert!(!scope.matches_package(&named("npm:@ab/b")));
        let git = Pattern::of_package("git:github.com/Acme/*").unwrap();
        assert!(git.matches_package(&named("git:GitHub.com/acme/Skills")));
        assert!(!git.matches_package(&named("git:github.com/acme-evil/skills")));
        for wrong in [
            "git:acme/skills",
            "git:https://github.com/acme/skills",
            "git:github.com",
        ] {
            assert!(PackageName::parse(wrong).is_err(), "{wrong}");
        }
        for wrong in ["a", "npm:", "cargo:a", "npm:[ab]", ":a"] {
            assert!(Pattern::of_package(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_publisher_begins_with_its_host() {
        let pattern = Pattern::of_publisher("github.com/acme/*").unwrap();
        assert!(pattern.matches("github.com/Acme/widget"));
        for other in [
            "github.com/acme-evil/widget",
            "github.com/acme/widget/more",
            "evil.com/github.com/acme/widget",
            "github.com/acme",
        ] {
            assert!(!pattern.matches(other), "{other}");
        }
        for wrong in [
            "https://github.com/acme/*",
            "acme/*",
            "*/acme",
            "github.com",
            "**",
        ] {
            assert!(Pattern::of_publisher(wrong).is_err(), "{wrong}");
        }
    }
}
