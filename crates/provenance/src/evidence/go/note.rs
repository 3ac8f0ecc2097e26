//! Signed tree heads: notes (golang.org/x/mod/sumdb/note) whose text is a checksum database's tree
//! head. Read more strictly than x/mod does: none of what is refused occurs in genuine heads.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

/// The first line of a tree head.
const TITLE: &str = "go.sum database tree";

/// What a signature line starts with: an em dash and a blank.
const SIGNATURE: &str = "\u{2014} ";

/// Most bytes of a note. A genuine one has 188; witnesses may add some kilobytes.
const MAX_NOTE: usize = 64 << 10;

/// Most signatures of a note (note.go).
const MAX_SIGNATURES: usize = 100;

/// Why a document of a checksum database cannot be read. The text may hold untrusted text.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct Malformed(pub String);

impl Malformed {
    pub(super) fn new(what: impl Into<String>) -> Self {
        Self(what.into())
    }
}

/// A SHA-256 hash of the tree.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct TreeHash(pub [u8; 32]);

impl fmt::Debug for TreeHash {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, formatter)
    }
}

/// Standard base64, as notes write it.
impl fmt::Display for TreeHash {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&STANDARD.encode(self.0))
    }
}

/// The head of a tree: how many records it has, and its root.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TreeHead {
    /// Number of records.
    pub size: u64,
    /// RFC 6962 root hash of the records.
    pub root: TreeHash,
}

/// One line of signature.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NoteSignature {
    /// Who signed.
    pub name: String,
    /// The first bytes of a hash of the key.
    pub key_hash: [u8; 4],
    /// The signature.
    pub signature: Vec<u8>,
}

/// A note as it was served. Nothing in it is a fact before a signature has been verified.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Note {
    /// The text that is signed, with the end of its last line.
    pub text: String,
    /// The signatures, in their order.
    pub signatures: Vec<NoteSignature>,
    /// What the text says. Further lines of the text (an extension) are never read.
    pub head: TreeHead,
}

impl Note {
    /// Reads a whole note.
    ///
    /// # Errors
    /// [`Malformed`] says what is wrong.
    pub fn parse(bytes: &[u8]) -> Result<Self, Malformed> {
        if bytes.len() > MAX_NOTE {
            return Err(Malformed::new("the note is larger than 64 KiB"));
        }
        let whole = std::str::from_utf8(bytes)
            .map_err(|_error| Malformed::new("the note is no UTF-8 text"))?;
        if whole.chars().any(|c| c != '\n' && c.is_control()) {
            return Err(Malformed::new("the note has control characters"));
        }
        let (text, signatures) = whole
            .split_once("\n\n")
            .ok_or_else(|| Malformed::new("the note has no blank line before its signatures"))?;
        let lines = signatures
            .strip_suffix('\n')
            .ok_or_else(|| Malformed::new("the note does not end with the end of a line"))?;
        let signatures = lines
            .split('\n')
            .take(MAX_SIGNATURES + 1)
            .map(signature)
            .collect::<Result<Vec<_>, _>>()?;
        if signatures.len() > MAX_SIGNATURES {
            return Err(Malformed::new("the note has more than 100 signatures"));
        }
        Ok(Self {
            head: head(text)?,
            text: format!("{text}\n"),
            signatures,
        })
    }
}

fn head(text: &str) -> Result<TreeHead, Malformed> {
    let mut lines = text.split('\n');
    if lines.next() != Some(TITLE) {
        return Err(Malformed::new(format!(
            "the note is no tree head: its first line is not `{TITLE}`"
        )));
    }
    let size = lines
        .next()
        .and_then(decimal)
        .ok_or_else(|| Malformed::new("the tree's size is no plain decimal number"))?;
    let root = lines
        .next()
        .and_then(hash)
        .ok_or_else(|| Malformed::new("the tree's root is no base64 of a SHA-256"))?;
    Ok(TreeHead { size, root })
}

fn signature(line: &str) -> Result<NoteSignature, Malformed> {
    let bad = || Malformed::new("a signature line of the note cannot be read");
    let (name, encoded) = line
        .strip_prefix(SIGNATURE)
        .and_then(|rest| rest.split_once(' '))
        .ok_or_else(bad)?;
    let named = !name.is_empty() && !name.contains('+') && !name.chars().any(char::is_whitespace);
    let bytes = STANDARD.decode(encoded).map_err(|_error| bad())?;
    let (key_hash, signature) = bytes.split_first_chunk::<4>().ok_or_else(bad)?;
    if !named || signature.is_empty() {
        return Err(bad());
    }
    Ok(NoteSignature {
        name: name.to_owned(),
        key_hash: *key_hash,
        signature: signature.to_vec(),
    })
}

/// A number as the database writes it: digits without a sign or leading zeros, below 2^63.
pub(super) fn decimal(text: &str) -> Option<u64> {
    let plain = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let canonical = plain && (text == "0" || !text.starts_with('0'));
    let number: i64 = canonical.then(|| text.parse().ok())??;
    u64::try_from(number).ok()
}

/// Padded standard base64 of 32 bytes, in its one spelling.
pub(super) fn hash(text: &str) -> Option<TreeHash> {
    let bytes = STANDARD.decode(text).ok()?;
    Some(TreeHash(bytes.try_into().ok()?))
}
