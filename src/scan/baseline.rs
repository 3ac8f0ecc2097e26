//! Reading the report that a run is compared with.

use std::fs::File;
use std::io::Read as _;
use std::path::Path;

use super::ScanError;
use dockyard_report::drift::Baseline;
use dockyard_report::drift::baseline::MAX_BYTES;

/// Reads the report at `path`.
///
/// # Errors
/// [`ScanError::Baseline`] where it cannot be read, or is none.
pub(super) fn read(path: &Path) -> Result<Baseline, ScanError> {
    let refuse = |problem: String| {
        let path = path.display();
        ScanError::Baseline(format!(
            "the baseline {path} cannot be compared with: {problem}; name a JSON report of this program"
        ))
    };
    let file = File::open(path).map_err(|error| refuse(error.to_string()))?;
    let mut bytes = Vec::new();
    file.take(MAX_BYTES + 1)
        .read_to_end(&mut bytes)
        .map_err(|error| refuse(error.to_string()))?;
    if bytes.len() as u64 > MAX_BYTES {
        return Err(refuse(format!("it is larger than {MAX_BYTES} bytes")));
    }
    Baseline::read(&bytes).map_err(|error| refuse(error.to_string()))
}
