//! The shape of a shard's report: that of `docs/report.schema.json`, whole, by the same version of the program.
//! A member that is not known is refused.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::Arc;

use serde::Deserialize;
use serde::de::IgnoredAny;

use crate::bounded::Bounded;
use crate::drift::worse::Worse;
use crate::finding::{Exempted, Finding, Location, RuleId, Severity};
use crate::policy::{FailOn, Verdict};
use crate::report::foreign::{MAX_OF_A_SPEC, MAX_SENTENCES};
use crate::report::{
    BaseTip, BeforeRecord, BeforeSource, EvidenceOrigin, EvidenceOutcome, EvidenceRecord,
    OverrideRecord, OverrideStatus, PublisherRecord, SourceRecord, TrustOrigin, TrustRecord,
    Unjudged,
};
use package_provenance::identity::PublisherKind;
use package_provenance::verify::{EvidenceKind, Status};

/// Most specs of a shard's report.
pub(super) const MAX_SPECS: usize = 100_000;
/// Most overrides, requirements and worsenings of one spec.
const MAX_PARTS: usize = 4_000;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ReportWire {
    pub(super) schema_version: u32,
    pub(super) tool: ToolWire,
    pub(super) verdict: Verdict,
    pub(super) determined: bool,
    pub(super) trust: TrustWire,
    pub(super) gate: GateWire,
    pub(super) summary: SummaryWire,
    pub(super) specs: Bounded<SpecWire, MAX_SPECS>,
    /// A shard judges neither.
    pub(super) exemptions: Bounded<IgnoredAny, MAX_PARTS>,
    pub(super) config_findings: Bounded<IgnoredAny, MAX_PARTS>,
    /// Nor does it look at lock files.
    pub(super) locks: Bounded<IgnoredAny, MAX_PARTS>,
    pub(super) shard: Option<ShardWire>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ToolWire {
    pub(super) name: String,
    pub(super) version: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ShardWire {
    pub(super) index: u16,
    pub(super) of: u16,
    pub(super) inventory: String,
    pub(super) config: String,
    pub(super) settings: String,
    /// RFC 3339.
    pub(super) scanned_at: String,
    pub(super) trust_age: Option<String>,
    pub(super) details: BTreeMap<String, DetailsWire>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct DetailsWire {
    pub(super) unsupported: bool,
    pub(super) unjudged: Bounded<Option<Unjudged>, MAX_PARTS>,
    pub(super) worse: Bounded<Worse, MAX_PARTS>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct TrustWire {
    source: TrustOrigin,
    as_of: String,
    refreshed_at: Option<String>,
    expires: Option<String>,
    fallback: Option<String>,
    problem: Option<String>,
    private_instance: bool,
}

impl From<TrustWire> for TrustRecord {
    fn from(wire: TrustWire) -> Self {
        Self {
            source: wire.source,
            as_of: wire.as_of,
            refreshed_at: wire.refreshed_at,
            expires: wire.expires,
            fallback: wire.fallback,
            problem: wire.problem,
            private_instance: wire.private_instance,
            ..Self::default()
        }
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct GateWire {
    pub(super) fail_on: FailOn,
    pub(super) fail_on_unknown: bool,
    pub(super) config: Option<String>,
    pub(super) base: Option<BaseWire>,
    pub(super) evidence: EvidenceOrigin,
    pub(super) evidence_as_of: Option<String>,
    pub(super) changes: Bounded<String, MAX_SENTENCES>,
    pub(super) doubts: Bounded<String, MAX_SENTENCES>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct BaseWire {
    branch: String,
    commit: String,
}

impl From<BaseWire> for BaseTip {
    fn from(wire: BaseWire) -> Self {
        Self {
            branch: wire.branch,
            commit: wire.commit,
        }
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct SummaryWire {
    pub(super) specs: usize,
    pub(super) untouched: usize,
    pub(super) complete: bool,
    pub(super) by_status: BTreeMap<Status, usize>,
    pub(super) by_severity: BTreeMap<Severity, usize>,
    pub(super) exempted: usize,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct SpecWire {
    pub(super) path: String,
    pub(super) protocol: String,
    pub(super) package: Option<String>,
    pub(super) version: Option<String>,
    pub(super) claimed: bool,
    pub(super) status: Status,
    pub(super) publisher: Option<PublisherWire>,
    pub(super) slsa_build_level: Option<u8>,
    pub(super) requirements: Bounded<RequirementWire, MAX_PARTS>,
    pub(super) evidence: Bounded<EvidenceWire, MAX_OF_A_SPEC>,
    pub(super) overrides: Bounded<OverrideWire, MAX_PARTS>,
    pub(super) before: Option<BeforeWire>,
    pub(super) findings: Bounded<FindingWire, MAX_OF_A_SPEC>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RequirementWire {
    pub(super) config_line: usize,
    pub(super) met: Option<bool>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct PublisherWire {
    kind: PublisherKind,
    repository: Option<String>,
    workflow: Option<String>,
    #[serde(rename = "ref")]
    git_ref: Option<String>,
    commit: Option<String>,
    issuer: String,
    runner_environment: Option<String>,
    trigger: Option<String>,
    repository_id: Option<String>,
    owner_id: Option<String>,
    run_url: Option<String>,
    subject: String,
}

impl From<PublisherWire> for Arc<PublisherRecord> {
    fn from(wire: PublisherWire) -> Self {
        Self::new(PublisherRecord {
            kind: wire.kind,
            repository: wire.repository,
            workflow: wire.workflow,
            git_ref: wire.git_ref,
            commit: wire.commit,
            issuer: wire.issuer,
            runner_environment: wire.runner_environment,
            trigger: wire.trigger,
            repository_id: wire.repository_id,
            owner_id: wire.owner_id,
            run_url: wire.run_url,
            subject: wire.subject,
        })
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct EvidenceWire {
    kind: EvidenceKind,
    artifact: String,
    digest: Option<String>,
    outcome: EvidenceOutcome,
    reason: Option<String>,
    predicate_type: Option<String>,
    attestation_digest: Option<String>,
    logged_at: Option<String>,
    log_index: Option<u64>,
    note: Option<String>,
    publisher: Option<PublisherWire>,
    source: Option<SourceWire>,
}

impl From<EvidenceWire> for EvidenceRecord {
    fn from(wire: EvidenceWire) -> Self {
        Self {
            kind: wire.kind,
            artifact: wire.artifact,
            digest: wire.digest.map(Into::into),
            outcome: wire.outcome,
            reason: wire.reason,
            predicate_type: wire.predicate_type.map(Cow::Owned),
            attestation_digest: wire.attestation_digest,
            logged_at: wire.logged_at,
            log_index: wire.log_index,
            note: wire.note,
            publisher: wire.publisher.map(Into::into),
            source: wire.source.map(|source| Box::new(source.into())),
        }
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct SourceWire {
    repository: String,
    repository_id: String,
    owner_id: Option<String>,
    #[serde(rename = "ref")]
    git_ref: String,
    tip: String,
}

impl From<SourceWire> for SourceRecord {
    fn from(wire: SourceWire) -> Self {
        Self {
            repository: wire.repository,
            repository_id: wire.repository_id,
            owner_id: wire.owner_id,
            git_ref: wire.git_ref,
            tip: wire.tip,
        }
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct OverrideWire {
    package: String,
    version: Option<String>,
    status: OverrideStatus,
    publisher: Option<PublisherWire>,
    evidence: Bounded<EvidenceWire, MAX_OF_A_SPEC>,
    location: LocationWire,
}

impl From<OverrideWire> for OverrideRecord {
    fn from(wire: OverrideWire) -> Self {
        Self {
            package: wire.package,
            version: wire.version,
            status: wire.status,
            publisher: wire.publisher.map(Into::into),
            evidence: wire.evidence.0.into_iter().map(Into::into).collect(),
            location: wire.location.into(),
        }
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct BeforeWire {
    source: BeforeSource,
    version: Option<String>,
    status: Status,
    publisher: Option<PublisherWire>,
    digests: BTreeMap<String, String>,
}

impl From<BeforeWire> for BeforeRecord {
    fn from(wire: BeforeWire) -> Self {
        Self {
            source: wire.source,
            version: wire.version,
            status: wire.status,
            publisher: wire.publisher.map(Into::into),
            digests: wire.digests,
        }
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct FindingWire {
    rule: RuleId,
    severity: Severity,
    message: String,
    location: LocationWire,
    help: String,
    fingerprint: String,
    exempted: Option<ExemptedWire>,
}

impl From<FindingWire> for Finding {
    fn from(wire: FindingWire) -> Self {
        Self {
            rule: wire.rule,
            severity: wire.severity,
            message: wire.message,
            location: wire.location.into(),
            help: wire.help,
            fingerprint: wire.fingerprint,
            exempted: wire.exempted.map(Into::into),
            line: None,
        }
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ExemptedWire {
    reason: String,
    owner: String,
    expires: String,
    config_line: usize,
}

impl From<ExemptedWire> for Exempted {
    fn from(wire: ExemptedWire) -> Self {
        Self {
            reason: wire.reason,
            owner: wire.owner,
            expires: wire.expires,
            config_line: wire.config_line,
        }
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct LocationWire {
    path: String,
    start_line: usize,
    start_column: usize,
    end_line: usize,
    end_column: usize,
}

impl From<LocationWire> for Location {
    fn from(wire: LocationWire) -> Self {
        Self {
            path: wire.path,
            start_line: wire.start_line,
            start_column: wire.start_column,
            end_line: wire.end_line,
            end_column: wire.end_column,
        }
    }
}
