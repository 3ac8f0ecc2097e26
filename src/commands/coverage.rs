//! `coverage`: how many packages have what, and the history of these numbers.

use std::path::PathBuf;

use anyhow::Context as _;
use dockyard_pages::{Coverage, Entry, History, StoredReport};
use dockyard_report::policy::exempt::day_of;
use dockyard_report::policy::exit_code;
use dockyard_report::report::json;
use jiff::Timestamp;
use jiff::civil::Date;

use super::Told;
use super::files::{self, FileError};
use crate::scan;
use crate::settings::{Request, Settings};
use crate::write::to_file;

/// What `coverage` is asked for.
#[derive(Debug, Clone)]
pub struct CoverageRequest {
    /// What is counted.
    pub source: CoverageSource,
    /// As JSON.
    pub json: bool,
    /// The history that the numbers are added to.
    pub record: Option<Record>,
}

/// What `coverage` counts.
#[derive(Debug, Clone)]
pub enum CoverageSource {
    /// A report that an earlier run wrote.
    Report(PathBuf),
    /// A scan.
    Scan(Box<Request>),
}

/// An entry of a history.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Record {
    /// The history's file.
    pub file: PathBuf,
    /// Whether it starts with this entry.
    pub begin: bool,
    /// The commit that was scanned.
    pub commit: String,
    /// The day, where it is not today.
    pub date: Option<Date>,
}

/// Counts, and records, as of `now`. A scan has the settings that `settle` makes of its request.
///
/// # Errors
/// What cannot be read, recorded or written, with the file's name: exit 2.
pub async fn run(
    request: CoverageRequest,
    settle: impl FnOnce(Request) -> anyhow::Result<Settings>,
    now: Timestamp,
    color: bool,
) -> anyhow::Result<Told> {
    let mut told = Told::default();
    let report = match request.source {
        CoverageSource::Report(path) => files::report(&path)?.0,
        CoverageSource::Scan(asked) => {
            let report = scan::scan(&settle(*asked)?, now).await?;
            told.code = exit_code(report.verdict);
            let problem = report.trust.problem.clone();
            told.notes.extend(problem.map(|problem| ("error", problem)));
            StoredReport::read(json::render(&report)?.as_bytes())
                .context("this is a fault of dockyard-provenance; please report it")?
        }
    };
    if let Some(asked) = request.record {
        record(&report, &asked, day_of(now))?;
    }
    let coverage = Coverage::of(&report);
    told.shown = if request.json {
        json::pretty(&coverage)?
    } else {
        coverage.render(color)
    };
    Ok(told)
}

fn record(report: &StoredReport, asked: &Record, today: Date) -> anyhow::Result<()> {
    let day = asked.date.unwrap_or(today);
    anyhow::ensure!(
        day <= today,
        "{day} is in the future; --date takes a day that has come"
    );
    let entry = Entry::of(report, &asked.commit, day)?;
    let mut history: History = if asked.begin {
        files::new_history(&asked.file)?
    } else {
        files::history(&asked.file)?
    };
    history.add(entry).map_err(|reason| FileError::History {
        path: asked.file.clone(),
        reason,
    })?;
    to_file(&asked.file, &history.to_string())?;
    Ok(())
}
