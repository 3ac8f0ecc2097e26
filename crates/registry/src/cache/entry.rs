//! One cached answer as the bytes of one file. Pure; `store` reads and writes the files.
//!
//! ```text
//! dockyard-provenance cached answer 1⏎
//! {SHA-256 of everything below, 64 hexadecimal digits}⏎
//! {"url":…,"accept":…,"agent":…,"stored_at":…,"length":…,"headers":[["etag","…"],…]}⏎
//! {the body}
//! ```
//!
//! Where a registry answered that there is no such document, the third line says `"missing":true`, and there
//! is no body.
//!
//! The digest finds damage. It is no proof of origin, and need not be: what is cached is verified like
//! an answer from the network. The whole key is in the entry too, so that an entry in another one's
//! place answers nothing.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::evidence_manifest::digest;
use package_provenance::evidence::{Body, Fetched};
use package_provenance::json;

/// The first line, with the version of the format.
const MAGIC: &[u8] = b"dockyard-provenance cached answer 1\n";

/// The second line: a SHA-256 in hexadecimal digits, and the line's end.
const DIGEST_LINE: usize = 65;

/// Most bytes of the third line.
const MAX_HEAD: usize = 16 << 10;

/// Most bytes that an entry has beyond its body.
pub(super) const MAX_OVERHEAD: usize = MAGIC.len() + DIGEST_LINE + MAX_HEAD + 1;

/// Everything that decides what a registry answers to a `GET` without credentials.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Key {
    /// The whole URL.
    pub url: String,
    /// The `Accept` header.
    pub accept: String,
    /// The `User-Agent` header, which names this program's version.
    pub agent: String,
}

impl Key {
    /// A name for it: 64 hexadecimal digits.
    pub fn name(&self) -> String {
        let Self { url, accept, agent } = self;
        // None of the three can hold a line's end.
        hex::encode(digest(
            format!("GET\n{url}\n{accept}\n{agent}\n").as_bytes(),
        ))
    }
}

/// One cached answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// What was asked.
    pub key: Key,
    /// When the answer came, or was last confirmed: whole seconds.
    pub stored_at: Timestamp,
    /// The headers that say how long it may be used; names in lower case.
    pub headers: Vec<(String, String)>,
    /// What it was.
    pub kept: Kept,
}

/// What a registry answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Kept {
    /// A document: its body, decompressed.
    Found(Body),
    /// That there is none.
    Missing,
}

impl Kept {
    /// As whoever asks takes it.
    pub fn answer(&self) -> Fetched {
        match self {
            Self::Found(body) => Fetched::Found(Body::clone(body)),
            Self::Missing => Fetched::Missing,
        }
    }

    /// Bytes of the document.
    pub fn length(&self) -> usize {
        self.body().len()
    }

    /// The document; empty where there is none.
    pub fn body(&self) -> &[u8] {
        match self {
            Self::Found(body) => body,
            Self::Missing => &[],
        }
    }
}

/// Bytes that are no entry: which of their parts is wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("no cached answer: {0}")]
pub struct Damaged(&'static str);

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Head {
    url: String,
    accept: String,
    agent: String,
    stored_at: i64,
    length: u64,
    headers: Vec<(String, String)>,
    /// Whether there was no such document.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    missing: bool,
}

impl Entry {
    /// As bytes; the same bytes for the same entry. `None` where its headers are too long to be
    /// kept.
    pub fn encode(&self) -> Option<Vec<u8>> {
        let head = Head {
            url: self.key.url.clone(),
            accept: self.key.accept.clone(),
            agent: self.key.agent.clone(),
            stored_at: self.stored_at.as_second(),
            length: u64::try_from(self.kept.length()).ok()?,
            headers: self.headers.clone(),
            missing: self.kept == Kept::Missing,
        };
        let mut rest = serde_json::to_vec(&head).ok()?;
        if rest.len() > MAX_HEAD {
            return None;
        }
        rest.push(b'\n');
        rest.extend_from_slice(self.kept.body());
        let digest = hex::encode(digest(&rest));
        Some([MAGIC, digest.as_bytes(), b"\n", rest.as_slice()].concat())
    }

    /// Reads what [`Entry::encode`] wrote, every byte of it.
    ///
    /// # Errors
    /// [`Damaged`] where anything is missing, changed or added.
    pub fn decode(bytes: &[u8]) -> Result<Self, Damaged> {
        let rest = bytes.strip_prefix(MAGIC).ok_or(Damaged("first line"))?;
        let (line, rest) = rest
            .split_at_checked(DIGEST_LINE)
            .ok_or(Damaged("digest"))?;
        let stated = line.strip_suffix(b"\n").ok_or(Damaged("digest"))?;
        if hex::encode(digest(rest)).as_bytes() == stated {
            Self::parse(rest)
        } else {
            Err(Damaged("digest"))
        }
    }

    /// Reads what the digest covers: the head's line, and the body.
    ///
    /// # Errors
    /// [`Damaged`] where it is no such thing.
    pub fn parse(rest: &[u8]) -> Result<Self, Damaged> {
        let end = rest
            .iter()
            .take(MAX_HEAD + 1)
            .position(|byte| *byte == b'\n')
            .ok_or(Damaged("head"))?;
        let (head, body) = rest.split_at_checked(end).ok_or(Damaged("head"))?;
        let body = body.strip_prefix(b"\n").ok_or(Damaged("head"))?;
        let head: Head = json::from_slice(head).map_err(|_error| Damaged("head"))?;
        if u64::try_from(body.len()) != Ok(head.length) {
            return Err(Damaged("length"));
        }
        let kept = match (head.missing, body) {
            (false, body) => Kept::Found(body.into()),
            (true, []) => Kept::Missing,
            (true, _) => return Err(Damaged("length")),
        };
        Ok(Self {
            key: Key {
                url: head.url,
                accept: head.accept,
                agent: head.agent,
            },
            stored_at: Timestamp::from_second(head.stored_at).map_err(|_error| Damaged("time"))?,
            headers: head.headers,
            kept,
        })
    }
}

#[cfg(test)]
mod tests;
