//! What the evidence itself says: not found, invalid, missing, undetermined, undeclared.

use std::borrow::Cow;

use super::about::about_version;
use super::{declaration, issuer, partial, project};
use crate::finding::{Draft, RuleId, Span};
use crate::spec::SpecPackage;
use package_provenance::verify::{Evidence, EvidenceKind, Limit, Observed, Outcome, Status};

/// The findings that follow from the evidence.
pub(super) fn check(spec: &SpecPackage, observed: &Observed) -> Vec<Draft> {
    let mut drafts = Vec::new();
    if observed.status == Status::NotFound {
        drafts.push(not_found(spec, observed));
    }
    for evidence in &observed.evidence {
        if let Outcome::Invalid(reason) = &evidence.outcome {
            drafts.push(invalid(spec, evidence, reason));
        }
    }
    drafts.extend(incomplete(spec, observed));
    drafts.extend(signature_missing(spec, observed));
    drafts.extend(provenance_missing(spec, observed));
    drafts.extend(partial::check(spec, observed));
    drafts.extend(undeclared(spec, observed));
    drafts.extend(yanked(spec, observed));
    drafts.extend(yanked_unknown(spec, observed));
    drafts.extend(project::check(spec, observed));
    drafts
}

fn not_found(spec: &SpecPackage, observed: &Observed) -> Draft {
    let cause = observed
        .cause
        .as_deref()
        .unwrap_or("the registry has no such package or version");
    if observed.project_exists {
        return about_version(
            spec,
            RuleId::PackageNotFound,
            format!(
                "{} is not there: {cause}. It was removed, is quarantined, or was never there.",
                spec.package
            ),
            "Check the version. If it was there before, find out why it was removed before you pin another one.",
        );
    }
    about_version(
        spec,
        RuleId::PackageNotFound,
        format!("{} does not exist: {cause}.", spec.package),
        "Check the name and the version. If nobody has registered the name, anybody can.",
    )
}

fn invalid(spec: &SpecPackage, evidence: &Evidence, reason: &str) -> Draft {
    let (rule, what) = failing(evidence.kind);
    let help = match evidence.kind {
        EvidenceKind::GoChecksum => {
            "Do not use this version. The go command refuses it too, unless the checksum database is switched off. Compare with another proxy and with the repository: the proxy's answer was altered, or the tag was moved."
        }
        EvidenceKind::NpmRegistrySignature
        | EvidenceKind::NpmPublishAttestation
        | EvidenceKind::SlsaProvenance
        | EvidenceKind::PypiPublishAttestation
        | EvidenceKind::GitCommit => {
            "Do not use this version. Ask its publisher, through a separate channel, whether the package or only the registry's answer was altered."
        }
    };
    Draft {
        // Neither version nor file name: the fingerprint must survive both.
        route: format!("spec.version[{}]", evidence.kind.as_str()),
        ..about_version(
            spec,
            rule,
            format!(
                "{what} of {} fails verification: {reason}.",
                evidence.artifact
            ),
            help,
        )
    }
}

/// The rule about evidence of this kind that fails, and the evidence in words.
pub(super) const fn failing(kind: EvidenceKind) -> (RuleId, &'static str) {
    match kind {
        EvidenceKind::NpmRegistrySignature => {
            (RuleId::RegistrySignatureInvalid, "The registry's signature")
        }
        EvidenceKind::NpmPublishAttestation | EvidenceKind::PypiPublishAttestation => {
            (RuleId::AttestationInvalid, "The publish attestation")
        }
        EvidenceKind::SlsaProvenance => (RuleId::AttestationInvalid, "The SLSA provenance"),
        EvidenceKind::GoChecksum => (RuleId::AttestationInvalid, "The checksum record"),
        EvidenceKind::GitCommit => (RuleId::ImpostorCommit, "The commit"),
    }
}

/// Why something could not be determined, each cause once; empty where everything was.
pub fn causes(observed: &Observed) -> Vec<Cow<'_, str>> {
    let mut causes: Vec<Cow<'_, str>> = Vec::new();
    // A quarantine has its own finding.
    let undetermined = observed.status == Status::Unknown && !project::quarantined(observed);
    if undetermined {
        causes.extend(observed.cause.as_deref().map(Cow::Borrowed));
    }
    for evidence in &observed.evidence {
        let cause = match &evidence.outcome {
            Outcome::Unknown(cause) => Cow::Borrowed(cause.as_str()),
            Outcome::Unsupported(cause) => Cow::Owned(cause.to_string()),
            Outcome::Verified(_) | Outcome::Absent | Outcome::Invalid(_) => continue,
        };
        if !causes.contains(&cause) {
            causes.push(cause);
        }
    }
    if causes.is_empty() && undetermined {
        causes.push("the evidence is incomplete".into());
    }
    causes
}

/// One finding, however many pieces could not be determined.
fn incomplete(spec: &SpecPackage, observed: &Observed) -> Option<Draft> {
    let causes = causes(observed);
    (!causes.is_empty()).then(|| {
        about_version(
            spec,
            RuleId::VerificationIncomplete,
            format!(
                "The provenance of {} could not be determined: {}.",
                spec.package,
                causes.join("; ")
            ),
            &help(observed),
        )
    })
}

/// What would help: another run only where the cause may be gone by then.
fn help(observed: &Observed) -> String {
    let evidence = observed.evidence.iter();
    let permanent = observed.limit == Limit::Unsupported
        && evidence
            .map(|one| &one.outcome)
            .any(|outcome| matches!(outcome, Outcome::Unsupported(_)));
    if !permanent {
        return "This is neither a pass nor a failure: treat the version as unverified until the cause is gone. Another run helps only against a fault of the network or the registry.".to_owned();
    }
    let advice = observed.unknown_issuers().next().map(issuer::advice);
    let advice = advice
        .unwrap_or_else(|| "A newer version of this program may know it; until then".to_owned());
    format!(
        "This is neither a pass nor a failure, and another run will say the same. {advice} treat the version as unverified."
    )
}

/// A registry of a company's own need not sign: nothing is said of one whose keys nobody knows.
fn signature_missing(spec: &SpecPackage, observed: &Observed) -> Option<Draft> {
    if observed.keyless_registry {
        return None;
    }
    let absent = observed.evidence.iter().any(|evidence| {
        evidence.kind == EvidenceKind::NpmRegistrySignature && evidence.outcome == Outcome::Absent
    });
    absent.then(|| {
        about_version(
            spec,
            RuleId::RegistrySignatureMissing,
            format!("{} has no registry signature.", spec.package),
            "npm signs every version; a mirror or proxy that strips signatures may hide other changes too. Ask registry.npmjs.org itself.",
        )
    })
}

/// What the spec claims and the registry does not have. `partial`, `invalid` and `not-found` are said
/// by their own findings, and what is not known by `verification-incomplete`.
fn provenance_missing(spec: &SpecPackage, observed: &Observed) -> Option<Draft> {
    if !matches!(observed.status, Status::Signed | Status::None) {
        return None;
    }
    let claimed = spec
        .declared
        .claims_attestations()
        .map(|span| (span, "declares attestations"));
    // Also beside `available: false`, which contradicts it.
    let verified = spec.declared.verified.as_ref().filter(|it| it.value);
    let verified =
        verified.map(|verified| (verified.span, "says `verified: true` of attestations"));
    Some(match claimed.or(verified) {
        Some((span, claims)) => Draft {
            rule: RuleId::DeclaredAttestationsMissing,
            route: "provenance.attestations".to_owned(),
            span,
            message: format!(
                "The spec {claims}, but the registry has none for {}.",
                spec.package
            ),
            help: format!(
                "{}Pin a version that has attestations, or find out why this one was published without: a stolen publishing token leaves exactly this trace. If there never were any, set `available: false`, and `verified` likewise.",
                may_be_stripped(observed)
            ),
        },
        None if observed.go.is_some() => about_version(
            spec,
            RuleId::NoProvenance,
            format!(
                "The checksum database shows everybody the same {}; nothing proves who wrote it.",
                spec.package
            ),
            "Go has no provenance: a module is source that is built where it is installed. Read the source at the tag, or accept this warning for Go in the configuration.",
        ),
        None => about_version(
            spec,
            RuleId::NoProvenance,
            format!("Nothing proves where {} was built.", spec.package),
            "Ask the publisher to publish with provenance (npm: `--provenance` or trusted publishing; PyPI: trusted publishing with attestations).",
        ),
    })
}

/// What comes first where the registry has no signature of the version either: mirrors leave out both, npm
/// neither.
fn may_be_stripped(observed: &Observed) -> &'static str {
    let unsigned = observed.evidence.iter().any(|one| {
        one.kind == EvidenceKind::NpmRegistrySignature && one.outcome == Outcome::Absent
    });
    if unsigned {
        "There is no registry signature either, so this may be a mirror that leaves out both: ask registry.npmjs.org itself. If it has none either: "
    } else {
        ""
    }
}

fn undeclared(spec: &SpecPackage, observed: &Observed) -> Option<Draft> {
    let declared = &spec.declared;
    if observed.status != Status::Verified
        || declared.claims_attestations().is_some()
        || declared.unreadable
    {
        return None;
    }
    let publisher = observed.publisher.as_ref()?.get();
    let (route, span) = undeclared_place(spec);
    let says = if declared.available.is_some() {
        "although the spec says `available: false`"
    } else {
        "and the spec does not declare them"
    };
    Some(Draft {
        rule: RuleId::UndeclaredAttestations,
        route: route.to_owned(),
        span,
        message: format!("{} has verified attestations, {says}.", spec.package),
        help: declaration::advice(
            "Declare the publisher, so that a later version without its attestations fails",
            declared,
            publisher,
        ),
    })
}

fn undeclared_place(spec: &SpecPackage) -> (&'static str, Span) {
    let declared = &spec.declared;
    if let Some(available) = &declared.available {
        return ("provenance.attestations.available", available.span);
    }
    match (&declared.attestations, &declared.block) {
        (Some(block), _) => ("provenance.attestations", block.key),
        (None, Some(block)) => ("provenance", block.key),
        (None, None) => ("spec.package", spec.name_span),
    }
}

fn yanked(spec: &SpecPackage, observed: &Observed) -> Option<Draft> {
    let reason = observed.yanked.as_deref()?;
    let why = if reason.is_empty() {
        String::new()
    } else {
        format!(": {reason}")
    };
    Some(about_version(
        spec,
        RuleId::YankedRelease,
        format!("The publisher has withdrawn {}{why}.", spec.package),
        "A pinned install still takes a withdrawn release. Pin another version.",
    ))
}

/// A version that verifies, of which nobody answered whether it was withdrawn: where the rest is not
/// determined either, that is said already.
fn yanked_unknown(spec: &SpecPackage, observed: &Observed) -> Option<Draft> {
    let why = observed.yanked_unknown.as_deref()?;
    causes(observed).is_empty().then(|| {
        about_version(
            spec,
            RuleId::VerificationIncomplete,
            format!(
                "It could not be determined whether {} was withdrawn: {why}.",
                spec.package
            ),
            "Its content is verified all the same. Another run helps only against a fault of the network or the registry.",
        )
    })
}
