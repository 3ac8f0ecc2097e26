//! What is written, and how.

use clap::ArgAction;

use super::Environment;
use super::definition::{Holds, Sources, options};
use crate::write::{Format, ReportTarget};

options! {
    /// What is written.
    #[derive(Default)]
    #[command(next_help_heading = "Output")]
    pub struct Output {
        /// The format on standard output
        #[arg(long, value_enum)]
        format: Option<Format> =>
            Sources::FLAG.default(Holds::Says("table; words for verify-provenance")),

        /// Write a report file too, such as `json=report.json`
        #[arg(long = "report", value_name = "FORMAT=PATH", value_parser = ReportTarget::parse, action = ArgAction::Append)]
        reports: Vec<ReportTarget> => Sources::FLAG,

        /// When to use colours; `NO_COLOR` in the environment means never, `FORCE_COLOR` and
        /// `CLICOLOR_FORCE` always
        #[arg(long, value_enum, value_name = "WHEN")]
        color: Option<ColorChoice> => Sources::FLAG.default(Holds::Value("auto")),

        /// Show each piece of evidence with its details, and each request on standard error
        #[arg(short, long, conflicts_with = "quiet")]
        verbose: bool => Sources::FLAG
            .input("verbose")
            .note("Also on when the run's debug logging is."),

        /// Show only the report and errors
        #[arg(short, long)]
        quiet: bool => Sources::FLAG,
    }
}

/// When to colour.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, clap::ValueEnum)]
pub enum ColorChoice {
    /// On a terminal.
    #[default]
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}

impl Output {
    /// When to colour: a flag, then `NO_COLOR`, then `FORCE_COLOR`.
    pub(super) fn color(&self, environment: &Environment) -> ColorChoice {
        match self.color {
            Some(choice) => choice,
            None if environment.no_color => ColorChoice::Never,
            None if environment.force_color => ColorChoice::Always,
            None => ColorChoice::Auto,
        }
    }
}
