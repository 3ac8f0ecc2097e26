//! One metadata file: canonical JSON and its signatures.

use serde_json::{Value, json};

use crate::keys::{P256Key, pem, sha256};

/// The key of this label.
pub(super) fn key(label: &str) -> P256Key {
    P256Key::from_label(&format!("tuf {label}"))
}

/// The id under which metadata names the key of this label.
pub fn key_id(label: &str) -> String {
    hex::encode(sha256(canonical(&key_json(label)).as_bytes()))
}

/// The key as metadata declares it.
pub(super) fn key_json(label: &str) -> Value {
    json!({
        "keytype": "ecdsa",
        "scheme": "ecdsa-sha2-nistp256",
        "keyval": {"public": pem("PUBLIC KEY", &key(label).spki())},
    })
}

/// A file with `signed`, signed by the keys of these labels.
pub fn signed<S: AsRef<str>>(signed: &Value, signers: &[S]) -> Vec<u8> {
    let message = canonical(signed);
    let signatures: Vec<Value> = signers
        .iter()
        .map(AsRef::as_ref)
        .map(|label| {
            let signature = key(label).sign(message.as_bytes());
            json!({"keyid": key_id(label), "sig": hex::encode(signature)})
        })
        .collect();
    format!("{:#}", json!({"signed": signed, "signatures": signatures})).into_bytes()
}

/// What a parent says of a file, its version apart.
pub(super) fn pinned(bytes: &[u8]) -> Value {
    json!({"length": bytes.len(), "hashes": {"sha256": hex::encode(sha256(bytes))}})
}

/// OLPC canonical JSON, which TUF's signatures cover: sorted keys, no spaces, and nothing escaped
/// but `\` and `"`.
fn canonical(value: &Value) -> String {
    match value {
        Value::String(text) => quoted(text),
        Value::Array(items) => {
            let items: Vec<String> = items.iter().map(canonical).collect();
            format!("[{}]", items.join(","))
        }
        Value::Object(members) => {
            let mut keys: Vec<&String> = members.keys().collect();
            keys.sort_unstable();
            let members: Vec<String> = keys
                .into_iter()
                .map(|key| format!("{}:{}", quoted(key), canonical(&members[key])))
                .collect();
            format!("{{{}}}", members.join(","))
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => value.to_string(),
    }
}

fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
}
