//! The members of a report that are read back.

use dockyard_report::bounded::Bounded;
use dockyard_report::finding::{RuleId, Severity};
use dockyard_report::policy::FailOn;
use dockyard_report::report::foreign::{MAX_OF_A_SPEC, MAX_SENTENCES, MAX_SPECS};
use dockyard_report::report::{EvidenceOutcome, ExemptionState, TrustOrigin};
use package_provenance::identity::PublisherKind;
use package_provenance::verify::{EvidenceKind, Status};
use serde::de::IgnoredAny;
use serde::{Deserialize, Deserializer};

/// Most lock files.
const MAX_LOCKS: usize = 1_000;

/// Most exemptions, and most findings about the configuration.
const MAX_BLOCKS: usize = 4_000;

#[derive(Deserialize)]
pub(super) struct Document {
    pub(super) tool: ToolWire,
    pub(super) determined: bool,
    pub(super) trust: TrustWire,
    pub(super) gate: GateWire,
    pub(super) summary: SummaryWire,
    pub(super) specs: Bounded<StoredSpec, MAX_SPECS>,
    #[serde(default)]
    pub(super) exemptions: Bounded<StoredExemption, MAX_BLOCKS>,
    #[serde(default)]
    pub(super) config_findings: Bounded<StoredFinding, MAX_BLOCKS>,
    #[serde(default)]
    pub(super) locks: Bounded<StoredLock, MAX_LOCKS>,
}

#[derive(Deserialize)]
pub(super) struct ToolWire {
    pub(super) version: String,
}

#[derive(Deserialize)]
pub(super) struct TrustWire {
    pub(super) source: TrustOrigin,
    pub(super) as_of: String,
    pub(super) problem: Option<String>,
    /// Where a report does not say, its log may be another one than the public one.
    #[serde(default = "not_known")]
    pub(super) private_instance: bool,
}

const fn not_known() -> bool {
    true
}

#[derive(Deserialize)]
pub(super) struct GateWire {
    pub(super) fail_on: FailOn,
    pub(super) config: Option<String>,
    pub(super) base: Option<IgnoredAny>,
    pub(super) changes: Bounded<String, MAX_SENTENCES>,
    pub(super) doubts: Bounded<String, MAX_SENTENCES>,
}

#[derive(Deserialize)]
pub(super) struct SummaryWire {
    pub(super) untouched: usize,
    /// Where a report does not say, it may be of a part.
    #[serde(default)]
    pub(super) complete: bool,
}

/// What a report says of one spec.
#[derive(Debug, Clone, Deserialize)]
pub struct StoredSpec {
    /// Path relative to the root.
    pub path: String,
    /// The folder's protocol.
    pub protocol: String,
    /// The package as the spec writes it.
    pub package: Option<String>,
    /// The version as the spec writes it.
    pub version: Option<String>,
    /// The status.
    pub status: Status,
    /// The publisher.
    pub publisher: Option<StoredPublisher>,
    /// The SLSA build level.
    pub slsa_build_level: Option<u8>,
    /// Each piece of evidence.
    #[serde(deserialize_with = "of_a_spec")]
    pub evidence: Vec<StoredEvidence>,
    /// Each finding.
    #[serde(deserialize_with = "of_a_spec")]
    pub findings: Vec<StoredFinding>,
}

/// What a report says of a lock file.
#[derive(Debug, Clone, Deserialize)]
pub struct StoredLock {
    /// Path relative to the root.
    pub path: String,
    /// Whose packages it has: `npm`, `pypi` or `go`.
    #[serde(default)]
    pub ecosystem: Option<String>,
    /// Its packages.
    #[serde(deserialize_with = "of_a_lock")]
    pub packages: Vec<StoredLocked>,
    /// Findings about the lock as a whole.
    #[serde(deserialize_with = "of_a_spec")]
    pub findings: Vec<StoredFinding>,
}

/// What a report says of a package of a lock file.
#[derive(Debug, Clone, Deserialize)]
pub struct StoredLocked {
    /// Its name.
    pub name: Option<String>,
    /// Its version.
    pub version: Option<String>,
    /// Each finding.
    #[serde(deserialize_with = "of_a_spec")]
    pub findings: Vec<StoredFinding>,
}

/// The publisher, as the verified certificate said.
#[derive(Debug, Clone, Deserialize)]
pub struct StoredPublisher {
    /// Whose identity signed.
    pub kind: PublisherKind,
    /// The source repository's address.
    pub repository: Option<String>,
    /// The build configuration's path.
    pub workflow: Option<String>,
    /// The commit.
    pub commit: Option<String>,
    /// Where the run can be looked at.
    pub run_url: Option<String>,
    /// The certificate's subject.
    pub subject: String,
}

/// One piece of evidence.
#[derive(Debug, Clone, Deserialize)]
pub struct StoredEvidence {
    /// Its kind.
    pub kind: EvidenceKind,
    /// What it is about.
    pub artifact: String,
    /// The verified digest: algorithm, colon, hexadecimal.
    pub digest: Option<String>,
    /// What came of it.
    pub outcome: EvidenceOutcome,
    /// The digest of the attestation as it was served.
    #[serde(default)]
    pub attestation_digest: Option<String>,
    /// Its index in the log.
    pub log_index: Option<u64>,
}

/// One finding.
#[derive(Debug, Clone, Deserialize)]
pub struct StoredFinding {
    /// The rule.
    pub rule: RuleId,
    /// Its severity.
    pub severity: Severity,
    /// What is the matter.
    pub message: String,
    /// Where.
    pub location: StoredPlace,
    /// Who has accepted it.
    #[serde(default, deserialize_with = "present")]
    pub exempted: bool,
}

/// A place in a file.
#[derive(Debug, Clone, Deserialize)]
pub struct StoredPlace {
    /// Path relative to the root.
    pub path: String,
    /// First line.
    pub start_line: usize,
}

/// What is accepted, and until when.
#[derive(Debug, Clone, Deserialize)]
pub struct StoredExemption {
    /// The spec.
    pub path: String,
    /// The package, as in `npm:@scope/name`.
    pub package: String,
    /// The one version that it is for.
    pub version: Option<String>,
    /// What it accepts.
    pub rules: Vec<RuleId>,
    /// Why.
    pub reason: String,
    /// Who answers for it.
    pub owner: String,
    /// The last day on which it holds.
    pub expires: String,
    /// What became of it.
    pub state: ExemptionState,
}

fn of_a_lock<'de, T, D>(deserializer: D) -> Result<Vec<T>, D::Error>
where
    T: Deserialize<'de>,
    D: Deserializer<'de>,
{
    Bounded::<T, MAX_SPECS>::deserialize(deserializer).map(|bounded| bounded.0)
}

fn of_a_spec<'de, T, D>(deserializer: D) -> Result<Vec<T>, D::Error>
where
    T: Deserialize<'de>,
    D: Deserializer<'de>,
{
    Bounded::<T, MAX_OF_A_SPEC>::deserialize(deserializer).map(|bounded| bounded.0)
}

fn present<'de, D: Deserializer<'de>>(deserializer: D) -> Result<bool, D::Error> {
    Option::<IgnoredAny>::deserialize(deserializer).map(|one| one.is_some())
}
