//! Timestamps by an authority that is not known, beside the log's own time: they make nothing pass, and hide
//! nothing that fails (docs/verification.md#b3).

use package_provenance::verify::Status;
use serde_json::json;
use testkit::keys::base64;
use testkit::predicate::{NPM_PUBLISH, SLSA_V1};
use testkit::tsa::TimestampAuthority;
use testkit::{BundleVersion, NpmDraft, NpmRelease, Signer, World, tamper};

use crate::support::{Lab, Lie, assert_refused, assert_verified, bundle};
use crate::timestamps::{UNKNOWN, stranger};

/// Adds a timestamp of an authority that is not known to each bundle of these labels.
fn doubt(world: &World, release: &mut NpmRelease, labels: &[&str]) {
    for label in labels {
        let bundle = bundle(release, label);
        let mut signature = Vec::new();
        let mut text = bundle["dsseEnvelope"]["signatures"][0]["sig"].clone();
        tamper::bytes(&mut text, |bytes| signature.clone_from(bytes));
        let token = base64(&stranger().timestamp(&signature, world.now));
        bundle["verificationMaterial"]["timestampVerificationData"] =
            json!({"rfc3161Timestamps": [{"signedTimestamp": token}]});
    }
}

/// The log's own time does not make up for it: a time that cannot be checked is not passed over.
#[test]
fn beside_the_time_of_the_log() {
    let lab = Lab::new();
    let mut draft: NpmDraft = lab.draft();
    draft.provenance().timestamp = true;
    let honest = lab.world.npm_release(&draft);
    assert_verified("the control", &lab.npm(&honest));

    let stamped = |world: &World, authority: &TimestampAuthority| {
        let mut release = honest.clone();
        let bundle = bundle(&mut release, SLSA_V1);
        let mut signature = Vec::new();
        let mut text = bundle["dsseEnvelope"]["signatures"][0]["sig"].clone();
        tamper::bytes(&mut text, |bytes| signature.clone_from(bytes));
        let token = authority.timestamp(&signature, world.now);
        bundle["verificationMaterial"]["timestampVerificationData"]["rfc3161Timestamps"][0]["signedTimestamp"] =
            json!(base64(&token));
        release
    };
    let release = stamped(&lab.world, &stranger());
    assert_refused("unknown", &lab.npm(&release), Status::Unknown, UNKNOWN);
    let release = stamped(&lab.world, &TimestampAuthority::new("a stranger"));
    assert_refused("forged", &lab.npm(&release), Status::Invalid, "imestamp");

    let mut release = stamped(&lab.world, &stranger());
    let promise = &mut tamper::entry(bundle(&mut release, SLSA_V1))["inclusionPromise"];
    tamper::bytes(&mut promise["signedEntryTimestamp"], |set| {
        let last = set.len() - 1;
        set[last] ^= 1;
    });
    assert_refused(
        "a broken promise",
        &lab.npm(&release),
        Status::Invalid,
        "promise",
    );
}

/// What is required of a bundle is required also where nothing is said for the timestamp: the proof, the key's
/// window, what it is about, and the predicate against the certificate.
#[test]
fn hide_nothing_that_fails() {
    let lab = Lab::new();
    let honest = lab.world.npm_release(&lab.draft());
    assert_verified("the control", &lab.npm(&honest));
    let stamped = [&[SLSA_V1][..], &[NPM_PUBLISH], &[SLSA_V1, NPM_PUBLISH]];
    for labels in stamped {
        let mut release = honest.clone();
        doubt(&lab.world, &mut release, labels);
        assert_refused(
            "nothing fails",
            &lab.npm(&release),
            Status::Unknown,
            UNKNOWN,
        );
    }

    let lies: &[Lie<NpmDraft>] = &[
        (
            "no proof, in a bundle of the old form",
            |_, it| {
                it.provenance().log.proof = false;
                it.provenance().bundle = BundleVersion::V01;
            },
            Status::Invalid,
            "entries since 2024-01-01T00:00:00Z need one",
        ),
        (
            "another package's provenance",
            |_, it| {
                it.provenance().statement["subject"][0]["name"] =
                    json!("pkg:npm/%40mallory/widget@1.2.3");
            },
            Status::Invalid,
            "it is about `pkg:npm/%40mallory/widget@1.2.3`",
        ),
        (
            "a predicate that contradicts the certificate",
            |_, it| {
                it.provenance().statement["predicate"]["buildDefinition"]["externalParameters"]["workflow"]
                    ["repository"] = json!("https://github.com/mallory/widget");
            },
            Status::Invalid,
            "mallory",
        ),
        (
            "a publish attestation of a key that has ended",
            |world, it| it.publish().signer = Signer::RegistryKey(world.npm.old.clone()),
            Status::Invalid,
            "but the key is",
        ),
        (
            "a publish attestation whose envelope names another key",
            |world, it| it.publish().keyid = Some(world.npm.attestations_only.id()),
            Status::Invalid,
            "does not name the key",
        ),
        (
            "a publish attestation of another version",
            |_, it| it.publish().statement["predicate"]["version"] = json!("6.6.6"),
            Status::Invalid,
            "its predicate's version is `6.6.6`",
        ),
    ];
    for (name, lie, status, reason) in lies {
        let mut draft = lab.draft();
        lie(&lab.world, &mut draft);
        let mut release = lab.world.npm_release(&draft);
        assert_refused(name, &lab.npm(&release), *status, reason);
        doubt(&lab.world, &mut release, &[SLSA_V1, NPM_PUBLISH]);
        assert_refused(name, &lab.npm(&release), *status, reason);
    }
}
