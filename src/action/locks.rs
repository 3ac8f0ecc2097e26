//! The lock files that the input `locks` names, and what they were before the change.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use dockyard_locks::{Format, Lock};

use super::base::files::{AtBase, BaseFiles};
use super::base::since::{NO_COMMIT, Since};
use super::event::changed::{Touched, Unlisted};
use super::event::checkout::Checkout;
use super::missing::{self, Places};
use super::step::Step;
use crate::discover::{self, DiscoverError, Found};
use crate::lock_files::{
    LockFileError, inside, is_searched, parsed, read_found, registries, replacement,
    shrinkwrap_beside,
};
use crate::settings::Settings;
use dockyard_report::lock::LockFile;

/// Most rounds of includes that are read of the base's requirements.
const MAX_ROUNDS: usize = 16;

/// The lock files that the patterns find.
pub(super) struct Sought {
    /// The files, in the order of their paths' bytes.
    pub files: Vec<Found>,
    /// The patterns that match none of them.
    unmatched: Vec<String>,
}

/// The lock files below the root that match `patterns`, and what npm reads in their place.
///
/// # Errors
/// A pattern that is none, for people.
pub(super) fn find(patterns: &[String], settings: &Settings) -> Result<Sought, DiscoverError> {
    if patterns.is_empty() {
        let (files, unmatched) = (Vec::new(), Vec::new());
        return Ok(Sought { files, unmatched });
    }
    let root = &settings.root;
    let mut files = discover::discover_paths(root, patterns)?;
    files.retain(|file| is_searched(&file.path, patterns));
    let mut unmatched = Vec::new();
    // What cannot be read is refused with its reason, and may be what a pattern is about.
    if files.iter().all(|file| file.content.is_ok()) {
        for pattern in patterns {
            let taken = taken(std::slice::from_ref(pattern))?;
            if !files.iter().any(|file| taken(&file.path)) {
                unmatched.push(pattern.clone());
            }
        }
    }
    let known: BTreeSet<&str> = files.iter().map(|file| file.path.as_str()).collect();
    let beside = files
        .iter()
        .filter_map(|file| shrinkwrap_beside(root, &file.path));
    let beside: Vec<Found> = beside
        .filter(|path| !known.contains(path.as_str()))
        .map(|path| Found {
            content: inside(root, &path).map(|_real| Vec::new()),
            path,
        })
        .collect();
    files.extend(beside);
    files.sort_unstable_by(|one, other| one.path.as_bytes().cmp(other.path.as_bytes()));
    Ok(Sought { files, unmatched })
}

impl Sought {
    /// Each pattern must match something: a mistyped one would judge nothing.
    ///
    /// # Errors
    /// [`DiscoverError::NoLock`] with those that do not.
    pub(super) fn require_all(&self, root: &Path) -> Result<(), DiscoverError> {
        refuse(root, &self.unmatched)
    }

    /// As [`Self::require_all`] on a pull request, which may remove what a pattern is about: what is to be
    /// said of such patterns.
    ///
    /// # Errors
    /// [`DiscoverError::NoLock`] with the patterns that the pull request does not explain.
    pub(super) fn removed(
        &self,
        listed: &Result<Touched, Unlisted>,
        checkout: &Checkout,
    ) -> Result<Vec<String>, DiscoverError> {
        let prefixes = missing::prefixes(checkout);
        let (mut mistaken, mut doubts) = (Vec::new(), Vec::new());
        for pattern in &self.unmatched {
            let taken = taken(std::slice::from_ref(pattern))?;
            let is_meant = |path: &&String| missing::is_below(path, &prefixes, &taken);
            let touched = listed.as_ref().ok();
            let mut meant = touched
                .iter()
                .flat_map(|it| it.paths.iter().filter(is_meant));
            let is_left = |path: &&String| touched.is_some_and(|it| it.left.contains(*path));
            match meant.next() {
                None => mistaken.push(pattern.clone()),
                // That it is not there to be read is said of every such file.
                Some(path) if is_left(&path) || meant.any(|path| is_left(&path)) => {}
                Some(path) => doubts.push(format!(
                    "the pull request removes or renames `{path}`, and no lock file is left that matches \
                     `{pattern}` (`locks`), so that none was judged for it. Where that is meant, take \
                     the pattern out of the workflow in the same pull request"
                )),
            }
        }
        refuse(&checkout.root, &mistaken)?;
        Ok(doubts)
    }
}

fn refuse(root: &Path, unmatched: &[String]) -> Result<(), DiscoverError> {
    if unmatched.is_empty() {
        return Ok(());
    }
    Err(DiscoverError::NoLock {
        root: root.to_owned(),
        globs: format!("`{}`", unmatched.join("`, `")),
    })
}

/// What says of a path below the root whether a file there is a lock by `patterns`. Looks at no file.
fn taken(patterns: &[String]) -> Result<impl Fn(&str) -> bool + use<'_>, DiscoverError> {
    let taken = discover::taken(patterns)?;
    Ok(move |path: &str| taken(path) && is_searched(path, patterns))
}

/// Where lock files are looked for, of which those `found` are there.
///
/// # Errors
/// A pattern that is none.
pub(super) fn places<'a>(
    patterns: &'a [String],
    found: &'a [Found],
) -> Result<Places<'a>, DiscoverError> {
    let (taken, searched) = (taken(patterns)?, discover::searched(patterns)?);
    let replaces = |path: &str| {
        let mut read = found.iter().filter_map(|file| replacement(&file.path));
        read.any(|shrinkwrap| shrinkwrap == path)
    };
    Ok(Places {
        taken: Box::new(move |path| taken(path) || replaces(path)),
        searched: Box::new(move |path| {
            searched(path) && is_searched(&format!("{path}/"), patterns)
        }),
    })
}

/// Reads what was found.
///
/// # Errors
/// [`LockFileError`]: what cannot be read is not passed over.
pub(super) fn read(found: &[Found], settings: &Settings) -> Result<Vec<LockFile>, LockFileError> {
    let registries = registries(settings)?;
    let read = |file| read_found(&settings.root, file, &registries);
    found.iter().map(read).collect()
}

/// What the lock files were, where the change is compared with anything.
pub(super) async fn since(
    step: &Step,
    since: &Since,
    files: &[LockFile],
    touched: &Result<Touched, String>,
    (settings, checkout): (&Settings, &Checkout),
) -> Result<BTreeMap<String, LockFile>, String> {
    // Without a base nothing is compared; why there is none is told of the specs.
    let Some(((commit, rewritable), client)) = since.commit().zip(step.client.as_ref()) else {
        return Ok(BTreeMap::new());
    };
    if files.is_empty() {
        return Ok(BTreeMap::new());
    }
    let client = client.hurried();
    let base = BaseFiles::new(&client, commit);
    let patterns = &step.inputs.locks;
    let before = before(&base, files, touched, patterns, settings, checkout).await;
    match before {
        Err(reason) if rewritable && reason.contains(NO_COMMIT) => Ok(BTreeMap::new()),
        before => before,
    }
}

/// What the locks were at a commit: of each that may differ what was at its path; where there was none,
/// the lock that is gone, and else a lock of nothing, so that every package of it is new.
///
/// # Errors
/// Why that is not known, for people.
async fn before(
    base: &BaseFiles<'_>,
    locks: &[LockFile],
    touched: &Result<Touched, String>,
    patterns: &[String],
    settings: &Settings,
    checkout: &Checkout,
) -> Result<BTreeMap<String, LockFile>, String> {
    let prefix = checkout.prefix();
    let is_lock = taken(patterns).map_err(|error| error.to_string())?;
    let mut wanted: BTreeSet<String> = BTreeSet::new();
    for lock in locks {
        require_direct(&lock.path, checkout)?;
        // Included files change what requirements say.
        let same = touched.as_ref().is_ok_and(|touched| {
            lock.lock.format != Format::Requirements
                && !touched.paths.contains(&format!("{prefix}{}", lock.path))
        });
        if !same {
            wanted.insert(lock.path.clone());
        }
    }
    let asked = wanted.clone();
    if let Ok(touched) = touched {
        let below = touched
            .paths
            .iter()
            .filter_map(|path| path.strip_prefix(&prefix));
        wanted.extend(below.filter(|path| is_lock(path)).map(str::to_owned));
    }
    let mut read = read_at(base, &wanted, &prefix).await?;
    let is_new = |path: &&String| !read.contains_key(*path);
    if touched.is_err() && asked.iter().any(|path| is_new(&path)) {
        // Nobody lists what was moved.
        let all = base.paths().await?;
        let below = all.iter().filter_map(|path| path.strip_prefix(&prefix));
        let gone: BTreeSet<String> = below
            .filter(|path| is_lock(path) && !locks.iter().any(|lock| lock.path == **path))
            .map(str::to_owned)
            .collect();
        read.extend(read_at(base, &gone, &prefix).await?);
    }
    let mut before = BTreeMap::new();
    let mut gone = Vec::new();
    for (path, bytes) in read {
        let lock = with_includes(base, &path, &bytes, settings, &prefix).await?;
        // A base's lock that cannot be read said nothing that could be lost.
        let Some(lock) = lock else { continue };
        if asked.contains(&path) {
            before.insert(path, lock);
        } else if !locks.iter().any(|it| it.path == path) {
            gone.push(lock);
        }
    }
    for lock in locks.iter().filter(|lock| asked.contains(&lock.path)) {
        let moved = gone.iter().filter(|it| it.lock.format == lock.lock.format);
        let nothing = || Lock {
            format: lock.lock.format,
            version: None,
            entries: moved
                .clone()
                .flat_map(|it| it.lock.entries.clone())
                .collect(),
            notes: Vec::new(),
        };
        before.entry(lock.path.clone()).or_insert_with(|| LockFile {
            path: lock.path.clone(),
            lock: nothing(),
        });
    }
    Ok(before)
}

/// A link may lead to another file than before without being touched.
fn require_direct(path: &str, checkout: &Checkout) -> Result<(), String> {
    let named = checkout.root.join(path);
    let real = named.canonicalize().map_err(|error| error.to_string())?;
    let root = checkout.root.canonicalize();
    let root = root.map_err(|error| error.to_string())?;
    if real == root.join(path) {
        Ok(())
    } else {
        Err(format!(
            "`{path}` is a link, or lies below one, and the change may change where it leads"
        ))
    }
}

/// The files that are there, by their paths below the root.
async fn read_at(
    base: &BaseFiles<'_>,
    paths: &BTreeSet<String>,
    prefix: &str,
) -> Result<BTreeMap<String, Vec<u8>>, String> {
    let places: BTreeSet<String> = paths.iter().map(|path| format!("{prefix}{path}")).collect();
    let read = base.read_all(&places).await;
    let mut found = BTreeMap::new();
    for path in paths {
        match read.get(&format!("{prefix}{path}")) {
            Some(Ok(AtBase::File(bytes))) => {
                found.insert(path.clone(), bytes.clone());
            }
            Some(Ok(AtBase::Absent)) => {}
            Some(Err(reason)) => return Err(format!("`{path}` could not be read: {reason}")),
            None => return Err(format!("nothing was told of `{path}`")),
        }
    }
    Ok(found)
}

/// The lock with the files that it includes, read round by round; nothing where it is no lock.
async fn with_includes(
    base: &BaseFiles<'_>,
    path: &str,
    bytes: &[u8],
    settings: &Settings,
    prefix: &str,
) -> Result<Option<LockFile>, String> {
    let registries = registries(settings).map_err(|error| error.to_string())?;
    let mut known: BTreeMap<String, Vec<u8>> = BTreeMap::new();
    for _ in 0..MAX_ROUNDS {
        let missing = RefCell::new(BTreeSet::new());
        let include = |included: &str| {
            known.get(included).cloned().ok_or_else(|| {
                missing.borrow_mut().insert(included.to_owned());
                "it is not there".to_owned()
            })
        };
        let lock = parsed(path, bytes, &registries, &include);
        let missing = missing.into_inner();
        let more = read_at(base, &missing, prefix).await?;
        if more.is_empty() {
            return Ok(lock.ok());
        }
        known.extend(more);
    }
    Err(format!(
        "`{path}` includes files more than {MAX_ROUNDS} deep"
    ))
}
