//! What a pull request touches, and for `changed-only` the specs among it.
//!
//! Whatever is not certain leads to all specs: a list that could not be had or is not whole, a
//! pull request that has moved on, a changed configuration, a spec behind a symbolic link.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use serde::Deserialize;

use crate::action::api::client::Client;
use crate::action::event::PullRequest;
use crate::discover::Found;

/// GitHub lists no more than 3,000 files.
const PAGES: usize = 30;
/// Files of one page.
const PER_PAGE: usize = 100;

#[derive(Deserialize)]
struct FileWire {
    filename: String,
    status: String,
    previous_filename: Option<String>,
    /// The file's part of the diff; GitHub leaves large ones out.
    patch: Option<String>,
}

#[derive(Deserialize)]
struct PullWire {
    head: HeadWire,
    base: BaseWire,
    changed_files: usize,
}

#[derive(Deserialize)]
struct BaseWire {
    #[serde(rename = "ref")]
    branch: String,
}

#[derive(Deserialize)]
struct HeadWire {
    sha: String,
}

/// What a pull request touches; paths are relative to the repository.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Touched {
    /// Every path; both names of a renamed file.
    pub paths: BTreeSet<String>,
    /// Those among them at which there was nothing before.
    pub added: BTreeSet<String>,
    /// Those among them at which the pull request leaves a file.
    pub left: BTreeSet<String>,
}

/// Why there is no list that can be relied upon.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unlisted {
    /// For people.
    pub reason: String,
    /// The branch that the pull request is to be merged into now, where that is another one than this
    /// run is about.
    pub other_base: Option<String>,
}

impl From<String> for Unlisted {
    fn from(reason: String) -> Self {
        Self {
            reason,
            other_base: None,
        }
    }
}

/// What the pull request touches.
///
/// # Errors
/// [`Unlisted`].
pub async fn touched(client: &Client, request: &PullRequest) -> Result<Touched, Unlisted> {
    let path = format!("pulls/{}/files", request.number);
    let (mut added, mut others, mut files) = (BTreeSet::new(), BTreeSet::new(), 0);
    let mut left = BTreeSet::new();
    for page in 1..=PAGES {
        let listed = listed(client, &path, page).await?;
        let last = listed.len() < PER_PAGE;
        files += listed.len();
        for file in listed {
            if file.status != "removed" {
                left.insert(file.filename.clone());
            }
            let of = match file.status.as_str() {
                "added" => &mut added,
                _ => &mut others,
            };
            of.insert(file.filename);
            others.extend(file.previous_filename);
        }
        if last {
            complete(client, request, files).await?;
            // What is also the old name of another file was there.
            added.retain(|path| !others.contains(path));
            let paths = others.union(&added).cloned().collect();
            return Ok(Touched { paths, added, left });
        }
    }
    // Nobody gets around the other base by touching more than is listed.
    if let Err(unlisted) = complete(client, request, files).await
        && unlisted.other_base.is_some()
    {
        return Err(unlisted);
    }
    Err(too_many().into())
}

/// The pull request's diff of each file that it leaves, by its path; none where GitHub shows none.
///
/// # Errors
/// Why it cannot be had or relied upon, for people.
pub async fn patches(
    client: &Client,
    request: &PullRequest,
) -> Result<BTreeMap<String, Option<String>>, String> {
    let path = format!("pulls/{}/files", request.number);
    let (mut patches, mut files) = (BTreeMap::new(), 0);
    for page in 1..=PAGES {
        let listed = listed(client, &path, page)
            .await
            .map_err(|unlisted| unlisted.reason)?;
        let last = listed.len() < PER_PAGE;
        files += listed.len();
        let left = listed.into_iter().filter(|file| file.status != "removed");
        patches.extend(left.map(|file| (file.filename, file.patch)));
        if last {
            let complete = complete(client, request, files).await;
            complete.map_err(|unlisted| unlisted.reason)?;
            return Ok(patches);
        }
    }
    Err(too_many())
}

/// One page of the files.
async fn listed(client: &Client, path: &str, page: usize) -> Result<Vec<FileWire>, Unlisted> {
    let (page, size) = (page.to_string(), PER_PAGE.to_string());
    client
        .get(path, &[("per_page", &size), ("page", &page)])
        .await
        .map_err(|error| format!("the list of changed files could not be read: {error}").into())
}

fn too_many() -> String {
    let most = PAGES * PER_PAGE;
    format!("the pull request touches {most} files or more, and GitHub lists no more")
}

/// Whether the list is of the commit that is checked out, against the branch that this run is about, and
/// whole. The list is always that of the newest commit and of the present base, so that a push, or
/// another base, during the run could hide what this run is about.
async fn complete(client: &Client, request: &PullRequest, files: usize) -> Result<(), Unlisted> {
    let pull: PullWire = client
        .get(&format!("pulls/{}", request.number), &[])
        .await
        .map_err(|error| format!("the pull request could not be read: {error}"))?;
    if request.base_ref.as_ref() != Some(&pull.base.branch) {
        return Err(Unlisted {
            reason: "the pull request is to be merged into another branch than this run is about"
                .to_owned(),
            other_base: Some(pull.base.branch),
        });
    }
    if pull.head.sha != request.head_sha {
        return Err("the pull request has newer commits than this run"
            .to_owned()
            .into());
    }
    if pull.changed_files != files {
        let all = pull.changed_files;
        return Err(format!("GitHub lists {files} of {all} changed files").into());
    }
    Ok(())
}

/// Keeps what `touched` may concern: each spec at or below a touched path, what could not be read,
/// and what is reached through a symbolic link, be it the root's. `top` is the repository's folder,
/// `prefix` the root's path in it.
pub fn select(
    found: Vec<Found>,
    touched: &BTreeSet<String>,
    top: &Path,
    prefix: &str,
) -> Vec<Found> {
    let canonical = top.canonicalize().ok();
    found
        .into_iter()
        .filter(|spec| {
            let path = format!("{prefix}{}", spec.path);
            let direct = is_direct(canonical.as_deref(), &path);
            let touched = touched.contains(&path) || is_below(&path, touched);
            spec.content.is_err() || !direct || touched
        })
        .collect()
}

/// The first spec of which `touched` cannot say how it was before: what is reached through a link,
/// and what lies below a path that is touched itself (a submodule, a link).
pub fn uncertain<'a>(
    found: &'a [Found],
    touched: &BTreeSet<String>,
    top: &Path,
    prefix: &str,
) -> Option<&'a str> {
    let canonical = top.canonicalize().ok();
    let uncertain = found.iter().find(|spec| {
        let path = format!("{prefix}{}", spec.path);
        !is_direct(canonical.as_deref(), &path) || is_below(&path, touched)
    });
    uncertain.map(|spec| spec.path.as_str())
}

/// Whether no link leads to `path`, relative to the real folder `top`.
fn is_direct(top: Option<&Path>, path: &str) -> bool {
    top.is_some_and(|top| {
        let path = top.join(path);
        path.canonicalize().is_ok_and(|target| target == path)
    })
}

/// Whether a folder above `path` (a submodule, a link) is touched.
pub fn is_below(path: &str, touched: &BTreeSet<String>) -> bool {
    let mut above = path.match_indices('/').filter_map(|(at, _)| path.get(..at));
    above.any(|part| touched.contains(part))
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn only_what_is_certainly_untouched_is_left_out() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path();
        for server in ["npx/a", "npx/b", "npx/sub", "deep/npx/a", "deep/npx/b"] {
            fs::create_dir_all(root.join(server)).unwrap();
            fs::write(root.join(server).join("spec.yaml"), "x").unwrap();
        }
        std::os::unix::fs::symlink("b", root.join("npx/link")).unwrap();
        let found = |path: &str, content: Result<Vec<u8>, String>| Found {
            path: path.to_owned(),
            content,
        };
        let all = vec![
            found("npx/a/spec.yaml", Ok(Vec::new())),
            found("npx/b/spec.yaml", Ok(Vec::new())),
            found("npx/link/spec.yaml", Ok(Vec::new())),
            found("npx/broken", Err("unreadable".to_owned())),
            found("npx/sub/spec.yaml", Ok(Vec::new())),
        ];
        let kept = |touched: &[&str], prefix: &str| {
            let touched = touched.iter().map(|path| (*path).to_owned()).collect();
            let kept = select(all.clone(), &touched, root, prefix);
            kept.into_iter().map(|spec| spec.path).collect::<Vec<_>>()
        };
        // A link and what cannot be read are always looked at.
        assert_eq!(kept(&[], ""), ["npx/link/spec.yaml", "npx/broken"]);
        assert_eq!(
            kept(&["npx/a/spec.yaml", "README.md"], ""),
            ["npx/a/spec.yaml", "npx/link/spec.yaml", "npx/broken"]
        );
        assert_eq!(
            kept(&["npx/sub"], ""),
            ["npx/link/spec.yaml", "npx/broken", "npx/sub/spec.yaml"]
        );
        let unsure = |touched: &[&str], found: &[Found]| {
            let touched = touched.iter().map(|path| (*path).to_owned()).collect();
            uncertain(found, &touched, root, "").map(ToOwned::to_owned)
        };
        let plain = [all[0].clone(), all[1].clone(), all[4].clone()];
        assert_eq!(unsure(&["npx/a/spec.yaml", "README.md"], &plain), None);
        let below = unsure(&["npx/sub"], &plain);
        assert_eq!(below.as_deref(), Some("npx/sub/spec.yaml"));
        assert_eq!(unsure(&[], &all).as_deref(), Some("npx/link/spec.yaml"));
        // Below the top: `deep/npx/link` and `deep/npx/sub` are not there, and so are not certain.
        let uncertain = ["npx/link/spec.yaml", "npx/broken", "npx/sub/spec.yaml"];
        assert_eq!(kept(&["npx/a/spec.yaml"], "deep/"), uncertain);
        assert_eq!(kept(&["deep/npx/a/spec.yaml"], "deep/").len(), 4);
        // A root that is a link: GitHub names the files by where they are.
        std::os::unix::fs::symlink("deep", root.join("ci")).unwrap();
        assert_eq!(kept(&["deep/npx/a/spec.yaml"], "ci/").len(), all.len());
    }
}
