//! What is checked out: read from `.git`, without running git on a repository of others.

use std::fs::File;
use std::io::Read as _;
use std::path::{Component, Path, PathBuf};

use super::runner::is_commit;

/// Largest `packed-refs` that is read, in bytes.
const MAX_PACKED: u64 = 64 << 20;
/// A ref and a commit never need more.
const MAX_REF: u64 = 4096;

/// Where the scanned folder lies.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checkout {
    /// The repository's top folder, or the workspace where there is no `.git`.
    pub top: PathBuf,
    /// The scanned folder.
    pub root: PathBuf,
    /// The folder with `HEAD`, where there is one.
    git: Option<PathBuf>,
}

impl Checkout {
    /// Looks for the repository around `root`, which lies in `workspace`.
    pub fn around(workspace: &Path, root: &Path) -> Self {
        let workspace = plain(workspace);
        let root = plain(&workspace.join(root));
        let top = top_of(&root);
        Self {
            git: top.as_ref().map(|top| top.join(".git")),
            top: top.unwrap_or(workspace),
            root,
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

    /// The path of a file in the repository's tree, `/`-separated, or none where it lies elsewhere:
    /// outside, or in another checkout. As written: links are not followed, because what a link
    /// leads to is the checkout's choice.
    pub fn tree_path(&self, path: &Path) -> Option<String> {
        let path = plain(path);
        let same = top_of(path.parent()?).is_none_or(|top| top == self.top);
        let below = path.strip_prefix(&self.top).ok().filter(|_| same)?;
        let below = below.to_str().filter(|below| !below.is_empty())?;
        Some(below.to_owned())
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

/// The nearest folder at or above `folder` with a `.git` folder. A `.git` file (a submodule's) is
/// not one: which commit of a submodule is checked out is the repository's choice.
fn top_of(folder: &Path) -> Option<PathBuf> {
    folder
        .ancestors()
        .find(|folder| folder.join(".git").is_dir())
        .map(Path::to_owned)
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
mod tests {
    use std::fs;

    use super::*;

    fn repository() -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir_all(folder.path().join(".git/refs/heads")).unwrap();
        fs::create_dir_all(folder.path().join("sub/npx")).unwrap();
        folder
    }

    #[test]
    fn the_head_is_found_detached_on_a_branch_and_packed() {
        let folder = repository();
        let git = folder.path().join(".git");
        let checkout = Checkout::around(folder.path(), Path::new("."));
        let (one, two) = ("1".repeat(40), "2".repeat(40));
        fs::write(git.join("HEAD"), format!("{one}\n")).unwrap();
        assert_eq!(checkout.head(), Ok(one.clone()));
        fs::write(git.join("HEAD"), "ref: refs/heads/main\n").unwrap();
        assert!(checkout.head().is_err());
        fs::write(
            git.join("packed-refs"),
            format!("# pack-refs\n{two} refs/heads/main\n{one} refs/heads/other\n"),
        )
        .unwrap();
        assert_eq!(checkout.head(), Ok(two));
        fs::write(git.join("refs/heads/main"), format!("{one}\n")).unwrap();
        assert_eq!(checkout.head(), Ok(one));
    }

    #[test]
    fn what_names_no_commit_is_not_known() {
        let folder = repository();
        let checkout = Checkout::around(folder.path(), Path::new("."));
        assert!(checkout.head().is_err());
        for head in ["", "main", "ref: ../../etc/passwd", "ref: refs/../../x"] {
            fs::write(folder.path().join(".git/HEAD"), head).unwrap();
            assert!(checkout.head().is_err(), "{head}");
        }
        let none = tempfile::tempdir().unwrap();
        let checkout = Checkout::around(none.path(), Path::new("."));
        assert!(
            checkout
                .head()
                .unwrap_err()
                .contains("check the repository out")
        );
    }

    #[test]
    fn paths_are_those_of_the_tree() {
        let folder = repository();
        fs::create_dir_all(folder.path().join("base/.git")).unwrap();
        let checkout = Checkout::around(folder.path(), Path::new("sub"));
        assert_eq!(checkout.prefix(), "sub/");
        let of = |path: &str| checkout.tree_path(&folder.path().join(path));
        assert_eq!(of("sub/x.toml").as_deref(), Some("sub/x.toml"));
        assert_eq!(of("sub/../x.toml").as_deref(), Some("x.toml"));
        assert_eq!(of("gone/x.toml").as_deref(), Some("gone/x.toml"));
        assert_eq!(of("base/x.toml"), None);
        assert_eq!(of("../x.toml"), None);
        let whole = Checkout::around(folder.path(), Path::new("."));
        assert_eq!(whole.prefix(), "");
    }
}
