//! Reading one file within a limit.

use std::fs::File;
use std::io::Read;
use std::path::Path;

use dockyard_report::spec::MAX_SPEC_BYTES;

/// The bytes of a regular file of at most [`MAX_SPEC_BYTES`].
///
/// # Errors
/// Why it cannot be read, for people.
pub fn read_bounded(path: &Path) -> Result<Vec<u8>, String> {
    // Looked at before it is opened: opening a named pipe waits for a writer.
    let metadata = path.metadata().map_err(|error| error.to_string())?;
    if metadata.is_dir() {
        return Err("it is a folder".to_owned());
    }
    if !metadata.is_file() {
        return Err("it is not a regular file".to_owned());
    }
    if usize::try_from(metadata.len()).map_or(true, |length| length > MAX_SPEC_BYTES) {
        return Err(too_large());
    }
    let file = File::open(path).map_err(|error| error.to_string())?;
    let mut bytes = Vec::new();
    // One byte more than the limit shows that the file has grown since.
    let limit = MAX_SPEC_BYTES as u64 + 1;
    file.take(limit)
        .read_to_end(&mut bytes)
        .map_err(|error| error.to_string())?;
    super::bounded(bytes)
}

pub(super) fn too_large() -> String {
    format!("it is larger than {} KiB", MAX_SPEC_BYTES / 1024)
}
