//! The manifest of an evidence folder, `evidence.json`: which answers were recorded, with their
//! digests. Pure; `evidence_dir` reads the folder.
//!
//! ```json
//! {"schema_version":1,"entries":[
//!   {"path":"npm/@scope/name/1.0.0/manifest.json","status":200,"sha256":"…"},
//!   {"path":"npm/@scope/name/1.0.0/attestations.json","status":404}]}
//! ```
//!
//! The manifest of a recorded run also holds the trust material that the run used, and a digest of
//! itself; one that holds them is read only as it was written, byte for byte:
//!
//! ```json
//!  "recorded":{"at":"2026-08-22T10:00:00Z","source":"embedded","as_of":"…",
//!              "trusted_root":"…","npm_keys":"…","manifest":"…"}
//! ```
//!
//! Where the run had scopes whose packages the default registry's keys do not vouch for, `recorded`
//! names them too, with the digest of their keys if it knew any:
//! `"scopes":[{"scope":"@acme","npm_keys":"…"}]`.
//!
//! The digests find accidents and careless edits. They are no proof of origin, and need not be:
//! what is read from the folder is verified like an answer from the network, and its trust material
//! is used only by whoever names it.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use sigstore_verify::crypto::sha256;

use package_provenance::json;
use package_provenance::package::NpmName;

/// The file's name in the folder.
pub const FILE_NAME: &str = "evidence.json";

/// Sigstore's trusted root of a recorded run.
pub const TRUSTED_ROOT: &str = "trust/trusted_root.json";

/// npm's keys of a recorded run.
pub const NPM_KEYS: &str = "trust/npm-keys.json";

/// The keys of a scope that has its own, of a recorded run.
pub fn scope_keys(scope: &str) -> String {
    format!("trust/npm-keys.{scope}.json")
}

/// Whether this is a scope that packages can have, and so part of a file name.
pub(super) fn is_scope(scope: &str) -> bool {
    scope.starts_with('@') && NpmName::parse(&format!("{scope}/x")).is_ok()
}

/// The version of the format that is read and written.
const SCHEMA_VERSION: u64 = 1;

/// One recorded answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Recorded {
    /// The registry had the document; the SHA-256 of the recorded bytes.
    Found([u8; 32]),
    /// The registry said that there is no such document.
    Missing,
}

/// The recorded answers by path (see
/// [`EvidenceRequest::evidence_path`](package_provenance::evidence::EvidenceRequest::evidence_path)).
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct EvidenceManifest {
    entries: BTreeMap<String, Recorded>,
    trust: Option<RecordedTrust>,
}

/// The trust material of a recorded run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecordedTrust {
    /// When the run was.
    at: Timestamp,
    source: String,
    as_of: String,
    trusted_root: [u8; 32],
    npm_keys: [u8; 32],
    /// Scopes that have keys of their own, or none at all.
    scopes: BTreeMap<String, Option<[u8; 32]>>,
}

impl RecordedTrust {
    /// The material from `source`, `as_of` then, which a run used `at` that time.
    pub fn new<'a>(
        source: &str,
        as_of: &str,
        at: Timestamp,
        trusted_root: &[u8],
        npm_keys: &[u8],
        scopes: impl IntoIterator<Item = (&'a str, Option<&'a [u8]>)>,
    ) -> Self {
        Self {
            at,
            source: source.to_owned(),
            as_of: as_of.to_owned(),
            trusted_root: digest(trusted_root),
            npm_keys: digest(npm_keys),
            scopes: scopes
                .into_iter()
                .map(|(scope, keys)| (scope.to_owned(), keys.map(digest)))
                .collect(),
        }
    }

    /// Its files in the folder, with their digests.
    pub fn files(&self) -> Vec<(String, [u8; 32])> {
        let own = self.scopes.iter();
        let own = own.filter_map(|(scope, keys)| Some((scope_keys(scope), (*keys)?)));
        [
            (TRUSTED_ROOT.to_owned(), self.trusted_root),
            (NPM_KEYS.to_owned(), self.npm_keys),
        ]
        .into_iter()
        .chain(own)
        .collect()
    }

    /// The scopes for whose packages the run did not use the default registry's keys.
    pub fn scopes(&self) -> impl Iterator<Item = &str> {
        self.scopes.keys().map(String::as_str)
    }
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Wire {
    schema_version: u64,
    entries: Vec<WireEntry>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    recorded: Option<WireRecorded>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct WireRecorded {
    at: String,
    source: String,
    as_of: String,
    trusted_root: String,
    npm_keys: String,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    scopes: Vec<WireScope>,
    /// SHA-256 of the manifest with an empty text here.
    manifest: String,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct WireScope {
    scope: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    npm_keys: Option<String>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct WireEntry {
    path: String,
    status: u16,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    sha256: Option<String>,
}

impl EvidenceManifest {
    /// Records a document that was found.
    pub fn push_found(&mut self, path: impl Into<String>, bytes: &[u8]) {
        self.entries
            .insert(path.into(), Recorded::Found(digest(bytes)));
    }

    /// Records that the registry has no such document.
    pub fn push_missing(&mut self, path: impl Into<String>) {
        self.entries.insert(path.into(), Recorded::Missing);
    }

    /// What was recorded for a path.
    pub fn get(&self, path: &str) -> Option<Recorded> {
        self.entries.get(path).copied()
    }

    /// Notes the trust material that the recorded run used.
    pub fn set_trust(&mut self, trust: RecordedTrust) {
        self.trust = Some(trust);
    }

    /// The trust material that the recorded run used, if this is a recorded run.
    pub const fn trust(&self) -> Option<&RecordedTrust> {
        self.trust.as_ref()
    }

    /// Reads a manifest.
    ///
    /// # Errors
    /// What is wrong with it, for people. May quote the manifest.
    pub fn parse(bytes: &[u8]) -> Result<Self, String> {
        let wire: Wire = json::from_slice(bytes).map_err(|error| error.to_string())?;
        if wire.schema_version != SCHEMA_VERSION {
            let found = wire.schema_version;
            return Err(format!(
                "schema_version is {found}, and only {SCHEMA_VERSION} is read"
            ));
        }
        let mut entries = BTreeMap::new();
        for entry in wire.entries {
            let shown: String = entry.path.chars().take(200).collect();
            let recorded = recorded(&entry).map_err(|why| format!("entry `{shown}`: {why}"))?;
            if entries.insert(entry.path, recorded).is_some() {
                return Err(format!("entry `{shown}` is there twice"));
            }
        }
        let Some(trust) = wire.recorded.as_ref().map(recorded_trust).transpose()? else {
            let trust = None;
            return Ok(Self { entries, trust });
        };
        let read = Self {
            entries,
            trust: Some(trust),
        };
        if read.to_json().is_ok_and(|written| written == bytes) {
            Ok(read)
        } else {
            Err("it was changed after it was written".to_owned())
        }
    }

    /// Writes the manifest: entries in path order, a line each, the same bytes for the same
    /// entries.
    ///
    /// # Errors
    /// Only where `serde_json` fails, which it has no reason to.
    pub fn to_json(&self) -> Result<Vec<u8>, serde_json::Error> {
        let entries = self.entries.iter().map(|(path, recorded)| WireEntry {
            path: path.clone(),
            status: match recorded {
                Recorded::Found(_) => 200,
                Recorded::Missing => 404,
            },
            sha256: match recorded {
                Recorded::Found(digest) => Some(hex::encode(digest)),
                Recorded::Missing => None,
            },
        });
        let mut wire = Wire {
            schema_version: SCHEMA_VERSION,
            entries: entries.collect(),
            recorded: self.trust.as_ref().map(|trust| WireRecorded {
                at: trust.at.to_string(),
                source: trust.source.clone(),
                as_of: trust.as_of.clone(),
                trusted_root: hex::encode(trust.trusted_root),
                npm_keys: hex::encode(trust.npm_keys),
                scopes: trust
                    .scopes
                    .iter()
                    .map(|(scope, keys)| WireScope {
                        scope: scope.clone(),
                        npm_keys: keys.map(hex::encode),
                    })
                    .collect(),
                manifest: String::new(),
            }),
        };
        let bytes = wire.to_bytes()?;
        let Some(recorded) = &mut wire.recorded else {
            return Ok(bytes);
        };
        recorded.manifest = hex::encode(digest(&bytes));
        wire.to_bytes()
    }
}

impl Wire {
    fn to_bytes(&self) -> Result<Vec<u8>, serde_json::Error> {
        let mut bytes = serde_json::to_vec_pretty(self)?;
        bytes.push(b'\n');
        Ok(bytes)
    }
}

/// SHA-256 of recorded bytes.
pub(super) fn digest(bytes: &[u8]) -> [u8; 32] {
    *sha256(bytes).as_bytes()
}

fn recorded(entry: &WireEntry) -> Result<Recorded, &'static str> {
    if !is_inside(&entry.path) {
        return Err("the path must stay in the folder: names with `/` between them");
    }
    match (entry.status, &entry.sha256) {
        (200, Some(text)) => {
            let digest = digest_of(text).ok_or("sha256 must be 64 hexadecimal digits")?;
            Ok(Recorded::Found(digest))
        }
        (200, None) => Err("a document that was found needs its sha256"),
        (404, None) => Ok(Recorded::Missing),
        (404, Some(_)) => Err("a document that is missing has no sha256"),
        _ => Err("status must be 200 or 404"),
    }
}

fn recorded_trust(wire: &WireRecorded) -> Result<RecordedTrust, String> {
    let digest = |text: &str| {
        digest_of(text).ok_or_else(|| "recorded: digests are 64 hexadecimal digits".to_owned())
    };
    Ok(RecordedTrust {
        at: (wire.at.parse()).map_err(|error| format!("recorded: {error}"))?,
        source: wire.source.clone(),
        as_of: wire.as_of.clone(),
        trusted_root: digest(&wire.trusted_root)?,
        npm_keys: digest(&wire.npm_keys)?,
        scopes: wire
            .scopes
            .iter()
            .map(|one| {
                if !is_scope(&one.scope) {
                    return Err("recorded: a scope is not a scope of npm's".to_owned());
                }
                let keys = one.npm_keys.as_deref().map(&digest).transpose()?;
                Ok((one.scope.clone(), keys))
            })
            .collect::<Result<_, String>>()?,
    })
}

fn digest_of(text: &str) -> Option<[u8; 32]> {
    let mut digest = [0; 32];
    hex::decode_to_slice(text, &mut digest).ok()?;
    Some(digest)
}

/// Whether a path names something below the folder on every system: no empty, `.` or `..` part, no
/// drive, backslash or control character.
fn is_inside(path: &str) -> bool {
    path.split('/').all(|part| !matches!(part, "" | "." | ".."))
        && !path.contains(['\\', ':'])
        && !path.chars().any(char::is_control)
}

#[cfg(test)]
mod tests;
