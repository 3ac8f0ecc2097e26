//! The predicate types of attestations that this program verifies.

use std::borrow::Cow;

/// SLSA provenance v0.2.
pub(super) const PROVENANCE_V0_2: &str = "https://slsa.dev/provenance/v0.2";
/// SLSA provenance v1.
pub(super) const PROVENANCE_V1: &str = "https://slsa.dev/provenance/v1";
/// npm's publish attestation.
pub(super) const NPM_PUBLISH: &str =
    "https://github.com/npm/attestation/tree/main/specs/publish/v0.1";
/// PyPI's publish attestation.
pub(super) const PYPI_PUBLISH: &str = "https://docs.pypi.org/attestations/publish/v1";

/// `predicate_type` for a result, which is kept for every package: one of the above takes no memory of its own.
pub(super) fn kept(predicate_type: &str) -> Cow<'static, str> {
    let known = [PROVENANCE_V0_2, PROVENANCE_V1, NPM_PUBLISH, PYPI_PUBLISH];
    let known = known.into_iter().find(|known| *known == predicate_type);
    known.map_or_else(|| Cow::Owned(predicate_type.to_owned()), Cow::Borrowed)
}
