//! The verifier that judges what the testkit makes.

use serde_json::Value;
use sigstore_trust_root::TrustedRoot;
use sigstore_verify::types::{ArtifactDigest, Bundle, DerPublicKey, HashAlgorithm};
use sigstore_verify::{
    PublicKeyVerificationPolicy, VerificationPolicy, VerificationResult, Verifier,
};
use testkit::World;
use testkit::keys::P256Key;

/// A verifier that trusts `world`.
pub(crate) fn verifier(world: &World) -> Verifier {
    let root = TrustedRoot::from_json(&world.trusted_root_json()).expect("a trusted root");
    Verifier::new(&root).expect("usable trust material")
}

/// The digest that a manifest's `dist.integrity` gives.
pub(crate) fn digest_of(manifest: &Value) -> ArtifactDigest {
    use base64::Engine as _;
    let integrity = manifest["dist"]["integrity"].as_str().expect("integrity");
    let sha512 = base64::engine::general_purpose::STANDARD
        .decode(integrity.strip_prefix("sha512-").expect("sha512"))
        .expect("base64");
    ArtifactDigest::new(HashAlgorithm::Sha2512, sha512).expect("64 bytes")
}

/// A SHA-256 digest.
pub(crate) fn sha256(digest: &[u8]) -> ArtifactDigest {
    ArtifactDigest::new(HashAlgorithm::Sha2256, digest.to_vec()).expect("32 bytes")
}

/// Verifies a bundle signed with a certificate.
pub(crate) fn verify_keyless(
    verifier: &Verifier,
    bundle: &Value,
    digest: &ArtifactDigest,
) -> Result<VerificationResult, String> {
    let bundle = Bundle::from_json(&bundle.to_string()).map_err(|error| error.to_string())?;
    verifier
        .verify(digest.clone(), &bundle, &VerificationPolicy::any_identity())
        .map_err(|error| error.to_string())
}

/// Verifies a bundle signed with a registry key.
pub(crate) fn verify_keyed(
    verifier: &Verifier,
    bundle: &Value,
    digest: &ArtifactDigest,
    key: &P256Key,
) -> Result<VerificationResult, String> {
    let bundle = Bundle::from_json(&bundle.to_string()).map_err(|error| error.to_string())?;
    let policy = PublicKeyVerificationPolicy::new(DerPublicKey::new(key.spki()));
    verifier
        .verify(digest.clone(), &bundle, &policy)
        .map_err(|error| error.to_string())
}
