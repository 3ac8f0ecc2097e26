//! What the evidence itself says: not found, invalid, missing, undetermined, undeclared.

use super::{Draft, RuleId};
use crate::spec::{Span, SpecPackage};
use crate::verify::{Evidence, EvidenceKind, Observed, Outcome, Publisher, Status};

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
    drafts.extend(partial(spec, observed));
    drafts.extend(undeclared(spec, observed));
    drafts.extend(yanked(spec, observed));
    drafts
}

/// A draft about the pinned version.
fn about_version(spec: &SpecPackage, rule: RuleId, message: String, help: &str) -> Draft {
    Draft {
        rule,
        route: "spec.version".to_owned(),
        span: spec.version_span,
        message,
        help: help.to_owned(),
    }
}

fn not_found(spec: &SpecPackage, observed: &Observed) -> Draft {
    let cause = observed
        .cause
        .as_deref()
        .unwrap_or("the registry has no such package or version");
    about_version(
        spec,
        RuleId::PackageNotFound,
        format!("{} does not exist: {cause}.", spec.package),
        "Check the name and the version. If nobody has registered the name, anybody can.",
    )
}

fn invalid(spec: &SpecPackage, evidence: &Evidence, reason: &str) -> Draft {
    let (rule, what) = match evidence.kind {
        EvidenceKind::NpmRegistrySignature => {
            (RuleId::RegistrySignatureInvalid, "The registry's signature")
        }
        EvidenceKind::NpmPublishAttestation | EvidenceKind::PypiPublishAttestation => {
            (RuleId::AttestationInvalid, "The publish attestation")
        }
        EvidenceKind::SlsaProvenance => (RuleId::AttestationInvalid, "The SLSA provenance"),
        EvidenceKind::GoChecksum => (RuleId::AttestationInvalid, "The checksum record"),
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
            "Do not use this version. Find out from its publisher, over another channel, whether the package or only the registry's answer was altered.",
        )
    }
}

/// One finding, however many pieces could not be determined.
fn incomplete(spec: &SpecPackage, observed: &Observed) -> Option<Draft> {
    let mut causes: Vec<&str> = Vec::new();
    if observed.status == Status::Unknown {
        causes.extend(observed.cause.as_deref());
    }
    for evidence in &observed.evidence {
        if let Outcome::Unknown(cause) = &evidence.outcome
            && !causes.contains(&cause.as_str())
        {
            causes.push(cause);
        }
    }
    if causes.is_empty() && observed.status == Status::Unknown {
        causes.push("the evidence is incomplete");
    }
    (!causes.is_empty()).then(|| {
        about_version(
            spec,
            RuleId::VerificationIncomplete,
            format!("The provenance of {} could not be determined: {}.", spec.package, causes.join("; ")),
            "This is neither a pass nor a failure: treat the version as unverified until the cause is gone. Another run helps only against a fault of the network or the registry.",
        )
    })
}

fn signature_missing(spec: &SpecPackage, observed: &Observed) -> Option<Draft> {
    let absent = observed.evidence.iter().any(|evidence| {
        evidence.kind == EvidenceKind::NpmRegistrySignature && evidence.outcome == Outcome::Absent
    });
    absent.then(|| {
        about_version(
            spec,
            RuleId::RegistrySignatureMissing,
            format!("{} came without a registry signature.", spec.package),
            "npm signs every version; a mirror or proxy that strips signatures may hide other changes too. Ask registry.npmjs.org itself.",
        )
    })
}

fn provenance_missing(spec: &SpecPackage, observed: &Observed) -> Option<Draft> {
    if !matches!(observed.status, Status::Signed | Status::None) {
        return None;
    }
    Some(match spec.declared.claims_attestations() {
        Some(span) => Draft {
            rule: RuleId::DeclaredAttestationsMissing,
            route: "provenance.attestations".to_owned(),
            span,
            message: format!("The spec declares attestations, but the registry has none for {}.", spec.package),
            help: "Pin a version that has attestations, or find out why this one was published without: a stolen publishing token leaves exactly this trace. If there never were any, set `available: false`.".to_owned(),
        },
        None => about_version(
            spec,
            RuleId::NoProvenance,
            format!("Nothing proves where {} was built.", spec.package),
            "Ask the publisher to publish with provenance (npm: `--provenance` or trusted publishing; PyPI: trusted publishing with attestations).",
        ),
    })
}

fn partial(spec: &SpecPackage, observed: &Observed) -> Option<Draft> {
    if observed.status != Status::Partial {
        return None;
    }
    let unattested: Vec<&str> = observed
        .evidence
        .iter()
        .filter(|evidence| evidence.outcome == Outcome::Absent)
        .map(|evidence| evidence.artifact.as_str())
        .collect();
    let message = if unattested.is_empty() {
        format!(
            "The files of {} are attested by different publishers.",
            spec.package
        )
    } else {
        format!(
            "Files of {} without attestation, which an installer may choose: {}.",
            spec.package,
            unattested.join(", ")
        )
    };
    Some(about_version(
        spec,
        RuleId::PartialAttestations,
        message,
        "Every sdist and wheel of a release must come from one publisher: with a stolen token an unattested wheel can be added to an attested release. Pin a release that is attested whole.",
    ))
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
    Some(Draft {
        rule: RuleId::UndeclaredAttestations,
        route: route.to_owned(),
        span,
        message: format!(
            "{} has verified attestations that the spec does not declare.",
            spec.package
        ),
        help: format!(
            "Declare them, so that a later version without them fails:\n{}",
            declaration(publisher)
        ),
    })
}

fn undeclared_place(spec: &SpecPackage) -> (&'static str, Span) {
    let declared = &spec.declared;
    if let Some(available) = &declared.available {
        return ("provenance.attestations.available", available.span);
    }
    match (declared.attestations, declared.block) {
        (Some(span), _) => ("provenance.attestations", span),
        (None, Some(span)) => ("provenance", span),
        (None, None) => ("spec.package", spec.name_span),
    }
}

/// The YAML to add. Values are quoted as JSON, which YAML reads alike.
fn declaration(publisher: &Publisher) -> String {
    let quoted = |text: &str| serde_json::Value::from(text).to_string();
    let mut lines = vec![
        "provenance:".to_owned(),
        "  attestations:".to_owned(),
        "    available: true".to_owned(),
        "    publisher:".to_owned(),
        format!("      kind: {}", quoted(publisher.kind.as_str())),
    ];
    if let Some(repository) = &publisher.repository {
        lines.push(format!("      repository: {}", quoted(repository.path())));
    }
    if let Some(workflow) = &publisher.workflow {
        lines.push(format!("      workflow: {}", quoted(workflow)));
    }
    lines.join("\n")
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
