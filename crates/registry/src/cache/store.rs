//! The folder of cached answers: one file per answer, `{2 digits}/{2 digits}/{60 digits}` of the
//! key's name.
//!
//! Several processes may use one folder at once, without a lock: a file appears whole (written
//! beside, then renamed) or not at all, and one that is not whole answers nothing.

use std::fs::{self, File};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use jiff::Timestamp;
use tempfile::NamedTempFile;

use super::entry::{Entry, Key, MAX_OVERHEAD};
use super::private::{Refused, claim, make, read};

/// The folder's name, with the version of its layout, below the cache folder.
pub const FOLDER: &str = "http-v1";

/// Where files are written before they get their name.
pub(super) const UNFINISHED: &str = "tmp";

/// How exactly the time of the last use is recorded: a file that is used twice within it is marked once.
const USE_PRECISION: Duration = Duration::from_secs(60 * 60);

/// An opened folder.
#[derive(Debug)]
pub(super) struct Store {
    root: PathBuf,
    grown: AtomicBool,
    trouble: Mutex<Option<String>>,
}

impl Store {
    /// Opens, or makes, [`FOLDER`] in the cache folder `parent`.
    ///
    /// # Errors
    /// [`Refused`] where it cannot be made, belongs to somebody else, or others may write to it.
    pub(super) fn open(parent: &Path) -> Result<Self, Refused> {
        let root = claim(parent, &[FOLDER])?;
        make(&root.join(UNFINISHED)).map_err(|error| Refused::of(&root, &error))?;
        Ok(Self {
            root,
            grown: AtomicBool::new(false),
            trouble: Mutex::new(None),
        })
    }

    /// The entry for `key`, of at most `max_body` bytes. One that is damaged, somebody else's or
    /// another key's is a miss, and removed.
    pub(super) fn get(&self, key: &Key, max_body: usize) -> Option<Entry> {
        let path = self.path(key);
        match read(&path, max_body.saturating_add(MAX_OVERHEAD)) {
            Ok(bytes) => match Entry::decode(&bytes) {
                Ok(entry) if entry.key == *key => Some(entry),
                Ok(_) => discard(&path, "another request's"),
                Err(damaged) => discard(&path, &damaged.to_string()),
            },
            Err(error) if error.kind() == io::ErrorKind::NotFound => None,
            Err(error) => discard(&path, &error.to_string()),
        }
    }

    /// Stores `entry`. Where that fails the run goes on without; [`Store::trouble`] says so.
    pub(super) fn put(&self, entry: &Entry) {
        let Some(bytes) = entry.encode() else { return };
        if let Err(error) = self.write(&self.path(&entry.key), &bytes) {
            let trouble = format!(
                "nothing can be kept in the cache folder {}: {error}",
                self.root.display()
            );
            self.trouble
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .get_or_insert(trouble);
        }
    }

    /// Forgets the answer to `key`.
    pub(super) fn remove(&self, key: &Key) {
        let path = self.path(key);
        if path.exists() {
            discard(&path, "its content did not verify");
        }
    }

    /// Marks the answer to `key` as used: what was not used for longest is pruned first.
    pub(super) fn mark_used(&self, key: &Key, now: Timestamp) {
        let path = self.path(key);
        let recent = fs::metadata(&path)
            .and_then(|data| data.modified())
            .ok()
            .and_then(|used| age(used, now))
            .is_some_and(|age| age <= USE_PRECISION);
        if !recent {
            // A mark that cannot be made costs an earlier pruning at worst.
            let _ = File::options()
                .append(true)
                .open(&path)
                .and_then(|file| file.set_modified(now.into()));
        }
    }

    /// Whether this run has added anything.
    pub(super) fn has_grown(&self) -> bool {
        self.grown.load(Ordering::Relaxed)
    }

    pub(super) fn root(&self) -> &Path {
        &self.root
    }

    /// The first failure to keep something, for people.
    pub(super) fn trouble(&self) -> Option<String> {
        self.trouble
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    fn path(&self, key: &Key) -> PathBuf {
        let name = key.name();
        let (first, rest) = name.split_at_checked(2).unwrap_or((&name, ""));
        let (second, rest) = rest.split_at_checked(2).unwrap_or((rest, ""));
        self.root.join(first).join(second).join(rest)
    }

    fn write(&self, path: &Path, bytes: &[u8]) -> io::Result<()> {
        let unfinished = self.root.join(UNFINISHED);
        let mut file = match NamedTempFile::new_in(&unfinished) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                make(&unfinished)?;
                NamedTempFile::new_in(&unfinished)?
            }
            made => made?,
        };
        file.write_all(bytes)?;
        if let Some(folder) = path.parent() {
            make(folder)?;
        }
        file.persist(path).map_err(|error| error.error)?;
        self.grown.store(true, Ordering::Relaxed);
        Ok(())
    }
}

/// Removes a file that answers nothing.
fn discard(path: &Path, why: &str) -> Option<Entry> {
    tracing::debug!(path = %path.display(), why, "a cached answer is dropped");
    // Another process may have been quicker; one that cannot be removed is damaged again.
    let _ = fs::remove_file(path);
    None
}

/// How long before `now` that was; `None` if it is yet to come.
pub(super) fn age(time: impl TryInto<Timestamp>, now: Timestamp) -> Option<Duration> {
    Duration::try_from(now.duration_since(time.try_into().ok()?)).ok()
}

#[cfg(test)]
mod tests;
