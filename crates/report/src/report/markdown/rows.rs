//! Rows of the tables, each one line.

use std::collections::BTreeSet;

use super::inline::{code, link, link_if, prose, whole, yaml};
use super::origin::origin;
use super::page::Row;
use crate::finding::{Finding, RuleId, Severity};
use crate::policy::undetermined;
use crate::report::accepted;
use crate::report::attributed::{Attributed, Author};
use crate::report::links::Links;
use crate::report::names::{override_name, place};
use crate::report::order::{Found, Group, grouped};
use crate::report::skills;
use crate::report::style::count;
use crate::report::table::package;
use crate::report::{ExemptionRecord, Report, SpecReport};

/// Longest name and longest path of a spec, in characters: both are links.
const MAX_SPEC: usize = 30;
const MAX_PATH: usize = 56;

/// Longest message and longest advice, in characters.
const MAX_MESSAGE: usize = 500;
const MAX_HELP: usize = 400;

/// Most lines of YAML to copy.
const MAX_YAML: usize = 40;

/// Most overrides that are named of one spec.
const MAX_OVERRIDES: usize = 5;

/// Most findings of one row, and the longest message of one that shares its row.
const MAX_LISTED: usize = 50;
const MAX_LISTED_MESSAGE: usize = 160;

/// How findings are told.
#[derive(Clone, Copy)]
pub(super) struct Telling<'a> {
    pub(super) links: &'a Links,
    pub(super) author: Author,
    /// Findings of one rule share a row from this number on.
    pub(super) fold_from: usize,
    /// Whether the findings that share a row are told one by one, or only their specs named.
    pub(super) each: bool,
    /// Whether they are marked as new.
    pub(super) new: bool,
}

/// One row per finding, or per rule where it has many of them, in the order given.
pub(super) fn findings(report: &Report, found: Vec<Found<'_>>, telling: Telling<'_>) -> Vec<Row> {
    let mut told = BTreeSet::new();
    let mut rows = Vec::new();
    for group in grouped(found) {
        if group.findings.len() >= telling.fold_from {
            rows.extend(group_rows(&group, telling));
            continue;
        }
        for (spec, finding) in group.findings {
            // Where a package comes from, and what is installed with it, is told once.
            let first = told.insert((spec.path.as_str(), &spec.package, &spec.version));
            let origin = first
                .then(|| origin(spec, report, telling.author))
                .flatten();
            let overridden = first.then(|| overrides(spec, telling.author)).flatten();
            let advised = match telling.author {
                // Advice of strangers is not repeated; the rule's own is.
                Author::AnotherRun => Some(general_advice(finding.rule)),
                Author::ThisRun => advice(finding).map(|(advice, _)| advice),
            };
            let text = row(spec, finding, telling, [advised, origin, overridden]);
            rows.push(text.into());
        }
    }
    rows
}

/// One row per spec that is in trouble and has no finding that says why.
pub(super) fn unexplained(report: &Report, links: &Links, author: Author) -> Vec<Row> {
    let unexplained = report.judged().filter(|spec| is_unexplained(spec));
    unexplained
        .take(MAX_LISTED)
        .map(|spec| {
            format!(
                "| 🔴&nbsp;error<br>{} | could not be determined (status {}), and no finding says why |\n",
                spec_cell(spec, 1, links),
                author.status(spec.status)
            )
            .into()
        })
        .collect()
}

fn general_advice(rule: RuleId) -> String {
    format!("→ {}", prose(rule.explanation().action, MAX_HELP))
}

/// One rule: what to do once, and its specs, folded. Of many there are several rows, so that a page which
/// has no room for all of them holds some.
fn group_rows(group: &Group<'_>, telling: Telling<'_>) -> Vec<Row> {
    let said = said(group, telling);
    let chunks = group.findings.chunks(MAX_LISTED).enumerate();
    chunks
        .map(|(number, chunk)| {
            let said = if number == 0 {
                said.as_str()
            } else {
                "continued"
            };
            let (summary, listed) = if telling.each {
                (
                    "Each of them",
                    each(chunk, group.message().is_some(), telling.links),
                )
            } else {
                ("Which specs", names(chunk))
            };
            let block = format!("<details><summary>{summary}</summary>{listed}</details>");
            Row {
                text: format!(
                    "| {}<br>{} | {said}{block} |\n",
                    sign(group.severity),
                    many(chunk)
                ),
                things: chunk.len(),
            }
        })
        .collect()
}

/// The rule, what it says of all of them, and what to do.
fn said(group: &Group<'_>, telling: Telling<'_>) -> String {
    let new = if telling.new { " **new**" } else { "" };
    let rule = rule_link(group.rule, telling);
    let message = match group.message() {
        Some(message) if telling.author == Author::ThisRun => message,
        _ => group.rule.summary(),
    };
    let help = group.help().filter(|help| !help.trim().contains('\n'));
    let advice = match help {
        Some(help) if telling.author == Author::ThisRun => format!("→ {}", prose(help, MAX_HELP)),
        _ => general_advice(group.rule),
    };
    format!("{rule}{new}<br>{}<br>{advice}", prose(message, MAX_MESSAGE))
}

fn each(found: &[Found<'_>], same_message: bool, links: &Links) -> String {
    let rows: Vec<String> = found
        .iter()
        .map(|(spec, finding)| {
            let name = spec_cell(spec, finding.location.start_line, links);
            if same_message {
                format!("{name} {}", package_code(spec))
            } else {
                format!("{name} {}", prose(&finding.message, MAX_LISTED_MESSAGE))
            }
        })
        .collect();
    rows.join("<br>")
}

fn names(found: &[Found<'_>]) -> String {
    let mut names: Vec<String> = found
        .iter()
        .map(|(spec, _)| code(place(spec), MAX_SPEC))
        .collect();
    names.dedup();
    names.join(", ")
}

/// The one spec, or how many there are.
fn many(found: &[Found<'_>]) -> String {
    let specs: BTreeSet<&str> = found.iter().map(|(spec, _)| spec.path.as_str()).collect();
    match found {
        [(spec, _), ..] if specs.len() == 1 => code(place(spec), MAX_SPEC),
        _ => count(specs.len(), "spec"),
    }
}

const fn sign(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "🔴&nbsp;error",
        Severity::Warning => "🟠&nbsp;warning",
        Severity::Note => "🔵&nbsp;note",
    }
}

fn rule_link(rule: RuleId, telling: Telling<'_>) -> String {
    link(&format!("`{rule}`"), &telling.links.rule_url(rule))
}

/// Findings about the configuration's own blocks.
pub(super) fn of_config(report: &Report, telling: Telling<'_>) -> Vec<Row> {
    let findings = report.config_findings.iter();
    findings
        .map(|finding| {
            let place = format!("{}:{}", finding.location.path, finding.location.start_line);
            let text = format!(
                "| {}<br>{} | {}<br>{}<br>→ {} |\n",
                sign(finding.severity),
                code(&place, MAX_PATH),
                rule_link(finding.rule, telling),
                prose(&finding.message, MAX_MESSAGE),
                prose(&finding.help, MAX_HELP)
            );
            text.into()
        })
        .collect()
}

/// What is accepted, why and by whom, and until when.
pub(super) fn accepted(record: &ExemptionRecord, links: &Links) -> Row {
    let place = record
        .path
        .strip_suffix("/spec.yaml")
        .unwrap_or(&record.path);
    let url = links.line_url(&record.path, 1);
    let text = format!(
        "| {} | {} {}{}<br>{} ({}) | {} |\n",
        link_if(&code(place, MAX_SPEC), url.as_deref()),
        code(&accepted::rules(record), MAX_MESSAGE),
        whole(&accepted::package(record)),
        accepted::idle(record),
        prose(&record.reason, MAX_MESSAGE),
        prose(&record.owner, MAX_SPEC),
        prose(&accepted::until(record), MAX_SPEC * 2)
    );
    text.into()
}

/// Whether something about the spec could not be determined and no error or warning says so.
fn is_unexplained(spec: &SpecReport) -> bool {
    let mut findings = spec.findings.iter();
    undetermined(spec) && !findings.any(|finding| finding.severity > Severity::Note)
}

fn has_trouble(spec: &SpecReport) -> bool {
    spec.open_findings()
        .any(|finding| finding.severity > Severity::Note)
}

/// Whether the spec has a row above the folded part.
pub(super) fn in_trouble(spec: &SpecReport) -> bool {
    has_trouble(spec) || is_unexplained(spec)
}

fn row(
    spec: &SpecReport,
    finding: &Finding,
    telling: Telling<'_>,
    more: [Option<String>; 3],
) -> String {
    let new = if telling.new { " **new**" } else { "" };
    let rule = rule_link(finding.rule, telling);
    let mut parts = vec![format!("{rule}{new} · {}", package_code(spec))];
    parts.push(prose(&finding.message, MAX_MESSAGE));
    parts.extend(more.into_iter().flatten());
    format!(
        "| {}<br>{} | {} |\n",
        sign(finding.severity),
        spec_cell(spec, finding.location.start_line, telling.links),
        parts.join("<br>")
    )
}

/// What to do, for the row, and the lines of YAML to copy, which stand below the table. Only the
/// rules whose help is made of a verified certificate have any.
fn advice(finding: &Finding) -> Option<(String, Vec<&str>)> {
    let help = finding.help.trim();
    if help.is_empty() {
        return None;
    }
    match help.split_once('\n') {
        Some((first, rest))
            if matches!(
                finding.rule,
                RuleId::UndeclaredAttestations | RuleId::PublisherNotPinned
            ) =>
        {
            Some((
                format!("→ {} (YAML below)", prose(first, MAX_HELP)),
                rest.lines().collect(),
            ))
        }
        _ => {
            let lines: Vec<&str> = help.lines().map(str::trim).collect();
            Some((
                format!("→ {}", prose(&lines.join(" "), MAX_HELP)),
                Vec::new(),
            ))
        }
    }
}

/// The spec's name, linked to the line.
fn spec_cell(spec: &SpecReport, line: usize, links: &Links) -> String {
    let name = code(place(spec), MAX_SPEC);
    link_if(&name, links.line_url(&spec.path, line).as_deref())
}

fn package_code(spec: &SpecReport) -> String {
    match &spec.package {
        Some(_) => whole(&package(spec)),
        None => "(no package)".to_owned(),
    }
}

/// A spec without errors and warnings.
pub(super) fn in_order(spec: &SpecReport, report: Attributed<'_>, links: &Links) -> String {
    let author = report.author();
    let level = spec
        .slsa_build_level
        .map_or_else(String::new, |level| format!("<br>SLSA&nbsp;L{level}"));
    let mut more = String::new();
    for part in [
        origin(spec, report.report(), author),
        overrides(spec, author),
    ] {
        more.extend(part.iter().flat_map(|part| ["<br>", part]));
    }
    let status = author.status(spec.status);
    format!(
        "| {} | {status}{level} | {}{more} |\n",
        spec_cell(spec, 1, links),
        package_code(spec)
    )
}

/// Many skills that nothing is wrong with, in one row.
pub(super) fn together(group: &[&SpecReport], author: Author) -> String {
    let status = group.first().map_or("-", |spec| author.status(spec.status));
    let repositories = match skills::repositories(group) {
        1 => "1 repository".to_owned(),
        many => format!("{many} repositories"),
    };
    format!(
        "| {} skills | {} | of {repositories} |\n",
        group.len(),
        status
    )
}

/// What is installed in place of dependencies, and what came of it.
fn overrides(spec: &SpecReport, author: Author) -> Option<String> {
    let mut parts: Vec<String> = spec
        .overrides
        .iter()
        .take(MAX_OVERRIDES)
        .map(|one| {
            let word = author.override_status(one.status);
            format!("{} {word}", whole(&override_name(spec, one)))
        })
        .collect();
    let more = spec.overrides.len().saturating_sub(MAX_OVERRIDES);
    parts.extend((more > 0).then(|| format!("{more} more")));
    (!parts.is_empty()).then(|| format!("Overrides: {}", parts.join(" · ")))
}

/// The YAML that findings advise to add.
pub(super) fn to_copy(found: &[Found<'_>], links: &Links) -> Vec<Row> {
    found
        .iter()
        .filter_map(|(spec, finding)| {
            let (_, copied) = advice(finding).filter(|(_, copied)| !copied.is_empty())?;
            let name = code(&spec.path, MAX_PATH);
            let url = links.line_url(&spec.path, finding.location.start_line);
            let text = format!(
                "{}\n\n{}\n",
                link_if(&name, url.as_deref()),
                yaml(&copied, MAX_YAML, MAX_MESSAGE)
            );
            Some(text.into())
        })
        .collect()
}
