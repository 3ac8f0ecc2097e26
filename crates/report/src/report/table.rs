//! The report as a table for people, with its findings below and the verdict last.

use std::borrow::Cow;

use super::attributed::{Attributed, Author};
use super::cause;
use super::columns::{self, Cell};
use super::coverage::Subject;
use super::lines::{Lines, NOT_LOOKED_AT};
use super::names::{self, override_name, place};
use super::order::{by_weight, grouped, worst_first};
use super::skills::{self, Skills};
use super::style::{Color, count};
use super::{OverrideStatus, PublisherRecord, Report, SpecReport, tree};
use crate::finding::Finding;
use crate::finding::Severity;
use package_provenance::verify::Status;
use untrusted_text as text;

/// Longest text of one cell.
const MAX_CELL: usize = 160;

/// Below this many columns the workflow and the SLSA level are left to `verify-provenance` and JSON.
const NARROW: usize = 100;

const HEADERS: [&str; 6] = ["SPEC", "PACKAGE", "STATUS", "FINDINGS", "PUBLISHER", "SLSA"];

/// Which columns give way where the terminal is narrow.
const WIDE: [bool; 6] = [true, true, false, true, true, false];

/// How the table is drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TableOptions<'a> {
    /// Columns of the terminal; what is narrower than 40 is drawn as 40.
    pub width: usize,
    /// Whether ANSI colours may be used.
    pub color: bool,
    /// Whether each piece of evidence and each spec without a package is listed too.
    pub verbose: bool,
    /// The scanned folder, as it is named from where the reader is: empty, or `catalog`.
    pub root_prefix: &'a str,
}

/// One row per spec, the worst first, below it one for each of its overrides; then the findings, the most severe first and
/// equal ones together, then what was trusted and which settings change the verdict, and in the last
/// line the verdict.
pub fn render<'a>(report: impl Into<Attributed<'a>>, options: TableOptions<'_>) -> String {
    let report = report.into();
    let mut lines = Lines::new(options.color).below(options.root_prefix);
    if !report.specs.is_empty() {
        rows(&mut lines, report, options);
        lines.gap();
    }
    let numbers = tree::numbers(report);
    for line in &numbers {
        lines.line(0, line);
    }
    if !numbers.is_empty() {
        lines.gap();
    }
    let skills = Skills::of(&report.report().specs);
    let told: Vec<(&SpecReport, Cow<'_, Finding>)> = by_weight(report.report())
        .into_iter()
        .filter_map(|(spec, finding)| Some((spec, skills.told(spec, finding)?)))
        .collect();
    let groups = grouped(told.iter().map(|(spec, finding)| (*spec, finding.as_ref())));
    for group in &groups {
        lines.findings(group);
    }
    // What the configuration itself has is about no spec.
    for finding in &report.config_findings {
        lines.finding(0, finding);
    }
    if !groups.is_empty() || !report.config_findings.is_empty() {
        lines.gap();
    }
    lines.accepted(&report);
    if options.verbose {
        evidence(&mut lines, report.report());
    }
    lines.context(report);
    lines.verdict(report);
    lines.finish()
}

fn rows(lines: &mut Lines, report: Attributed<'_>, options: TableOptions<'_>) {
    let width = options.width.max(40);
    let author = report.author();
    let mut headers = HEADERS;
    if let (Author::AnotherRun, [_, _, status, ..]) = (author, &mut headers) {
        *status = "STATUS, AS REPORTED";
    }
    let left_out = |spec: &SpecReport| {
        !options.verbose && spec.findings.is_empty() && spec.status == Status::NotApplicable
    };
    let skills = Skills::of(&report.report().specs);
    let mut rows = Vec::new();
    for spec in worst_first(report.report()) {
        if left_out(spec) || !skills.is_alone(spec) {
            continue;
        }
        rows.push(row(spec, author, width));
        for one in &spec.overrides {
            rows.push([
                Cell::plain("+ override"),
                Cell::plain(cell(&override_name(spec, one))),
                Cell {
                    text: author.override_status(one.status).to_owned(),
                    color: match one.status {
                        OverrideStatus::Of(status) => color(status, author),
                        OverrideStatus::Refused => Some(Color::Red),
                        OverrideStatus::NotJudged => None,
                    },
                },
                Cell::nothing(),
                publisher(one.publisher.as_deref(), width),
                Cell::nothing(),
            ]);
        }
    }
    rows.extend(skills.groups().map(|group| together(group, author)));
    if !rows.is_empty() {
        lines.block(&columns::draw(headers, &rows, WIDE, width, options.color));
    }
    let without: Vec<&SpecReport> = report
        .report()
        .specs
        .iter()
        .filter(|spec| left_out(spec))
        .collect();
    for (subject, noun) in [(Subject::Skill, "skill"), (Subject::Nothing, "spec")] {
        let number = without
            .iter()
            .filter(|spec| Subject::of(spec) == subject)
            .count();
        if number > 0 {
            lines.line(
                0,
                &format!(
                    "{} not checked, without a package of a registry (-v lists each)",
                    count(number, noun)
                ),
            );
        }
    }
    if report.specs.iter().any(|spec| !spec.overrides.is_empty()) {
        lines.line(0, NOT_LOOKED_AT);
    }
}

fn row(spec: &SpecReport, author: Author, width: usize) -> [Cell; 6] {
    [
        Cell::plain(cell(place(spec))),
        Cell::plain(cell(&package(spec))),
        status(spec, author),
        worst(spec),
        publisher(spec.publisher.as_deref(), width),
        spec.slsa_build_level
            .filter(|_| width >= NARROW)
            .map_or_else(Cell::nothing, |level| Cell::plain(format!("L{level}"))),
    ]
}

fn publisher(publisher: Option<&PublisherRecord>, width: usize) -> Cell {
    publisher.map_or_else(Cell::nothing, |publisher| {
        Cell::plain(cell(&short(publisher, width < NARROW)))
    })
}

/// The colour of a status; none of what is neither good nor bad.
const fn color(status: Status, author: Author) -> Option<Color> {
    match status {
        Status::Verified | Status::Pinned => Some(author.pass()),
        Status::Partial | Status::Invalid | Status::NotFound | Status::Malformed => {
            Some(Color::Red)
        }
        Status::None | Status::Unknown => Some(Color::Yellow),
        Status::Signed | Status::NotApplicable => None,
    }
}

/// Many skills in one row.
fn together(group: &[&SpecReport], author: Author) -> [Cell; 6] {
    let repositories = match skills::repositories(group) {
        1 => "1 repository".to_owned(),
        many => format!("{many} repositories"),
    };
    let first = group.first();
    [
        Cell::plain(format!("{} skills", group.len())),
        Cell::plain(format!("of {repositories}")),
        first.map_or_else(Cell::nothing, |spec| status(spec, author)),
        first.map_or_else(Cell::nothing, |spec| worst(spec)),
        Cell::nothing(),
        Cell::nothing(),
    ]
}

fn cell(text: &str) -> String {
    text::terminal(text, MAX_CELL)
}

/// The status. Nothing is green that has an error, whatever verified.
fn status(spec: &SpecReport, author: Author) -> Cell {
    let has_error = || {
        let mut findings = spec.open_findings();
        findings.any(|finding| finding.severity == Severity::Error)
    };
    Cell {
        text: author.status(spec.status).to_owned(),
        color: match color(spec.status, author) {
            Some(Color::Green | Color::Blue) if has_error() => Some(Color::Yellow),
            color => color,
        },
    }
}

/// The severity of the worst finding, and what it is about.
fn worst(spec: &SpecReport) -> Cell {
    cause::worst(spec).map_or_else(Cell::nothing, |(severity, text)| Cell {
        text,
        color: Some(Color::of(severity)),
    })
}

/// `name@version`, as the spec writes them.
pub(super) fn package(spec: &SpecReport) -> String {
    match (&spec.package, &spec.version) {
        (Some(package), Some(version)) => format!("{package}@{version}"),
        (Some(package), None) => package.clone(),
        (None, _) => "-".to_owned(),
    }
}

/// `GitHub acme/widget release.yml`, with the host where it is not github.com; where it is `narrow`, the
/// repository alone. Without a repository, the certificate's subject.
fn short(publisher: &PublisherRecord, narrow: bool) -> String {
    let Some(repository) = &publisher.repository else {
        return format!("{} {}", publisher.kind, publisher.subject);
    };
    let path = names::repository(repository);
    if narrow {
        return path.into_owned();
    }
    let Some(workflow) = &publisher.workflow else {
        return format!("{} {path}", publisher.kind);
    };
    format!("{} {path} {}", publisher.kind, names::workflow(workflow))
}

fn evidence(lines: &mut Lines, report: &Report) {
    for spec in &report.specs {
        let of_overrides = spec.overrides.iter().flat_map(|one| &one.evidence);
        for record in spec.evidence.iter().chain(of_overrides) {
            let reason = record
                .reason
                .as_ref()
                .map_or_else(String::new, |reason| format!(" ({reason})"));
            lines.line(
                0,
                &format!(
                    "{}: {} of {}: {}{reason}",
                    place(spec),
                    record.kind.as_str(),
                    record.artifact,
                    record.outcome
                ),
            );
        }
    }
    lines.gap();
}
