//! What a database or a proxy may try (docs/verification.md#d2), each beside the honest answer.

use testkit::GoRelease;

use super::{Scene, failed, found, lookup_path, tool};
use crate::evidence::Fetched;
use crate::verify::Outcome;

pub(super) const LOOKUP: &str = "go/sumdb/lookup/example.com/tool@v1.2.3";
const MOD: &str = "go/proxy/example.com/tool/@v/v1.2.3.mod";

pub(super) fn scene() -> Scene {
    Scene::new(&[tool()], 700, 400)
}

pub(super) fn verified(scene: &Scene) {
    let outcome = scene.outcome();
    assert!(matches!(outcome, Outcome::Verified(_)), "{outcome:?}");
}

pub(super) fn invalid(scene: &Scene, word: &str) {
    match scene.outcome() {
        Outcome::Invalid(reason) => assert!(reason.contains(word), "{word}: {reason}"),
        other @ (Outcome::Verified(_)
        | Outcome::Absent
        | Outcome::Unknown(_)
        | Outcome::Unsupported(_)) => panic!("{word}: {other:?}"),
    }
}

pub(super) fn unknown(scene: &Scene, word: &str) {
    match scene.outcome() {
        Outcome::Unknown(cause) => assert!(cause.contains(word), "{word}: {cause}"),
        other @ (Outcome::Verified(_)
        | Outcome::Absent
        | Outcome::Invalid(_)
        | Outcome::Unsupported(_)) => panic!("{word}: {other:?}"),
    }
}

#[test]
fn the_honest_record_verifies() {
    let scene = scene();
    verified(&scene);
    let Outcome::Verified(facts) = scene.outcome() else {
        unreachable!()
    };
    assert_eq!(*facts.get().digest, tool().h1());
    assert_eq!(facts.get().log_index, Some(700));
    let note = facts.get().note.clone().unwrap();
    assert!(note.contains("compared with nothing"), "{note}");
}

#[test]
fn a_record_that_is_not_the_one_of_the_tree_is_refused() {
    for (what, from, to) in [
        ("another hash", "v1.2.3 h1:", "v1.2.3 h1:A"),
        ("another number", "700\n", "701\n"),
        ("a number beyond the tree", "700\n", "1101\n"),
        (
            "a large number beyond the tree",
            "700\n",
            "9000000000000000000\n",
        ),
        ("a number with a sign", "700\n", "+700\n"),
        ("a number with zeros", "700\n", "0700\n"),
        ("a negative number", "700\n", "-1\n"),
        (
            "another module",
            "example.com/tool v1.2.3 h1",
            "example.com/fool v1.2.3 h1",
        ),
        (
            "another version",
            "tool v1.2.3/go.mod",
            "tool v1.2.4/go.mod",
        ),
        ("h2", " h1:", " h2:"),
        ("Windows line ends", "\n", "\r\n"),
    ] {
        let mut scene = scene();
        scene.edit(LOOKUP, |text| text.replacen(from, to, 1));
        let outcome = scene.outcome();
        assert!(
            matches!(outcome, Outcome::Invalid(_)),
            "{what}: {outcome:?}"
        );
    }
}

#[test]
fn a_record_has_exactly_its_two_lines() {
    let other = GoRelease::new("example.com/other", "v1.2.3", &[""]);
    let own = tool().record();
    let mut lines = own.lines();
    let (zip, go_mod) = (lines.next().unwrap(), lines.next().unwrap());
    for text in [
        other.record(),
        format!("{go_mod}\n"),
        format!("{zip}\n"),
        format!("{go_mod}\n{zip}\n"),
        format!("{own}{}", other.record()),
        format!("{}{own}", other.record()),
        format!("{zip}\n{zip}\n{go_mod}\n"),
        format!("{zip}\n{go_mod}\n{go_mod}\n"),
        format!("{}\n{go_mod}\n", zip.replace("h1:", "h2:")),
        format!("{zip} \n{go_mod}\n"),
        format!("{zip}=\n{go_mod}\n"),
    ] {
        // All of it is in the tree, and signed.
        let mut scene = scene();
        let id = scene.database.add_text(&text);
        scene.database.claim(id, &tool());
        scene.serve_database();
        invalid(&scene, "record");
    }
}

#[test]
fn an_empty_record_is_none() {
    for text in ["", "\n"] {
        let mut scene = scene();
        let id = scene.database.add_text(text);
        scene.database.claim(id, &tool());
        scene.serve_database();
        let outcome = scene.outcome();
        assert!(
            matches!(outcome, Outcome::Invalid(_)),
            "{text:?}: {outcome:?}"
        );
    }
}

#[test]
fn a_note_has_one_signature_by_the_known_key_and_nothing_odd() {
    let stranger = testkit::Sumdb::new("stranger", 0);
    let honest = scene();
    let size = honest.database.size();
    let head = honest.database.head(size);
    let (good, foreign) = (honest.database.signature(&head), stranger.signature(&head));
    let wrong = honest.database.signature("another text\n");
    let other_name = foreign.replace("sum.testkit", "witness.testkit");
    for (what, note, accepted) in [
        ("the honest one", format!("{head}\n{good}"), true),
        (
            "a witness besides",
            format!("{head}\n{good}{other_name}"),
            true,
        ),
        (
            "a witness before",
            format!("{head}\n{other_name}{good}"),
            true,
        ),
        (
            "another key of this name",
            format!("{head}\n{good}{foreign}"),
            true,
        ),
        ("an unknown key only", format!("{head}\n{foreign}"), false),
        ("a bad signature", format!("{head}\n{wrong}"), false),
        ("bad and good", format!("{head}\n{wrong}{good}"), false),
        ("good and bad", format!("{head}\n{good}{wrong}"), false),
        ("good twice", format!("{head}\n{good}{good}"), false),
        (
            "another size",
            format!("{head}\n{good}").replacen("1101", "1102", 1),
            false,
        ),
        (
            "a size with zeros",
            honest.database.signed(&head.replacen("1101", "01101", 1)),
            false,
        ),
        (
            "another title",
            honest.database.signed(&head.replace("go.sum", "go.mod")),
            false,
        ),
        ("junk behind", format!("{head}\n{good}junk\n"), false),
        (
            "Windows line ends",
            format!("{head}\n{good}").replace('\n', "\r\n"),
            false,
        ),
        ("a blank line behind", format!("{head}\n{good}\n"), false),
        (
            "no end of line",
            format!("{head}\n{}", good.trim_end()),
            false,
        ),
        (
            "a blank line in the text",
            honest.database.signed(&format!("{head}\nmore\n")),
            false,
        ),
        (
            "an extension",
            honest.database.signed(&format!("{head}more\n")),
            true,
        ),
        ("no signature", format!("{head}\n"), false),
    ] {
        let mut scene = scene();
        let record = tool().record();
        scene.set(LOOKUP, found(format!("700\n{record}\n{note}")));
        let outcome = scene.outcome();
        let fine = matches!(outcome, Outcome::Verified(_));
        assert_eq!(fine, accepted, "{what}: {outcome:?}");
        assert!(
            fine || matches!(outcome, Outcome::Invalid(_)),
            "{what}: {outcome:?}"
        );
    }
}

#[test]
fn hashes_in_the_extension_of_a_note_are_not_read() {
    // CVE-2026-56864.
    let mut scene = scene();
    let size = scene.database.size();
    let head = format!("{}{}", scene.database.head(size), tool().record());
    let other = GoRelease::new("example.com/other", "v1.0.0", &[]).record();
    let answer = format!("700\n{other}\n{}", scene.database.signed(&head));
    scene.set(LOOKUP, found(answer));
    invalid(&scene, "record");
}

#[test]
fn forged_tiles_prove_nothing() {
    // CVE-2026-56865: one forged leaf tile beside a genuine note.
    let tiles: Vec<String> = scene()
        .served
        .keys()
        .filter(|path| path.contains("/tile/"))
        .cloned()
        .collect();
    let asked: Vec<String> = {
        let seen = scene().see("example.com/tool", "v1.2.3");
        let all = seen.rounds.iter().flatten();
        all.map(crate::evidence::go::GoRequest::evidence_path)
            .filter(|path| tiles.contains(path))
            .collect()
    };
    assert!(asked.len() > 2, "{asked:?}");
    let honest = scene();
    for path in &asked {
        let Some(Fetched::Found(bytes)) = honest.served.get(path) else {
            panic!("{path}")
        };
        for (what, changed) in [
            ("short", bytes.split_at(bytes.len() - 1).0.to_vec()),
            ("long", [bytes.as_ref(), &[0]].concat()),
        ] {
            let mut scene = scene();
            scene.set(path, found(changed));
            let outcome = scene.outcome();
            assert!(
                matches!(outcome, Outcome::Unknown(_)),
                "{what} {path}: {outcome:?}"
            );
        }
        let mut scene = scene();
        scene.set(path, failed(503));
        unknown(&scene, "503");
    }
    // A record of the attacker's, its hash in the leaf tile, and every tile above as it is.
    let mut evil = tool();
    evil.files
        .push(("evil.go".to_owned(), "package main".to_owned()));
    let mut scene = scene();
    let leaf = testkit::merkle::leaf_hash(evil.record().as_bytes());
    let size = scene.database.size();
    let answer = format!("700\n{}\n{}", evil.record(), scene.database.note(size));
    scene.set(LOOKUP, found(answer));
    let path = "go/sumdb/tile/8/0/002";
    let Some(Fetched::Found(bytes)) = scene.served.get(path) else {
        panic!()
    };
    let mut bytes = bytes.to_vec();
    let at = (700 - 512) * 32;
    bytes[at..at + 32].copy_from_slice(&leaf);
    scene.set(path, found(bytes.clone()));
    invalid(&scene, "not proven");
    // And with a second forged tile, in which the first one's hash is right.
    let hashes: Vec<[u8; 32]> = bytes.as_chunks().0.to_vec();
    let path = "go/sumdb/tile/8/1/000.p/4";
    let Some(Fetched::Found(above)) = scene.served.get(path) else {
        panic!()
    };
    let mut above = above.to_vec();
    above[64..96].copy_from_slice(&testkit::merkle::root(&hashes));
    scene.set(path, found(above));
    invalid(&scene, "not proven");
}

#[test]
fn a_hash_that_the_proof_does_not_use_may_be_anything() {
    // Whoever serves a tile proves nothing with it, but also harms nothing with what nobody reads.
    let mut scene = scene();
    scene.edit_tile("go/sumdb/tile/8/0/004.p/77", 0);
    let outcome = scene.outcome();
    assert!(
        matches!(outcome, Outcome::Verified(_) | Outcome::Invalid(_)),
        "{outcome:?}"
    );
    let mut scene = self::scene();
    scene.edit_tile("go/sumdb/tile/8/0/000", 9);
    verified(&scene);
}

impl Scene {
    fn edit_tile(&mut self, path: &str, hash: usize) {
        let Some(Fetched::Found(bytes)) = self.served.get(path) else {
            panic!("{path}")
        };
        let mut bytes = bytes.to_vec();
        bytes[hash * 32] ^= 1;
        self.set(path, found(bytes));
    }
}

#[test]
fn a_database_need_not_keep_partial_tiles() {
    let mut scene = scene();
    scene.database.add_others(3000);
    let partial: Vec<String> = scene
        .served
        .keys()
        .filter(|path| path.contains(".p/"))
        .cloned()
        .collect();
    assert!(!partial.is_empty());
    for path in partial {
        scene.set(&path, Fetched::Missing);
    }
    let size = scene.database.size();
    scene.serve_tiles(size);
    // The leaf tiles are whole by now; the one above is not and was not kept.
    scene.set(
        "go/sumdb/tile/8/1/000.p/4",
        found(
            scene
                .database
                .tiles(1101)
                .into_iter()
                .find(|(path, _)| path == "tile/8/1/000.p/4")
                .unwrap()
                .1,
        ),
    );
    verified(&scene);
}

#[test]
fn what_is_missing_or_broken_is_not_signed() {
    let mut broken = scene();
    broken.set(LOOKUP, Fetched::Missing);
    unknown(&broken, "no record");
    for status in [403, 500, 503] {
        let mut broken = scene();
        broken.set(LOOKUP, failed(status));
        unknown(&broken, &status.to_string());
        let mut broken = scene();
        broken.set(MOD, failed(status));
        unknown(&broken, &status.to_string());
        let mut broken = scene();
        broken.set("go/proxy/example.com/tool/@v/v1.2.3.info", failed(status));
        unknown(&broken, &status.to_string());
    }
    let mut broken = scene();
    broken.set(LOOKUP, found("<html>Log in</html>"));
    unknown(&broken, "cannot be read");
    let mut broken = scene();
    broken.set(MOD, Fetched::Missing);
    unknown(&broken, "go.mod");
}

#[test]
fn the_go_mod_is_the_one_of_the_record() {
    let mut scene = scene();
    scene.edit(MOD, |text| {
        format!("{text}\nrequire evil.example/m v1.0.0\n")
    });
    invalid(&scene, "go.mod");
    // One that the record has, and that names another module.
    let mut renamed = tool();
    renamed.go_mod = "module example.com/real\n".to_owned();
    let scene = Scene::new(&[renamed], 10, 10);
    invalid(&scene, "example.com/real");
    let mut scene = self::scene();
    scene.edit("go/proxy/example.com/tool/@v/v1.2.3.info", |text| {
        text.replace("v1.2.3", "v1.2.4")
    });
    invalid(&scene, "v1.2.4");
    assert_eq!(lookup_path("example.com/tool", "v1.2.3"), LOOKUP);
}
