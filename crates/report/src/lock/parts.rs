//! What the reports on all kinds of entries have in common.

use package_provenance::verify::{Limit, Status};

use super::entries::{Group, LockFile, protocol};
use crate::finding::Severity;
use crate::report::spec::SpecReport;

/// Most names of the way to a package that a message shows.
const MOST_SHOWN: usize = 6;

/// Findings name the file that the entry stands in, which may be included, and how the package came in.
pub(super) fn placed(report: &mut SpecReport, group: &Group<'_>) {
    let came_in = way(&group.via, group.entry.short_name());
    for finding in &mut report.findings {
        // What a spec declares, a lock claims (PEP 751).
        for (spec, lock) in [("The spec ", "The lock "), ("the spec ", "the lock ")] {
            finding.message = finding.message.replace(spec, lock);
        }
        group
            .entry
            .place
            .path
            .as_ref()
            .clone_into(&mut finding.location.path);
        if finding.severity > Severity::Note
            && let Some(came_in) = &came_in
        {
            finding.message.push_str(came_in);
        }
    }
}

pub(super) fn via(group: &Group<'_>) -> Vec<String> {
    group.via.iter().map(|name| (*name).to_owned()).collect()
}

/// ` It comes in by a › b › c.`; nothing of what the project asks for itself.
fn way(via: &[&str], name: &str) -> Option<String> {
    if via.is_empty() {
        return None;
    }
    let shown: Vec<&str> = if via.len() <= MOST_SHOWN {
        via.to_vec()
    } else {
        let (first, rest) = via.split_at(2);
        let last = rest.get(rest.len() - (MOST_SHOWN - 3)..).unwrap_or(rest);
        first.iter().chain(&["…"]).chain(last).copied().collect()
    };
    Some(format!(" It comes in by {} › {name}.", shown.join(" › ")))
}

pub(super) fn skeleton(file: &LockFile, status: Status) -> SpecReport {
    SpecReport {
        path: file.path.clone(),
        protocol: protocol(file.ecosystem()).as_str().to_owned(),
        package: None,
        version: None,
        claimed: false,
        status,
        publisher: None,
        slsa_build_level: None,
        requirements: Vec::new(),
        evidence: Vec::new(),
        overrides: Vec::new(),
        before: None,
        findings: Vec::new(),
        worse: Vec::new(),
        limit: Limit::Outside,
        identity: None,
    }
}
