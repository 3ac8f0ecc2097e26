//! `PyPI` releases as the index serves them.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::{PypiDraft, PypiFile, PypiPublisher, normalize};
use crate::identity::GithubIdentity;
use crate::world::World;

/// A release as the index serves it.
#[derive(Debug, Clone)]
pub struct PypiRelease {
    /// Project name.
    pub name: String,
    /// Version.
    pub version: String,
    /// `GET {index}/{project}/` as PEP 691 JSON.
    pub index: Value,
    /// The provenance of each attested file, by file name.
    pub provenance: BTreeMap<String, Value>,
}

impl World {
    /// An honest release by `acme/widget`'s `release.yml` on GitHub.
    pub fn pypi_release(&self, name: &str, version: &str) -> PypiRelease {
        let publisher = PypiPublisher::Github(GithubIdentity::default());
        self.pypi_release_of(&PypiDraft::new(self, name, version, &publisher))
    }

    /// Signs a draft.
    pub fn pypi_release_of(&self, draft: &PypiDraft) -> PypiRelease {
        let PypiDraft {
            name,
            version,
            files,
        } = draft;
        let normalized = normalize(name);
        let listed: Vec<Value> = files
            .iter()
            .map(|file| {
                let provenance = (!file.bundles.is_empty()).then(|| {
                    format!(
                        "https://pypi.org/integrity/{normalized}/{version}/{}/provenance",
                        file.filename
                    )
                });
                json!({
                    "filename": file.filename,
                    "url": format!("https://files.pythonhosted.org/packages/{}", file.filename),
                    "hashes": {"sha256": hex::encode(&file.sha256)},
                    "requires-python": ">=3.9",
                    "size": 4321,
                    "upload-time": self.now.to_string(),
                    "yanked": file.yanked,
                    "core-metadata": false,
                    "data-dist-info-metadata": false,
                    "provenance": provenance,
                })
            })
            .collect();
        let index = json!({
            "meta": {"api-version": "1.4", "_last-serial": 28_871_234},
            "name": normalized,
            "versions": [version],
            "project-status": {"status": "active"},
            "files": listed,
        });
        let provenance = files
            .iter()
            .filter(|file| !file.bundles.is_empty())
            .map(|file| (file.filename.clone(), self.provenance(file)))
            .collect();
        PypiRelease {
            name: name.clone(),
            version: version.clone(),
            index,
            provenance,
        }
    }

    fn provenance(&self, file: &PypiFile) -> Value {
        let bundles: Vec<Value> = file
            .bundles
            .iter()
            .map(|bundle| {
                let attestations: Vec<Value> = bundle
                    .attestations
                    .iter()
                    .map(|recipe| self.sign(recipe).pep740())
                    .collect();
                json!({"publisher": bundle.publisher, "attestations": attestations})
            })
            .collect();
        json!({"version": 1, "attestation_bundles": bundles})
    }
}
