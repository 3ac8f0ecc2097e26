//! What is remembered of a spec, as a report shows it.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::records::PublisherRecord;
use package_provenance::verify::Status;

/// Where a memory comes from (`docs/drift.md`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum BeforeSource {
    /// The commit that a change is compared with, judged by this run.
    Base,
    /// An earlier JSON report.
    Baseline,
    /// An earlier version of the package, which the registry has.
    Registry,
}

impl BeforeSource {
    /// The word used in reports.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Base => "base",
            Self::Baseline => "baseline",
            Self::Registry => "registry",
        }
    }
}

/// What a spec's package was before.
#[derive(Debug, Clone, Serialize)]
pub struct BeforeRecord {
    /// Where this is known from.
    pub source: BeforeSource,
    /// The version as it was written: untrusted text.
    pub version: Option<String>,
    /// The status.
    pub status: Status,
    /// The publisher.
    pub publisher: Option<Arc<PublisherRecord>>,
    /// The digest that was verified of each artifact.
    pub digests: BTreeMap<String, String>,
}
