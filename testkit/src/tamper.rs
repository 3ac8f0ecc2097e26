//! Changing documents after they were signed, as a mirror would.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;

use crate::keys::base64;

/// Changes the bytes behind a base64 text in place.
///
/// # Panics
/// Where `value` is not base64 text.
pub fn bytes(value: &mut Value, change: impl FnOnce(&mut Vec<u8>)) {
    let text = value.as_str().expect("a text");
    let mut bytes = STANDARD.decode(text).expect("base64");
    change(&mut bytes);
    *value = Value::String(base64(&bytes));
}

/// Changes the JSON behind a base64 text in place.
///
/// # Panics
/// Where `value` is not base64 of JSON.
pub fn json(value: &mut Value, change: impl FnOnce(&mut Value)) {
    bytes(value, |bytes| {
        let mut inner: Value = serde_json::from_slice(bytes).expect("JSON");
        change(&mut inner);
        *bytes = inner.to_string().into_bytes();
    });
}

/// The first transparency log entry of a bundle.
pub fn entry(bundle: &mut Value) -> &mut Value {
    &mut bundle["verificationMaterial"]["tlogEntries"][0]
}

/// The first attestation of the first bundle of a PEP 740 provenance object.
pub fn pep740(provenance: &mut Value) -> &mut Value {
    &mut provenance["attestation_bundles"][0]["attestations"][0]
}
