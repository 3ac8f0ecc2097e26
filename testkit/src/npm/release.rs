//! npm releases as the registry serves them.

use serde_json::{Value, json};

use super::{NpmDraft, NpmStyle};
use crate::identity::GithubIdentity;
use crate::predicate::{NPM_PUBLISH, SLSA_V1};
use crate::world::World;

/// A release as the registry serves it.
#[derive(Debug, Clone)]
pub struct NpmRelease {
    /// Package name.
    pub name: String,
    /// Version.
    pub version: String,
    /// `GET {registry}/{name}/{version}`.
    pub manifest: Value,
    /// `GET {registry}/-/npm/v1/attestations/{name}@{version}`; null where that answers 404.
    pub attestations: Value,
    /// `GET {registry}/{name}`.
    pub packument: Value,
}

impl NpmRelease {
    /// The bundle whose unsigned label is `predicate_type`.
    ///
    /// # Panics
    /// Where there is none.
    pub fn bundle(&self, predicate_type: &str) -> &Value {
        self.attestations["attestations"]
            .as_array()
            .expect("a list of attestations")
            .iter()
            .find(|attestation| attestation["predicateType"] == predicate_type)
            .map(|attestation| &attestation["bundle"])
            .expect("an attestation of this predicate type")
    }

    /// Puts the manifest, as it is now, into the packument too.
    pub fn refresh_packument(&mut self) {
        self.packument["versions"][&self.version] = self.manifest.clone();
    }
}

impl World {
    /// An honest release of today, built by `acme/widget`.
    pub fn npm_package(&self, name: &str, version: &str) -> NpmRelease {
        self.npm_release(&self.npm_draft(name, version))
    }

    /// The draft of [`World::npm_package`].
    pub fn npm_draft(&self, name: &str, version: &str) -> NpmDraft {
        let identity = GithubIdentity::default();
        NpmDraft::new(self, name, version, &identity, NpmStyle::Current)
    }

    /// Signs a draft.
    pub fn npm_release(&self, draft: &NpmDraft) -> NpmRelease {
        let NpmDraft { name, version, .. } = draft;
        let file = name.rsplit('/').next().unwrap_or(name);
        let signatures: Vec<Value> = draft
            .signing_keys
            .iter()
            .map(|key| key.sign_manifest(name, version, &draft.integrity))
            .collect();
        let mut dist = json!({
            "shasum": "c8c8d62d13418231bd8014dfbd874cbc61b62855",
            "tarball": format!("https://registry.npmjs.org/{name}/-/{file}-{version}.tgz"),
            "fileCount": 3,
            "integrity": draft.integrity,
            "signatures": signatures,
            "unpackedSize": 690_939,
        });
        if draft.advertised {
            let provenance = draft
                .attestations
                .iter()
                .map(|attestation| attestation.recipe.predicate_type())
                .find(|predicate_type| *predicate_type != NPM_PUBLISH)
                .unwrap_or(SLSA_V1);
            dist["attestations"] = json!({
                "url": format!(
                    "https://registry.npmjs.org/-/npm/v1/attestations/{}@{version}",
                    name.replace('/', "%2f"),
                ),
                "provenance": {"predicateType": provenance},
            });
        }
        let manifest = json!({
            "_id": format!("{name}@{version}"),
            "name": name,
            "version": version,
            "description": "A package of the virtual registry",
            "license": "Apache-2.0",
            "dist": dist,
        });
        let published = draft.published.to_string();
        let packument = json!({
            "_id": name,
            "name": name,
            "dist-tags": {"latest": version},
            "versions": {version.as_str(): manifest},
            "time": {"created": published, "modified": published, version.as_str(): published},
        });
        let attestations: Vec<Value> = draft
            .attestations
            .iter()
            .map(|attestation| {
                let label = attestation
                    .label
                    .as_deref()
                    .unwrap_or_else(|| attestation.recipe.predicate_type());
                json!({
                    "predicateType": label,
                    "bundle": self.sign(&attestation.recipe).bundle(),
                    "signedAccessSignatureUrl": "",
                })
            })
            .collect();
        NpmRelease {
            name: name.clone(),
            version: version.clone(),
            manifest,
            attestations: if attestations.is_empty() {
                Value::Null
            } else {
                json!({"attestations": attestations})
            },
            packument,
        }
    }
}
