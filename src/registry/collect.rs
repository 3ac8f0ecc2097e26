//! Asking everything that is needed to judge one package.

use super::{EvidenceSource, RawEvidence};
use crate::package::PackageVersion;
use crate::trust::NpmKeys;

/// Asks `source` for the evidence of `package`, with as few round trips as the questions allow:
/// npm's manifest and attestations at once, the packument only where `npm_keys` has an end for the
/// key that signed and no attestation dates it; PyPI's index, then every provenance at once.
pub async fn collect<S: EvidenceSource>(
    source: &S,
    package: &PackageVersion,
    npm_keys: &NpmKeys,
) -> RawEvidence {
    let _ = (source, package, npm_keys);
    todo!()
}
