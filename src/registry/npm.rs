//! npm's documents: wire shapes, strictly read.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::Deserialize;
use serde_json::value::RawValue;

use super::wire;
use crate::json::{self, JsonError};
use crate::package::NpmPackage;

/// A version manifest (`GET {registry}/{name}/{version}`), only what verification reads.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Manifest {
    /// The name it gives itself: compared with the request, never used.
    pub name: String,
    /// The version it gives itself: compared with the request, never used.
    pub version: String,
    /// The distribution.
    pub dist: Dist,
}

/// `dist` of a manifest.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Dist {
    /// Subresource integrity of the tarball.
    pub integrity: Option<String>,
    /// Registry signatures; absent, `null` and empty are the same.
    #[serde(default, deserialize_with = "wire::bounded_or_null")]
    pub signatures: Vec<RegistrySignature>,
    /// What is advertised about attestations. Unsigned: it may choose, never prove.
    pub attestations: Option<AdvertisedAttestations>,
}

/// One entry of `dist.signatures`.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct RegistrySignature {
    /// OpenSSH fingerprint of the key.
    pub keyid: String,
    /// Standard base64 of an ASN.1 DER ECDSA signature.
    pub sig: String,
}

/// `dist.attestations`.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct AdvertisedAttestations {
    /// Present where provenance is advertised.
    pub provenance: Option<serde_json::Value>,
}

/// The body of the attestations endpoint.
#[derive(Debug, Clone, Deserialize)]
pub struct Attestations {
    /// The entries, in the order served; at most [`MAX_LIST`](super::limits::MAX_LIST).
    #[serde(deserialize_with = "wire::bounded")]
    pub attestations: Vec<Attestation>,
}

/// One entry: an unsigned label and a Sigstore bundle.
#[derive(Debug, Clone, Deserialize)]
pub struct Attestation {
    /// Unsigned: must equal the signed one.
    #[serde(rename = "predicateType")]
    pub predicate_type: String,
    /// The bundle, as served.
    pub bundle: Box<RawValue>,
}

impl Manifest {
    /// Reads a manifest.
    ///
    /// # Errors
    /// [`JsonError`] where it is no strict JSON of this shape.
    pub fn parse(bytes: &[u8]) -> Result<Self, JsonError> {
        json::from_slice(bytes)
    }
}

impl Attestations {
    /// Reads the body of the attestations endpoint.
    ///
    /// # Errors
    /// [`JsonError`] where it is no strict JSON of this shape.
    pub fn parse(bytes: &[u8]) -> Result<Self, JsonError> {
        json::from_slice(bytes)
    }
}

/// When a packument says that `package` was published: unsigned, and absent from abbreviated
/// packuments.
///
/// # Errors
/// [`JsonError`] where it is no packument.
pub fn publish_time(
    packument: &[u8],
    package: &NpmPackage,
) -> Result<Option<Timestamp>, JsonError> {
    #[derive(Deserialize)]
    struct Packument {
        name: String,
        #[serde(default)]
        time: BTreeMap<String, serde_json::Value>,
    }
    let packument: Packument = json::from_slice(packument)?;
    let stated = packument.time.get(package.version.as_str());
    Ok(stated
        .filter(|_| packument.name == package.name.as_str())
        .and_then(serde_json::Value::as_str)
        .and_then(|time| time.parse().ok()))
}

#[cfg(test)]
mod tests;
