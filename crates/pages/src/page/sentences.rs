//! The verdict of a run in a sentence.

use std::fmt::Write as _;

use dockyard_report::finding::Severity;
use dockyard_report::policy::{FailOn, Verdict as Word};
use dockyard_report::report::style::count;

use crate::coverage::Coverage;
use crate::stored::{StoredFinding, StoredReport};

/// The verdict as the page shows it.
pub(super) struct Verdict {
    /// The name of its style.
    pub(super) style: &'static str,
    /// One or two words.
    pub(super) word: &'static str,
    /// What it means.
    pub(super) sentence: String,
}

pub(super) fn verdict(report: &StoredReport, coverage: &Coverage) -> Verdict {
    let errors = |one: &StoredFinding| one.severity == Severity::Error && !one.exempted;
    let errors = report.findings().filter(|one| errors(one)).count();
    let total = &coverage.total;
    let clean = format!(
        "{} of {} verified without an error",
        total.clean,
        count(total.packages, "package")
    );
    let open = report
        .specs
        .iter()
        .filter(|spec| report.is_open(spec))
        .count();
    let (style, word, mut sentence) = match (report.verdict, report.determined) {
        (Word::Fail, _) => (
            "fail",
            "Fail",
            format!(
                "The scan found what fails it (fail-on is {}). {clean}",
                report.fail_on.as_str()
            ),
        ),
        (Word::Inconclusive, _) => (
            "open",
            "Not determined",
            format!("Not everything could be determined, which is not a pass. {clean}"),
        ),
        (Word::Pass, _) if report.fail_on == FailOn::Never && errors > 0 => (
            "open",
            "Reporting only",
            format!(
                "{} found, which fail nothing because fail-on is never. {clean}",
                count(errors, "error")
            ),
        ),
        (Word::Pass, false) => (
            "open",
            "Not determined",
            format!(
                "Not everything could be determined, which this configuration lets pass. {clean}"
            ),
        ),
        (Word::Pass, true) if report.narrowed().is_some() => ("open", "Pass of a part", clean),
        (Word::Pass, true) => ("pass", "Pass", clean),
    };
    if open > 0 {
        let specs = count(open, "spec");
        let _ = write!(sentence, "; of {specs} something could not be determined");
    }
    sentence.push('.');
    if let Some(narrowed) = report.narrowed() {
        let _ = write!(
            sentence,
            " This is not the whole repository as it is: {}.",
            narrowed.of_the_report()
        );
    }
    Verdict {
        style,
        word,
        sentence,
    }
}
