//! What to declare in a spec: what a verified publisher proves, and nothing that is in dispute.

use crate::finding::{Finding, RuleId};
use crate::policy::undetermined;
use crate::report::SpecReport;
use crate::spec::edit::{self, Differences, Edited};
use crate::spec::{SpecFile, Subject};
use package_provenance::verify::{Observed, Status};

/// What becomes of one spec.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Decision {
    /// Nothing is proven of it that could be declared: it has no provenance of one publisher.
    NothingProven(Status),
    /// Everything proven is declared already.
    Declared,
    /// The new content of the file.
    Change(Vec<u8>),
    /// Left alone; a person has to look at it. A sentence says why; it may hold untrusted text.
    Refused(String),
    /// Verification failed, or the spec cannot be used.
    Failed(Status),
    /// Something about it could not be determined.
    Undetermined,
}

/// Decides about the spec whose file has the content `bytes`. `observed` is what was found out about its
/// package, `report` what is said of it.
pub fn decide(
    spec: &SpecFile,
    bytes: &[u8],
    report: &SpecReport,
    observed: Option<&Observed>,
    differences: Differences,
) -> Decision {
    match report.status {
        Status::Invalid | Status::NotFound | Status::Malformed => {
            return Decision::Failed(report.status);
        }
        Status::Verified
        | Status::Partial
        | Status::Signed
        | Status::Pinned
        | Status::None
        | Status::Unknown
        | Status::NotApplicable => {}
    }
    // A skill has no publisher: whatever is not known of its commit, there is nothing to declare.
    if matches!(spec.subject, Subject::Skill(_)) {
        return Decision::NothingProven(report.status);
    }
    if undetermined(report) {
        return Decision::Undetermined;
    }
    let publisher = observed
        .filter(|observed| observed.status == Status::Verified)
        .and_then(|observed| observed.publisher.as_ref());
    let Some(publisher) = publisher else {
        return Decision::NothingProven(report.status);
    };
    let edited = match edit::declare(&spec.path, bytes, publisher, differences) {
        Ok(edited) => edited,
        Err(error) => return Decision::Refused(error.to_string()),
    };
    if let Edited::Differs(found) = &edited {
        let told = found.iter().map(|one| {
            format!(
                "line {}: `{}` is `{}`, and `{}` is proven",
                one.line, one.key, one.declared, one.proven
            )
        });
        let told: Vec<String> = told.collect();
        return Decision::Refused(format!(
            "{}; confirm the new publisher with the project through a separate channel, then use `--update`",
            told.join("; ")
        ));
    }
    let Edited::Changed(new) = edited else {
        return Decision::Declared;
    };
    match dispute(&report.findings) {
        Some(finding) if differences == Differences::Keep => Decision::Refused(format!(
            "{}: {} Confirm the publisher with the project through a separate channel, then use `--update`",
            finding.rule, finding.message
        )),
        Some(_) | None => Decision::Change(new),
    }
}

/// The first finding by which the publisher is in dispute.
pub fn dispute(findings: &[Finding]) -> Option<&Finding> {
    findings.iter().find(|finding| disputes(finding.rule))
}

/// Whether a rule says that the publisher, or how it builds, is not what was expected. Whoever accepts a
/// new one by accident accepts a takeover. Every rule is named, so that a new one has to be thought about.
const fn disputes(rule: RuleId) -> bool {
    match rule {
        RuleId::PublisherKindMismatch
        | RuleId::PublisherRepositoryMismatch
        | RuleId::PublisherWorkflowMismatch
        | RuleId::SourceRepositoryMismatch
        | RuleId::PublisherNotAllowed
        | RuleId::WorkflowNotAllowed
        | RuleId::RefNotAllowed
        | RuleId::TriggerNotAllowed
        | RuleId::RunnerNotAllowed
        | RuleId::PublisherIdMismatch
        | RuleId::PublisherChanged
        | RuleId::PublisherReregistered
        | RuleId::WorkflowChanged
        | RuleId::PackageSwapped
        | RuleId::DigestChanged
        | RuleId::LockIntegrityMismatch => true,
        RuleId::SpecInvalid
        | RuleId::UnknownKey
        | RuleId::ProtocolFolderMismatch
        | RuleId::UnverifiedOverride
        | RuleId::CodeExecutingEnv
        | RuleId::InvalidPackageName
        | RuleId::VersionNotPinned
        | RuleId::PackageNotFound
        | RuleId::AttestationInvalid
        | RuleId::RegistrySignatureInvalid
        | RuleId::RegistrySignatureMissing
        | RuleId::DeclaredAttestationsMissing
        | RuleId::PublisherNotPinned
        | RuleId::SourceRefMismatch
        | RuleId::UnexpectedBuildRef
        | RuleId::UndeclaredAttestations
        | RuleId::NoProvenance
        | RuleId::PartialAttestations
        | RuleId::RiskyBuildTrigger
        | RuleId::SelfHostedRunner
        | RuleId::YankedRelease
        | RuleId::DeprecatedRelease
        | RuleId::QuarantinedProject
        | RuleId::InstallScript
        | RuleId::NonRegistryDependency
        | RuleId::LockEntryWithoutIntegrity
        | RuleId::UnattestedPlatformPackage
        | RuleId::ProvenanceLost
        | RuleId::PublisherRedeclared
        | RuleId::PublisherRenamed
        | RuleId::DeclarationWeakened
        | RuleId::BuildWeakened
        | RuleId::ProvenanceDroppedUpstream
        | RuleId::OriginMismatch
        | RuleId::ImpostorCommit
        | RuleId::EvidenceBelowPolicy
        | RuleId::LevelBelowPolicy
        | RuleId::TooRecent
        | RuleId::ExemptionUnused
        | RuleId::ExemptionExpired
        | RuleId::RequirementUnused
        | RuleId::VerificationIncomplete => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whatever_says_that_the_publisher_is_another_is_a_dispute() {
        let named = RuleId::ALL.iter().copied().filter(|rule| {
            let id = rule.as_str();
            id.ends_with("-not-allowed")
                || (id.starts_with("publisher-") && id.ends_with("-mismatch"))
        });
        for rule in named.chain([RuleId::SourceRepositoryMismatch]) {
            assert!(disputes(rule), "{rule}");
        }
        for rule in [
            RuleId::UndeclaredAttestations,
            RuleId::PublisherNotPinned,
            RuleId::EvidenceBelowPolicy,
        ] {
            assert!(!disputes(rule), "{rule}");
        }
    }
}
