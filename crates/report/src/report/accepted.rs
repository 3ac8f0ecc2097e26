//! What is accepted for now: the configuration's exemptions, told to people.

use super::requirements::{ExemptionRecord, ExemptionState};
use super::{Report, SpecReport};
use crate::finding::Finding;

/// The heading of the list.
pub(super) const HEADING: &str = "Accepted for now";

impl SpecReport {
    /// The findings that nobody has accepted.
    pub fn open_findings(&self) -> impl Iterator<Item = &Finding> {
        self.findings
            .iter()
            .filter(|finding| finding.exempted.is_none())
    }
}

/// The exemptions whose last day is not over, the one that ends first at the top.
pub(super) fn in_force(report: &Report) -> Vec<&ExemptionRecord> {
    let mut records: Vec<&ExemptionRecord> = report
        .exemptions
        .iter()
        .filter(|record| record.state != ExemptionState::Expired)
        .collect();
    // Stable: of one day, the configuration's order stays.
    records.sort_by(|a, b| a.expires.cmp(&b.expires));
    records
}

/// The rules of an exemption, for people.
pub(super) fn rules(record: &ExemptionRecord) -> String {
    let rules: Vec<&str> = record.rules.iter().map(|rule| rule.as_str()).collect();
    rules.join(", ")
}

/// The package, and the version where it is for one only.
pub(super) fn package(record: &ExemptionRecord) -> String {
    record.version.as_ref().map_or_else(
        || record.package.clone(),
        |version| format!("{}@{version}", record.package),
    )
}

/// `until 2027-03-31 (125 days left)`.
pub(super) fn until(record: &ExemptionRecord) -> String {
    let left = match record.days_left {
        None => return format!("until {}", record.expires),
        Some(0) => "last day".to_owned(),
        Some(1) => "1 day left".to_owned(),
        Some(days) => format!("{days} days left"),
    };
    format!("until {} ({left})", record.expires)
}

/// What it did not do, where it accepts nothing in this run.
pub(super) const fn idle(record: &ExemptionRecord) -> &'static str {
    match record.state {
        ExemptionState::Used | ExemptionState::Expired => "",
        ExemptionState::Unused => " [accepts nothing]",
        ExemptionState::NotJudged => " [not judged in this run]",
    }
}

/// All of it in one line.
pub(super) fn sentence(record: &ExemptionRecord) -> String {
    format!(
        "{} ({}) {}: {}; {}, {}{}",
        record.path,
        package(record),
        rules(record),
        record.reason.trim_end_matches('.'),
        record.owner,
        until(record),
        idle(record)
    )
}
