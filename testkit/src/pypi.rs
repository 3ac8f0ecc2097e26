//! `PyPI` releases: the index and the provenance of each file.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::ca::Leaf;
use crate::identity::{CircleCiIdentity, GithubIdentity, GitlabIdentity, GoogleIdentity, Identity};
use crate::keys::sha256;
use crate::predicate::{Subject, pypi_publish};
use crate::recipe::{BundleVersion, Recipe};
use crate::rekor::{EntryKind, LogOptions};
use crate::world::World;

/// Who publishes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PypiPublisher {
    /// GitHub Actions.
    Github(GithubIdentity),
    /// GitLab CI.
    Gitlab(GitlabIdentity),
    /// A Google service account.
    Google(GoogleIdentity),
    /// `CircleCI`.
    CircleCi(CircleCiIdentity),
}

impl PypiPublisher {
    /// What the certificate says.
    pub fn identity(&self) -> Identity {
        match self {
            Self::Github(github) => github.identity(),
            Self::Gitlab(gitlab) => gitlab.identity(),
            Self::Google(google) => google.identity(),
            Self::CircleCi(circle) => circle.identity(),
        }
    }

    /// PEP 740's publisher object.
    pub fn json(&self) -> Value {
        match self {
            Self::Github(github) => json!({
                "kind": "GitHub",
                "repository": github.repository,
                "workflow": github.workflow.rsplit('/').next(),
                "environment": github.environment.as_deref().unwrap_or_default(),
            }),
            Self::Gitlab(gitlab) => json!({
                "kind": "GitLab",
                "repository": gitlab.project,
                "workflow_filepath": gitlab.workflow,
                "environment": null,
            }),
            Self::Google(google) => json!({"kind": "Google", "email": google.email}),
            Self::CircleCi(circle) => json!({
                "kind": "CircleCI",
                "project_id": circle.project_id,
                "pipeline_definition_id": circle.pipeline_definition_id,
                "vcs_origin": circle.vcs_origin,
                "vcs_ref": circle.vcs_ref,
            }),
        }
    }
}

/// One bundle of a file's provenance, before it is signed.
#[derive(Debug, Clone)]
pub struct PypiBundle {
    /// The unsigned publisher object.
    pub publisher: Value,
    /// The attestations.
    pub attestations: Vec<Recipe>,
}

/// One file, before its attestations are signed.
#[derive(Debug, Clone)]
pub struct PypiFile {
    /// File name.
    pub filename: String,
    /// SHA-256 in the index.
    pub sha256: Vec<u8>,
    /// `yanked` of the index: `false`, `true` or a reason.
    pub yanked: Value,
    /// The bundles; none means `"provenance": null`.
    pub bundles: Vec<PypiBundle>,
}

impl PypiFile {
    /// A file without attestations.
    pub fn unattested(filename: &str) -> Self {
        Self {
            filename: filename.into(),
            sha256: sha256(format!("content of {filename}").as_bytes()).to_vec(),
            yanked: json!(false),
            bundles: Vec::new(),
        }
    }

    /// A file with an honest publish attestation of `publisher`.
    pub fn published(world: &World, filename: &str, publisher: &PypiPublisher) -> Self {
        let mut file = Self::unattested(filename);
        let statement = pypi_publish(&file.subject());
        file.bundles.push(PypiBundle {
            publisher: publisher.json(),
            attestations: vec![keyless(world, statement, publisher.identity())],
        });
        file
    }

    /// Adds SLSA provenance as `actions/attest` writes it to the first bundle.
    ///
    /// # Panics
    /// Where there is no bundle.
    pub fn add_slsa(&mut self, world: &World, identity: &GithubIdentity) {
        let statement = identity.slsa_v1_attest(&self.subject());
        let recipe = keyless(world, statement, identity.identity());
        self.bundles
            .first_mut()
            .expect("a bundle")
            .attestations
            .push(recipe);
    }

    /// What an honest statement about this file is about.
    pub fn subject(&self) -> Subject {
        Subject::pypi(&self.filename, &self.sha256)
    }

    /// The first attestation of the first bundle.
    ///
    /// # Panics
    /// Where there is none.
    pub fn attestation(&mut self) -> &mut Recipe {
        self.bundles
            .first_mut()
            .and_then(|bundle| bundle.attestations.first_mut())
            .expect("an attestation")
    }
}

fn keyless(world: &World, statement: Value, identity: Identity) -> Recipe {
    Recipe::keyless(
        statement,
        Leaf::new(identity),
        LogOptions::new(EntryKind::Dsse, world.now),
        BundleVersion::V03,
    )
}

/// A release before it is signed.
#[derive(Debug, Clone)]
pub struct PypiDraft {
    /// Project name, as in the index.
    pub name: String,
    /// Version.
    pub version: String,
    /// The files: [`PypiDraft::new`] makes a wheel and an sdist.
    pub files: Vec<PypiFile>,
}

impl PypiDraft {
    /// An honest release: a wheel and an sdist, each with a publish attestation of `publisher`.
    pub fn new(world: &World, name: &str, version: &str, publisher: &PypiPublisher) -> Self {
        let files = filenames(name, version)
            .map(|filename| PypiFile::published(world, &filename, publisher))
            .into();
        Self {
            name: name.into(),
            version: version.into(),
            files,
        }
    }

    /// A release without attestations.
    pub fn unattested(name: &str, version: &str) -> Self {
        Self {
            name: name.into(),
            version: version.into(),
            files: filenames(name, version)
                .map(|filename| PypiFile::unattested(&filename))
                .into(),
        }
    }

    /// The file with this name.
    ///
    /// # Panics
    /// Where there is none.
    pub fn file(&mut self, filename: &str) -> &mut PypiFile {
        self.files
            .iter_mut()
            .find(|file| file.filename == filename)
            .expect("a file of this name")
    }
}

/// The usual wheel and sdist of a version.
pub fn filenames(name: &str, version: &str) -> [String; 2] {
    let stem = name.to_ascii_lowercase().replace(['-', '.'], "_");
    [
        format!("{stem}-{version}-py3-none-any.whl"),
        format!("{stem}-{version}.tar.gz"),
    ]
}

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
