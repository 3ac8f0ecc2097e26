//! A finding as reports show it.

use serde::Serialize;

use super::{Exempted, RuleId, Severity};

/// One finding.
#[derive(Debug, Clone, Serialize)]
pub struct Finding {
    /// The rule.
    pub rule: RuleId,
    /// Its severity after configuration.
    pub severity: Severity,
    /// What is the matter.
    pub message: String,
    /// Where.
    pub location: Location,
    /// What to do.
    pub help: String,
    /// Stays the same while rule, spec, package and YAML key do.
    pub fingerprint: String,
    /// Who has accepted it, where somebody has: it then fails nothing.
    pub exempted: Option<Exempted>,
    /// The line of the spec where it starts, where that is known: untrusted text, for people.
    #[serde(skip)]
    pub line: Option<Box<str>>,
}

impl Finding {
    /// What findings of one spec are ordered by.
    pub(crate) fn order(&self) -> (usize, usize, &str, &str, &str) {
        (
            self.location.start_line,
            self.location.start_column,
            self.rule.as_str(),
            &self.message,
            &self.fingerprint,
        )
    }
}

/// A place in a spec: 1-based, columns in characters, end exclusive.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Location {
    /// Path relative to the root.
    pub path: String,
    /// First line.
    pub start_line: usize,
    /// First column.
    pub start_column: usize,
    /// Last line.
    pub end_line: usize,
    /// Column after the last character.
    pub end_column: usize,
}
