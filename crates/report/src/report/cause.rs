//! In a few words what is wrong where a status does not tell: a `verified` package need not be the one
//! that is declared.

use super::SpecReport;
use super::order::weight;
use super::style::{count, enumerated};
use crate::finding::{RuleId, Severity};

/// The worst severity of what is open about `spec`, and what it is about where the status leaves that
/// open: `error: not as declared`.
pub(super) fn worst(spec: &SpecReport) -> Option<(Severity, String)> {
    let worst = spec.open_findings().min_by_key(|finding| weight(finding))?;
    let severity = worst.severity;
    let text = match cause(worst.rule) {
        Some(cause) => format!("{severity}: {cause}"),
        None => severity.as_str().to_owned(),
    };
    Some((severity, text))
}

/// The open findings by severity, and what the worst is about: `2 errors and 1 note, not as declared`.
/// None where nothing is open.
pub(super) fn counted(spec: &SpecReport) -> Option<String> {
    let worst = spec.open_findings().min_by_key(|finding| weight(finding))?;
    let counts: Vec<String> = Severity::ALL
        .iter()
        .map(|severity| {
            let findings = spec.open_findings();
            let number = findings.filter(|it| it.severity == *severity).count();
            (number, severity)
        })
        .filter(|(number, _)| *number > 0)
        .map(|(number, severity)| count(number, severity.as_str()))
        .collect();
    let counts = enumerated(&counts);
    Some(match cause(worst.rule) {
        Some(cause) => format!("{counts}: {cause}"),
        None => counts,
    })
}

/// What the rule is about; none where the status says it, or the severity is enough.
const fn cause(rule: RuleId) -> Option<&'static str> {
    match rule {
        RuleId::PublisherKindMismatch
        | RuleId::PublisherRepositoryMismatch
        | RuleId::PublisherWorkflowMismatch
        | RuleId::PublisherIdMismatch
        | RuleId::SourceRepositoryMismatch
        | RuleId::SourceRefMismatch
        | RuleId::UnexpectedBuildRef
        | RuleId::DeclaredAttestationsMissing => Some("not as declared"),
        RuleId::OriginMismatch => Some("not as expected"),
        RuleId::PublisherNotPinned => Some("publisher not declared"),
        RuleId::UnverifiedOverride => Some("unverified override"),
        RuleId::LockIntegrityMismatch => Some("not what the lock pins"),
        RuleId::LockEntryWithoutIntegrity => Some("no digest in the lock"),
        RuleId::UnattestedPlatformPackage => Some("binaries not attested"),
        RuleId::QuarantinedProject => Some("quarantined"),
        RuleId::ProvenanceLost
        | RuleId::PublisherChanged
        | RuleId::PublisherReregistered
        | RuleId::PublisherRedeclared
        | RuleId::PublisherRenamed
        | RuleId::DeclarationWeakened
        | RuleId::PackageSwapped
        | RuleId::WorkflowChanged
        | RuleId::BuildWeakened
        | RuleId::DigestChanged
        | RuleId::ProvenanceDroppedUpstream => Some("not as before"),
        RuleId::EvidenceBelowPolicy
        | RuleId::LevelBelowPolicy
        | RuleId::PublisherNotAllowed
        | RuleId::WorkflowNotAllowed
        | RuleId::RefNotAllowed
        | RuleId::TriggerNotAllowed
        | RuleId::RunnerNotAllowed
        | RuleId::TooRecent => Some("against the policy"),
        RuleId::SpecInvalid
        | RuleId::UnknownKey
        | RuleId::ProtocolFolderMismatch
        | RuleId::CodeExecutingEnv
        | RuleId::InvalidPackageName
        | RuleId::VersionNotPinned
        | RuleId::PackageNotFound
        | RuleId::AttestationInvalid
        | RuleId::RegistrySignatureInvalid
        | RuleId::RegistrySignatureMissing
        | RuleId::UndeclaredAttestations
        | RuleId::NoProvenance
        | RuleId::PartialAttestations
        | RuleId::RiskyBuildTrigger
        | RuleId::SelfHostedRunner
        | RuleId::YankedRelease
        | RuleId::DeprecatedRelease
        | RuleId::InstallScript
        | RuleId::NonRegistryDependency
        | RuleId::ImpostorCommit
        | RuleId::ExemptionUnused
        | RuleId::ExemptionExpired
        | RuleId::RequirementUnused
        | RuleId::VerificationIncomplete => None,
    }
}
