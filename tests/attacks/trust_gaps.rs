//! Honest releases, judged with trust material that lacks what they rest on, or that says when it counted
//! (docs/verification.md#b3).

use package_provenance::verify::Status;
use serde_json::{Value, json};
use testkit::rekor::EntryKind;
use testkit::{Recipe, World};

use crate::pypi_publishers::github;
use crate::support::{Lab, assert_refused, assert_verified};

/// What is changed in the trusted root, and what is then said of a release that was logged with a promise, and
/// of one that only a timestamp dates.
type Gap = (
    &'static str,
    fn(&mut Value, &World),
    (Status, &'static str),
    (Status, &'static str),
);

const UNKNOWN_LOG: &str = "a transparency log that the trust material does not have";
const CHAIN: &str = "not one for signing by an authority that is trusted";

fn another() -> Value {
    World::with_label("another", testkit::at("2026-03-01T12:00:00Z")).trusted_root()
}

#[test]
fn what_is_lacking() {
    let gaps: &[Gap] = &[
        (
            "the transparency log",
            |root, _| root["tlogs"] = another()["tlogs"].clone(),
            (Status::Unknown, UNKNOWN_LOG),
            (Status::Unknown, UNKNOWN_LOG),
        ),
        (
            "the certificate log",
            |root, _| root["ctlogs"] = another()["ctlogs"].clone(),
            (
                Status::Unknown,
                "a certificate transparency log that the trust material does not have",
            ),
            (
                Status::Unknown,
                "a certificate transparency log that the trust material does not have",
            ),
        ),
        (
            "the certificate authority",
            |root, _| root["certificateAuthorities"] = another()["certificateAuthorities"].clone(),
            (Status::Invalid, CHAIN),
            (Status::Invalid, CHAIN),
        ),
        (
            "every timestamp authority",
            |root, _| root["timestampAuthorities"] = json!([]),
            (Status::Verified, ""),
            (
                Status::Unknown,
                "a timestamp authority that the trust material does not have",
            ),
        ),
        (
            "the time of the transparency log, which had ended",
            |root, _| {
                root["tlogs"][0]["publicKey"]["validFor"]["end"] = json!("2025-01-01T00:00:00Z");
            },
            (Status::Invalid, "promise"),
            (Status::Invalid, "when its log took no entries any longer"),
        ),
        (
            "the time of the certificate authority, which had ended",
            |root, _| {
                root["certificateAuthorities"][1]["validFor"]["end"] =
                    json!("2025-01-01T00:00:00Z");
            },
            (
                Status::Invalid,
                "no certificate authority that is trusted was in force",
            ),
            (
                Status::Invalid,
                "no certificate authority that is trusted was in force",
            ),
        ),
        (
            "the time of the timestamp authority, which had ended",
            |root, _| {
                root["timestampAuthorities"][0]["validFor"]["end"] = json!("2025-01-01T00:00:00Z");
            },
            (Status::Verified, ""),
            (
                Status::Invalid,
                "when the authority that made it was not in force",
            ),
        ),
    ];
    for (name, change, promised, stamped) in gaps {
        let world = World::new();
        let mut root = world.trusted_root();
        change(&mut root, &world);
        let lab = Lab::trusting(world, &root);
        let draft = |newer: bool| {
            let mut draft = github(&lab);
            for file in draft.files.iter_mut().filter(|_| newer) {
                let recipe: &mut Recipe = file.attestation();
                recipe.log.kind = EntryKind::HashedRekordV2;
                recipe.timestamp = true;
            }
            draft
        };
        for (newer, (status, reason)) in [(false, promised), (true, stamped)] {
            let observed = lab.pypi_draft(&draft(newer));
            if *status == Status::Verified {
                assert_verified(name, &observed);
            } else {
                assert_refused(name, &observed, *status, reason);
            }
        }
    }
}
