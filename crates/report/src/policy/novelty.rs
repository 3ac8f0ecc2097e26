//! Which specs are new: those that were not there before, or pinned another package.

use std::collections::BTreeSet;

use jiff::Timestamp;

use super::blocks::Blocks;
use super::evaluate::{Facts, Judged, Subject};
use super::package_name::PackageName;
use super::require::Requirement;
use crate::spec::{self, SpecFile, SpecPackage};
use package_provenance::package::PackageVersion;
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

    /// What a requirement judges of `spec`.
    pub(crate) fn subject<'a>(
        &self,
        spec: &'a SpecFile,
        package: Option<(&'a SpecPackage, &'a Observed)>,
        now: Timestamp,
    ) -> Subject<'a> {
        Subject {
            path: &spec.path,
            judged: package.map(|(package, observed)| Judged {
                package: &package.package,
                span: package.version_span,
                facts: Facts::of(observed),
            }),
            new: self.of(&spec.path),
            now,
        }
    }
}

/// Whether what a spec pins now is another package than `before` pinned. A spec that was not there, or
/// of which nobody could say what it pinned, pinned none.
pub fn is_new(before: Option<&SpecFile>, now: Option<&PackageVersion>) -> bool {
    let pinned = before.and_then(|before| match &before.subject {
        spec::Subject::Package(package) => Some(PackageName::of(&package.package)),
        spec::Subject::Skill(_) | spec::Subject::Unusable => None,
    });
    now.map(PackageName::of) != pinned
}
