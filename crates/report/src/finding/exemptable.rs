//! Which findings can be accepted in writing, by an `[[exempt]]` block.
//!
//! What is absent, what a policy asks for, and what has changed can be accepted: somebody may know that
//! a package is published by hand. Evidence that contradicts, and a spec that cannot be judged, cannot:
//! there is nothing that a person could know better.

use super::RuleId;

/// Whether an `[[exempt]]` block may name a rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exemptable {
    /// It may, for every version of the package or for one.
    Yes,
    /// It may, for one version of the package: what changed between two versions says nothing of the
    /// next.
    AtOneVersion,
    /// It may, and only for packages of an ecosystem that this program does not verify.
    WhereUnsupported,
    /// It may not.
    No,
}

/// Whether an `[[exempt]]` block may name `rule`.
pub const fn exemptable(rule: RuleId) -> Exemptable {
    match rule {
        RuleId::SpecInvalid
        | RuleId::UnknownKey
        | RuleId::ProtocolFolderMismatch
        | RuleId::UnverifiedOverride
        | RuleId::InvalidPackageName
        | RuleId::VersionNotPinned
        | RuleId::PackageNotFound
        | RuleId::AttestationInvalid
        | RuleId::RegistrySignatureInvalid
        | RuleId::ImpostorCommit
        | RuleId::PublisherNotPinned
        | RuleId::PublisherKindMismatch
        | RuleId::PublisherRepositoryMismatch
        | RuleId::PublisherWorkflowMismatch
        | RuleId::PublisherIdMismatch
        | RuleId::SourceRepositoryMismatch
        | RuleId::QuarantinedProject
        | RuleId::LockIntegrityMismatch
        // These are about the configuration itself.
        | RuleId::ExemptionUnused
        | RuleId::ExemptionExpired
        | RuleId::RequirementUnused => Exemptable::No,
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
        | RuleId::ProvenanceDroppedUpstream => Exemptable::AtOneVersion,
        RuleId::VerificationIncomplete => Exemptable::WhereUnsupported,
        RuleId::CodeExecutingEnv
        | RuleId::RegistrySignatureMissing
        | RuleId::DeclaredAttestationsMissing
        | RuleId::SourceRefMismatch
        | RuleId::UnexpectedBuildRef
        | RuleId::UndeclaredAttestations
        | RuleId::NoProvenance
        | RuleId::PartialAttestations
        | RuleId::RiskyBuildTrigger
        | RuleId::SelfHostedRunner
        | RuleId::YankedRelease
        | RuleId::DeprecatedRelease
        | RuleId::InstallScript
        | RuleId::NonRegistryDependency
        | RuleId::LockEntryWithoutIntegrity
        | RuleId::UnattestedPlatformPackage
        | RuleId::OriginMismatch
        | RuleId::EvidenceBelowPolicy
        | RuleId::LevelBelowPolicy
        | RuleId::PublisherNotAllowed
        | RuleId::WorkflowNotAllowed
        | RuleId::RefNotAllowed
        | RuleId::TriggerNotAllowed
        | RuleId::RunnerNotAllowed
        | RuleId::TooRecent => Exemptable::Yes,
    }
}

/// Whether a requirement, and nothing else, makes findings of `rule`.
pub const fn is_of_policy(rule: RuleId) -> bool {
    matches!(
        rule,
        RuleId::EvidenceBelowPolicy
            | RuleId::LevelBelowPolicy
            | RuleId::PublisherNotAllowed
            | RuleId::WorkflowNotAllowed
            | RuleId::RefNotAllowed
            | RuleId::TriggerNotAllowed
            | RuleId::RunnerNotAllowed
            | RuleId::TooRecent
    )
}

impl RuleId {
    /// Whether it is about what a spec or its package was before, so that one scan of specs and registries
    /// alone shows it only of the registry's history.
    pub const fn needs_memory(self) -> bool {
        matches!(exemptable(self), Exemptable::AtOneVersion)
    }
}
