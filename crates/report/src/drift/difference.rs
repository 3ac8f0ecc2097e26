//! One difference.

use super::worse::Worsening;
use crate::finding::{Draft, RuleId, Severity};
use crate::policy::Policy;

/// One difference between what is remembered and what is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    /// The finding.
    pub draft: Draft,
    /// How loud it is.
    pub loudness: Loudness,
    /// Rules of this run alone that say the same: where one of them does, at least as loudly, this is
    /// not said on top.
    pub unless: Vec<RuleId>,
    /// What it makes worse, in a word.
    pub worsening: Worsening,
    /// In which way, where one word stands for several.
    pub detail: String,
}

/// The severity of a difference.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Loudness {
    /// The rule's.
    OfRule,
    /// An error, unless a severity is configured for the rule.
    Error,
    /// A note, whatever is configured.
    Note,
}

impl Difference {
    /// A difference with the rule's severity.
    pub(super) fn new(worsening: Worsening, draft: Draft, unless: &[RuleId]) -> Self {
        Self {
            draft,
            loudness: Loudness::OfRule,
            unless: unless.to_vec(),
            worsening,
            detail: String::new(),
        }
    }

    /// Whether another memory's difference says this one, as loudly.
    pub(super) fn is_as(&self, other: &Self) -> bool {
        self.worsening == other.worsening
            && self.loudness == other.loudness
            && self.detail == other.detail
    }

    /// Its severity under `policy`.
    pub fn severity(&self, policy: &Policy) -> Severity {
        let of_rule = policy.severity(self.draft.rule);
        match self.loudness {
            Loudness::OfRule => of_rule,
            Loudness::Error if policy.severities.contains_key(&self.draft.rule) => of_rule,
            Loudness::Error => Severity::Error,
            Loudness::Note => of_rule.min(Severity::Note),
        }
    }

    /// Whether one of `standing` says the same under `policy`, at least as loudly.
    pub fn is_said_by(&self, standing: &[Draft], policy: &Policy) -> bool {
        let severity = self.severity(policy);
        standing.iter().any(|draft| {
            self.unless.contains(&draft.rule) && policy.severity(draft.rule) >= severity
        })
    }
}
