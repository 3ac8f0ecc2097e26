//! The arguments of the commands that make something of a report.

use std::path::PathBuf;

use clap::Args;
use jiff::civil::Date;

use super::{Command, Verification, request as checked, usage, variable};
use crate::commands::coverage::{CoverageRequest, CoverageSource, Record};
use crate::commands::page::PageRequest;
use dockyard_report::report::Links;

pub(super) const COVERAGE_EXIT_CODES: &str = "\
Exit codes:
  0  the numbers are told; with --report whatever the verdict of the run, which they include
  1  after a scan: findings at or above --fail-on
  2  usage or configuration error, or a report or history that cannot be used
  3  after a scan: something could not be determined";

pub(super) const PAGE_EXIT_CODES: &str = "\
Exit codes:
  0  the page is written, whatever the verdict of the run, which it shows
  2  usage error, or a report or history that cannot be used";

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
                .or_else(|| of_the_run("GITHUB_SHA"))
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

#[derive(Debug, Args)]
pub(super) struct PageArguments {
    /// The JSON report of your own scan
    #[arg(long, value_name = "FILE")]
    report: PathBuf,
    /// The history that `coverage --history` keeps, for the trend
    #[arg(long, value_name = "FILE")]
    history: Option<PathBuf>,
    /// The folder that the page is written to; it is made where it is missing
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
    #[command(flatten)]
    scanned: Scanned,
}

/// What was scanned, for links to it.
#[derive(Debug, Args)]
#[group(skip)]
struct Scanned {
    /// The scanned repository, for links [default: `GITHUB_REPOSITORY` on `GITHUB_SERVER_URL`]
    #[arg(long, value_name = "OWNER/NAME")]
    repository: Option<String>,
    /// The commit that was scanned, for links [default: `GITHUB_SHA`]
    #[arg(long, value_name = "SHA")]
    commit: Option<String>,
    /// Where the scanned folder lies in the repository, for links [default: it is the repository's root]
    #[arg(
        long,
        value_name = "DIR",
        default_value = "",
        hide_default_value = true
    )]
    root: String,
}

/// Nothing that a report says is needed: where it comes from is known.
pub(super) fn page(arguments: PageArguments) -> Command {
    let scanned = arguments.scanned;
    let server = of_the_run("GITHUB_SERVER_URL");
    Command::Page(PageRequest {
        report: arguments.report,
        history: arguments.history,
        out: arguments.out,
        links: Links {
            server_url: server.or_else(|| Some("https://github.com".to_owned())),
            repository: scanned
                .repository
                .or_else(|| of_the_run("GITHUB_REPOSITORY")),
            head_sha: scanned.commit.or_else(|| of_the_run("GITHUB_SHA")),
            root_prefix: scanned.root,
            ..Links::default()
        },
    })
}

/// A variable of the workflow that this program runs in.
fn of_the_run(name: &str) -> Option<String> {
    let value = variable(name)?.into_string().ok()?;
    (!value.is_empty()).then_some(value)
}
