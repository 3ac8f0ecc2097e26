//! Registry keys that have ended, and times that are made up.

use package_provenance::verify::{Outcome, Status};
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
        "after the end, as an unsigned time says",
        &lab.npm(&late),
        Status::Unknown,
        "the publish time that it states, unsigned, is 2025-01-29T00:00:00Z",
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
            Status::Unknown,
            "it states no publish time",
        ),
        (
            "no times",
            |it| {
                it.packument.as_object_mut().unwrap().remove("time");
            },
            Status::Unknown,
            "it states no publish time",
        ),
        (
            "a time that is none",
            |it| it.packument["time"][VERSION] = json!("long ago"),
            Status::Unknown,
            "it states no publish time",
        ),
        (
            "another package's packument",
            |it| it.packument["name"] = json!("victim"),
            Status::Unknown,
            "it states no publish time",
        ),
        (
            "times that are null",
            |it| it.packument["time"] = json!(null),
            Status::Unknown,
            "it states no publish time",
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

/// A registry signs old versions anew with the keys that follow: a key that counts today is good
/// whenever the version was published, and one that has ended does not spoil it.
#[test]
fn versions_that_were_signed_anew() {
    let lab = Lab::new();
    let (old, current) = (&lab.world.npm.old, &lab.world.npm.current);
    let mut draft = ended(&lab.world, "2019-05-01T00:00:00Z");
    draft.signing_keys = vec![old.clone(), current.clone()];
    let release = lab.world.npm_release(&draft);
    let mut undated = release.clone();
    undated.packument["time"] = json!({});
    for (name, release) in [("both keys", &release), ("and no time", &undated)] {
        let observed = lab.npm(release);
        assert_eq!(observed.status, Status::Signed, "{name}");
        let Outcome::Verified(facts) = &observed.evidence[0].outcome else {
            panic!("{name}: {:?}", observed.evidence);
        };
        assert_eq!(facts.get().note, None, "{name}: today's key needs no time");
    }

    // The log's time of the publish attestation is years before the key's start.
    let identity = testkit::GithubIdentity::default();
    let style = testkit::NpmStyle::Early;
    let mut draft = NpmDraft::new(&lab.world, NAME, VERSION, &identity, style);
    draft.signing_keys = vec![current.clone()];
    assert_verified("attested in 2023", &lab.npm_draft(&draft));

    // A signature by the ended key that fails is a forgery beside whatever else there is.
    let mut forged = release;
    let other = old.sign_manifest(NAME, "1.2.2", "sha512-x");
    forged.manifest["dist"]["signatures"][0] = other;
    assert_refused("forged", &lab.npm(&forged), Status::Invalid, "is not over");
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
        "the publish time could not be determined",
    );
}
