//! The rules: what can be said about a spec, and the pure functions that say it.

mod about;
pub(crate) mod build;
mod declaration;
mod environment;
mod evidence;
mod go;
mod issuer;
pub mod overrides;
mod partial;
mod pinning;
pub(crate) mod platform;
mod project;
pub mod publisher;
mod registry_words;
pub mod skill;
mod source;

use std::collections::BTreeSet;

pub use evidence::causes;

use crate::finding::Draft;
use crate::spec::SpecPackage;
use package_provenance::verify::Observed;

/// Compares what `spec` declares with what was observed. `instance` is the Sigstore instance that
/// verified, where it is a known one.
///
/// Only what a [`package_provenance::verify::Verified`] certificate says is compared: nothing that could not be
/// verified is reported as matching or as different. Every build is compared, whatever the status, so
/// that no file of a release hides behind another that fails, is missing or comes from elsewhere; what
/// several builds have in common is said once.
pub fn compare(spec: &SpecPackage, observed: &Observed, instance: Option<&str>) -> Vec<Draft> {
    let mut drafts = evidence::check(spec, observed);
    drafts.extend(registry_words::check(spec, &observed.words));
    drafts.extend(go::check(spec, observed));
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
            // Two builds may differ from the spec in the same key, and from each other.
            if !drafts.contains(&draft) {
                drafts.push(draft);
            }
        }
    }
    drafts
}
