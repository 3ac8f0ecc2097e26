//! npm's publish attestations: keys that sign without a time, outside their time, or for what they are
//! not for.

use package_provenance::verify::Status;
use serde_json::json;
use testkit::predicate::NPM_PUBLISH;
use testkit::{BundleVersion, LogKey, NpmDraft, at, tamper};

use crate::support::{Lab, Lie, assert_refused, bundle};

/// Key-signed bundles: a time, the key's window, its usage and its hint.
#[test]
fn publish_attestations() {
    let lab = Lab::new();
    let lies: &[Lie<NpmDraft>] = &[
        (
            "no signed time",
            |_, it| it.publish().log.set = false,
            Status::Invalid,
            "nothing proves when it was signed",
        ),
        (
            "no proof",
            |_, it| it.publish().log.proof = false,
            Status::Invalid,
            "proof",
        ),
        (
            "no proof, old form",
            |_, it| {
                it.publish().log.proof = false;
                it.publish().bundle = BundleVersion::V01;
            },
            Status::Invalid,
            "has no inclusion proof",
        ),
        (
            "an impostor's log",
            |_, it| it.publish().log.key = LogKey::Impostor,
            Status::Invalid,
            "signature",
        ),
        (
            "an ended key",
            |world, it| it.publish().signer = testkit::Signer::RegistryKey(world.npm.old.clone()),
            Status::Invalid,
            "at 2026-03-01T12:00:00Z, but the key is valid from 2022-12-01T00:00:00Z until 2025-01-29T00:00:00Z",
        ),
        (
            "a key that had not started",
            |_, it| it.publish().log.time = at("2025-01-12T23:59:59Z"),
            Status::Invalid,
            "but the key is valid from 2025-01-13",
        ),
        (
            "a key for manifests only",
            |world, it| {
                it.publish().signer =
                    testkit::Signer::RegistryKey(world.npm.signatures_only.clone());
            },
            Status::Invalid,
            "which is not for attestations",
        ),
        (
            "a key that nobody knows",
            |world, it| {
                it.publish().signer = testkit::Signer::RegistryKey(world.npm.unknown.clone());
            },
            Status::Unknown,
            "not in the trust material",
        ),
        (
            "another key's hint",
            |world, it| it.publish().hint = Some(world.npm.attestations_only.id()),
            Status::Invalid,
            "signature",
        ),
        (
            "a hint that the envelope does not repeat",
            |world, it| it.publish().keyid = Some(world.npm.attestations_only.id()),
            Status::Invalid,
            "does not name the key",
        ),
        (
            "a stranger's signature",
            |_, it| it.publish().envelope_key = testkit::EnvelopeKey::Stranger,
            Status::Invalid,
            "signature",
        ),
        (
            "a stranger's key under the hint",
            |world, it| {
                it.publish().signer = testkit::Signer::RegistryKey(world.npm.unknown.clone());
                it.publish().hint = Some(world.npm.current.id());
                it.publish().keyid = Some(world.npm.current.id());
            },
            Status::Invalid,
            "signature",
        ),
        (
            "a certificate of the package's own builder",
            |_, it| {
                let leaf = it.provenance().leaf().clone();
                it.publish().signer = testkit::Signer::Certificate(Box::new(leaf));
            },
            // Registries other than npm's sign so; nothing here says that it is forged.
            Status::Unknown,
            "signed with a certificate, not with a key of the registry",
        ),
    ];
    lab.npm_lies(&lab.draft(), lies);

    let mut unnamed = lab.draft();
    unnamed.publish().keyid = Some(String::new());
    let observed = lab.npm_draft(&unnamed);
    assert_refused(
        "no key id",
        &observed,
        Status::Invalid,
        "does not name the key",
    );

    let mut unsigned_time = lab.draft();
    unsigned_time.publish().log.set = false;
    let mut release = lab.world.npm_release(&unsigned_time);
    tamper::entry(bundle(&mut release, NPM_PUBLISH))["integratedTime"] = json!("1700000000");
    let observed = lab.npm(&release);
    assert_refused(
        "a chosen time",
        &observed,
        Status::Invalid,
        "nothing proves when it was signed",
    );
}
