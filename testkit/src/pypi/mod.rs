//! `PyPI` releases: the index and the provenance of each file.

mod draft;
mod publisher;
mod release;

pub use draft::{PypiBundle, PypiDraft, PypiFile, filenames};
pub use publisher::PypiPublisher;
pub use release::PypiRelease;

use serde_json::{Value, json};

use crate::recipe::BundleVersion;

/// A project's name as PEP 503 normalises it.
pub fn normalize(name: &str) -> String {
    let mut out = String::new();
    for character in name.to_ascii_lowercase().chars() {
        match character {
            '-' | '_' | '.' if out.ends_with('-') => {}
            '-' | '_' | '.' => out.push('-'),
            other => out.push(other),
        }
    }
    out
}

/// PEP 740 to a Sigstore bundle, as Python's `pypi-attestations` converts it.
pub fn to_bundle(attestation: &Value) -> Value {
    let material = &attestation["verification_material"];
    let envelope = &attestation["envelope"];
    json!({
        "mediaType": BundleVersion::V03.media_type(),
        "verificationMaterial": {
            "certificate": {"rawBytes": material["certificate"]},
            "tlogEntries": material["transparency_entries"],
        },
        "dsseEnvelope": {
            "payload": envelope["statement"],
            "payloadType": crate::recipe::IN_TOTO,
            "signatures": [{"sig": envelope["signature"]}],
        },
    })
}
