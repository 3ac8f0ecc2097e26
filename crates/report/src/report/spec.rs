//! The report on one spec.

use std::sync::Arc;

use serde::Serialize;

use super::before::BeforeRecord;
use super::overrides::OverrideRecord;
use super::records::{EvidenceRecord, PublisherRecord};
use super::requirements::RequirementRecord;
use crate::drift::worse::Worse;
use crate::finding::Finding;
use crate::policy::pin::Pin;
use package_provenance::verify::{Limit, Status};

/// The report on one spec.
#[derive(Debug, Clone, Serialize)]
pub struct SpecReport {
    /// Path relative to the root, `/`-separated.
    pub path: String,
    /// The folder's protocol.
    pub protocol: String,
    /// The package as the spec writes it: untrusted text.
    pub package: Option<String>,
    /// The version as the spec writes it: untrusted text.
    pub version: Option<String>,
    /// Whether the spec claims attestations, or may do so in what cannot be read: what cannot be
    /// determined then counts whatever the gate lets pass.
    pub claimed: bool,
    /// The status.
    pub status: Status,
    /// The publisher, from the certificate.
    pub publisher: Option<Arc<PublisherRecord>>,
    /// The SLSA build level that may honestly be claimed.
    pub slsa_build_level: Option<u8>,
    /// The configuration's requirements that hold for it.
    pub requirements: Vec<RequirementRecord>,
    /// Each piece of evidence.
    pub evidence: Vec<EvidenceRecord>,
    /// What the spec installs in place of dependencies, in the order of the file.
    pub overrides: Vec<OverrideRecord>,
    /// What the spec's package was before, where that is remembered.
    pub before: Option<Box<BeforeRecord>>,
    /// The findings, in location order.
    pub findings: Vec<Finding>,
    /// What became worse, the worst first.
    #[serde(skip)]
    pub worse: Vec<Worse>,
    /// What keeps the package from being judged, where something about it is not determined.
    #[serde(skip)]
    pub limit: Limit,
    /// What the spec pins, where it can be used.
    #[serde(skip)]
    pub identity: Option<Box<Pin>>,
}
