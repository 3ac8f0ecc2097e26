//! The findings: what a pull request brings first, then what stands already.

use super::page::{Row, Section};
use super::rows::{self, Telling};
use super::{Extent, MarkdownOptions, fold};
use crate::finding::Severity;
use crate::report::attributed::{Attributed, Author};
use crate::report::comparison::Comparison;
use crate::report::order::{Found, by_weight};
use crate::report::style::count;

/// So many findings of one rule share a row.
const FOLD: usize = 4;

/// So many of those that are on the base already.
const FOLD_STANDING: usize = 2;

/// New findings with the YAML to copy for them, and those that stand already; without a base, all of
/// them.
pub(super) fn sections(
    report: Attributed<'_>,
    comparison: Option<&Comparison<'_>>,
    options: &MarkdownOptions<'_>,
) -> Vec<Section> {
    let telling = Telling {
        links: options.links,
        author: report.author(),
        fold_from: FOLD,
        each: true,
        new: false,
    };
    match comparison {
        None => all(report, telling),
        Some(comparison) => compared(report, comparison, options.extent, telling),
    }
}

fn all(report: Attributed<'_>, telling: Telling<'_>) -> Vec<Section> {
    let (author, report) = (report.author(), report.report());
    let all = by_weight(report);
    let copied = copies(&all, telling);
    let (wrong, notes): (Vec<_>, Vec<_>) = all
        .into_iter()
        .partition(|(_, finding)| finding.severity > Severity::Note);
    let mut rows = rows::unexplained(report, telling.links, author);
    rows.extend(rows::findings(report, wrong, telling));
    rows.extend(rows::of_config(report, telling));
    let number = notes.len();
    vec![
        section(header(author, "Finding"), rows),
        Section {
            what: ["note", "notes"],
            open: format!(
                "\n{}{}",
                fold(&count(number, "note")),
                header(author, "Finding").trim_start()
            ),
            rows: rows::findings(report, notes, telling),
            close: "\n</details>\n",
        },
        copied,
    ]
}

fn compared(
    report: Attributed<'_>,
    comparison: &Comparison<'_>,
    extent: Extent,
    telling: Telling<'_>,
) -> Vec<Section> {
    let (author, report) = (report.author(), report.report());
    let (new, standing): (Vec<_>, Vec<_>) = by_weight(report)
        .into_iter()
        .partition(|(_, finding)| comparison.is_new(finding));
    let copied = copies(&new, telling);
    let brought = Telling {
        new: true,
        ..telling
    };
    let brought = rows::findings(report, new, brought);
    let stands = match extent {
        Extent::Everything => Telling {
            fold_from: FOLD_STANDING,
            ..telling
        },
        Extent::Changes => Telling {
            fold_from: 1,
            each: false,
            ..telling
        },
    };
    let mut rows = rows::unexplained(report, telling.links, author);
    let number = standing.len() + rows.len() + report.config_findings.len();
    rows.extend(rows::findings(report, standing, stands));
    // The configuration is the base's.
    rows.extend(rows::of_config(report, telling));
    vec![
        section(
            format!("\n**New findings**\n{}", header(author, "Finding")),
            brought,
        ),
        copied,
        section(
            format!(
                "\n**Already on the base: {}**\n{}",
                count(number, "finding"),
                header(author, "Finding")
            ),
            rows,
        ),
    ]
}

fn header(author: Author, title: &str) -> String {
    let as_told = author.as_told();
    format!("\n| Spec | {title}{as_told} |\n|---|---|\n")
}

fn section(open: String, rows: Vec<Row>) -> Section {
    Section {
        what: ["finding", "findings"],
        open,
        rows,
        close: "",
    }
}

/// The YAML that findings advise to add. Nobody is to copy what was not verified.
fn copies(found: &[Found<'_>], telling: Telling<'_>) -> Section {
    let rows = match telling.author {
        Author::AnotherRun => Vec::new(),
        Author::ThisRun => rows::to_copy(found, telling.links),
    };
    Section {
        what: ["piece of YAML to add", "pieces of YAML to add"],
        open: format!("\n{}", fold("YAML to add")),
        rows,
        close: "</details>\n",
    }
}
