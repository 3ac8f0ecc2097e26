//! The tarball of one npm version, as the manifest names it.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::observed::ListedFile;
use crate::evidence::npm::Manifest;
use crate::package::NpmPackage;

/// What evidence about the tarball is about: `name@version`.
pub(super) fn artifact_of(package: &NpmPackage) -> String {
    format!("{}@{}", package.name.as_str(), package.version.as_str())
}

/// The tarball, where the manifest names exactly one SHA-512.
pub(super) fn listed(package: &NpmPackage, manifest: &Manifest) -> Vec<ListedFile> {
    let sha512 = manifest.dist.integrity.as_deref().map(read_integrity);
    let file = sha512.and_then(Result::ok).map(|sha512| ListedFile {
        artifact: artifact_of(package),
        digest: format!("sha512:{}", hex::encode(sha512)),
    });
    file.into_iter().collect()
}

/// The one SHA-512 of a subresource integrity string. Anything else, several hashes included, is
/// not covered: readers differ in which hash they take (docs/verification.md#a2, #f41).
pub(super) fn read_integrity(text: &str) -> Result<[u8; 64], String> {
    text.strip_prefix("sha512-")
        .and_then(|digest| STANDARD.decode(digest).ok())
        .and_then(|bytes| <[u8; 64]>::try_from(bytes).ok())
        .ok_or_else(|| {
            let shown: String = text.chars().take(80).collect();
            format!("`dist.integrity` is not exactly one sha512 (`{shown}`), so nothing can be bound to the package")
        })
}
