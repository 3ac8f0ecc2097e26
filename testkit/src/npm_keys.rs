//! npm's registry keys, with usages and windows.

use jiff::Timestamp;
use serde_json::{Value, json};

use crate::keys::{P256Key, base64};
use crate::time::at;

/// When a key counts for one usage.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Window {
    /// First moment.
    pub start: Timestamp,
    /// First moment after.
    pub end: Option<Timestamp>,
}

impl Window {
    /// A window between two RFC 3339 moments.
    pub fn new(start: &str, end: Option<&str>) -> Self {
        Self {
            start: at(start),
            end: end.map(at),
        }
    }

    fn json(self) -> Value {
        let mut window = json!({"start": milliseconds(self.start)});
        if let Some(end) = self.end {
            window["end"] = json!(milliseconds(end));
        }
        window
    }
}

fn milliseconds(moment: Timestamp) -> String {
    format!("{moment:.3}")
}

/// One registry key.
#[derive(Debug, Clone)]
pub struct NpmKey {
    /// The key.
    pub key: P256Key,
    /// When it may sign manifests (`npm:signatures`).
    pub signatures: Option<Window>,
    /// When it may sign publish attestations (`npm:attestations`).
    pub attestations: Option<Window>,
}

impl NpmKey {
    /// The key's id.
    pub fn id(&self) -> String {
        self.key.ssh_fingerprint()
    }

    /// The registry signature over `{name}@{version}:{integrity}`, as an entry of
    /// `dist.signatures`.
    pub fn sign_manifest(&self, name: &str, version: &str, integrity: &str) -> Value {
        let message = format!("{name}@{version}:{integrity}");
        json!({"keyid": self.id(), "sig": base64(&self.key.sign(message.as_bytes()))})
    }

    fn entries(&self) -> impl Iterator<Item = Value> {
        let usages = [
            ("npm:signatures", self.signatures),
            ("npm:attestations", self.attestations),
        ];
        usages.into_iter().filter_map(|(usage, window)| {
            Some(json!({
                "keyId": self.id(),
                "keyUsage": usage,
                "publicKey": {
                    "rawBytes": base64(&self.key.spki()),
                    "keyDetails": "PKIX_ECDSA_P256_SHA_256",
                    "validFor": window?.json(),
                },
            }))
        })
    }
}

/// The keys of the registry.
#[derive(Debug, Clone)]
pub struct NpmKeys {
    /// In use since 2025-01-13, for both usages.
    pub current: NpmKey,
    /// Ended on 2025-01-29, for both usages.
    pub old: NpmKey,
    /// May sign manifests only.
    pub signatures_only: NpmKey,
    /// May sign publish attestations only.
    pub attestations_only: NpmKey,
    /// Starts in 2040.
    pub future: NpmKey,
    /// In no document.
    pub unknown: NpmKey,
}

impl NpmKeys {
    /// The keys of this label.
    pub fn new(label: &str) -> Self {
        let key = |name: &str, signatures, attestations| NpmKey {
            key: P256Key::from_label(&format!("{label} npm {name}")),
            signatures,
            attestations,
        };
        let now = Some(Window::new("2025-01-13T00:00:00Z", None));
        let end = Some("2025-01-29T00:00:00Z");
        let future = Some(Window::new("2040-01-01T00:00:00Z", None));
        Self {
            current: key("current", now, now),
            old: key(
                "old",
                Some(Window::new("1999-01-01T00:00:00Z", end)),
                Some(Window::new("2022-12-01T00:00:00Z", end)),
            ),
            signatures_only: key("signatures only", now, None),
            attestations_only: key("attestations only", None, now),
            future: key("future", future, future),
            unknown: key("unknown", None, None),
        }
    }

    /// `keys.json` in the shape of npm's TUF target.
    pub fn json(&self) -> Value {
        let keys: Vec<Value> = [
            &self.old,
            &self.current,
            &self.signatures_only,
            &self.attestations_only,
            &self.future,
            &self.unknown,
        ]
        .into_iter()
        .flat_map(NpmKey::entries)
        .collect();
        json!({"keys": keys})
    }

    /// The keys as the registry itself serves them (`/-/npm/v1/keys`): never to be trusted.
    pub fn served_json(&self) -> Value {
        let keys: Vec<Value> = [&self.old, &self.current]
            .into_iter()
            .map(|key| {
                json!({
                    "expires": key.signatures.and_then(|window| window.end).map(milliseconds),
                    "keyid": key.id(),
                    "keytype": "ecdsa-sha2-nistp256",
                    "scheme": "ecdsa-sha2-nistp256",
                    "key": base64(&key.key.spki()),
                })
            })
            .collect();
        json!({"keys": keys})
    }
}
