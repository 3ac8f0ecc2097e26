//! PyPI's documents: wire shapes, strictly read, and the files of one release.

use serde::Deserialize;
use serde_json::value::RawValue;

use crate::dist::DistFilename;
use crate::json::{self, JsonError};
use crate::package::PypiPackage;

/// One release's installable files, selected from a project's index.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Release {
    /// Every sdist and wheel of the version, in file name order.
    pub files: Vec<ReleaseFile>,
    /// Names of files of the version that neither pip nor uv installs (`.egg`, `.exe`).
    pub other_files: Vec<String>,
}

/// One sdist or wheel.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReleaseFile {
    /// The parsed file name.
    pub filename: DistFilename,
    /// SHA-256 that the index gives.
    pub sha256: [u8; 32],
    /// Whether, and why, it was withdrawn.
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
    /// The same file twice.
    #[error("the index lists `{0}` twice")]
    Twice(String),
}

/// Selects the files of `package` from an index document. `Ok(None)`: the project has no such
/// version.
///
/// # Errors
/// [`IndexError`]; the document then says nothing about the release.
pub fn release(bytes: &[u8], package: &PypiPackage) -> Result<Option<Release>, IndexError> {
    let _ = (bytes, package);
    todo!()
}

/// A PEP 740 provenance object (`version` 1).
#[derive(Debug, Clone, Deserialize)]
pub struct Provenance {
    /// Must be 1.
    pub version: u64,
    /// One per publisher.
    pub attestation_bundles: Vec<AttestationBundle>,
}

/// The attestations of one publisher.
#[derive(Debug, Clone, Deserialize)]
pub struct AttestationBundle {
    /// Unsigned; must be consistent with the certificate.
    pub publisher: serde_json::Value,
    /// The attestations.
    pub attestations: Vec<PypiAttestation>,
}

/// A PEP 740 attestation object (`version` 1).
#[derive(Debug, Clone, Deserialize)]
pub struct PypiAttestation {
    /// Must be 1.
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
