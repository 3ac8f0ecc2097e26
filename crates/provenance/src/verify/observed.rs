//! What verification found out about one package.

mod made;

use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::go_facts::GoFacts;
use crate::evidence::npm::words::Dependencies;
use crate::evidence::pypi::ProjectStatus;
use crate::identity::{GitRef, PublisherKind, Repository};
use crate::package::NpmPackage;

/// A value that cryptography stands behind: a signature, or of a git commit its id, whose place in a
/// repository's history is the forge's own word. Constructible only inside `verify`; clones share it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verified<T>(Arc<T>);

impl<T> Verified<T> {
    /// States that `value` was read from bytes whose signature, log entry, time and identity were
    /// verified.
    pub(super) fn attest(value: T) -> Self {
        Self(Arc::new(value))
    }

    /// The value.
    pub fn get(&self) -> &T {
        &self.0
    }
}

/// The result for one spec, from worst understood to best.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Status {
    /// Every required attestation of every artifact verified.
    Verified,
    /// Some files are attested, others not, or their publishers differ.
    Partial,
    /// Only the registry's signature verified: integrity, not origin.
    Signed,
    /// A folder of a repository whose commit is in the history of the declared branch or tag: the content
    /// is fixed, and the repository's own.
    Pinned,
    /// The registry answered and there is no evidence.
    None,
    /// Evidence exists and fails verification.
    Invalid,
    /// The registry has no such package or version.
    NotFound,
    /// Could not be determined.
    Unknown,
    /// The spec cannot be used.
    Malformed,
    /// A spec that names neither a package nor a source.
    NotApplicable,
}

impl Status {
    /// Every status, in the order of reports.
    pub const ALL: [Self; 10] = [
        Self::Verified,
        Self::Partial,
        Self::Signed,
        Self::Pinned,
        Self::None,
        Self::Invalid,
        Self::NotFound,
        Self::Unknown,
        Self::Malformed,
        Self::NotApplicable,
    ];

    /// The word used in reports.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Verified => "verified",
            Self::Partial => "partial",
            Self::Signed => "signed",
            Self::Pinned => "pinned",
            Self::None => "none",
            Self::Invalid => "invalid",
            Self::NotFound => "not-found",
            Self::Unknown => "unknown",
            Self::Malformed => "malformed",
            Self::NotApplicable => "not-applicable",
        }
    }
}

/// What kind of evidence a record is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum EvidenceKind {
    /// A signature of npm's registry over name, version and integrity.
    NpmRegistrySignature,
    /// npm's publish attestation.
    NpmPublishAttestation,
    /// SLSA provenance.
    SlsaProvenance,
    /// PyPI's publish attestation (PEP 740).
    PypiPublishAttestation,
    /// A record of Go's checksum database.
    GoChecksum,
    /// A git commit in the history of a branch or tag.
    GitCommit,
}

impl EvidenceKind {
    /// The word used in reports.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::NpmRegistrySignature => "npm-registry-signature",
            Self::NpmPublishAttestation => "npm-publish-attestation",
            Self::SlsaProvenance => "slsa-provenance",
            Self::PypiPublishAttestation => "pypi-publish-attestation",
            Self::GoChecksum => "go-checksum",
            Self::GitCommit => "git-commit",
        }
    }
}

/// What this program does not know, so that it cannot judge what rests on it. The texts may hold
/// untrusted text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Unsupported {
    /// The OIDC issuer of a certificate that verified, about this very artifact.
    Issuer(Verified<String>),
    /// A kind, version or type of evidence: the sentence that says which.
    Other(String),
}

impl fmt::Display for Unsupported {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Issuer(issuer) => write!(
                formatter,
                "verified, but by a provider that this program does not know: `{}`",
                issuer.get()
            ),
            Self::Other(cause) => formatter.write_str(cause),
        }
    }
}

/// The result of one check. Five cases, never a bool.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// It verified; these are its facts.
    Verified(Verified<EvidenceFacts>),
    /// The registry answered that there is none.
    Absent,
    /// It exists and fails: which check, and how. May hold untrusted text.
    Invalid(String),
    /// Could not be determined: why. May hold untrusted text.
    Unknown(String),
    /// Cannot be determined by this program. Reports write `unknown`, as for the case before.
    Unsupported(Unsupported),
}

impl Outcome {
    /// The word used in reports.
    pub const fn as_str(&self) -> &'static str {
        match self {
            Self::Verified(_) => "verified",
            Self::Absent => "absent",
            Self::Invalid(_) => "invalid",
            Self::Unknown(_) | Self::Unsupported(_) => "unknown",
        }
    }
}

/// One piece of evidence about one artifact.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Evidence {
    /// Its kind.
    pub kind: EvidenceKind,
    /// What it is about: `name@version`, or a file name.
    pub artifact: String,
    /// What came of it.
    pub outcome: Outcome,
}

/// The facts of one verified piece of evidence.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct EvidenceFacts {
    /// The artifact's digest, such as `sha512:…` or `gitCommit:…` in lower-case hexadecimal. All evidence about
    /// an artifact shares it.
    pub digest: Arc<str>,
    /// The signed predicate type, where it is an attestation.
    pub predicate_type: Option<Cow<'static, str>>,
    /// The SHA-256 of the attestation as the registry served it, byte for byte.
    pub attestation_sha256: Option<[u8; 32]>,
    /// When the transparency log took it in.
    pub logged_at: Option<Timestamp>,
    /// A time at which the transparency log had it already, where the log itself has no dates.
    pub logged_by: Option<Timestamp>,
    /// Its index in the transparency log.
    pub log_index: Option<u64>,
    /// What a reader should know about the strength of this evidence, such as a log entry that
    /// has only the log's promise.
    pub note: Option<String>,
    /// Who signed it, where a certificate says so.
    pub publisher: Option<Verified<Publisher>>,
    /// The repository that a git commit belongs to, as the forge has it now.
    pub source: Option<Box<Source>>,
}

/// A repository whose history contains a commit, as the forge has it now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Source {
    /// The repository as it was asked for.
    pub repository: Repository,
    /// The forge's own number of it: another one under the same name is another repository.
    pub repository_id: String,
    /// The forge's own number of the owner.
    pub owner_id: Option<String>,
    /// The branch or tag whose history contains the commit, by its full name.
    pub followed: String,
    /// The newest commit of it.
    pub tip: String,
}

/// Who built it, as the certificate says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Publisher {
    /// The kind, from the exact issuer.
    pub kind: PublisherKind,
    /// The certificate's subject: a workflow URI, or an e-mail address.
    pub subject: String,
    /// The exact OIDC issuer.
    pub issuer: String,
    /// The source repository (none for Google accounts).
    pub repository: Option<Repository>,
    /// The build configuration's path in the source repository, such as
    /// `.github/workflows/release.yml`.
    pub workflow: Option<String>,
    /// The git ref that was built.
    pub git_ref: Option<GitRef>,
    /// The commit that was built.
    pub commit: Option<String>,
    /// `github-hosted`, `gitlab-hosted`, `self-hosted`, …
    pub runner_environment: Option<String>,
    /// The event that started the run.
    pub trigger: Option<String>,
    /// The forge's own number of the repository.
    pub repository_id: Option<String>,
    /// The forge's own number of the owner.
    pub owner_id: Option<String>,
    /// Where the run can be looked at.
    pub run_url: Option<String>,
    /// The workflow that held the identity: a reusable one where it differs from `workflow`.
    pub build_signer_uri: Option<String>,
    /// The deployment environment, where the certificate names one.
    pub environment: Option<String>,
}

/// What a registry says of a release and nobody signed: it may warn, never clear. Texts are bounded
/// and untrusted.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct RegistryWords {
    /// Why the release was deprecated, where it was; empty where no reason is given.
    pub deprecated: Option<String>,
    /// npm's scripts that run at installation, where there are any; empty where none is named.
    pub install_scripts: Option<Vec<&'static str>>,
    /// npm's dependencies from elsewhere than the registry.
    pub foreign_dependencies: Dependencies,
    /// When the youngest file of the release was published, where the registry says so of each.
    pub published: Option<Timestamp>,
    /// npm's packages that may hold this one's binary for a platform, at one exact version each.
    pub platform_packages: Vec<NpmPackage>,
    /// Whether it may name more of them than are kept.
    pub more_platform_packages: bool,
    /// Whether npm installs it on certain platforms only.
    pub for_platform: bool,
}

/// A file as the registry lists it. Nobody signed that.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListedFile {
    /// The file's name; of npm, `name@version`.
    pub artifact: String,
    /// Its digest, such as `sha256:…` in lower-case hexadecimal.
    pub digest: String,
}

/// What keeps a package from being judged, where something about it is not determined.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Limit {
    /// Something outside of spec and program, which may be gone the next time: a registry, the
    /// network, the trust material. What earlier runs found of the package may still be true.
    #[default]
    Outside,
    /// This program: it does not verify packages of this ecosystem, or does not know the kind of
    /// evidence or the provider that signed it. The next run says the same.
    Unsupported,
}

/// Everything verification found out about one package.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Observed {
    /// The status that follows from the evidence.
    pub status: Status,
    /// The publisher, if every verified attestation names the same and none fails.
    pub publisher: Option<Verified<Publisher>>,
    /// Every build that verified attestations speak of, each once: one file may have been built by
    /// another event, on another runner, from another ref, or by another publisher. They are compared
    /// with what the spec declares whatever the status is, so that no file hides behind another.
    pub builds: Vec<Verified<Publisher>>,
    /// SLSA build level that may honestly be claimed (docs/verification.md#b7).
    pub slsa_build_level: Option<u8>,
    /// The evidence, in a fixed order.
    pub evidence: Vec<Evidence>,
    /// Whether, and why, the registry says that the release was withdrawn (unsigned: it only
    /// warns).
    pub yanked: Option<String>,
    /// Why it is not known whether the release was withdrawn, where it was asked and not answered.
    pub yanked_unknown: Option<String>,
    /// What the registry says of the release besides.
    pub words: RegistryWords,
    /// The files that the registry lists, where it gives a digest of them: what a lock file is held
    /// against.
    pub listed: Vec<ListedFile>,
    /// What the registry says of the project as a whole, where it marks it (unsigned: it only warns).
    pub project_status: Option<ProjectStatus>,
    /// Whether the registry has the project, where `status` is `not-found`: then nobody else can
    /// register it.
    pub project_exists: bool,
    /// Whether the registry is not npm's and no key of it is known: a signature that is missing then
    /// says nothing.
    pub keyless_registry: bool,
    /// The package name and version do not exist at the registry, could not be asked, or are not
    /// supported: the sentence that says which, where `status` is `not-found` or `unknown` without
    /// evidence.
    pub cause: Option<String>,
    /// What stood in the way, where something is not determined.
    pub limit: Limit,
    /// What is known of a Go package's module and of where it is from.
    pub go: Option<Box<GoFacts>>,
    /// What it would be for a spec that accepts the one issuer that is not known: asked for with
    /// [`Self::accepting`].
    pub accepted: Option<Accepted>,
}

/// A result for those only who accept an issuer that this program does not know.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Accepted {
    /// The issuer, byte for byte as the certificate has it.
    pub(super) issuer: String,
    /// What is found out where it is accepted.
    pub(super) observed: Box<Observed>,
}
