//! What a repository, or who stands before it, may try.

use std::time::{Duration, Instant};

use testkit::tuf::TRUSTED_ROOT;
use testkit::{Fault, Response, TufRepository, at};

use super::{Stage, versions};

#[tokio::test]
async fn roots_rotate_one_version_at_a_time() {
    let mut stage = Stage::refreshed().await;
    stage.tuf.rotate();
    stage.tuf.rotate();
    stage.tuf.publish();
    stage.serve();
    assert_eq!(versions(&stage.establish().await.unwrap()).root, 3);
    // What was learnt stays: the next refresh begins at version 3.
    stage.pass(25);
    let before = stage.registry.requests().len();
    stage.establish().await.unwrap();
    assert_eq!(stage.requests(before)[0], "4.root.json");
}

#[tokio::test]
async fn a_root_needs_enough_of_the_old_keys_and_of_its_own() {
    for (signers, accepted) in [
        (&["root a", "root b", "root a'", "root b'"][..], true),
        (&["root b", "root c", "root b'", "root c'"], true),
        (&["root a", "root a'", "root b'"], false),
        (&["root a", "root b", "root a'"], false),
        (&["root a'", "root b'"], false),
        (&["root a", "root b"], false),
        (&["stranger 1", "stranger 2", "root a'", "root b'"], false),
        (&["root a", "root a", "root a'", "root b'"], false),
        (&[], false),
    ] {
        let mut stage = Stage::new();
        stage.tuf.rotate();
        stage.tuf.root().signers = signers.iter().map(|each| (*each).to_owned()).collect();
        stage.serve();
        let outcome = stage.establish().await;
        if accepted {
            assert_eq!(versions(&outcome.unwrap()).root, 2, "{signers:?}");
        } else {
            let said = Stage::refused(outcome);
            assert!(said.contains("does not verify"), "{signers:?}: {said}");
        }
    }
}

#[tokio::test]
async fn no_root_is_skipped() {
    let mut stage = Stage::new();
    for _ in 0..2 {
        stage.tuf.rotate();
        stage.tuf.root().online.push('\'');
        let online = stage.tuf.root().online.clone();
        stage.tuf.timestamp.signers = vec![online.clone()];
        stage.tuf.snapshot.signers = vec![online];
    }
    stage.serve();
    let honest = stage.registry.documents();
    stage.registry.remove("/tuf/2.root.json");
    assert!(Stage::refused(stage.establish().await).contains("timestamp"));
    // Nor may version 3 stand in for it.
    let third = honest["/tuf/3.root.json"].clone();
    stage.registry.set("/tuf/2.root.json", third);
    assert!(Stage::refused(stage.establish().await).contains("increment by one"));
    let second = honest["/tuf/2.root.json"].clone();
    stage.registry.set("/tuf/2.root.json", second);
    assert_eq!(versions(&stage.establish().await.unwrap()).root, 3);
}

#[tokio::test]
async fn every_role_needs_its_key() {
    type Change = fn(&mut TufRepository);
    let changes: [(&str, Change); 3] = [
        ("timestamp", |tuf| {
            tuf.timestamp.signers = vec!["targets".into()];
        }),
        ("snapshot", |tuf| {
            tuf.snapshot.signers = vec!["root a".into()];
        }),
        ("targets", |tuf| tuf.targets.signers = vec!["online".into()]),
    ];
    for (role, change) in changes {
        let mut stage = Stage::new();
        change(&mut stage.tuf);
        stage.serve();
        let said = Stage::refused(stage.establish().await);
        assert!(said.contains(&format!("role {role}")), "{said}");
    }
}

#[tokio::test]
async fn nothing_goes_back() {
    type Change = fn(&mut TufRepository);
    let changes: [(&str, Change); 4] = [
        ("timestamp", |tuf| tuf.timestamp.version = 1),
        ("snapshot", |tuf| {
            tuf.timestamp.version = 3;
            tuf.snapshot.version = 1;
        }),
        ("targets.json", |tuf| {
            (tuf.timestamp.version, tuf.snapshot.version) = (3, 3);
            tuf.targets.version = 1;
        }),
        ("registry.npmjs.org.json", |tuf| {
            (tuf.timestamp.version, tuf.snapshot.version) = (3, 3);
            tuf.npm().role.version = 1;
        }),
    ];
    for (what, change) in changes {
        let mut stage = Stage::new();
        stage.tuf.publish();
        stage.serve();
        stage.establish().await.unwrap();
        let newer = stage.tuf.clone();
        stage.pass(25);
        change(&mut stage.tuf);
        stage.serve();
        let said = Stage::refused(stage.establish().await);
        assert!(said.contains("rollback") && said.contains(what), "{said}");
        // The way forward stays open.
        stage.tuf = newer;
        stage.tuf.publish();
        stage.tuf.publish();
        stage.serve();
        assert_eq!(versions(&stage.establish().await.unwrap()).targets, 4);
    }
}

#[tokio::test]
async fn a_role_that_vanishes_is_missed() {
    let mut stage = Stage::refreshed().await;
    stage.tuf.publish();
    let npm = stage.tuf.delegations.pop().unwrap();
    stage.serve();
    let said = Stage::refused(stage.establish().await);
    assert!(said.contains("removes registry.npmjs.org.json"), "{said}");
    stage.tuf.publish();
    stage.tuf.delegations.push(npm);
    stage.tuf.npm().role.version += 1;
    stage.serve();
    stage.establish().await.unwrap();
}

#[tokio::test]
async fn nothing_is_frozen() {
    type Change = fn(&mut TufRepository);
    let old = "2026-08-22T23:00:00Z";
    assert!(at(old) < Stage::refreshed().await.now);
    let changes: [(&str, Change); 5] = [
        ("root", |tuf| {
            tuf.root().expires = at("2026-08-22T23:00:00Z");
        }),
        ("timestamp", |tuf| {
            tuf.timestamp.expires = at("2026-08-22T23:00:00Z");
        }),
        ("snapshot", |tuf| {
            tuf.snapshot.expires = at("2026-08-22T23:00:00Z");
        }),
        ("targets", |tuf| {
            tuf.targets.expires = at("2026-08-22T23:00:00Z");
        }),
        ("registry.npmjs.org", |tuf| {
            tuf.npm().role.expires = at("2026-08-22T23:00:00Z");
        }),
    ];
    for (role, change) in changes {
        let mut stage = Stage::new();
        let root = stage.options.root.clone().unwrap();
        change(&mut stage.tuf);
        std::fs::write(root, stage.tuf.root_json(1)).unwrap();
        stage.serve();
        stage.establish().await.unwrap();
        // The same bytes, once they have expired.
        stage.pass(25);
        let said = Stage::refused(stage.establish().await);
        assert!(
            said.contains(&format!("{role} metadata expired")) && said.contains("clock"),
            "{said}"
        );
    }
}

#[tokio::test]
async fn parts_of_two_states_do_not_mix() {
    for name in [
        "1.snapshot.json",
        "1.targets.json",
        "1.registry.npmjs.org.json",
    ] {
        let stage = Stage::new();
        let mut other = stage.tuf.clone();
        other.snapshot.expires = at("2027-01-01T00:00:00Z");
        other.targets.expires = at("2027-01-01T00:00:00Z");
        other.npm().role.expires = at("2027-01-01T00:00:00Z");
        let swapped = other.documents()[name].clone();
        let path = format!("/tuf/{name}");
        let honest = stage.registry.documents()[&path].clone();
        stage
            .registry
            .set(&path, Response::typed("application/json", swapped));
        let said = Stage::refused(stage.establish().await);
        assert!(said.contains("integrity"), "{name}: {said}");
        stage.registry.set(&path, honest);
        stage.establish().await.unwrap();
    }
}

#[tokio::test]
async fn a_document_is_the_one_that_was_signed() {
    let stage = Stage::new();
    let bytes = &stage.tuf.files[TRUSTED_ROOT];
    let path = format!("/tuf/{}", testkit::tuf::hashed(TRUSTED_ROOT, bytes));
    let mut changed = bytes.clone();
    changed[20] ^= 1;
    let longer = [bytes.as_slice(), b" "].concat();
    let shorter = bytes[..bytes.len() - 1].to_vec();
    for wrong in [changed, longer, shorter] {
        stage
            .registry
            .set(&path, Response::typed("application/json", wrong));
        Stage::refused(stage.establish().await);
    }
    stage.serve();
    stage.establish().await.unwrap();
}

#[tokio::test]
async fn what_never_ends_is_not_read_to_its_end() {
    for name in ["2.root.json", "timestamp.json", "1.snapshot.json"] {
        let stage = Stage::new();
        stage.fault(name, Fault::Endless);
        let started = Instant::now();
        let said = Stage::refused(stage.establish().await);
        assert!(said.contains("larger than"), "{said}");
        assert!(started.elapsed() < Duration::from_secs(20));
    }
}

#[tokio::test]
async fn what_is_no_metadata_is_refused() {
    let stage = Stage::new();
    stage.fault("timestamp.json", Fault::Garbage);
    Stage::refused(stage.establish().await);
    stage.registry.heal("/tuf/timestamp.json");
    stage.establish().await.unwrap();
}

#[tokio::test]
async fn documents_that_verify_and_cannot_be_read_are_not_used() {
    let mut stage = Stage::refreshed().await;
    let honest = stage.tuf.files.clone();
    stage
        .tuf
        .files
        .insert(TRUSTED_ROOT.to_owned(), b"{}".to_vec());
    stage.tuf.publish();
    stage.serve();
    let said = Stage::refused(stage.establish().await);
    assert!(
        said.contains("trusted_root.json") && said.contains("newer version"),
        "{said}"
    );
    stage.tuf.files = honest;
    stage.tuf.publish();
    stage.serve();
    stage.establish().await.unwrap();
}
