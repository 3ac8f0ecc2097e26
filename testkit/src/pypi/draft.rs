//! `PyPI` releases before they are signed.

use serde_json::{Value, json};

use super::PypiPublisher;
use crate::identity::{GithubIdentity, Identity};
use crate::keys::sha256;
use crate::leaf::Leaf;
use crate::predicate::{Subject, pypi_publish};
use crate::recipe::{BundleVersion, Recipe};
use crate::rekor::{EntryKind, LogOptions};
use crate::world::World;

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
