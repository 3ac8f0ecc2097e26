//! Lines that the formats for people share. Every line is neutralised as a whole,
//! then coloured.

use super::accepted;
use super::attributed::{Attributed, Author};
use super::order::Group;
use super::style::{Color, count};
use super::verdict::{Wording, verdict};
use super::{EvidenceOrigin, Report, TrustOrigin, TrustRecord, Verdict, coverage};
use crate::finding::{Finding, Location, RuleId, Severity};
use unicode_width::UnicodeWidthStr as _;
use untrusted_text as text;

/// Longest line of untrusted text shown.
const MAX_LINE: usize = 600;

/// What stands before what could not be determined of the run as a whole.
pub(super) const DOUBT: &str = "Not determined";

/// Writes lines for people: neutralised, coloured only if asked.
pub(super) struct Lines {
    text: String,
    color: bool,
    /// Before the path of a spec.
    prefix: String,
}

impl Lines {
    pub(super) fn new(color: bool) -> Self {
        Self {
            text: String::new(),
            color,
            prefix: String::new(),
        }
    }

    /// The same, for specs below `prefix`, the scanned folder.
    pub(super) fn below(mut self, prefix: &str) -> Self {
        let plain = prefix.trim_end_matches('/');
        if !plain.is_empty() {
            self.prefix = format!("{plain}/");
        }
        self
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
            .map(|(color, tail)| format!("{}{tail}", color.paint(head)));
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
        let rest = format!(" {} {}", self.place(&finding.location), finding.message);
        self.head(indent, finding.severity, finding.rule, &rest);
        self.excerpt(indent + 4, finding);
        self.help(indent + 4, &finding.help);
    }

    /// Findings of one rule: what each says, and what to do about all of them once.
    pub(super) fn findings(&mut self, group: &Group<'_>) {
        if let [(_, finding)] = group.findings.as_slice() {
            self.finding(0, finding);
            return;
        }
        let Some(help) = group.help() else {
            for (_, finding) in &group.findings {
                self.finding(0, finding);
            }
            return;
        };
        let number = format!(" {}", count(group.findings.len(), "finding"));
        self.head(0, group.severity, group.rule, &number);
        for (_, finding) in &group.findings {
            let line = format!("{} {}", self.place(&finding.location), finding.message);
            self.line(2, &line);
        }
        self.help(4, help);
    }

    fn head(&mut self, indent: usize, severity: Severity, rule: RuleId, rest: &str) {
        let head = format!("{severity}[{rule}]");
        self.colored(indent, Some(Color::of(severity)), &head, rest);
    }

    /// `npx/a/spec.yaml:13:12`, from the folder that the program runs in, so that it can be clicked.
    fn place(&self, place: &Location) -> String {
        let (prefix, path) = (&self.prefix, &place.path);
        format!("{prefix}{path}:{}:{}", place.start_line, place.start_column)
    }

    /// The line of YAML that a finding is about, where it is known, and a mark below.
    fn excerpt(&mut self, indent: usize, finding: &Finding) {
        let Some(line) = finding.line.as_deref() else {
            return;
        };
        let (number, start, end) = one_line(&finding.location);
        let shown = |characters: usize| -> usize {
            let part: String = line.chars().take(characters).collect();
            text::terminal(&part, usize::MAX).width()
        };
        let (before, marked) = (shown(start - 1), shown(end.saturating_sub(1)));
        let number = number.to_string();
        let margin = " ".repeat(number.len());
        self.line(indent, &format!("{number} | {}", line.trim_end()));
        if marked > before {
            let mark = "^".repeat(marked - before);
            self.line(indent, &format!("{margin} | {}{mark}", " ".repeat(before)));
        }
    }

    /// What to do. It may hold YAML to copy, so its lines and their indentation are kept.
    fn help(&mut self, indent: usize, help: &str) {
        for line in help.lines().filter(|line| !line.trim().is_empty()) {
            self.line(indent, line);
        }
    }

    /// What is accepted for now, if anything is: on the command line every exemption in force.
    pub(super) fn accepted(&mut self, report: &Report) {
        let records = accepted::in_force(report);
        if records.is_empty() {
            return;
        }
        self.line(0, &format!("{}:", accepted::HEADING));
        for record in records {
            self.line(2, &accepted::sentence(record));
        }
        self.gap();
    }

    /// What was trusted, where evidence came from and every setting that changes the verdict.
    pub(super) fn context(&mut self, report: Attributed<'_>) {
        if let Some(warning) = report.author().warning() {
            self.colored(
                0,
                Some(Color::Yellow),
                "Unverified",
                &format!(": {warning}"),
            );
        }
        let (as_told, trusted) = (report.author().as_told(), trusted(report));
        self.line(0, &format!("Trust{as_told}: {trusted}"));
        for (head, sentence) in trust(&report.trust) {
            let rest = format!("{as_told}: {sentence}");
            self.colored(0, Some(Color::Yellow), head, &rest);
        }
        match report.gate.evidence {
            EvidenceOrigin::Network => {}
            EvidenceOrigin::Folder => self.line(
                0,
                "Evidence: read from a folder and verified as usual; the registries were not asked",
            ),
            EvidenceOrigin::Cache => {
                let age = report.gate.evidence_as_of.as_deref().map_or_else(
                    || "nothing in it was of use".to_owned(),
                    |time| format!("the oldest answer is of {time}"),
                );
                self.line(
                    0,
                    &format!("Evidence: cached by earlier runs ({age}) and verified as usual; the registries were not asked"),
                );
            }
            EvidenceOrigin::None => self.line(
                0,
                "Evidence: none could be asked for (--offline without --evidence)",
            ),
        }
        let config = report.gate.config.as_deref();
        if let Some(base) = &report.gate.base {
            let config = config.unwrap_or("none");
            self.line(0, &format!("Configuration of {base}: {config}"));
        } else if let Some(config) = config {
            self.line(0, &format!("Configuration: {config}"));
        }
        for change in &report.gate.changes {
            self.line(0, &format!("Non-default: {change}"));
        }
        for doubt in &report.gate.doubts {
            self.colored(0, Some(Color::Yellow), DOUBT, &format!(": {doubt}"));
        }
    }

    /// The verdict in one line that a person can act on.
    pub(super) fn verdict(&mut self, report: Attributed<'_>) {
        if report.verdict != Verdict::Pass && report.summary.specs > 1 {
            self.line(0, &coverage::coverage(report));
        }
        let (color, head, mut rest) = verdict(report, &Wording::ABOVE);
        if report.trust.fallback.is_some() && report.author() == Author::ThisRun {
            let trust = &report.trust;
            let of = || format!("of {}", trust.as_of);
            let age = trust.age.clone().unwrap_or_else(of);
            if !rest.ends_with('.') {
                rest.push('.');
            }
            let told = format!(" The trust material was not refreshed; it is {age}.");
            rest.push_str(&told);
        }
        self.colored(0, Some(color), head, &rest);
    }
}

/// What was trusted, and as of when. Of somebody else's report only our own words are repeated.
pub(super) fn trusted(report: Attributed<'_>) -> String {
    let trust = &report.trust;
    match (report.author(), trust.source) {
        (Author::AnotherRun, source) => source.as_str().to_owned(),
        // Of files, the text says itself which they are and what dates them.
        (Author::ThisRun, TrustOrigin::File) => trust.as_of.clone(),
        (Author::ThisRun, TrustOrigin::None) => "none, so nothing could be verified".to_owned(),
        (Author::ThisRun, source @ (TrustOrigin::Embedded | TrustOrigin::Tuf)) => {
            format!("{}, as of {}", source.as_str(), trust.as_of)
        }
    }
}

/// The first line of `location`, its first column, and the column after its last character on that
/// line. A region of several lines is narrowed to its first character, because a report holds no
/// text to find the line's end in; an empty one is widened to it.
pub(super) fn one_line(location: &Location) -> (usize, usize, usize) {
    let (line, start) = (location.start_line.max(1), location.start_column.max(1));
    let end = if location.end_line == location.start_line {
        location.end_column.max(start.saturating_add(1))
    } else {
        start.saturating_add(1)
    };
    (line, start, end)
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

/// What is said where overrides are listed, of what no row tells.
pub(super) const NOT_LOOKED_AT: &str = "Dependencies are not checked, nor are overrides that are ranges \
     (not judged).";
