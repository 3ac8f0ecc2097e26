//! The heart: raw evidence in, verified facts out. Pure: no network, no clock, no environment.

pub mod observed;

pub use observed::{
    Evidence, EvidenceFacts, EvidenceKind, Observed, Outcome, Publisher, Status, Verified,
};

use jiff::Timestamp;

use crate::package::PackageVersion;
use crate::registry::RawEvidence;
use crate::trust::TrustMaterial;

/// Judges what the registry answered about `package`, as of `now`.
pub fn verify(
    package: &PackageVersion,
    evidence: &RawEvidence,
    trust: &TrustMaterial,
    now: Timestamp,
) -> Observed {
    let _ = (package, evidence, trust, now);
    todo!()
}
