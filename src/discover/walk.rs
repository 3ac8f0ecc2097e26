//! Walking the tree below a root without leaving it.

use std::fs::DirEntry;
use std::path::{Path, PathBuf};

use super::{DiscoverError, Found, MAX_FILES, Patterns};

/// Most entries that are looked at: with symbolic links inside the root, a small tree can be walked
/// many times over.
const MAX_ENTRIES: usize = 1_000_000;

/// Most bytes of specs, all together: ten thousand specs of dockyard's size.
const MAX_BYTES: usize = 64 << 20;

/// A folder to be read.
struct Folder {
    /// Where it is, without symbolic links.
    canonical: PathBuf,
    /// Path from the root, `/`-separated, empty for the root.
    path: String,
    /// Every part of the path is UTF-8.
    utf8: bool,
    depth: usize,
    /// The folders that it was reached through, by their canonical paths.
    ancestors: Vec<PathBuf>,
}

/// Everything below `canonical` that matches, and everything that might hide a match.
pub(super) fn walk(
    root: &Path,
    canonical: &Path,
    patterns: &Patterns,
    read: fn(&Path) -> Result<Vec<u8>, String>,
) -> Result<Vec<Found>, DiscoverError> {
    let mut walk = Walk {
        read,
        root: canonical,
        patterns,
        found: Vec::new(),
        bytes: 0,
        open: vec![Folder {
            canonical: canonical.to_owned(),
            path: String::new(),
            utf8: true,
            depth: 0,
            ancestors: Vec::new(),
        }],
    };
    let too_many = |what, limit| DiscoverError::TooMany {
        root: root.to_owned(),
        what,
        limit,
    };
    let mut entries = 0_usize;
    while let Some(folder) = walk.open.pop() {
        let listing = match folder.canonical.read_dir() {
            Ok(listing) => listing,
            Err(reason) if folder.depth == 0 => {
                return Err(DiscoverError::Root {
                    root: root.to_owned(),
                    reason,
                });
            }
            Err(error) => {
                walk.problem(&folder.path, format!("the folder cannot be read: {error}"));
                continue;
            }
        };
        for entry in listing {
            entries += 1;
            if entries > MAX_ENTRIES {
                return Err(too_many("files and folders", MAX_ENTRIES));
            }
            match entry {
                Ok(entry) => walk.visit(&folder, &entry),
                Err(error) => {
                    walk.problem(&folder.path, format!("the folder cannot be read: {error}"));
                    break;
                }
            }
            if walk.found.len() > MAX_FILES {
                return Err(too_many("specs", MAX_FILES));
            }
            if walk.bytes > MAX_BYTES {
                return Err(too_many("bytes of specs", MAX_BYTES));
            }
        }
    }
    Ok(walk.found)
}

struct Walk<'a> {
    read: fn(&Path) -> Result<Vec<u8>, String>,
    root: &'a Path,
    patterns: &'a Patterns,
    found: Vec<Found>,
    /// Bytes of all specs found so far.
    bytes: usize,
    open: Vec<Folder>,
}

impl Walk<'_> {
    fn problem(&mut self, path: &str, reason: String) {
        self.found.push(Found {
            path: path.to_owned(),
            content: Err(reason),
        });
    }

    fn visit(&mut self, folder: &Folder, entry: &DirEntry) {
        let name = entry.file_name();
        let utf8 = folder.utf8 && name.to_str().is_some();
        let name = name.to_string_lossy();
        let path = if folder.path.is_empty() {
            name.clone().into_owned()
        } else {
            format!("{}/{name}", folder.path)
        };
        let depth = folder.depth + 1;
        let matches = self.patterns.matches(&path);
        let may_hold = self.patterns.may_hold(depth) && !self.patterns.skips(&name, depth);
        if !matches && !may_hold {
            return;
        }
        let target = match self.resolve(entry) {
            Ok(target) => target,
            // A file that is no spec leads to none, wherever it lies, nor does a dangling link.
            Err(_) if !matches && !entry.path().is_dir() => return,
            Err(reason) => return self.problem(&path, reason),
        };
        if target.is_dir() {
            if may_hold {
                self.enter(folder, target, path, utf8, depth);
            } else {
                self.problem(&path, "it is a folder".to_owned());
            }
        } else if matches {
            let content = if utf8 {
                (self.read)(&target)
            } else {
                Err("its path is not UTF-8".to_owned())
            };
            self.bytes += content.as_ref().map_or(0, Vec::len);
            self.found.push(Found { path, content });
        }
    }

    /// Where an entry is, which is inside the root, or why it cannot be followed.
    fn resolve(&self, entry: &DirEntry) -> Result<PathBuf, String> {
        let kind = entry.file_type().map_err(|error| error.to_string())?;
        if !kind.is_symlink() {
            // The folder it is in is canonical, so this is.
            return Ok(entry.path());
        }
        let target = entry
            .path()
            .canonicalize()
            .map_err(|error| format!("it is a symbolic link that cannot be followed: {error}"))?;
        if target.starts_with(self.root) {
            Ok(target)
        } else {
            Err("it is a symbolic link that leaves the scanned folder".to_owned())
        }
    }

    fn enter(&mut self, folder: &Folder, target: PathBuf, path: String, utf8: bool, depth: usize) {
        let mut ancestors = folder.ancestors.clone();
        ancestors.push(folder.canonical.clone());
        // A loop is left after one turn, and only where nothing else ends the walk: all it could
        // add are the same files under longer names.
        if self.patterns.depth.is_none() && ancestors.contains(&target) {
            return;
        }
        self.open.push(Folder {
            canonical: target,
            path,
            utf8,
            depth,
            ancestors,
        });
    }
}
