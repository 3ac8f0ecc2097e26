//! The verdict in a sentence: what it is, why, and what to do.

use super::attributed::Attributed;
use super::coverage;
use super::style::{Color, are, count, have, specs};
use super::{Report, SpecReport, Verdict};
use crate::finding::{Finding, RuleId, Severity};
use crate::policy::{FailOn, Tally};
use package_provenance::verify::Status;

/// How the verdict points at the findings.
pub(super) struct Wording {
    /// What to do where the run fails.
    pub(super) fix: &'static str,
    /// Where the findings are.
    pub(super) listed: &'static str,
}

impl Wording {
    /// Of formats that tell the verdict last.
    pub(super) const ABOVE: Self = Self {
        fix: "Fix what is listed above; `dockyard-provenance explain RULE` says how.",
        listed: "above",
    };
}

/// The verdict as a word, and what it means and what to do.
pub(super) fn verdict(report: Attributed<'_>, wording: &Wording) -> (Color, &'static str, String) {
    let tally = Tally::of(report.report().judged(), report.gate.fail_on);
    let open = tally.undetermined_specs;
    match report.verdict {
        Verdict::Fail => (Color::Red, "FAIL", failure(&report, tally, wording)),
        Verdict::Inconclusive => (
            Color::Yellow,
            "INCONCLUSIVE",
            inconclusive(&report, tally, wording),
        ),
        Verdict::Pass => pass(report, open, wording),
    }
}

fn failure(report: &Report, tally: Tally, wording: &Wording) -> String {
    let threshold = match report.gate.fail_on {
        FailOn::Error | FailOn::Never => "at error",
        FailOn::Warning => "at warning or above",
        FailOn::Note => "of any severity",
    };
    let open = tally.undetermined_specs;
    let mut also = String::new();
    if open > 0 {
        also = format!("; {open} could not be determined");
    }
    if !report.gate.doubts.is_empty() {
        also.push_str("; something about the run as a whole could not be determined");
    }
    let failing = |finding: &&Finding| report.gate.fail_on.includes(finding.severity);
    let of_config = report.config_findings.iter().filter(failing).count();
    if tally.failing_specs == 0 && of_config > 0 {
        return format!(
            ": the configuration has {} {threshold}{also}. {}",
            count(of_config, "finding"),
            wording.fix
        );
    }
    let failing = if report.locks.is_empty() {
        have(tally.failing_specs)
    } else {
        let of_specs = Tally::of(&report.specs, report.gate.fail_on).failing_specs;
        in_locks(of_specs, tally.failing_specs - of_specs)
    };
    format!(": {failing} findings {threshold}{also}. {}", wording.fix)
}

/// `2 specs and 1 locked package have`.
fn in_locks(of_specs: usize, locked: usize) -> String {
    let packages = count(locked, "locked package");
    match (of_specs, locked) {
        (0, 1) => format!("{packages} has"),
        (0, _) => format!("{packages} have"),
        (_, 0) => have(of_specs),
        _ => format!("{} and {packages} have", specs(of_specs)),
    }
}

fn inconclusive(report: &Report, tally: Tally, wording: &Wording) -> String {
    let locked: usize = report.locks.iter().map(|lock| lock.packages.len()).sum();
    let total = report.summary.specs + locked;
    let specs = |number| {
        if locked == 0 {
            specs(number)
        } else {
            format!("{number} specs and locked packages")
        }
    };
    let open = tally.undetermined_specs;
    if tally.undetermined_claims > 0 && !report.gate.fail_on_unknown {
        let claims = tally.undetermined_claims;
        let verb = if claims == 1 { "claims" } else { "claim" };
        let required = tally.undetermined_required;
        let attestations = if required == 0 {
            format!("{verb} attestations that could not be determined")
        } else if required == claims {
            "must have attestations by the policy, and they could not be determined".to_owned()
        } else {
            format!(
                "{verb} attestations or must have them by the policy, and they could not be determined"
            )
        };
        return format!(
            ": {claims} of {} {attestations}, which is not a pass although fail-on-unknown is false. \
             See the reasons {}, then run again.",
            specs(total),
            wording.listed
        );
    }
    if open > 0 {
        return format!(
            ": {open} of {} could not be determined, which is not a pass. See the reasons {}, then run again.",
            specs(total),
            wording.listed
        );
    }
    if total == 0
        && report.locks.is_empty()
        && report.summary.untouched == 0
        && report.gate.doubts.is_empty()
    {
        return ": no spec was checked, so nothing is known. Check the folder and the search pattern."
            .to_owned();
    }
    if report.trust.problem.is_some() {
        return format!(
            ": the trust material does not count, so neither does what was verified with it. \
             See `Trust problem` {}.",
            wording.listed
        );
    }
    // The findings are all there; what was asked of them is in doubt.
    let although = if report.gate.fail_on_unknown {
        ""
    } else {
        " although fail-on-unknown is false, because specs claim attestations"
    };
    format!(
        ": something about the run as a whole could not be determined, which is not a pass{although}. See `Not determined` {}, then run again.",
        wording.listed
    )
}

fn pass(report: Attributed<'_>, open: usize, wording: &Wording) -> (Color, &'static str, String) {
    let fail_on = report.gate.fail_on;
    let errors = report.summary.of_severity(Severity::Error);
    // What could not be determined is counted on its own below.
    let failing = report
        .report()
        .judged()
        .flat_map(SpecReport::open_findings)
        .filter(|finding| {
            finding.severity == Severity::Error && finding.rule != RuleId::VerificationIncomplete
        })
        .count();
    let nothing = nothing(&report);
    let coverage = nothing
        .clone()
        .unwrap_or_else(|| coverage::coverage(report));
    let accepted = report.summary.exempted;
    let mut how = Vec::new();
    how.extend((fail_on == FailOn::Never).then(|| "reporting only".to_owned()));
    how.extend((accepted > 0).then(|| format!("{accepted} accepted")));
    let how = if how.is_empty() {
        String::new()
    } else {
        format!(" ({})", how.join(", "))
    };
    let mut parts = vec![if fail_on == FailOn::Never && failing > 0 {
        format!(
            "{how}: {} would fail this run, and fail-on is never; {coverage}",
            count(failing, "error"),
        )
    } else if fail_on == FailOn::Never {
        format!("{how}: fail-on is never; {coverage}")
    } else {
        format!("{how}: {coverage}")
    }];
    if open > 0 {
        parts.push(format!(
            "{open} could not be determined and fail-on-unknown is false"
        ));
    }
    let doubt = !report.gate.doubts.is_empty();
    if doubt {
        parts.push(
            "something about the run as a whole could not be determined and fail-on-unknown is false"
                .to_owned(),
        );
    }
    let listed: Vec<String> = Severity::ALL
        .into_iter()
        .filter(|each| !(fail_on == FailOn::Never && *each == Severity::Error))
        .map(|each| (report.summary.of_severity(each), each))
        .filter(|(number, _)| *number > 0)
        .map(|(number, each)| count(number, each.as_str()))
        .collect();
    if !listed.is_empty() {
        parts.push(format!("also {} ({})", enumerated(&listed), wording.listed));
    }
    let word = if nothing.is_some() {
        "NOTHING TO VERIFY"
    } else {
        "PASS"
    };
    let color = if errors > 0 || open > 0 || doubt {
        Color::Yellow
    } else if nothing.is_some() {
        Color::Blue
    } else {
        report.author().pass()
    };
    (color, word, parts.join("; "))
}

/// Why there was nothing to verify, where a run found all specs and none of them was its business.
pub(super) fn nothing(report: &Report) -> Option<String> {
    if !report.locks.is_empty() {
        return None;
    }
    let (total, untouched) = (report.summary.specs, report.summary.untouched);
    let inapplicable = report
        .specs
        .iter()
        .all(|spec| spec.status == Status::NotApplicable);
    match (total, untouched) {
        (0, 0) => None,
        (0, _) => Some(format!(
            "the pull request touches no spec; {} there, not checked",
            are(untouched)
        )),
        (1, _) if inapplicable => Some("the spec names no package of a registry".to_owned()),
        _ => inapplicable.then(|| format!("none of {total} specs names a package of a registry")),
    }
}

/// `1 error, 2 warnings and 3 notes`.
fn enumerated(parts: &[String]) -> String {
    match parts {
        [rest @ .., last] if !rest.is_empty() => format!("{} and {last}", rest.join(", ")),
        _ => parts.concat(),
    }
}
