//! What is checked out: read from `.git`, without running git on a repository of others.

use std::fs::File;
use std::io::Read as _;
use std::path::{Component, Path, PathBuf};

use crate::action::api::is_commit;

/// Largest `packed-refs` that is read, in bytes.
const MAX_PACKED: u64 = 64 << 20;
/// Largest configuration of git's that is read, in bytes.
const MAX_CONFIG: u64 = 1 << 20;
/// A ref and a commit never need more.
const MAX_REF: u64 = 4096;

/// Where the scanned folder lies.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checkout {
    /// The repository's top folder, or the workspace where there is no `.git`.
    pub top: PathBuf,
    /// The scanned folder.
    pub root: PathBuf,
    /// What the runner calls its workspace. Links above it are the runner's.
    workspace: PathBuf,
    /// The folder with `HEAD`, where there is one.
    git: Option<PathBuf>,
}

impl Checkout {
    /// Looks for the repository around `root`, which lies in `workspace`.
    pub fn around(workspace: &Path, root: &Path) -> Self {
        let workspace = plain(workspace);
        let root = plain(&workspace.join(root));
        let top = top_of(&workspace, &root);
        Self {
            git: top.as_ref().map(|top| top.join(".git")),
            top: top.unwrap_or_else(|| workspace.clone()),
            root,
            workspace,
        }
    }

    /// The scanned folder relative to the top: empty, or ending in `/`.
    pub fn prefix(&self) -> String {
        match self
            .root
            .strip_prefix(&self.top)
            .ok()
            .and_then(Path::to_str)
        {
            None | Some("") => String::new(),
            Some(below) => format!("{below}/"),
        }
    }

    /// The scanned folder in the repository's tree, where links lead: as [`Self::prefix`], or none
    /// where it lies elsewhere. GitHub names files by where they are.
    pub fn real_prefix(&self) -> Option<String> {
        let root = resolved(&self.root);
        let below = root.strip_prefix(resolved(&self.top)).ok()?.to_str()?;
        let separator = if below.is_empty() { "" } else { "/" };
        Some(format!("{below}{separator}"))
    }

    /// Whether it is not known where the scanned folder lies in the repository: there is no `.git` that
    /// shows the top, as where an archive was unpacked, and the folder lies below the workspace.
    pub fn is_unplaced(&self) -> bool {
        self.git.is_none() && self.root != self.top
    }

    /// Whether only a part of the commit's files is checked out (`git sparse-checkout`).
    pub fn is_sparse(&self) -> bool {
        let Some(git) = &self.git else { return false };
        let sparse = |name: &str| {
            read(&git.join(name), MAX_CONFIG).is_ok_and(|text| is_set(&text, "sparsecheckout"))
        };
        git.join("info/sparse-checkout").exists() && (sparse("config.worktree") || sparse("config"))
    }

    /// The path of a file in the repository's tree, `/`-separated, or none where it lies elsewhere:
    /// outside, or in another checkout. As written, not where links lead, because that is the
    /// checkout's choice: what is reached through a link never counts as another checkout's, and
    /// what another name of the workspace leads to is the checkout's.
    pub fn tree_path(&self, path: &Path) -> Option<String> {
        let (plain, real) = (plain(path), resolved(path));
        let (top, real_top) = (&self.top, resolved(&self.top));
        let other = |top: &Path, workspace: &Path, path: &Path| {
            let found = path.parent().and_then(|folder| top_of(workspace, folder));
            found.is_some_and(|found| found != top)
        };
        let below = if let Ok(below) = plain.strip_prefix(top) {
            let direct = real == real_top.join(below);
            if direct && other(top, &self.workspace, &plain) {
                return None;
            }
            below
        } else {
            let below = real.strip_prefix(&real_top).ok()?;
            if other(&real_top, &resolved(&self.workspace), &real) {
                return None;
            }
            below
        };
        let below = below.to_str().filter(|below| !below.is_empty())?;
        Some(below.to_owned())
    }

    /// Whether a folder of [`Checkout::tree_path`] is a link in what is checked out: git's trees have
    /// nothing below a link, so that there is no telling what is not there.
    pub fn is_behind_link(&self, path: &Path) -> bool {
        let path = plain(path);
        let below = path
            .parent()
            .and_then(|folder| Some((folder, folder.strip_prefix(&self.top).ok()?)));
        below.is_some_and(|(folder, below)| resolved(folder) != resolved(&self.top).join(below))
    }

    /// Whether `path` is the top, or lies in the repository's tree.
    pub fn is_within(&self, path: &Path) -> bool {
        resolved(path) == resolved(&self.top) || self.tree_path(path).is_some()
    }

    /// Whether `folder` lies in the repository's tree, or the tree in it.
    pub fn overlaps(&self, folder: &Path) -> bool {
        self.is_within(folder) || resolved(&self.top).starts_with(resolved(folder))
    }

    /// Whether `folder` lies in another checkout of the workspace.
    pub fn is_in_another(&self, folder: &Path) -> bool {
        let (folder, workspace) = (resolved(folder), resolved(&self.workspace));
        let own = resolved(&self.top);
        folder.starts_with(&workspace) && top_of(&workspace, &folder).is_some_and(|top| top != own)
    }

    /// Whether what lies in `folder` is this checkout's own content: by its name, and where links
    /// lead.
    pub fn holds(&self, folder: &Path) -> bool {
        let real = resolved(folder);
        top_of(&self.workspace, &plain(folder)).as_ref() == Some(&self.top)
            && top_of(&resolved(&self.workspace), &real) == Some(resolved(&self.top))
    }

    /// The commit that is checked out.
    ///
    /// # Errors
    /// Why it cannot be said, for people.
    pub fn head(&self) -> Result<String, String> {
        let git = self
            .git
            .as_ref()
            .ok_or("there is no `.git` folder: check the repository out first")?;
        if git.join("reftable").is_dir() {
            return Err(
                "the repository keeps its refs as a reftable, which this program does not read: \
                 check it out with `--ref-format=files` (`GIT_DEFAULT_REF_FORMAT: files` in the \
                 job's `env`)"
                    .to_owned(),
            );
        }
        let head = read(&git.join("HEAD"), MAX_REF)?;
        let head = head.trim();
        let Some(name) = head.strip_prefix("ref: ") else {
            return commit(head);
        };
        let tame = name.starts_with("refs/")
            && Path::new(name)
                .components()
                .all(|part| matches!(part, Component::Normal(_)));
        if !tame {
            return Err("`.git/HEAD` names no branch".to_owned());
        }
        if let Ok(loose) = read(&git.join(name), MAX_REF) {
            return commit(loose.trim());
        }
        let packed = read(&git.join("packed-refs"), MAX_PACKED)?;
        packed
            .lines()
            .filter_map(|line| line.split_once(' '))
            .find(|(_, known)| *known == name)
            .map_or_else(
                || Err("the branch of `.git/HEAD` has no commit".to_owned()),
                |(sha, _)| commit(sha),
            )
    }
}

fn commit(text: &str) -> Result<String, String> {
    if is_commit(text) {
        Ok(text.to_owned())
    } else {
        Err("`.git` names no commit".to_owned())
    }
}

/// Whether a configuration of git's has a line that turns on `key`, whatever its section.
fn is_set(config: &str, key: &str) -> bool {
    config.lines().any(|line| {
        let line = line.trim().to_ascii_lowercase();
        let value = line.strip_prefix(key).map(str::trim_start);
        let value = value.and_then(|rest| rest.strip_prefix('=')).map(str::trim);
        line == key || matches!(value, Some("true" | "yes" | "on" | "1"))
    })
}

/// The nearest folder at or above `folder` with a `.git` folder. A `.git` file (a submodule's) is
/// not one: which commit of a submodule is checked out is the repository's choice. Neither is a
/// folder that is reached through a link of the checkout around it: `ci -> .` would make `ci` look
/// like a checkout of its own. Links at or above the workspace are the runner's.
fn top_of(workspace: &Path, folder: &Path) -> Option<PathBuf> {
    let kind = |path: &Path| path.symlink_metadata().ok().map(|found| found.file_type());
    let mut outermost_first: Vec<&Path> = folder.ancestors().collect();
    outermost_first.reverse();
    let mut top = None;
    for folder in outermost_first {
        let link = kind(folder).is_some_and(|kind| kind.is_symlink());
        if link && top.is_some() && !workspace.starts_with(folder) {
            break;
        }
        if kind(&folder.join(".git")).is_some_and(|kind| kind.is_dir()) {
            top = Some(folder.to_owned());
        }
    }
    top
}

/// Where links lead, as far as there is anything; the rest as written.
fn resolved(path: &Path) -> PathBuf {
    let absolute = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
    let found = absolute.ancestors().find_map(|there| {
        let rest = absolute.strip_prefix(there).ok()?;
        Some(there.canonicalize().ok()?.join(rest))
    });
    plain(&found.unwrap_or(absolute))
}

/// Absolute, without `.` and `..`, by its words alone.
fn plain(path: &Path) -> PathBuf {
    let absolute = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
    let mut plain = PathBuf::new();
    for part in absolute.components() {
        match part {
            Component::ParentDir => {
                plain.pop();
            }
            Component::CurDir => {}
            Component::Prefix(_) | Component::RootDir | Component::Normal(_) => plain.push(part),
        }
    }
    plain
}

fn read(path: &Path, max: u64) -> Result<String, String> {
    let fail = |error: &std::io::Error| format!("cannot read {}: {error}", path.display());
    let mut text = String::new();
    File::open(path)
        .and_then(|file| file.take(max).read_to_string(&mut text))
        .map_err(|error| fail(&error))?;
    Ok(text)
}

#[cfg(test)]
mod tests;
