//! The catalogue of rules: stable ids, default severities, and what each means.

use std::borrow::Cow;
use std::fmt;

use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize};
use untrusted_text::quoted;

/// How bad a finding is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Worth knowing.
    Note,
    /// Worth a look.
    Warning,
    /// Fails the gate by default.
    Error,
}

impl Severity {
    /// Every severity, the worst first.
    pub const ALL: [Self; 3] = [Self::Error, Self::Warning, Self::Note];

    /// The word used in reports, configuration and arguments.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Note => "note",
            Self::Warning => "warning",
            Self::Error => "error",
        }
    }
}

impl fmt::Display for Severity {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.as_str())
    }
}

macro_rules! rules {
    ($($variant:ident = $id:literal, $severity:ident, $summary:literal;)*) => {
        /// A rule, by its stable id.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum RuleId {
            $(#[doc = $summary] $variant,)*
        }

        impl RuleId {
            /// Every rule, in the catalogue's order.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)*];

            /// The stable id, such as `no-provenance`.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $id,)* }
            }

            /// The rule of an id, written exactly.
            pub fn from_id(id: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|rule| rule.as_str() == id)
            }

            /// The severity it has unless the configuration says otherwise.
            pub const fn default_severity(self) -> Severity {
                match self { $(Self::$variant => Severity::$severity,)* }
            }

            /// What it says, in one line.
            pub const fn summary(self) -> &'static str {
                match self { $(Self::$variant => $summary,)* }
            }
        }
    };
}

rules! {
    SpecInvalid = "spec-invalid", Error, "The spec file, or a value in it, or an entry of a lock file cannot be used.";
    UnknownKey = "unknown-key", Warning, "A key that nothing reads, perhaps misspelt.";
    ProtocolFolderMismatch = "protocol-folder-mismatch", Error, "`metadata.protocol` and the folder name different protocols.";
    UnverifiedOverride = "unverified-override", Error, "An override or constraint installs something that nobody verified.";
    CodeExecutingEnv = "code-executing-env", Warning, "`spec.env` makes the runtime or the installer load code, or use another registry.";
    InvalidPackageName = "invalid-package-name", Error, "The package name is not valid for this registry.";
    VersionNotPinned = "version-not-pinned", Error, "The version is empty, a range or a tag instead of one exact version.";
    PackageNotFound = "package-not-found", Error, "The registry has no such package or version.";
    AttestationInvalid = "attestation-invalid", Error, "Evidence of the package, such as an attestation, exists and fails verification.";
    RegistrySignatureInvalid = "registry-signature-invalid", Error, "The registry's signature over the package fails verification.";
    RegistrySignatureMissing = "registry-signature-missing", Warning, "The registry signs its packages, but this version has no signature.";
    DeclaredAttestationsMissing = "declared-attestations-missing", Error, "The spec declares attestations that the registry does not have.";
    PublisherNotPinned = "publisher-not-pinned", Error, "The spec claims attestations, but nothing in it says whose they must be.";
    PublisherKindMismatch = "publisher-kind-mismatch", Error, "The attestation's publisher is of another kind than declared.";
    PublisherRepositoryMismatch = "publisher-repository-mismatch", Error, "The attestation's publisher is another repository than declared.";
    PublisherWorkflowMismatch = "publisher-workflow-mismatch", Error, "The attestation comes from another workflow than declared.";
    PublisherIdMismatch = "publisher-id-mismatch", Error, "The publisher's repository or owner has another number than declared.";
    SourceRepositoryMismatch = "source-repository-mismatch", Error, "The package was built from another repository than declared.";
    SourceRefMismatch = "source-ref-mismatch", Note, "The certificate does not show that the package was built from the declared tag.";
    UnexpectedBuildRef = "unexpected-build-ref", Warning, "The package was built from another branch than declared, or from a pull request.";
    UndeclaredAttestations = "undeclared-attestations", Note, "The package has verified attestations that the spec does not declare.";
    NoProvenance = "no-provenance", Warning, "Nothing proves where the package was built.";
    PartialAttestations = "partial-attestations", Error, "Some installable files of the release are unattested, or their publishers differ.";
    RiskyBuildTrigger = "risky-build-trigger", Warning, "The build was started by an event that people outside the project may be able to cause.";
    SelfHostedRunner = "self-hosted-runner", Warning, "The package was built on a runner that its publisher controls.";
    YankedRelease = "yanked-release", Warning, "The publisher has withdrawn the release.";
    DeprecatedRelease = "deprecated-release", Warning, "The publisher has deprecated the release, or archived its project.";
    QuarantinedProject = "quarantined-project", Error, "The registry has quarantined the project.";
    InstallScript = "install-script", Note, "npm runs the package's own code when it is installed.";
    NonRegistryDependency = "non-registry-dependency", Warning, "A dependency comes from git, a URL, a path or another registry instead of the registry.";
    LockIntegrityMismatch = "lock-integrity-mismatch", Error, "The lock file pins other content than the registry has under that name and version.";
    LockEntryWithoutIntegrity = "lock-entry-without-integrity", Warning, "An entry of the lock file pins no content that can be compared.";
    UnattestedPlatformPackage = "unattested-platform-package", Warning, "The package is attested, and the packages that hold its binaries are not.";
    ProvenanceLost = "provenance-lost", Error, "The package was verified before, and this version is not.";
    PublisherChanged = "publisher-changed", Error, "The package comes from another publisher than before, which the spec does not declare.";
    PublisherReregistered = "publisher-reregistered", Error, "The publisher has the same name as before and another number: it was deleted and created again.";
    PublisherRedeclared = "publisher-redeclared", Warning, "The spec declares another publisher of the package than before.";
    PublisherRenamed = "publisher-renamed", Warning, "The publisher's repository has another name than before and the same number.";
    DeclarationWeakened = "declaration-weakened", Warning, "The spec no longer says what it said about its publisher.";
    PackageSwapped = "package-swapped", Warning, "The spec pins another package than before.";
    WorkflowChanged = "workflow-changed", Warning, "The package was built or signed by another workflow than before.";
    BuildWeakened = "build-weakened", Warning, "The package was built in a less trustworthy way than before.";
    DigestChanged = "digest-changed", Error, "The content of the same version is another one than before.";
    ProvenanceDroppedUpstream = "provenance-dropped-upstream", Warning, "An earlier version of the package has provenance, and this one has none.";
    OriginMismatch = "origin-mismatch", Warning, "The Go module proxy has the module from another repository or commit than expected.";
    ImpostorCommit = "impostor-commit", Error, "The commit of a skill is not in the history of the declared branch.";
    EvidenceBelowPolicy = "evidence-below-policy", Error, "The package has less evidence than the policy asks for.";
    LevelBelowPolicy = "level-below-policy", Error, "The package has a lower SLSA build level than the policy asks for, or none.";
    PublisherNotAllowed = "publisher-not-allowed", Error, "The policy does not allow the package's publisher.";
    WorkflowNotAllowed = "workflow-not-allowed", Error, "The policy does not allow the workflow that built the package.";
    RefNotAllowed = "ref-not-allowed", Error, "The policy does not allow the ref that the package was built from.";
    TriggerNotAllowed = "trigger-not-allowed", Error, "The policy does not allow the event that started the build.";
    RunnerNotAllowed = "runner-not-allowed", Error, "The policy does not allow the kind of runner that built the package.";
    TooRecent = "too-recent", Error, "The version was published more recently than the policy allows.";
    ExemptionUnused = "exemption-unused", Warning, "An exemption accepts nothing.";
    ExemptionExpired = "exemption-expired", Warning, "An exemption is over, and what it accepted is back.";
    RequirementUnused = "requirement-unused", Warning, "A requirement, or one of its paths, matches no spec.";
    VerificationIncomplete = "verification-incomplete", Error, "Something could not be determined.";
}

impl fmt::Display for RuleId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.as_str())
    }
}

impl Serialize for RuleId {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl<'de> Deserialize<'de> for RuleId {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let id = Cow::<str>::deserialize(deserializer)?;
        Self::from_id(&id)
            .ok_or_else(|| D::Error::custom(format_args!("unknown rule {}", quoted(&id))))
    }
}
