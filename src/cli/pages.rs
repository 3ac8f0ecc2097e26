//! The arguments of `coverage`.

use std::path::PathBuf;

use clap::Args;
use jiff::civil::Date;

use super::{Command, Verification, request as checked, usage, variable};
use crate::commands::coverage::{CoverageRequest, CoverageSource, Record};

pub(super) const COVERAGE_EXIT_CODES: &str = "\
Exit codes:
  0  the numbers are told; with --report whatever the verdict of the run, which they include
  1  after a scan: findings at or above --fail-on
  2  usage or configuration error, or a report or history that cannot be used
  3  after a scan: something could not be determined";

#[derive(Debug, Args)]
pub(super) struct CoverageArguments {
    /// The repository's folder, which is scanned [default: .]
    root: Option<PathBuf>,
    /// Count the JSON report of your own earlier scan, instead of scanning
    #[arg(
        long,
        value_name = "FILE",
        conflicts_with_all = ["root", "Registries", "Requests", "Cache", "Trust", "Gate"]
    )]
    report: Option<PathBuf>,
    /// Write JSON
    #[arg(long)]
    json: bool,
    /// Add the numbers to this history, one line of JSON for each commit and day
    #[arg(long, value_name = "FILE")]
    history: Option<PathBuf>,
    /// The history starts with this entry: there must be none yet
    #[arg(long, requires = "history")]
    begin_history: bool,
    /// The commit that was scanned, for the history [default: `GITHUB_SHA`]
    #[arg(long, value_name = "SHA", requires = "history")]
    commit: Option<String>,
    /// The day of the scan (UTC), for the history [default: today]
    #[arg(long, value_name = "DAY", requires = "history")]
    date: Option<Date>,
    #[command(flatten)]
    verification: Verification,
}

/// # Errors
/// A usage error where a history is named and no commit is known.
pub(super) fn coverage(arguments: CoverageArguments) -> Result<Command, clap::Error> {
    let source = match arguments.report {
        Some(path) => CoverageSource::Report(path),
        None => {
            let root = arguments.root.unwrap_or_else(|| PathBuf::from("."));
            let asked = checked(root, arguments.verification.options())?;
            CoverageSource::Scan(Box::new(asked))
        }
    };
    let record = match arguments.history {
        None => None,
        Some(file) => Some(Record {
            file,
            begin: arguments.begin_history,
            commit: arguments
                .commit
                .or_else(of_the_run)
                .ok_or_else(|| usage("--history: say which commit was scanned with --commit"))?,
            date: arguments.date,
        }),
    };
    Ok(Command::Coverage(CoverageRequest {
        source,
        json: arguments.json,
        record,
    }))
}

/// The commit that a workflow runs for.
fn of_the_run() -> Option<String> {
    let commit = variable("GITHUB_SHA")?.into_string().ok()?;
    (!commit.is_empty()).then_some(commit)
}
