//! The badge: what shields.io's endpoint reads (<https://shields.io/badges/endpoint-badge>).

use dockyard_report::finding::Severity;
use dockyard_report::policy::Verdict;
use serde::Serialize;

use crate::stored::{StoredFinding, StoredReport};

/// A badge, in shields' words.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Badge {
    schema_version: u32,
    label: &'static str,
    message: String,
    color: &'static str,
}

impl Badge {
    /// How many packages are verified without an error. Red where the run failed, grey where not
    /// everything was determined or the report is of a part, orange where errors stand that fail nothing; green
    /// is for all packages of the repository.
    pub fn of(report: &StoredReport) -> Self {
        let packages = report.packages().count();
        let clean = report.packages().filter(|spec| report.is_clean(spec));
        let clean = clean.count();
        let part = report.narrowed().map_or("", |_part| ", of a part");
        let message = if report.trust_problem.is_some() {
            "not determined".to_owned()
        } else {
            format!("{clean} of {packages} verified{part}")
        };
        let open = |one: &StoredFinding| one.severity == Severity::Error && !one.exempted;
        let color = match report.verdict {
            Verdict::Fail => "red",
            Verdict::Inconclusive => "lightgrey",
            Verdict::Pass if !report.determined || report.narrowed().is_some() => "lightgrey",
            Verdict::Pass if report.findings().any(open) => "orange",
            Verdict::Pass if clean == packages && packages > 0 => "brightgreen",
            Verdict::Pass => "blue",
        };
        Self {
            schema_version: 1,
            label: "provenance",
            message,
            color,
        }
    }
}
