//! From drafts to findings, from findings to the verdict. Pure.
//!
//! The verdict answers two questions separately. *Is something wrong?* A finding at or above
//! [`Policy::fail_on`] says so: [`Verdict::Fail`]. *Is something not known?* A spec whose status
//! is `unknown`, or a `verification-incomplete` finding whatever its severity, says so:
//! [`Verdict::Inconclusive`], unless [`Policy::fail_on_unknown`] is off. Where both hold the first
//! wins, because it is the one a person can act on.
//!
//! A spec that claims attestations asks for a comparison. Where that cannot be made, the run is
//! inconclusive with [`Policy::fail_on_unknown`] off too: it is for packages of which nothing can be
//! known, such as those of an ecosystem that is not supported, and an outage of the registry must not
//! pass for the evidence that a spec counts on. Only [`FailOn::Never`] takes that away, which asks for
//! a report and no gate.
//!
//! Severities can be configured; what is not known cannot be configured away with them. Lowering
//! `verification-incomplete` to a note changes its colour, not the verdict: the status still
//! counts. Nothing looked at is not a pass either, nor is a spec that is in trouble by its status
//! and has no finding that says why.

pub mod accept;
pub mod blocks;
pub mod evaluate;
pub mod exempt;
mod findings;
pub mod min_age;
pub mod novelty;
pub mod package_name;
pub mod pattern;
pub mod pin;
pub mod read;
pub mod require;
pub mod show;
pub mod usage;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use self::blocks::Blocks;
use self::findings::{in_order, numbered};
use crate::finding::{Draft, Finding, Location, RuleId, Severity, Span};
use crate::report::overrides::{OverrideRecord, OverrideStatus};
use crate::report::requirements::Unjudged;
use crate::report::spec::SpecReport;
use package_provenance::verify::Status;

/// Findings at or above this fail the run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum FailOn {
    /// Errors.
    #[default]
    Error,
    /// Warnings and errors.
    Warning,
    /// Every finding.
    Note,
    /// No finding: the run reports only.
    Never,
}

impl FailOn {
    /// Every value, strictest last but one.
    pub const ALL: [Self; 4] = [Self::Error, Self::Warning, Self::Note, Self::Never];

    /// The word used in reports, configuration and arguments.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Warning => "warning",
            Self::Note => "note",
            Self::Never => "never",
        }
    }

    /// The value of a word.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|value| value.as_str() == word)
    }

    /// Whether a finding of this severity fails the run.
    pub fn includes(self, severity: Severity) -> bool {
        match self {
            Self::Error => severity >= Severity::Error,
            Self::Warning => severity >= Severity::Warning,
            Self::Note => true,
            Self::Never => false,
        }
    }

    /// What it means that `fail-on-unknown` is false, as the end of a sentence.
    pub const fn unknown_passes(self) -> &'static str {
        match self {
            Self::Never => ": what cannot be determined does not fail",
            Self::Error | Self::Warning | Self::Note => {
                ": what cannot be determined does not fail, unless its spec claims attestations"
            }
        }
    }
}

/// The result of a whole run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Verdict {
    /// Nothing at or above the threshold, everything determined: exit 0.
    Pass,
    /// Findings at or above the threshold: exit 1.
    Fail,
    /// Something could not be determined: exit 3.
    Inconclusive,
}

impl Verdict {
    /// The word used in reports.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Pass => "pass",
            Self::Fail => "fail",
            Self::Inconclusive => "inconclusive",
        }
    }
}

/// What makes a run pass.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Policy {
    /// Findings at or above this fail.
    pub fail_on: FailOn,
    /// Whether what could not be determined makes the run inconclusive, where no spec claims
    /// attestations of it.
    pub fail_on_unknown: bool,
    /// Severities that differ from the catalogue's.
    pub severities: BTreeMap<RuleId, Severity>,
    /// What is required and exempted.
    pub blocks: Blocks,
}

impl Default for Policy {
    fn default() -> Self {
        Self {
            fail_on: FailOn::Error,
            fail_on_unknown: true,
            severities: BTreeMap::new(),
            blocks: Blocks::default(),
        }
    }
}

/// How many specs stand in the way of a pass, and why.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Tally {
    /// Specs with at least one finding that fails the run.
    pub failing_specs: usize,
    /// Specs about which something could not be determined.
    pub undetermined_specs: usize,
    /// Those of them that claim attestations, or of which a requirement asks for evidence, so that they
    /// count whatever may be unknown; none where nothing fails the run.
    pub undetermined_claims: usize,
    /// Those of these that claim nothing themselves: only a requirement asks for their evidence.
    pub undetermined_required: usize,
}

impl Tally {
    /// Counts `specs` against the threshold. `verification-incomplete` counts as undetermined,
    /// never as failing.
    pub fn of<'a>(
        specs: impl IntoIterator<Item = &'a SpecReport, IntoIter: Clone>,
        fail_on: FailOn,
    ) -> Self {
        let specs = specs.into_iter();
        let asked_for = specs.clone().filter(|spec| {
            let spec: &SpecReport = spec;
            fail_on != FailOn::Never && is_asked_for(spec) && is_open(spec)
        });
        Self {
            failing_specs: specs.clone().filter(|spec| fails(spec, fail_on)).count(),
            undetermined_specs: specs.filter(|spec| is_open(spec)).count(),
            undetermined_claims: asked_for.clone().count(),
            undetermined_required: asked_for.filter(|spec| !spec.claimed).count(),
        }
    }
}

fn fails(spec: &SpecReport, fail_on: FailOn) -> bool {
    spec.findings.iter().any(|finding| {
        finding.rule != RuleId::VerificationIncomplete
            && finding.exempted.is_none()
            && fail_on.includes(finding.severity)
    })
}

/// Whether somebody counts on the evidence of `spec`: the spec itself, or a requirement that could not be
/// judged without it.
fn is_asked_for(spec: &SpecReport) -> bool {
    let mut requirements = spec.requirements.iter();
    spec.claimed || requirements.any(|one| one.unjudged == Some(Unjudged::Undetermined))
}

/// Whether something about `spec` could not be determined and nobody has accepted that. Only what this
/// program cannot verify at all can be accepted.
fn is_open(spec: &SpecReport) -> bool {
    let incomplete = |finding: &&Finding| finding.rule == RuleId::VerificationIncomplete;
    let mut incomplete = spec.findings.iter().filter(incomplete).peekable();
    let accepted =
        incomplete.peek().is_some() && incomplete.all(|finding| finding.exempted.is_some());
    undetermined(spec) && !accepted
}

/// Whether something about `spec` could not be determined: by its status, by a finding, or because
/// its status is one of trouble and no finding says why.
pub fn undetermined(spec: &SpecReport) -> bool {
    let unexplained = spec.findings.is_empty()
        && matches!(
            spec.status,
            Status::Partial | Status::Invalid | Status::NotFound | Status::Malformed
        );
    // A spec that cannot be used was not looked at, whatever severity its findings were given.
    let unread = spec.status == Status::Malformed
        && !spec
            .findings
            .iter()
            .any(|finding| finding.severity == Severity::Error);
    let open = |one: &OverrideRecord| undetermined_override(spec, one);
    spec.status == Status::Unknown
        || spec.overrides.iter().any(open)
        || unexplained
        || unread
        || spec
            .findings
            .iter()
            .any(|finding| finding.rule == RuleId::VerificationIncomplete)
}

/// The same of what is installed in place of a dependency; a range is not judged, and not in doubt.
fn undetermined_override(spec: &SpecReport, one: &OverrideRecord) -> bool {
    let explained = || {
        let mut findings = spec.findings.iter();
        findings.any(|finding| finding.location == one.location)
    };
    match one.status {
        OverrideStatus::NotJudged
        | OverrideStatus::Of(Status::Verified | Status::Partial | Status::Signed | Status::None) => {
            false
        }
        OverrideStatus::Refused | OverrideStatus::Of(Status::Invalid | Status::NotFound) => {
            !explained()
        }
        OverrideStatus::Of(
            Status::Pinned | Status::Unknown | Status::Malformed | Status::NotApplicable,
        ) => true,
    }
}

/// `span` in the spec at `path`.
pub fn location(path: &str, span: Span) -> Location {
    Location {
        path: path.to_owned(),
        start_line: span.start_line,
        start_column: span.start_column,
        end_line: span.end_line,
        end_column: span.end_column,
    }
}

impl Policy {
    /// The severity of a rule under this policy.
    pub fn severity(&self, rule: RuleId) -> Severity {
        self.severities
            .get(&rule)
            .copied()
            .unwrap_or_else(|| rule.default_severity())
    }

    /// The severity of a draft: that of its rule, but no less than an error for what `provenance` says
    /// and nobody can read, be it a key or a value. It is a declaration, or the misspelt half of one,
    /// that would not be compared, and whoever can change a configuration must not hide that.
    fn severity_of(&self, draft: &Draft) -> Severity {
        let configured = self.severity(draft.rule);
        let unread = matches!(draft.rule, RuleId::UnknownKey | RuleId::SpecInvalid);
        let of_provenance = draft.route == "provenance" || draft.route.starts_with("provenance.");
        if unread && of_provenance {
            configured.max(Severity::Error)
        } else {
            configured
        }
    }

    /// One draft as a finding of the spec at `path`. Where a spec has several drafts use
    /// [`Policy::findings`], which keeps their fingerprints apart.
    pub fn finding(&self, path: &str, package: Option<&str>, draft: &Draft) -> Finding {
        numbered(path, package, draft, self.severity_of(draft), 0)
    }

    /// The drafts of the spec at `path` as findings, in location order, each with its own
    /// fingerprint.
    pub fn findings(&self, path: &str, package: Option<&str>, drafts: &[Draft]) -> Vec<Finding> {
        let severity_of = |draft: &Draft| self.severity_of(draft);
        let drafts = drafts.iter().map(|draft| (draft, severity_of(draft)));
        in_order(path, package, drafts.collect())
    }

    /// As [`Policy::findings`], where the severity of some is decided already.
    pub fn weighed(
        &self,
        path: &str,
        package: Option<&str>,
        drafts: &[(Draft, Option<Severity>)],
    ) -> Vec<Finding> {
        let severity = |draft, severity: Option<Severity>| {
            (draft, severity.unwrap_or_else(|| self.severity_of(draft)))
        };
        let drafts = drafts
            .iter()
            .map(|(draft, decided)| severity(draft, *decided));
        in_order(path, package, drafts.collect())
    }

    /// The verdict on a whole run.
    pub fn verdict(&self, specs: &[SpecReport]) -> Verdict {
        self.verdict_of(specs)
    }

    /// As [`Self::verdict`], whatever holds the reports. Nothing looked at is no pass.
    pub fn verdict_of<'a>(
        &self,
        specs: impl IntoIterator<Item = &'a SpecReport, IntoIter: Clone>,
    ) -> Verdict {
        let specs = specs.into_iter();
        let tally = Tally::of(specs.clone(), self.fail_on);
        if tally.failing_specs > 0 {
            Verdict::Fail
        } else if specs.clone().next().is_none()
            || tally.undetermined_claims > 0
            || (tally.undetermined_specs > 0 && self.fail_on_unknown)
        {
            Verdict::Inconclusive
        } else {
            Verdict::Pass
        }
    }
}

impl Verdict {
    /// The verdict where the trust material behind it `counts`, or does not: what was verified with
    /// it is then no pass, whatever else may be unknown. What is wrong stays wrong.
    #[must_use]
    pub const fn trusting(self, counts: bool) -> Self {
        match self {
            Self::Pass if !counts => Self::Inconclusive,
            Self::Pass | Self::Fail | Self::Inconclusive => self,
        }
    }
}

/// The exit code of a verdict: 0, 1 or 3 (2 is for usage and configuration errors).
pub const fn exit_code(verdict: Verdict) -> u8 {
    match verdict {
        Verdict::Pass => 0,
        Verdict::Fail => 1,
        Verdict::Inconclusive => 3,
    }
}

#[cfg(test)]
mod tests;
