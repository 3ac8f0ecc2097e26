//! PyPI's documents: wire shapes, strictly read, and the files of one release.

mod index;

use serde::Deserialize;
use serde_json::value::RawValue;

use super::wire;
use crate::dist::DistFilename;
use crate::json::{self, JsonError};

pub use index::release;

/// One release's installable files, selected from a project's index.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Release {
    /// Every sdist and wheel of the version, in file name order.
    pub files: Vec<ReleaseFile>,
    /// Names of files of the version that neither pip nor uv installs (`.egg`, `.exe`).
    pub other_files: Vec<String>,
    /// Names of files that pip or uv may install for this version although they are no names of
    /// sdists or wheels, so that no attestation can be bound to them (`.tar.bz2`, `.tgz`, a name
    /// whose parts can be cut in two ways). A release with one is not wholly attested.
    pub unattestable: Vec<String>,
}

/// One sdist or wheel.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReleaseFile {
    /// The parsed file name.
    pub filename: DistFilename,
    /// SHA-256 that the index gives.
    pub sha256: [u8; 32],
    /// Whether, and why, it was withdrawn; empty where no reason is given.
    pub yanked: Option<String>,
    /// What the index says about provenance.
    pub provenance: AdvertisedProvenance,
}

/// The index's `provenance` key of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AdvertisedProvenance {
    /// A URL: there is one (the URL itself is not used).
    Yes,
    /// `null`: there is none.
    No,
    /// The key is absent, as on mirrors that predate PEP 740: nothing is known.
    Unstated,
}

/// Why no release could be read from an index document.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum IndexError {
    /// No strict JSON of the expected shape.
    #[error("the index is no PEP 691 JSON: {0}")]
    Json(#[from] JsonError),
    /// Another major version of the API.
    #[error("the index speaks version {0} of the simple API; this program reads version 1")]
    ApiVersion(String),
    /// The document is about another project.
    #[error("the index describes another project than `{0}`")]
    OtherProject(String),
    /// A file of this release without a usable SHA-256.
    #[error("the index gives no usable sha256 for `{0}`")]
    NoDigest(String),
    /// A file whose address ends in another name, so that installers would not agree which file it is.
    #[error("the index gives `{0}` an address that names another file")]
    OtherUrl(String),
    /// The same file twice.
    #[error("the index lists `{0}` twice")]
    Twice(String),
    /// More files of one version than are asked about.
    #[error("the index lists more than {0} files of this version")]
    TooManyFiles(usize),
}

/// A PEP 740 provenance object (`version` 1).
#[derive(Debug, Clone, Deserialize)]
pub struct Provenance {
    /// Always 1 in a parsed document.
    #[serde(deserialize_with = "wire::version_one")]
    pub version: u64,
    /// One per publisher.
    #[serde(deserialize_with = "wire::bounded")]
    pub attestation_bundles: Vec<AttestationBundle>,
}

/// The attestations of one publisher.
#[derive(Debug, Clone, Deserialize)]
pub struct AttestationBundle {
    /// Unsigned; must be consistent with the certificate.
    pub publisher: serde_json::Value,
    /// The attestations.
    #[serde(deserialize_with = "wire::bounded")]
    pub attestations: Vec<PypiAttestation>,
}

/// A PEP 740 attestation object (`version` 1).
#[derive(Debug, Clone, Deserialize)]
pub struct PypiAttestation {
    /// Always 1 in a parsed document.
    #[serde(deserialize_with = "wire::version_one")]
    pub version: u64,
    /// Certificate and log entries.
    pub verification_material: PypiVerificationMaterial,
    /// Statement and signature.
    pub envelope: PypiEnvelope,
}

/// `verification_material`.
#[derive(Debug, Clone, Deserialize)]
pub struct PypiVerificationMaterial {
    /// Standard base64 of the certificate's DER.
    pub certificate: String,
    /// Log entries as protobuf JSON; exactly one is acceptable.
    #[serde(deserialize_with = "wire::bounded")]
    pub transparency_entries: Vec<Box<RawValue>>,
}

/// `envelope`.
#[derive(Debug, Clone, Deserialize)]
pub struct PypiEnvelope {
    /// Standard base64 of the in-toto statement.
    pub statement: String,
    /// Standard base64 of the DSSE signature.
    pub signature: String,
}

impl Provenance {
    /// Reads a provenance object.
    ///
    /// # Errors
    /// [`JsonError`] where it is no strict JSON of this shape.
    pub fn parse(bytes: &[u8]) -> Result<Self, JsonError> {
        json::from_slice(bytes)
    }
}

#[cfg(test)]
mod tests;
