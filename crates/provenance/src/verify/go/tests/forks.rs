//! Heads that are held against one another: the record's, the latest, the remembered and the built-in one.

use super::attacks::{LOOKUP, invalid, scene, unknown, verified};
use super::{failed, found};
use crate::evidence::Fetched;
use crate::evidence::go::note::Note;
use crate::trust::sumdb::DatedHead;
use crate::verify::Outcome;

#[test]
fn a_fork_is_seen_by_whoever_remembers_and_only_by_them() {
    for remembered_size in [1000, 1101] {
        let mut scene = scene();
        let fork = scene.database.fork(800);
        let honest = scene.database.note(remembered_size);
        // The attacker shows the fork, and everything that belongs to it.
        scene.database = fork;
        scene.serve_database();
        verified(&scene);
        scene.set("go/sumdb/remembered", found(honest.clone()));
        invalid(&scene, "two trees");
        let Outcome::Invalid(reason) = scene.outcome() else {
            unreachable!()
        };
        let forked = scene.database.note(1101);
        for note in [honest, forked] {
            let root = Note::parse(note.as_bytes()).unwrap().head.root.to_string();
            assert!(reason.contains(&root), "{reason}");
            let signature = note.trim_end().rsplit(' ').next().unwrap().to_owned();
            assert!(reason.contains(&signature), "{reason}");
        }
    }
}

#[test]
fn nothing_is_proven_of_a_head_that_is_not_signed() {
    let mut scene = scene();
    let asked = super::tiles(&scene.see("example.com/tool", "v1.2.3").rounds);
    assert!(asked > 0);
    scene.edit(LOOKUP, |text| text.replace("1101", "1102"));
    invalid(&scene, "signature");
    let asked = super::tiles(&scene.see("example.com/tool", "v1.2.3").rounds);
    assert_eq!(asked, 0);
}

#[test]
fn the_head_beside_the_record_is_held_against_the_latest_one() {
    let mut scene = scene();
    let fork = scene.database.fork(1050);
    scene.set("go/sumdb/latest", found(fork.note(1101)));
    invalid(&scene, "two trees");
    scene.set("go/sumdb/latest", found(fork.note(1060)));
    invalid(&scene, "two trees");
    scene.set("go/sumdb/latest", Fetched::Missing);
    verified(&scene);
    scene.set("go/sumdb/latest", failed(500));
    unknown(&scene, "500");
    scene.set(
        "go/sumdb/latest",
        found(testkit::Sumdb::new("x", 9).note(9)),
    );
    invalid(&scene, "latest");
}

#[test]
fn the_tree_that_the_program_was_built_with_is_held_against_too() {
    let honest = scene();
    let head = |size: usize| {
        let note = honest.database.note(size);
        Some(DatedHead {
            head: Note::parse(note.as_bytes()).unwrap().head,
            signed_by: jiff::Timestamp::UNIX_EPOCH,
        })
    };
    for size in [1, 256, 512, 700, 1000, 1024, 1101] {
        let mut scene = scene();
        scene.trusted.anchor = head(size);
        verified(&scene);
        let mut anchor = head(size).unwrap();
        anchor.head.root.0[0] ^= 1;
        scene.trusted.anchor = Some(anchor);
        let outcome = scene.outcome();
        assert!(
            matches!(outcome, Outcome::Invalid(_)),
            "{size}: {outcome:?}"
        );
    }
    // One that is newer than what is served: an older head is no fault.
    let mut scene = scene();
    scene.database.add_others(300);
    let newer = scene.database.note(1401);
    scene.serve_tiles(1401);
    scene.set("go/sumdb/remembered", found(newer));
    verified(&scene);
}

/// The database has no dates: what is known is that a record in a dated head is as old as that head.
#[test]
fn a_record_is_as_old_as_the_built_in_head_that_has_it() {
    let mut scene = scene();
    let signed_by = "2026-11-01T00:00:00Z".parse().unwrap();
    let by = |scene: &super::Scene| {
        let Outcome::Verified(facts) = scene.outcome() else {
            unreachable!()
        };
        let facts = facts.get();
        assert_eq!(facts.logged_at, None);
        (facts.log_index.unwrap(), facts.logged_by)
    };
    let (index, known) = by(&scene);
    assert_eq!(known, None);
    for (size, expected) in [(index, None), (index + 1, Some(signed_by))] {
        let note = scene.database.note(usize::try_from(size).unwrap());
        scene.trusted.anchor = Some(DatedHead {
            head: Note::parse(note.as_bytes()).unwrap().head,
            signed_by,
        });
        assert_eq!(by(&scene), (index, expected), "{size}");
    }
}
