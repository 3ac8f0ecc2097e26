//! Checksum databases: the key that signs a database's tree heads, and a head of its tree that is
//! known without asking.

use aws_lc_rs::signature::{ED25519, UnparsedPublicKey};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use jiff::Timestamp;
use sigstore_verify::crypto::sha256;
use untrusted_text::quoted;

use crate::evidence::go::note::{Note, TreeHash, TreeHead};

/// The name of Go's public database.
pub const SUM_GOLANG_ORG: &str = "sum.golang.org";

/// Its key, as cmd/go has it (`internal/modfetch/key.go`).
const SUM_GOLANG_ORG_KEY: &str =
    "sum.golang.org+033de0ae+Ac4zctda0e5eza+HJyk9SxEdh+s3Ux18htTTAD8OuAn8";

/// The algorithm byte of Ed25519 in verifier keys.
const ALGORITHM: u8 = 1;

/// The key that verifies a database's signatures.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SumdbKey {
    name: String,
    hash: [u8; 4],
    key: [u8; 32],
}

/// A checksum database that is trusted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sumdb {
    /// Its name and key.
    pub key: SumdbKey,
    /// A head of its tree that the program was built with: a run without memory still sees a tree that
    /// was forked before.
    pub anchor: Option<DatedHead>,
}

/// A tree head, and a time at which it had been signed already. Notes have no date of their own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DatedHead {
    /// The head.
    pub head: TreeHead,
    /// Whoever put the head here had it by then, so that every record in its tree is at least as old.
    pub signed_by: Timestamp,
}

/// Why a head of a database's tree does not count.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SignatureError {
    /// No signature by the key.
    #[error("is not signed by the database's key")]
    Unsigned,
    /// More than one signature by the key.
    #[error("has more than one signature by the database's key")]
    Several,
    /// A signature by the key that does not verify.
    #[error("has a signature by the database's key that does not verify")]
    Wrong,
}

impl SumdbKey {
    /// Reads a verifier key, `{name}+{hash of the key}+{base64 of an algorithm byte and the key}`
    /// (golang.org/x/mod/sumdb/note, `NewVerifier`). The name is a host, and a path if need be.
    ///
    /// # Errors
    /// What is wrong, for people.
    pub fn parse(text: &str) -> Result<Self, String> {
        let refuse = |why: &str| format!("{} is no verifier key: {why}", quoted(text));
        let shape = || refuse("it is written `NAME+HASH+KEY`");
        let (name, rest) = text.split_once('+').ok_or_else(shape)?;
        let (hash, key) = rest.split_once('+').ok_or_else(shape)?;
        check_name(name).map_err(refuse)?;
        let mut stated = [0; 4];
        let lower = hash.bytes().all(|byte| !byte.is_ascii_uppercase());
        if !lower || hex::decode_to_slice(hash, &mut stated).is_err() {
            return Err(refuse("its hash is not eight hexadecimal digits"));
        }
        let bytes = STANDARD
            .decode(key)
            .map_err(|_error| refuse("its key is no base64"))?;
        let key = match bytes.split_first() {
            Some((&ALGORITHM, key)) => <[u8; 32]>::try_from(key).ok(),
            _ => None,
        };
        let key = key.ok_or_else(|| refuse("it is no Ed25519 key"))?;
        let mut hashed = format!("{name}\n").into_bytes();
        hashed.extend(&bytes);
        if sha256(&hashed).as_bytes().first_chunk::<4>() != Some(&stated) {
            return Err(refuse("the hash is not that of the name and the key"));
        }
        Ok(Self {
            name: name.to_owned(),
            hash: stated,
            key,
        })
    }

    /// The key as it is configured.
    fn text(&self) -> String {
        let key = [[ALGORITHM].as_slice(), &self.key].concat();
        let (hash, key) = (hex::encode(self.hash), STANDARD.encode(key));
        format!("{}+{hash}+{key}", self.name)
    }

    /// The database's name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Whether the key signed `note`: exactly one signature is by it, and it verifies. Signatures by
    /// other keys, such as witnesses', are passed over.
    ///
    /// # Errors
    /// [`SignatureError`] says why not.
    pub(crate) fn verify(&self, note: &Note) -> Result<(), SignatureError> {
        let mut own = note
            .signatures
            .iter()
            .filter(|one| one.name == self.name && one.key_hash == self.hash);
        let (first, second) = (own.next(), own.next());
        let signature = first.ok_or(SignatureError::Unsigned)?;
        if second.is_some() {
            return Err(SignatureError::Several);
        }
        UnparsedPublicKey::new(&ED25519, &self.key)
            .verify(note.text.as_bytes(), &signature.signature)
            .map_err(|_error| SignatureError::Wrong)
    }
}

/// `{name}+{hash}+{key}`, as it is configured.
impl std::fmt::Display for SumdbKey {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(&self.text())
    }
}

/// A name that is a host, or a host and a path, and nothing else (cmd/go, `dbDial`).
fn check_name(name: &str) -> Result<(), &'static str> {
    let host = name.split('/').next().unwrap_or_default();
    let plain = |byte: u8| {
        byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b':' | b'/' | b'~')
    };
    let parts = name.split('/').all(|part| !matches!(part, "" | "." | ".."));
    if host.is_empty() || !name.bytes().all(plain) || !parts {
        return Err("its name is no host, or host and path");
    }
    Ok(())
}

impl Sumdb {
    /// Reads what stands first in `GOSUMDB`: the name of a database that is known, or a verifier key.
    ///
    /// # Errors
    /// What is wrong, for people.
    pub fn parse(text: &str) -> Result<Self, String> {
        if text == SUM_GOLANG_ORG {
            return Self::public();
        }
        if text.contains('+') {
            let key = SumdbKey::parse(text)?;
            // Whoever spells the public key out means the same database.
            let anchor = SumdbKey::parse(SUM_GOLANG_ORG_KEY).is_ok_and(|public| public == key);
            return Ok(Self {
                key,
                anchor: anchor.then_some(ANCHOR),
            });
        }
        Err(format!(
            "{} is no checksum database that this program knows; write its verifier key, \
             `NAME+HASH+KEY`",
            quoted(text)
        ))
    }

    /// The number of records of the tree head in `note`, if the database signed it.
    pub fn signed_size(&self, note: &[u8]) -> Option<u64> {
        let note = Note::parse(note).ok()?;
        self.key.verify(&note).ok()?;
        Some(note.head.size)
    }

    /// Go's public database.
    ///
    /// # Errors
    /// None: the key is part of the program.
    pub fn public() -> Result<Self, String> {
        Ok(Self {
            key: SumdbKey::parse(SUM_GOLANG_ORG_KEY)?,
            anchor: Some(ANCHOR),
        })
    }
}

/// The head of sum.golang.org's tree that was signed beside the record of golang.org/x/mod v0.17.0, as
/// `https://sum.golang.org/lookup/golang.org/x/mod@v0.17.0` served it in October 2026. The time is the end of that
/// month, 2026-11-01T00:00:00Z: later than the truth, never earlier, because waiting times count from it.
const ANCHOR: DatedHead = DatedHead {
    head: TreeHead {
        size: 66_746_981,
        root: TreeHash([
            0xdc, 0x4e, 0x05, 0xe2, 0x5c, 0xcc, 0x04, 0xc9, 0x8d, 0x15, 0x2b, 0x5d, 0xc7, 0x26,
            0xfa, 0xe1, 0x42, 0xad, 0xa6, 0x16, 0xc9, 0x6b, 0x70, 0x8d, 0x1d, 0xe6, 0x9a, 0xb8,
            0x72, 0x2f, 0x93, 0x34,
        ]),
    },
    signed_by: Timestamp::constant(1_793_491_200, 0),
};

#[cfg(test)]
mod tests;
