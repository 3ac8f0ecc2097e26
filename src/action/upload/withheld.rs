//! Why a report is kept from code scanning, which takes every alert that an upload does not repeat
//! for fixed. Pure.

use crate::action::inputs::UploadWhen;
use dockyard_report::finding::RuleId;
use dockyard_report::policy::undetermined;
use dockyard_report::report::{Report, SpecReport};
use package_provenance::verify::{Limit, Status};

/// Most specs that are named.
const MAX_NAMED: usize = 5;

/// Branches of a merge queue. They are gone once the queue has moved on, and no alert is ever looked
/// at there.
const QUEUE: &str = "refs/heads/gh-readonly-queue/";

/// What decides about an upload besides the report.
#[derive(Debug, Clone, Copy)]
pub struct Circumstances<'a> {
    /// The input.
    pub upload: UploadWhen,
    /// `GITHUB_REF`.
    pub git_ref: Option<&'a str>,
    /// Only some of the specs were looked at.
    pub narrowed: bool,
    /// Specs that the pull request touches were not there to be looked at.
    pub missed: bool,
}

/// Why `report` is not uploaded, for people; none where it may be.
pub fn reason(report: &Report, circumstances: Circumstances<'_>) -> Option<String> {
    let Circumstances {
        upload,
        git_ref,
        narrowed,
        missed,
    } = circumstances;
    let git_ref = git_ref.unwrap_or_default();
    if git_ref.starts_with(QUEUE) {
        return Some(
            "code scanning keeps no alerts for the branches of a merge queue; the push that follows \
             uploads"
                .to_owned(),
        );
    }
    if missed {
        return Some(
            "specs that the pull request touches were not there to be looked at, and code scanning \
             would take their alerts for fixed"
                .to_owned(),
        );
    }
    // A merged pull request's event names the branch that it was merged into.
    if narrowed && !git_ref.starts_with("refs/pull/") {
        return Some(format!(
            "only some specs were looked at, and on `{git_ref}` code scanning would take the alerts of \
             all others for fixed"
        ));
    }
    if upload == UploadWhen::Always {
        return None;
    }
    if narrowed {
        return Some(
            "only some specs were looked at, and code scanning would take the others' alerts \
             for resolved (`upload-sarif: always` does it all the same)"
                .to_owned(),
        );
    }
    open(report).map(|what| {
        format!(
            "{what}, and code scanning would take alerts of earlier runs that this one could not look \
             into for fixed. They stay open; what this run found is in the log and in the SARIF file. \
             Run again when the cause is gone (`upload-sarif: always` uploads all the same)"
        )
    })
}

/// What was not determined for a cause that may be gone the next time: nothing that an earlier run found
/// is settled by such a report.
pub fn open(report: &Report) -> Option<String> {
    let open = report.judged().filter(|spec| is_open(spec));
    let mut specs: Vec<&str> = open.map(|spec: &SpecReport| spec.path.as_str()).collect();
    // A lock file may have many packages that are open.
    specs.dedup();
    if !specs.is_empty() {
        let named: Vec<String> = specs
            .iter()
            .take(MAX_NAMED)
            .map(|path| format!("`{path}`"))
            .collect();
        let more = match specs.len().saturating_sub(MAX_NAMED) {
            0 => String::new(),
            more => format!(" and {more} more"),
        };
        return Some(format!(
            "{}{more} could not be determined for a cause outside of the spec",
            named.join(", ")
        ));
    }
    if report.trust.problem.is_some() {
        return Some("the trust material does not count".to_owned());
    }
    let doubt = !report.gate.doubts.is_empty();
    doubt.then(|| "something about the run as a whole could not be determined".to_owned())
}

/// Whether the next run may say something else about the spec, without anybody having changed it. A
/// spec that cannot be used, an ecosystem that is not verified and a quarantine are what they are.
fn is_open(spec: &SpecReport) -> bool {
    let has = |rule| spec.findings.iter().any(|finding| finding.rule == rule);
    let quarantined = has(RuleId::QuarantinedProject) && !has(RuleId::VerificationIncomplete);
    undetermined(spec)
        && spec.limit == Limit::Outside
        && spec.status != Status::Malformed
        && !quarantined
}
