//! Registry keys that have ended, and times that are made up.

use dockyard_provenance::verify::{Outcome, Status};
use serde_json::json;
use testkit::{EnvelopeKey, NpmDraft, NpmRelease, World, at};

use crate::support::{Lab, NAME, VERSION, assert_refused, assert_verified};

/// A release without attestations, signed with the key that ended on 2025-01-29.
fn ended(world: &World, published: &str) -> NpmDraft {
    let mut draft = NpmDraft::signed_only(world, NAME, VERSION);
    draft.signing_keys = vec![world.npm.old.clone()];
    draft.published = at(published);
    draft
}

/// docs/verification.md#f8: an ended key counts only where a time shows that it signed before its
/// end. The packument's time is unsigned: what rests on it is said to, and is never more than
/// `signed`.
#[test]
fn ended_keys() {
    let lab = Lab::new();
    let honest = lab
        .world
        .npm_release(&ended(&lab.world, "2024-05-01T00:00:00Z"));
    let observed = lab.npm(&honest);
    let note = "known only from the registry's unsigned publish time";
    assert_refused("dated by the packument", &observed, Status::Signed, note);
    assert!(matches!(observed.evidence[0].outcome, Outcome::Verified(_)));

    let late = lab
        .world
        .npm_release(&ended(&lab.world, "2025-01-29T00:00:00Z"));
    assert_refused(
        "after the end",
        &lab.npm(&late),
        Status::Invalid,
        "signed with",
    );

    let lies: &[(&str, fn(&mut NpmRelease), Status, &str)] = &[
        (
            "no time of this version",
            |it| {
                it.packument["time"]
                    .as_object_mut()
                    .unwrap()
                    .remove(VERSION);
            },
            Status::Invalid,
            "nothing shows that it signed in that time",
        ),
        (
            "no times",
            |it| {
                it.packument.as_object_mut().unwrap().remove("time");
            },
            Status::Invalid,
            "nothing shows that it signed in that time",
        ),
        (
            "a time that is none",
            |it| it.packument["time"][VERSION] = json!("long ago"),
            Status::Invalid,
            "nothing shows that it signed in that time",
        ),
        (
            "another package's packument",
            |it| it.packument["name"] = json!("victim"),
            Status::Invalid,
            "nothing shows that it signed in that time",
        ),
        (
            "garbage",
            |it| it.packument = json!([]),
            Status::Unknown,
            "the packument is unreadable",
        ),
    ];
    for (name, lie, status, reason) in lies {
        let mut release = honest.clone();
        lie(&mut release);
        assert_refused(name, &lab.npm(&release), *status, reason);
    }
}

/// docs/verification.md#f8 with attestations: the log's time decides, whatever the packument says.
#[test]
fn backdating_does_not_outweigh_the_log() {
    let lab = Lab::new();
    let mut draft = lab.draft();
    assert_verified("the control", &lab.npm_draft(&draft));
    draft.signing_keys = vec![lab.world.npm.old.clone()];
    draft.published = at("2024-05-01T00:00:00Z");
    let observed = lab.npm_draft(&draft);
    assert_refused(
        "backdated",
        &observed,
        Status::Invalid,
        "at 2026-03-01T12:00:00Z, but the key is",
    );

    // A publish attestation that fails dates nothing, and is the only thing that is called forged.
    draft.publish().envelope_key = EnvelopeKey::Stranger;
    let observed = lab.npm_draft(&draft);
    assert_refused(
        "and forged",
        &observed,
        Status::Invalid,
        "when it signed could not be determined",
    );
}
