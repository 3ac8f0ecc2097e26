//! A transparency log in Rekor v1's shape: entries, signed entry timestamps, inclusion proofs and
//! checkpoints. It takes entries of Rekor v2's kind too, which have neither a time nor a promise.

use std::sync::{Mutex, PoisonError};

use jiff::Timestamp;
use serde_json::{Value, json};

use crate::dsse::pae;
use crate::keys::{P256Key, base64, sha256};
use crate::merkle;

/// Added to the index in the tree to give the global index, as Rekor's shards do.
const SHARD_OFFSET: usize = 121_904_261;
/// The tree's id.
const TREE_ID: u64 = 1_193_050_959_916_656_506;

/// The kind of a log entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EntryKind {
    /// `intoto/0.0.2`.
    Intoto,
    /// `dsse/0.0.1`.
    Dsse,
    /// `hashedrekord/0.0.2`, Rekor v2's: without a time, a promise, and the offset of a shard.
    HashedRekordV2,
}

/// Who signs what the log says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum LogKey {
    /// The log of the trusted root.
    #[default]
    Trusted,
    /// A log that no trusted root knows, under its own id.
    Unknown,
    /// A key of a stranger, under the trusted log's id.
    Impostor,
}

/// How an attestation is logged. The defaults are honest.
#[derive(Debug, Clone)]
pub struct LogOptions {
    /// `integratedTime`, whole seconds.
    pub time: Timestamp,
    /// Kind of the entry.
    pub kind: EntryKind,
    /// Whether there is a signed entry timestamp.
    pub set: bool,
    /// Whether there is an inclusion proof with a checkpoint.
    pub proof: bool,
    /// Who signs both.
    pub key: LogKey,
    /// Changes the body before it is logged: the log then honestly holds another entry.
    pub alter_body: Option<fn(&mut Value)>,
}

impl LogOptions {
    /// An honest entry with everything.
    pub fn new(kind: EntryKind, time: Timestamp) -> Self {
        Self {
            time,
            kind,
            set: true,
            proof: true,
            key: LogKey::Trusted,
            alter_body: None,
        }
    }
}

/// What is logged.
#[derive(Debug, Clone)]
pub struct Logged<'a> {
    /// DSSE payload type.
    pub payload_type: &'a str,
    /// DSSE payload.
    pub payload: &'a [u8],
    /// DSSE signature.
    pub signature: &'a [u8],
    /// `keyid` of the envelope's signature.
    pub keyid: &'a str,
    /// PEM of the certificate or the public key.
    pub verifier: &'a str,
}

/// The log.
#[derive(Debug)]
pub struct Rekor {
    /// The key of the log.
    pub key: P256Key,
    host: String,
    leaves: Mutex<Vec<[u8; 32]>>,
}

impl Rekor {
    /// The log of this label, with a few entries of others in it.
    pub fn new(label: &str, host: &str) -> Self {
        let others = (0..5u8).map(|other| merkle::leaf_hash(&[other; 20]));
        Self {
            key: P256Key::from_label(&format!("{label} rekor")),
            host: host.into(),
            leaves: Mutex::new(others.collect()),
        }
    }

    /// Logs an attestation and gives back the entry, as protobuf JSON.
    pub fn log(&self, logged: &Logged<'_>, options: &LogOptions) -> Value {
        let (kind, version, mut body) = match options.kind {
            EntryKind::Intoto => ("intoto", "0.0.2", intoto_body(logged)),
            EntryKind::Dsse => ("dsse", "0.0.1", dsse_body(logged)),
            EntryKind::HashedRekordV2 => ("hashedrekord", "0.0.2", hashedrekord_body(logged)),
        };
        let v2 = options.kind == EntryKind::HashedRekordV2;
        if let Some(alter) = options.alter_body {
            alter(&mut body);
        }
        let body = body.to_string().into_bytes();
        let stranger = P256Key::from_label("transparency log that nobody knows");
        let (named, signing) = match options.key {
            LogKey::Trusted => (&self.key, &self.key),
            LogKey::Unknown => (&stranger, &stranger),
            LogKey::Impostor => (&self.key, &stranger),
        };

        let mut leaves = self.leaves.lock().unwrap_or_else(PoisonError::into_inner);
        let index = leaves.len();
        leaves.push(merkle::leaf_hash(&body));
        // Entries of others follow before the checkpoint is made, so that paths have both sides.
        leaves.push(merkle::leaf_hash(&index.to_be_bytes()));
        let size = leaves.len();
        let (root, path) = (merkle::root(&leaves), merkle::path(&leaves, index));
        drop(leaves);

        let seconds = options.time.as_second();
        let log_index = if v2 { index } else { SHARD_OFFSET + index };
        let mut entry = json!({
            "logIndex": log_index.to_string(),
            "logId": {"keyId": base64(&named.log_id())},
            "kindVersion": {"kind": kind, "version": version},
            "canonicalizedBody": base64(&body),
        });
        if !v2 {
            entry["integratedTime"] = json!(seconds.to_string());
        }
        if options.set && !v2 {
            let promise = format!(
                r#"{{"body":"{}","integratedTime":{seconds},"logID":"{}","logIndex":{log_index}}}"#,
                base64(&body),
                hex::encode(named.log_id()),
            );
            entry["inclusionPromise"] =
                json!({"signedEntryTimestamp": base64(&signing.sign(promise.as_bytes()))});
        }
        if options.proof {
            entry["inclusionProof"] = json!({
                "logIndex": index.to_string(),
                "rootHash": base64(&root),
                "treeSize": size.to_string(),
                "hashes": path.iter().map(|hash| base64(hash)).collect::<Vec<_>>(),
                "checkpoint": {"envelope": self.checkpoint(size, root, named, signing)},
            });
        }
        entry
    }

    fn checkpoint(
        &self,
        size: usize,
        root: [u8; 32],
        named: &P256Key,
        signing: &P256Key,
    ) -> String {
        let text = format!("{} - {TREE_ID}\n{size}\n{}\n", self.host, base64(&root));
        let mut signature = named.log_id()[..4].to_vec();
        signature.extend(signing.sign(text.as_bytes()));
        format!("{text}\n\u{2014} {} {}\n", self.host, base64(&signature))
    }
}

fn intoto_body(logged: &Logged<'_>) -> Value {
    let mut signature = json!({
        "publicKey": base64(logged.verifier.as_bytes()),
        "sig": base64(base64(logged.signature).as_bytes()),
    });
    if !logged.keyid.is_empty() {
        signature["keyid"] = json!(logged.keyid);
    }
    let envelope = envelope_json(logged);
    json!({
        "apiVersion": "0.0.2",
        "kind": "intoto",
        "spec": {"content": {
            "envelope": {"payloadType": logged.payload_type, "signatures": [signature]},
            "hash": digest(envelope.as_bytes()),
            "payloadHash": digest(logged.payload),
        }},
    })
}

fn dsse_body(logged: &Logged<'_>) -> Value {
    json!({
        "apiVersion": "0.0.1",
        "kind": "dsse",
        "spec": {
            "envelopeHash": digest(envelope_json(logged).as_bytes()),
            "payloadHash": digest(logged.payload),
            "signatures": [{
                "signature": base64(logged.signature),
                "verifier": base64(logged.verifier.as_bytes()),
            }],
        },
    })
}

fn hashedrekord_body(logged: &Logged<'_>) -> Value {
    let signed = pae(logged.payload_type, logged.payload);
    // Between its first and last line PEM is the DER in base64.
    let der: String = logged
        .verifier
        .lines()
        .filter(|line| !line.starts_with('-'))
        .collect();
    let kind = if logged.verifier.contains("CERTIFICATE") {
        "x509Certificate"
    } else {
        "publicKey"
    };
    json!({
        "apiVersion": "0.0.2",
        "kind": "hashedrekord",
        "spec": {"hashedRekordV002": {
            "data": {"algorithm": "SHA2_256", "digest": base64(&sha256(&signed))},
            "signature": {
                "content": base64(logged.signature),
                "verifier": {
                    "keyDetails": "PKIX_ECDSA_P256_SHA_256",
                    (kind): {"rawBytes": der},
                },
            },
        }},
    })
}

fn envelope_json(logged: &Logged<'_>) -> String {
    json!({
        "payload": base64(logged.payload),
        "payloadType": logged.payload_type,
        "signatures": [{"keyid": logged.keyid, "sig": base64(logged.signature)}],
    })
    .to_string()
}

fn digest(bytes: &[u8]) -> Value {
    json!({"algorithm": "sha256", "value": hex::encode(sha256(bytes))})
}
