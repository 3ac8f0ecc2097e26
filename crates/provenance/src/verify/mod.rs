//! The heart: raw evidence in, verified facts out. Pure: no network, no environment,
//! and no clock but the one that `sigstore-verify` compares log times with, so that none lies in the
//! future.

mod build_level;
pub mod bundle;
pub mod certificate;
mod cryptography;
pub mod failure;
mod git;
pub mod go;
mod go_facts;
mod go_tag;
mod keyless;
mod log_entry;
mod mirrored;
mod named_workflow;
mod npm;
mod npm_attestation;
mod npm_manifest;
mod npm_signature;
mod npm_tarball;
pub mod observed;
mod predicate_types;
mod publisher;
mod pypi;
mod pypi_attestation;
mod pypi_publisher;
mod shape;
mod slsa;
mod statement;
mod timestamp_token;
mod undated;

pub use git::verify_folder;
pub use go_facts::GoFacts;
pub use go_tag::TagNow;
pub use observed::{
    Evidence, EvidenceFacts, EvidenceKind, Limit, ListedFile, Observed, Outcome, Publisher,
    RegistryWords, Source, Status, Unsupported, Verified,
};

use jiff::Timestamp;

use crate::evidence::RawEvidence;
use crate::package::PackageVersion;
use crate::trust::TrustMaterial;

/// Judges what the registry answered about `package`, as of `now`.
pub fn verify(
    package: &PackageVersion,
    evidence: &RawEvidence,
    trust: &TrustMaterial,
    now: Timestamp,
) -> Observed {
    match (package, evidence) {
        (PackageVersion::Npm(package), RawEvidence::Npm(raw)) => {
            npm::verify(package, raw, trust, now)
        }
        (PackageVersion::Pypi(package), RawEvidence::Pypi(raw)) => {
            pypi::verify(package, raw, trust)
        }
        (PackageVersion::Go(package), RawEvidence::Go(raw)) => go::verify(package, raw, trust),
        (_, RawEvidence::Mirrored(mirrored)) => mirrored::verify(package, mirrored, trust, now),
        (_, RawEvidence::Unsupported(cause)) => Observed::unsupported(cause.clone()),
        _ => Observed::undetermined("the evidence is of another ecosystem than the package"),
    }
}
