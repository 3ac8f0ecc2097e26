//! One Sigstore bundle of any shape, under both trusts and both kinds of signer.
#![no_main]

use std::sync::LazyLock;

use dockyard_provenance_fuzz::{EMBEDDED_TRUST, NPM, WORLD, WORLD_TRUST};
use libfuzzer_sys::fuzz_target;
use package_provenance::trust::KeyUsage;
use package_provenance::verify::bundle::{Signer, check, key_hint};
use sigstore_verify::types::{ArtifactDigest, DerPublicKey, HashAlgorithm};

static DIGEST: LazyLock<ArtifactDigest> = LazyLock::new(|| {
    let digest = testkit::npm::tarball_digest(NPM.0, NPM.1);
    ArtifactDigest::new(HashAlgorithm::Sha2512, digest).expect("64 bytes")
});

static KEY: LazyLock<DerPublicKey> = LazyLock::new(|| {
    let id = WORLD.npm.current.id();
    let key = WORLD_TRUST.npm_keys.find(&id, KeyUsage::Attestations);
    key.expect("npm's key").public_key.clone()
});

fuzz_target!(|data: &[u8]| {
    let Ok(text) = std::str::from_utf8(data) else {
        return;
    };
    let hint = key_hint(text);
    for signer in [Signer::AnyCertificate, Signer::Key(&KEY)] {
        assert!(check(&EMBEDDED_TRUST.sigstore, text, DIGEST.clone(), signer).is_err());
        let Ok(checked) = check(&WORLD_TRUST.sigstore, text, DIGEST.clone(), signer) else {
            continue;
        };
        // Only what this world signed verifies, and it signed this one package.
        let keyed = matches!(signer, Signer::Key(_));
        assert_eq!(keyed, checked.claims.is_none());
        assert_eq!(keyed, matches!(hint, Ok(Some(_))));
        let payload = String::from_utf8(checked.payload.expect("a payload")).expect("JSON");
        assert!(payload.contains("acme/widget@1.2.3"), "{payload}");
    }
});
