//! The answers of the registries, as they go into the evidence folder.

use std::collections::BTreeMap;
use std::error::Error;
use std::sync::Arc;

use dockyard_registry::evidence_manifest::EvidenceManifest;
use package_provenance::dist::DistFilename;
use package_provenance::evidence::go::sources::GoSources;
use package_provenance::evidence::go::{GoDocument, GoRequest};
use package_provenance::evidence::{EvidenceRequest, Fetched, GoRaw};
use package_provenance::package::{
    GoModule, GoPackage, NpmName, NpmPackage, NpmVersion, PypiName, PypiPackage, PypiVersion,
};
use package_provenance::trust;
use package_provenance::verify::go::wanted;
use serde_json::Value;
use testkit::{GoRelease, NpmRelease, PypiRelease, Sumdb};

/// What can go wrong here: an example says it and ends.
pub(crate) type Failure = Box<dyn Error>;

/// The answers of the registries, as they go into the evidence folder.
#[derive(Default)]
pub(crate) struct Recording {
    pub(crate) manifest: EvidenceManifest,
    pub(crate) files: BTreeMap<String, Vec<u8>>,
}

impl Recording {
    pub(crate) fn npm(&mut self, release: &NpmRelease) -> Result<(), Failure> {
        let package = npm_package(&release.name, &release.version)?;
        self.answer(
            &EvidenceRequest::NpmManifest(package.clone()),
            &release.manifest,
        )?;
        self.answer(
            &EvidenceRequest::NpmAttestations(package),
            &release.attestations,
        )
    }

    pub(crate) fn npm_missing(&mut self, name: &str, version: &str) -> Result<(), Failure> {
        let package = npm_package(name, version)?;
        let packument = EvidenceRequest::NpmPackument(package.name.clone());
        self.answer(&packument, &Value::Null)?;
        self.answer(&EvidenceRequest::NpmManifest(package.clone()), &Value::Null)?;
        self.answer(&EvidenceRequest::NpmAttestations(package), &Value::Null)
    }

    pub(crate) fn pypi(&mut self, release: &PypiRelease) -> Result<(), Failure> {
        let package = PypiPackage {
            name: PypiName::parse(&release.name)?,
            version: PypiVersion::parse(&release.version)?,
        };
        self.answer(
            &EvidenceRequest::PypiIndex(package.name.clone()),
            &release.index,
        )?;
        for (filename, provenance) in &release.provenance {
            let filename = DistFilename::parse(filename)?;
            self.answer(
                &EvidenceRequest::PypiProvenance(package.clone(), filename),
                provenance,
            )?;
        }
        Ok(())
    }

    /// Records everything that is asked about a package.
    pub(crate) fn go(
        &mut self,
        package: &GoPackage,
        served: &[GoRelease],
        (database, trusted): (&Sumdb, &trust::Sumdb),
    ) {
        let mut raw = GoRaw {
            sources: Arc::new(GoSources::default()),
            answers: BTreeMap::new(),
            seen: None,
        };
        loop {
            let requests = wanted(package, &raw, trusted);
            if requests.is_empty() {
                return;
            }
            for request in requests {
                let answer = go_answer(&request, served, database);
                let path = request.evidence_path();
                if let Fetched::Found(bytes) = &answer {
                    self.manifest.push_found(path.as_str(), bytes);
                    self.files
                        .insert(format!("evidence/{path}"), bytes.to_vec());
                } else {
                    self.manifest.push_missing(path);
                }
                raw.answers.insert(request, answer);
            }
        }
    }

    /// Records one answer; null stands for 404.
    pub(crate) fn answer(
        &mut self,
        request: &EvidenceRequest,
        document: &Value,
    ) -> Result<(), Failure> {
        let path = request.evidence_path();
        if document.is_null() {
            self.manifest.push_missing(path);
            return Ok(());
        }
        let mut bytes = serde_json::to_vec_pretty(document)?;
        bytes.push(b'\n');
        self.manifest.push_found(path.as_str(), &bytes);
        self.files.insert(format!("evidence/{path}"), bytes);
        Ok(())
    }
}

/// What the example's proxy and checksum database answer.
fn go_answer(request: &GoRequest, served: &[GoRelease], database: &Sumdb) -> Fetched {
    let found = |bytes: Vec<u8>| Fetched::Found(bytes.into());
    let release = |module: &GoModule| {
        let mut all = served.iter();
        all.find(|one| one.path == module.path() && one.version == module.version())
    };
    let size = database.size();
    match request {
        GoRequest::Proxy(_, GoDocument::Info(module)) => {
            release(module).map_or(Fetched::Missing, |one| found(one.info().to_string().into()))
        }
        GoRequest::Proxy(_, GoDocument::Mod(module)) => {
            release(module).map_or(Fetched::Missing, |one| found(one.go_mod.clone().into()))
        }
        GoRequest::Proxy(_, GoDocument::List(module)) => {
            let versions = served.iter().filter(|one| one.path == module.path());
            let lines: Vec<&str> = versions.map(|one| one.version.as_str()).collect();
            found((lines.join("\n") + "\n").into())
        }
        GoRequest::Lookup(_, module) => {
            let mut modules = database.modules().into_iter();
            let known = modules
                .find(|(path, version, _)| path == module.path() && version == module.version());
            known.map_or(Fetched::Missing, |(_, _, id)| {
                found(database.lookup(id, size).into())
            })
        }
        GoRequest::Latest(_) => found(database.note(size).into()),
        GoRequest::Tile(_, tile) => {
            let mut tiles = database.tiles(size).into_iter();
            tiles
                .find(|(path, _)| *path == tile.path())
                .map_or(Fetched::Missing, |(_, bytes)| found(bytes))
        }
        // The database is asked at its own address, by a run that remembers nothing.
        GoRequest::Proxy(_, GoDocument::SumdbSupported) | GoRequest::Remembered => Fetched::Missing,
    }
}

fn npm_package(name: &str, version: &str) -> Result<NpmPackage, Failure> {
    Ok(NpmPackage {
        name: NpmName::parse(name)?,
        version: NpmVersion::parse(version)?,
    })
}
