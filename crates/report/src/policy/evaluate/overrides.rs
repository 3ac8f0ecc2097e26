//! What is asked of what is installed in place of a dependency: that it has waited.

use super::{EvidenceLevel, Miss, Requirement, Subject, too_recent};
use crate::finding::RuleId;
use crate::report::requirements::Unjudged;

/// The overrides of `subject` that have not waited as long as `requirement` asks, by their place in the
/// list. Of one that could not be looked at a finding of its own says so.
pub(super) fn check(
    requirement: &Requirement,
    subject: &Subject<'_>,
) -> Vec<(usize, RuleId, Miss)> {
    let Some(min_age) = &requirement.min_age else {
        return Vec::new();
    };
    let overrides = subject.overrides.iter().enumerate();
    let missed = overrides.filter_map(|(at, one)| {
        EvidenceLevel::of(one.facts.status)?;
        let miss = too_recent(min_age, one.facts.published, subject.now)?;
        let rule = match &miss {
            Miss::Unmet { rule, .. } => *rule,
            Miss::Undetermined { .. } => RuleId::VerificationIncomplete,
        };
        Some((at, rule, miss))
    });
    missed.collect()
}

/// The result of a requirement of which an override has `miss`.
pub(super) const fn with(
    result: (Option<bool>, Option<Unjudged>),
    miss: &Miss,
) -> (Option<bool>, Option<Unjudged>) {
    match (result, miss) {
        ((Some(false), _), _) | (_, Miss::Unmet { .. }) => (Some(false), None),
        (_, Miss::Undetermined { .. }) => (None, Some(Unjudged::Undetermined)),
    }
}
