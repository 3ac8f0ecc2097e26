//! What each role of the repository says, before it is signed.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde_json::{Value, json};

use super::metadata::{key_id, key_json, pinned};

/// One version of `root`.
#[derive(Debug, Clone)]
pub struct TufRoot {
    /// Its version.
    pub version: u64,
    /// Last moment of validity.
    pub expires: Timestamp,
    /// Labels of the keys that may sign roots.
    pub keys: Vec<String>,
    /// How many of them must.
    pub threshold: usize,
    /// Label of the key of `timestamp` and `snapshot`.
    pub online: String,
    /// Label of the key of `targets`.
    pub targets: String,
    /// Labels of the keys that do sign.
    pub signers: Vec<String>,
}

impl TufRoot {
    pub(super) fn signed(&self) -> Value {
        let role = |labels: &[String], threshold: usize| {
            let ids: Vec<String> = labels.iter().map(|label| key_id(label)).collect();
            json!({"keyids": ids, "threshold": threshold})
        };
        let one = |label: &String| role(std::slice::from_ref(label), 1);
        let keys: BTreeMap<String, Value> = self
            .keys
            .iter()
            .chain([&self.online, &self.targets])
            .map(|label| (key_id(label), key_json(label)))
            .collect();
        json!({
            "_type": "root",
            "spec_version": "1.0",
            "version": self.version,
            "expires": time(self.expires),
            "consistent_snapshot": true,
            "keys": keys,
            "roles": {
                "root": role(&self.keys, self.threshold),
                "timestamp": one(&self.online),
                "snapshot": one(&self.online),
                "targets": one(&self.targets),
            },
        })
    }
}

/// Version, expiry and signers of one file.
#[derive(Debug, Clone)]
pub struct TufRole {
    /// Its version.
    pub version: u64,
    /// Last moment of validity.
    pub expires: Timestamp,
    /// Labels of the keys that sign it.
    pub signers: Vec<String>,
}

impl TufRole {
    pub(super) fn new(expires: Timestamp, signer: &str) -> Self {
        Self {
            version: 1,
            expires,
            signers: vec![signer.to_owned()],
        }
    }

    pub(super) fn signed(&self, kind: &str, key: &str, content: Value) -> Value {
        let mut signed = json!({
            "_type": kind,
            "spec_version": "1.0",
            "version": self.version,
            "expires": time(self.expires),
        });
        signed[key] = content;
        signed
    }
}

/// A role to which `targets` delegates.
#[derive(Debug, Clone)]
pub struct TufDelegation {
    /// The role's name.
    pub name: String,
    /// Label of the key that `targets` names for it.
    pub key: String,
    /// Patterns of the paths that it may name.
    pub paths: Vec<String>,
    /// Whether nobody is asked after it.
    pub terminating: bool,
    /// Its file.
    pub role: TufRole,
    /// The files that it names.
    pub files: BTreeMap<String, Vec<u8>>,
}

impl TufDelegation {
    pub(super) fn declared(&self) -> Value {
        json!({
            "name": self.name,
            "keyids": [key_id(&self.key)],
            "threshold": 1,
            "paths": self.paths,
            "terminating": self.terminating,
        })
    }
}

/// The `targets` member of a targets file.
pub(super) fn files(files: &BTreeMap<String, Vec<u8>>) -> Value {
    files
        .iter()
        .map(|(path, bytes)| (path.clone(), pinned(bytes)))
        .collect::<serde_json::Map<_, _>>()
        .into()
}

fn time(moment: Timestamp) -> String {
    moment.strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
}
