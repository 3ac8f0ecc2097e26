//! What a report counts.

use std::collections::BTreeMap;

use serde::{Serialize, Serializer};

use super::counts::by_word;
use super::lock::LockReport;
use super::spec::SpecReport;
use crate::finding::{Finding, Severity};
use package_provenance::verify::Status;

/// Counts.
#[derive(Debug, Clone, Serialize)]
pub struct Summary {
    /// Specs looked at.
    pub specs: usize,
    /// Specs that are there and were not looked at, because the pull request does not touch them.
    pub untouched: usize,
    /// Whether the run looked at every spec that its configuration selects: not at one spec, at those
    /// that a pull request touches, or at those that an argument names.
    pub complete: bool,
    /// Specs by status; every status is present.
    #[serde(serialize_with = "statuses")]
    pub by_status: BTreeMap<Status, usize>,
    /// Findings by severity, of specs, lock files and the configuration, without those that somebody has
    /// accepted; every severity is present.
    #[serde(serialize_with = "severities")]
    pub by_severity: BTreeMap<Severity, usize>,
    /// Findings that somebody has accepted.
    pub exempted: usize,
}

fn statuses<S: Serializer>(
    counts: &BTreeMap<Status, usize>,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    by_word(counts, Status::as_str, serializer)
}

fn severities<S: Serializer>(
    counts: &BTreeMap<Severity, usize>,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    by_word(counts, Severity::as_str, serializer)
}

impl Summary {
    /// How many specs have this status.
    pub fn with_status(&self, status: Status) -> usize {
        self.by_status.get(&status).copied().unwrap_or_default()
    }

    /// How many findings are this severe.
    pub fn of_severity(&self, severity: Severity) -> usize {
        self.by_severity.get(&severity).copied().unwrap_or_default()
    }

    /// Counts `specs`; every status and every severity is present.
    pub fn of(specs: &[SpecReport]) -> Self {
        let mut by_status: BTreeMap<_, _> = Status::ALL.map(|each| (each, 0)).into();
        let mut by_severity: BTreeMap<_, _> = Severity::ALL.map(|each| (each, 0)).into();
        let mut exempted = 0;
        for spec in specs {
            *by_status.entry(spec.status).or_default() += 1;
            count_findings(&spec.findings, &mut by_severity, &mut exempted);
        }
        Self {
            specs: specs.len(),
            untouched: 0,
            complete: false,
            by_status,
            by_severity,
            exempted,
        }
    }

    /// Counts the findings of lock files too.
    pub(super) fn with_locks(mut self, locks: &[LockReport]) -> Self {
        for report in locks.iter().flat_map(LockReport::judged) {
            count_findings(&report.findings, &mut self.by_severity, &mut self.exempted);
        }
        self
    }
}

fn count_findings(
    findings: &[Finding],
    by_severity: &mut BTreeMap<Severity, usize>,
    exempted: &mut usize,
) {
    for finding in findings {
        if finding.exempted.is_some() {
            *exempted += 1;
        } else {
            *by_severity.entry(finding.severity).or_default() += 1;
        }
    }
}
