//! What each rule means, why it matters and what to do, at the length of a page.

mod drift;
mod locks;
mod policy;

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
                 the wrong type, such as an unquoted `4.10`, which YAML reads as the number 4.1. Of a lock \
                 file: the entry names nothing that can be looked up.",
                "What cannot be read cannot be compared, and two readers may see two different \
                 packages in the same file. Below `provenance` it is therefore always an error, \
                 whatever severity is configured.",
                "Correct the value at the place shown. Put versions in quotes.",
            ),
            Self::UnknownKey => (
                "No tool reads this key of the spec.",
                "A misspelt `provenance` or `publisher` switches its comparison off without anybody \
                 noticing. Below `provenance` an unknown key is therefore always an error, whatever \
                 severity is configured.",
                "Rename the key to the one suggested, or remove it.",
            ),
            Self::ProtocolFolderMismatch => (
                "The spec lies in the folder of one protocol (`npx`, `uvx`, `go`) and its \
                 `metadata.protocol` names another.",
                "The build follows `metadata.protocol`, and readers follow the folder: one of them \
                 would take a package of another registry. Nothing is looked up for such a spec.",
                "Move the spec into the folder of its protocol, or correct `metadata.protocol`.",
            ),
            Self::UnverifiedOverride => (
                "`spec.overrides` or `spec.constraints` names a URL, a git repository, a path, an alias, \
                 a tag or anything else that is not plainly an exact version or a range of a package in \
                 the registry, or it replaces the package that the spec pins.",
                "The installer takes what the override names instead of what the registry would give, \
                 so that the verified package, or one of its dependencies, is not what gets installed.",
                "Override with an exact version of the same package in the registry (it is then \
                 verified too) or with a range of its versions (it is listed and not judged), or remove \
                 the entry. To change the pinned package itself, change `spec.package` and \
                 `spec.version`.",
            ),
            Self::CodeExecutingEnv => (
                "`spec.env` sets a variable that makes the runtime load code at its start \
                 (`NODE_OPTIONS`, `LD_PRELOAD`, `PYTHONSTARTUP`, ...) or makes the installer use another \
                 registry (`npm_config_*`, `UV_*`, `PIP_*`, `GOPROXY`, ...).",
                "Code that runs beside the verified package, or a registry that was not asked, is \
                 outside of what was verified.",
                "Remove the variable, or check what it loads. Settings of the server itself are fine.",
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
                 certificate, the log entry, the subject or the content is not what it must be. Of a Go \
                 module it is the record in the checksum database that fails, or that the module is not \
                 what the record says. The message names the check.",
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
                "The spec says that the package has attestations, or that they are verified, and the \
                 registry has none.",
                "Either the declaration is wrong, or this version was published another way than the \
                 ones before it, as a thief of a publishing token would have to.",
                "Find out how this version was published. If it never had attestations, set \
                 `provenance.attestations.available: false`.",
            ),
            Self::PublisherNotPinned => (
                "The spec claims attestations (`available: true`, `verified: true` or a `publisher` \
                 block) without saying whose: it names no `publisher.kind` together with \
                 `publisher.repository`, and no complete `signer_identity`. A `signer_identity` is \
                 complete with its host (`https://github.com/owner/name/.github/workflows/x.yml`, with or \
                 without `@ref`) or as an e-mail address; that of a reusable workflow, which anybody can \
                 call, needs the repository beside it.",
                "Anybody can attest packages that they build themselves. As long as nothing says who \
                 must have signed, a stranger's attestations satisfy the claim.",
                "Declare `publisher.kind` and `publisher.repository` (GitHub, GitLab), or the whole \
                 subject of the certificate as `provenance.signer_identity` (the only way for Google \
                 and CircleCI). `repository_uri` alone does not pin a publisher.",
            ),
            Self::PublisherKindMismatch => (
                "The certificate was issued to another service (GitHub, GitLab, Google, CircleCI) \
                 than `publisher.kind` declares, or by another issuer than `cert_issuer` does. Where \
                 this program does not know the issuer, the kind differs only if that issuer cannot be \
                 of it.",
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
            Self::PublisherIdMismatch => (
                "The certificate names the declared repository, and the forge's number of the repository or \
                 of its owner is not the one that `publisher.repository_id` or `publisher.owner_id` declares.",
                "Names can be given up and taken by somebody else; numbers are never given out twice. The \
                 repository or the account was deleted and created again.",
                "Do not use this version before the project confirms, through a separate channel, that the \
                 new repository is its own. Then declare the new numbers.",
            ),
            Self::SourceRepositoryMismatch => (
                "The certificate names another source repository than `provenance.repository_uri` \
                 declares.",
                "The code that was reviewed is then not the code that was built.",
                "Compare both names letter by letter. If the project has moved, confirm it there and \
                 correct `repository_uri`.",
            ),
            Self::SourceRefMismatch => (
                "`provenance.repository_ref` declares a tag or a commit, and the certificate does not \
                 show that the package was built from it: it names another tag, a branch, another \
                 commit or no ref at all.",
                "Usually the tag was left behind when the version was raised; a reader of the spec \
                 then looks at the wrong code.",
                "Update the tag in `repository_ref`. Update bots raise the version and leave the tag \
                 as it is.",
            ),
            Self::UnexpectedBuildRef => (
                "The package was built from another branch than `provenance.repository_ref` declares, \
                 or from the ref of a pull request (`refs/pull/...`).",
                "Whoever can push to some branch, or open a pull request, may have had the release \
                 built from code that was never merged.",
                "Find out why this release was built from there. If the project releases from that \
                 branch, declare it in `repository_ref`; otherwise pin another version.",
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
                 attestations (PyPI), or prefer a package that does. Go has none: read the source at the \
                 tag, or accept the warning for Go in the configuration.",
            ),
            Self::PartialAttestations => (
                "Some files of the release that an installer may choose are attested and others are \
                 not, or different publishers attested them. The message names the files and the \
                 publishers. Files of local versions count (`==1.0` installs `1.0+corp`), and so do \
                 files whose odd names pip or uv read as this version.",
                "Which file is installed depends on the platform. An unattested wheel beside attested \
                 ones is how a release is tampered with afterwards.",
                "Do not rely on this release where the unattested files may be installed. Ask the \
                 project to attest all of them.",
            ),
            Self::RiskyBuildTrigger => (
                "The event that started the build is not one of those that only a project's \
                 maintainers cause: on GitHub `push`, `release`, `workflow_dispatch`, `schedule`, \
                 `merge_group` and `repository_dispatch`; on GitLab `push`, `web`, `schedule`, `api`, \
                 `trigger`, `pipeline` and `parent_pipeline`.",
                "The provenance is genuine and still may describe a build that an outsider \
                 influenced: it says where the package was built, not that the build was safe.",
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
            Self::DeprecatedRelease => (
                "The publisher marked the version (npm) or the module (Go) as deprecated, or the project as archived or \
                 deprecated (PyPI), or the index gives the project a status that this program does not \
                 know. The reason is in the message where one is given.",
                "Publishers deprecate versions that are broken, vulnerable or compromised. The mark is \
                 not signed, so it only warns.",
                "Read the reason and pin another version, or look for the project's successor.",
            ),
            Self::QuarantinedProject => (
                "The index says that the project is quarantined (PEP 792): its files are not given out \
                 until the registry's staff have looked at it. The spec's status is `unknown`.",
                "Projects are quarantined when they are suspected of distributing malware.",
                "Do not use the package. Find out what happened, and look for copies that were already \
                 installed or built.",
            ),
            Self::InstallScript => (
                "The package has a `preinstall`, `install` or `postinstall` script.",
                "npm runs it with the rights of whoever installs, before anybody has run the package. \
                 It is where malware usually starts. The provenance covers the script, not what it \
                 does.",
                "Look at the script. Install with `--ignore-scripts` where the package works without.",
            ),
            Self::NonRegistryDependency => (
                "A dependency of the package is a git repository, a URL or a path; or an entry of a lock \
                 file is one of these, is linked from a folder, or comes from another registry than the \
                 configured one.",
                "What is installed from there was not published in the registry: it has no \
                 signature and no provenance, and it can change although the version is pinned.",
                "Ask the publisher to depend on a published version, or check what is fetched.",
            ),
            Self::LockIntegrityMismatch => locks::LOCK_INTEGRITY_MISMATCH,
            Self::LockEntryWithoutIntegrity => locks::LOCK_ENTRY_WITHOUT_INTEGRITY,
            Self::UnattestedPlatformPackage => locks::UNATTESTED_PLATFORM_PACKAGE,
            Self::ProvenanceLost => drift::PROVENANCE_LOST,
            Self::PublisherChanged => drift::PUBLISHER_CHANGED,
            Self::PublisherReregistered => drift::PUBLISHER_REREGISTERED,
            Self::PublisherRedeclared => drift::PUBLISHER_REDECLARED,
            Self::PublisherRenamed => drift::PUBLISHER_RENAMED,
            Self::DeclarationWeakened => drift::DECLARATION_WEAKENED,
            Self::PackageSwapped => drift::PACKAGE_SWAPPED,
            Self::WorkflowChanged => drift::WORKFLOW_CHANGED,
            Self::BuildWeakened => drift::BUILD_WEAKENED,
            Self::DigestChanged => drift::DIGEST_CHANGED,
            Self::ProvenanceDroppedUpstream => drift::PROVENANCE_DROPPED_UPSTREAM,
            Self::OriginMismatch => (
                "The `Origin` that the Go module proxy states names another repository than the \
                 module's path or `repository_uri`, or another commit than the declared one.",
                "The checksum database shows everybody the same content, whatever it was made of. A \
                 tag that was moved and an address that leads elsewhere show up in `Origin`; it is not \
                 signed, so it only warns.",
                "Compare the module's content with the repository at the tag, and ask the project.",
            ),
            Self::ImpostorCommit => (
                "The skill's commit can be fetched from the declared repository, and no branch's history \
                 that the spec declares (or the default branch's, where it declares none) contains it.",
                "GitHub serves the commits of every fork under the address of each repository of the \
                 network, so that anybody can make a commit that is cloned as if it were the \
                 repository's own. Only a commit that a branch contains was put there by people who may.",
                "Do not use the commit. Pin one that the branch contains. If the skill follows another \
                 branch, declare that as `provenance.repository_ref`. If the branch was rewritten, look at \
                 what became of the commit before you pin its successor.",
            ),
            Self::EvidenceBelowPolicy => policy::EVIDENCE_BELOW_POLICY,
            Self::LevelBelowPolicy => policy::LEVEL_BELOW_POLICY,
            Self::PublisherNotAllowed => policy::PUBLISHER_NOT_ALLOWED,
            Self::WorkflowNotAllowed => policy::WORKFLOW_NOT_ALLOWED,
            Self::RefNotAllowed => policy::REF_NOT_ALLOWED,
            Self::TriggerNotAllowed => policy::TRIGGER_NOT_ALLOWED,
            Self::RunnerNotAllowed => policy::RUNNER_NOT_ALLOWED,
            Self::TooRecent => policy::TOO_RECENT,
            Self::ExemptionUnused => policy::EXEMPTION_UNUSED,
            Self::ExemptionExpired => policy::EXEMPTION_EXPIRED,
            Self::RequirementUnused => policy::REQUIREMENT_UNUSED,
            Self::VerificationIncomplete => (
                "Something that decides could not be determined: the registry refused or failed, an \
                 answer was unreadable, or the ecosystem, the kind of evidence or the provider that \
                 signed it is not known to this program. The message names the cause.",
                "Not knowing is neither good nor bad news. The run is inconclusive (exit code 3), \
                 whatever severity this rule is given.",
                "Remove the cause and run again. `--fail-on-unknown false` accepts what is not known of \
                 packages whose spec claims no attestations, and the report says so.",
            ),
        };
        Explanation {
            meaning,
            why,
            action,
        }
    }
}
