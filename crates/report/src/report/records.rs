//! What a report shows of the evidence and its publisher.

use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;

use package_provenance::identity::PublisherKind;
use package_provenance::verify::{EvidenceKind, Outcome, Publisher};
use serde::{Deserialize, Serialize};

/// The publisher, from the certificate.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PublisherRecord {
    /// Whose identity signed.
    pub kind: PublisherKind,
    /// The source repository's address.
    pub repository: Option<String>,
    /// The build configuration's path.
    pub workflow: Option<String>,
    /// The git ref.
    #[serde(rename = "ref")]
    pub git_ref: Option<String>,
    /// The commit.
    pub commit: Option<String>,
    /// The exact OIDC issuer.
    pub issuer: String,
    /// The runner's kind.
    pub runner_environment: Option<String>,
    /// The event that started the run.
    pub trigger: Option<String>,
    /// The forge's number of the repository.
    pub repository_id: Option<String>,
    /// The forge's number of the owner.
    pub owner_id: Option<String>,
    /// Where the run can be looked at.
    pub run_url: Option<String>,
    /// The certificate's subject (the signing workflow, or an e-mail address).
    pub subject: String,
}

impl PublisherRecord {
    /// What a verified certificate says.
    pub fn of(publisher: &Publisher) -> Self {
        Self {
            kind: publisher.kind,
            repository: publisher.repository.as_ref().map(ToString::to_string),
            workflow: publisher.workflow.clone(),
            git_ref: publisher.git_ref.as_ref().map(ToString::to_string),
            commit: publisher.commit.clone(),
            issuer: publisher.issuer.clone(),
            runner_environment: publisher.runner_environment.clone(),
            trigger: publisher.trigger.clone(),
            repository_id: publisher.repository_id.clone(),
            owner_id: publisher.owner_id.clone(),
            run_url: publisher.run_url.clone(),
            subject: publisher.subject.clone(),
        }
    }
}

/// What came of one piece of evidence.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum EvidenceOutcome {
    /// It verified.
    Verified,
    /// The registry answered that there is none.
    Absent,
    /// It exists and fails.
    Invalid,
    /// Could not be determined.
    Unknown,
}

impl From<&Outcome> for EvidenceOutcome {
    fn from(outcome: &Outcome) -> Self {
        match outcome {
            Outcome::Verified(_) => Self::Verified,
            Outcome::Absent => Self::Absent,
            Outcome::Invalid(_) => Self::Invalid,
            Outcome::Unknown(_) | Outcome::Unsupported(_) => Self::Unknown,
        }
    }
}

impl fmt::Display for EvidenceOutcome {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(match self {
            Self::Verified => "verified",
            Self::Absent => "absent",
            Self::Invalid => "invalid",
            Self::Unknown => "unknown",
        })
    }
}

/// One piece of evidence.
#[derive(Debug, Clone, Serialize)]
pub struct EvidenceRecord {
    /// Its kind.
    pub kind: EvidenceKind,
    /// What it is about.
    pub artifact: String,
    /// The verified digest.
    pub digest: Option<Arc<str>>,
    /// What came of it.
    pub outcome: EvidenceOutcome,
    /// Why it is invalid or unknown.
    pub reason: Option<String>,
    /// The signed predicate type.
    pub predicate_type: Option<Cow<'static, str>>,
    /// The digest of the attestation as the registry served it.
    pub attestation_digest: Option<String>,
    /// When the log took it in (RFC 3339, UTC).
    pub logged_at: Option<String>,
    /// Its index in the log.
    pub log_index: Option<u64>,
    /// What a reader should know about its strength.
    pub note: Option<String>,
    /// Who signed it, from the certificate; nothing where a registry's key did, or it is not verified.
    pub publisher: Option<Arc<PublisherRecord>>,
    /// The repository that a git commit belongs to; nothing for other evidence.
    pub source: Option<Box<SourceRecord>>,
}

/// A repository whose history contains a commit, as the forge had it when it was asked.
#[derive(Debug, Clone, Serialize)]
pub struct SourceRecord {
    /// Its address.
    pub repository: String,
    /// The forge's number of it.
    pub repository_id: String,
    /// The forge's number of its owner.
    pub owner_id: Option<String>,
    /// The branch or tag whose history contains the commit.
    #[serde(rename = "ref")]
    pub git_ref: String,
    /// The newest commit of it.
    pub tip: String,
}
