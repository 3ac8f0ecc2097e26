//! The report as GitHub-flavoured Markdown, for a pull request's comment or a step's summary.
//!
//! The first line is the verdict and what to do. Then: coverage in a line, settings that change the
//! verdict, what is wrong (the most severe first), what changed since the base, and, folded, notes,
//! YAML to copy, and everything that is in order. What does not fit is left out from the end.

mod changes;
mod inline;
mod page;
mod rows;
mod worse;

use std::collections::BTreeSet;

use self::inline::{link, prose};
use self::page::{Section, compose};
use super::accepted;
use super::attributed::{Attributed, Author};
use super::lines;
use super::links::{Links, Rendered};
use super::skills::Skills;
use super::style::Color;
use super::verdict::{self, Wording};
use super::{EvidenceOrigin, Report, SpecReport};
use crate::finding::Severity;
use crate::policy::{FailOn, Tally, undetermined};
use package_provenance::verify::Status;

/// Longest comment that GitHub takes, in characters; what is put around the text counts too.
pub const COMMENT_LIMIT: usize = 65_536;

/// Largest summary of a step that GitHub takes, in bytes; a larger one is dropped whole.
pub const SUMMARY_LIMIT: usize = 1_048_576;

/// What the first line calls the check where the caller has no name for it.
pub const DEFAULT_HEADING: &str = "Package provenance";

/// Longest sentence about a setting, in characters.
const MAX_CHANGE: usize = 300;

/// Most settings that are told: they stand above the findings and must not push them out.
const MAX_CHANGES: usize = 30;

/// Most sentences about what could not be determined of the run as a whole.
const MAX_DOUBTS: usize = 10;

const WORDING: Wording = Wording {
    fix: "Fix what is listed below; every rule links to its page.",
    listed: "below",
};

/// How the Markdown is made.
#[derive(Debug, Clone, Copy)]
pub struct MarkdownOptions<'a> {
    /// What can be linked to.
    pub links: &'a Links,
    /// Most bytes (UTF-8) of the text; a byte is never less than one of GitHub's characters, so
    /// this holds for limits in characters too. Subtract what is put around the text.
    pub limit: usize,
    /// The report on the base, where what changed since is to be shown. It must have looked at the
    /// same specs.
    pub base: Option<&'a Report>,
    /// What the first line calls the check, such as [`DEFAULT_HEADING`].
    pub heading: &'a str,
}

/// The report as Markdown, never longer than `options.limit` bytes.
pub fn render<'a>(report: impl Into<Attributed<'a>>, options: &MarkdownOptions<'_>) -> Rendered {
    let report = report.into();
    let links = options.links;
    let run = links.run();
    let rest = run.as_deref().map_or_else(
        || " The JSON report has everything.".to_owned(),
        |url| format!(" {} has everything.", link("The run that made this", url)),
    );
    let sections = [
        settings(&report, options.base),
        findings(report, options, &[Severity::Error, Severity::Warning]),
        changes::section(&report, options),
        findings(report, options, &[Severity::Note]),
        accepted_for_now(&report, links),
        copies(report, links),
        others(report, links),
    ];
    compose(
        options.limit,
        &head(report, options.heading),
        &sections,
        &foot(report, run.as_deref()),
        &rest,
    )
    .unwrap_or_else(|| too_small(&report, options.limit))
}

/// The verdict alone, for a limit that leaves no room for more.
fn too_small(report: &Report, limit: usize) -> Rendered {
    let word = report.verdict.as_str().to_uppercase();
    let text = format!("{word}: the report does not fit in here.\n");
    Rendered {
        text: text.chars().take(limit).collect(),
        cut: Some("Cut to fit: everything but the verdict left out.".to_owned()),
    }
}

fn head(report: Attributed<'_>, heading: &str) -> String {
    let (color, word, rest) = verdict::verdict(report, &WORDING);
    let worse = worse::line(&report);
    let color = match (color, &worse) {
        (Color::Green | Color::Blue, Some(_)) => Color::Yellow,
        (color, _) => color,
    };
    let sign = match color {
        Color::Red => "❌",
        Color::Yellow => "🟠",
        Color::Blue => "⚪",
        Color::Green => "✅",
    };
    let as_told = report.author().as_told();
    let mut below = vec![coverage(report)];
    let warning = report.author().warning();
    below.extend(warning.map(|warning| format!("**Told:** {warning}")));
    below.extend(
        lines::trust(&report.trust)
            .map(|(what, text)| format!("**{what}{as_told}:** {}", prose(text, 600))),
    );
    let doubts = &report.gate.doubts;
    below.extend(
        doubts
            .iter()
            .take(MAX_DOUBTS)
            .map(|doubt| format!("**{}:** {}", lines::DOUBT, prose(doubt, 600))),
    );
    let more = doubts.len().saturating_sub(MAX_DOUBTS);
    below.extend((more > 0).then(|| format!("**{}:** {more} more reasons", lines::DOUBT)));
    let rest = prose(&rest, 600);
    let first = match worse {
        // Before everything else that can be said of the run.
        Some(worse) => {
            below.insert(0, rest.trim_start_matches([':', ' ']).to_owned());
            format!(", and this change makes it worse: {worse}.")
        }
        None => spaced(&rest),
    };
    format!(
        "**{sign} {}: {word}**{first}\n\n{}\n",
        prose(heading, 80),
        below.join("\n\n")
    )
}

/// What follows the bold verdict: its colon, or a space before what is in brackets.
fn spaced(rest: &str) -> String {
    if rest.starts_with(':') {
        rest.to_owned()
    } else {
        format!(" {rest}")
    }
}

/// `41 of 44 verified · 2 signed only · 1 failed`: every spec once, by the worst that can be said
/// of it. A verified package with a finding that fails the run is not counted as verified.
fn coverage(report: Attributed<'_>) -> String {
    if report.specs.is_empty() {
        return "No spec was looked at.".to_owned();
    }
    // A run that only reports still says what would fail.
    let fail_on = Some(report.gate.fail_on)
        .filter(|fail_on| *fail_on != FailOn::Never)
        .unwrap_or_default();
    let fails =
        |spec: &SpecReport| Tally::of(std::slice::from_ref(spec), fail_on).failing_specs > 0;
    let (failed, rest): (Vec<_>, Vec<_>) = report.specs.iter().partition(|spec| fails(spec));
    let (open, rest): (Vec<_>, Vec<_>) = rest.into_iter().partition(|spec| undetermined(spec));
    let of = |status| rest.iter().filter(|spec| spec.status == status).count();
    let mut parts = vec![format!(
        "{} of {} {}",
        of(Status::Verified),
        report.specs.len(),
        report.author().status(Status::Verified)
    )];
    for status in Status::ALL {
        if status != Status::Verified && of(status) > 0 {
            let word = if status == Status::None {
                "without evidence"
            } else {
                report.author().status(status)
            };
            parts.push(format!("{} {word}", of(status)));
        }
    }
    for (number, what) in [(open.len(), "not determined"), (failed.len(), "failed")] {
        if number > 0 {
            parts.push(format!("{number} {what}"));
        }
    }
    parts.join(" · ")
}

/// Settings that change the verdict. A pull request can change its own configuration, so they stand
/// above everything that they decide on.
fn settings(report: &Report, base: Option<&Report>) -> Section {
    let changes = &report.gate.changes;
    let known = |change: &String| base.is_none_or(|base| base.gate.changes.contains(change));
    let mut rows: Vec<String> = changes
        .iter()
        .map(|change| {
            let new = if known(change) { "" } else { "**new:** " };
            format!("- {new}{}\n", prose(change, MAX_CHANGE))
        })
        .collect();
    let gone = base
        .into_iter()
        .flat_map(|base| &base.gate.changes)
        .filter(|change| !changes.contains(change));
    rows.extend(gone.map(|change| format!("- no longer: {}\n", prose(change, MAX_CHANGE))));
    let more = rows.len().saturating_sub(MAX_CHANGES);
    if more > 0 {
        rows.truncate(MAX_CHANGES);
        rows.push(format!("- and {more} more, in the JSON report\n"));
    }
    Section {
        what: "settings",
        open: "\n**Settings that change the verdict**\n\n".to_owned(),
        rows,
        close: "",
    }
}

fn findings(
    report: Attributed<'_>,
    options: &MarkdownOptions<'_>,
    severities: &[Severity],
) -> Section {
    let known: Option<BTreeSet<&str>> = options.base.map(|base| {
        let findings = base.specs.iter().flat_map(|spec| &spec.findings);
        findings
            .map(|finding| finding.fingerprint.as_str())
            .collect()
    });
    let rows = rows::findings(report, options.links, known.as_ref(), severities);
    let folded = severities == [Severity::Note];
    let as_told = report.author().as_told();
    let header = format!("| | Spec | What is wrong{as_told} |\n|---|---|---|\n");
    if folded {
        Section {
            what: "notes",
            open: format!("\n{}{header}", fold(&verdict::count(rows.len(), "note"))),
            rows,
            close: "\n</details>\n",
        }
    } else {
        Section {
            what: "findings",
            open: format!("\n{header}"),
            rows,
            close: "",
        }
    }
}

/// Specs without errors and warnings, whatever their status.
fn others(report: Attributed<'_>, links: &Links) -> Section {
    let in_order: Vec<&SpecReport> = report
        .specs
        .iter()
        .filter(|spec| !rows::in_trouble(spec))
        .collect();
    let mut verified: Vec<&SpecReport> = Vec::new();
    let mut other: Vec<&SpecReport> = Vec::new();
    for spec in in_order {
        if spec.status == Status::Verified {
            verified.push(spec);
        } else {
            other.push(spec);
        }
    }
    let skills = Skills::of(&report.specs);
    let groups: Vec<String> = skills
        .groups()
        .filter(|group| group.iter().all(|spec| !rows::in_trouble(spec)))
        .map(|group| rows::together(group, report.author()))
        .collect();
    let summary = [
        (verified.len(), report.author().status(Status::Verified)),
        (other.len(), "other"),
    ]
    .iter()
    .filter(|(number, _)| *number > 0)
    .map(|(number, what)| format!("{number} {what}"))
    .collect::<Vec<_>>()
    .join(", ");
    Section {
        what: "specs without errors or warnings",
        open: format!(
            "\n{}| Spec | Status | Package |\n|---|---|---|\n",
            fold(&format!("Without errors or warnings: {summary}"))
        ),
        rows: verified
            .into_iter()
            .chain(other)
            .filter(|spec| skills.is_alone(spec))
            .map(|spec| rows::in_order(spec, report, links))
            .chain(groups)
            .collect(),
        close: "\n</details>\n",
    }
}

/// What the configuration accepts, the one that ends first at the top.
fn accepted_for_now(report: &Report, links: &Links) -> Section {
    let records = accepted::in_force(report);
    let rows = records.iter().map(|record| rows::accepted(record, links));
    Section {
        what: "accepted findings",
        open: format!(
            "\n{}| Spec | Accepted | Until |\n|---|---|---|\n",
            fold(&format!(
                "{}: {}",
                accepted::HEADING,
                report.summary.exempted
            ))
        ),
        rows: rows.collect(),
        close: "\n</details>\n",
    }
}

/// The start of a folded block; `summary` is our own text. The empty line ends the HTML, so that
/// Markdown follows.
fn fold(summary: &str) -> String {
    format!("<details><summary>{summary}</summary>\n\n")
}

/// The YAML that findings advise to add. Nobody is to copy what was not verified.
fn copies(report: Attributed<'_>, links: &Links) -> Section {
    let rows = match report.author() {
        Author::AnotherRun => Vec::new(),
        Author::ThisRun => rows::to_copy(report.report(), links),
    };
    Section {
        what: "pieces of YAML to add",
        open: format!("\n{}", fold("YAML to add")),
        rows,
        close: "</details>\n",
    }
}

/// What was trusted, asked and configured.
fn foot(report: Attributed<'_>, run: Option<&str>) -> String {
    let gate = &report.gate;
    let evidence = match gate.evidence {
        EvidenceOrigin::Network => "the registries",
        EvidenceOrigin::Folder => "a folder, not the registries",
        EvidenceOrigin::Cache => "earlier runs, not the registries (offline)",
        EvidenceOrigin::None => "nowhere (offline)",
    };
    let trusted = prose(&lines::trusted(report), 280);
    let (trust, judged) = match report.author() {
        Author::ThisRun => (format!("Trust: {trusted}"), ""),
        Author::AnotherRun => (format!("As told: trust: {trusted}"), "judged here: "),
    };
    let mut facts = vec![trust, format!("evidence from {evidence}")];
    let config = gate
        .config
        .as_deref()
        .map(|config| inline::code(config, 120));
    match (&gate.base, config) {
        (Some(base), config) => facts.push(format!(
            "configuration of {}: {}",
            inline::code(&base.to_string(), 120),
            config.unwrap_or_else(|| "none".to_owned())
        )),
        (None, Some(config)) => facts.push(format!("configuration {config}")),
        (None, None) => {}
    }
    facts.push(format!("{judged}fails on {}", gate.fail_on.as_str()));
    facts.push(format!(
        "{} {}",
        report.tool.name,
        inline::code(report.tool.version, 40)
    ));
    if let Some(run) = run {
        facts.push(link("run", run));
    }
    format!("\n<sub>{}</sub>\n", facts.join(" · "))
}
