//! Finding the spec files below a root.
//!
//! Nothing that looks like a spec is left out in silence: what cannot be read, and every symbolic
//! link that could lead to a spec and leaves the root, is found *with the reason*, so that it
//! reaches the report.

mod named;
mod read;
#[cfg(test)]
mod tests;
mod walk;

use std::path::{Path, PathBuf};

use globset::{GlobBuilder, GlobSet, GlobSetBuilder};

pub use named::named;
pub use read::read_bounded;

/// Where specs lie unless something else is asked for.
pub const DEFAULT_GLOB: &str = "*/*/spec.yaml";
/// Most specs that are taken.
const MAX_FILES: usize = 100_000;

/// A spec file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// Path relative to the root, `/`-separated; what is not UTF-8 in it is replaced.
    pub path: String,
    /// The bytes, at most [`dockyard_report::spec::MAX_SPEC_BYTES`], or why they could not be read.
    pub content: Result<Vec<u8>, String>,
}

/// Why nothing was found. The text is for people.
#[derive(Debug, thiserror::Error)]
pub enum DiscoverError {
    /// The root is no folder that can be read.
    #[error("cannot read the folder {}: {reason}; give the root of a repository", root.display())]
    Root {
        /// The root as given.
        root: PathBuf,
        /// What the system says.
        reason: std::io::Error,
    },
    /// The root is a file.
    #[error("{path} is a file, and `scan` takes the folder of a repository; for one spec use `verify-provenance -c {path}`", path = root.display())]
    NotAFolder {
        /// The root as given.
        root: PathBuf,
    },
    /// The one spec that was named is not there.
    #[error("cannot read the spec {}: {reason}; name a {{protocol}}/{{server}}/spec.yaml", path.display())]
    Named {
        /// The path as given.
        path: PathBuf,
        /// What the system says.
        reason: std::io::Error,
    },
    /// A glob is none, or not relative to the root.
    #[error("the spec glob `{glob}` cannot be used: {reason}")]
    Glob {
        /// The glob as given.
        glob: String,
        /// What is wrong with it.
        reason: String,
    },
    /// Nothing matches.
    #[error("no spec found: nothing matches {globs} below {}; give the root of a repository, or `--spec-glob`", root.display())]
    Nothing {
        /// The root as given.
        root: PathBuf,
        /// The globs, quoted.
        globs: String,
    },
    /// No lock file matches.
    #[error("no lock file found: nothing matches {globs} below {} (`locks`)", root.display())]
    NoLock {
        /// The root as given.
        root: PathBuf,
        /// The globs, quoted.
        globs: String,
    },
    /// The tree is too large to be looked through.
    #[error("{} holds more than {limit} {what}: give a narrower root or glob", root.display())]
    TooMany {
        /// The root as given.
        root: PathBuf,
        /// What there is too much of.
        what: &'static str,
        /// How many are taken.
        limit: usize,
    },
}

/// Whether [`discover`] can look at `root` at all.
///
/// # Errors
/// [`DiscoverError`] where it is not there, or is a file.
pub fn require_folder(root: &Path) -> Result<(), DiscoverError> {
    let root = root.to_owned();
    match root.metadata() {
        Ok(metadata) if metadata.is_dir() => Ok(()),
        Ok(_) => Err(DiscoverError::NotAFolder { root }),
        Err(reason) => Err(DiscoverError::Root { root, reason }),
    }
}

/// Whether [`named`] can look at `path` at all.
///
/// # Errors
/// [`DiscoverError::Named`] where there is nothing, or a folder.
pub fn require_named(path: &Path) -> Result<(), DiscoverError> {
    let reason = match path.metadata() {
        Ok(metadata) if metadata.is_dir() => std::io::ErrorKind::IsADirectory.into(),
        Ok(_) => return Ok(()),
        Err(reason) => reason,
    };
    let path = path.to_owned();
    Err(DiscoverError::Named { path, reason })
}

/// Every spec below `root` that matches one of `globs` (relative to the root, `*` within one
/// folder; [`DEFAULT_GLOB`] where there is none), in the order of their paths' bytes.
///
/// `.git` anywhere, and `target` and `node_modules` directly below the root, are left out unless a
/// glob names them. Symbolic links are followed inside the root and never out of it.
///
/// # Errors
/// [`DiscoverError`]. A single file that cannot be read is no error but a [`Found`] with the reason.
pub fn discover(root: &Path, globs: &[String]) -> Result<Vec<Found>, DiscoverError> {
    let default = [DEFAULT_GLOB.to_owned()];
    let globs = if globs.is_empty() { &default } else { globs };
    let patterns = Patterns::new(globs)?;
    let unusable = |reason| DiscoverError::Root {
        root: root.to_owned(),
        reason,
    };
    let canonical = root.canonicalize().map_err(unusable)?;
    let mut found = walk::walk(root, &canonical, &patterns, read_bounded)?;
    found.sort_unstable_by(|one, other| one.path.as_bytes().cmp(other.path.as_bytes()));
    if found.is_empty() {
        return Err(DiscoverError::Nothing {
            root: root.to_owned(),
            globs: format!("`{}`", globs.join("`, `")),
        });
    }
    Ok(found)
}

/// The files below `root` that match one of `globs`, as [`discover`] finds specs; their contents are not read.
///
/// # Errors
/// As [`discover`], but that nothing matches is none.
pub fn discover_paths(root: &Path, globs: &[String]) -> Result<Vec<Found>, DiscoverError> {
    let patterns = Patterns::new(globs)?;
    let unusable = |reason| DiscoverError::Root {
        root: root.to_owned(),
        reason,
    };
    let canonical = root.canonicalize().map_err(unusable)?;
    let mut found = walk::walk(root, &canonical, &patterns, |_path| Ok(Vec::new()))?;
    found.sort_unstable_by(|one, other| one.path.as_bytes().cmp(other.path.as_bytes()));
    Ok(found)
}

/// What says of a path (relative to the root, `/`-separated) whether [`discover`] would take a file
/// there for a spec. Looks at no file.
///
/// # Errors
/// [`DiscoverError::Glob`].
pub fn taken(globs: &[String]) -> Result<impl Fn(&str) -> bool + use<>, DiscoverError> {
    let default = [DEFAULT_GLOB.to_owned()];
    let patterns = Patterns::new(if globs.is_empty() { &default } else { globs })?;
    Ok(move |path: &str| {
        let mut folders: Vec<&str> = path.split('/').collect();
        folders.pop();
        let skipped = |(above, name): (usize, &&str)| patterns.skips(name, above + 1);
        patterns.matches(path) && !folders.iter().enumerate().any(skipped)
    })
}

/// What says of a path whether [`discover`] would look for specs in a folder there. Looks at no file.
///
/// # Errors
/// [`DiscoverError::Glob`].
pub fn searched(globs: &[String]) -> Result<impl Fn(&str) -> bool + use<>, DiscoverError> {
    let default = [DEFAULT_GLOB.to_owned()];
    let patterns = Patterns::new(if globs.is_empty() { &default } else { globs })?;
    Ok(move |path: &str| {
        let folders: Vec<&str> = path.split('/').collect();
        let skipped = |(above, name): (usize, &&str)| patterns.skips(name, above + 1);
        patterns.may_hold(folders.len()) && !folders.iter().enumerate().any(skipped)
    })
}

/// `bytes` as the content of a spec, or why they are none.
///
/// # Errors
/// More than [`dockyard_report::spec::MAX_SPEC_BYTES`], for people.
pub fn bounded(bytes: Vec<u8>) -> Result<Vec<u8>, String> {
    if bytes.len() > dockyard_report::spec::MAX_SPEC_BYTES {
        return Err(read::too_large());
    }
    Ok(bytes)
}

/// The globs, and what they mean for the walk.
struct Patterns {
    set: GlobSet,
    /// Folders that a glob names literally.
    named: Vec<String>,
    /// Components of the longest path that can match; `None` with `**`.
    depth: Option<usize>,
}

impl Patterns {
    fn new(globs: &[String]) -> Result<Self, DiscoverError> {
        let mut builder = GlobSetBuilder::new();
        let refuse = |glob: &String, reason: String| DiscoverError::Glob {
            glob: glob.clone(),
            reason,
        };
        for glob in globs {
            let outside = |part: &str| matches!(part, "" | "." | "..");
            if glob.split('/').any(outside) {
                let reason = "write it relative to the root, without `.`, `..` or `//`";
                return Err(refuse(glob, reason.to_owned()));
            }
            let parsed = GlobBuilder::new(glob)
                .literal_separator(true)
                .build()
                .map_err(|error| refuse(glob, error.kind().to_string()))?;
            builder.add(parsed);
        }
        let set = builder.build().map_err(|error| DiscoverError::Glob {
            glob: globs.join(" "),
            reason: error.kind().to_string(),
        })?;
        // `{a,b/c}` may hold a separator: count them all, which can only walk too deep.
        let depths = globs.iter().map(|glob| glob.matches('/').count() + 1);
        Ok(Self {
            set,
            named: globs
                .iter()
                .flat_map(|glob| glob.split('/'))
                .map(ToOwned::to_owned)
                .collect(),
            depth: if globs.iter().any(|glob| glob.contains("**")) {
                None
            } else {
                depths.max()
            },
        })
    }

    fn matches(&self, path: &str) -> bool {
        self.set.is_match(path)
    }

    /// Whether a folder of `depth` components may hold what matches.
    fn may_hold(&self, depth: usize) -> bool {
        self.depth.is_none_or(|limit| depth < limit)
    }

    /// Whether a folder is left out. `target` and `node_modules` may also be names of servers, so
    /// below the first level they are walked.
    fn skips(&self, name: &str, depth: usize) -> bool {
        let left_out = name == ".git" || (depth == 1 && matches!(name, "target" | "node_modules"));
        left_out && !self.named.iter().any(|part| part == name)
    }
}
