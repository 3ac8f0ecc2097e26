//! Which specs are new: those that were not there before, or pinned another package.

use std::collections::BTreeSet;

use jiff::Timestamp;

use super::blocks::Blocks;
use super::evaluate::{Facts, Judged, Subject};
use super::package_name::PackageName;
use super::pin::Pin;
use super::require::Requirement;
use crate::drift::Key;
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
/// of which nobody could say what it pinned, pinned none. Another folder of a repository is another skill;
/// another major version of a Go module is the same package, although its path is another one.
pub fn is_new(before: Option<&SpecFile>, now: Option<&SpecFile>) -> bool {
    now.and_then(Known::of) != before.and_then(Known::of)
}

/// What makes a spec the one that it was.
#[derive(PartialEq)]
enum Known {
    Package(Key),
    Skill {
        repository: PackageName,
        folder: String,
    },
}

impl Known {
    fn of(spec: &SpecFile) -> Option<Self> {
        match &spec.subject {
            spec::Subject::Package(package) => Some(Self::Package(Key::of(&package.package))),
            spec::Subject::Skill(skill) => Some(Self::Skill {
                repository: PackageName::of(&Pin::of(spec)?),
                folder: skill.folder.path.to_string(),
            }),
            spec::Subject::Unusable => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::spec::parse;

    /// Another folder of the same commit is another skill.
    #[test]
    fn another_folder_of_a_repository_is_new() {
        let skill = |path: &str, commit: char| {
            let text = format!(
                "metadata:\n  name: a\nspec:\n  repository: https://github.com/acme/skills\n  ref: {}\n  path: {path}\n",
                commit.to_string().repeat(40)
            );
            parse::parse("skills/a/spec.yaml", text.as_bytes())
        };
        let before = skill("skills/one", 'a');
        assert!(Pin::of(&before).is_some(), "{before:?}");
        assert!(is_new(Some(&before), Some(&skill("skills/two", 'a'))));
        assert!(!is_new(Some(&before), Some(&skill("skills/one", 'b'))));
        assert!(is_new(None, Some(&before)));
    }

    /// Its path has another number at its end, and an update is no new package.
    #[test]
    fn another_major_version_of_a_go_module_is_not_new() {
        let go = |package: &str, version: &str| {
            let text = format!(
                "metadata:\n  name: a\n  protocol: go\nspec:\n  package: {package}\n  version: {version}\n"
            );
            parse::parse("go/a/spec.yaml", text.as_bytes())
        };
        let before = go("github.com/acme/widget/v2/cmd/widget", "v2.1.0");
        assert!(Pin::of(&before).is_some(), "{before:?}");
        let next = go("github.com/acme/widget/v3/cmd/widget", "v3.0.0");
        assert!(!is_new(Some(&before), Some(&next)));
        let first = go("github.com/acme/widget/cmd/widget", "v1.9.0");
        assert!(!is_new(Some(&first), Some(&before)));
        // Another command, and an owner whose name looks like a major version.
        let other = go("github.com/acme/widget/v3/cmd/other", "v3.0.0");
        assert!(is_new(Some(&before), Some(&other)));
        let owner = |major: u8| {
            let version = format!("v{major}.0.0+incompatible");
            go(&format!("github.com/v{major}/widget"), &version)
        };
        assert!(is_new(Some(&owner(2)), Some(&owner(3))));
    }
}
