//! A report in the format that is asked for, as it is drawn where the program runs.

use std::io::IsTerminal as _;

use anstream::AutoStream;

use crate::prefix::root_prefix;
use crate::settings::Settings;
use crate::write::Format;
use dockyard_report::report::github::{self, AnnotationOptions};
use dockyard_report::report::json;
use dockyard_report::report::markdown::{
    self, DEFAULT_HEADING, Extent, MarkdownOptions, SUMMARY_LIMIT,
};
use dockyard_report::report::sarif::{self, DEFAULT_CATEGORY, MAX_RESULTS, SarifOptions};
use dockyard_report::report::table::{self, TableOptions};
use dockyard_report::report::{Links, Rendered, Report};

/// Columns where there is no terminal.
const DEFAULT_WIDTH: usize = 120;

/// `report` in `format`, for standard output or for a file.
///
/// # Errors
/// Where a format cannot be written, which no report of this program causes.
pub fn render(
    report: &Report,
    settings: &Settings,
    format: Format,
    to_stdout: bool,
) -> anyhow::Result<Rendered> {
    let links = Links {
        root_prefix: root_prefix(&settings.root),
        ..Links::default()
    };
    let text = match format {
        Format::Json => json::render(report)?,
        Format::Table => {
            let terminal = to_stdout && std::io::stdout().is_terminal();
            // The terminal, `TERM`, `CLICOLOR`, `CLICOLOR_FORCE` and `NO_COLOR`.
            let wanted = AutoStream::choice(&std::io::stdout()) != anstream::ColorChoice::Never;
            let options = TableOptions {
                width: width(terminal),
                color: to_stdout && settings.use_color(wanted),
                verbose: settings.output.verbose,
                root_prefix: &links.root_prefix,
            };
            table::render(report, options)
        }
        Format::Sarif => {
            let options = SarifOptions {
                category: DEFAULT_CATEGORY,
                links: &links,
                max_results: MAX_RESULTS,
                base: None,
            };
            return Ok(sarif::render(report, &options)?);
        }
        Format::Markdown => {
            let options = MarkdownOptions {
                links: &links,
                limit: SUMMARY_LIMIT,
                base: None,
                extent: Extent::Everything,
                heading: DEFAULT_HEADING,
            };
            return Ok(markdown::render(report, &options));
        }
        Format::Github => github::render(
            report,
            &AnnotationOptions {
                links: &links,
                base: None,
            },
        ),
    };
    Ok(Rendered { text, cut: None })
}

/// Columns of the terminal, or of a file that is read on one.
fn width(terminal: bool) -> usize {
    terminal
        .then(terminal_size::terminal_size)
        .flatten()
        .map_or(DEFAULT_WIDTH, |(width, _)| usize::from(width.0))
}
