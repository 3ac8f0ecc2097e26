//! What each rule means, why it matters and what to do, at the length of a page.

use super::RuleId;

/// The long description of a rule. Markdown with code spans only.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Explanation {
    /// What the rule found.
    pub meaning: &'static str,
    /// Why it matters.
    pub why: &'static str,
    /// What to do.
    pub action: &'static str,
}

impl RuleId {
    /// The long description.
    #[expect(
        clippy::too_many_lines,
        reason = "one entry per rule: a table, not a procedure"
    )]
    pub const fn explanation(self) -> Explanation {
        let (meaning, why, action) = match self {
            Self::SpecInvalid => (
                "The file is not readable YAML, holds a key twice, misses a field, or has a value of \
                 the wrong type, such as an unquoted `4.10`, which YAML reads as the number 4.1.",
                "What cannot be read cannot be compared, and two readers may see two different \
                 packages in the same file.",
                "Correct the value at the place shown. Put versions in quotes.",
            ),
            Self::UnknownKey => (
                "A key of the spec is none that any tool reads.",
                "A misspelt `provenance` or `publisher` switches its comparison off without anybody \
                 noticing.",
                "Rename the key to the one suggested, or remove it.",
            ),
            Self::ProtocolFolderMismatch => (
                "The spec lies in the folder of one protocol (`npx`, `uvx`, `go`) and its \
                 `metadata.protocol` names another.",
                "The folder decides which registry is asked. If the other tool follows \
                 `metadata.protocol`, it runs a package that was never verified.",
                "Move the spec into the folder of its protocol, or correct `metadata.protocol`.",
            ),
            Self::InvalidPackageName => (
                "`spec.package` does not follow the grammar of its registry's names: it may be a URL, \
                 a git dependency, a path or an alias.",
                "Only a package of the registry has evidence there. Anything else is fetched from a \
                 place that nobody verified.",
                "Write the name exactly as the registry shows it, without version, extras or address.",
            ),
            Self::VersionNotPinned => (
                "`spec.version` is missing, empty, a range such as `^1.2.0`, or a tag such as \
                 `latest`.",
                "A range or tag means something else tomorrow; evidence exists for one exact version \
                 only.",
                "Pin one exact version: semantic versioning for npm, PEP 440 for PyPI, `vX.Y.Z` for \
                 Go.",
            ),
            Self::PackageNotFound => (
                "The registry answered that it has no such package, or no such version of it.",
                "A name that nobody holds can be registered by anybody; a version that was removed \
                 may have been removed for a reason.",
                "Check name and version for typing errors. If the version was removed, find out why \
                 and pin another.",
            ),
            Self::AttestationInvalid => (
                "The package has an attestation, and verification fails: the signature, the \
                 certificate, the log entry, the subject or the content is not what it must be. The \
                 message names the check.",
                "Honest publishing does not produce this. The package or its evidence may have been \
                 changed or exchanged.",
                "Do not use this version. Try again from another network to rule out a broken proxy, \
                 and report it to the package's maintainers and the registry.",
            ),
            Self::RegistrySignatureInvalid => (
                "The registry's signature over name, version and content fails, or its key was not \
                 valid for it.",
                "The manifest is not what the registry signed: it, or the content's digest in it, was \
                 changed on the way.",
                "Do not use this version. Compare with the public registry without a mirror; if it \
                 differs, the mirror is at fault.",
            ),
            Self::RegistrySignatureMissing => (
                "The registry is known to sign its packages, and this answer came without a \
                 signature.",
                "Mirrors often strip signatures; without one, nothing ties the content to the \
                 registry.",
                "Ask the public registry itself, or have the mirror pass signatures on.",
            ),
            Self::DeclaredAttestationsMissing => (
                "The spec says that the package has attestations, and the registry has none.",
                "Either the declaration is wrong, or this version was published another way than the \
                 ones before it, as a thief of a publishing token would have to.",
                "Find out how this version was published. If it never had attestations, set \
                 `provenance.attestations.available: false`.",
            ),
            Self::PublisherKindMismatch => (
                "The certificate was issued to another service (GitHub, GitLab, Google, CircleCI) \
                 than `publisher.kind` declares.",
                "Another service means another account and other people who can publish.",
                "If the project has moved, confirm it at the project itself and correct \
                 `provenance.attestations.publisher`.",
            ),
            Self::PublisherRepositoryMismatch => (
                "The certificate names another repository as the origin of the build than \
                 `publisher.repository` declares.",
                "A fork or a look-alike can produce attestations that are valid for itself. Only the \
                 name tells them apart.",
                "Compare both names letter by letter. If the project has moved or was renamed, \
                 confirm it there and correct the spec.",
            ),
            Self::PublisherWorkflowMismatch => (
                "The build ran in the declared repository, but another workflow file than \
                 `publisher.workflow` declares started it.",
                "A workflow that was not meant to publish may be easier to influence than the release \
                 workflow.",
                "Look at the workflow that the certificate names. If the project publishes with it, \
                 correct the spec.",
            ),
            Self::SourceRepositoryMismatch => (
                "The certificate names another source repository than `provenance.repository_uri` \
                 declares.",
                "The code that was reviewed is then not the code that was built.",
                "Compare both names letter by letter. If the project has moved, confirm it there and \
                 correct `repository_uri`.",
            ),
            Self::SourceRefMismatch => (
                "`provenance.repository_ref` declares a tag, and the package was built from another \
                 one. A declared branch is never reported.",
                "Usually the tag was left behind when the version was raised; a reader of the spec \
                 looks at the wrong code.",
                "Set `repository_ref` to the ref that the certificate names.",
            ),
            Self::UndeclaredAttestations => (
                "The package has verified attestations, and the spec does not declare them, or says \
                 that there are none.",
                "What is declared is compared from then on; what is not can disappear or change its \
                 publisher unnoticed.",
                "Add the YAML that the finding shows, after checking that the publisher is the \
                 project you mean.",
            ),
            Self::NoProvenance => (
                "The registry answered, and nothing proves where the package was built; at most the \
                 registry signed it.",
                "A registry signature says that the content is what somebody uploaded, not who built \
                 it, or from what.",
                "Ask the project to publish with provenance (npm) or trusted publishing with \
                 attestations (PyPI), or prefer a package that does.",
            ),
            Self::PartialAttestations => (
                "Some files of the release that an installer may choose are attested and others are \
                 not, or different publishers attested them.",
                "Which file is installed depends on the platform. An unattested wheel beside attested \
                 ones is how a release is tampered with afterwards.",
                "Do not rely on this release where the unattested files may be installed. Ask the \
                 project to attest all of them.",
            ),
            Self::RiskyBuildTrigger => (
                "The build was started by an event that people outside the project can cause: \
                 `pull_request_target`, `pull_request`, `workflow_run` or `issue_comment`.",
                "The provenance is genuine and still may describe a build that an outsider \
                 influenced: it says where, not that it was safe.",
                "Look at the workflow and the run. Prefer a version that a push or a release built.",
            ),
            Self::SelfHostedRunner => (
                "The certificate says that the build ran on a machine of the publisher, not on one of \
                 the service's.",
                "Such a machine may keep state between builds, and nobody but its owner knows what \
                 runs on it; the SLSA build level is at most 1.",
                "Decide whether you trust the publisher's machines. Hosted runners allow level 2.",
            ),
            Self::YankedRelease => (
                "The publisher has withdrawn the release (PyPI calls it yanked).",
                "Releases are withdrawn for reasons, security among them. The mark is not signed, so \
                 it only warns.",
                "Read the reason in the message and pin another version.",
            ),
            Self::VerificationIncomplete => (
                "Something that decides could not be determined: the registry refused or failed, an \
                 answer was unreadable, or the ecosystem is not supported yet. The message names the \
                 cause.",
                "Not knowing is neither good nor bad news. It counts as inconclusive (exit code 3), \
                 whatever severity this rule is given.",
                "Remove the cause and run again. `--fail-on-unknown false` accepts what is not known, \
                 and the report says so.",
            ),
        };
        Explanation {
            meaning,
            why,
            action,
        }
    }
}
