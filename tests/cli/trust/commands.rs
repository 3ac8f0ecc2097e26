//! `trust show` and `trust update`.

use std::fs;

use serde_json::Value;

use super::Trusting;

#[test]
fn trust_is_shown() {
    let trusting = Trusting::new();
    let shown = trusting.trust(&["show"]).exits(0).out;
    let world = &trusting.stage.world;
    for said in [
        "Trust: tuf, as of 2",
        "Versions: root 1, timestamp 1, snapshot 1, targets 1, npm keys 1",
        "Expires: 2099-01-01T00:00:00Z",
        "testkit.example, fulcio (https\\://fulcio.testkit.example)",
        "valid from 2021-03-07T03\\:20",
        "Certificate transparency logs",
        &hex::encode(world.ct_log.log_id()),
        &hex::encode(world.rekor.key.log_id()),
        "testkit.example, tsa",
        &format!("{} for npm\\:signatures", world.npm.current.id()),
        "until 2025-01-29",
    ] {
        let said = said.replace("\\:", ":");
        assert!(shown.contains(&said), "{said}: {shown}");
    }
    let json: Value = {
        let run = trusting.trust(&["show", "--json", "--offline"]).exits(0);
        serde_json::from_str(&run.out).unwrap()
    };
    assert_eq!(json["versions"]["timestamp"], 1);
    assert_eq!(json["trusted"]["npm_keys"][0]["usage"], "npm:signatures");
    assert_eq!(trusting.asked(), 7);

    // Of Sigstore's public instance, what is built in.
    let shown = trusting.stage.run(&["trust", "show", "--offline"]).exits(0);
    assert!(
        shown.out.contains("Trust: embedded, as of 20"),
        "{}",
        shown.out
    );
    assert!(shown.out.contains("rekor.sigstore.dev"), "{}", shown.out);
    assert!(
        shown
            .out
            .contains("carries no expiry, and is what was published as of 20"),
        "{}",
        shown.out
    );
    assert!(shown.err.starts_with("warning: "), "{}", shown.err);
}

#[test]
fn trust_is_updated() {
    let mut trusting = Trusting::new();
    let run = trusting.trust(&["update"]).exits(0);
    assert!(
        run.out
            .starts_with("Before: nothing\nNow:    root 1, timestamp 1"),
        "{}",
        run.out
    );
    trusting.tuf.publish();
    trusting.tuf.serve(&trusting.stage.registry, "/tuf");
    let run = trusting.trust(&["update"]).exits(0);
    assert!(
        run.out.contains("Before: root 1, timestamp 1,"),
        "{}",
        run.out
    );
    assert!(
        run.out.contains("Now:    root 1, timestamp 2,"),
        "{}",
        run.out
    );

    trusting.tuf.timestamp.version = 1;
    trusting.tuf.serve(&trusting.stage.registry, "/tuf");
    let run = trusting.trust(&["update"]).exits(1);
    assert!(
        run.err.contains("rollback") && run.out.is_empty(),
        "{}",
        run.err
    );
    trusting.cut_off();
    let run = trusting.trust(&["update"]).exits(3);
    assert!(run.err.contains("error: not refreshed"), "{}", run.err);
    // What is there goes on to be shown, and with nothing there is nothing to show.
    trusting.trust(&["show"]).exits(0);
    fs::remove_dir_all(trusting.folder.path().join("cache")).unwrap();
    let run = trusting.trust(&["show"]).exits(3);
    assert!(run.out.is_empty() && !run.err.is_empty());
}

#[test]
fn hostile_names_in_what_is_trusted_do_nothing_to_a_terminal() {
    let mut trusting = Trusting::new();
    let mut root = trusting.stage.world.trusted_root();
    let hostile = "x\u{1b}[2J\n::error::y ##[error]z\u{202e}";
    root["certificateAuthorities"][0]["subject"]["commonName"] = hostile.into();
    let root = root.to_string().into_bytes();
    trusting
        .tuf
        .files
        .insert(testkit::tuf::TRUSTED_ROOT.to_owned(), root);
    trusting.tuf.serve(&trusting.stage.registry, "/tuf");
    for arguments in [&["show"][..], &["show", "--json"]] {
        let out = trusting.trust(arguments).exits(0).out;
        for bad in ["\u{1b}", "::error", "##[", "\u{202e}"] {
            assert!(
                !out.contains(bad) || (bad == "::error" && out.starts_with('{')),
                "{out}"
            );
        }
        assert!(
            !out.lines().any(|line| line.trim_start().starts_with("::")),
            "{out}"
        );
    }
}
