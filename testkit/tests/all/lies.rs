//! Lies that break cryptography are refused by a verifier that is not ours, each beside the honest
//! release; lies that do not break it are signed properly, so that only the check they are meant
//! for can refuse them.

use crate::support::{digest_of, verifier, verify_keyed, verify_keyless};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use p256::ecdsa::signature::Verifier as _;
use p256::ecdsa::{DerSignature, VerifyingKey};
use testkit::predicate::{NPM_PUBLISH, SLSA_V1};
use testkit::{EnvelopeKey, Issuer, LogKey, NpmDraft, Recipe, San, Sct, World, at, tamper};

/// A lie about the provenance, and what the refusal mentions.
type Lie = (&'static str, fn(&mut Recipe), &'static str);

const LIES: &[Lie] = &[
    (
        "issuer",
        |it| it.leaf().issuer = Issuer::Stranger,
        "certificate chain",
    ),
    (
        "retired issuer",
        |it| it.leaf().issuer = Issuer::Retired,
        "certificate chain",
    ),
    ("no SCT", |it| it.leaf().sct = Sct::None, "SCT"),
    (
        "SCT of another",
        |it| it.leaf().sct = Sct::OverOtherCertificate,
        "SCT",
    ),
    (
        "SCT log unknown",
        |it| it.leaf().sct = Sct::UnknownLog,
        "SCT",
    ),
    ("SCT key", |it| it.leaf().sct = Sct::WrongKey, "SCT"),
    ("no usage", |it| it.leaf().extended_key_usage.clear(), "EKU"),
    (
        "usage",
        |it| it.leaf().extended_key_usage = vec!["1.3.6.1.5.5.7.3.1".into()],
        "Eku",
    ),
    (
        "not yet valid",
        |it| it.leaf().not_before = Some(at("2026-03-01T12:00:01Z")),
        "valid",
    ),
    (
        "expired",
        |it| {
            it.leaf().not_before = Some(at("2026-03-01T11:00:00Z"));
            it.leaf().not_after = Some(at("2026-03-01T11:59:59Z"));
        },
        "valid",
    ),
    (
        "envelope key",
        |it| it.envelope_key = EnvelopeKey::Stranger,
        "DSSE signature",
    ),
    ("log unknown", |it| it.log.key = LogKey::Unknown, "key"),
    (
        "log impostor",
        |it| it.log.key = LogKey::Impostor,
        "signature",
    ),
    (
        "logged payload",
        |it| {
            it.log.alter_body = Some(|body| {
                body["spec"]["payloadHash"]["value"] = "00".repeat(32).into();
            });
        },
        "payload hash",
    ),
    (
        "logged signature",
        |it| {
            it.log.alter_body = Some(|body| {
                body["spec"]["signatures"][0]["signature"] = "MAA=".into();
            });
        },
        "Rekor entry",
    ),
    ("no entry timestamp", |it| it.log.set = false, "timestamp"),
    ("no proof", |it| it.log.proof = false, "proof"),
    (
        "payload type",
        |it| it.payload_type = "text/plain".into(),
        "text/plain",
    ),
];

#[test]
fn lies_told_before_signing() {
    let world = World::new();
    let verifier = verifier(&world);
    let honest = world.npm_package("widget", "1.0.0");
    let digest = digest_of(&honest.manifest);
    verify_keyless(&verifier, honest.bundle(SLSA_V1), &digest).expect("the control");
    for (name, lie, reason) in LIES {
        let mut draft = world.npm_draft("widget", "1.0.0");
        lie(draft.provenance());
        let release = world.npm_release(&draft);
        let error = verify_keyless(&verifier, release.bundle(SLSA_V1), &digest)
            .err()
            .unwrap_or_else(|| panic!("{name} was believed"));
        assert!(
            error.to_lowercase().contains(&reason.to_lowercase()),
            "{name}: {error}"
        );
    }
}

#[test]
fn every_changed_payload_byte_is_noticed() {
    let world = World::new();
    let verifier = verifier(&world);
    let release = world.npm_package("widget", "1.0.0");
    let digest = digest_of(&release.manifest);
    let honest = release.bundle(NPM_PUBLISH);
    let key = &world.npm.current.key;
    verify_keyed(&verifier, honest, &digest, key).expect("the control");
    let mut length = 0;
    tamper::bytes(&mut honest["dsseEnvelope"]["payload"].clone(), |it| {
        length = it.len();
    });
    for index in (0..length).step_by(7) {
        let mut changed = honest.clone();
        tamper::bytes(&mut changed["dsseEnvelope"]["payload"], |it| it[index] ^= 1);
        assert!(
            verify_keyed(&verifier, &changed, &digest, key).is_err(),
            "byte {index}"
        );
    }
}

#[test]
fn an_entry_of_another_attestation_is_refused() {
    let world = World::new();
    let verifier = verifier(&world);
    let mut release = world.npm_package("widget", "1.0.0");
    let mut other = world.npm_package("widget", "1.0.1");
    let digest = digest_of(&release.manifest);
    let bundle = &mut release.attestations["attestations"][1]["bundle"];
    verify_keyless(&verifier, bundle, &digest).expect("the control");
    let foreign = &mut other.attestations["attestations"][1]["bundle"];
    *tamper::entry(bundle) = tamper::entry(foreign).clone();
    let error = verify_keyless(&verifier, bundle, &digest).expect_err("a foreign entry");
    assert!(error.contains("log entry does not match"), "{error}");
}

#[test]
fn another_world_is_not_believed() {
    let world = World::new();
    let other = World::with_label("elsewhere", world.now);
    let release = world.npm_package("widget", "1.0.0");
    let digest = digest_of(&release.manifest);
    let bundle = release.bundle(SLSA_V1);
    verify_keyless(&verifier(&world), bundle, &digest).expect("the control");
    assert!(verify_keyless(&verifier(&other), bundle, &digest).is_err());
}

#[test]
fn lies_about_identity_are_signed_properly() {
    let world = World::new();
    let mut draft = world.npm_draft("widget", "1.0.0");
    let leaf = draft.provenance().leaf();
    leaf.identity.san = San::Email("mallory@example.com".into());
    leaf.identity
        .set(12, "https://github.com/victim/widget")
        .set_raw(15, b"no DER".to_vec())
        .push_raw(12, vec![0x13, 1, b'x'])
        .remove(20);
    let release = world.npm_release(&draft);
    let digest = digest_of(&release.manifest);
    let result = verify_keyless(&verifier(&world), release.bundle(SLSA_V1), &digest)
        .expect("nothing is wrong but the identity");
    let identity = result.identity().map(ToString::to_string);
    assert_eq!(identity.as_deref(), Some("mallory@example.com"));
}

#[test]
fn registry_signatures() {
    let world = World::new();
    let mut draft = NpmDraft::signed_only(&world, "@acme/widget", "1.2.3");
    draft.signing_keys = vec![world.npm.current.clone(), world.npm.unknown.clone()];
    let manifest = world.npm_release(&draft).manifest;
    let integrity = manifest["dist"]["integrity"].as_str().expect("integrity");
    let signatures = manifest["dist"]["signatures"].as_array().expect("a list");
    for (key, signature) in draft.signing_keys.iter().zip(signatures) {
        assert_eq!(signature["keyid"].as_str(), Some(key.id().as_str()));
        let sig = STANDARD
            .decode(signature["sig"].as_str().expect("sig"))
            .expect("base64");
        let verifying = VerifyingKey::from_sec1_bytes(&key.key.point()).expect("a point");
        let sig = DerSignature::from_bytes(&sig).expect("DER");
        let verify = |message: String| verifying.verify(message.as_bytes(), &sig);
        verify(format!("@acme/widget@1.2.3:{integrity}")).expect("the control");
        assert!(verify(format!("@acme/widget@1.2.4:{integrity}")).is_err());
    }
    let keys = world.npm_keys_json();
    assert!(keys.contains(&world.npm.current.id()));
    assert!(!keys.contains(&world.npm.unknown.id()));
}

/// The fingerprint method, against npm's own published key and its published id.
#[test]
fn key_ids_are_those_of_the_real_registry() {
    let path = std::path::Path::new("../../shared/real/npm/keys.json");
    let Ok(text) = std::fs::read_to_string(path) else {
        println!("skipped: {} is not there", path.display());
        return;
    };
    let keys: serde_json::Value = serde_json::from_str(&text).expect("JSON");
    for key in keys["keys"].as_array().expect("keys") {
        let spki = STANDARD
            .decode(key["key"].as_str().expect("key"))
            .expect("base64");
        let point = &spki[spki.len() - 65..];
        assert_eq!(
            key["keyid"].as_str(),
            Some(testkit::keys::ssh_fingerprint(point).as_str())
        );
    }
}
