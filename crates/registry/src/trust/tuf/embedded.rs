//! What this program knows without a network: the root of Sigstore's public TUF repository, and
//! both documents.

use jiff::Timestamp;
use sigstore_trust_root::SIGSTORE_PRODUCTION_TRUSTED_ROOT;
use sigstore_verify::crypto::sha256;

use crate::trust::TrustOptions;
use crate::trust::load;
use crate::trust::load::embedded_as_of;
use crate::urls::BaseUrl;
use package_provenance::trust::npm_keys::EMBEDDED_NPM_KEYS;
use package_provenance::trust::{TrustError, TrustMaterial};

/// Root version 16 of Sigstore's public instance, as the pinned `sigstore-trust-root` holds it
/// (`repository/tuf_root.json`); that crate shows it only together with a TUF client of its own.
pub(super) const ROOT: &[u8] = include_bytes!("sigstore-root.json");

/// The embedded Sigstore root, byte for byte as the repository serves it.
pub(super) const TRUSTED_ROOT: &[u8] = SIGSTORE_PRODUCTION_TRUSTED_ROOT.as_bytes();

/// The embedded documents and as of when they are.
pub(super) struct Embedded {
    pub(super) as_of: Timestamp,
    pub(super) trusted_root: &'static [u8],
    pub(super) npm_keys: &'static [u8],
}

impl Embedded {
    pub(super) fn new() -> Result<Self, TrustError> {
        Ok(Self {
            as_of: embedded_as_of()?,
            trusted_root: TRUSTED_ROOT,
            npm_keys: EMBEDDED_NPM_KEYS.as_bytes(),
        })
    }

    /// The documents, read.
    pub(super) fn material() -> Result<TrustMaterial, TrustError> {
        load(&TrustOptions::default())
    }
}

/// The name of the folder of a repository: a hash of its address and of the root that it is verified
/// from. The embedded root counts as one, whichever version a program holds, so that what was
/// learnt does not get lost with an update.
pub(super) fn instance_id(url: &BaseUrl, root: Option<&Vec<u8>>) -> String {
    let root = root.map_or_else(
        || "embedded".to_owned(),
        |root| hex::encode(sha256(root).as_bytes()),
    );
    let folder = url.folder();
    let address = folder.as_str().trim_end_matches('/');
    let mut id = hex::encode(sha256(format!("{address}\n{root}").as_bytes()).as_bytes());
    id.truncate(32);
    id
}
