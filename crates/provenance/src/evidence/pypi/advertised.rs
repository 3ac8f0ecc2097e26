//! The versions that an index lists, and whether it advertises provenance of them.

use std::collections::BTreeMap;

use super::IndexError;
use super::index::{Document, is_name, speaks_version_one};
use crate::dist::DistFilename;
use crate::json;
use crate::package::{PypiPackage, PypiVersion};

/// Every version of the project of `package` that has an sdist or a wheel, and whether the index names
/// provenance of any of these.
///
/// # Errors
/// [`IndexError`] where the document is no index of the project.
pub fn advertised(
    bytes: &[u8],
    package: &PypiPackage,
) -> Result<BTreeMap<PypiVersion, bool>, IndexError> {
    let document: Document<'_> = json::from_slice(bytes)?;
    if !speaks_version_one(&document.meta.api_version) {
        let shown = document.meta.api_version.chars().take(20).collect();
        return Err(IndexError::ApiVersion(shown));
    }
    if !is_name(&document.name, package) {
        return Err(IndexError::OtherProject(package.name.as_str().to_owned()));
    }
    let mut versions = BTreeMap::new();
    for file in &document.files {
        let Ok(filename) = DistFilename::parse(&file.filename) else {
            continue;
        };
        if *filename.name() != package.name {
            continue;
        }
        let named = file.provenance.is_some_and(|json| json.get() != "null");
        *versions.entry(filename.version().clone()).or_default() |= named;
    }
    Ok(versions)
}
