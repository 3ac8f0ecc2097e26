//! What is asked, and how often.

use testkit::{Fault, Response, at};

use super::{Stage, versions};
use dockyard_registry::trust::tuf::Refresh;
use package_provenance::trust::TrustSource;

#[tokio::test]
async fn a_first_refresh_asks_for_each_document_once() {
    let stage = Stage::new();
    let trust = stage.establish().await.unwrap();
    assert!(stage.knows(&trust));
    assert_eq!(trust.source, TrustSource::Tuf);
    assert_eq!(trust.as_of, "2026-08-22T00:00:00Z");
    assert_eq!(trust.freshness.refreshed_at, Some(stage.now));
    assert_eq!(trust.freshness.expires, Some(at("2026-08-29T00:00:00Z")));
    assert_eq!(trust.freshness.fallback, None);
    let mut names = stage.requests(0);
    assert_eq!(
        names[..5],
        [
            "2.root.json",
            "timestamp.json",
            "1.snapshot.json",
            "1.targets.json",
            "1.registry.npmjs.org.json"
        ]
    );
    names.sort();
    names.dedup();
    assert_eq!(names.len(), 7, "{names:?}");
    assert_eq!(stage.registry.requests().len(), 7);
}

#[tokio::test]
async fn a_usual_refresh_asks_for_what_may_have_changed() {
    let mut stage = Stage::refreshed().await;
    stage.tuf.touch();
    stage.serve();
    let before = stage.registry.requests().len();
    let trust = stage.establish().await.unwrap();
    assert_eq!(
        (versions(&trust).timestamp, versions(&trust).snapshot),
        (2, 1)
    );
    assert_eq!(
        stage.requests(before),
        ["2.root.json", "timestamp.json", "1.registry.npmjs.org.json"]
    );
}

#[tokio::test]
async fn a_refresh_of_today_is_enough() {
    let mut stage = Stage::new();
    stage.establish().await.unwrap();
    let before = stage.registry.requests().len();
    stage.pass(23);
    let trust = stage.establish().await.unwrap();
    assert!(stage.knows(&trust) && trust.freshness.fallback.is_none());
    assert_eq!(
        trust.freshness.refreshed_at,
        Some(at("2026-08-22T00:00:00Z"))
    );
    assert_eq!(stage.requests(before), [""; 0]);
    // Unless it is asked for,
    stage.with(&stage.options, Refresh::Now).await.unwrap();
    assert_eq!(stage.requests(before).len(), 3);
    // or a day has gone by,
    stage.pass(24);
    stage.establish().await.unwrap();
    assert_eq!(stage.requests(before).len(), 6);
    // or the clock was set back behind it.
    stage.pass(-1);
    stage.establish().await.unwrap();
    assert_eq!(stage.requests(before).len(), 9);
}

#[tokio::test]
async fn what_expires_today_is_asked_for_today() {
    let mut stage = Stage::new();
    stage.tuf.timestamp.expires = at("2026-08-22T10:00:00Z");
    stage.serve();
    stage.establish().await.unwrap();
    let before = stage.registry.requests().len();
    stage.pass(10);
    stage.establish().await.unwrap();
    assert_eq!(stage.requests(before), [""; 0]);
    stage.tuf.touch();
    stage.tuf.timestamp.expires = at("2026-08-29T00:00:00Z");
    stage.serve();
    stage.pass(1);
    let trust = stage.establish().await.unwrap();
    assert_eq!(versions(&trust).timestamp, 2);
}

#[tokio::test]
async fn nothing_is_kept_where_nothing_may_be() {
    let mut stage = Stage::new();
    let folder = stage.options.cache.take().unwrap();
    for round in 1..3 {
        stage.establish().await.unwrap();
        assert_eq!(stage.registry.requests().len(), 7 * round);
    }
    assert!(!folder.exists());
}

#[tokio::test]
async fn a_passing_failure_is_tried_again_and_another_origin_is_not_followed() {
    let stage = Stage::new();
    stage.fault("timestamp.json", Fault::StatusTimes(503, 1));
    stage.establish().await.unwrap();
    assert_eq!(stage.requests(0).len(), 8);

    let stage = Stage::new();
    let stranger = testkit::Registry::start();
    stage.tuf.serve(&stranger, "/tuf");
    let elsewhere = format!("{}/tuf/timestamp.json", stranger.url());
    stage.fault("timestamp.json", Fault::Redirect(elsewhere));
    let failure = stage.establish().await.err().unwrap();
    assert!(failure.to_string().contains("redirect"), "{failure}");
    assert_eq!(stranger.paths(), [""; 0]);
}

#[tokio::test]
async fn a_next_root_that_is_refused_ends_the_chain_unless_it_was_needed() {
    // Object stores answer 403 for what they do not have.
    let stage = Stage::refreshed().await;
    stage.fault("2.root.json", Fault::Status(403));
    let trust = stage.establish().await.unwrap();
    assert_eq!(trust.freshness.fallback, None);
    assert_eq!(versions(&trust).root, 1);

    // A root that hands the online roles to another key cannot be hidden that way.
    let mut stage = Stage::refreshed().await;
    stage.tuf.rotate();
    stage.tuf.root().online.push('\'');
    stage.tuf.timestamp.signers = vec!["online'".to_owned()];
    stage.tuf.snapshot.signers = vec!["online'".to_owned()];
    stage.tuf.publish();
    stage.serve();
    stage.fault("2.root.json", Fault::Status(403));
    let said = Stage::refused(stage.establish().await);
    assert!(
        said.contains("403 for 2.root.json") && said.contains("withheld"),
        "{said}"
    );
    stage.registry.heal("/tuf/2.root.json");
    assert_eq!(versions(&stage.establish().await.unwrap()).root, 2);

    // Nor for ever: the root itself expires.
    let mut stage = Stage::refreshed().await;
    stage.fault("2.root.json", Fault::Status(403));
    stage.pass(24 * 366);
    let said = Stage::refused(stage.establish().await);
    assert!(said.contains("403 for 2.root.json"), "{said}");
}

#[tokio::test]
async fn only_the_address_that_was_asked_says_that_there_is_no_next_root() {
    for status in [403, 404] {
        let stage = Stage::refreshed().await;
        stage.fault("2.root.json", Fault::Redirect("/tuf/login".to_owned()));
        stage.registry.set("/tuf/login", Response::status(status));
        let told = stage.establish().await.unwrap().freshness.fallback.unwrap();
        assert!(
            told.contains(&format!("another address, and answered {status}")),
            "{told}"
        );
    }
}
