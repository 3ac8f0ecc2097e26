//! What registries answer: the requests, the answers as untrusted bytes, and their wire shapes.

pub mod git;
pub mod go;
pub mod limits;
pub mod npm;
pub mod pypi;
pub mod request;
pub mod stated;
mod wire;

pub use request::{Asked, Body, EvidenceRequest, FetchError, FetchProblem, Fetched};

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::dist::DistFilename;
use crate::package::PackageVersion;
use go::GoRequest;
use go::sources::GoSources;

/// What the registry answered about one package: untrusted, nothing in it is a fact.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RawEvidence {
    /// npm.
    Npm(NpmRaw),
    /// PyPI.
    Pypi(PypiRaw),
    /// Go.
    Go(GoRaw),
    /// Evidence from one registry of what is installed from another.
    Mirrored(Box<Mirrored>),
    /// An ecosystem that is not verified yet, with the sentence that says so.
    Unsupported(String),
}

impl RawEvidence {
    /// Each question that was asked about `package`, with its answer.
    pub fn answers(&self, package: &PackageVersion) -> Vec<(EvidenceRequest, &Fetched)> {
        match (self, package) {
            (Self::Npm(raw), PackageVersion::Npm(package)) => {
                let manifest = EvidenceRequest::NpmManifest(package.clone());
                let attestations = EvidenceRequest::NpmAttestations(package.clone());
                let packument = raw
                    .packument
                    .as_ref()
                    .map(|answer| (EvidenceRequest::NpmPackument(package.name.clone()), answer));
                [(manifest, &raw.manifest), (attestations, &raw.attestations)]
                    .into_iter()
                    .chain(packument)
                    .collect()
            }
            (Self::Pypi(raw), PackageVersion::Pypi(package)) => {
                let index = EvidenceRequest::PypiIndex(package.name.clone());
                let provenance = raw.provenance.iter().filter_map(|(name, answer)| {
                    let name = DistFilename::parse(name).ok()?;
                    Some((
                        EvidenceRequest::PypiProvenance(package.clone(), name),
                        answer,
                    ))
                });
                std::iter::once((index, &raw.index))
                    .chain(provenance)
                    .collect()
            }
            (Self::Go(raw), PackageVersion::Go(_)) => raw
                .answers
                .iter()
                .map(|(request, answer)| (EvidenceRequest::Go(request.clone()), answer))
                .collect(),
            (Self::Mirrored(mirrored), package) => {
                let installed = mirrored.installed.answers(package).into_iter();
                let installed = installed
                    .filter_map(|(request, answer)| Some((request.of_the_mirror()?, answer)));
                let evidence = mirrored.evidence.answers(package).into_iter();
                evidence.chain(installed).collect()
            }
            // Nothing was asked.
            _ => Vec::new(),
        }
    }
}

/// The answers about a package that is installed from a mirror of the registry whose evidence counts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mirrored {
    /// The answers of the registry that is asked for evidence.
    pub evidence: RawEvidence,
    /// The mirror's: its manifest (or packument) or index, and no evidence.
    pub installed: RawEvidence,
}

/// What was asked about one Go package, with the answers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GoRaw {
    /// Who was asked.
    pub sources: Arc<GoSources>,
    /// The answers.
    pub answers: BTreeMap<GoRequest, Fetched>,
    /// The newest tree head that the run proved beside other packages, verbatim, where the answers have
    /// it not. It is no answer about this package, and is not recorded with them.
    pub seen: Option<Body>,
}

/// npm's answers about one version.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NpmRaw {
    /// `GET {registry}/{name}/{version}`.
    pub manifest: Fetched,
    /// `GET {registry}/-/npm/v1/attestations/{name}@{version}`.
    pub attestations: Fetched,
    /// `GET {registry}/{name}`, only where there is no manifest, or a publish time is needed to judge
    /// an expired key.
    pub packument: Option<Fetched>,
}

/// PyPI's answers about one version.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PypiRaw {
    /// `GET {index}/{project}/` as PEP 691 JSON.
    pub index: Fetched,
    /// The PEP 740 provenance of each file that the index advertises one for, by file name.
    pub provenance: BTreeMap<String, Fetched>,
    /// Where provenance was asked for that the index advertises and that could not be had, by file
    /// name; empty where the source does not ask at addresses.
    pub asked: BTreeMap<String, Asked>,
}
