//! The runner's files: the event's payload, outputs, the step summary.

use std::fs::{File, OpenOptions};
use std::io::{Read as _, Write as _};
use std::path::Path;

/// Largest payload that is read, in bytes: GitHub delivers none above 25 MB.
const MAX_PAYLOAD: u64 = 32 << 20;

/// Largest summary of a step, in bytes: GitHub drops a larger one whole.
pub const MAX_SUMMARY: usize = 1 << 20;

/// Reads the event's payload.
///
/// # Errors
/// A sentence for people.
pub fn payload(path: &Path) -> Result<Vec<u8>, String> {
    bounded(path, MAX_PAYLOAD)
}

/// Reads a regular file of at most `max` bytes.
///
/// # Errors
/// A sentence for people.
pub fn bounded(path: &Path, max: u64) -> Result<Vec<u8>, String> {
    let shown = path.display();
    let fail = |error: &std::io::Error| format!("cannot read {shown}: {error}");
    if !path.metadata().map_err(|error| fail(&error))?.is_file() {
        return Err(format!("cannot read {shown}: it is not a regular file"));
    }
    let mut bytes = Vec::new();
    File::open(path)
        .and_then(|file| file.take(max + 1).read_to_end(&mut bytes))
        .map_err(|error| fail(&error))?;
    if u64::try_from(bytes.len()).is_ok_and(|length| length > max) {
        return Err(format!("{shown} is larger than {max} bytes"));
    }
    Ok(bytes)
}

/// How much of the step's summary is left, in bytes.
pub fn summary_room(path: &Path) -> usize {
    let taken = path.metadata().map_or(0, |metadata| metadata.len());
    usize::try_from(taken).map_or(0, |taken| MAX_SUMMARY.saturating_sub(taken))
}

/// Adds `text` to one of the runner's files.
///
/// # Errors
/// A sentence for people.
pub fn append(path: &Path, text: &str) -> Result<(), String> {
    OpenOptions::new()
        .append(true)
        .create(true)
        .open(path)
        .and_then(|mut file| file.write_all(text.as_bytes()))
        .map_err(|error| format!("cannot write {}: {error}", path.display()))
}
