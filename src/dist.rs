//! File names of Python distributions: sdists and wheels, parsed, never searched.

use crate::package::{PypiName, PypiVersion};

/// An sdist or wheel file name, ordered by its text.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct DistFilename {
    text: String,
    name: PypiName,
    version: PypiVersion,
}

/// Why a file name is neither an sdist's nor a wheel's.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct DistFilenameError(pub String);

impl DistFilename {
    /// Reads a file name (verification.md C.7).
    ///
    /// # Errors
    /// [`DistFilenameError`] says what is wrong.
    pub fn parse(text: &str) -> Result<Self, DistFilenameError> {
        let _ = text;
        todo!()
    }

    /// The file name as given.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The project it belongs to.
    pub fn name(&self) -> &PypiName {
        &self.name
    }

    /// The version it is of.
    pub fn version(&self) -> &PypiVersion {
        &self.version
    }

    /// Whether both names mean the same distribution: for a wheel name, version, build tag and set
    /// of tags; for an sdist name, version and extension (pypi-attestations ignores the extension).
    pub fn same_distribution(&self, other: &Self) -> bool {
        let _ = other;
        todo!()
    }
}
