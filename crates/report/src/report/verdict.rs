//! The verdict in a sentence: what it is, why, and what to do.

use super::attributed::Attributed;
use super::coverage;
use super::style::{Color, are, count, enumerated, specs};
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
    let mut also = String::new();
    let open = tally.undetermined_specs;
    if open > 0 {
        also = format!("; {} could not be determined", undetermined(report, open));
    }
    if !report.gate.doubts.is_empty() {
        also.push_str("; something about the run as a whole could not be determined");
    }
    let failing = |severity: &Severity| report.gate.fail_on.includes(*severity);
    format!(
        ": {}{also}. {}",
        found(report, failing).unwrap_or_else(|| "something failed".to_owned()),
        wording.fix
    )
}

/// Of how much, in all, it could not be determined: `2 specs and 1 locked package`.
fn undetermined(report: &Report, in_all: usize) -> String {
    let of_specs = Tally::of(&report.specs, report.gate.fail_on).undetermined_specs;
    let locked = in_all.saturating_sub(of_specs);
    let mut all = Vec::new();
    all.extend((of_specs > 0).then(|| specs(of_specs)));
    all.extend((locked > 0).then(|| count(locked, "locked package")));
    enumerated(&all)
}

/// The findings of `which` severities, counted as the JSON report counts them, and how many specs they
/// are about: `3 errors and 1 warning in 2 specs`. None where there are none.
fn found(report: &Report, which: impl Fn(&Severity) -> bool) -> Option<String> {
    let is_counted = |finding: &&Finding| which(&finding.severity);
    let of_config = report.config_findings.iter().filter(is_counted).count();
    let concerns =
        |spec: &&SpecReport| spec.open_findings().any(|finding| which(&finding.severity));
    let of_specs = report.specs.iter().filter(concerns).count();
    let of_locked = report.judged().filter(concerns).count() - of_specs;
    let counted = |severity: &Severity| report.summary.of_severity(*severity);
    let counts: Vec<String> = Severity::ALL
        .iter()
        .filter(|severity| which(severity) && counted(severity) > 0)
        .map(|severity| count(counted(severity), severity.as_str()))
        .collect();
    let mut places = Vec::new();
    // Of one spec there is no other.
    let alone = report.summary.specs == 1 && of_locked == 0 && of_config == 0;
    places.extend((of_specs > 0 && !alone).then(|| specs(of_specs)));
    places.extend((of_locked > 0).then(|| count(of_locked, "locked package")));
    places.extend((of_config > 0).then(|| "the configuration".to_owned()));
    match (places.is_empty(), of_specs) {
        (true, 0) => None,
        (true, _) => Some(enumerated(&counts)),
        (false, _) => Some(format!(
            "{} in {}",
            enumerated(&counts),
            enumerated(&places)
        )),
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
    let nothing = nothing(&report);
    let coverage = nothing
        .clone()
        .unwrap_or_else(|| coverage::coverage(report));
    let errors = found(&report, |severity| *severity == Severity::Error);
    // What could not be determined is told on its own: it is no fault of a package.
    let is_fault = |finding: &Finding| {
        finding.severity == Severity::Error && finding.rule != RuleId::VerificationIncomplete
    };
    let of_packages = report.judged().flat_map(SpecReport::open_findings);
    let faults = of_packages.chain(&report.config_findings).any(is_fault);
    let reported = errors
        .clone()
        .filter(|_| fail_on == FailOn::Never && faults);
    let accepted = report.summary.exempted;
    let mut how = Vec::new();
    how.extend((fail_on == FailOn::Never).then(|| "reporting only".to_owned()));
    how.extend((accepted > 0).then(|| format!("{accepted} accepted")));
    let how = if how.is_empty() {
        String::new()
    } else {
        format!(" ({})", how.join(", "))
    };
    let mut parts = vec![match &reported {
        Some(errors) => {
            format!("{how}: {errors}; fail-on is never, so they do not fail this run; {coverage}")
        }
        None if fail_on == FailOn::Never => format!("{how}: fail-on is never; {coverage}"),
        None => format!("{how}: {coverage}"),
    }];
    if open > 0 {
        parts.push(format!(
            "{} could not be determined and fail-on-unknown is false",
            undetermined(&report, open)
        ));
    }
    let doubt = !report.gate.doubts.is_empty();
    if doubt {
        parts.push(
            "something about the run as a whole could not be determined and fail-on-unknown is false"
                .to_owned(),
        );
    }
    let listed = |severity: &Severity| reported.is_none() || *severity != Severity::Error;
    parts
        .extend(found(&report, listed).map(|listed| format!("also {listed} ({})", wording.listed)));
    let word = if nothing.is_some() {
        "NOTHING TO VERIFY"
    } else if reported.is_some() {
        "ERRORS FOUND"
    } else {
        "PASS"
    };
    let color = if errors.is_some() || open > 0 || doubt {
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
