//! What is used where the repository cannot be reached, and what is not.

use testkit::tuf::TRUSTED_ROOT;
use testkit::{Fault, Registry, at};

use super::{Stage, versions};
use dockyard_registry::trust::tuf::{Refresh, Session};
use package_provenance::trust::TrustSource;

/// A stage whose repository is a mirror of Sigstore's public one, which it cannot be.
fn mirror() -> Stage {
    let mut stage = Stage::new();
    stage.options.root = None;
    stage
}

#[tokio::test]
async fn what_was_fetched_before_is_used_and_told() {
    let mut stage = Stage::refreshed().await;
    stage.cut_off();
    stage.pass(48);
    let trust = stage.establish().await.unwrap();
    assert!(stage.knows(&trust));
    assert_eq!(trust.source, TrustSource::Tuf);
    assert_eq!(trust.freshness.as_of, Some(at("2026-08-22T00:00:00Z")));
    let told = trust.freshness.fallback.unwrap();
    for said in [
        "answered 400",
        "2026-08-22T00:00:00Z",
        "3 days old",
        "2.root.json",
    ] {
        assert!(told.contains(said), "{said}: {told}");
    }
    assert!(!told.contains("expired"), "{told}");
}

#[tokio::test]
async fn expired_metadata_is_used_too_and_told() {
    let mut stage = Stage::refreshed().await;
    stage.cut_off();
    stage.pass(24 * 30);
    let told = stage.establish().await.unwrap().freshness.fallback.unwrap();
    assert!(
        told.contains("31 days old") && told.contains("expired on 2026-08-29"),
        "{told}"
    );
}

#[tokio::test]
async fn without_the_network_the_same_holds() {
    let mut stage = Stage::new();
    stage.establish().await.unwrap();
    let before = stage.registry.requests().len();
    stage.options.network = false;
    assert_eq!(stage.establish().await.unwrap().freshness.fallback, None);
    stage.pass(25);
    let told = stage.establish().await.unwrap().freshness.fallback.unwrap();
    assert!(told.contains("may not be used"), "{told}");
    assert_eq!(stage.requests(before), [""; 0]);
}

#[tokio::test]
async fn a_private_instance_has_nothing_built_in() {
    let stage = Stage::new();
    stage.cut_off();
    let failure = stage.establish().await.err().unwrap();
    assert!(!failure.refused, "{failure}");
    assert!(
        failure.to_string().contains("nothing was fetched"),
        "{failure}"
    );
}

#[tokio::test]
async fn the_public_instance_has_the_embedded_material() {
    let stage = mirror();
    stage.fault("17.root.json", Fault::Status(400));
    let trust = stage.establish().await.unwrap();
    assert_eq!(trust.source, TrustSource::Embedded);
    assert!(!stage.knows(&trust));
    let told = trust.freshness.fallback.unwrap();
    assert!(
        told.contains("built into this program") && told.contains("1 day old"),
        "{told}"
    );
}

#[tokio::test]
async fn a_server_that_is_not_there_or_says_nothing_is_not_reached() {
    let mut stage = mirror();
    let gone = Registry::start();
    stage.options.url = gone.url();
    drop(gone);
    assert!(
        stage
            .establish()
            .await
            .unwrap()
            .freshness
            .fallback
            .is_some()
    );

    let mut stage = mirror();
    stage.options.timeout = std::time::Duration::from_secs(1);
    stage.fault("17.root.json", Fault::Hang);
    let told = stage.establish().await.unwrap().freshness.fallback.unwrap();
    assert!(told.contains("did not end within 1 s"), "{told}");
}

#[tokio::test]
async fn what_does_not_verify_has_no_stand_in() {
    // Neither the embedded material,
    let stage = mirror();
    let said = Stage::refused(stage.establish().await);
    assert!(said.contains("does not verify"), "{said}");
    // nor what was fetched before.
    let mut stage = Stage::refreshed().await;
    stage.tuf.touch();
    stage.tuf.timestamp.signers = vec!["stranger".to_owned()];
    stage.serve();
    Stage::refused(stage.establish().await);
}

#[tokio::test]
async fn what_is_announced_and_cannot_be_had_supersedes_what_is_here() {
    for lost in [
        "2.snapshot.json",
        "2.targets.json",
        "2.registry.npmjs.org.json",
        "target",
    ] {
        let mut stage = Stage::refreshed().await;
        let mut root = stage.world.trusted_root();
        root["tlogs"][0]["baseUrl"] = "https://rekor2.testkit.example".into();
        let root = root.to_string().into_bytes();
        stage
            .tuf
            .files
            .insert(TRUSTED_ROOT.to_owned(), root.clone());
        stage.tuf.publish();
        stage.serve();
        let target = testkit::tuf::hashed(TRUSTED_ROOT, &root);
        let lost = if lost == "target" { &target } else { lost };
        stage.fault(lost, Fault::Status(400));
        let failure = stage.establish().await.err().unwrap();
        assert!(!failure.refused, "{lost}: {failure}");
        assert!(
            failure.to_string().contains("superseded"),
            "{lost}: {failure}"
        );
        // That stays known, also where nothing at all is reached any more.
        stage.cut_off();
        assert!(stage.establish().await.is_err(), "{lost}");
        for path in stage.registry.documents().into_keys() {
            stage.registry.heal(&path);
        }
        stage.registry.heal("/tuf/2.root.json");
        stage.establish().await.unwrap();
    }
}

#[tokio::test]
async fn a_new_timestamp_alone_supersedes_nothing() {
    let mut stage = Stage::refreshed().await;
    stage.tuf.touch();
    stage.serve();
    stage.fault("1.registry.npmjs.org.json", Fault::Status(400));
    let trust = stage.establish().await.unwrap();
    assert_eq!(versions(&trust).timestamp, 2);
    // The age is that of the last refresh that came to its end.
    assert_eq!(trust.freshness.as_of, Some(at("2026-08-22T00:00:00Z")));
    assert!(trust.freshness.fallback.is_some());
}

#[tokio::test]
async fn a_root_beyond_which_nothing_was_reached_supersedes_what_is_here() {
    let mut stage = Stage::refreshed().await;
    stage.tuf.rotate();
    stage.tuf.root().online.push('\'');
    stage.tuf.timestamp.signers = vec!["online'".to_owned()];
    stage.tuf.snapshot.signers = vec!["online'".to_owned()];
    stage.tuf.publish();
    stage.serve();
    stage.fault("timestamp.json", Fault::Status(400));
    let failure = stage.establish().await.err().unwrap();
    assert!(
        !failure.refused && failure.to_string().contains("superseded"),
        "{failure}"
    );
    stage.registry.heal("/tuf/timestamp.json");
    assert_eq!(versions(&stage.establish().await.unwrap()).root, 2);
}

#[tokio::test]
async fn material_of_unknown_age_is_not_used() {
    let stage = Stage::refreshed().await;
    stage.cut_off();
    std::fs::remove_file(stage.cached().join("refreshed-at")).unwrap();
    let failure = stage.establish().await.err().unwrap();
    assert!(
        !failure.refused && failure.to_string().contains("not known"),
        "{failure}"
    );
}

#[tokio::test]
async fn no_refresh_can_have_been_after_the_expiry() {
    let mut stage = Stage::refreshed().await;
    stage.cut_off();
    stage.pass(24 * 365);
    let says = |time: jiff::Timestamp| {
        std::fs::write(stage.cached().join("refreshed-at"), time.to_string()).unwrap();
    };
    // What is a year old is passed off as an hour old.
    says(stage.now - jiff::SignedDuration::from_hours(1));
    let failure = stage.establish().await.err().unwrap();
    assert!(
        !failure.refused && failure.to_string().contains("not known"),
        "{failure}"
    );
    says(at("2026-08-29T00:00:00Z"));
    assert!(stage.establish().await.is_err());
    // A forged time makes it no younger than its expiry.
    says(at("2026-08-28T23:59:59Z"));
    let told = stage.establish().await.unwrap().freshness.fallback.unwrap();
    assert!(told.contains("359 days old"), "{told}");
}

#[tokio::test]
async fn what_was_announced_is_known_also_where_it_cannot_be_written() {
    for announced in [true, false] {
        let mut stage = Stage::refreshed().await;
        stage.cut_off();
        if announced {
            for name in ["2.root.json", "timestamp.json"] {
                stage.registry.heal(&format!("/tuf/{name}"));
            }
            stage.tuf.publish();
            stage.serve();
            stage.fault("2.snapshot.json", Fault::Status(400));
        }
        let session = Session::prepare(&stage.options).unwrap();
        // Modes would not stop a test that root runs.
        let folder = stage.cached();
        std::fs::remove_dir_all(&folder).unwrap();
        std::fs::write(&folder, "").unwrap();
        let failure = session.establish(Refresh::WhenOld, stage.now).await;
        let failure = failure.err().unwrap().to_string();
        assert_eq!(failure.contains("superseded"), announced, "{failure}");
        assert_ne!(
            failure.contains("nothing was fetched"),
            announced,
            "{failure}"
        );
    }
}

#[tokio::test]
async fn an_update_that_reaches_nothing_falls_back_like_any_other() {
    let mut stage = Stage::refreshed().await;
    stage.pass(-24);
    stage.cut_off();
    assert_eq!(stage.establish().await.unwrap().freshness.fallback, None);
    let forced = stage.with(&stage.options, Refresh::Now).await.unwrap();
    assert!(forced.freshness.fallback.is_some());
}
