//! What both benchmarks measure: one npm release of today, and the cryptography it cannot do
//! without.

mod others;

use std::sync::Arc;

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_ASN1, ECDSA_P256_SHA256_ASN1_SIGNING, ECDSA_P384_SHA384_ASN1,
    ECDSA_P384_SHA384_ASN1_SIGNING, EcdsaKeyPair, EcdsaSigningAlgorithm,
    EcdsaVerificationAlgorithm, KeyPair as _, UnparsedPublicKey,
};
use jiff::Timestamp;
use package_provenance::evidence::{Fetched, NpmRaw, RawEvidence};
use package_provenance::package::{NpmName, NpmPackage, NpmVersion, PackageVersion};
use package_provenance::trust::{
    KeyUsage, NpmKey, NpmKeys, TrustDocument, TrustMaterial, TrustSource,
};
use package_provenance::verify::bundle::{self, Signer};
use package_provenance::verify::{Status, verify};
use sigstore_verify::types::{ArtifactDigest, HashAlgorithm};
use testkit::predicate::{NPM_PUBLISH, SLSA_V1};
use testkit::{NpmRelease, World};

pub(crate) use others::{Heads, Module, Skill};

const NAME: &str = "@acme/widget";
const VERSION: &str = "1.2.3";

/// One release of the virtual registry in today's shape: provenance as a v0.3 bundle with a `dsse`
/// log entry, inclusion promise, proof and checkpoint; a publish attestation signed by the registry.
pub(crate) struct Release {
    trust: TrustMaterial,
    package: PackageVersion,
    now: Timestamp,
    raw: RawEvidence,
    provenance_only: RawEvidence,
    publish_only: RawEvidence,
    provenance: String,
    publish: String,
    key: NpmKey,
    digest: ArtifactDigest,
}

impl Release {
    /// Signs the release.
    pub(crate) fn new() -> Self {
        let world = World::new();
        let release = world.npm_package(NAME, VERSION);
        let mut unsigned = release.clone();
        unsigned.manifest["dist"]["signatures"] = serde_json::json!([]);
        let npm_keys = NpmKeys::from_json(world.npm_keys_json().as_bytes()).unwrap();
        let publish = release.bundle(NPM_PUBLISH);
        let hint = publish["verificationMaterial"]["publicKey"]["hint"]
            .as_str()
            .unwrap();
        let digest = testkit::npm::tarball_digest(NAME, VERSION);
        Self {
            key: npm_keys.find(hint, KeyUsage::Attestations).unwrap().clone(),
            digest: ArtifactDigest::new(HashAlgorithm::Sha2512, digest).unwrap(),
            provenance: release.bundle(SLSA_V1).to_string(),
            publish: publish.to_string(),
            raw: evidence(&release, |_| true),
            provenance_only: evidence(&unsigned, |kind| kind == SLSA_V1),
            publish_only: evidence(&unsigned, |kind| kind == NPM_PUBLISH),
            trust: trust(&world),
            package: PackageVersion::Npm(NpmPackage {
                name: NpmName::parse(NAME).unwrap(),
                version: NpmVersion::parse(VERSION).unwrap(),
            }),
            now: world.now,
        }
    }

    /// The whole package: manifest, registry signature, both attestations.
    pub(crate) fn whole(&self) {
        let observed = verify(&self.package, &self.raw, &self.trust, self.now);
        assert_eq!(observed.status, Status::Verified);
    }

    /// As [`Self::whole`] with the provenance alone and no registry signature: manifest, one bundle,
    /// its certificate's claims and its statement held against each other.
    pub(crate) fn provenance_in_package(&self) {
        let observed = verify(&self.package, &self.provenance_only, &self.trust, self.now);
        assert_eq!(observed.evidence[2].outcome.as_str(), "verified");
    }

    /// As [`Self::whole`] with the publish attestation alone and no registry signature.
    pub(crate) fn publish_in_package(&self) {
        let observed = verify(&self.package, &self.publish_only, &self.trust, self.now);
        assert_eq!(observed.evidence[1].outcome.as_str(), "verified");
    }

    /// One provenance bundle, parsed and verified.
    pub(crate) fn provenance_bundle(&self) {
        let checked = bundle::check(
            &self.trust.sigstore,
            &self.provenance,
            self.digest.clone(),
            Signer::AnyCertificate,
        );
        assert!(checked.unwrap().claims.is_some());
    }

    /// One publish attestation, parsed and verified.
    pub(crate) fn publish_bundle(&self) {
        let checked = bundle::check(
            &self.trust.sigstore,
            &self.publish,
            self.digest.clone(),
            Signer::Key(&self.key.public_key),
        );
        assert!(checked.unwrap().payload.is_some());
    }
}

/// The registry's answers, with the attestations that `keep` keeps.
fn evidence(release: &NpmRelease, keep: impl Fn(&str) -> bool) -> RawEvidence {
    let mut attestations = release.attestations.clone();
    attestations["attestations"]
        .as_array_mut()
        .unwrap()
        .retain(|entry| keep(entry["predicateType"].as_str().unwrap()));
    let found =
        |document: &serde_json::Value| Fetched::Found(Arc::from(document.to_string().into_bytes()));
    RawEvidence::Npm(NpmRaw {
        manifest: found(&release.manifest),
        attestations: found(&attestations),
        packument: None,
    })
}

/// Signature checks with the verifier's own cryptography and nothing around them.
pub(crate) struct Floor {
    p256: Check,
    p384: Check,
}

struct Check {
    key: UnparsedPublicKey<Vec<u8>>,
    signature: Vec<u8>,
}

/// About as long as what is signed in a bundle.
const MESSAGE: [u8; 1024] = [0x5a; 1024];

impl Check {
    fn new(
        signing: &'static EcdsaSigningAlgorithm,
        verifying: &'static EcdsaVerificationAlgorithm,
    ) -> Self {
        let pair = EcdsaKeyPair::generate(signing).unwrap();
        let signature = pair.sign(&SystemRandom::new(), &MESSAGE).unwrap();
        Self {
            key: UnparsedPublicKey::new(verifying, pair.public_key().as_ref().to_vec()),
            signature: signature.as_ref().to_vec(),
        }
    }

    fn run(&self) {
        self.key.verify(&MESSAGE, &self.signature).unwrap();
    }
}

impl Floor {
    /// Makes keys and signatures.
    pub(crate) fn new() -> Self {
        Self {
            p256: Check::new(&ECDSA_P256_SHA256_ASN1_SIGNING, &ECDSA_P256_SHA256_ASN1),
            p384: Check::new(&ECDSA_P384_SHA384_ASN1_SIGNING, &ECDSA_P384_SHA384_ASN1),
        }
    }

    /// Provenance: envelope, SCT, inclusion promise and checkpoint are P-256, the certificate is
    /// signed with P-384.
    pub(crate) fn provenance(&self) {
        (0..4).for_each(|_| self.p256.run());
        self.p384.run();
    }

    /// Publish attestation: envelope, inclusion promise and checkpoint.
    pub(crate) fn publish(&self) {
        (0..3).for_each(|_| self.p256.run());
    }

    /// Whole package: provenance, publish attestation, registry signature.
    pub(crate) fn whole(&self) {
        self.provenance();
        self.publish();
        self.p256.run();
    }
}

fn trust(world: &World) -> TrustMaterial {
    let (root, keys) = (world.trusted_root_json(), world.npm_keys_json());
    let root = TrustDocument {
        name: "the virtual world's root",
        json: root.as_bytes(),
    };
    let keys = TrustDocument {
        name: "the virtual world's keys",
        json: keys.as_bytes(),
    };
    TrustMaterial::new(root, keys, TrustSource::File).unwrap()
}
