//! Provenance that was there.

use super::difference::Difference;
use super::memory::Memory;
use super::worse::Worsening;
use crate::finding::{Draft, RuleId};
use crate::spec::SpecPackage;
use package_provenance::verify::{Observed, Status};

/// What was verified before and is not now.
pub(super) fn lost(spec: &SpecPackage, observed: &Observed, memory: &Memory) -> Option<Difference> {
    if !memory.is_attested() {
        return None;
    }
    let said_by: &[RuleId] = match observed.status {
        Status::Partial if memory.status == Status::Verified => &[RuleId::PartialAttestations],
        Status::Signed | Status::None => &[RuleId::DeclaredAttestationsMissing],
        Status::Invalid => &[RuleId::AttestationInvalid, RuleId::RegistrySignatureInvalid],
        Status::NotFound => &[RuleId::PackageNotFound],
        Status::Verified
        | Status::Partial
        | Status::Pinned
        | Status::Unknown
        | Status::Malformed
        | Status::NotApplicable => return None,
    };
    let worsening = if observed.status == Status::Partial {
        Worsening::ProvenancePartlyLost
    } else {
        Worsening::ProvenanceLost
    };
    let before = named(memory);
    let draft = Draft {
        rule: RuleId::ProvenanceLost,
        route: "spec.version".to_owned(),
        span: spec.version_span,
        message: format!(
            "{} is {}; {before} is {} {}.",
            spec.package,
            in_words(observed.status),
            in_words(memory.status),
            memory.place()
        ),
        help: format!(
            "A stolen publishing token leaves exactly this trace. Stay on {before}, and find out how {} was published.",
            spec.package
        ),
    };
    Some(Difference::new(worsening, draft, said_by))
}

/// An earlier version of the same line that has provenance, which this one does not.
pub(super) fn dropped_upstream(
    spec: &SpecPackage,
    observed: &Observed,
    memory: &Memory,
) -> Option<Difference> {
    if !memory.is_attested() || !matches!(observed.status, Status::Signed | Status::None) {
        return None;
    }
    let before = named(memory);
    let draft = Draft {
        rule: RuleId::ProvenanceDroppedUpstream,
        route: "spec.version".to_owned(),
        span: spec.version_span,
        message: format!(
            "{} has no provenance, and {before} has, which verifies.",
            spec.package
        ),
        help: format!(
            "Pin {before}, and find out why this version was published another way: a stolen publishing token leaves this trace."
        ),
    };
    let said_by = [RuleId::ProvenanceLost, RuleId::DeclaredAttestationsMissing];
    Some(Difference::new(
        Worsening::ProvenanceDroppedUpstream,
        draft,
        &said_by,
    ))
}

fn named(memory: &Memory) -> String {
    memory
        .package
        .as_ref()
        .map_or_else(|| "what was pinned before".to_owned(), ToString::to_string)
}

const fn in_words(status: Status) -> &'static str {
    match status {
        Status::Verified => "verified",
        Status::Partial => "verified in part",
        Status::Pinned => "a commit of the declared branch",
        Status::Signed => "not attested, only signed by the registry",
        Status::None => "not attested",
        Status::Invalid => "attested by something that fails verification",
        Status::NotFound => "not there",
        Status::Unknown => "unknown",
        Status::Malformed => "unusable",
        Status::NotApplicable => "no package",
    }
}
