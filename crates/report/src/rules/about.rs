//! Drafts by what they are about.

use crate::finding::{Draft, RuleId};
use crate::spec::SpecPackage;

/// A draft about the pinned version.
pub(super) fn about_version(
    spec: &SpecPackage,
    rule: RuleId,
    message: String,
    help: &str,
) -> Draft {
    Draft {
        rule,
        route: "spec.version".to_owned(),
        span: spec.version_span,
        message,
        help: help.to_owned(),
    }
}
