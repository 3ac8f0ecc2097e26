//! A checksum database's answer about one module version: the number of a record, its text, and a
//! signed tree head.

use super::note::{self, Malformed, Note, TreeHash};
use crate::package::GoModule;

/// Most bytes of a record: two lines of a path and a version of at most 255 bytes each.
const MAX_RECORD: usize = 4 << 10;

/// What a database answered. Nothing in it is a fact.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lookup {
    /// The record's number: the index of its leaf.
    pub id: u64,
    /// The record's text, which the leaf is a hash of.
    pub record: String,
    /// The signed tree head beside it.
    pub note: Note,
}

/// The hashes that a record pins a module version to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct GoHashes {
    /// `h1:` of the module's zip (golang.org/x/mod/sumdb/dirhash).
    pub zip: TreeHash,
    /// `h1:` of its `go.mod`.
    pub go_mod: TreeHash,
}

impl Lookup {
    /// Reads an answer: the number, the record, a blank line, the note.
    ///
    /// # Errors
    /// [`Malformed`] says what is wrong.
    pub fn parse(bytes: &[u8]) -> Result<Self, Malformed> {
        let (before, note) =
            split(bytes).ok_or_else(|| Malformed::new("it has no blank line before the note"))?;
        let note = Note::parse(note)?;
        let before = std::str::from_utf8(before)
            .map_err(|_error| Malformed::new("the record is no UTF-8 text"))?;
        if before.len() > MAX_RECORD {
            return Err(Malformed::new("the record is larger than 4 KiB"));
        }
        let (id, record) = before
            .split_once('\n')
            .ok_or_else(|| Malformed::new("the record is empty"))?;
        let id = note::decimal(id)
            .ok_or_else(|| Malformed::new("the record's number is no plain decimal number"))?;
        Ok(Self {
            id,
            record: format!("{record}\n"),
            note,
        })
    }
}

/// What stands before the note, and the note, verbatim.
pub(crate) fn split(answer: &[u8]) -> Option<(&[u8], &[u8])> {
    let end = answer.windows(2).position(|pair| pair == b"\n\n")?;
    Some((answer.get(..end)?, answer.get(end + 2..)?))
}

/// The hashes in the text of a record, which must be exactly the two lines about `module`: another
/// module's lines, a line that is missing or one too many have all been used to slip other content
/// in (docs/verification.md#d2, CVE-2026-42501).
///
/// # Errors
/// What is wrong, for people.
pub fn hashes(record: &str, module: &GoModule) -> Result<GoHashes, String> {
    let (path, version) = (module.path(), module.version());
    let mut lines = record.strip_suffix('\n').unwrap_or_default().split('\n');
    let mut hash_of = |what: &str| {
        let line = lines.next().unwrap_or_default();
        line.strip_prefix(&format!("{path} {what} h1:"))
            .and_then(note::hash)
            .ok_or_else(|| {
                format!(
                    "the database's record is not about {module}: a line `{path} {what} h1:…` is \
                     not where it must be"
                )
            })
    };
    let zip = hash_of(version)?;
    let go_mod = hash_of(&format!("{version}/go.mod"))?;
    if lines.next().is_some() {
        return Err(format!(
            "the database's record of {module} has more lines than the two that it must have"
        ));
    }
    Ok(GoHashes { zip, go_mod })
}
