//! The members of a report that are compared.

use serde::Deserialize;
use serde::de::IgnoredAny;

use crate::bounded::Bounded;

/// Most specs of a report.
pub(super) const MAX_SPECS: usize = 100_000;
/// Most lock files of a report, and most packages of one.
const MAX_LOCKS: usize = 1_000;
const MAX_LOCKED: usize = 200_000;
/// Most pieces of evidence of one spec.
const MAX_EVIDENCE: usize = 5_000;

#[derive(Deserialize)]
pub(super) struct ReportWire {
    pub(super) schema_version: u32,
    pub(super) specs: Bounded<SpecWire, MAX_SPECS>,
    #[serde(default)]
    pub(super) shard: Option<IgnoredAny>,
    /// Reports of older versions have none.
    #[serde(default)]
    pub(super) locks: Bounded<LockWire, MAX_LOCKS>,
}

#[derive(Deserialize)]
pub(super) struct LockWire {
    pub(super) path: String,
    pub(super) format: String,
    pub(super) packages: Bounded<LockPackageWire, MAX_LOCKED>,
}

#[derive(Deserialize)]
pub(super) struct LockPackageWire {
    pub(super) name: Option<String>,
    pub(super) version: Option<String>,
    pub(super) from: String,
    pub(super) pinned: Bounded<String, MAX_EVIDENCE>,
    pub(super) status: String,
    pub(super) publisher: Option<PublisherWire>,
    pub(super) slsa_build_level: Option<u8>,
    pub(super) evidence: Bounded<EvidenceWire, MAX_EVIDENCE>,
}

#[derive(Deserialize)]
pub(super) struct SpecWire {
    pub(super) path: String,
    pub(super) protocol: String,
    pub(super) package: Option<String>,
    pub(super) version: Option<String>,
    pub(super) status: String,
    pub(super) publisher: Option<PublisherWire>,
    pub(super) slsa_build_level: Option<u8>,
    pub(super) evidence: Bounded<EvidenceWire, MAX_EVIDENCE>,
}

#[derive(Deserialize)]
pub(super) struct PublisherWire {
    pub(super) kind: String,
    pub(super) repository: Option<String>,
    pub(super) workflow: Option<String>,
    #[serde(rename = "ref")]
    pub(super) git_ref: Option<String>,
    pub(super) issuer: String,
    pub(super) runner_environment: Option<String>,
    pub(super) trigger: Option<String>,
    pub(super) repository_id: Option<String>,
    pub(super) owner_id: Option<String>,
    pub(super) subject: String,
}

#[derive(Deserialize)]
pub(super) struct EvidenceWire {
    pub(super) artifact: String,
    pub(super) digest: Option<String>,
    pub(super) outcome: String,
    pub(super) publisher: Option<PublisherWire>,
}
