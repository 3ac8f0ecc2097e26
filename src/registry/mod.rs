//! Asking registries: requests made from parsed names, answers kept as untrusted bytes.

pub mod collect;
pub mod credentials;
pub mod evidence_dir;
pub mod evidence_manifest;
pub mod exchange;
pub mod http;
pub mod limits;
pub mod npm;
pub mod offline;
pub mod pypi;
pub mod request;
pub mod retry;
pub mod urls;
mod wire;

pub use request::{Body, EvidenceRequest, EvidenceSource, FetchError, FetchProblem, Fetched};

use std::collections::BTreeMap;

/// What the registry answered about one package: untrusted, nothing in it is a fact.
#[derive(Debug, Clone)]
pub enum RawEvidence {
    /// npm.
    Npm(NpmRaw),
    /// PyPI.
    Pypi(PypiRaw),
    /// An ecosystem that is not verified yet, with the sentence that says so.
    Unsupported(String),
}

/// npm's answers about one version.
#[derive(Debug, Clone)]
pub struct NpmRaw {
    /// `GET {registry}/{name}/{version}`.
    pub manifest: Fetched,
    /// `GET {registry}/-/npm/v1/attestations/{name}@{version}`.
    pub attestations: Fetched,
    /// `GET {registry}/{name}`, only where a publish time is needed to judge an expired key.
    pub packument: Option<Fetched>,
}

/// PyPI's answers about one version.
#[derive(Debug, Clone)]
pub struct PypiRaw {
    /// `GET {index}/{project}/` as PEP 691 JSON.
    pub index: Fetched,
    /// The PEP 740 provenance of each file that the index advertises one for, by file name.
    pub provenance: BTreeMap<String, Fetched>,
}
