//! What a registry can do to npm's attestations as a whole, and what their statements may say.

use package_provenance::verify::Status;
use serde_json::{Value, json};
use testkit::predicate::{NPM_PUBLISH, SLSA_V1};
use testkit::{NpmDraft, NpmStyle};

use crate::support::{Lab, Lie, NAME, VERSION, assert_refused, assert_verified, bundle, served};

const UNDELIVERED: &str = "advertises attestations that the registry does not deliver";

#[test]
fn genuine_shapes_verify() {
    let lab = Lab::new();
    let identity = testkit::GithubIdentity::default();
    for (style, level) in [
        (NpmStyle::Current, 2),
        (NpmStyle::Chained, 2),
        (NpmStyle::Attest, 2),
        (NpmStyle::Early, 2),
        (NpmStyle::Earliest, 1),
        (NpmStyle::Isolated, 3),
    ] {
        let draft = NpmDraft::new(&lab.world, NAME, VERSION, &identity, style);
        let observed = lab.npm_draft(&draft);
        assert_verified(&format!("{style:?}"), &observed);
        assert_eq!(observed.slsa_build_level, Some(level), "{style:?}");
    }
}

/// docs/verification.md#f1, #f2, #f7.
#[test]
fn what_is_served_must_be_complete() {
    let lab = Lab::new();
    let lies: &[Lie<testkit::NpmRelease>] = &[
        (
            "an empty list",
            |_, it| it.attestations["attestations"] = json!([]),
            Status::Unknown,
            UNDELIVERED,
        ),
        (
            "nothing",
            |_, it| it.attestations = Value::Null,
            Status::Unknown,
            UNDELIVERED,
        ),
        (
            "no publish attestation",
            |_, it| drop_served(it, NPM_PUBLISH),
            Status::Unknown,
            UNDELIVERED,
        ),
        (
            "no provenance",
            |_, it| drop_served(it, SLSA_V1),
            Status::Unknown,
            UNDELIVERED,
        ),
        (
            "no provenance, and none advertised",
            |_, it| {
                drop_served(it, SLSA_V1);
                strip_advert(it);
            },
            Status::Unknown,
            "delivers one kind of attestation and lacks the other",
        ),
        (
            "the publish attestation labelled as provenance, instead of it",
            |_, it| {
                drop_served(it, SLSA_V1);
                served(it, NPM_PUBLISH)["predicateType"] = json!(SLSA_V1);
            },
            Status::Invalid,
            "certificate",
        ),
        (
            "the publish attestation served twice, once as provenance",
            |_, it| {
                *bundle(it, SLSA_V1) = bundle(it, NPM_PUBLISH).clone();
            },
            Status::Invalid,
            "certificate",
        ),
        (
            "the provenance served twice, once as publish attestation",
            |_, it| {
                *bundle(it, NPM_PUBLISH) = bundle(it, SLSA_V1).clone();
            },
            Status::Invalid,
            "specs/publish/v0.1`, but signed as `https://slsa.dev/provenance/v1`",
        ),
        (
            "the provenance under another version's label",
            |_, it| {
                served(it, SLSA_V1)["predicateType"] = json!("https://slsa.dev/provenance/v0.2");
            },
            Status::Invalid,
            "served as `https://slsa.dev/provenance/v0.2`, but signed as `https://slsa.dev/provenance/v1`",
        ),
        (
            "the provenance under an unknown label",
            |_, it| served(it, SLSA_V1)["predicateType"] = json!("https://slsa.dev/provenance/v1 "),
            Status::Invalid,
            "served as `https://slsa.dev/provenance/v1 `, but signed as `https://slsa.dev/provenance/v1`",
        ),
        (
            "the list is none",
            |_, it| it.attestations["attestations"] = json!({}),
            Status::Unknown,
            "attestations are unreadable",
        ),
        (
            "more entries than anybody needs",
            |_, it| {
                let one = served(it, SLSA_V1).clone();
                it.attestations["attestations"] = json!(vec![one; 33]);
            },
            Status::Unknown,
            "more than 32 entries",
        ),
    ];
    lab.served_npm_lies(&lab.world.npm_package(NAME, VERSION), lies);
}

/// docs/verification.md#f3: without the advert and the documents nothing shows that there was
/// provenance. It is never told as verified; a spec that declares attestations fails
/// (`publishers.rs`).
#[test]
fn stripping_everything_leaves_a_signature_only() {
    let lab = Lab::new();
    let mut release = lab.world.npm_package(NAME, VERSION);
    strip_advert(&mut release);
    assert_verified("an unadvertised release", &lab.npm(&release));
    release.attestations = Value::Null;
    assert_refused("stripped", &lab.npm(&release), Status::Signed, "absent");
    release.manifest["dist"]["signatures"] = json!([]);
    assert_refused("all stripped", &lab.npm(&release), Status::None, "absent");
}

/// docs/verification.md#f6: attestations of another version or package, served for this one.
#[test]
fn attestations_of_something_else_are_refused() {
    let lab = Lab::new();
    let release = lab.world.npm_package(NAME, VERSION);
    assert_verified("the control", &lab.npm(&release));
    for (name, version) in [(NAME, "1.2.2"), ("@acme/gadget", VERSION)] {
        let other = lab.world.npm_package(name, version);
        for kind in [NPM_PUBLISH, SLSA_V1] {
            let mut swapped = release.clone();
            *bundle(&mut swapped, kind) = other.bundle(kind).clone();
            let observed = lab.npm(&swapped);
            assert_refused(
                kind,
                &observed,
                Status::Invalid,
                "it is about other content",
            );
        }
    }
}

/// A second provenance must not ride on a good one, whatever their order.
#[test]
fn every_provenance_counts() {
    let lab = Lab::new();
    let honest = lab.draft();
    let mut both = honest.clone();
    both.attestations.push(honest.attestations[1].clone());
    assert_verified("the same build twice", &lab.npm_draft(&both));

    let mallory = testkit::GithubIdentity::new("mallory/widget");
    let mut other = NpmDraft::new(&lab.world, NAME, VERSION, &mallory, NpmStyle::Current);
    assert_verified("mallory alone is an honest mallory", &lab.npm_draft(&other));
    for first in [true, false] {
        let mut draft = honest.clone();
        let place = if first { 1 } else { 2 };
        draft
            .attestations
            .insert(place, other.attestations[1].clone());
        let observed = lab.npm_draft(&draft);
        assert_refused(
            "two builders",
            &observed,
            Status::Invalid,
            "different publishers",
        );
    }
    other.provenance().envelope_key = testkit::EnvelopeKey::Stranger;
    for first in [true, false] {
        let mut draft = honest.clone();
        let place = if first { 1 } else { 2 };
        draft
            .attestations
            .insert(place, other.attestations[1].clone());
        let observed = lab.npm_draft(&draft);
        assert_refused(
            "one forged",
            &observed,
            Status::Invalid,
            "its signature is not of this content",
        );
    }
}

fn drop_served(release: &mut testkit::NpmRelease, predicate_type: &str) {
    release.attestations["attestations"]
        .as_array_mut()
        .unwrap()
        .retain(|attestation| attestation["predicateType"] != predicate_type);
}

fn strip_advert(release: &mut testkit::NpmRelease) {
    release.manifest["dist"]
        .as_object_mut()
        .unwrap()
        .remove("attestations");
}
