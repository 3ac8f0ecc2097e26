//! What became worse, for people who read one line.

use serde::{Deserialize, Serialize};

use crate::finding::{RuleId, Severity};
use crate::report::before::BeforeSource;

/// What became worse about a spec, the worst first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Worsening {
    /// The publisher's name is held by somebody else now.
    PublisherReregistered,
    /// Another publisher, which nobody declared.
    PublisherChanged,
    /// It was verified.
    ProvenanceLost,
    /// Not all of it is verified any more.
    ProvenancePartlyLost,
    /// Another publisher, which the same change declares.
    PublisherRedeclared,
    /// Another package.
    PackageSwapped,
    /// The content of the same version.
    ContentChanged,
    /// The spec no longer says whose it must be.
    DeclarationWeakened,
    /// Another workflow.
    WorkflowChanged,
    /// The build.
    BuildWeakened,
    /// The publisher's name.
    PublisherRenamed,
    /// An earlier version has provenance.
    ProvenanceDroppedUpstream,
    /// A file was added by the same publisher: no worsening.
    FileAdded,
}

impl Worsening {
    /// What became of a package, as in "`x` lost its provenance".
    pub const fn words(self) -> &'static str {
        match self {
            Self::PublisherReregistered => {
                "comes from a publisher that was deleted and created again"
            }
            Self::PublisherChanged => "is now published by somebody else",
            Self::ProvenanceLost => "lost its provenance",
            Self::ProvenancePartlyLost => "lost the provenance of some of its files",
            Self::PublisherRedeclared => {
                "is now published by somebody else, whom this change declares"
            }
            Self::PackageSwapped => "is another package than before",
            Self::ContentChanged => "has other content under the same version",
            Self::DeclarationWeakened => "no longer declares its publisher as it did",
            Self::WorkflowChanged => "was built by another workflow",
            Self::BuildWeakened => "was built in a less trustworthy way",
            Self::PublisherRenamed => "comes from a repository that was renamed",
            Self::ProvenanceDroppedUpstream => "has no provenance, and an earlier version has",
            Self::FileAdded => "has a new file of the same publisher",
        }
    }

    /// What a finding of `rule` says, where it is about what a change makes worse.
    #[expect(
        clippy::wildcard_enum_match_arm,
        reason = "every other rule is about the spec as it is"
    )]
    pub const fn of_rule(rule: RuleId) -> Option<Self> {
        match rule {
            RuleId::ProvenanceLost => Some(Self::ProvenanceLost),
            RuleId::PublisherChanged => Some(Self::PublisherChanged),
            RuleId::PublisherReregistered => Some(Self::PublisherReregistered),
            RuleId::PublisherRedeclared => Some(Self::PublisherRedeclared),
            RuleId::PublisherRenamed => Some(Self::PublisherRenamed),
            RuleId::DeclarationWeakened => Some(Self::DeclarationWeakened),
            RuleId::PackageSwapped => Some(Self::PackageSwapped),
            RuleId::WorkflowChanged => Some(Self::WorkflowChanged),
            RuleId::BuildWeakened => Some(Self::BuildWeakened),
            _ => None,
        }
    }

    /// Whether a reviewer has to hear of it first.
    pub const fn is_worse(self) -> bool {
        !matches!(self, Self::FileAdded)
    }
}

/// Something that became worse about one spec.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Worse {
    /// Since what.
    pub since: BeforeSource,
    /// How bad it is taken to be.
    pub severity: Severity,
    /// What.
    pub what: Worsening,
}
