//! What changed since the base.

use std::collections::{BTreeMap, BTreeSet};

use super::MarkdownOptions;
use super::inline::{link_if, whole};
use super::page::Section;
use crate::report::attributed::Author;
use crate::report::lines::{override_name, place};
use crate::report::names;
use crate::report::table::package;
use crate::report::verdict::count;
use crate::report::{PublisherRecord, Report, SpecReport};

/// The runner that needs no word.
const HOSTED: &str = "github-hosted";

/// One row per spec whose package, status, publisher or findings are not what they were.
pub(super) fn section(report: &Report, options: &MarkdownOptions<'_>) -> Section {
    let rows = options.base.map_or_else(Vec::new, |base| {
        let (before, now) = (by_path(base), by_path(report));
        let paths: BTreeSet<&str> = before.keys().chain(now.keys()).copied().collect();
        let rows: Vec<String> = paths
            .into_iter()
            .filter_map(|path| row(before.get(path).copied(), now.get(path).copied(), options))
            .collect();
        if rows.is_empty() {
            vec!["| – | – | nothing has changed |\n".to_owned()]
        } else {
            rows
        }
    });
    Section {
        what: "changes",
        open: "\n**Changed since the base**\n\n| Spec | Before | Now |\n|---|---|---|\n".to_owned(),
        rows,
        close: "",
    }
}

fn by_path(report: &Report) -> BTreeMap<&str, &SpecReport> {
    report
        .specs
        .iter()
        .map(|spec| (spec.path.as_str(), spec))
        .collect()
}

fn row(
    before: Option<&SpecReport>,
    now: Option<&SpecReport>,
    options: &MarkdownOptions<'_>,
) -> Option<String> {
    if before.map(state) == now.map(state) {
        return None;
    }
    let spec = now.or(before)?;
    let url = now.and_then(|spec| options.links.line_url(&spec.path, 1));
    Some(format!(
        "| {} | {} | {} |\n",
        link_if(&whole(place(spec)), url.as_deref()),
        before.map_or_else(|| "–".to_owned(), cell),
        now.map_or_else(|| "not there any more".to_owned(), cell)
    ))
}

/// What is compared: everything that a reviewer would want to know of. Fingerprints stand for the
/// findings, so that another wording is no change.
fn state(spec: &SpecReport) -> impl PartialEq {
    let publisher = spec.publisher.as_ref();
    (
        spec.package.as_deref(),
        spec.version.as_deref(),
        spec.status.as_str(),
        spec.slsa_build_level,
        publisher.map(|publisher| {
            (
                publisher.kind,
                source(publisher),
                publisher.workflow.as_deref(),
                publisher.runner_environment.as_deref(),
            )
        }),
        spec.overrides
            .iter()
            .map(|one| (override_name(spec, one), one.status.as_str()))
            .collect::<BTreeSet<_>>(),
        spec.findings
            .iter()
            .map(|finding| {
                let accepted = finding.exempted.is_some();
                (finding.fingerprint.as_str(), finding.severity, accepted)
            })
            .collect::<BTreeSet<_>>(),
    )
}

/// The repository, or without one who signed.
fn source(publisher: &PublisherRecord) -> &str {
    let repository = publisher.repository.as_deref();
    repository.unwrap_or(&publisher.subject)
}

/// Everything of [`state`] but the findings' words, so that what differs does not read the same.
fn cell(spec: &SpecReport) -> String {
    let mut parts = Vec::new();
    if spec.package.is_some() {
        parts.push(whole(&package(spec)));
    }
    let mut status = Author::ThisRun.status(spec.status).to_owned();
    if let Some(publisher) = &spec.publisher {
        let name = names::repository(source(publisher));
        status = format!("{status}, built from {}", whole(&name));
        if let Some(workflow) = &publisher.workflow {
            status = format!("{status} by {}", whole(workflow));
        }
        let runner = publisher.runner_environment.as_deref();
        if let Some(runner) = runner.filter(|runner| *runner != HOSTED) {
            status = format!("{status} on {}", whole(runner));
        }
    }
    parts.push(status);
    if let Some(level) = spec.slsa_build_level {
        parts.push(format!("SLSA L{level}"));
    }
    parts.extend(spec.overrides.iter().map(|one| {
        let name = whole(&override_name(spec, one));
        format!(
            "override {name} {}",
            Author::ThisRun.override_status(one.status)
        )
    }));
    let open = spec.open_findings().count();
    if open > 0 {
        parts.push(count(open, "finding"));
    }
    parts.join("<br>")
}
