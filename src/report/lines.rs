//! Sentences and lines that the table and the words share. Every line is neutralised as a whole,
//! then coloured.

use super::{Finding, Location, Report, SpecReport, TrustRecord, Verdict};
use crate::policy::{FailOn, Tally};
use crate::rules::{RuleId, Severity};
use crate::text;
use crate::trust::TrustSource;
use crate::verify::Status;

/// Longest line of untrusted text shown.
const MAX_LINE: usize = 600;

/// Writes lines for people: neutralised, coloured only if asked.
pub(super) struct Lines {
    text: String,
    color: bool,
}

/// The ANSI colours used.
#[derive(Clone, Copy)]
pub(super) enum Color {
    Red,
    Yellow,
    Green,
    Blue,
}

impl Color {
    const fn code(self) -> &'static str {
        match self {
            Self::Red => "31",
            Self::Yellow => "33",
            Self::Green => "32",
            Self::Blue => "34",
        }
    }
}

impl Lines {
    pub(super) fn new(color: bool) -> Self {
        Self {
            text: String::new(),
            color,
        }
    }

    /// One line, indented by `indent` spaces.
    pub(super) fn line(&mut self, indent: usize, line: &str) {
        self.colored(indent, None, "", line);
    }

    /// One line whose first part, `head`, is bold and coloured.
    pub(super) fn colored(&mut self, indent: usize, color: Option<Color>, head: &str, rest: &str) {
        // Neutralised together, so that no command arises where the parts meet.
        let shown = text::terminal(&format!("{head}{rest}"), MAX_LINE);
        self.text.push_str(&" ".repeat(indent));
        let painted = color
            .filter(|_| self.color && !head.is_empty())
            .zip(shown.strip_prefix(head))
            .map(|(color, tail)| {
                let code = color.code();
                format!("\u{1b}[1;{code}m{head}\u{1b}[0m{tail}")
            });
        self.text.push_str(&painted.unwrap_or(shown));
        self.text.push('\n');
    }

    /// An empty line.
    pub(super) fn gap(&mut self) {
        self.text.push('\n');
    }

    /// Lines that were neutralised before.
    pub(super) fn block(&mut self, lines: &str) {
        self.text.push_str(lines);
    }

    pub(super) fn finish(self) -> String {
        self.text
    }

    /// A finding and what to do about it.
    pub(super) fn finding(&mut self, indent: usize, finding: &Finding) {
        let color = match finding.severity {
            Severity::Error => Color::Red,
            Severity::Warning => Color::Yellow,
            Severity::Note => Color::Blue,
        };
        let place = &finding.location;
        self.colored(
            indent,
            Some(color),
            &format!("{}[{}]", finding.severity, finding.rule),
            &format!(
                " {}:{}:{} {}",
                place.path, place.start_line, place.start_column, finding.message
            ),
        );
        for line in finding.help.lines().filter(|line| !line.trim().is_empty()) {
            // Help may hold YAML to copy, so its lines and their indentation are kept.
            self.line(indent + 4, line);
        }
    }

    /// What was trusted, where evidence came from and every setting that changes the verdict.
    pub(super) fn context(&mut self, report: &Report) {
        self.line(0, &format!("Trust: {}", trusted(report)));
        for (head, sentence) in trust(&report.trust) {
            self.colored(0, Some(Color::Yellow), head, &format!(": {sentence}"));
        }
        match report.gate.evidence {
            "network" => {}
            "folder" => self.line(
                0,
                "Evidence: read from a folder and verified like any other; the registries were not asked",
            ),
            "cache" => {
                let age = report.gate.evidence_as_of.as_deref().map_or_else(
                    || "nothing in it was of use".to_owned(),
                    |time| format!("the oldest answer is of {time}"),
                );
                self.line(
                    0,
                    &format!("Evidence: what earlier runs kept ({age}), verified like any other; the registries were not asked"),
                );
            }
            _ => self.line(0, "Evidence: none could be asked for (--offline without --evidence)"),
        }
        if let Some(config) = &report.gate.config {
            self.line(0, &format!("Configuration: {config}"));
        }
        for change in &report.gate.changes {
            self.line(0, &format!("Changed: {change}"));
        }
    }

    /// The verdict in one line that a person can act on.
    pub(super) fn verdict(&mut self, report: &Report) {
        let (color, head, mut rest) = verdict(report, &ABOVE);
        if report.trust.fallback.is_some() {
            let trust = &report.trust;
            let of = || format!("of {}", trust.as_of);
            let age = trust.age.clone().unwrap_or_else(of);
            let told = format!(" The trust material was not refreshed; it is {age}.");
            rest.push_str(&told);
        }
        self.colored(0, Some(color), head, &rest);
    }
}

/// What was trusted, and as of when.
pub(super) fn trusted(report: &Report) -> String {
    let trust = &report.trust;
    // Of files, the text says itself which they are and what dates them.
    if trust.source == TrustSource::File.as_str() {
        trust.as_of.clone()
    } else if trust.source == "none" {
        "none, so nothing could be verified".to_owned()
    } else {
        format!("{}, as of {}", trust.source, trust.as_of)
    }
}

/// How the verdict points at the findings.
pub(super) struct Told {
    /// What to do where the run fails.
    pub(super) fix: &'static str,
    /// Where the findings are.
    pub(super) listed: &'static str,
}

/// Of formats that tell the verdict last.
const ABOVE: Told = Told {
    fix: "Fix what is listed above; `dockyard-provenance explain RULE` says how.",
    listed: "above",
};

/// The first line of `location`, its first column, and the column after its last character on that
/// line. A region of several lines is narrowed to its first character, because a report holds no
/// text to find the line's end in; an empty one is widened to it.
pub(super) fn one_line(location: &Location) -> (usize, usize, usize) {
    let (line, start) = (location.start_line.max(1), location.start_column.max(1));
    let end = if location.end_line == location.start_line {
        location.end_column.max(start + 1)
    } else {
        start + 1
    };
    (line, start, end)
}

/// Whether findings worse than the gate's threshold were told not to count.
pub(super) fn fail_on(report: &Report) -> FailOn {
    // A word that is none of ours is read as the default, never as "never".
    FailOn::from_word(report.gate.fail_on).unwrap_or_default()
}

/// What weakens the trust behind a report, each under its name.
pub(super) fn trust(trust: &TrustRecord) -> impl Iterator<Item = (&'static str, &str)> {
    [
        ("Trust not refreshed", &trust.fallback),
        ("Trust problem", &trust.problem),
    ]
    .into_iter()
    .filter_map(|(name, sentence)| Some((name, sentence.as_deref()?)))
}

/// The verdict as a word, and what it means and what to do.
pub(super) fn verdict(report: &Report, told: &Told) -> (Color, &'static str, String) {
    let total = report.summary.specs;
    let fail_on = fail_on(report);
    let tally = Tally::of(&report.specs, fail_on);
    let open = tally.undetermined_specs;
    match report.verdict {
        Verdict::Fail => {
            let threshold = match fail_on {
                FailOn::Error | FailOn::Never => "at error",
                FailOn::Warning => "at warning or above",
                FailOn::Note => "of any severity",
            };
            let also = if open > 0 {
                format!("; {open} could not be determined")
            } else {
                String::new()
            };
            let rest = format!(
                ": {} of {} findings {threshold}{also}. {}",
                tally.failing_specs,
                have(total),
                told.fix
            );
            (Color::Red, "FAIL", rest)
        }
        Verdict::Inconclusive if total == 0 => (
            Color::Yellow,
            "INCONCLUSIVE",
            ": no spec was looked at, so nothing is known. Check the folder and the search pattern."
                .to_owned(),
        ),
        Verdict::Inconclusive if open == 0 && report.trust.problem.is_some() => (
            Color::Yellow,
            "INCONCLUSIVE",
            format!(
                ": the trust material does not count, so neither does what was verified with it. \
                 See `Trust problem` {}.",
                told.listed
            ),
        ),
        // The findings are all there; what was asked of them is in doubt.
        Verdict::Inconclusive if open == 0 => (
            Color::Yellow,
            "INCONCLUSIVE",
            ": what this run was to check could not be determined, which is not a pass. See the reasons above, then run again."
                .to_owned(),
        ),
        Verdict::Inconclusive => {
            let rest = format!(
                ": {open} of {} could not be determined, which is not a pass. See the reasons {}, then run again.",
                specs(total),
                told.listed
            );
            (Color::Yellow, "INCONCLUSIVE", rest)
        }
        Verdict::Pass => pass(report, fail_on, open, told),
    }
}

fn pass(
    report: &Report,
    fail_on: FailOn,
    open: usize,
    told: &Told,
) -> (Color, &'static str, String) {
    let errors = severity(report, Severity::Error);
    // What could not be determined is counted on its own below.
    let failing = report
        .specs
        .iter()
        .flat_map(|spec| &spec.findings)
        .filter(|finding| {
            finding.severity == Severity::Error && finding.rule != RuleId::VerificationIncomplete
        })
        .count();
    let mut parts = vec![if fail_on == FailOn::Never && failing > 0 {
        format!(
            " (reporting only): {} at error would fail this run, and fail-on is never; {}",
            count(failing, "finding"),
            statuses(report)
        )
    } else if fail_on == FailOn::Never {
        format!(" (reporting only): fail-on is never; {}", statuses(report))
    } else {
        format!(": {}", statuses(report))
    }];
    if open > 0 {
        parts.push(format!(
            "{open} could not be determined and fail-on-unknown is false"
        ));
    }
    let listed: Vec<String> = [Severity::Error, Severity::Warning, Severity::Note]
        .into_iter()
        .filter(|each| !(fail_on == FailOn::Never && *each == Severity::Error))
        .map(|each| (severity(report, each), each))
        .filter(|(number, _)| *number > 0)
        .map(|(number, each)| count(number, each.as_str()))
        .collect();
    if !listed.is_empty() {
        parts.push(format!("{} {} to look at", listed.join(", "), told.listed));
    }
    let color = if errors > 0 || open > 0 {
        Color::Yellow
    } else {
        Color::Green
    };
    (color, "PASS", parts.join("; "))
}

/// `41 of 44 verified · 2 signed only · 1 none`.
fn statuses(report: &Report) -> String {
    let of = |status: Status| {
        report
            .summary
            .by_status
            .get(status.as_str())
            .copied()
            .unwrap_or_default()
    };
    let mut parts = vec![format!(
        "{} of {} verified",
        of(Status::Verified),
        report.summary.specs
    )];
    for status in Status::ALL {
        if status != Status::Verified && of(status) > 0 {
            parts.push(format!("{} {}", of(status), word(status)));
        }
    }
    parts.join(" · ")
}

/// A status as people read it.
pub(super) const fn word(status: Status) -> &'static str {
    match status {
        Status::Signed => "signed only",
        Status::NotFound => "not found",
        Status::NotApplicable => "not applicable",
        Status::Verified
        | Status::Partial
        | Status::None
        | Status::Invalid
        | Status::Unknown
        | Status::Malformed => status.as_str(),
    }
}

/// `{protocol}/{server}` of a spec's path: the row's name.
pub(super) fn place(spec: &SpecReport) -> &str {
    spec.path.strip_suffix("/spec.yaml").unwrap_or(&spec.path)
}

fn severity(report: &Report, severity: Severity) -> usize {
    report
        .summary
        .by_severity
        .get(severity.as_str())
        .copied()
        .unwrap_or_default()
}

fn count(number: usize, noun: &str) -> String {
    let plural = if number == 1 { "" } else { "s" };
    format!("{number} {noun}{plural}")
}

fn specs(number: usize) -> String {
    count(number, "spec")
}

/// `1 spec has`, `34 specs have`.
fn have(number: usize) -> String {
    let verb = if number == 1 { "has" } else { "have" };
    format!("{} {verb}", specs(number))
}
