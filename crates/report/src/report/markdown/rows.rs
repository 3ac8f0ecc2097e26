//! Rows of the tables, each one line.

use std::borrow::Cow;
use std::cmp::Reverse;
use std::collections::BTreeSet;

use super::inline::{code, link, link_if, prose, whole, yaml};
use crate::finding::Finding;
use crate::finding::{RuleId, Severity};
use crate::policy::undetermined;
use crate::report::accepted;
use crate::report::attributed::{Attributed, Author};
use crate::report::lines::{override_name, place};
use crate::report::links::{Links, https, is_commit};
use crate::report::names;
use crate::report::skills::{self, Skills};
use crate::report::table::package;
use crate::report::{
    EvidenceOutcome, ExemptionRecord, PublisherRecord, Report, SpecReport, TrustOrigin,
};
use package_provenance::identity::PublisherKind;

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

/// Most log entries that are linked to of one spec.
const MAX_ENTRIES: usize = 3;

/// One row per finding of these severities, the most severe first, then by path. With errors come
/// the specs that are in trouble and have no finding that says why.
pub(super) fn findings(
    report: Attributed<'_>,
    links: &Links,
    known: Option<&BTreeSet<&str>>,
    severities: &[Severity],
) -> Vec<String> {
    let author = report.author();
    let report = report.report();
    let skills = Skills::of(&report.specs);
    let mut found: Vec<(&SpecReport, Cow<'_, Finding>)> = report
        .specs
        .iter()
        .flat_map(|spec| spec.open_findings().map(move |finding| (spec, finding)))
        .filter(|(_, finding)| severities.contains(&finding.severity))
        .filter_map(|(spec, finding)| Some((spec, skills.told(spec, finding)?)))
        .collect();
    // Stable: within one severity the report's order stays.
    found.sort_by_key(|(_, finding)| Reverse(finding.severity));
    let mut told = BTreeSet::new();
    let unexplained = report
        .specs
        .iter()
        .filter(|spec| severities.contains(&Severity::Error) && is_unexplained(spec))
        .map(|spec| {
            format!(
                "| 🔴&nbsp;error | {} | could not be determined (status {}), and no finding says why |\n",
                spec_cell(spec, 1, links),
                author.status(spec.status)
            )
        });
    let rows = found.iter().map(|(spec, finding)| {
        let finding = finding.as_ref();
        let new = known.is_some_and(|known| !known.contains(finding.fingerprint.as_str()));
        // Where a package comes from, and what is installed with it, is told once.
        let first = told.insert(spec.path.as_str());
        let origin = first.then(|| origin(spec, report, author)).flatten();
        let overridden = first.then(|| overrides(spec, author)).flatten();
        let advised = match author {
            // Advice of strangers is not repeated; the rule's own is.
            Author::AnotherRun => Some(format!(
                "→ {}",
                prose(finding.rule.explanation().action, MAX_HELP)
            )),
            Author::ThisRun => advice(finding).map(|(advice, _)| advice),
        };
        row(spec, finding, links, new, [advised, origin, overridden])
    });
    let of_config = report
        .config_findings
        .iter()
        .filter(|finding| severities.contains(&finding.severity))
        .map(|finding| of_config(finding, links));
    unexplained.chain(rows).chain(of_config).collect()
}

/// A finding about the configuration's own blocks.
fn of_config(finding: &Finding, links: &Links) -> String {
    let rule = link(
        &format!("`{}`", finding.rule),
        &links.rule_url(finding.rule),
    );
    let place = format!("{}:{}", finding.location.path, finding.location.start_line);
    format!(
        "| {} | {} | {rule}<br>{}<br>→ {} |\n",
        severity_cell(finding.severity),
        code(&place, MAX_PATH),
        prose(&finding.message, MAX_MESSAGE),
        prose(&finding.help, MAX_HELP)
    )
}

/// What is accepted, why and by whom, and until when.
pub(super) fn accepted(record: &ExemptionRecord, links: &Links) -> String {
    let place = record
        .path
        .strip_suffix("/spec.yaml")
        .unwrap_or(&record.path);
    let url = links.line_url(&record.path, 1);
    format!(
        "| {} | {} {}{}<br>{} ({}) | {} |\n",
        link_if(&code(place, MAX_SPEC), url.as_deref()),
        code(&accepted::rules(record), MAX_MESSAGE),
        whole(&accepted::package(record)),
        accepted::idle(record),
        prose(&record.reason, MAX_MESSAGE),
        prose(&record.owner, MAX_SPEC),
        prose(&accepted::until(record), MAX_SPEC * 2)
    )
}

fn severity_cell(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "🔴&nbsp;error",
        Severity::Warning => "🟠&nbsp;warning",
        Severity::Note => "🔵&nbsp;note",
    }
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
    links: &Links,
    new: bool,
    more: [Option<String>; 3],
) -> String {
    let severity = severity_cell(finding.severity);
    let rule = link(
        &format!("`{}`", finding.rule),
        &links.rule_url(finding.rule),
    );
    let new = if new { " **new**" } else { "" };
    let mut parts = vec![format!("{rule}{new} · {}", package_code(spec))];
    parts.push(prose(&finding.message, MAX_MESSAGE));
    parts.extend(more.into_iter().flatten());
    format!(
        "| {severity} | {} | {} |\n",
        spec_cell(spec, finding.location.start_line, links),
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

/// Source repository, commit, run and log entries, as the verified certificate states them. Of
/// somebody's word it is said to be such, and no log entry stands beside it like a proof.
fn origin(spec: &SpecReport, report: &Report, author: Author) -> Option<String> {
    let publisher = spec.publisher.as_ref()?;
    if author == Author::AnotherRun {
        return Some(format!("Said to be built from {}", source(publisher)));
    }
    let mut parts = vec![source(publisher)];
    if let Some(run) = publisher.run_url.as_deref().and_then(https) {
        parts.push(link("run", &run));
    }
    parts.extend(log_entries(spec, report));
    Some(format!("Built from {}", parts.join(" · ")))
}

fn source(publisher: &PublisherRecord) -> String {
    let Some(repository) = &publisher.repository else {
        return whole(&publisher.subject);
    };
    let url = https(repository);
    let source = link_if(&whole(&names::repository(repository)), url.as_deref());
    let Some(commit) = publisher.commit.as_deref().filter(|sha| is_commit(sha)) else {
        return source;
    };
    let short: String = commit.chars().take(7).collect();
    let folder = match publisher.kind {
        PublisherKind::GitHub => Some("commit"),
        PublisherKind::GitLab => Some("-/commit"),
        PublisherKind::Google | PublisherKind::CircleCI => None,
    };
    let page = url
        .zip(folder)
        .map(|(url, folder)| format!("{}/{folder}/{commit}", url.trim_end_matches('/')));
    format!("{source} at {}", link_if(&code(&short, 7), page.as_deref()))
}

/// Entries in Sigstore's public log; of another instance's log there is no page to link to.
fn log_entries(spec: &SpecReport, report: &Report) -> Vec<String> {
    if report.trust.private_instance || report.trust.source == TrustOrigin::File {
        return Vec::new();
    }
    let entries: BTreeSet<u64> = spec
        .evidence
        .iter()
        .filter(|record| record.outcome == EvidenceOutcome::Verified)
        .filter_map(|record| record.log_index)
        .collect();
    let mut linked: Vec<String> = entries
        .iter()
        .take(MAX_ENTRIES)
        .map(|index| {
            link(
                "log",
                &format!("https://search.sigstore.dev/?logIndex={index}"),
            )
        })
        .collect();
    if entries.len() > MAX_ENTRIES {
        linked.push(format!("{} more log entries", entries.len() - MAX_ENTRIES));
    }
    linked
}

/// The YAML that findings advise to add.
pub(super) fn to_copy(report: &Report, links: &Links) -> Vec<String> {
    report
        .specs
        .iter()
        .flat_map(|spec| spec.open_findings().map(move |finding| (spec, finding)))
        .filter_map(|(spec, finding)| {
            let (_, copied) = advice(finding).filter(|(_, copied)| !copied.is_empty())?;
            let name = code(&spec.path, MAX_PATH);
            let url = links.line_url(&spec.path, finding.location.start_line);
            Some(format!(
                "{}\n\n{}\n",
                link_if(&name, url.as_deref()),
                yaml(&copied, MAX_YAML, MAX_MESSAGE)
            ))
        })
        .collect()
}
