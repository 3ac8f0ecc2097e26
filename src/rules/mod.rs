//! The rules: what can be said about a spec, and the pure functions that say it.

mod build;
pub mod catalogue;
mod declaration;
mod descriptions;
mod environment;
mod evidence;
pub mod explain;
mod issuer;
pub mod overrides;
mod partial;
mod pinning;
mod project;
pub mod publisher;
mod registry_words;
mod source;

pub use catalogue::{RuleId, Severity};
pub use descriptions::Explanation;
pub(crate) use evidence::causes;

use std::collections::BTreeSet;

use crate::spec::{Span, SpecPackage};
use crate::verify::Observed;

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

/// Compares what `spec` declares with what was observed. `instance` is the Sigstore instance that
/// verified, where it is a known one.
///
/// Only what a [`crate::verify::Verified`] certificate says is compared: nothing that could not be
/// verified is reported as matching or as different. Every build is compared, whatever the status, so
/// that no file of a release hides behind another that fails, is missing or comes from elsewhere; what
/// several builds have in common is said once.
pub fn compare(spec: &SpecPackage, observed: &Observed, instance: Option<&str>) -> Vec<Draft> {
    let mut drafts = evidence::check(spec, observed);
    drafts.extend(registry_words::check(spec, &observed.words));
    drafts.extend(pinning::check(spec, observed));
    drafts.extend(environment::check(spec));
    let unknown: BTreeSet<&str> = observed.unknown_issuers().collect();
    for issuer in unknown {
        drafts.extend(issuer::check(&spec.declared, issuer));
    }
    for build in &observed.builds {
        let build = build.get();
        let of_build = publisher::check(&spec.declared, build, instance)
            .into_iter()
            .chain(source::check(spec, build))
            .chain(build::check(spec, build))
            .chain(pinning::of_build(&spec.declared, build));
        for draft in of_build {
            let said = drafts
                .iter()
                .any(|known| known.rule == draft.rule && known.route == draft.route);
            if !said {
                drafts.push(draft);
            }
        }
    }
    drafts
}
