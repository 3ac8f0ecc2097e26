//! The shape of a report that anybody may have written. Unknown members are ignored: a newer
//! version may know more.

use package_provenance::identity::PublisherKind;
use package_provenance::verify::{EvidenceKind, Status};
use serde::Deserialize;
use serde::de::IgnoredAny;

use crate::bounded::Bounded;
use crate::finding::{RuleId, Severity};
use crate::policy::FailOn;
use crate::report::{EvidenceOrigin, EvidenceOutcome, ExemptionState, OverrideStatus, TrustOrigin};

/// Most specs of a report.
pub const MAX_SPECS: usize = 20_000;
/// Most findings, and most pieces of evidence, of one spec.
pub const MAX_OF_A_SPEC: usize = 5_000;
/// Most overrides of one spec.
pub(super) const MAX_OVERRIDES: usize = 200;
/// Most lock files of a report.
const MAX_LOCKS: usize = 200;
/// Longest way to a package of a lock.
const MAX_VIA: usize = 64;
/// Most exemptions, and most findings about the configuration.
const MAX_BLOCKS: usize = 4_000;
/// Most rules of an exemption.
const MAX_RULES: usize = 500;
/// Most settings, and most reasons for doubt.
pub const MAX_SENTENCES: usize = 1_000;

#[derive(Deserialize)]
pub(super) struct ReportWire {
    pub(super) schema_version: u32,
    pub(super) verdict: String,
    pub(super) determined: bool,
    pub(super) trust: TrustWire,
    pub(super) gate: GateWire,
    pub(super) summary: SummaryWire,
    pub(super) specs: Bounded<SpecWire, MAX_SPECS>,
    /// Reports of older versions have neither.
    #[serde(default)]
    pub(super) exemptions: Bounded<ExemptionWire, MAX_BLOCKS>,
    #[serde(default)]
    pub(super) config_findings: Bounded<FindingWire, MAX_BLOCKS>,
    #[serde(default)]
    pub(super) shard: Option<IgnoredAny>,
    #[serde(default)]
    pub(super) locks: Bounded<LockWire, MAX_LOCKS>,
}

#[derive(Deserialize)]
pub(super) struct LockWire {
    pub(super) path: String,
    pub(super) format: String,
    pub(super) entries: usize,
    pub(super) packages: Bounded<LockPackageWire, MAX_SPECS>,
    pub(super) findings: Bounded<FindingWire, MAX_OF_A_SPEC>,
}

#[derive(Deserialize)]
pub(super) struct LockPackageWire {
    pub(super) name: Option<String>,
    pub(super) version: Option<String>,
    pub(super) from: String,
    pub(super) entries: usize,
    pub(super) via: Bounded<String, MAX_VIA>,
    pub(super) new: Option<bool>,
    pub(super) status: Status,
    pub(super) publisher: Option<PublisherWire>,
    pub(super) slsa_build_level: Option<u8>,
    pub(super) evidence: Bounded<EvidenceWire, MAX_OF_A_SPEC>,
    pub(super) findings: Bounded<FindingWire, MAX_OF_A_SPEC>,
}

#[derive(Deserialize)]
pub(super) struct ExemptionWire {
    pub(super) path: String,
    pub(super) package: String,
    pub(super) version: Option<String>,
    pub(super) rules: Bounded<RuleId, MAX_RULES>,
    pub(super) reason: String,
    pub(super) owner: String,
    pub(super) expires: String,
    pub(super) config_line: u32,
    pub(super) state: ExemptionState,
}

#[derive(Deserialize)]
pub(super) struct ExemptedWire {
    pub(super) reason: String,
    pub(super) owner: String,
    pub(super) expires: String,
    pub(super) config_line: u32,
}

#[derive(Deserialize)]
pub(super) struct TrustWire {
    pub(super) source: TrustOrigin,
    pub(super) as_of: String,
    pub(super) fallback: Option<String>,
    pub(super) problem: Option<String>,
}

#[derive(Deserialize)]
pub(super) struct GateWire {
    pub(super) fail_on: FailOn,
    pub(super) fail_on_unknown: bool,
    pub(super) config: Option<String>,
    pub(super) evidence: EvidenceOrigin,
    pub(super) changes: Bounded<String, MAX_SENTENCES>,
    pub(super) doubts: Bounded<String, MAX_SENTENCES>,
}

#[derive(Deserialize)]
pub(super) struct SummaryWire {
    pub(super) untouched: usize,
}

#[derive(Deserialize)]
pub(super) struct SpecWire {
    pub(super) path: String,
    pub(super) protocol: String,
    pub(super) package: Option<String>,
    pub(super) version: Option<String>,
    /// Where a report does not tell, it cannot be seen, so it counts.
    #[serde(default = "claimed")]
    pub(super) claimed: bool,
    pub(super) status: Status,
    pub(super) publisher: Option<PublisherWire>,
    pub(super) slsa_build_level: Option<u8>,
    pub(super) evidence: Bounded<EvidenceWire, MAX_OF_A_SPEC>,
    /// Reports of older versions have none.
    #[serde(default)]
    pub(super) overrides: Bounded<OverrideWire, MAX_OVERRIDES>,
    pub(super) findings: Bounded<FindingWire, MAX_OF_A_SPEC>,
}

const fn claimed() -> bool {
    true
}

#[derive(Deserialize)]
pub(super) struct OverrideWire {
    pub(super) package: String,
    pub(super) version: Option<String>,
    pub(super) status: OverrideStatus,
    pub(super) publisher: Option<PublisherWire>,
    pub(super) evidence: Bounded<EvidenceWire, MAX_OF_A_SPEC>,
    pub(super) location: LocationWire,
}

#[derive(Deserialize)]
pub(super) struct PublisherWire {
    pub(super) kind: PublisherKind,
    pub(super) repository: Option<String>,
    pub(super) workflow: Option<String>,
    #[serde(rename = "ref")]
    pub(super) git_ref: Option<String>,
    pub(super) commit: Option<String>,
    pub(super) issuer: String,
    pub(super) subject: String,
}

#[derive(Deserialize)]
pub(super) struct EvidenceWire {
    pub(super) kind: EvidenceKind,
    pub(super) artifact: String,
    pub(super) outcome: EvidenceOutcome,
    pub(super) reason: Option<String>,
}

#[derive(Deserialize)]
pub(super) struct FindingWire {
    pub(super) rule: RuleId,
    pub(super) severity: Severity,
    pub(super) message: String,
    pub(super) location: LocationWire,
    pub(super) fingerprint: String,
    pub(super) exempted: Option<ExemptedWire>,
}

#[derive(Deserialize)]
pub(super) struct LocationWire {
    pub(super) start_line: u32,
    pub(super) start_column: u32,
    pub(super) end_line: u32,
    pub(super) end_column: u32,
}
