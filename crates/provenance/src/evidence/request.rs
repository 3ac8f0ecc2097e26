//! What can be asked of a registry, and what comes back.

use std::fmt;
use std::sync::Arc;

use super::go::GoRequest;
use super::stated::StatedAddress;
use crate::dist::DistFilename;
use crate::package::{Ecosystem, NpmName, NpmPackage, PypiName, PypiPackage};

/// A question to a registry. Made from parsed names, so that neither a path nor a URL can be smuggled
/// in (docs/verification.md#f31, docs/verification.md#f35); the one exception is an address that an
/// index states, which is asked on the index's own origin only.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum EvidenceRequest {
    /// The manifest of one npm version.
    NpmManifest(NpmPackage),
    /// The attestations of one npm version.
    NpmAttestations(NpmPackage),
    /// The full packument of an npm package (the only document with publish times).
    NpmPackument(NpmName),
    /// PyPI's simple index of a project, as PEP 691 JSON.
    PypiIndex(PypiName),
    /// The PEP 740 provenance of one file.
    PypiProvenance(PypiPackage, DistFilename),
    /// The same where the index states its address, which is asked where it may be, and else the
    /// address that is made from the names.
    PypiProvenanceAt(PypiPackage, DistFilename, StatedAddress),
    /// A question about a Go module.
    Go(GoRequest),
    /// The manifest of one npm version at the mirror that it is installed from.
    NpmManifestOfMirror(NpmPackage),
    /// The packument there.
    NpmPackumentOfMirror(NpmName),
    /// The simple index of a project at the mirror that it is installed from.
    PypiIndexOfMirror(PypiName),
}

impl EvidenceRequest {
    /// Whose registry is asked.
    pub fn ecosystem(&self) -> Ecosystem {
        match self {
            Self::Go(_) => Ecosystem::Go,
            Self::NpmManifest(_)
            | Self::NpmAttestations(_)
            | Self::NpmPackument(_)
            | Self::NpmManifestOfMirror(_)
            | Self::NpmPackumentOfMirror(_) => Ecosystem::Npm,
            Self::PypiIndex(_)
            | Self::PypiProvenance(..)
            | Self::PypiProvenanceAt(..)
            | Self::PypiIndexOfMirror(_) => Ecosystem::Pypi,
        }
    }

    /// Where the answer lies in an evidence folder: a relative path with `/` between its parts.
    pub fn evidence_path(&self) -> String {
        match self {
            Self::NpmManifest(package) => npm_path(package, "manifest.json"),
            Self::NpmAttestations(package) => npm_path(package, "attestations.json"),
            Self::NpmPackument(name) => format!("npm/{}/packument.json", name.as_str()),
            Self::PypiIndex(name) => format!("pypi/{}/index.json", name.as_str()),
            Self::PypiProvenance(package, filename)
            | Self::PypiProvenanceAt(package, filename, _) => {
                let (name, filename) = (package.name.as_str(), filename.as_str());
                format!("pypi/{name}/{filename}.provenance.json")
            }
            Self::Go(request) => request.evidence_path(),
            Self::NpmManifestOfMirror(package) => npm_path(package, "mirror.json"),
            Self::NpmPackumentOfMirror(name) => format!("npm/{}/mirror.json", name.as_str()),
            Self::PypiIndexOfMirror(name) => format!("pypi/{}/mirror.json", name.as_str()),
        }
    }

    /// The same request to the mirror that a package is installed from; none for evidence, which a mirror
    /// is not asked for.
    pub fn of_the_mirror(&self) -> Option<Self> {
        match self {
            Self::NpmManifest(package) => Some(Self::NpmManifestOfMirror(package.clone())),
            Self::NpmPackument(name) => Some(Self::NpmPackumentOfMirror(name.clone())),
            Self::PypiIndex(name) => Some(Self::PypiIndexOfMirror(name.clone())),
            Self::NpmAttestations(_)
            | Self::PypiProvenance(..)
            | Self::PypiProvenanceAt(..)
            | Self::Go(_)
            | Self::NpmManifestOfMirror(_)
            | Self::NpmPackumentOfMirror(_)
            | Self::PypiIndexOfMirror(_) => None,
        }
    }
}

fn npm_path(package: &NpmPackage, leaf: &str) -> String {
    format!(
        "npm/{}/{}/{leaf}",
        package.name.as_str(),
        package.version.as_str()
    )
}

/// Where a file's provenance is asked for whose address an index states: addresses as they may be
/// shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Asked {
    /// The address that is asked; none where there is none to ask.
    pub at: Option<String>,
    /// The address that the index states, and why it is not the one that is asked, where it is not.
    pub instead_of: Option<String>,
}

/// The bytes of an answer, decompressed and within the size limit.
pub type Body = Arc<[u8]>;

/// The answer to one [`EvidenceRequest`]. Three cases, so that an error is never read as "none".
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fetched {
    /// The document.
    Found(Body),
    /// The registry says that there is no such document (404, or 410).
    Missing,
    /// Neither: nothing is known.
    Failed(FetchError),
}

/// Why a document could not be had.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub struct FetchError {
    /// What was asked for: a URL without credentials, or a path in an evidence folder.
    pub asked: String,
    /// What happened.
    pub problem: FetchProblem,
}

impl fmt::Display for FetchError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}: {}", self.asked, self.problem)
    }
}

/// What went wrong with one request, after its retries.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FetchProblem {
    /// A status that is neither success nor "not found".
    #[error("the registry answered {0}{hint}", hint = status_hint(*.0))]
    Status(u16),
    /// 401 or 403 from a registry over HTTP, and what can be done about it.
    #[error("the registry answered {status}{hint}; {advice}", hint = status_hint(*.status))]
    Refused {
        /// The status.
        status: u16,
        /// Whether a credential was sent, and where one can be configured.
        advice: String,
    },
    /// A redirect to another origin, or out of the path that a credential is for: not followed.
    #[error(
        "the registry redirected to another origin, or to a path that its credential is not for, \
         which is not followed"
    )]
    Redirect,
    /// A body over the limit.
    #[error("the answer is larger than {limit} bytes")]
    TooLarge {
        /// The limit in bytes, after decompression.
        limit: usize,
    },
    /// No complete answer within the request's time budget.
    #[error("no complete answer within {seconds} s")]
    Timeout {
        /// The budget in seconds, retries included.
        seconds: u64,
    },
    /// The host let several requests in a row run out of time, so this one was not made.
    #[error(
        "not asked for: the host did not answer {requests} requests in a row within their time, \
         and is not asked again in this run"
    )]
    Silent {
        /// How many requests.
        requests: usize,
    },
    /// Requests to the host that ended without an answer have cost too much, so this one was not
    /// made.
    #[error(
        "not asked for: requests to this host that were not answered have cost this run {seconds} s \
         in all, and it is not asked again in this run"
    )]
    Wasteful {
        /// What they may cost.
        seconds: u64,
    },
    /// 404 or 410 (or of a file of a TUF repository 403) from another address of the same host, after a redirect: it says nothing about
    /// the document that was asked for.
    #[error("the registry redirected to another address, and answered {0} there")]
    MissingElsewhere(u16),
    /// No connection, a reset, a truncated or undecodable body.
    #[error("the connection failed: {0}")]
    Connection(String),
    /// The body is not of the type that was asked for.
    #[error("the answer is `{0}`, not the JSON that was asked for")]
    ContentType(String),
    /// The evidence folder holds no answer to this question.
    #[error("not recorded in the evidence folder")]
    NotRecorded,
    /// The evidence folder holds an answer whose digest is not the recorded one.
    #[error("the recorded answer was changed: {0}")]
    Altered(String),
    /// The network may not be used.
    #[error("not asked for, because of --offline")]
    Offline,
    /// The network may not be used, and no earlier run kept the answer.
    #[error("not in the cache, and not asked for, because of --offline")]
    NotCached,
    /// The configured registry has no such endpoint.
    #[error("{0}")]
    NoEndpoint(String),
    /// The API of a forge could not be asked, or did not answer: the sentence that says why.
    #[error("{0}")]
    Api(String),
}

impl FetchProblem {
    /// The status that was no answer, if that is the problem.
    pub fn status(&self) -> Option<u16> {
        match self {
            Self::Status(status) | Self::Refused { status, .. } => Some(*status),
            Self::Redirect
            | Self::TooLarge { .. }
            | Self::Timeout { .. }
            | Self::Silent { .. }
            | Self::Wasteful { .. }
            | Self::MissingElsewhere(_)
            | Self::Connection(_)
            | Self::ContentType(_)
            | Self::NotRecorded
            | Self::Altered(_)
            | Self::Offline
            | Self::NotCached
            | Self::NoEndpoint(_)
            | Self::Api(_) => None,
        }
    }
}

fn status_hint(status: u16) -> &'static str {
    match status {
        401 | 403 => " (access refused; this does not mean that there is nothing)",
        429 => " (too many requests)",
        500..=599 => " (the registry is failing)",
        _ => "",
    }
}
