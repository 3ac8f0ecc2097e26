//! The transparency log: entries that are missing, doubled, foreign or undated, checkpoints of
//! other logs, and keys that sign without a time.

use package_provenance::verify::Status;
use serde_json::{Value, json};
use testkit::keys::{P256Key, pem};
use testkit::predicate::{SLSA_V1, SLSA_V02};
use testkit::rekor::Logged;
use testkit::{BundleVersion, GithubIdentity, LogKey, NpmDraft, NpmStyle, World, at, tamper};

use crate::support::{Lab, Lie, NAME, VERSION, assert_refused, assert_verified, bundle};

/// docs/verification.md#f11, #f12, #f14, for provenance: told before the log signs.
#[test]
fn provenance_entries() {
    let lab = Lab::new();
    let lies: &[Lie<NpmDraft>] = &[
        (
            "a log that nobody knows",
            |_, it| it.provenance().log.key = LogKey::Unknown,
            Status::Unknown,
            "a transparency log that the trust material does not have",
        ),
        (
            "an impostor under the log's id",
            |_, it| it.provenance().log.key = LogKey::Impostor,
            Status::Invalid,
            "signature",
        ),
        (
            "no signed time",
            |_, it| it.provenance().log.set = false,
            Status::Invalid,
            "timestamp",
        ),
        (
            "no proof",
            |_, it| it.provenance().log.proof = false,
            Status::Invalid,
            "proof",
        ),
        (
            "no proof, in a bundle of the old form",
            |_, it| {
                it.provenance().log.proof = false;
                it.provenance().bundle = BundleVersion::V01;
            },
            Status::Invalid,
            "its log entry of 2026-03-01T12:00:00Z has no inclusion proof; entries since 2024-01-01T00:00:00Z need one",
        ),
        (
            "neither proof nor signed time",
            |_, it| {
                it.provenance().log.proof = false;
                it.provenance().log.set = false;
                it.provenance().bundle = BundleVersion::V01;
            },
            Status::Invalid,
            "promise",
        ),
        (
            "neither, but a timestamp",
            |_, it| {
                it.provenance().log.proof = false;
                it.provenance().log.set = false;
                it.provenance().timestamp = true;
                it.provenance().bundle = BundleVersion::V01;
            },
            Status::Invalid,
            "promise",
        ),
        (
            "logged in the future",
            |_, it| it.provenance().log.time = at("2040-01-01T00:00:00Z"),
            Status::Invalid,
            "future",
        ),
        (
            "another payload",
            |_, it| {
                alter(it, |body| {
                    body["spec"]["payloadHash"]["value"] = json!("00".repeat(32));
                });
            },
            Status::Invalid,
            "payload hash",
        ),
        (
            "another signature",
            |_, it| {
                alter(it, |body| {
                    body["spec"]["signatures"][0]["signature"] = json!("MAA=");
                });
            },
            Status::Invalid,
            "Rekor entry",
        ),
        (
            "two signatures",
            |_, it| {
                alter(it, |body| {
                    let one = body["spec"]["signatures"][0].clone();
                    body["spec"]["signatures"] =
                        json!([one, {"signature": "MAA=", "verifier": "AA=="}]);
                });
            },
            Status::Invalid,
            "signature",
        ),
        (
            "no signature",
            |_, it| alter(it, |body| body["spec"]["signatures"] = json!([])),
            Status::Invalid,
            "signature",
        ),
        (
            "another kind inside",
            |_, it| alter(it, |body| body["kind"] = json!("hashedrekord")),
            Status::Invalid,
            "its log entry is said to be of kind dsse/0.0.1, but is of kind hashedrekord/0.0.1",
        ),
    ];
    lab.npm_lies(&lab.draft(), lies);

    let mut dated = lab.draft();
    dated.provenance().log.set = false;
    dated.provenance().timestamp = true;
    assert_verified("a timestamp authority dates it too", &lab.npm_draft(&dated));
}

fn alter(draft: &mut NpmDraft, change: fn(&mut Value)) {
    draft.provenance().log.alter_body = Some(change);
}

/// The same for `intoto` entries, which npm wrote until 2025.
#[test]
fn intoto_entries() {
    let lab = Lab::new();
    let identity = GithubIdentity::default();
    let honest = NpmDraft::new(&lab.world, NAME, VERSION, &identity, NpmStyle::Chained);
    let lies: &[Lie<NpmDraft>] = &[
        (
            "another payload",
            |_, it| {
                alter(it, |body| {
                    body["spec"]["content"]["payloadHash"]["value"] = json!("00".repeat(32));
                });
            },
            Status::Invalid,
            "payload hash",
        ),
        (
            "another signature",
            |_, it| {
                alter(it, |body| {
                    body["spec"]["content"]["envelope"]["signatures"][0]["sig"] = json!("TUFBPQ==");
                });
            },
            Status::Invalid,
            "signature",
        ),
        (
            "no certificate",
            |_, it| {
                alter(it, |body| {
                    let signature = &mut body["spec"]["content"]["envelope"]["signatures"][0];
                    signature.as_object_mut().unwrap().remove("publicKey");
                });
            },
            Status::Invalid,
            "entry",
        ),
        (
            "another certificate",
            |_, it| {
                alter(it, |body| {
                    let other = pem("CERTIFICATE", &World::new().fulcio.intermediate);
                    body["spec"]["content"]["envelope"]["signatures"][0]["publicKey"] =
                        json!(testkit::keys::base64(other.as_bytes()));
                });
            },
            Status::Invalid,
            "entry",
        ),
        (
            "a bare key",
            |_, it| {
                alter(it, |body| {
                    let other = pem("PUBLIC KEY", &P256Key::from_label("x").spki());
                    body["spec"]["content"]["envelope"]["signatures"][0]["publicKey"] =
                        json!(testkit::keys::base64(other.as_bytes()));
                });
            },
            Status::Invalid,
            "entry",
        ),
    ];
    lab.npm_lies(&honest, lies);
}

/// docs/verification.md#f14: the very key of the bundle's certificate, certified and logged for
/// somebody else.
#[test]
fn another_certificate_for_the_same_key() {
    let lab = Lab::new();
    let identity = GithubIdentity::default();
    for (style, reason) in [
        (
            NpmStyle::Chained,
            "its log entry is for another certificate",
        ),
        (NpmStyle::Current, "signature or verifier mismatch"),
    ] {
        let mut draft = NpmDraft::new(&lab.world, NAME, VERSION, &identity, style);
        let recipe = draft.provenance().clone();
        let mut release = lab.world.npm_release(&draft);
        assert_verified("the control", &lab.npm(&release));
        let signed = lab.world.sign(&recipe);
        let mut other = draft.provenance().leaf().clone();
        other.identity = GithubIdentity::new("mallory/widget").identity();
        let spki = public_key(&signed.certificates[0]);
        let certificate = lab
            .world
            .fulcio
            .issue(&other, spki, recipe.log.time, &lab.world.ct_log);
        assert_ne!(certificate, signed.certificates[0]);
        let entry = lab.world.rekor.log(
            &Logged {
                payload_type: &signed.payload_type,
                payload: &signed.payload,
                signature: &signed.signature,
                keyid: &signed.keyid,
                verifier: &pem("CERTIFICATE", &certificate),
            },
            &recipe.log,
        );
        *tamper::entry(bundle(&mut release, SLSA_V1)) = entry;
        let observed = lab.npm(&release);
        assert_refused(&format!("{style:?}"), &observed, Status::Invalid, reason);
    }
}

/// The `SubjectPublicKeyInfo` of a certificate, found by its fixed beginning.
fn public_key(certificate: &[u8]) -> Vec<u8> {
    let prefix = &P256Key::from_label("any").spki()[..26];
    let at = certificate
        .windows(26)
        .position(|window| window == prefix)
        .unwrap();
    certificate[at..at + 91].to_vec()
}

/// Genuine bundles of 2023 have the log's promise only; they verify, and it is said.
#[test]
fn promises_of_2023_are_said_to_be_promises() {
    let lab = Lab::new();
    let identity = GithubIdentity::default();
    let honest = NpmDraft::new(&lab.world, NAME, VERSION, &identity, NpmStyle::Early);
    let observed = lab.npm_draft(&honest);
    assert_verified("2023", &observed);
    assert!(crate::support::reasons(&observed).contains("there is no inclusion proof"));
    let lies: &[Lie<NpmDraft>] = &[
        (
            "its last second",
            |_, it| it.provenance().log.time = at("2024-01-01T00:00:00Z"),
            Status::Invalid,
            "has no inclusion proof",
        ),
        (
            "no promise either",
            |_, it| it.provenance().log.set = false,
            Status::Invalid,
            "promise",
        ),
    ];
    lab.npm_lies(&honest, lies);
    let mut relabelled = lab.world.npm_release(&honest);
    bundle(&mut relabelled, SLSA_V02)["mediaType"] =
        json!("application/vnd.dev.sigstore.bundle+json;version=0.2");
    assert_refused(
        "0.2 needs a proof",
        &lab.npm(&relabelled),
        Status::Invalid,
        "proof",
    );
}
