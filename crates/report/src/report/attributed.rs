//! A report together with who answers for it, and the words that follow from that.
//!
//! Formats that programs act on (JSON, SARIF, annotations) take a [`Report`], so that a report which
//! somebody else wrote cannot be given to them. Formats for people take an [`Attributed`] one and get
//! from it every word that states a proof: "verified" is said by whoever verified.

use std::ops::Deref;

use super::foreign::ForeignReport;
use super::model::Report;
use super::style::{Color, word};
use crate::report::OverrideStatus;
use package_provenance::verify::Status;

/// A report as formats for people take it: this run's own, or another run's.
#[derive(Debug, Clone, Copy)]
pub struct Attributed<'a> {
    report: &'a Report,
    author: Author,
}

/// Who answers for a report.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Author {
    /// This program, in this run.
    ThisRun,
    /// Whoever could write the report of another run.
    AnotherRun,
}

impl<'a> From<&'a Report> for Attributed<'a> {
    fn from(report: &'a Report) -> Self {
        Self {
            report,
            author: Author::ThisRun,
        }
    }
}

impl<'a> From<&'a ForeignReport> for Attributed<'a> {
    fn from(report: &'a ForeignReport) -> Self {
        Self {
            report: report.claims(),
            author: Author::AnotherRun,
        }
    }
}

impl Deref for Attributed<'_> {
    type Target = Report;

    /// Counts, verdict, findings: what is the same whoever wrote it.
    fn deref(&self) -> &Report {
        self.report
    }
}

impl<'a> Attributed<'a> {
    /// What it says: counts, verdict, findings.
    pub const fn report(self) -> &'a Report {
        self.report
    }

    pub(super) const fn author(self) -> Author {
        self.author
    }
}

impl Author {
    /// What stands above everything of a report by somebody else.
    pub(super) const fn warning(self) -> Option<&'static str> {
        match self {
            Self::ThisRun => None,
            Self::AnotherRun => Some(
                "this is another run's report, and nothing in it was verified here. \
                 Whoever can change that run's workflow can change everything it says.",
            ),
        }
    }

    /// What a status is called.
    pub(super) const fn status(self, status: Status) -> &'static str {
        match (self, status) {
            (Self::AnotherRun, Status::Verified) => "said to be verified",
            (Self::ThisRun | Self::AnotherRun, status) => word(status),
        }
    }

    /// What came of an override.
    pub(super) const fn override_status(self, status: OverrideStatus) -> &'static str {
        match status {
            OverrideStatus::Of(status) => self.status(status),
            OverrideStatus::NotJudged => "not judged",
            OverrideStatus::Refused => "refused",
        }
    }

    /// Added to the name of a fact.
    pub(super) const fn as_told(self) -> &'static str {
        match self {
            Self::ThisRun => "",
            Self::AnotherRun => ", as reported",
        }
    }

    /// The colour of a pass: nothing is green that was not verified here.
    pub(super) const fn pass(self) -> Color {
        match self {
            Self::ThisRun => Color::Green,
            Self::AnotherRun => Color::Blue,
        }
    }
}
