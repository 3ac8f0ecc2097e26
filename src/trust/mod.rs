//! What is trusted: the Sigstore root and npm's keys, where they come from and as of when.

pub mod load;
pub mod npm_keys;
pub mod sigstore;

use std::sync::Arc;

pub use load::{TrustError, TrustOptions, load};
pub use npm_keys::{KeyUsage, NpmKey, NpmKeys};
pub use sigstore::SigstoreRoot;

/// Where trust material came from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub enum TrustSource {
    /// Built into the program.
    Embedded,
    /// Files that the user named.
    File,
}

impl TrustSource {
    /// The word used in reports and arguments.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Embedded => "embedded",
            Self::File => "file",
        }
    }
}

/// Everything that verification believes without proof.
pub struct TrustMaterial {
    /// Sigstore's certificate authorities, logs and timestamp authorities.
    pub sigstore: SigstoreRoot,
    /// npm's registry keys.
    pub npm_keys: NpmKeys,
    /// The document that `sigstore` was read from, so that a run can be recorded.
    pub trusted_root_json: Arc<[u8]>,
    /// The document that `npm_keys` was read from.
    pub npm_keys_json: Arc<[u8]>,
    /// Where it came from: [`TrustSource::File`] as soon as one part was named by the user.
    pub source: TrustSource,
    /// As of when, for people: the date of the embedded material, or the newest key in a file.
    pub as_of: String,
}
