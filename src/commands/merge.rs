//! `merge`: the reports of shards, found and joined (`docs/shards.md`).

use std::fs;
use std::path::{Path, PathBuf};

use dockyard_report::merge::{MAX_BYTES, MergeError, Merged, ShardReport};
use dockyard_report::report::shard::MAX_SHARDS;
use jiff::Timestamp;

use super::FileError;
use super::files::read;
use crate::discover::{DiscoverError, discover};
use crate::scan::{self, ScanError, Scope};
use crate::settings::Settings;

/// Why shards give no report: exit 2. The texts may quote input.
#[derive(Debug, thiserror::Error)]
pub enum JoinError {
    /// A file is not the report of a shard of this run.
    #[error("the shards cannot be merged: {0}")]
    Refused(#[from] MergeError),
    /// A file cannot be read.
    #[error(transparent)]
    File(#[from] FileError),
    /// There are too many files.
    #[error("{} holds more than {MAX_SHARDS} reports; name the folder of one run's shards", _0.display())]
    TooMany(PathBuf),
    /// The specs that are here cannot be looked at.
    #[error(transparent)]
    Discover(#[from] DiscoverError),
    /// The baseline cannot be read.
    #[error(transparent)]
    Scan(#[from] ScanError),
}

/// Joins the reports that `named` lead to: files, and `*.json` of folders and of the folders in them. The
/// repository that was scanned lies at the settings' root.
///
/// # Errors
/// [`JoinError`].
pub fn run(named: &[PathBuf], settings: &Settings, now: Timestamp) -> Result<Merged, JoinError> {
    let parts = parts(named)?;
    let found = discover(&settings.root, &settings.globs)?;
    // As a scan of the command line has it.
    let scope = Scope::whole(settings);
    Ok(scan::join_shards(parts, found, settings, now, &scope)??)
}

/// Reads every report that `named` lead to.
///
/// # Errors
/// [`JoinError`].
pub fn parts(named: &[PathBuf]) -> Result<Vec<ShardReport>, JoinError> {
    let mut files = Vec::new();
    for path in named {
        if path.is_dir() {
            files.extend(reports_in(path)?);
        } else {
            files.push(path.clone());
        }
        if files.len() > usize::from(MAX_SHARDS) {
            return Err(JoinError::TooMany(path.clone()));
        }
    }
    files.sort();
    files.iter().map(|path| part(path)).collect()
}

fn part(path: &Path) -> Result<ShardReport, JoinError> {
    let name = path.display().to_string();
    let bytes = read(path, MAX_BYTES)?;
    let part = ShardReport::read(&name, &bytes);
    Ok(part.map_err(|reason| MergeError { name, reason })?)
}

/// The `*.json` of `folder` and of the folders in it: `actions/download-artifact` makes one for each artifact.
fn reports_in(folder: &Path) -> Result<Vec<PathBuf>, JoinError> {
    let mut reports = Vec::new();
    for entry in entries(folder)? {
        if entry.is_dir() {
            let below = entries(&entry)?;
            reports.extend(below.into_iter().filter(|path| is_json(path)));
        } else if is_json(&entry) {
            reports.push(entry);
        }
    }
    Ok(reports)
}

fn is_json(path: &Path) -> bool {
    path.extension().is_some_and(|it| it == "json")
}

fn entries(folder: &Path) -> Result<Vec<PathBuf>, JoinError> {
    let failed = |reason| FileError::Read {
        path: folder.to_owned(),
        reason,
    };
    let entries = fs::read_dir(folder).map_err(failed)?;
    let paths = entries.map(|entry| entry.map(|entry| entry.path()));
    Ok(paths.collect::<Result<_, _>>().map_err(failed)?)
}
