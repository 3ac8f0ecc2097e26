//! What a report shows of the configuration's requirements and exemptions.

use serde::{Deserialize, Serialize};

use crate::finding::RuleId;

/// A requirement that selects a spec.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RequirementRecord {
    /// The line of the `[[require]]` block in the configuration.
    pub config_line: usize,
    /// Whether the package has what it asks for; nothing where that was not judged.
    pub met: Option<bool>,
    /// Why it was not judged, where it was not.
    #[serde(skip)]
    pub unjudged: Option<Unjudged>,
}

/// Why a requirement was not judged.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Unjudged {
    /// Something that it asks for could not be determined.
    Undetermined,
    /// The spec fails by itself, or has nothing to be judged by.
    ByStatus,
    /// It holds for new packages only, and nothing says which are new.
    NoBase,
}

/// An exemption of the configuration.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ExemptionRecord {
    /// The spec, relative to the root.
    pub path: String,
    /// The package, as in `npm:@scope/name`.
    pub package: String,
    /// The one version that it is for.
    pub version: Option<String>,
    /// What it accepts.
    pub rules: Vec<RuleId>,
    /// Why.
    pub reason: String,
    /// Who answers for it.
    pub owner: String,
    /// The last day on which it holds (UTC), as in `2027-03-31`.
    pub expires: String,
    /// The line of the `[[exempt]]` block in the configuration.
    pub config_line: usize,
    /// What became of it in this run.
    pub state: ExemptionState,
    /// Days to the last day: 0 on it, none after it.
    #[serde(skip)]
    pub days_left: Option<i32>,
}

/// What became of an exemption in a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ExemptionState {
    /// It accepts a finding.
    Used,
    /// It holds, and there is nothing for it to accept.
    Unused,
    /// Its last day is over.
    Expired,
    /// It holds, and this run does not show whether it is of use.
    NotJudged,
}
