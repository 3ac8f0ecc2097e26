//! The report as GitHub workflow commands: annotations of a run and of a pull request's files.
//!
//! GitHub shows at most ten errors, ten warnings and ten notices of one step, and drops what is
//! beyond without a word; a message longer than 4,096 characters is cut. Columns count only where
//! an annotation is about one line.

use std::fmt::Write as _;

use super::lines;
use super::links::Links;
use super::names::place;
use super::verdict::{Wording, verdict};
use super::{Report, SpecReport, Verdict, coverage, order, tree};
use crate::finding::Finding;
use crate::finding::Severity;
use untrusted_text as text;

/// Annotations of one kind that GitHub shows of one step.
pub const MAX_OF_A_KIND: usize = 10;

/// Longest message that GitHub keeps, in UTF-16 code units, escapes counted.
const MAX_MESSAGE: usize = 4_096;

/// Longest title.
const MAX_TITLE: usize = 200;

/// Longest line of untrusted text within a message.
const MAX_LINE: usize = 1_000;

/// How the annotations are made.
#[derive(Debug, Clone, Copy)]
pub struct AnnotationOptions<'a> {
    /// What can be linked to; paths are made relative to the repository with its `root_prefix`.
    pub links: &'a Links,
    /// The report on the base, where it is known: what is not on it comes first.
    pub base: Option<&'a Report>,
}

const WORDING: Wording = Wording {
    fix: "Fix what the annotations name; the report holds the rest.",
    listed: "in the report",
};

/// One workflow command per line, the most severe first, and of one severity what the pull request
/// brings: at most ten errors, ten warnings and ten notices, the verdict's notice, which comes last,
/// among them. Where there are more findings, the last annotation of the kind says how many.
pub fn render(report: &Report, options: &AnnotationOptions<'_>) -> String {
    let mut commands = String::new();
    let all = order::by_novelty(report, options.base);
    for severity in Severity::ALL {
        let found: Vec<(Option<&SpecReport>, &Finding)> = all
            .iter()
            .map(|(spec, finding)| (Some(*spec), *finding))
            .chain(report.config_findings.iter().map(|finding| (None, finding)))
            .filter(|(_, finding)| finding.severity == severity)
            .collect();
        let room = MAX_OF_A_KIND - usize::from(severity == Severity::Note);
        let shown = if found.len() > room {
            room - 1
        } else {
            found.len()
        };
        for (spec, finding) in found.iter().take(shown) {
            command(
                &mut commands,
                severity,
                &properties(*spec, finding, options.links),
                &message(finding),
            );
        }
        let more = found.len() - shown;
        if more > 0 {
            command(
                &mut commands,
                severity,
                &title("dockyard-provenance"),
                &[format!(
                    "{more} more findings of severity {severity} are in the report; GitHub shows \
                     {MAX_OF_A_KIND} annotations of a kind."
                )],
            );
        }
    }
    let (_, head, rest) = verdict(report.into(), &WORDING);
    let mut told = vec![format!("{head}{rest}")];
    if report.verdict != Verdict::Pass {
        told.push(coverage::coverage(report.into()));
    }
    told.extend(tree::numbers(report.into()));
    told.extend(lines::trust(&report.trust).map(|(what, text)| format!("{what}: {text}")));
    let doubts = report.gate.doubts.iter();
    told.extend(doubts.map(|doubt| format!("{}: {doubt}", lines::DOUBT)));
    told.extend(
        report
            .gate
            .changes
            .iter()
            .map(|change| format!("Non-default: {change}")),
    );
    command(
        &mut commands,
        Severity::Note,
        &title("dockyard-provenance"),
        &told,
    );
    commands
}

fn title(text: &str) -> String {
    format!(
        "title={}",
        escape_property(&text::terminal(text, MAX_TITLE))
    )
}

/// File, one-line region and title.
fn properties(spec: Option<&SpecReport>, finding: &Finding, links: &Links) -> String {
    // Which version of the configuration was read, the message says; the checkout's may be another.
    let Some(spec) = spec else {
        return title(&format!("{}: {}", finding.location.path, finding.rule));
    };
    let path = links.relative(&finding.location.path);
    let title = title(&format!("{}: {}", place(spec), finding.rule));
    // Only the path as it is on disk puts the annotation into the file. One that would have to be
    // changed to be harmless is told in the message instead.
    if text::terminal(&path, usize::MAX) != path {
        return title;
    }
    let (line, start, end) = lines::one_line(&finding.location);
    format!(
        "file={},line={line},endLine={line},col={start},endColumn={end},{title}",
        escape_property(&path)
    )
}

fn message(finding: &Finding) -> Vec<String> {
    let place = &finding.location;
    let mut told = vec![finding.message.clone()];
    told.extend(finding.help.lines().map(str::to_owned));
    told.push(format!("({}:{})", place.path, place.start_line));
    told
}

/// Writes one command. Every line of the message is neutralised, then the whole is escaped.
fn command(commands: &mut String, severity: Severity, properties: &str, lines: &[String]) {
    let kind = match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Note => "notice",
    };
    let shown: Vec<String> = lines
        .iter()
        .filter(|line| !line.trim().is_empty())
        .map(|line| text::terminal(line, MAX_LINE))
        .collect();
    let message = bounded(&shown.join("\n"));
    // Writing to a string does not fail.
    let _ = writeln!(commands, "::{kind} {properties}::{message}");
}

/// `text` as the message of a workflow command, cut to [`MAX_MESSAGE`] with an ellipsis.
fn bounded(text: &str) -> String {
    let mut escaped = String::new();
    let mut length = 0;
    for character in text.chars() {
        let mut buffer = [0; 4];
        let piece = escape_data(character.encode_utf8(&mut buffer));
        length += piece.encode_utf16().count();
        if length >= MAX_MESSAGE {
            escaped.push('…');
            break;
        }
        escaped.push_str(&piece);
    }
    escaped
}

/// `text` as the message of a workflow command.
pub fn escape_data(text: &str) -> String {
    text.replace('%', "%25")
        .replace('\r', "%0D")
        .replace('\n', "%0A")
}

/// `text` as the value of a workflow command's property.
pub fn escape_property(text: &str) -> String {
    escape_data(text).replace(':', "%3A").replace(',', "%2C")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escapes_are_the_runners() {
        assert_eq!(escape_data("a%b\r\nc:d,e"), "a%25b%0D%0Ac:d,e");
        assert_eq!(escape_property("a%b\r\nc:d,e"), "a%25b%0D%0Ac%3Ad%2Ce");
        // An escape that was in the text stays text.
        assert_eq!(escape_data("%0A"), "%250A");
    }

    #[test]
    fn a_message_is_cut_between_escapes() {
        for text in ["%".repeat(5_000), "a".repeat(5_000), "𝄞".repeat(5_000)] {
            let cut = bounded(&text);
            assert!(cut.encode_utf16().count() <= MAX_MESSAGE && cut.ends_with('…'));
            assert!(!cut.contains("%2…") && !cut.contains("%…"));
        }
        let whole = "a".repeat(MAX_MESSAGE - 1);
        assert_eq!(bounded(&whole), whole);
    }
}
