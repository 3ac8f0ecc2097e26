//! What is trusted: the Sigstore root and npm's keys, where they come from and as of when.

pub mod load;
pub mod npm_keys;

pub use load::{TrustError, TrustOptions, load};
pub use npm_keys::{KeyUsage, NpmKey, NpmKeys};

use sigstore_trust_root::TrustedRoot;
use sigstore_verify::Verifier;

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
    /// Verifies bundles against [`TrustMaterial::root`]; CPU only.
    pub(crate) verifier: Verifier,
    /// Sigstore's certificate authorities, logs and timestamp authorities.
    pub(crate) root: TrustedRoot,
    /// npm's registry keys.
    pub npm_keys: NpmKeys,
    /// Where it came from: `File` as soon as one part was named by the user.
    pub source: TrustSource,
    /// As of when, as a date or a description for people.
    pub as_of: String,
}
