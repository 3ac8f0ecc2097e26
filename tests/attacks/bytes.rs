//! Any change to any signed byte: one flipped bit at every position (at a step where positions are
//! many), and arbitrary changes of any length. Never verified, never a panic.

use package_provenance::verify::{Observed, Status};
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use serde_json::{Value, json};
use testkit::predicate::{NPM_PUBLISH, SLSA_V1};
use testkit::{NpmRelease, PypiRelease, tamper};

use crate::support::{Lab, NAME, PROJECT, SDIST, VERSION, assert_verified, bundle, reasons};

const ENTRY: &str = "/verificationMaterial/tlogEntries/0";
const PEP740: &str = "/attestation_bundles/0/attestations/0";

/// The base64 texts of a bundle whose bytes are signed, and every how manieth byte is flipped.
fn places(certificate: bool) -> Vec<(String, usize)> {
    let mut places = vec![
        ("/dsseEnvelope/payload".to_owned(), 3),
        ("/dsseEnvelope/signatures/0/sig".to_owned(), 1),
        (format!("{ENTRY}/canonicalizedBody"), 9),
        (format!("{ENTRY}/inclusionPromise/signedEntryTimestamp"), 1),
        (format!("{ENTRY}/inclusionProof/hashes/0"), 1),
        (format!("{ENTRY}/logId/keyId"), 1),
    ];
    if certificate {
        places.push(("/verificationMaterial/certificate/rawBytes".to_owned(), 3));
    }
    places
}

#[track_caller]
fn assert_invalid(name: &str, observed: &Observed) {
    // Another log's id is no forgery by itself: the trust material may be older than the log.
    let expected = if name.starts_with("/verificationMaterial/tlogEntries/0/logId/keyId") {
        Status::Unknown
    } else {
        Status::Invalid
    };
    assert_eq!(observed.status, expected, "{name}: {}", reasons(observed));
    assert_eq!(observed.publisher, None, "{name}");
}

/// Flips one bit of the bytes behind a base64 text; `false` where there are no more bytes.
fn flip(value: &mut Value, index: usize) -> bool {
    let mut done = false;
    tamper::bytes(value, |bytes| {
        if let Some(byte) = bytes.get_mut(index) {
            *byte ^= 1 << (index % 8);
            done = true;
        }
    });
    done
}

fn every_flip(honest: &Value, place: &str, step: usize, mut judge: impl FnMut(&str, &Value)) {
    let mut count = 0;
    for index in (0..).step_by(step) {
        let mut changed = honest.clone();
        if !flip(changed.pointer_mut(place).unwrap(), index) {
            break;
        }
        judge(&format!("{place}, byte {index}"), &changed);
        count += 1;
    }
    assert!(count >= 32, "{place} has only {count} bytes");
}

#[test]
fn provenance_of_npm() {
    npm_bytes(SLSA_V1, true);
}

#[test]
fn publish_attestation_of_npm() {
    npm_bytes(NPM_PUBLISH, false);
}

fn npm_bytes(kind: &str, certificate: bool) {
    let lab = Lab::new();
    let release = lab.world.npm_package(NAME, VERSION);
    assert_verified("the control", &lab.npm(&release));
    for (place, step) in places(certificate) {
        every_flip(release.bundle(kind), &place, step, |name, changed| {
            let mut lie = release.clone();
            *bundle(&mut lie, kind) = changed.clone();
            assert_invalid(name, &lab.npm(&lie));
        });
    }
}

#[test]
fn attestation_of_pypi() {
    let lab = Lab::new();
    let release = lab.world.pypi_release(PROJECT, VERSION);
    assert_verified("the control", &lab.pypi(&release));
    let material = format!("{PEP740}/verification_material");
    let entry = format!("{material}/transparency_entries/0");
    for (place, step) in [
        (format!("{PEP740}/envelope/statement"), 2),
        (format!("{PEP740}/envelope/signature"), 1),
        (format!("{material}/certificate"), 5),
        (format!("{entry}/canonicalizedBody"), 11),
        (format!("{entry}/inclusionPromise/signedEntryTimestamp"), 1),
    ] {
        every_flip(&release.provenance[SDIST], &place, step, |name, changed| {
            let mut lie = release.clone();
            lie.provenance.insert(SDIST.to_owned(), changed.clone());
            assert_invalid(name, &lab.pypi(&lie));
        });
    }
}

#[test]
fn registry_signature() {
    let lab = Lab::new();
    let release = lab.world.npm_package(NAME, VERSION);
    assert_verified("the control", &lab.npm(&release));
    every_flip(
        &release.manifest,
        "/dist/signatures/0/sig",
        1,
        |name, changed| {
            let mut lie = release.clone();
            lie.manifest = changed.clone();
            assert_invalid(name, &lab.npm(&lie));
        },
    );
}

/// The signed text of a checkpoint, and the signature behind it. (The name in the signature's line
/// is not signed.)
#[test]
fn checkpoint() {
    let lab = Lab::new();
    let release = lab.world.npm_package(NAME, VERSION);
    let place = format!("{ENTRY}/inclusionProof/checkpoint/envelope");
    let honest = release
        .bundle(SLSA_V1)
        .pointer(&place)
        .unwrap()
        .as_str()
        .unwrap()
        .to_owned();
    let (note, signed) = honest.split_once("\n\n").unwrap();
    let judge = |name: &str, envelope: String| {
        let mut lie = release.clone();
        *bundle(&mut lie, SLSA_V1).pointer_mut(&place).unwrap() = json!(envelope);
        let observed = lab.npm(&lie);
        if name == "the control" {
            assert_verified(name, &observed);
        } else {
            assert_invalid(name, &observed);
        }
    };
    judge("the control", honest.clone());
    for index in 0..note.len() {
        let mut bytes = note.as_bytes().to_vec();
        bytes[index] ^= 1;
        let changed = String::from_utf8(bytes).unwrap();
        judge(
            &format!("text, byte {index}"),
            format!("{changed}\n\n{signed}"),
        );
    }
    let (name, signature) = signed.trim_end().rsplit_once(' ').unwrap();
    every_flip(&json!({"sig": signature}), "/sig", 1, |what, changed| {
        let changed = changed["sig"].as_str().unwrap();
        judge(what, format!("{note}\n\n{name} {changed}\n"));
    });
}

/// Numbers that the log signed.
#[test]
fn signed_numbers() {
    let lab = Lab::new();
    let release = lab.world.npm_package(NAME, VERSION);
    for kind in [SLSA_V1, NPM_PUBLISH] {
        for field in ["integratedTime", "logIndex", "inclusionProof/logIndex"] {
            for change in [-1i64, 1, 60, 1 << 31] {
                let mut lie = release.clone();
                let value = bundle(&mut lie, kind)
                    .pointer_mut(&format!("{ENTRY}/{field}"))
                    .unwrap();
                let number: i64 = value.as_str().unwrap().parse().unwrap();
                *value = json!((number + change).to_string());
                assert_invalid(&format!("{kind}: {field} {change:+}"), &lab.npm(&lie));
            }
        }
    }
}

/// Bytes taken away, put in or changed anywhere in what is signed.
#[test]
fn arbitrary_changes() {
    let lab = Lab::new();
    let npm = lab.world.npm_package(NAME, VERSION);
    let pypi = lab.world.pypi_release(PROJECT, VERSION);
    let edit = (
        any::<prop::sample::Index>(),
        0..4usize,
        prop::collection::vec(any::<u8>(), 0..4),
    );
    let mut runner = TestRunner::new(Config {
        cases: 400,
        failure_persistence: None,
        ..Config::default()
    });
    runner
        .run(&(0..14usize, edit), |(which, (at, removed, put))| {
            let observed = if which < 13 {
                let kind = if which < 7 { SLSA_V1 } else { NPM_PUBLISH };
                let places = places(which < 7);
                let place = &places[which % 7 % places.len()].0;
                let mut lie = npm.clone();
                let value = bundle(&mut lie, kind).pointer_mut(place).unwrap();
                prop_assume!(splice(value, at, removed, &put));
                judge_npm(&lab, &lie)
            } else {
                let mut lie = pypi.clone();
                let provenance = lie.provenance.get_mut(SDIST).unwrap();
                let value = provenance
                    .pointer_mut(&format!("{PEP740}/envelope/statement"))
                    .unwrap();
                prop_assume!(splice(value, at, removed, &put));
                judge_pypi(&lab, &lie)
            };
            prop_assert_ne!(observed.status, Status::Verified);
            prop_assert_eq!(observed.publisher, None);
            Ok(())
        })
        .unwrap();
}

fn judge_npm(lab: &Lab, release: &NpmRelease) -> Observed {
    lab.npm(release)
}

fn judge_pypi(lab: &Lab, release: &PypiRelease) -> Observed {
    lab.pypi(release)
}

/// Replaces `removed` bytes at a place by `put`; `false` where that changes nothing.
fn splice(value: &mut Value, at: prop::sample::Index, removed: usize, put: &[u8]) -> bool {
    let before = value.clone();
    tamper::bytes(value, |bytes| {
        let start = at.index(bytes.len());
        let end = (start + removed).min(bytes.len());
        bytes.splice(start..end, put.iter().copied());
    });
    *value != before
}
