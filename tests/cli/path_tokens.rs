//! Registries that ask for a token in the path of their address.

use std::fs;
use std::path::Path;

use testkit::Fault;

use crate::stage::{DECLARED, Run, Stage};

const TOKEN: &str = "kZ8rT2mQ9xW4vB7nL5pD";

/// A stage whose registries stand below [`TOKEN`] too.
fn stage() -> Stage {
    let stage = Stage::honest();
    stage.pypi("b", "widget", DECLARED);
    for (path, response) in stage.registry.documents() {
        stage.registry.set(&format!("/{TOKEN}{path}"), response);
    }
    stage
}

fn scan(stage: &Stage, below: &str, cache: &Path) -> Run {
    let base = stage.registry.url();
    let mut command = stage.trusting(&["scan", "-v", "--format", "json"]);
    command
        .env("NPM_CONFIG_REGISTRY", format!("{base}{below}/npm"))
        .env("PIP_INDEX_URL", format!("{base}{below}/simple"))
        .arg("--cache-dir")
        .arg(cache);
    Run::of(&mut command)
}

/// Whether a file below the folder holds the token.
fn holds(folder: &Path) -> bool {
    fs::read_dir(folder).unwrap().any(|entry| {
        let path = entry.unwrap().path();
        if path.is_dir() {
            return holds(&path);
        }
        let bytes = fs::read(path).unwrap();
        bytes
            .windows(TOKEN.len())
            .any(|part| part == TOKEN.as_bytes())
    })
}

#[track_caller]
fn hides(run: &Run, cache: &Path) {
    assert!(
        !run.out.contains(TOKEN) && !run.err.contains(TOKEN),
        "{run:#?}"
    );
    assert!(
        run.err.contains("/[hidden:2bc9e0e8]/npm/@acme%2fa/1.2.3"),
        "{run:#?}"
    );
    assert!(run.out.contains("/[hidden:2bc9e0e8]/simple"), "{run:#?}");
    assert!(!holds(cache));
}

#[test]
fn a_token_is_sent_and_neither_shown_nor_kept() {
    let (stage, cache) = (stage(), tempfile::tempdir().unwrap());
    let run = scan(&stage, &format!("/{TOKEN}"), cache.path()).exits(0);
    hides(&run, cache.path());
    let asked = stage.registry.paths();
    assert!(
        asked.contains(&format!("/{TOKEN}/npm/@acme/a/1.2.3")),
        "{asked:?}"
    );

    // Nor where it fails.
    stage.registry.fault_everywhere(Fault::Status(400));
    let run = scan(&stage, &format!("/{TOKEN}"), cache.path()).exits(3);
    hides(&run, cache.path());
    assert_eq!(run.report().status("npx/a/spec.yaml"), "unknown");
}

#[test]
fn an_address_without_one_is_shown_whole() {
    let (stage, cache) = (stage(), tempfile::tempdir().unwrap());
    let run = scan(&stage, "", cache.path()).exits(0);
    let whole = format!("{}/npm/@acme%2fa/1.2.3", stage.registry.url());
    assert!(run.err.contains(&whole), "{run:#?}");
    assert!(!run.err.contains("[hidden") && !run.out.contains("[hidden"));
}

#[test]
fn a_token_in_the_trust_repositorys_address_is_not_shown() {
    let stage = Stage::honest();
    for (below, shown) in [
        (format!("/{TOKEN}/tuf"), "/[hidden:2bc9e0e8]/tuf"),
        ("/tuf".to_owned(), "/tuf"),
    ] {
        for format in [&[][..], &["--json"]] {
            let cache = tempfile::tempdir().unwrap();
            let url = format!("{}{below}", stage.registry.url());
            let mut command = stage.program();
            command.args(["trust", "show", "--offline", "--tuf-url", &url]);
            command.args(format).arg("--cache-dir").arg(cache.path());
            let run = Run::of(&mut command).exits(0);
            assert!(run.out.contains(shown), "{run:#?}");
            assert!(
                !run.out.contains(TOKEN) && !run.err.contains(TOKEN),
                "{run:#?}"
            );
        }
    }
}
