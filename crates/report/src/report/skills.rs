//! Skills in tables: many of one kind are one line, so that what is wrong with one is seen.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use super::SpecReport;
use crate::finding::{Finding, RuleId};
use package_provenance::verify::Status;

/// Skills of a report that are told together.
pub(super) struct Skills<'a> {
    groups: Vec<Vec<&'a SpecReport>>,
}

impl<'a> Skills<'a> {
    /// Groups of at least two skills that nothing is wrong with, or of which the same is not known; what
    /// somebody has accepted of some stands apart from what is open of others.
    pub(super) fn of(specs: &'a [SpecReport]) -> Self {
        let mut groups: BTreeMap<_, Vec<&SpecReport>> = BTreeMap::new();
        for spec in specs {
            if let Some(key) = key(spec) {
                groups.entry(key).or_default().push(spec);
            }
        }
        let groups = groups.into_values().filter(|group| group.len() > 1);
        Self {
            groups: groups.collect(),
        }
    }

    /// The groups, each with its specs in path order.
    pub(super) fn groups(&self) -> impl Iterator<Item = &[&'a SpecReport]> {
        self.groups.iter().map(Vec::as_slice)
    }

    /// Whether `spec` is told by itself.
    pub(super) fn is_alone(&self, spec: &SpecReport) -> bool {
        !self.groups().flatten().any(|one| one.path == spec.path)
    }

    /// `finding` of `spec` as it is told: with the number of skills that it holds for too, and not at all
    /// where it was told of another one.
    pub(super) fn told<'f>(
        &self,
        spec: &SpecReport,
        finding: &'f Finding,
    ) -> Option<Cow<'f, Finding>> {
        let found = |group: &&[&SpecReport]| group.iter().any(|one| one.path == spec.path);
        let Some(group) = self.groups().find(found) else {
            return Some(Cow::Borrowed(finding));
        };
        let first = group.first().is_some_and(|first| first.path == spec.path);
        first.then(|| {
            let more = group.len().saturating_sub(1);
            let plural = if more == 1 { "" } else { "s" };
            Cow::Owned(Finding {
                message: format!(
                    "{} The same holds for {more} more skill{plural}.",
                    finding.message
                ),
                ..finding.clone()
            })
        })
    }
}

/// How many repositories the skills of a group come from.
pub(super) fn repositories(group: &[&SpecReport]) -> usize {
    let names: BTreeSet<Option<&str>> = group.iter().map(|it| it.package.as_deref()).collect();
    names.len()
}

/// What skills that are told together have in common; none where `spec` is told by itself.
fn key(spec: &SpecReport) -> Option<(Status, Option<(&str, bool)>)> {
    let is_package = matches!(spec.protocol.as_str(), "npx" | "uvx" | "go");
    match (spec.status, spec.findings.as_slice()) {
        _ if is_package => None,
        (Status::Pinned, []) => Some((spec.status, None)),
        (Status::Unknown, [only]) if only.rule == RuleId::VerificationIncomplete => {
            Some((spec.status, Some((&only.message, only.exempted.is_some()))))
        }
        _ => None,
    }
}
