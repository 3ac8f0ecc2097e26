//! The report as a table for people, with its findings below and the verdict last.

use std::cmp::Reverse;

use comfy_table::{ContentArrangement, Table, presets};

use super::lines::{Lines, place, word};
use super::{Finding, PublisherRecord, Report, SpecReport};
use crate::text;

/// Longest text of one cell.
const MAX_CELL: usize = 160;

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

/// One row per spec, then the findings, the most severe first, then what was trusted and which
/// settings change the verdict, and in the last line the verdict.
pub fn render(report: &Report, options: TableOptions) -> String {
    let mut lines = Lines::new(options.color);
    if !report.specs.is_empty() {
        lines.block(&rows(&report.specs, options.width.max(40)));
        lines.gap();
    }
    let mut findings: Vec<&Finding> = report
        .specs
        .iter()
        .flat_map(|spec| &spec.findings)
        .collect();
    // Stable: within one severity the report's order stays.
    findings.sort_by_key(|finding| Reverse(finding.severity));
    for finding in &findings {
        lines.finding(0, finding);
    }
    if !findings.is_empty() {
        lines.gap();
    }
    if options.verbose {
        evidence(&mut lines, report);
    }
    lines.context(report);
    lines.verdict(report);
    lines.finish()
}

fn rows(specs: &[SpecReport], width: usize) -> String {
    let mut table = Table::new();
    table
        .load_style(presets::NOTHING)
        .set_content_arrangement(ContentArrangement::Dynamic)
        .set_width(u16::try_from(width).unwrap_or(u16::MAX))
        .set_header(["SPEC", "PACKAGE", "STATUS", "PUBLISHER", "SLSA"]);
    for spec in specs {
        table.add_row([
            cell(place(spec)),
            cell(&package(spec)),
            word(spec.status).to_owned(),
            spec.publisher
                .as_ref()
                .map_or_else(|| "-".to_owned(), |publisher| cell(&short(publisher))),
            spec.slsa_build_level
                .map_or_else(|| "-".to_owned(), |level| format!("L{level}")),
        ]);
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

fn cell(text: &str) -> String {
    text::terminal(text, MAX_CELL)
}

/// `name@version`, as the spec writes them.
pub(super) fn package(spec: &SpecReport) -> String {
    match (&spec.package, &spec.version) {
        (Some(package), Some(version)) => format!("{package}@{version}"),
        (Some(package), None) => package.clone(),
        (None, _) => "-".to_owned(),
    }
}

/// `GitHub acme/widget release.yml`; without a repository, the certificate's subject.
fn short(publisher: &PublisherRecord) -> String {
    let Some(repository) = &publisher.repository else {
        return format!("{} {}", publisher.kind, publisher.subject);
    };
    let path = repository
        .strip_prefix("https://")
        .and_then(|rest| rest.split_once('/'))
        .map_or(repository.as_str(), |(_, path)| path);
    match &publisher.workflow {
        Some(workflow) => {
            let file = workflow
                .strip_prefix(".github/workflows/")
                .unwrap_or(workflow);
            format!("{} {path} {file}", publisher.kind)
        }
        None => format!("{} {path}", publisher.kind),
    }
}

fn evidence(lines: &mut Lines, report: &Report) {
    for spec in &report.specs {
        for record in &spec.evidence {
            let reason = record
                .reason
                .as_ref()
                .map_or_else(String::new, |reason| format!(" ({reason})"));
            lines.line(
                0,
                &format!(
                    "{}: {} of {}: {}{reason}",
                    place(spec),
                    record.kind,
                    record.artifact,
                    record.outcome
                ),
            );
        }
    }
    lines.gap();
}
