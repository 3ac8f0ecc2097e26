//! Keeping the folder of cached answers small.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use jiff::Timestamp;

use super::store::{Store, UNFINISHED, age};

/// Most bytes that are left after a run.
pub const MAX_BYTES: u64 = 256 << 20;

/// When a file that was never finished belongs to a process that no longer lives.
const ABANDONED: Duration = Duration::from_secs(60 * 60);

/// Removes what was not used for longest, until a tenth of `limit` is free again, if this run has
/// added something and `limit` is exceeded. Failures are left to the next run.
pub(super) fn prune(store: &Store, limit: u64, now: Timestamp) {
    if !store.has_grown() {
        return;
    }
    sweep(&store.root().join(UNFINISHED), now);
    let mut files = Vec::new();
    for first in folders(store.root()) {
        for second in folders(&first) {
            files.extend(contents(&second));
        }
    }
    let mut total: u64 = files.iter().map(|(_, length, _)| length).sum();
    if total <= limit {
        return;
    }
    files.sort_unstable();
    for (_, length, path) in files {
        if total <= limit - limit / 10 {
            break;
        }
        if fs::remove_file(&path).is_ok() {
            total -= length;
        }
    }
}

/// Removes what processes left behind that were killed while they wrote.
fn sweep(unfinished: &Path, now: Timestamp) {
    for entry in fs::read_dir(unfinished).into_iter().flatten().flatten() {
        let modified = entry.metadata().and_then(|data| data.modified()).ok();
        let age = modified.and_then(|time| age(time, now));
        if age.is_some_and(|age| age > ABANDONED) {
            let _ = fs::remove_file(entry.path());
        }
    }
}

fn folders(path: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(path).into_iter().flatten().flatten();
    entries
        .filter(|entry| entry.file_type().is_ok_and(|kind| kind.is_dir()))
        .filter(|entry| entry.file_name() != UNFINISHED)
        .map(|entry| entry.path())
        .collect()
}

/// When each file was last used, its length and its path.
fn contents(folder: &Path) -> Vec<(impl Ord + use<>, u64, PathBuf)> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    entries
        .filter_map(|entry| {
            let data = entry.metadata().ok().filter(fs::Metadata::is_file)?;
            Some((data.modified().ok()?, data.len(), entry.path()))
        })
        .collect()
}

#[cfg(test)]
mod tests;
