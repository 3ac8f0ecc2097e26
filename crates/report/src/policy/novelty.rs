//! Which specs are new: those that were not there before, or pinned another package.

use std::collections::BTreeSet;

use jiff::Timestamp;

use super::blocks::Blocks;
use super::evaluate::{Facts, Judged, Subject};
use super::package_name::PackageName;
use super::pin::Pin;
use super::require::Requirement;
use crate::spec::{self, SpecFile};
use package_provenance::verify::Observed;

/// What is known of how it was before.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Novelty {
    /// Nothing: there is no base.
    #[default]
    NoBase,
    /// Which specs are new; every other one is not.
    New(BTreeSet<String>),
}

impl Novelty {
    /// Whether the spec at `path` is new, where that is known.
    pub fn of(&self, path: &str) -> Option<bool> {
        match self {
            Self::NoBase => None,
            Self::New(new) => Some(new.contains(path)),
        }
    }

    /// What is to be said of requirements that hold for new specs only, where it is not known which are.
    pub fn unjudged(&self, blocks: &Blocks) -> Option<String> {
        let lines: Vec<usize> = blocks
            .requirements
            .iter()
            .filter(|requirement| requirement.new)
            .map(Requirement::line)
            .collect();
        (*self == Self::NoBase && !lines.is_empty()).then(|| {
            format!(
                "requirements for new packages ({}) were not judged: this run has no base that shows which are new",
                blocks.places(&lines)
            )
        })
    }

    /// What a requirement judges of the spec at `path`, which pins `pin`.
    pub(crate) fn subject<'a>(
        &self,
        spec: &'a SpecFile,
        pin: Option<&'a Pin>,
        observed: Option<&'a Observed>,
        now: Timestamp,
    ) -> Subject<'a> {
        let place = match &spec.subject {
            spec::Subject::Package(package) => Some(("spec.version", package.version_span)),
            spec::Subject::Skill(skill) => Some(("spec.ref", skill.ref_span)),
            spec::Subject::Unusable => None,
        };
        let judged = pin.zip(observed).zip(place);
        Subject {
            path: &spec.path,
            judged: judged.map(|((package, observed), (route, span))| Judged {
                package,
                route,
                span,
                facts: Facts::of(observed),
            }),
            overrides: Vec::new(),
            new: self.of(&spec.path),
            now,
        }
    }
}

/// Whether what a spec pins now is another package than `before` pinned. A spec that was not there, or
/// of which nobody could say what it pinned, pinned none. Another folder of a repository is another skill.
pub fn is_new(before: Option<&SpecFile>, now: Option<&SpecFile>) -> bool {
    let name = |spec: &SpecFile| {
        let folder = match &spec.subject {
            spec::Subject::Skill(skill) => Some(skill.folder.path.clone()),
            spec::Subject::Package(_) | spec::Subject::Unusable => None,
        };
        Some((PackageName::of(&Pin::of(spec)?), folder))
    };
    now.and_then(name) != before.and_then(name)
}
