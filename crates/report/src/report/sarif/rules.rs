//! The catalogue as SARIF's reporting descriptors.

use std::collections::BTreeMap;

use serde_json::Value;
use serde_sarif::sarif::{
    MultiformatMessageString, PropertyBag, ReportingConfiguration, ReportingDescriptor,
};

use crate::finding::RuleId;
use crate::report::links::Links;

/// What every rule is about; code scanning's alerts can be filtered by it.
const TAGS: [&str; 3] = ["provenance", "security", "supply-chain"];

/// Every rule, in the catalogue's order.
pub(super) fn rules(links: &Links) -> Vec<ReportingDescriptor> {
    RuleId::ALL
        .iter()
        .map(|rule| descriptor(*rule, links))
        .collect()
}

fn descriptor(rule: RuleId, links: &Links) -> ReportingDescriptor {
    let text = rule.explanation();
    let uri = links.rule_url(rule);
    ReportingDescriptor::builder()
        .id(rule.as_str())
        .name(format!("{rule:?}"))
        .short_description(plain(rule.summary()))
        .full_description(plain(&format!("{} {}", text.meaning, text.why)))
        .help(
            MultiformatMessageString::builder()
                .text(format!(
                    "{}\n\nWhy it matters: {}\n\nWhat to do: {}",
                    text.meaning, text.why, text.action
                ))
                .markdown(format!(
                    "{}\n\n**Why it matters.** {}\n\n**What to do.** {}\n\n[More about `{rule}`]({uri})",
                    text.meaning, text.why, text.action
                ))
                .build(),
        )
        .help_uri(uri)
        .default_configuration(
            ReportingConfiguration::builder()
                .level(rule.default_severity().as_str())
                .build(),
        )
        .properties(properties(rule))
        .build()
}

fn plain(text: &str) -> MultiformatMessageString {
    MultiformatMessageString::builder().text(text).build()
}

fn properties(rule: RuleId) -> PropertyBag {
    let properties = [
        ("precision", precision(rule)),
        ("security-severity", security_severity(rule)),
    ];
    PropertyBag::builder()
        .tags(TAGS.map(str::to_owned).to_vec())
        .additional_properties(
            properties
                .map(|(key, value)| (key.to_owned(), Value::from(value)))
                .into_iter()
                .collect::<BTreeMap<_, _>>(),
        )
        .build()
}

/// How seldom the rule is wrong: what a signature or the registry decides, never; what is read off
/// names and habits, now and then.
const fn precision(rule: RuleId) -> &'static str {
    let judged = matches!(
        rule,
        RuleId::UnknownKey
            | RuleId::CodeExecutingEnv
            | RuleId::SourceRefMismatch
            | RuleId::UnexpectedBuildRef
            | RuleId::RiskyBuildTrigger
            | RuleId::WorkflowChanged
            | RuleId::PublisherRenamed
            | RuleId::ProvenanceDroppedUpstream
    );
    if judged { "high" } else { "very-high" }
}

/// GitHub's scale, as a string: critical above 9.0, high from 7.0, medium from 4.0, low below. It
/// belongs to the rule and not to the finding, so a configuration that lowers a rule's severity
/// does not lower it.
pub(in crate::report) const fn security_severity(rule: RuleId) -> &'static str {
    match rule {
        RuleId::AttestationInvalid
        | RuleId::ImpostorCommit
        | RuleId::RegistrySignatureInvalid
        | RuleId::PublisherIdMismatch
        | RuleId::PublisherReregistered
        | RuleId::DigestChanged
        | RuleId::LockIntegrityMismatch
        | RuleId::QuarantinedProject => "9.3",
        RuleId::PublisherKindMismatch
        | RuleId::PublisherRepositoryMismatch
        | RuleId::SourceRepositoryMismatch
        | RuleId::PublisherNotAllowed
        | RuleId::UnverifiedOverride
        | RuleId::ProtocolFolderMismatch
        | RuleId::ProvenanceLost
        | RuleId::PublisherChanged
        | RuleId::DeclaredAttestationsMissing => "8.2",
        RuleId::PublisherWorkflowMismatch
        | RuleId::PublisherNotPinned
        | RuleId::EvidenceBelowPolicy
        | RuleId::WorkflowNotAllowed
        | RuleId::RefNotAllowed
        | RuleId::TriggerNotAllowed
        | RuleId::TooRecent
        | RuleId::PackageNotFound
        | RuleId::PackageSwapped
        | RuleId::PublisherRedeclared
        | RuleId::PartialAttestations => "7.4",
        RuleId::InvalidPackageName
        | RuleId::VersionNotPinned
        | RuleId::LevelBelowPolicy
        | RuleId::RunnerNotAllowed => "6.5",
        RuleId::SpecInvalid
        | RuleId::CodeExecutingEnv
        | RuleId::UnexpectedBuildRef
        | RuleId::RiskyBuildTrigger
        | RuleId::NonRegistryDependency
        | RuleId::LockEntryWithoutIntegrity
        | RuleId::WorkflowChanged
        | RuleId::BuildWeakened
        | RuleId::DeclarationWeakened
        | RuleId::ProvenanceDroppedUpstream
        | RuleId::VerificationIncomplete => "5.5",
        RuleId::NoProvenance
        | RuleId::RegistrySignatureMissing
        | RuleId::UnattestedPlatformPackage => "4.5",
        RuleId::SelfHostedRunner
        | RuleId::YankedRelease
        | RuleId::DeprecatedRelease
        | RuleId::PublisherRenamed
        | RuleId::OriginMismatch
        | RuleId::ExemptionUnused
        | RuleId::ExemptionExpired
        | RuleId::RequirementUnused
        | RuleId::UnknownKey => "3.5",
        RuleId::SourceRefMismatch | RuleId::UndeclaredAttestations | RuleId::InstallScript => "2.0",
    }
}
