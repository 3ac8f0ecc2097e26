//! Reading what earlier runs wrote.

use std::fs::File;
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};

use dockyard_pages::stored::MAX_BYTES;
use dockyard_pages::{History, HistoryError, StoredError, StoredReport, history};

use crate::write::WriteError;

/// Largest configuration that is read, in bytes.
pub(super) const MAX_CONFIG: u64 = 4 << 20;

/// Why a file cannot be used: exit 2. The texts may quote it.
#[derive(Debug, thiserror::Error)]
pub enum FileError {
    /// It cannot be read.
    #[error("cannot read {}: {reason}", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// The system's reason.
        reason: io::Error,
    },
    /// It is larger than is read.
    #[error("{} is larger than {most} bytes, which is too much to read", path.display())]
    TooLarge {
        /// The file.
        path: PathBuf,
        /// The limit.
        most: u64,
    },
    /// It is no report, or not one that can be used.
    #[error("the report {} cannot be used: {reason}; name a JSON report of your own scan, as `scan --report json=FILE` writes it", path.display())]
    Report {
        /// The file.
        path: PathBuf,
        /// Why.
        reason: StoredError,
    },
    /// It is no history, or not one that can be used.
    #[error("the history {} cannot be used: {reason}", path.display())]
    History {
        /// The file.
        path: PathBuf,
        /// Why.
        reason: HistoryError,
    },
    /// A history that is to be continued is not there.
    #[error(
        "there is no history {}; bring the earlier one back, or start one with `coverage --history FILE --begin-history`",
        _0.display()
    )]
    NoHistory(PathBuf),
    /// A history that is to be started is there already.
    #[error("there is a history {} already; leave --begin-history out to continue it", _0.display())]
    Begun(PathBuf),
    /// A file could not be written.
    #[error(transparent)]
    Write(#[from] WriteError),
}

/// The bytes of the file at `path`, of which there are at most `most`.
///
/// # Errors
/// [`FileError::Read`], [`FileError::TooLarge`].
pub(super) fn read(path: &Path, most: u64) -> Result<Vec<u8>, FileError> {
    let failed = |reason| FileError::Read {
        path: path.to_owned(),
        reason,
    };
    let mut bytes = Vec::new();
    let file = File::open(path).map_err(failed)?;
    file.take(most + 1)
        .read_to_end(&mut bytes)
        .map_err(failed)?;
    if bytes.len() as u64 > most {
        return Err(FileError::TooLarge {
            path: path.to_owned(),
            most,
        });
    }
    Ok(bytes)
}

/// The report at `path`, and its bytes.
///
/// # Errors
/// [`FileError`].
pub(super) fn report(path: &Path) -> Result<(StoredReport, Vec<u8>), FileError> {
    let bytes = read(path, MAX_BYTES)?;
    match StoredReport::read(&bytes) {
        Ok(report) => Ok((report, bytes)),
        Err(reason) => Err(FileError::Report {
            path: path.to_owned(),
            reason,
        }),
    }
}

/// The history at `path`.
///
/// # Errors
/// [`FileError`], [`FileError::NoHistory`] where it is not there or empty.
pub(super) fn history(path: &Path) -> Result<History, FileError> {
    let bytes = match read(path, history::MAX_BYTES) {
        Err(FileError::Read { reason, .. }) if reason.kind() == io::ErrorKind::NotFound => {
            return Err(FileError::NoHistory(path.to_owned()));
        }
        bytes => bytes?,
    };
    if bytes.is_empty() {
        return Err(FileError::NoHistory(path.to_owned()));
    }
    History::read(&bytes).map_err(|reason| FileError::History {
        path: path.to_owned(),
        reason,
    })
}

/// A new history, where there is none at `path`.
///
/// # Errors
/// [`FileError::Begun`], or why that is not known.
pub(super) fn new_history(path: &Path) -> Result<History, FileError> {
    match read(path, history::MAX_BYTES) {
        Err(FileError::Read { reason, .. }) if reason.kind() == io::ErrorKind::NotFound => {
            Ok(History::default())
        }
        Ok(bytes) if bytes.is_empty() => Ok(History::default()),
        Ok(_) | Err(FileError::TooLarge { .. }) => Err(FileError::Begun(path.to_owned())),
        Err(error) => Err(error),
    }
}
