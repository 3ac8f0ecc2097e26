//! The numbers of earlier days: a file with one line of JSON for each commit and day.
//!
//! A line that is not understood is an error, and so is a file that is not there: a history that lost its
//! past would show a trend that never was.

mod line;

use std::collections::HashSet;
use std::fmt;

use jiff::civil::Date;

use super::stored::{Narrowed, StoredReport};
pub use line::Entry;
use line::MAX_LINE;

/// Largest history that is read, in bytes.
pub const MAX_BYTES: u64 = 32 << 20;

/// Most lines of a history: more than ten a day for five years.
pub const MAX_ENTRIES: usize = 20_000;

/// The entries, in the order of their days; those of one day in the order in which they were added.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct History {
    entries: Vec<Entry>,
}

/// Why a history cannot be read, or an entry not be added. The text is for people.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum HistoryError {
    /// A line that is not understood.
    #[error("line {line} cannot be used: {problem}")]
    Line {
        /// The line, from 1.
        line: usize,
        /// What is wrong with it.
        problem: String,
    },
    /// The file is larger than anybody needs.
    #[error(
        "more than {MAX_ENTRIES} lines are too many; keep the last ones and start again from there"
    )]
    TooLong,
    /// With one more entry it would be larger than is read.
    #[error(
        "more than {MAX_BYTES} bytes are too many; keep the last lines and start again from there"
    )]
    TooLarge,
    /// It is not text.
    #[error("it is not UTF-8")]
    NotText,
    /// A report that a history must not hold.
    #[error("the report cannot be recorded: {0}; record a scan of the whole repository")]
    Narrowed(Narrowed),
    /// The report tells of too many kinds of specs.
    #[error("the report cannot be recorded: {0}")]
    Report(String),
}

impl History {
    /// Reads a history: one entry a line. Of two entries of one commit and day the later line counts.
    ///
    /// # Errors
    /// [`HistoryError`] names the line. An empty line is one that is not understood.
    pub fn read(bytes: &[u8]) -> Result<Self, HistoryError> {
        let text = std::str::from_utf8(bytes).map_err(|_not_text| HistoryError::NotText)?;
        let mut entries = Vec::new();
        for (index, line) in text.lines().enumerate() {
            let refuse = |problem: String| HistoryError::Line {
                line: index + 1,
                problem,
            };
            if index >= MAX_ENTRIES {
                return Err(HistoryError::TooLong);
            }
            if line.len() > MAX_LINE {
                return Err(refuse(format!("it is longer than {MAX_LINE} bytes")));
            }
            entries.push(Entry::read(line).map_err(refuse)?);
        }
        Ok(Self::of(entries))
    }

    /// Adds an entry as the last of its day, instead of the one of the same commit and day.
    ///
    /// # Errors
    /// [`HistoryError::TooLong`] and [`HistoryError::TooLarge`] where [`History::read`] would refuse the
    /// result. The history is then as it was.
    pub fn add(&mut self, entry: Entry) -> Result<(), HistoryError> {
        *self = self.with(entry, MAX_BYTES)?;
        Ok(())
    }

    /// It with `entry`, where that is at most `most` bytes.
    fn with(&self, entry: Entry, most: u64) -> Result<Self, HistoryError> {
        let mut entries = self.entries.clone();
        entries.push(entry);
        let added = Self::of(entries);
        if added.entries.len() > MAX_ENTRIES {
            return Err(HistoryError::TooLong);
        }
        if added.to_string().len() as u64 > most {
            return Err(HistoryError::TooLarge);
        }
        Ok(added)
    }

    fn of(mut entries: Vec<Entry>) -> Self {
        let mut seen = HashSet::new();
        let mut last: Vec<bool> = entries
            .iter()
            .rev()
            .map(|entry| seen.insert((entry.at, entry.commit.as_str())))
            .collect();
        drop(seen);
        entries.retain(|_| last.pop().unwrap_or(true));
        // Stable: the order within a day stays.
        entries.sort_by_key(|entry| entry.at);
        Self { entries }
    }

    /// The entries, oldest first.
    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// The last entry of each day, oldest first.
    pub fn days(&self) -> Vec<&Entry> {
        let mut days: Vec<&Entry> = Vec::new();
        for entry in &self.entries {
            match days.last_mut() {
                Some(last) if last.at == entry.at => *last = entry,
                _ => days.push(entry),
            }
        }
        days
    }
}

impl fmt::Display for History {
    /// The file.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.entries
            .iter()
            .try_for_each(|entry| writeln!(formatter, "{entry}"))
    }
}

impl Entry {
    /// What is recorded of a report on `commit`, as of the day `at` (UTC).
    ///
    /// # Errors
    /// [`HistoryError::Narrowed`] where the report is not about the whole repository, or is a pull
    /// request's: the numbers of a part would look like a loss.
    pub fn of(report: &StoredReport, commit: &str, at: Date) -> Result<Self, HistoryError> {
        if let Some(reason) = report.narrowed() {
            return Err(HistoryError::Narrowed(reason));
        }
        Self::counted(report, commit, at).map_err(HistoryError::Report)
    }
}

#[cfg(test)]
mod tests;
