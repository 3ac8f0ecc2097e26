//! The report as SARIF 2.1.0, complete for GitHub's code scanning.
//!
//! Every rule is listed, results or not, so that alerts close once their cause is gone. A region is
//! one line with all four coordinates: on a pull request an alert shows only where every line of
//! its region is in the diff. Columns are characters, as in the rest of the report, and
//! `columnKind` says so (`docs/decisions/0010-report-formats.md`). The fingerprint is the finding's
//! own, of rule, path, package and YAML key, so a dismissal survives edits and new versions.

mod fit;
pub(super) mod rules;
mod run;

use std::collections::BTreeMap;

use serde_sarif::sarif::{
    ArtifactLocation, Location, Message, PhysicalLocation, Region, Result as SarifResult,
    ResultLevel, Sarif,
};

use super::links::{Links, Rendered};
use super::{Report, json, lines, order};
use crate::finding::Finding;
use crate::finding::{RuleId, Severity};
use untrusted_text as text;

/// Most results that code scanning takes in one run.
pub const MAX_RESULTS: usize = 25_000;

/// What the analysis is called where the caller does not say.
pub const DEFAULT_CATEGORY: &str = "dockyard-provenance/";

/// Largest file that code scanning takes, in bytes after gzip.
pub const MAX_GZIP: usize = 10_000_000;

/// Longest message of a result, in characters.
const MAX_MESSAGE: usize = 2_000;

/// What paths are relative to: the repository's root.
const SOURCE_ROOT: &str = "%SRCROOT%";

const SCHEMA: &str =
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json";

/// How the SARIF file is made.
#[derive(Debug, Clone, Copy)]
pub struct SarifOptions<'a> {
    /// Tells analyses of one commit apart; becomes `automationDetails.id`. A `/` is added at its
    /// end where there is none; empty means [`DEFAULT_CATEGORY`].
    pub category: &'a str,
    /// What can be linked to.
    pub links: &'a Links,
    /// Most results; what is not on the base and the most severe are kept. Code scanning takes
    /// [`MAX_RESULTS`].
    pub max_results: usize,
    /// The report on the base, where it is known.
    pub base: Option<&'a Report>,
}

/// The report as SARIF with a newline at its end. Where results had to be left out, the file says
/// so in a notification, and `cut` does.
///
/// # Errors
/// Where `serde_json` cannot write the report, which no report made by this crate causes.
pub fn render(report: &Report, options: &SarifOptions<'_>) -> Result<Rendered, serde_json::Error> {
    render_within(report, options, MAX_GZIP)
}

/// As [`render`], of at most `max_gzip` bytes after gzip instead of [`MAX_GZIP`]: as many results as
/// fit. Rules and the run itself are never cut.
///
/// # Errors
/// As [`render`].
pub fn render_within(
    report: &Report,
    options: &SarifOptions<'_>,
    max_gzip: usize,
) -> Result<Rendered, serde_json::Error> {
    let found = order::by_novelty(report, options.base).into_iter();
    let mut findings: Vec<&Finding> = found.map(|(_, finding)| finding).collect();
    let total = findings.len();
    findings.truncate(options.max_results);
    let of = |kept: usize| {
        let cut = (kept < total).then(|| {
            let which = match options.base {
                None => "the least severe ones",
                Some(_) => "of those on the base already the least severe ones",
            };
            let left = total - kept;
            format!(
                "{left} of {total} results, {which}, are left out: code scanning takes no more."
            )
        });
        let kept = findings.get(..kept).unwrap_or(&findings);
        let text = write(report, kept, cut.as_deref(), options)?;
        Ok(Rendered { text, cut })
    };
    let whole = of(findings.len())?;
    let size = fit::size(&whole.text, max_gzip);
    if size <= max_gzip {
        return Ok(whole);
    }
    // Results are about equally large, so that the first guess is close.
    let guess = findings.len().saturating_mul(max_gzip) / size;
    let kept = fit::largest(findings.len(), guess, |kept| {
        of(kept).map(|cut| fit::size(&cut.text, max_gzip) <= max_gzip)
    })?;
    of(kept)
}

fn write(
    report: &Report,
    findings: &[&Finding],
    cut: Option<&str>,
    options: &SarifOptions<'_>,
) -> Result<String, serde_json::Error> {
    let results = findings
        .iter()
        .map(|finding| result(finding, options.links))
        .collect();
    let sarif = Sarif::builder()
        .schema(SCHEMA)
        .version("2.1.0")
        .runs(vec![run::run(report, results, cut, options)])
        .build();
    let mut text = json::escape(&serde_json::to_string_pretty(&sarif)?);
    text.push('\n');
    Ok(text)
}

fn result(finding: &Finding, links: &Links) -> SarifResult {
    let index = RuleId::ALL.iter().position(|rule| *rule == finding.rule);
    SarifResult {
        rule_id: Some(finding.rule.as_str().to_owned()),
        rule_index: index.and_then(|index| i64::try_from(index).ok()),
        level: Some(match finding.severity {
            Severity::Error => ResultLevel::Error,
            Severity::Warning => ResultLevel::Warning,
            Severity::Note => ResultLevel::Note,
        }),
        locations: Some(vec![location(
            &finding.location.path,
            lines::one_line(&finding.location),
            links,
        )]),
        partial_fingerprints: Some(BTreeMap::from([(
            "primaryLocationLineHash".to_owned(),
            format!("{}:1", finding.fingerprint),
        )])),
        ..SarifResult::builder()
            .message(message(&format!("{}\n{}", finding.message, finding.help)))
            .build()
    }
}

/// A one-line region of a spec: line, first column, column after the last character.
fn location(path: &str, region: (usize, usize, usize), links: &Links) -> Location {
    let number = |number: usize| i64::try_from(number).unwrap_or(i64::MAX);
    let (line, start, end) = region;
    let region = Region::builder()
        .start_line(number(line))
        .start_column(number(start))
        .end_line(number(line))
        .end_column(number(end))
        .build();
    let artifact = ArtifactLocation::builder()
        .uri(links.uri(path))
        .uri_base_id(SOURCE_ROOT)
        .build();
    let place = PhysicalLocation::builder()
        .artifact_location(artifact)
        .region(region)
        .build();
    Location::builder().physical_location(place).build()
}

/// Plain text as a SARIF message: no line but our own, no embedded link (`[text](target)`, section
/// 3.11.6), no placeholder (`{0}`, section 3.11.5), and a full stop. It is cut before a doubled
/// brace, never within one.
fn message(text: &str) -> Message {
    let lines: Vec<String> = text
        .lines()
        .filter(|line| !line.trim().is_empty())
        .map(|line| text::terminal(line, MAX_MESSAGE))
        .collect();
    let mut shown = String::new();
    let mut length = 0;
    for character in lines.join("\n").replace("](", "] (").chars() {
        let piece = match character {
            '{' => "{{".to_owned(),
            '}' => "}}".to_owned(),
            other => other.to_string(),
        };
        length += piece.chars().count();
        if length > MAX_MESSAGE {
            shown.push('…');
            break;
        }
        shown.push_str(&piece);
    }
    if !shown.ends_with(['.', '!', '?', '…']) {
        shown.push('.');
    }
    Message::builder().text(shown).build()
}
