//! npm's registry keys, with usages and validity.

use jiff::Timestamp;
use sigstore_verify::types::DerPublicKey;

/// What npm uses a key for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeyUsage {
    /// `npm:signatures`: registry signatures in manifests.
    Signatures,
    /// `npm:attestations`: publish attestations.
    Attestations,
}

/// One key for one usage during one time.
#[derive(Debug, Clone)]
pub struct NpmKey {
    /// OpenSSH fingerprint, recomputed from the key itself.
    pub id: String,
    /// What it may sign.
    pub usage: KeyUsage,
    /// The key.
    pub public_key: DerPublicKey,
    /// First moment of validity.
    pub start: Timestamp,
    /// First moment after validity, if it ended.
    pub end: Option<Timestamp>,
}

/// All keys of the trust material.
#[derive(Debug, Clone, Default)]
pub struct NpmKeys {
    keys: Vec<NpmKey>,
}

/// Why a key document cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct NpmKeysError(pub String);

impl NpmKeys {
    /// Reads npm's `keys.json` in the shape of the TUF target
    /// (`{"keys":[{"keyId","keyUsage","publicKey":{"rawBytes","keyDetails","validFor"}}]}`).
    ///
    /// # Errors
    /// [`NpmKeysError`] where a key is not usable; none is skipped.
    pub fn from_json(bytes: &[u8]) -> Result<Self, NpmKeysError> {
        let _ = bytes;
        todo!()
    }

    /// The entry for this id and usage.
    pub fn find(&self, id: &str, usage: KeyUsage) -> Option<&NpmKey> {
        self.keys
            .iter()
            .find(|key| key.id == id && key.usage == usage)
    }

    /// Whether any entry, whatever its usage, has this id.
    pub fn knows(&self, id: &str) -> bool {
        self.keys.iter().any(|key| key.id == id)
    }
}
