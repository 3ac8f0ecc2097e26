//! npm's documents: wire shapes, strictly read.

mod versions;
pub mod words;

pub use versions::{Versions, VersionsError};

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::Deserialize;
use serde::de::IgnoredAny;
use serde_json::value::RawValue;

use self::words::{Dependencies, Optional, Platforms, Scripts};
use super::wire;
use crate::json::{self, JsonError};
use crate::package::NpmPackage;

/// A version manifest (`GET {registry}/{name}/{version}`), only what verification reads.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct Manifest {
    /// The name it gives itself: compared with the request, never used.
    pub name: String,
    /// The version it gives itself: compared with the request, never used.
    pub version: String,
    /// The distribution.
    pub dist: Dist,
    /// Why its publisher deprecated it, where that is so.
    #[serde(default, deserialize_with = "words::deprecated")]
    pub deprecated: Option<String>,
    /// The scripts that run when it is installed.
    #[serde(default, deserialize_with = "words::scripts")]
    pub scripts: Scripts,
    /// Whether the registry says that it has such a script.
    #[serde(default, rename = "hasInstallScript", deserialize_with = "words::flag")]
    pub has_install_script: bool,
    /// Whether npm builds it with `node-gyp` when it is installed, which is an `install` script that
    /// nobody has to write.
    #[serde(default, deserialize_with = "words::flag")]
    pub gypfile: bool,
    /// What it depends on from elsewhere.
    #[serde(default, deserialize_with = "words::dependencies")]
    pub dependencies: Dependencies,
    /// As `dependencies`, where the installation may do without.
    #[serde(
        default,
        rename = "optionalDependencies",
        deserialize_with = "words::optional"
    )]
    pub optional_dependencies: Optional,
    /// As `dependencies`, of what is installed beside it.
    #[serde(
        default,
        rename = "peerDependencies",
        deserialize_with = "words::dependencies"
    )]
    pub peer_dependencies: Dependencies,
    /// Whether it is for certain systems only.
    #[serde(default, deserialize_with = "words::platforms")]
    pub os: Platforms,
    /// Whether it is for certain processors only.
    #[serde(default, deserialize_with = "words::platforms")]
    pub cpu: Platforms,
    /// Whether it is for certain C libraries only.
    #[serde(default, deserialize_with = "words::platforms")]
    pub libc: Platforms,
}

/// `dist` of a manifest.
#[derive(Debug, Clone, PartialEq, Deserialize)]
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
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct AdvertisedAttestations {
    /// Present where provenance is advertised. What it says is not kept.
    pub provenance: Option<IgnoredAny>,
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

/// A packument, only what verification reads. Its values stay text: as values, what fits into a
/// packument takes 1 GiB.
#[derive(Deserialize)]
struct Packument<'a> {
    name: String,
    #[serde(borrow)]
    time: Option<BTreeMap<String, &'a RawValue>>,
    #[serde(borrow)]
    versions: Option<BTreeMap<String, &'a RawValue>>,
}

/// When a packument says that `package` was published: unsigned, and absent from abbreviated
/// packuments and from those of registries that strip it.
///
/// # Errors
/// [`JsonError`] where it is no packument.
pub fn publish_time(
    packument: &[u8],
    package: &NpmPackage,
) -> Result<Option<Timestamp>, JsonError> {
    let packument: Packument<'_> = json::from_slice(packument)?;
    let times = packument.time.unwrap_or_default();
    let stated = times.get(package.version.as_str());
    Ok(stated
        .filter(|_| packument.name == package.name.as_str())
        .and_then(|time| serde_json::from_str::<String>(time.get()).ok())
        .and_then(|time| time.parse().ok()))
}

/// What a packument has of one version.
#[derive(Debug, Clone, PartialEq)]
pub enum InPackument {
    /// Its manifest, which is the one that `GET {registry}/{name}/{version}` would answer.
    Manifest(Box<Manifest>),
    /// The package is there, and this version is not.
    NoVersion,
    /// It is the packument of another package, of this name.
    OtherPackage(String),
}

/// Looks `package` up in a packument (`GET {registry}/{name}`), as npm's own client does: not every
/// registry has an endpoint for one version.
///
/// # Errors
/// [`JsonError`] where it is no packument, or the version no manifest.
pub fn in_packument(packument: &[u8], package: &NpmPackage) -> Result<InPackument, JsonError> {
    let packument: Packument<'_> = json::from_slice(packument)?;
    if packument.name != package.name.as_str() {
        return Ok(InPackument::OtherPackage(packument.name));
    }
    let versions = packument.versions.unwrap_or_default();
    let Some(manifest) = versions.get(package.version.as_str()) else {
        return Ok(InPackument::NoVersion);
    };
    Manifest::parse(manifest.get().as_bytes())
        .map(|manifest| InPackument::Manifest(manifest.into()))
}

#[cfg(test)]
mod tests;
