//! The digest that installers hold a file to, which must be the one that its attestations are about.
//!
//! pip (`models/link.py`, `req/req_install.py`) takes the hash that the address names, else that of
//! `hashes`, and enforces the first one of them alone. What an attestation says of another digest says
//! nothing of what is installed then.

use std::fmt;

use serde::Deserialize;
use serde::de::{Deserializer, MapAccess, Visitor};

use super::installers::parameters;
use crate::evidence::limits::MAX_LIST;

/// The hashes of one file, in the index's order: pip enforces the first.
struct Hashes(Vec<(String, String)>);

impl<'de> Deserialize<'de> for Hashes {
    fn deserialize<D: Deserializer<'de>>(reader: D) -> Result<Self, D::Error> {
        reader.deserialize_map(InOrder)
    }
}

struct InOrder;

impl<'de> Visitor<'de> for InOrder {
    type Value = Hashes;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("an object of hashes")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Self::Value, A::Error> {
        let mut hashes = Vec::new();
        while let Some(entry) = entries.next_entry()? {
            if hashes.len() == MAX_LIST {
                return Err(serde::de::Error::custom("too many hashes"));
            }
            hashes.push(entry);
        }
        Ok(Hashes(hashes))
    }
}

impl Hashes {
    fn get(&self, name: &str) -> Option<&str> {
        self.0
            .iter()
            .find_map(|(known, value)| (known == name).then_some(value.as_str()))
    }
}

/// The SHA-256 of `filename`, where it is what installers hold the file at `url` to. `hashes` is the
/// index's JSON.
///
/// # Errors
/// The sentence that says why nothing can be said of what would be installed.
pub(super) fn enforced(
    filename: &str,
    hashes: Option<&str>,
    url: &str,
) -> Result<[u8; 32], String> {
    let hashes: Hashes = hashes
        .and_then(|json| serde_json::from_str(json).ok())
        .unwrap_or(Hashes(Vec::new()));
    let mut sha256 = [0; 32];
    hex::decode_to_slice(hashes.get("sha256").unwrap_or_default(), &mut sha256)
        .map_err(|_error| format!("the index gives no usable sha256 for `{filename}`"))?;
    if let Some((first, _)) = hashes.0.first()
        && first != "sha256"
    {
        let first: String = first.chars().take(40).collect();
        return Err(format!(
            "the index lists `{first}` before `sha256` for `{filename}`, and pip holds the file to the first hash alone, which no attestation is about"
        ));
    }
    if !ends_in(url, filename) {
        return Err(format!(
            "the index gives `{filename}` an address that names another file"
        ));
    }
    match objection(url, &hashes) {
        Some(objection) => Err(format!("the address of `{filename}` {objection}")),
        None => Ok(sha256),
    }
}

/// Whether an address names the very file that the index says it is of. pip takes a file's name from
/// the address, uv from `filename`: were they to differ, one would install what the other never saw.
fn ends_in(url: &str, filename: &str) -> bool {
    let path = url.split(['#', '?']).next().unwrap_or_default();
    let last = path.rsplit('/').next().unwrap_or_default();
    percent_encoding::percent_decode_str(last)
        .decode_utf8()
        .is_ok_and(|last| last == filename)
}

/// What is wrong with what stands behind an address. A fragment of a file's address is its hashes
/// (PEP 503) and nothing else; a query may be a signature of the server's own, but holds no hash.
fn objection(url: &str, hashes: &Hashes) -> Option<String> {
    let differs = parameters(url).find(|(key, value)| {
        is_hash(key)
            && !hashes
                .get(key)
                .is_some_and(|hash| hash.eq_ignore_ascii_case(value))
    });
    if let Some((key, _)) = differs {
        return Some(format!(
            "names another `{key}` than `hashes`, and pip holds the file to the address"
        ));
    }
    // `egg` renames the file, `subdirectory` has another part of the archive built.
    if parameters(url).any(|(key, _)| matches!(key.as_str(), "egg" | "subdirectory")) {
        return Some("changes what pip installs from the file (`egg=` or `subdirectory=`)".into());
    }
    let fragment = url.split_once('#').map_or("", |(_, fragment)| fragment);
    let only_hashes = fragment.split('&').all(|piece| {
        piece.is_empty() || piece.split_once('=').is_some_and(|(key, _)| is_hash(key))
    });
    (!only_hashes).then(|| "has a fragment that is not a hash of the file".to_owned())
}

/// Whether a parameter gives a hash: those that installers know, and their kin.
fn is_hash(key: &str) -> bool {
    ["md", "sha", "blake", "shake"]
        .iter()
        .any(|family| key.starts_with(family))
        && key.contains(|letter: char| letter.is_ascii_digit())
}

#[cfg(test)]
mod tests;
