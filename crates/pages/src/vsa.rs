//! Verification summaries (VSA): what this program verified of a package, as a statement that its user's
//! workflow signs (<https://slsa.dev/spec/v1.1/verification_summary>).
//!
//! A statement outlives the run, and whoever believes it looks at nothing else. So there is one only where
//! nothing is left to argue about: `verified`, a build level, no finding at error, neither accepted nor lowered
//! by the configuration, nothing in doubt.

mod package_url;

use std::collections::{BTreeMap, BTreeSet};

use dockyard_report::finding::Severity;
use dockyard_report::report::EvidenceOutcome;
use jiff::Timestamp;
use package_provenance::verify::{EvidenceKind, Status};
use serde::Serialize;

use crate::coverage::is_attestation;
use crate::stored::{Narrowed, StoredEvidence, StoredFinding, StoredReport, StoredSpec};
use package_url::{locked_urls, package_url};

/// The predicate's type.
pub const PREDICATE_TYPE: &str = "https://slsa.dev/verification_summary/v1";

/// The version of SLSA whose build levels are stated.
const SLSA_VERSION: &str = "1.1";

/// Who states it, and by what it was judged.
#[derive(Debug, Clone)]
pub struct VsaSource<'a> {
    /// The report.
    pub report: &'a StoredReport,
    /// The URI of the workflow that signs.
    pub verifier: &'a str,
    /// Where the policy is, and its digest.
    pub policy: Descriptor,
    /// When the scan verified.
    pub verified_at: Option<Timestamp>,
}

/// in-toto's `ResourceDescriptor`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Descriptor {
    /// Where it is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub uri: Option<String>,
    /// Its digests in hexadecimal, by algorithm.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub digest: BTreeMap<String, String>,
}

/// in-toto's `Statement`, unsigned.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Statement {
    #[serde(rename = "_type")]
    kind: &'static str,
    /// The files that it is about.
    pub subject: Vec<Subject>,
    #[serde(rename = "predicateType")]
    predicate_type: &'static str,
    /// What is said of them.
    pub predicate: Predicate,
}

/// A file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Subject {
    /// npm's name of a tarball, or a file's name.
    pub name: String,
    /// Its digest in hexadecimal, by algorithm.
    pub digest: BTreeMap<String, String>,
}

/// The summary.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Predicate {
    verifier: Verifier,
    #[serde(skip_serializing_if = "Option::is_none")]
    time_verified: Option<Timestamp>,
    /// The package's URL.
    pub resource_uri: String,
    policy: Descriptor,
    input_attestations: Vec<Descriptor>,
    verification_result: &'static str,
    verified_levels: [String; 1],
    slsa_version: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
struct Verifier {
    id: String,
    version: BTreeMap<String, String>,
}

/// The statements of a report.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Statements {
    /// One for each package, in the order of their URLs.
    pub made: Vec<Statement>,
    /// The specs of packages that are not stated, and the lock files' entries that keep one from being
    /// stated, and why.
    pub left_out: Vec<(String, &'static str)>,
}

/// Why a report can be the ground for no statement at all.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum VsaError {
    /// The policy and the specs are somebody's proposal.
    #[error(
        "the report is of a pull request, whose specs are a proposal; state what a scan of the branch has verified"
    )]
    Proposal,
    /// Another spec may hold the same package, and may be refused.
    #[error(
        "the report leaves out specs that are there, and one of them may speak against a package; state what a scan of the whole repository has verified"
    )]
    Part,
    /// Something about the run as a whole is not known.
    #[error(
        "something about the run as a whole could not be determined, so nothing can be stated: see `gate.doubts` and `trust.problem` in the report"
    )]
    Doubt,
}

impl Statements {
    /// What can be stated of `source.report`.
    ///
    /// # Errors
    /// [`VsaError`] where nothing can, whatever is said of the packages.
    pub fn of(source: &VsaSource<'_>) -> Result<Self, VsaError> {
        let report = source.report;
        match report.narrowed() {
            Some(Narrowed::PullRequest) => return Err(VsaError::Proposal),
            Some(Narrowed::Part) => return Err(VsaError::Part),
            None => {}
        }
        if report.trust_problem.is_some() || !report.doubts.is_empty() {
            return Err(VsaError::Doubt);
        }
        let mut made: BTreeMap<String, Statement> = BTreeMap::new();
        let mut refused: BTreeSet<String> = BTreeSet::new();
        let mut left_out = Vec::new();
        for spec in report.packages() {
            let url = package_url(spec);
            let statement = match &url {
                _ if spec.status != Status::Verified => Err("it is not verified"),
                Some(url) => statement(source, spec, url),
                None => Err("its package has no package URL"),
            };
            match (statement, url) {
                (Ok(statement), Some(url)) => {
                    made.insert(url, statement);
                }
                (Err(reason), url) => {
                    left_out.push((spec.path.clone(), reason));
                    refused.extend(url);
                }
                (Ok(_), None) => {}
            }
        }
        // What one spec is refused for is not stated because another spec has nothing against it.
        for url in refused {
            made.remove(&url);
        }
        for (place, url) in refused_by_locks(report) {
            if made.remove(&url).is_some() {
                left_out.push((place, "something is wrong with it there, or in doubt, so that no spec's package of that name and version is stated"));
            }
        }
        Ok(Self {
            made: made.into_values().collect(),
            left_out,
        })
    }
}

/// The packages of lock files that something is wrong with, or with their lock as a whole: where each stands,
/// and its URL.
fn refused_by_locks(report: &StoredReport) -> Vec<(String, String)> {
    let mut refused = Vec::new();
    for lock in &report.locks {
        let whole = lock.findings.iter().any(is_error);
        let packages = lock.packages.iter();
        for locked in packages.filter(|it| whole || it.findings.iter().any(is_error)) {
            let place = format!("{}: {}", lock.path, locked.named());
            let urls = locked_urls(lock, locked).into_iter();
            refused.extend(urls.map(|url| (place.clone(), url)));
        }
    }
    refused
}

/// Whether it is an error, or would be one had the configuration not lowered it; accepted or not.
fn is_error(finding: &StoredFinding) -> bool {
    finding.severity == Severity::Error || finding.rule.default_severity() == Severity::Error
}

/// # Errors
/// Why there is nothing to state.
fn statement(
    source: &VsaSource<'_>,
    spec: &StoredSpec,
    url: &str,
) -> Result<Statement, &'static str> {
    let report = source.report;
    let Some(level @ 1..=3) = spec.slsa_build_level else {
        return Err("no build level is known of it");
    };
    if !report.is_clean(spec) || spec.findings.iter().any(is_error) {
        return Err("something is wrong with it, or in doubt, even if that is accepted");
    }
    let attestations = spec.evidence.iter().filter(|one| is_attestation(one.kind));
    let input_attestations: Vec<Descriptor> = attestations
        .map(input)
        .collect::<Option<_>>()
        .filter(|all: &Vec<Descriptor>| !all.is_empty())
        .ok_or("the report does not hold the digest of every attestation")?;
    let subject = subjects(spec, url).ok_or("the report does not hold the digests of its files")?;
    let version = BTreeMap::from([(
        "dockyard-provenance".to_owned(),
        report.tool_version.clone(),
    )]);
    Ok(Statement {
        kind: "https://in-toto.io/Statement/v1",
        subject,
        predicate_type: PREDICATE_TYPE,
        predicate: Predicate {
            verifier: Verifier {
                id: source.verifier.to_owned(),
                version,
            },
            time_verified: source.verified_at,
            resource_uri: url.to_owned(),
            policy: source.policy.clone(),
            input_attestations,
            verification_result: "PASSED",
            verified_levels: [format!("SLSA_BUILD_LEVEL_{level}")],
            slsa_version: SLSA_VERSION,
        },
    })
}

/// A verified attestation by its digest.
fn input(evidence: &StoredEvidence) -> Option<Descriptor> {
    if evidence.outcome != EvidenceOutcome::Verified {
        return None;
    }
    Some(Descriptor {
        uri: None,
        digest: digest(evidence.attestation_digest.as_deref()?)?,
    })
}

/// The files whose build was verified. An npm package is one tarball, which npm names by the package's URL.
fn subjects(spec: &StoredSpec, url: &str) -> Option<Vec<Subject>> {
    let mut subjects: BTreeMap<&str, BTreeMap<String, String>> = BTreeMap::new();
    for one in spec.evidence.iter().filter(|one| is_attestation(one.kind)) {
        let known = digest(one.digest.as_deref()?)?;
        let name = match one.kind {
            EvidenceKind::NpmPublishAttestation => url,
            EvidenceKind::SlsaProvenance if spec.protocol == "npx" => url,
            EvidenceKind::SlsaProvenance
            | EvidenceKind::PypiPublishAttestation
            | EvidenceKind::NpmRegistrySignature
            | EvidenceKind::GoChecksum
            | EvidenceKind::GitCommit => one.artifact.as_str(),
        };
        // One name with two contents is nothing that anybody can state.
        if subjects
            .insert(name, known.clone())
            .is_some_and(|before| before != known)
        {
            return None;
        }
    }
    // A name of two words or lines would be another one in a list of checksums.
    let plain = |name: &str| !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_graphic());
    if subjects.is_empty() || !subjects.keys().all(|name| plain(name)) {
        return None;
    }
    let subjects = subjects.into_iter().map(|(name, digest)| Subject {
        name: name.to_owned(),
        digest,
    });
    Some(subjects.collect())
}

/// `sha512:…` as in-toto writes it; nothing where it is no SHA-256 or SHA-512.
fn digest(text: &str) -> Option<BTreeMap<String, String>> {
    let (algorithm, value) = text.split_once(':')?;
    let length = match algorithm {
        "sha256" => 64,
        "sha512" => 128,
        _ => return None,
    };
    let hexadecimal = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
    (value.len() == length && value.bytes().all(hexadecimal))
        .then(|| BTreeMap::from([(algorithm.to_owned(), value.to_owned())]))
}

impl Statement {
    /// Its subjects as `actions/attest` takes them (`subject-checksums`): a digest and a name each line.
    pub fn checksums(&self) -> String {
        let digests = self.subject.iter().flat_map(|subject| {
            let values = subject.digest.values();
            values.map(move |value| [value, "  ", &subject.name, "\n"].concat())
        });
        digests.collect()
    }
}

#[cfg(test)]
mod tests;
