//! A finding before the policy gave it a severity.

use super::{RuleId, Span};

/// A finding before the policy has given it a severity: one difference, one draft.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Draft {
    /// The rule that found it.
    pub rule: RuleId,
    /// The YAML route it is about, such as `provenance.attestations.publisher.workflow`. It stays
    /// the same when lines move, so the fingerprint is made from it.
    pub route: String,
    /// Where it is shown.
    pub span: Span,
    /// What is the matter, in one sentence. May hold untrusted text; renderers neutralise it.
    pub message: String,
    /// What to do next.
    pub help: String,
}
