//! One line of a history.

use std::collections::BTreeMap;
use std::fmt;

use dockyard_report::policy::Verdict;
use dockyard_report::report::links::is_commit;
use jiff::civil::Date;
use package_provenance::json;
use package_provenance::verify::Status;
use serde::{Deserialize, Serialize};
use untrusted_text::{is_hidden, quoted};

use crate::stored::{StoredFinding, StoredReport};

/// Longest line, in bytes.
pub(super) const MAX_LINE: usize = 16 << 10;

/// Most folders of specs.
const MAX_FOLDERS: usize = 32;

/// Longest name of a folder, and of a version of the program, in bytes.
const MAX_NAME: usize = 100;

/// Highest count: far more specs than a report may have, so that sums cannot overflow.
const MAX_COUNT: u32 = 1_000_000;

/// The numbers of one commit on one day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// The day, UTC.
    pub at: Date,
    /// The commit that was scanned.
    pub commit: String,
    /// The version of the program.
    pub tool: String,
    /// The verdict.
    pub verdict: Verdict,
    /// Whether everything was determined. Where it was not, the counts are no fall.
    pub determined: bool,
    /// Specs by folder and status; what there is none of is left out.
    pub by: BTreeMap<String, BTreeMap<Status, u32>>,
    /// Findings that somebody had accepted.
    pub exempted: u32,
}

/// The line, with its members in this order.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Wire {
    v: u32,
    at: String,
    commit: String,
    tool: String,
    verdict: Verdict,
    determined: bool,
    by: BTreeMap<String, BTreeMap<String, u32>>,
    exempted: u32,
}

impl Entry {
    /// # Errors
    /// What is wrong with the line, for people.
    pub(super) fn read(line: &str) -> Result<Self, String> {
        let wire: Wire = json::from_slice(line.as_bytes()).map_err(|error| error.to_string())?;
        if wire.v != 1 {
            return Err(format!("its version is {}; 1 is known", wire.v));
        }
        let at: Date = wire
            .at
            .parse()
            .ok()
            .filter(|date: &Date| date.to_string() == wire.at)
            .ok_or_else(|| format!("{} is no day, as in 2026-11-26", quoted(&wire.at)))?;
        let mut by = BTreeMap::new();
        for (folder, counts) in wire.by {
            let mut known = BTreeMap::new();
            for (word, number) in counts {
                let status = Status::ALL.into_iter().find(|one| one.as_str() == word);
                let status = status.ok_or_else(|| format!("{} is no status", quoted(&word)))?;
                known.insert(status, number);
            }
            by.insert(folder, known);
        }
        Self {
            at,
            commit: wire.commit,
            tool: wire.tool,
            verdict: wire.verdict,
            determined: wire.determined,
            by,
            exempted: wire.exempted,
        }
        .checked()
    }

    /// # Errors
    /// Where the report tells of more folders than a history holds, or `commit` is none.
    pub(super) fn counted(report: &StoredReport, commit: &str, at: Date) -> Result<Self, String> {
        let mut by: BTreeMap<String, BTreeMap<Status, u32>> = BTreeMap::new();
        for spec in &report.specs {
            let counts = by.entry(spec.protocol.clone()).or_default();
            *counts.entry(spec.status).or_default() += 1;
        }
        let findings = report.specs.iter().flat_map(|spec| &spec.findings);
        let accepted = |finding: &&StoredFinding| finding.exempted;
        let exempted = findings.filter(accepted).count();
        Self {
            at,
            commit: commit.to_owned(),
            tool: report.tool_version.clone(),
            verdict: report.verdict,
            determined: report.determined,
            by,
            exempted: u32::try_from(exempted).unwrap_or(u32::MAX),
        }
        .checked()
    }

    fn checked(self) -> Result<Self, String> {
        if !is_commit(&self.commit) {
            return Err(format!("{} is no commit", quoted(&self.commit)));
        }
        let plain =
            |text: &str| !text.is_empty() && text.len() <= MAX_NAME && !text.contains(is_hidden);
        if !plain(&self.tool) {
            return Err(format!("{} is no version", quoted(&self.tool)));
        }
        if self.by.len() > MAX_FOLDERS {
            return Err(format!("it tells of more than {MAX_FOLDERS} folders"));
        }
        if let Some(odd) = self.by.keys().find(|folder| !plain(folder)) {
            return Err(format!("{} is no name of a folder", quoted(odd)));
        }
        let counts = self.by.values().flat_map(BTreeMap::values);
        let most = counts.chain([&self.exempted]).max().copied();
        match most.filter(|count| *count > MAX_COUNT) {
            Some(count) => Err(format!("{count} is more than {MAX_COUNT}")),
            None => Ok(self),
        }
    }

    /// How many packages there were, and how many of them with this status.
    pub fn packages(&self, status: Status) -> u32 {
        let folders = self.by.iter();
        let packages = folders.filter(|(folder, _)| folder.as_str() != "skills");
        packages
            .filter_map(|(_, counts)| counts.get(&status))
            .sum::<u32>()
    }
}

impl fmt::Display for Entry {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let words = |counts: &BTreeMap<Status, u32>| {
            let counts = counts.iter();
            let words = counts.map(|(status, number)| (status.as_str().to_owned(), *number));
            words.collect()
        };
        let wire = Wire {
            v: 1,
            at: self.at.to_string(),
            commit: self.commit.clone(),
            tool: self.tool.clone(),
            verdict: self.verdict,
            determined: self.determined,
            by: self
                .by
                .iter()
                .map(|(folder, counts)| (folder.clone(), words(counts)))
                .collect(),
            exempted: self.exempted,
        };
        let line = serde_json::to_string(&wire).map_err(|_written| fmt::Error)?;
        formatter.write_str(&line)
    }
}
