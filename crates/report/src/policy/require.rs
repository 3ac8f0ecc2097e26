//! `[[require]]`: what a spec's package must have.
//!
//! There is no precedence: within a block every selector must match, in a list one value is enough, and
//! every block that selects a spec must be met. So the order of blocks means nothing, and another block can
//! only tighten.

use super::min_age::MinAge;
use super::package_name::{Origin, PackageName};
use super::pattern::Pattern;
use crate::finding::Span;
use package_provenance::verify::Status;

/// How much evidence a requirement asks for; more is greater.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum EvidenceLevel {
    /// None at all: for blocks that only ask for something else, such as a waiting time.
    None,
    /// The registry's signature, or a checksum log: integrity, not origin.
    Signed,
    /// Some files of the release are attested.
    Partial,
    /// All of them are, by one publisher.
    Verified,
}

impl EvidenceLevel {
    /// Every level, lowest first.
    pub const ALL: [Self; 4] = [Self::None, Self::Signed, Self::Partial, Self::Verified];

    /// The word of the configuration.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Signed => "signed",
            Self::Partial => "partial",
            Self::Verified => "verified",
        }
    }

    /// The level that a status stands for; none where it says nothing about the evidence, because it
    /// could not be determined, fails by itself, or there is nothing to ask for.
    pub const fn of(status: Status) -> Option<Self> {
        match status {
            Status::Verified => Some(Self::Verified),
            Status::Partial => Some(Self::Partial),
            Status::Signed | Status::Pinned => Some(Self::Signed),
            Status::None => Some(Self::None),
            Status::Invalid
            | Status::NotFound
            | Status::Unknown
            | Status::Malformed
            | Status::NotApplicable => None,
        }
    }

    /// The most that can be proven of what comes from there. Go has checksums and no provenance, and of a
    /// skill its commit is all that can be.
    pub const fn most_of(origin: Origin) -> Self {
        match origin {
            Origin::Npm | Origin::Pypi => Self::Verified,
            Origin::Go | Origin::Git => Self::Signed,
        }
    }
}

/// A `[[require]]` block. Empty lists ask for nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Requirement {
    /// Where `[[require]]` stands.
    pub span: Span,
    /// `paths`: it holds for specs that any of these matches.
    pub paths: Vec<Pattern>,
    /// `except`: it does not hold for those.
    pub except: Vec<Pattern>,
    /// `packages`: it holds for packages that any of these matches.
    pub packages: Vec<Pattern>,
    /// `new`: it holds only for specs that are new, or whose package changes.
    pub new: bool,
    /// `evidence`.
    pub evidence: EvidenceLevel,
    /// `evidence-strict`: also where the ecosystem can prove less.
    pub evidence_strict: bool,
    /// `min-age`.
    pub min_age: Option<MinAge>,
    /// `slsa`: the lowest SLSA build level.
    pub slsa: Option<u8>,
    /// `publishers`.
    pub publishers: Vec<Pattern>,
    /// `workflows`.
    pub workflows: Vec<Pattern>,
    /// `refs`.
    pub refs: Vec<Pattern>,
    /// `triggers`, compared exactly.
    pub triggers: Vec<String>,
    /// `runners`, compared exactly.
    pub runners: Vec<String>,
}

impl Requirement {
    /// The block that holds for every spec and asks for verified evidence.
    pub fn at(span: Span) -> Self {
        Self {
            span,
            paths: Vec::new(),
            except: Vec::new(),
            packages: Vec::new(),
            new: false,
            evidence: EvidenceLevel::Verified,
            evidence_strict: false,
            min_age: None,
            slsa: None,
            publishers: Vec::new(),
            workflows: Vec::new(),
            refs: Vec::new(),
            triggers: Vec::new(),
            runners: Vec::new(),
        }
    }

    /// The line of `[[require]]` in the configuration.
    pub const fn line(&self) -> usize {
        self.span.start_line
    }

    /// Whether it holds for the spec at `path`, whose package is `package` if it can be read. `new`
    /// is not looked at.
    pub fn selects(&self, path: &str, package: Option<&PackageName>) -> bool {
        let any = |patterns: &[Pattern]| patterns.iter().any(|pattern| pattern.matches(path));
        (self.paths.is_empty() || any(&self.paths))
            && !any(&self.except)
            && (self.packages.is_empty()
                || package.is_some_and(|package| {
                    let mut patterns = self.packages.iter();
                    patterns.any(|pattern| pattern.matches_package(package))
                }))
    }

    /// The evidence that it asks of what comes from `origin`.
    pub fn evidence_of(&self, origin: Origin) -> EvidenceLevel {
        if self.evidence_strict {
            self.evidence
        } else {
            self.evidence.min(EvidenceLevel::most_of(origin))
        }
    }
}
