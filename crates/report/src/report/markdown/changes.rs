//! What a pull request changes: a sentence for the first line, and a table of before and now.

use super::MarkdownOptions;
use super::inline::{link_if, whole};
use super::page::{Row, Section};
use crate::report::attributed::Author;
use crate::report::cause;
use crate::report::comparison::{Changed, Comparison, HOSTED, Worse, source};
use crate::report::names::{self, is_of_lock, override_name, subject};
use crate::report::style::count;
use crate::report::table::package;
use crate::report::{OverrideStatus, PublisherRecord, SpecReport};

/// Most specs that the first line names.
const MAX_NAMED: usize = 3;

/// Most changed specs, none of them worse, that are shown without unfolding.
const MAX_OPEN: usize = 8;

/// Most overrides of a spec that are told; those that changed come first.
const MAX_OVERRIDES: usize = 5;

/// What the first line says of a pull request.
pub(super) fn sentence(comparison: &Comparison<'_>) -> String {
    let worse: Vec<&Changed<'_>> = comparison.worse().collect();
    if worse.is_empty() {
        return match comparison.changed.len() {
            0 if comparison.new_in_locks > 0 => format!(
                "{} in lock files, nothing got worse",
                count(comparison.new_in_locks, "new package")
            ),
            0 => "no result changes".to_owned(),
            number => format!("{} changed, nothing got worse", count(number, "spec")),
        };
    }
    let mut parts: Vec<String> = worse
        .iter()
        .take(MAX_NAMED)
        .filter_map(|changed| {
            let spec = changed.now.or(changed.before)?;
            let phrases: Vec<String> = changed
                .worse
                .iter()
                .map(|worse| phrase(changed, *worse))
                .collect();
            Some(format!(
                "{} {}",
                whole(&subject(spec)),
                phrases.join(" and ")
            ))
        })
        .collect();
    let more = worse.len().saturating_sub(MAX_NAMED);
    if more > 0 {
        parts.push(format!("{} more got worse", count(more, "spec")));
    }
    parts.join("; ")
}

fn phrase(changed: &Changed<'_>, worse: Worse) -> String {
    match (worse, changed.before) {
        (Worse::Findings(number), None) if !changed.now.is_some_and(is_of_lock) => {
            format!("is new, with {}", count(number, "finding"))
        }
        (worse, _) => worse.phrase(),
    }
}

/// One row per spec whose package, status, publisher or findings are not what they were: those that
/// became worse, and the others, folded where there are many.
pub(super) fn sections(comparison: &Comparison<'_>, options: &MarkdownOptions<'_>) -> [Section; 2] {
    const HEADER: &str = "| Spec | Before | Now |\n|---|---|---|\n";
    let row = |changed: &Changed<'_>| row(changed, options);
    let mut shown: Vec<String> = comparison.worse().filter_map(row).collect();
    let others = comparison
        .changed
        .iter()
        .filter(|changed| changed.worse.is_empty());
    let mut others: Vec<String> = others.filter_map(row).collect();
    if others.len() <= MAX_OPEN {
        shown.append(&mut others);
    }
    if shown.is_empty() && others.is_empty() && comparison.new_in_locks == 0 {
        shown.push("| – | – | nothing has changed |\n".to_owned());
    }
    let heading = "\n**Changed since the base**\n\n";
    let (opened, folded_heading) = if shown.is_empty() {
        ("", heading)
    } else {
        (heading, "\n")
    };
    let what = ["changed spec", "changed specs"];
    let fold = super::fold(&format!(
        "{}, nothing got worse",
        count(others.len(), "changed spec")
    ));
    [
        Section {
            what,
            open: format!("{opened}{HEADER}"),
            rows: shown.into_iter().map(Row::from).collect(),
            close: "",
        },
        Section {
            what,
            open: format!("{folded_heading}{fold}{HEADER}"),
            rows: others.into_iter().map(Row::from).collect(),
            close: "\n</details>\n",
        },
    ]
}

fn row(changed: &Changed<'_>, options: &MarkdownOptions<'_>) -> Option<String> {
    let spec = changed.now.or(changed.before)?;
    let url = changed.now.and_then(|spec| {
        let line = spec.findings.first().filter(|_| is_of_lock(spec));
        let line = line.map_or(1, |finding| finding.location.start_line);
        options.links.line_url(&spec.path, line)
    });
    // In the first column, which a narrow screen shows too.
    let mut first = link_if(&whole(&subject(spec)), url.as_deref());
    for worse in &changed.worse {
        first = format!("{first}<br>**{}**", phrase(changed, *worse));
    }
    Some(format!(
        "| {first} | {} | {} |\n",
        changed
            .before
            .map_or_else(|| remembered(changed.now), |spec| cell(spec, changed.now)),
        changed
            .now
            .map_or_else(|| "removed".to_owned(), |spec| cell(spec, changed.before))
    ))
}

/// What is remembered of a package of a lock file; nothing of what is new.
fn remembered(now: Option<&SpecReport>) -> String {
    let now = now.filter(|now| is_of_lock(now));
    let Some(before) = now.and_then(|now| now.before.as_ref()) else {
        return "–".to_owned();
    };
    let version = before.version.as_deref().unwrap_or("-");
    let mut status = Author::ThisRun.status(before.status).to_owned();
    if let Some(publisher) = &before.publisher {
        let name = names::repository(source(publisher));
        status = format!("{status}, built from {}", whole(&name));
    }
    format!("{}<br>{status}", whole(version))
}

/// Everything that is compared with `other` but the findings' words, so that what differs does not read
/// the same.
fn cell(spec: &SpecReport, other: Option<&SpecReport>) -> String {
    let mut parts = Vec::new();
    if spec.package.is_some() {
        parts.push(whole(&package(spec)));
    }
    let mut status = Author::ThisRun.status(spec.status).to_owned();
    if let Some(publisher) = &spec.publisher {
        let name = names::repository(source(publisher));
        status = format!("{status}, built from {}", whole(&name));
        let number = publisher.repository_id.as_deref();
        if let Some(number) = number.filter(|number| is_other_number(number, publisher, other)) {
            status = format!("{status} (number {})", whole(number));
        }
        if let Some(workflow) = &publisher.workflow {
            status = format!("{status} by {}", whole(names::workflow(workflow)));
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
    parts.extend(overrides(spec, other));
    parts.extend(cause::counted(spec));
    parts.join("<br>")
}

/// The overrides, those that `other` has not first.
fn overrides(spec: &SpecReport, other: Option<&SpecReport>) -> Vec<String> {
    let told = |spec: &SpecReport| -> Vec<(String, OverrideStatus)> {
        let all = spec.overrides.iter();
        all.map(|one| (override_name(spec, one), one.status))
            .collect()
    };
    let known = other.map(told).unwrap_or_default();
    let (same, changed): (Vec<_>, Vec<_>) =
        told(spec).into_iter().partition(|one| known.contains(one));
    let all = changed.iter().chain(&same).take(MAX_OVERRIDES);
    let mut parts: Vec<String> = all
        .map(|(name, status)| {
            let status = Author::ThisRun.override_status(*status);
            format!("override {} {status}", whole(name))
        })
        .collect();
    let more = spec.overrides.len().saturating_sub(MAX_OVERRIDES);
    parts.extend((more > 0).then(|| format!("and {} more", count(more, "override"))));
    parts
}

/// Whether `other` is built from a repository of the same name with another number: one that was made
/// again differs in nothing else.
fn is_other_number(number: &str, publisher: &PublisherRecord, other: Option<&SpecReport>) -> bool {
    let other = other.and_then(|other| other.publisher.as_deref());
    other.is_some_and(|other| {
        let before = other.repository_id.as_deref();
        source(other).eq_ignore_ascii_case(source(publisher))
            && before.is_some_and(|before| before != number)
    })
}
