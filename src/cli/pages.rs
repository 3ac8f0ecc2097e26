//! The arguments of the commands that make something of a report.

use std::path::PathBuf;

use clap::Args;
use jiff::Timestamp;
use jiff::civil::Date;

use super::{Command, Verification, request as checked, usage, variable};
use crate::commands::coverage::{CoverageRequest, CoverageSource, Record};
use crate::commands::page::PageRequest;
use crate::commands::vsa::VsaRequest;
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

pub(super) const VSA_EXIT_CODES: &str = "\
Exit codes:
  0  every package that can be stated is; the others are named with the reason
  2  usage error, or a report that cannot be used
  3  something about the run as a whole could not be determined: nothing is stated";

#[derive(Debug, Args)]
pub(super) struct CoverageArguments {
    /// The repository's folder, which is scanned [default: .]
    root: Option<PathBuf>,
    /// Count the JSON report of your own earlier scan, instead of scanning
    #[arg(
        long,
        value_name = "FILE",
        conflicts_with_all = ["root", "Registries", "GoOptions", "Requests", "Cache", "Trust", "Gate"]
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
    let source = if let Some(path) = arguments.report {
        CoverageSource::Report(path)
    } else {
        let root = arguments.root.unwrap_or_else(|| PathBuf::from("."));
        let asked = checked(root, arguments.verification.options())?;
        CoverageSource::Scan(Box::new(asked))
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

#[derive(Debug, Args)]
pub(super) struct VsaArguments {
    /// The JSON report of your own scan, in the same job
    #[arg(long, value_name = "FILE")]
    report: PathBuf,
    /// The folder that the statements are written to; it must be empty or missing
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
    /// The URI of the workflow that signs [default: that of `GITHUB_WORKFLOW_REF`]
    #[arg(long, value_name = "URI", value_parser = uri)]
    verifier: Option<String>,
    /// The configuration that the scan read, relative to the repository: the policy
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// When the scan verified (RFC 3339) [default: the statements do not say]
    #[arg(long, value_name = "TIME")]
    verified_at: Option<Timestamp>,
    /// The scanned repository, for the policy's address [default: `GITHUB_REPOSITORY` on `GITHUB_SERVER_URL`]
    #[arg(long, value_name = "OWNER/NAME")]
    repository: Option<String>,
    /// The commit that was scanned, for the policy's address [default: `GITHUB_SHA`]
    #[arg(long, value_name = "SHA")]
    commit: Option<String>,
}

/// # Errors
/// A usage error where nothing says who signs.
pub(super) fn vsa(arguments: VsaArguments) -> Result<Command, clap::Error> {
    let server = of_the_run("GITHUB_SERVER_URL");
    let workflow = || {
        let (server, workflow) = (server.as_ref()?, of_the_run("GITHUB_WORKFLOW_REF")?);
        uri(&format!("{server}/{workflow}")).ok()
    };
    let verifier = arguments.verifier.or_else(workflow);
    Ok(Command::Vsa(VsaRequest {
        report: arguments.report,
        out: arguments.out,
        verifier: verifier.ok_or_else(|| usage("say with --verifier which workflow signs"))?,
        config: arguments.config,
        links: Links {
            server_url: server.or_else(|| Some("https://github.com".to_owned())),
            repository: arguments
                .repository
                .or_else(|| of_the_run("GITHUB_REPOSITORY")),
            head_sha: arguments.commit.or_else(|| of_the_run("GITHUB_SHA")),
            ..Links::default()
        },
        verified_at: arguments.verified_at,
    }))
}

/// An address, in characters that mean nothing else.
fn uri(text: &str) -> Result<String, String> {
    let address = url::Url::parse(text).map_err(|error| error.to_string())?;
    let plain = address.scheme() == "https"
        && address.has_host()
        && text.bytes().all(|byte| byte.is_ascii_graphic());
    plain
        .then(|| text.to_owned())
        .ok_or_else(|| "write an https address".to_owned())
}

/// A variable of the workflow that this program runs in.
fn of_the_run(name: &str) -> Option<String> {
    let value = variable(name)?.into_string().ok()?;
    (!value.is_empty()).then_some(value)
}
