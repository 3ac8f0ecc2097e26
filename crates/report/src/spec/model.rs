//! What a spec says, typed, with the place of every value.

use crate::finding::Draft;
use crate::finding::{Span, Spanned};
use package_provenance::git::PinnedFolder;
use package_provenance::identity::{GitRef, PublisherKind, Repository, SignerIdentity};
use package_provenance::package::{PackageVersion, Requirement, RequirementError};

/// Longest line that is shown, in characters.
const MAX_LINE: usize = 160;

/// The folder a spec lies in, which is the protocol its package is run with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Protocol {
    /// `npx`: npm.
    Npx,
    /// `uvx`: PyPI.
    Uvx,
    /// `go`: Go modules.
    Go,
    /// Any other folder name, such as `skills`.
    Other(String),
}

impl Protocol {
    /// The protocol of a folder name.
    pub fn from_folder(folder: &str) -> Self {
        match folder {
            "npx" => Self::Npx,
            "uvx" => Self::Uvx,
            "go" => Self::Go,
            other => Self::Other(other.to_owned()),
        }
    }

    /// The folder name.
    pub fn as_str(&self) -> &str {
        match self {
            Self::Npx => "npx",
            Self::Uvx => "uvx",
            Self::Go => "go",
            Self::Other(other) => other,
        }
    }
}

/// One `spec.yaml`, read.
#[derive(Debug, Clone)]
pub struct SpecFile {
    /// Path relative to the scanned root, `/`-separated.
    pub path: String,
    /// The folder's protocol.
    pub protocol: Protocol,
    /// `spec.package` as written, if it is there: untrusted text for display.
    pub package_text: Option<String>,
    /// `spec.version` as written, if it is there: untrusted text for display.
    pub version_text: Option<String>,
    /// What the spec pins.
    pub subject: Subject,
    /// Whether it claims attestations, as far as can be read: one that cannot be read may.
    pub claimed: bool,
    /// Everything wrong with the file itself, in the order of the file.
    pub problems: Vec<Draft>,
    /// The text, for showing a line of it; empty where the file is not text.
    pub text: Box<str>,
}

impl SpecFile {
    /// The first characters of a line, counted from 1, where the file has it.
    pub fn line(&self, number: usize) -> Option<Box<str>> {
        let line = self.text.lines().nth(number.checked_sub(1)?)?;
        let line: String = line.chars().take(MAX_LINE).collect();
        (!line.trim().is_empty()).then(|| line.into())
    }
}

/// What a spec pins.
#[derive(Debug, Clone)]
pub enum Subject {
    /// A package of a registry.
    Package(Box<SpecPackage>),
    /// A skill: a folder of a repository at a commit.
    Skill(Box<SpecSkill>),
    /// Nothing usable: the reason is among the file's problems.
    Unusable,
}

/// A pinned skill and what its spec declares of it.
#[derive(Debug, Clone)]
pub struct SpecSkill {
    /// The folder, with a repository, a commit and a path that can be asked about.
    pub folder: PinnedFolder,
    /// Where `spec.ref` stands.
    pub ref_span: Span,
    /// The `provenance` block.
    pub declared: DeclaredProvenance,
}

/// A pinned package and what its spec declares of it.
#[derive(Debug, Clone)]
pub struct SpecPackage {
    /// The package, with a name and version that satisfy the registry's grammar.
    pub package: PackageVersion,
    /// Where `spec.package` stands.
    pub name_span: Span,
    /// Where `spec.version` stands.
    pub version_span: Span,
    /// The `provenance` block.
    pub declared: DeclaredProvenance,
    /// `overrides` or `constraints`: what the installer takes in place of dependencies.
    pub overrides: Vec<Override>,
    /// The names in `env`.
    pub env: Vec<Spanned<String>>,
}

/// An entry of `spec.overrides` or `spec.constraints`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Override {
    /// Its route, by the package's name, such as `spec.overrides[undici]`.
    pub route: String,
    /// Where the version stands, or the whole requirement.
    pub span: Span,
    /// The package, or where that is not understood all of it, as written: untrusted text.
    pub package: String,
    /// Its version or versions as written: untrusted text.
    pub version: Option<String>,
    /// What it asks a registry for; an error where it may ask somebody else.
    pub wanted: Result<Requirement, RequirementError>,
}

impl SpecPackage {
    /// The packages that overrides pin to one version: further artifacts of the spec.
    pub fn pinned_overrides(&self) -> impl Iterator<Item = &PackageVersion> {
        self.overrides.iter().filter_map(|one| self.pinned_by(one))
    }

    /// The package that `entry` pins to one version; none where it concerns the spec's own package,
    /// which nothing may replace.
    pub fn pinned_by<'a>(&self, entry: &'a Override) -> Option<&'a PackageVersion> {
        let required = entry.wanted.as_ref().ok()?;
        let exact = required.exact.as_ref()?;
        (!required.name.is_of(&self.package)).then_some(exact)
    }
}

/// A mapping in the spec, and how to add keys to it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Block {
    /// Where its key stands.
    pub key: Span,
    /// The column in which its keys stand, 1-based, so that more can be written below `key`; `None`
    /// where they stand in braces or elsewhere.
    pub column: Option<usize>,
}

/// The `provenance` block: every field optional, unstated is not `false`. What is unstated takes little room,
/// as in most specs nothing is stated.
#[derive(Debug, Clone, Default)]
pub struct DeclaredProvenance {
    /// The block itself, if it is there.
    pub block: Option<Box<Block>>,
    /// A value of the block could not be read (a `spec-invalid` finding says which), so what it
    /// declares is not known in full.
    pub unreadable: bool,
    /// The first key that nothing reads and that is probably meant for the block: misspelt, or in
    /// another place. Its value may declare what seems to be missing.
    pub stray: Option<Box<Spanned<String>>>,
    /// What could not be read would say whose the attestations must be.
    pub publisher_unreadable: bool,
    /// `repository_uri`.
    pub repository_uri: Option<Box<Spanned<Repository>>>,
    /// `repository_ref`.
    pub repository_ref: Option<Box<Spanned<GitRef>>>,
    /// `attestations.available`.
    pub available: Option<Box<Spanned<bool>>>,
    /// `attestations.verified`: a claim of the spec's author, compared and never believed.
    pub verified: Option<Box<Spanned<bool>>>,
    /// The block `attestations`, if it is there.
    pub attestations: Option<Box<Block>>,
    /// The block `attestations.publisher`, if it is there, empty or not.
    pub publisher: Option<Box<Block>>,
    /// `attestations.publisher.kind`.
    pub publisher_kind: Option<Box<Spanned<PublisherKind>>>,
    /// `attestations.publisher.repository`.
    pub publisher_repository: Option<Box<Spanned<Repository>>>,
    /// `attestations.publisher.workflow`, as written.
    pub publisher_workflow: Option<Box<Spanned<String>>>,
    /// `attestations.publisher.repository_id`: the forge's number of the repository, in decimal digits.
    pub publisher_repository_id: Option<Box<Spanned<String>>>,
    /// `attestations.publisher.owner_id`: the forge's number of its owner, in decimal digits.
    pub publisher_owner_id: Option<Box<Spanned<String>>>,
    /// dockyard's older `sigstore_url`, as written.
    pub sigstore_url: Option<Box<Spanned<String>>>,
    /// dockyard's older `signer_identity`.
    pub signer_identity: Option<Box<Spanned<SignerIdentity>>>,
    /// dockyard's older `runner_environment`, as written.
    pub runner_environment: Option<Box<Spanned<String>>>,
    /// dockyard's older `cert_issuer`, as written.
    pub cert_issuer: Option<Box<Spanned<String>>>,
}

impl DeclaredProvenance {
    /// The place of the claim that there are attestations, if the spec makes it: by
    /// `available: true`, by `verified: true`, or by a `publisher` block (even an empty one) or an
    /// older key about the signer, without saying `available: false`.
    pub fn claims_attestations(&self) -> Option<Span> {
        if let Some(available) = &self.available {
            return available.value.then_some(available.span);
        }
        let verified = self.verified.as_ref().filter(|verified| verified.value);
        verified
            .map(|verified| verified.span)
            .or_else(|| self.publisher_kind.as_ref().map(|kind| kind.span))
            .or_else(|| self.publisher_repository.as_ref().map(|place| place.span))
            .or_else(|| self.publisher_workflow.as_ref().map(|place| place.span))
            .or_else(|| self.publisher_repository_id.as_ref().map(|id| id.span))
            .or_else(|| self.publisher_owner_id.as_ref().map(|id| id.span))
            .or_else(|| self.publisher.as_ref().map(|block| block.key))
            .or_else(|| self.signer_identity.as_ref().map(|place| place.span))
            .or_else(|| self.cert_issuer.as_ref().map(|place| place.span))
            .or_else(|| self.runner_environment.as_ref().map(|place| place.span))
    }

    /// Whether it claims attestations, or may do so in what cannot be read.
    pub fn may_claim_attestations(&self) -> bool {
        let denied = self.available.as_ref().is_some_and(|it| !it.value);
        self.claims_attestations().is_some() || (self.unreadable && !denied)
    }

    /// The issuer that it accepts although this program does not know it: `cert_issuer`, only beside what
    /// pins the publisher.
    pub fn accepted_issuer(&self) -> Option<&str> {
        let issuer = self.cert_issuer.as_ref()?;
        self.pins_publisher().then_some(issuer.value.as_str())
    }

    /// Whether it says whose the attestations must be, so that no stranger's satisfy it: by kind and
    /// repository, where these name one publisher, or by the whole subject of the certificate.
    ///
    /// `repository_uri` says where the source lies, not who publishes. Google's publishers are
    /// accounts and `CircleCI`'s are projects (PyPI's publisher objects, PEP 740), which kind and
    /// repository do not name.
    pub fn pins_publisher(&self) -> bool {
        let by_repository = self.publisher_repository.is_some()
            && self
                .publisher_kind
                .as_ref()
                .is_some_and(|kind| match kind.value {
                    PublisherKind::GitHub | PublisherKind::GitLab => true,
                    PublisherKind::Google | PublisherKind::CircleCI => false,
                });
        let by_subject = self
            .signer_identity
            .as_ref()
            .is_some_and(|identity| identity.value.is_whole());
        by_repository || by_subject
    }
}
