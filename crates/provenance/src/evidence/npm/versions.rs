//! The versions that a packument lists.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::value::RawValue;

use super::Manifest;
use crate::json::{self, JsonError};
use crate::package::{NpmName, NpmVersion};

/// The versions of a package. Their manifests stay text until one is asked about: as values, what fits
/// into a packument takes 1 GiB.
pub struct Versions<'a> {
    versions: BTreeMap<String, &'a RawValue>,
}

/// Why a document lists no versions of the package.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum VersionsError {
    /// It is no packument.
    #[error("the packument cannot be read: {0}")]
    Json(#[from] JsonError),
    /// It is the packument of another package.
    #[error("the packument is that of another package")]
    OtherPackage,
}

#[derive(Deserialize)]
struct Document<'a> {
    name: String,
    #[serde(borrow, default)]
    versions: BTreeMap<String, &'a RawValue>,
}

impl<'a> Versions<'a> {
    /// Reads the packument of `name`.
    ///
    /// # Errors
    /// [`VersionsError`].
    pub fn parse(packument: &'a [u8], name: &NpmName) -> Result<Self, VersionsError> {
        let document: Document<'_> = json::from_slice(packument)?;
        if document.name != name.as_str() {
            return Err(VersionsError::OtherPackage);
        }
        Ok(Self {
            versions: document.versions,
        })
    }

    /// The versions as they are written.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.versions.keys().map(String::as_str)
    }

    /// Whether the registry advertises provenance of `version`. What cannot be read advertises nothing.
    pub fn is_attested(&self, version: &NpmVersion) -> bool {
        let manifest = self.versions.get(version.as_str());
        let manifest = manifest.and_then(|json| Manifest::parse(json.get().as_bytes()).ok());
        manifest
            .and_then(|manifest| manifest.dist.attestations)
            .is_some_and(|advertised| advertised.provenance.is_some())
    }
}
