//! The report as a table for people, with its findings below and the verdict last.

use std::borrow::Cow;
use std::cmp::Reverse;

use comfy_table::{ContentArrangement, Table, presets};

use super::attributed::{Attributed, Author};
use super::lines::{Lines, NOT_LOOKED_AT, override_name, place};
use super::names;
use super::skills::{self, Skills};
use super::{PublisherRecord, Report, SpecReport};
use crate::finding::Finding;
use crate::finding::Severity;
use untrusted_text as text;

/// Longest text of one cell.
const MAX_CELL: usize = 160;

/// Below this many columns a version stands under its package, and the workflow is left to
/// `verify-provenance` and JSON: cut anywhere else, names become hard to read.
const NARROW: usize = 100;

/// How the table is drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TableOptions {
    /// Columns of the terminal; what is narrower than 40 is drawn as 40.
    pub width: usize,
    /// Whether ANSI colours may be used.
    pub color: bool,
    /// Whether each piece of evidence is listed too.
    pub verbose: bool,
}

/// One row per spec, below it one for each of its overrides, then the findings, the most severe first, then what was trusted and which
/// settings change the verdict, and in the last line the verdict.
pub fn render<'a>(report: impl Into<Attributed<'a>>, options: TableOptions) -> String {
    let report = report.into();
    let mut lines = Lines::new(options.color);
    if !report.specs.is_empty() {
        lines.block(&rows(report, options.width.max(40)));
        if report.specs.iter().any(|spec| !spec.overrides.is_empty()) {
            lines.line(0, NOT_LOOKED_AT);
        }
        lines.gap();
    }
    let skills = Skills::of(&report.specs);
    let mut findings: Vec<Cow<'_, Finding>> = report
        .specs
        .iter()
        .flat_map(|spec| spec.open_findings().map(move |finding| (spec, finding)))
        .filter_map(|(spec, finding)| skills.told(spec, finding))
        .chain(report.config_findings.iter().map(Cow::Borrowed))
        .collect();
    // Stable: within one severity the report's order stays.
    findings.sort_by_key(|finding| Reverse(finding.severity));
    for finding in &findings {
        lines.finding(0, finding);
    }
    if !findings.is_empty() {
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

fn rows(report: Attributed<'_>, width: usize) -> String {
    let narrow = width < NARROW;
    let author = report.author();
    let status = match author {
        Author::ThisRun => "STATUS",
        Author::AnotherRun => "STATUS, AS TOLD",
    };
    let mut table = Table::new();
    table
        .load_style(presets::NOTHING)
        .set_content_arrangement(ContentArrangement::Dynamic)
        .set_width(u16::try_from(width).unwrap_or(u16::MAX))
        .set_header(["SPEC", "PACKAGE", status, "FINDINGS", "PUBLISHER", "SLSA"]);
    let skills = Skills::of(&report.specs);
    for spec in report.specs.iter().filter(|spec| skills.is_alone(spec)) {
        table.add_row([
            cell(place(spec)),
            package_cell(spec, narrow),
            author.status(spec.status).to_owned(),
            worst(spec).map_or("-", Severity::as_str).to_owned(),
            spec.publisher.as_ref().map_or_else(
                || "-".to_owned(),
                |publisher| cell(&short(publisher, narrow)),
            ),
            spec.slsa_build_level
                .map_or_else(|| "-".to_owned(), |level| format!("L{level}")),
        ]);
        for one in &spec.overrides {
            table.add_row([
                "+ override".to_owned(),
                cell(&override_name(spec, one)),
                author.override_status(one.status).to_owned(),
                "-".to_owned(),
                one.publisher.as_ref().map_or_else(
                    || "-".to_owned(),
                    |publisher| cell(&short(publisher, narrow)),
                ),
                "-".to_owned(),
            ]);
        }
    }
    for group in skills.groups() {
        table.add_row(together(group, author));
    }
    for column in table.column_iter_mut() {
        column.set_padding((0, 2));
    }
    let mut drawn = String::new();
    for line in table.lines() {
        drawn.push_str(line.trim_end());
        drawn.push('\n');
    }
    drawn
}

/// Many skills in one row.
fn together(group: &[&SpecReport], author: Author) -> [String; 6] {
    let repositories = skills::repositories(group);
    let repositories = match repositories {
        1 => "1 repository".to_owned(),
        many => format!("{many} repositories"),
    };
    let first = group.first();
    [
        format!("{} skills", group.len()),
        format!("of {repositories}"),
        first
            .map_or("-", |spec| author.status(spec.status))
            .to_owned(),
        first
            .and_then(|spec| worst(spec))
            .map_or("-", Severity::as_str)
            .to_owned(),
        "-".to_owned(),
        "-".to_owned(),
    ]
}

fn cell(text: &str) -> String {
    text::terminal(text, MAX_CELL)
}

/// The severity of the worst finding: a `verified` package need not be the one that is declared.
fn worst(spec: &SpecReport) -> Option<Severity> {
    spec.open_findings().map(|finding| finding.severity).max()
}

/// `name@version`, as the spec writes them.
pub(super) fn package(spec: &SpecReport) -> String {
    match (&spec.package, &spec.version) {
        (Some(package), Some(version)) => format!("{package}@{version}"),
        (Some(package), None) => package.clone(),
        (None, _) => "-".to_owned(),
    }
}

fn package_cell(spec: &SpecReport, narrow: bool) -> String {
    match (&spec.package, &spec.version) {
        (Some(package), Some(version)) if narrow => {
            format!("{}\n@{}", cell(package), cell(version))
        }
        _ => cell(&package(spec)),
    }
}

/// `GitHub acme/widget release.yml`, with the host where it is not github.com, without the workflow where it is `narrow`; without a
/// repository, the certificate's subject.
fn short(publisher: &PublisherRecord, narrow: bool) -> String {
    let Some(repository) = &publisher.repository else {
        return format!("{} {}", publisher.kind, publisher.subject);
    };
    let path = names::repository(repository);
    match &publisher.workflow {
        Some(workflow) if !narrow => {
            let file = workflow
                .strip_prefix(".github/workflows/")
                .unwrap_or(workflow);
            format!("{} {path} {file}", publisher.kind)
        }
        _ => format!("{} {path}", publisher.kind),
    }
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
