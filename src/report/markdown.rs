//! The report as GitHub-flavoured Markdown, for a pull request comment or a step's summary.

use super::Report;
use super::links::{Links, Rendered};

/// How the Markdown is made.
#[derive(Debug, Clone, Copy)]
pub struct MarkdownOptions<'a> {
    /// What can be linked to.
    pub links: &'a Links,
    /// Most bytes (UTF-8) of the text; a byte is never less than one of GitHub's characters, so
    /// this holds for limits in characters too. Subtract what is put around the text.
    pub limit: usize,
    /// The report on the base, where what changed since is to be shown.
    pub base: Option<&'a Report>,
    /// What the first line calls the check, such as `Package provenance`.
    pub heading: &'a str,
}

/// The report as Markdown, never longer than `options.limit` bytes. The first line is the verdict.
pub fn render(report: &Report, options: &MarkdownOptions<'_>) -> Rendered {
    let mut text = format!("### {}: {}\n", options.heading, report.verdict.as_str());
    text.truncate(options.limit);
    Rendered { text, cut: None }
}
