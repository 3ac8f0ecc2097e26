//! npm's registry keys, with usages and validity.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD};
use jiff::Timestamp;
use serde::Deserialize;
use sigstore_verify::crypto::sha256;
use sigstore_verify::types::DerPublicKey;

use crate::json;

/// npm's keys as the TUF target `registry.npmjs.org/keys.json` held them.
pub const EMBEDDED_NPM_KEYS: &str = include_str!("npm-keys.json");

/// DER of a P-256 `SubjectPublicKeyInfo` up to the point: algorithm, curve, bit string header.
const P256_SPKI_PREFIX: [u8; 26] = [
    0x30, 0x59, 0x30, 0x13, 0x06, 0x07, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01, 0x06, 0x08, 0x2a,
    0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07, 0x03, 0x42, 0x00,
];

/// Length of an uncompressed P-256 point.
const P256_POINT: usize = 65;

/// Most keys that a document may hold.
const MAX_KEYS: usize = 256;

/// What npm uses a key for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeyUsage {
    /// `npm:signatures`: registry signatures in manifests.
    Signatures,
    /// `npm:attestations`: publish attestations.
    Attestations,
}

impl KeyUsage {
    /// npm's word for it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Signatures => "npm:signatures",
            Self::Attestations => "npm:attestations",
        }
    }
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

impl NpmKey {
    /// Whether the key was valid at `time`.
    pub fn valid_at(&self, time: Timestamp) -> bool {
        self.start <= time && self.end.is_none_or(|end| time < end)
    }

    /// Its validity, for people.
    pub fn window(&self) -> String {
        match self.end {
            Some(end) => format!("valid from {} until {end}", self.start),
            None => format!("valid from {}", self.start),
        }
    }
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

#[derive(Deserialize)]
struct Document {
    keys: Vec<Entry>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Entry {
    key_id: String,
    key_usage: String,
    public_key: Key,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Key {
    raw_bytes: String,
    #[serde(rename = "keyDetails")]
    algorithm: String,
    valid_for: Validity,
}

#[derive(Deserialize)]
struct Validity {
    start: Timestamp,
    end: Option<Timestamp>,
}

impl NpmKeys {
    /// Reads npm's `keys.json` in the shape of the TUF target
    /// (`{"keys":[{"keyId","keyUsage","publicKey":{"rawBytes","keyDetails","validFor"}}]}`).
    ///
    /// # Errors
    /// [`NpmKeysError`] where a key is not usable; none is skipped, because a key that is silently
    /// left out turns into signatures that nobody can check.
    pub fn from_json(bytes: &[u8]) -> Result<Self, NpmKeysError> {
        let document: Document = json::from_slice(bytes).map_err(|error| {
            NpmKeysError(format!(
                "not npm's keys.json ({error}); the shape of the TUF target is needed, not that of /-/npm/v1/keys"
            ))
        })?;
        if document.keys.is_empty() || document.keys.len() > MAX_KEYS {
            return Err(NpmKeysError(format!(
                "holds {} keys; 1 to {MAX_KEYS} are expected",
                document.keys.len()
            )));
        }
        let mut keys: Vec<NpmKey> = Vec::with_capacity(document.keys.len());
        for entry in document.keys {
            let key = NpmKey::try_from(entry)?;
            if keys
                .iter()
                .any(|known| known.id == key.id && known.usage == key.usage)
            {
                return Err(NpmKeysError(format!(
                    "names the key {} twice for one usage",
                    key.id
                )));
            }
            keys.push(key);
        }
        Ok(Self { keys })
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

    /// All entries, in the document's order.
    pub fn iter(&self) -> impl Iterator<Item = &NpmKey> {
        self.keys.iter()
    }

    /// When the newest key became valid: the document is at least as new as this.
    pub fn newest_start(&self) -> Option<Timestamp> {
        self.keys.iter().map(|key| key.start).max()
    }
}

impl TryFrom<Entry> for NpmKey {
    type Error = NpmKeysError;

    fn try_from(entry: Entry) -> Result<Self, NpmKeysError> {
        let Entry {
            key_id,
            key_usage,
            public_key,
        } = entry;
        let fail = |what: &str| NpmKeysError(format!("key {key_id}: {what}"));
        let usage = match key_usage.as_str() {
            "npm:signatures" => KeyUsage::Signatures,
            "npm:attestations" => KeyUsage::Attestations,
            _ => {
                return Err(fail(
                    "its usage is neither npm:signatures nor npm:attestations",
                ));
            }
        };
        if public_key.algorithm != "PKIX_ECDSA_P256_SHA_256" {
            return Err(fail("it is no ECDSA P-256 key"));
        }
        let der = STANDARD
            .decode(&public_key.raw_bytes)
            .map_err(|error| fail(&format!("rawBytes is not standard base64 ({error})")))?;
        let point = der
            .strip_prefix(&P256_SPKI_PREFIX)
            .filter(|point| point.len() == P256_POINT && point.first() == Some(&0x04))
            .ok_or_else(|| fail("rawBytes is no P-256 public key in SubjectPublicKeyInfo form"))?;
        if fingerprint(point) != key_id {
            return Err(fail("the id is not the fingerprint of the key"));
        }
        let Validity { start, end } = public_key.valid_for;
        if end.is_some_and(|end| end <= start) {
            return Err(fail("its validity ends before it starts"));
        }
        Ok(Self {
            id: key_id,
            usage,
            public_key: DerPublicKey::new(der),
            start,
            end,
        })
    }
}

/// The OpenSSH fingerprint of a P-256 point: npm's key id (docs/verification.md#a2). It is a hash
/// of the SSH wire form, not of the DER.
fn fingerprint(point: &[u8]) -> String {
    let mut wire = Vec::with_capacity(128);
    for part in [b"ecdsa-sha2-nistp256".as_slice(), b"nistp256", point] {
        let length = u32::try_from(part.len()).unwrap_or(u32::MAX);
        wire.extend_from_slice(&length.to_be_bytes());
        wire.extend_from_slice(part);
    }
    format!(
        "SHA256:{}",
        STANDARD_NO_PAD.encode(sha256(&wire).as_bytes())
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    const EMBEDDED: &str = EMBEDDED_NPM_KEYS;

    #[test]
    fn npms_two_keys_are_read_with_usage_and_window() {
        let keys = NpmKeys::from_json(EMBEDDED.as_bytes()).unwrap();
        let old = "SHA256:jl3bwswu80PjjokCgh0o2w5c2U4LhQAE57gj9cz1kzA";
        let signing = keys.find(old, KeyUsage::Signatures).unwrap();
        let attesting = keys.find(old, KeyUsage::Attestations).unwrap();
        assert_eq!(signing.public_key, attesting.public_key);
        assert!(signing.valid_at("2020-01-01T00:00:00Z".parse().unwrap()));
        assert!(!attesting.valid_at("2020-01-01T00:00:00Z".parse().unwrap()));
        assert!(
            !signing.valid_at("2025-01-29T00:00:00Z".parse().unwrap()),
            "the end is exclusive"
        );
        assert_eq!(
            keys.newest_start(),
            Some("2025-01-13T00:00:00Z".parse().unwrap())
        );
    }

    #[test]
    fn a_key_under_another_id_is_refused() {
        let swapped = EMBEDDED.replace("SHA256:DhQ8w", "SHA256:DhQ8x");
        let error = NpmKeys::from_json(swapped.as_bytes()).unwrap_err();
        assert!(error.to_string().contains("not the fingerprint"), "{error}");
    }

    #[test]
    fn nothing_unusable_is_skipped() {
        for (from, to, word) in [
            ("npm:attestations", "npm:other", "usage"),
            ("PKIX_ECDSA_P256_SHA_256", "PKIX_ED25519", "P-256"),
            ("MFkwEwYH", "MFkwEwYI", "SubjectPublicKeyInfo"),
            ("MFkwEwYH", "MFkw\\nEwYH", "base64"),
            ("npm:attestations", "npm:signatures", "twice"),
            ("2025-01-29", "1998-01-29", "ends before"),
        ] {
            let changed = EMBEDDED.replacen(from, to, if to == "npm:signatures" { 1 } else { 9 });
            let error = NpmKeys::from_json(changed.as_bytes()).unwrap_err();
            assert!(error.to_string().contains(word), "{from} → {to}: {error}");
        }
        assert!(NpmKeys::from_json(br#"{"keys":[]}"#).is_err());
    }
}
