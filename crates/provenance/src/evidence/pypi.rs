//! PyPI's documents: wire shapes, strictly read, and the files of one release.

mod advertised;
mod digest;
mod index;
mod installers;
mod status;

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::Deserialize;
use serde_json::value::RawValue;
use sigstore_verify::crypto::sha256;

use super::stated::StatedAddress;
use super::wire;
use crate::dist::DistFilename;
use crate::json::{self, JsonError};

pub use advertised::advertised;
pub use index::index;
pub use status::{ProjectStatus, StatusWord};

/// What a project's index says about one release.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Index {
    /// The project's status, where the index marks it (PEP 792).
    pub status: Option<ProjectStatus>,
    /// The release; nothing where the project has no such version. One without files (all deleted)
    /// has empty lists.
    pub release: Option<Release>,
}

/// One release's installable files, selected from a project's index: those that an installer takes
/// for `==version`, local versions among them where the version has no local label.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Release {
    /// Every sdist and wheel of the version, in file name order.
    pub files: Vec<ReleaseFile>,
    /// Names of files of the version that neither pip nor uv installs (`.egg`, `.exe`).
    pub other_files: Vec<String>,
    /// Names of files that pip or uv may install for this version although they are not valid names
    /// of sdists or wheels, so that no attestation can be bound to them (`.tar.bz2`, `.tgz`, a name
    /// whose parts can be cut in two ways, blanks that installers drop). A release with one is not
    /// wholly attested.
    pub unattestable: Vec<String>,
    /// By their names, the SHA-256 that installers hold them to, or why none is known.
    pub unattestable_digests: BTreeMap<String, Result<[u8; 32], String>>,
}

/// One sdist or wheel.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReleaseFile {
    /// The parsed file name.
    pub filename: DistFilename,
    /// The SHA-256 that installers hold the file to, or the sentence that says why there is none that
    /// an attestation could be compared with.
    pub digest: Result<[u8; 32], String>,
    /// Whether, and why, it was withdrawn; empty where no reason is given.
    pub yanked: Option<String>,
    /// What the index says about provenance.
    pub provenance: AdvertisedProvenance,
    /// When the index says that it was uploaded (PEP 700): unsigned.
    pub uploaded: Option<Timestamp>,
}

impl Release {
    /// When its youngest file was uploaded, by the index's word; nothing where it does not say so of
    /// every file.
    pub fn published(&self) -> Option<Timestamp> {
        let times: Option<Vec<Timestamp>> = self.files.iter().map(|file| file.uploaded).collect();
        times?
            .into_iter()
            .max()
            .filter(|_| self.unattestable.is_empty())
    }
}

/// The index's `provenance` key of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AdvertisedProvenance {
    /// A URL: there is one.
    Yes(StatedAddress),
    /// `null`: there is none.
    No,
    /// The key is absent, as on mirrors that predate PEP 740: nothing is known.
    Unstated,
}

/// Why no release could be read from an index document.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum IndexError {
    /// No strict JSON of the expected shape.
    #[error("the index is not PEP 691 JSON: {0}")]
    Json(#[from] JsonError),
    /// Another major version of the API.
    #[error("the index speaks version {0} of the simple API; this program reads version 1")]
    ApiVersion(String),
    /// The document is about another project.
    #[error("the index describes another project than `{0}`")]
    OtherProject(String),
    /// What it says of a file of this release is of another shape.
    #[error("the index does not describe `{0}` as PEP 691 asks: {1}")]
    File(String, String),
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
#[serde(try_from = "Box<RawValue>")]
pub struct PypiAttestation {
    /// The SHA-256 of the object as served.
    pub sha256: [u8; 32],
    /// Always 1 in a parsed document.
    pub version: u64,
    /// Certificate and log entries.
    pub verification_material: PypiVerificationMaterial,
    /// Statement and signature.
    pub envelope: PypiEnvelope,
}

/// The members of a [`PypiAttestation`].
#[derive(Deserialize)]
struct PypiAttestationWire {
    #[serde(deserialize_with = "wire::version_one")]
    version: u64,
    verification_material: PypiVerificationMaterial,
    envelope: PypiEnvelope,
}

impl TryFrom<Box<RawValue>> for PypiAttestation {
    type Error = serde_json::Error;

    fn try_from(served: Box<RawValue>) -> Result<Self, Self::Error> {
        let wire: PypiAttestationWire = serde_json::from_str(served.get())?;
        Ok(Self {
            sha256: *sha256(served.get().as_bytes()).as_bytes(),
            version: wire.version,
            verification_material: wire.verification_material,
            envelope: wire.envelope,
        })
    }
}

/// `verification_material`.
#[derive(Debug, Clone, Deserialize)]
pub struct PypiVerificationMaterial {
    /// Standard base64 of the certificate's DER.
    pub certificate: String,
    /// Log entries as protobuf JSON; exactly one is acceptable.
    #[serde(deserialize_with = "wire::bounded")]
    pub transparency_entries: Vec<Box<RawValue>>,
    /// RFC 3161 timestamps over the signature, in standard base64, which entries of a Rekor v2 log need
    /// (pypi-attestations, pull request 143).
    #[serde(default, deserialize_with = "wire::bounded_or_null")]
    pub timestamps: Vec<String>,
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
