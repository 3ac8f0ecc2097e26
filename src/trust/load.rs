//! Loading trust material from the binary or from files.

use std::path::PathBuf;

use super::TrustMaterial;

/// Which trust material to use.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TrustOptions {
    /// A Sigstore `trusted_root.json` instead of the embedded one.
    pub trusted_root: Option<PathBuf>,
    /// npm's `keys.json` instead of the embedded one.
    pub npm_keys: Option<PathBuf>,
}

/// Why trust material could not be loaded: the file and the reason.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct TrustError(pub String);

/// Loads the trust material.
///
/// # Errors
/// [`TrustError`] names the file and what is wrong with it.
pub fn load(options: &TrustOptions) -> Result<TrustMaterial, TrustError> {
    let _ = options;
    todo!()
}
