//! Log entries as a mirror can serve them: changed, doubled, foreign, with checkpoints of other logs.

use package_provenance::verify::Status;
use serde_json::{Value, json};
use testkit::keys::pem;
use testkit::predicate::{NPM_PUBLISH, SLSA_V1};
use testkit::rekor::{Logged, Rekor};
use testkit::{NpmRelease, World, tamper};

use crate::support::{Lab, Lie, NAME, VERSION, assert_refused, assert_verified, bundle};

const V01: &str = "application/vnd.dev.sigstore.bundle+json;version=0.1";

/// docs/verification.md#f14, #f15, and what a mirror can change in an entry.
#[test]
fn served_entries() {
    let lab = Lab::new();
    let lies: &[Lie<NpmRelease>] = &[
        (
            "none",
            |_, it| entries(it, |_| Vec::new()),
            Status::Invalid,
            "0 transparency log entries; exactly one is required",
        ),
        (
            "doubled",
            |_, it| entries(it, |one| vec![one.clone(), one]),
            Status::Invalid,
            "2 transparency log entries; exactly one is required",
        ),
        (
            "one more without proof or time",
            |_, it| {
                entries(it, |one| {
                    let mut bare = one.clone();
                    bare.as_object_mut().unwrap().remove("inclusionProof");
                    bare.as_object_mut().unwrap().remove("inclusionPromise");
                    vec![one, bare]
                });
            },
            Status::Invalid,
            "2 transparency log entries",
        ),
        (
            "another attestation's",
            |world, it| {
                let mut other = world.npm_package(NAME, "1.2.2");
                *entry(it) = tamper::entry(bundle(&mut other, SLSA_V1)).clone();
            },
            Status::Invalid,
            "its log entry is about something else",
        ),
        (
            "the publish attestation's",
            |_, it| {
                *entry(it) = tamper::entry(bundle(it, NPM_PUBLISH)).clone();
            },
            Status::Invalid,
            "ntry",
        ),
        (
            "a second earlier",
            |_, it| entry(it)["integratedTime"] = json!("1772366399"),
            Status::Invalid,
            "SET",
        ),
        (
            "another index",
            |_, it| entry(it)["logIndex"] = json!("1"),
            Status::Invalid,
            "SET",
        ),
        (
            "another kind outside",
            |_, it| entry(it)["kindVersion"] = json!({"kind": "intoto", "version": "0.0.2"}),
            Status::Invalid,
            "its log entry is said to be of kind intoto/0.0.2, but is of kind dsse/0.0.1",
        ),
        (
            "a kind outside that such a signature never has",
            |_, it| entry(it)["kindVersion"] = json!({"kind": "hashedrekord", "version": "0.0.1"}),
            Status::Invalid,
            "its log entry is said to be of kind hashedrekord/0.0.1, but is of kind dsse/0.0.1",
        ),
        (
            "another log's id",
            |_, it| entry(it)["logId"]["keyId"] = json!(testkit::keys::base64(&[7; 32])),
            Status::Unknown,
            "a transparency log that the trust material does not have",
        ),
        (
            "no signed time, and an earlier time",
            |_, it| {
                entry(it)
                    .as_object_mut()
                    .unwrap()
                    .remove("inclusionPromise");
                entry(it)["integratedTime"] = json!("1772366395");
            },
            Status::Invalid,
            "timestamp",
        ),
        (
            "an empty signed time",
            |_, it| entry(it)["inclusionPromise"]["signedEntryTimestamp"] = json!(""),
            Status::Invalid,
            "SET",
        ),
        (
            "proof stripped, old label",
            |_, it| {
                entry(it).as_object_mut().unwrap().remove("inclusionProof");
                chain(bundle(it, SLSA_V1));
            },
            Status::Invalid,
            "has no inclusion proof; entries since",
        ),
        (
            "proof stripped, old label, older time",
            |_, it| {
                entry(it).as_object_mut().unwrap().remove("inclusionProof");
                entry(it)["integratedTime"] = json!("1700000000");
                chain(bundle(it, SLSA_V1));
            },
            Status::Invalid,
            "SET",
        ),
        (
            "another place in the tree",
            |_, it| entry(it)["inclusionProof"]["logIndex"] = json!("4"),
            Status::Invalid,
            "nclusion",
        ),
        (
            "another path",
            |_, it| {
                let hashes = entry(it)["inclusionProof"]["hashes"]
                    .as_array_mut()
                    .unwrap();
                hashes.reverse();
            },
            Status::Invalid,
            "nclusion",
        ),
        (
            "a shorter path",
            |_, it| {
                entry(it)["inclusionProof"]["hashes"]
                    .as_array_mut()
                    .unwrap()
                    .pop();
            },
            Status::Invalid,
            "nclusion",
        ),
        (
            "no checkpoint",
            |_, it| {
                entry(it)["inclusionProof"]
                    .as_object_mut()
                    .unwrap()
                    .remove("checkpoint");
            },
            Status::Invalid,
            "heckpoint",
        ),
        (
            "an empty checkpoint",
            |_, it| {
                entry(it)["inclusionProof"]["checkpoint"]["envelope"] = json!("");
            },
            Status::Invalid,
            "heckpoint",
        ),
        (
            "an unsigned checkpoint",
            |_, it| {
                checkpoint(it, |note| {
                    note.split("\n\n").next().unwrap().to_owned() + "\n\n"
                });
            },
            Status::Invalid,
            "heckpoint",
        ),
        (
            "a larger tree",
            |_, it| {
                checkpoint(it, |note| {
                    let size = note.lines().nth(1).unwrap();
                    note.replacen(&format!("\n{size}\n"), &format!("\n{size}0\n"), 1)
                });
            },
            Status::Invalid,
            "heckpoint",
        ),
        (
            "another origin",
            |_, it| {
                checkpoint(it, |note| {
                    note.replacen("rekor.testkit.example", "rekor.example.com", 1)
                });
            },
            Status::Invalid,
            "heckpoint",
        ),
    ];
    lab.served_npm_lies(&lab.world.npm_package(NAME, VERSION), lies);
}

fn entry(release: &mut NpmRelease) -> &mut Value {
    tamper::entry(bundle(release, SLSA_V1))
}

fn entries(release: &mut NpmRelease, change: fn(Value) -> Vec<Value>) {
    let list = &mut bundle(release, SLSA_V1)["verificationMaterial"]["tlogEntries"];
    *list = json!(change(list[0].clone()));
}

fn checkpoint(release: &mut NpmRelease, change: impl Fn(&str) -> String) {
    let envelope = &mut entry(release)["inclusionProof"]["checkpoint"]["envelope"];
    let changed = change(envelope.as_str().unwrap());
    assert_ne!(*envelope, json!(changed));
    *envelope = json!(changed);
}

/// Gives a bundle of today the form of 2023.
fn chain(bundle: &mut Value) {
    bundle["mediaType"] = json!(V01);
    let material = bundle["verificationMaterial"].as_object_mut().unwrap();
    let certificate = material.remove("certificate").unwrap();
    material.insert(
        "x509CertificateChain".into(),
        json!({"certificates": [certificate]}),
    );
}

/// A lab that trusts a second log, and that log.
fn two_logs(host: &str) -> (Lab, Rekor) {
    let world = World::new();
    let second = Rekor::new("second", host);
    let mut root = world.trusted_root();
    let mut log = root["tlogs"][0].clone();
    log["baseUrl"] = json!(format!("https://{host}"));
    log["publicKey"]["rawBytes"] = json!(testkit::keys::base64(&second.key.spki()));
    log["logId"]["keyId"] = json!(testkit::keys::base64(&second.key.log_id()));
    root["tlogs"].as_array_mut().unwrap().push(log);
    (Lab::trusting(world, &root), second)
}

/// A proof by another trusted log than the one that gave the time, wherever it says it is from.
#[test]
fn a_foreign_checkpoint() {
    for (host, reason) in [
        (
            "rekor2.testkit.example",
            "its checkpoint is of `rekor2.testkit.example - ",
        ),
        (
            "rekor.testkit.example",
            "its checkpoint is signed with the key of another transparency log",
        ),
    ] {
        let (lab, second) = two_logs(host);
        let mut draft = lab.draft();
        let recipe = draft.provenance().clone();
        let mut release = lab.world.npm_release(&draft);
        assert_verified("the control", &lab.npm(&release));
        let signed = lab.world.sign(&recipe);
        let elsewhere = second.log(
            &Logged {
                payload_type: &signed.payload_type,
                payload: &signed.payload,
                signature: &signed.signature,
                keyid: &signed.keyid,
                verifier: &pem("CERTIFICATE", &signed.certificates[0]),
            },
            &recipe.log,
        );
        let mut whole = release.clone();
        *entry(&mut whole) = elsewhere.clone();
        assert_verified("wholly in the second log", &lab.npm(&whole));
        entry(&mut release)["inclusionProof"] = elsewhere["inclusionProof"].clone();
        assert_refused(host, &lab.npm(&release), Status::Invalid, reason);

        // A line of the other log's beside the honest one is refused too: which line verified is
        // not known.
        let mut both = lab.world.npm_release(&draft);
        let line = elsewhere["inclusionProof"]["checkpoint"]["envelope"]
            .as_str()
            .unwrap();
        let line = line.split("\n\n").nth(1).unwrap().to_owned();
        checkpoint(&mut both, |note| format!("{note}{line}"));
        assert_refused(
            "two lines",
            &lab.npm(&both),
            Status::Invalid,
            "another transparency log",
        );
    }
}
