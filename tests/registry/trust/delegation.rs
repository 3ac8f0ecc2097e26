//! npm's keys come from the role that npm signs, for the paths that it was given.

use testkit::tuf::NPM_KEYS;

use super::Stage;

#[tokio::test]
async fn the_delegated_role_needs_the_key_that_targets_name() {
    for (signers, accepted) in [
        (&["npm"][..], true),
        (&["stranger", "npm"], true),
        (&["targets"], false),
        (&["stranger"], false),
        (&[], false),
    ] {
        let mut stage = Stage::new();
        stage.tuf.npm().role.signers = signers.iter().map(|each| (*each).to_owned()).collect();
        stage.serve();
        let outcome = stage.establish().await;
        if accepted {
            assert!(stage.knows(&outcome.unwrap()), "{signers:?}");
        } else {
            Stage::refused(outcome);
        }
    }
}

#[tokio::test]
async fn a_path_must_be_delegated() {
    for (path, accepted) in [
        ("registry.npmjs.org/*", true),
        ("*/keys.json", true),
        ("registry.npmjs.com/*", false),
        // A star does not reach into folders.
        ("*", false),
    ] {
        let mut stage = Stage::new();
        stage.tuf.npm().paths = vec![path.to_owned()];
        stage.serve();
        let outcome = stage.establish().await;
        if accepted {
            outcome.unwrap();
        } else {
            let said = Stage::refused(outcome);
            assert!(said.contains("not listed"), "{path}: {said}");
        }
    }
}

#[tokio::test]
async fn after_a_terminating_role_nobody_is_asked() {
    for terminating in [false, true] {
        let mut stage = Stage::new();
        let mut first = stage.tuf.npm().clone();
        first.name = "empty".to_owned();
        first.files.clear();
        first.terminating = terminating;
        stage.tuf.delegations.insert(0, first);
        stage.serve();
        let outcome = stage.establish().await;
        if terminating {
            assert!(Stage::refused(outcome).contains("not listed"));
        } else {
            assert!(stage.knows(&outcome.unwrap()));
        }
    }
}

#[tokio::test]
async fn a_delegated_role_cannot_speak_for_sigstore() {
    let mut stage = Stage::new();
    let root = stage.tuf.files.remove("trusted_root.json").unwrap();
    stage
        .tuf
        .npm()
        .files
        .insert("trusted_root.json".to_owned(), root.clone());
    stage.serve();
    assert!(Stage::refused(stage.establish().await).contains("trusted_root.json"));
    stage.tuf.files.insert("trusted_root.json".to_owned(), root);
    stage.tuf.publish();
    stage.serve();
    stage.establish().await.unwrap();
}

#[tokio::test]
async fn keys_replace_those_before_and_the_embedded_ones() {
    let mut stage = Stage::refreshed().await;
    let mut keys = stage.world.npm.json();
    let list = keys["keys"].as_array_mut().unwrap();
    let gone = stage.world.npm.current.id();
    list.retain(|key| key["keyId"] != gone);
    let keys = keys.to_string().into_bytes();
    stage.tuf.npm().files.insert(NPM_KEYS.to_owned(), keys);
    stage.tuf.publish();
    stage.serve();
    let trust = stage.establish().await.unwrap();
    assert!(!stage.knows(&trust));
    let npms = "SHA256:DhQ8wR5APBvFHLF/+Tc+AYvPOdTpcIDqOhxsBHRwC7U";
    assert!(!trust.npm_keys.knows(npms));
}
