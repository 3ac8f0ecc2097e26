//! What says where trust comes from, and who may say it.

use super::Trusting;
use crate::stage::Stage;

#[test]
fn trust_is_asked_for_without_contradiction() {
    let trusting = Trusting::new();
    let stage = &trusting.stage;
    let files = stage.trusted_root().display().to_string();
    let keys = stage.npm_keys().display().to_string();
    for arguments in [
        &["scan", "--trust", "tuf", "--trusted-root", &files][..],
        &["scan", "--trust", "tuf", "--npm-keys", &keys],
        &["scan", "--tuf-root", "root.json", "--npm-keys", &keys],
        &[
            "scan",
            "--trust",
            "embedded",
            "--tuf-url",
            "https://tuf.example",
        ],
        &["scan", "--trust", "file", "--tuf-root", "root.json"],
    ] {
        stage.run(arguments).refuses("leave one side out");
    }
    stage
        .run(&["scan", "--tuf-root", "missing.json"])
        .refuses("missing.json");
    stage
        .run(&["scan", "--tuf-root", &keys])
        .refuses("TUF root");
    for url in [
        "http://tuf.example",
        "ftp://127.0.0.1",
        "https://a:b@tuf.example",
        "tuf.example",
    ] {
        let run = stage.run(&["scan", "--tuf-url", url]).refuses("--tuf-url");
        assert!(!run.err.contains("a:b"), "{}", run.err);
    }
    stage
        .run(&["trust", "update", "--offline"])
        .refuses("--offline");
    stage.run(&["trust"]).refuses("Usage");
    for days in ["0", "1.5", "soon"] {
        stage
            .run(&["scan", "--trust-max-age", days])
            .refuses("--trust-max-age");
    }
    assert_eq!(stage.registry.paths(), [""; 0]);
}

#[test]
fn a_configuration_file_cannot_name_a_repository() {
    let stage = Stage::honest();
    for key in ["tuf-url", "tuf-root", "trust", "trust-max-age", "cache-dir"] {
        stage.write("dockyard-provenance.toml", &format!("{key} = \"x\"\n"));
        stage.scan(&[]).refuses("unknown key");
    }
    // Nor does one that names trust files matter to who asks for TUF.
    let trusting = Trusting::new();
    trusting.stage.write(
        "dockyard-provenance.toml",
        "trusted-root = \"missing.json\"\n",
    );
    let run = trusting.scan(&["--trust", "tuf"]).exits(0);
    assert!(run.out.contains("Trust: tuf"), "{}", run.out);
}
