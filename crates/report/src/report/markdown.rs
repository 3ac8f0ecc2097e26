//! The report as GitHub-flavoured Markdown, for a pull request's comment or a step's summary.
//!
//! The first line is the verdict, what a pull request makes worse, and what to do. Then how many
//! packages are verified, settings that change the verdict, and, of a pull request, what it changes
//! and its new findings. What stands already follows, a row for each rule that has several findings;
//! then, folded, notes, YAML to copy, many changes that make nothing worse, and everything that is in
//! order. What does not fit is left out from the end.

mod changes;
mod findings;
mod inline;
mod origin;
mod page;
mod rows;

use self::inline::{link, prose};
use self::page::{Row, Section, compose};
use super::accepted;
use super::attributed::{Attributed, Author};
use super::comparison::Comparison;
use super::lines;
use super::links::{Links, Rendered};
use super::skills::Skills;
use super::style::Color;
use super::verdict::{self, Wording};
use super::{EvidenceOrigin, Report, SpecReport, Verdict, coverage, tree};
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
    /// How much is told of what a pull request does not change.
    pub extent: Extent,
    /// What the first line calls the check, such as [`DEFAULT_HEADING`].
    pub heading: &'a str,
}

/// How much is told of what stood on the base already, where there is a base.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Extent {
    /// One row per rule that names its specs: for a comment, which is about the pull request.
    Changes,
    /// Everything: for a step's summary.
    Everything,
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
    let comparison = options
        .base
        .map(|base| Comparison::between(base, report.report()));
    let mut sections = vec![settings(&report, options.base)];
    let changes = comparison
        .as_ref()
        .map(|comparison| changes::sections(comparison, options));
    let (changes, harmless) = changes.map_or((None, None), |[changes, harmless]| {
        (Some(changes), Some(harmless))
    });
    sections.extend(changes);
    sections.extend(findings::sections(report, comparison.as_ref(), options));
    // However many they are, they must not push the findings out.
    sections.extend(harmless);
    sections.push(accepted_for_now(&report, links));
    if comparison.is_none() || options.extent == Extent::Everything {
        sections.push(others(report, links));
    }
    compose(
        options.limit,
        &head(report, options.heading, comparison.as_ref()),
        &sections,
        &foot(report, run.as_deref()),
        &rest,
    )
    .unwrap_or_else(|| too_small(report, options.limit))
}

/// The verdict alone, for a limit that leaves no room for more.
fn too_small(report: Attributed<'_>, limit: usize) -> Rendered {
    let (_, word, _) = verdict::verdict(report, &WORDING);
    let text = format!("{word}: the report does not fit in here.\n");
    Rendered {
        text: text.chars().take(limit).collect(),
        cut: Some("Cut to fit: everything but the verdict left out.".to_owned()),
    }
}

fn head(report: Attributed<'_>, heading: &str, comparison: Option<&Comparison<'_>>) -> String {
    let (color, word, rest) = verdict::verdict(report, &WORDING);
    let rest = prose(&rest, 600);
    let color = match color {
        Color::Green | Color::Blue if comparison.is_some_and(Comparison::is_worse) => Color::Yellow,
        color @ (Color::Red | Color::Yellow | Color::Green | Color::Blue) => color,
    };
    let sign = match color {
        Color::Red => "❌",
        Color::Yellow => "🟠",
        Color::Blue => "⚪",
        Color::Green => "✅",
    };
    let as_told = report.author().as_told();
    let mut below = Vec::new();
    if report.verdict != Verdict::Pass || verdict::nothing(&report).is_some() {
        below.push(coverage::coverage(report));
    }
    let numbers = tree::numbers(report);
    if !numbers.is_empty() {
        let rows = numbers.iter().map(|line| format!("- {}", prose(line, 600)));
        below.push(rows.collect::<Vec<_>>().join("\n"));
    }
    let warning = report.author().warning();
    below.extend(warning.map(|warning| format!("**Unverified:** {warning}")));
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
    format!(
        "**{sign} {}: {word}**{}\n\n{}\n",
        prose(heading, 80),
        spaced(
            &comparison.filter(|_| !report.specs.is_empty()).map_or_else(
                || rest.clone(),
                |comparison| with_changes(&rest, &changes::sentence(comparison)),
            )
        ),
        below.join("\n\n")
    )
}

/// The sentence of the verdict, and before it what the pull request changes.
fn with_changes(rest: &str, changes: &str) -> String {
    match rest.split_once(": ") {
        Some((before, after)) => format!("{before}: {changes}. {}", capitalised(after)),
        None => format!("{rest}. {}", capitalised(changes)),
    }
}

fn capitalised(text: &str) -> String {
    let mut characters = text.chars();
    characters.next().map_or_else(String::new, |first| {
        first.to_uppercase().chain(characters).collect()
    })
}

/// What follows the bold verdict: its colon, or a space before what is in brackets.
fn spaced(rest: &str) -> String {
    if rest.starts_with(':') {
        rest.to_owned()
    } else {
        format!(" {rest}")
    }
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
        what: ["setting", "settings"],
        open: "\n**Settings that change the verdict**\n\n".to_owned(),
        rows: rows.into_iter().map(Row::from).collect(),
        close: "",
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
    let groups: Vec<Row> = skills
        .groups()
        .filter(|group| group.iter().all(|spec| !rows::in_trouble(spec)))
        .map(|group| rows::together(group, report.author()).into())
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
        what: [
            "spec without errors or warnings",
            "specs without errors or warnings",
        ],
        open: format!(
            "\n{}| Spec | Status | Package |\n|---|---|---|\n",
            fold(&format!("Without errors or warnings: {summary}"))
        ),
        rows: verified
            .into_iter()
            .chain(other)
            .filter(|spec| skills.is_alone(spec))
            .map(|spec| rows::in_order(spec, report, links).into())
            .chain(groups)
            .collect(),
        close: "\n</details>\n",
    }
}

/// What the configuration accepts, the one that ends first at the top.
fn accepted_for_now(report: &Report, links: &Links) -> Section {
    let records = accepted::in_force(report);
    let rows = records.iter().map(|record| rows::accepted(record, links));
    let summary = format!("{}: {}", accepted::HEADING, report.summary.exempted);
    Section {
        what: ["accepted finding", "accepted findings"],
        open: format!(
            "\n{}| Spec | Accepted | Until |\n|---|---|---|\n",
            fold(&summary)
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
        Author::AnotherRun => (format!("As reported: trust: {trusted}"), "judged here: "),
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
