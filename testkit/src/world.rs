//! The virtual Sigstore as a whole.

use std::path::{Path, PathBuf};

use jiff::Timestamp;
use serde_json::{Value, json};

use crate::ca::CertificateAuthority;
use crate::dsse::pae;
use crate::keys::{P256Key, base64, pem};
use crate::leaf::Issuer;
use crate::npm_keys::NpmKeys;
use crate::recipe::{EnvelopeKey, Recipe, Signed, Signer, stranger};
use crate::rekor::{Logged, Rekor};
use crate::time::at;
use crate::tsa::TimestampAuthority;

/// A certificate authority, a CT log, a transparency log, a timestamp authority and a registry's
/// keys, all of whose keys come from a label: the same world signs the same bytes.
#[derive(Debug)]
pub struct World {
    /// The time at which honest things happen.
    pub now: Timestamp,
    /// The authority of the trusted root.
    pub fulcio: CertificateAuthority,
    /// An authority in no trusted root, with the same names.
    pub stranger_fulcio: CertificateAuthority,
    /// An authority whose window in the trusted root ended with 2022.
    pub retired_fulcio: CertificateAuthority,
    /// The key of the CT log.
    pub ct_log: P256Key,
    /// The transparency log.
    pub rekor: Rekor,
    /// The timestamp authority.
    pub tsa: TimestampAuthority,
    /// The npm registry's keys.
    pub npm: NpmKeys,
}

impl Default for World {
    fn default() -> Self {
        Self::new()
    }
}

impl World {
    /// The world at 2026-03-01T12:00:00Z.
    pub fn new() -> Self {
        Self::with_label("world", at("2026-03-01T12:00:00Z"))
    }

    /// Another world: with another label, nothing in it is trusted by the first. `now` must lie
    /// before the real present, because verifiers refuse log times in the future.
    pub fn with_label(label: &str, now: Timestamp) -> Self {
        Self {
            now,
            fulcio: CertificateAuthority::fulcio(label),
            stranger_fulcio: CertificateAuthority::fulcio(&format!("{label} stranger")),
            retired_fulcio: CertificateAuthority::fulcio(&format!("{label} retired")),
            ct_log: P256Key::from_label(&format!("{label} ct log")),
            rekor: Rekor::new(label, "rekor.testkit.example"),
            tsa: TimestampAuthority::new(label),
            npm: NpmKeys::new(label),
        }
    }

    /// Signs and logs one attestation.
    pub fn sign(&self, recipe: &Recipe) -> Signed {
        let payload = recipe.payload();
        let (key, certificates, verifier, registry_key) = match &recipe.signer {
            Signer::Certificate(leaf) => {
                let label = format!("ephemeral {leaf:?} {}", hex::encode(&payload));
                let key = P256Key::from_label(&label);
                let authority = match leaf.issuer {
                    Issuer::Trusted => &self.fulcio,
                    Issuer::Stranger => &self.stranger_fulcio,
                    Issuer::Retired => &self.retired_fulcio,
                };
                let certificate = authority.issue(leaf, key.spki(), recipe.log.time, &self.ct_log);
                let verifier = pem("CERTIFICATE", &certificate);
                let chain = vec![
                    certificate,
                    authority.intermediate.clone(),
                    authority.root.clone(),
                ];
                (key, chain, verifier, None)
            }
            Signer::RegistryKey(npm) => {
                let verifier = pem("PUBLIC KEY", &npm.key.spki());
                (npm.key.clone(), Vec::new(), verifier, Some(npm.id()))
            }
        };
        let signing = match recipe.envelope_key {
            EnvelopeKey::Own => key,
            EnvelopeKey::Stranger => stranger(),
        };
        let signature = signing.sign(&pae(&recipe.payload_type, &payload));
        let keyid = recipe
            .keyid
            .clone()
            .or_else(|| registry_key.clone())
            .unwrap_or_default();
        let entry = self.rekor.log(
            &Logged {
                payload_type: &recipe.payload_type,
                payload: &payload,
                signature: &signature,
                keyid: &keyid,
                verifier: &verifier,
            },
            &recipe.log,
        );
        Signed {
            timestamp: recipe
                .timestamp
                .then(|| self.tsa.timestamp(&signature, recipe.log.time)),
            hint: registry_key.map(|id| recipe.hint.clone().unwrap_or(id)),
            payload,
            payload_type: recipe.payload_type.clone(),
            signature,
            keyid,
            certificates,
            entry,
            bundle: recipe.bundle,
        }
    }

    /// The trusted root of this world.
    pub fn trusted_root(&self) -> Value {
        let log = |base_url: &str, key: &P256Key, start: &str| {
            json!({
                "baseUrl": base_url,
                "hashAlgorithm": "SHA2_256",
                "publicKey": {
                    "rawBytes": base64(&key.spki()),
                    "keyDetails": "PKIX_ECDSA_P256_SHA_256",
                    "validFor": {"start": start},
                },
                "logId": {"keyId": base64(&key.log_id())},
            })
        };
        let authority = |uri: &str, common_name: &str, chain: &[&[u8]], window: Value| {
            let certificates: Vec<Value> = chain
                .iter()
                .map(|certificate| json!({"rawBytes": base64(certificate)}))
                .collect();
            json!({
                "subject": {"organization": "testkit.example", "commonName": common_name},
                "uri": uri,
                "certChain": {"certificates": certificates},
                "validFor": window,
            })
        };
        let fulcio = |of: &CertificateAuthority, window| {
            let chain: [&[u8]; 2] = [&of.intermediate, &of.root];
            authority("https://fulcio.testkit.example", "fulcio", &chain, window)
        };
        let tsa_chain: [&[u8]; 3] = [
            &self.tsa.certificate,
            &self.tsa.authority.intermediate,
            &self.tsa.authority.root,
        ];
        json!({
            "mediaType": "application/vnd.dev.sigstore.trustedroot+json;version=0.1",
            "tlogs": [log("https://rekor.testkit.example", &self.rekor.key, "2021-01-12T11:53:27Z")],
            "certificateAuthorities": [
                fulcio(
                    &self.retired_fulcio,
                    json!({"start": "2021-03-07T03:20:29Z", "end": "2022-12-31T23:59:59.999Z"}),
                ),
                fulcio(&self.fulcio, json!({"start": "2022-04-13T20:06:15Z"})),
            ],
            "ctlogs": [log("https://ctlog.testkit.example/2022", &self.ct_log, "2021-03-14T00:00:00Z")],
            "timestampAuthorities": [authority(
                "https://tsa.testkit.example/api/v1/timestamp",
                "tsa",
                &tsa_chain,
                json!({"start": "2021-03-14T00:00:00Z"}),
            )],
        })
    }

    /// The trusted root as a file's content.
    pub fn trusted_root_json(&self) -> String {
        format!("{:#}\n", self.trusted_root())
    }

    /// npm's `keys.json` as a file's content.
    pub fn npm_keys_json(&self) -> String {
        format!("{:#}\n", self.npm.json())
    }

    /// Writes both trust files into a folder: the trusted root, then npm's keys.
    pub fn write_trust(&self, folder: &Path) -> (PathBuf, PathBuf) {
        let files = (folder.join("trusted_root.json"), folder.join("keys.json"));
        std::fs::write(&files.0, self.trusted_root_json()).expect("a writable folder");
        std::fs::write(&files.1, self.npm_keys_json()).expect("a writable folder");
        files
    }
}
