//! What is remembered is verified again, and what is damaged is fetched again.

use std::fs;

use futures_util::future::join_all;

use super::{Stage, versions};

#[tokio::test]
async fn whatever_is_damaged_is_fetched_again() {
    let files = [
        "timestamp.json",
        "snapshot.json",
        "targets.json",
        "registry.npmjs.org.json",
        "root_history/2.root.json",
        "targets/trusted_root.json",
        "targets/registry.npmjs.org/keys.json",
        "refreshed-at",
    ];
    let mut stage = Stage::new();
    stage.tuf.rotate();
    stage.tuf.publish();
    stage.serve();
    stage.establish().await.unwrap();
    for file in files {
        let path = stage.cached().join(file);
        let honest = fs::read(&path).unwrap();
        let mut flipped = honest.clone();
        flipped[honest.len() / 2] ^= 1;
        let half = honest[..honest.len() / 2].to_vec();
        for damaged in [half, flipped, Vec::new()] {
            fs::write(&path, damaged).unwrap();
            let before = stage.registry.requests().len();
            let trust = stage.establish().await.unwrap();
            assert!(stage.knows(&trust) && trust.freshness.fallback.is_none());
            assert_eq!(versions(&trust).root, 2, "{file}");
            assert_ne!(stage.requests(before), [""; 0], "{file}");
            // It is mended with that.
            assert_eq!(fs::read(&path).unwrap(), honest, "{file}");
        }
    }
    let before = stage.registry.requests().len();
    stage.establish().await.unwrap();
    assert_eq!(stage.requests(before), [""; 0]);
}

#[tokio::test]
async fn what_another_repository_signed_is_not_believed() {
    let stage = Stage::new();
    stage.establish().await.unwrap();
    let folder = stage.cached();
    // The same repository, all of whose keys are strangers'.
    let mut forged = stage.tuf.clone();
    let root = forged.root();
    for label in root
        .keys
        .iter_mut()
        .chain([&mut root.online, &mut root.targets])
    {
        label.insert_str(0, "forged ");
    }
    root.signers = root.keys.clone();
    forged.timestamp.signers = vec!["forged online".to_owned()];
    forged.snapshot.signers = vec!["forged online".to_owned()];
    forged.targets.signers = vec!["forged targets".to_owned()];
    for (path, bytes) in forged.documents() {
        let plain = path.trim_start_matches("1.");
        if matches!(
            plain,
            "root.json" | "timestamp.json" | "snapshot.json" | "targets.json"
        ) {
            fs::write(folder.join(plain), bytes).unwrap();
        }
    }
    let before = stage.registry.requests().len();
    let trust = stage.establish().await.unwrap();
    assert!(stage.knows(&trust));
    assert_ne!(stage.requests(before), [""; 0]);
}

#[tokio::test]
async fn repositories_are_kept_apart() {
    let mut stage = Stage::new();
    stage.establish().await.unwrap();
    let first = stage.cached();
    stage.tuf.serve(&stage.registry, "/mirror");
    stage.options.url = format!("{}/mirror", stage.registry.url());
    stage.establish().await.unwrap();
    let folders = fs::read_dir(first.parent().unwrap()).unwrap();
    assert_eq!(folders.count(), 2);
}

#[tokio::test]
async fn many_at_once_do_not_disturb_each_other() {
    let mut stage = Stage::new();
    for round in 1..4 {
        let outcomes = join_all((0..8).map(|_| stage.establish())).await;
        for outcome in outcomes {
            assert_eq!(versions(&outcome.unwrap()).timestamp, round);
        }
        stage.pass(25);
        stage.tuf.publish();
        stage.serve();
    }
}

#[tokio::test]
async fn a_folder_that_cannot_be_written_costs_requests_only() {
    let mut stage = Stage::new();
    let file = stage.folder.path().join("file");
    fs::write(&file, "").unwrap();
    stage.options.cache = Some(file);
    for round in 1..3 {
        assert!(stage.knows(&stage.establish().await.unwrap()));
        assert_eq!(stage.registry.requests().len(), 7 * round);
    }
}
