//! The go command beside this program, both asking the same proxy and the same checksum database: what
//! it refuses for integrity is never called `signed` here.
//!
//! `GO_COMMAND` names another go command than the one in the search path; without any, the test says
//! that it skipped.
#![expect(
    clippy::disallowed_methods,
    clippy::print_stdout,
    reason = "it finds the go command, and says what it skips"
)]

use std::path::PathBuf;
use std::process::Command;

use testkit::{GoRelease, Response, Sumdb};

use crate::go::GoStage;

/// The go command, if there is one.
fn go() -> Option<PathBuf> {
    let named = std::env::var_os("GO_COMMAND").map(PathBuf::from);
    let command = named.unwrap_or_else(|| PathBuf::from("go"));
    if Command::new(&command)
        .arg("version")
        .output()
        .is_ok_and(|output| output.status.success())
    {
        return Some(command);
    }
    println!("SKIPPED: there is no go command");
    None
}

/// What the go command says of one module version.
struct Verdict {
    accepted: bool,
    said: String,
}

fn ask(go: &PathBuf, stage: &GoStage) -> Verdict {
    let home = tempfile::tempdir().unwrap();
    let search = std::env::var_os("PATH").unwrap_or_default();
    let output = Command::new(go)
        .env_clear()
        .env("PATH", search)
        .env("HOME", home.path())
        .env("GOPATH", home.path().join("go"))
        .env("GOFLAGS", "-modcacherw")
        .env("GOTOOLCHAIN", "local")
        .env("GOPROXY", stage.stage.registry.go_proxy_url())
        .env("GOSUMDB", stage.stage.registry.go_sumdb(&stage.database))
        .current_dir(home.path())
        .args(["mod", "download", "-json", "example.com/tool@v1.2.3"])
        .output()
        .unwrap();
    Verdict {
        accepted: output.status.success(),
        said: [output.stdout, output.stderr]
            .map(|bytes| String::from_utf8_lossy(&bytes).into_owned())
            .concat(),
    }
}

fn tool() -> GoRelease {
    GoRelease::new("example.com/tool", "v1.2.3", &[""])
}

const LOOKUP: &str = "/sumdb/lookup/example.com/tool@v1.2.3";

/// A change of what is served, and whether the go command notices.
type Attack = (&'static str, fn(&mut GoStage), Notices);

#[derive(Clone, Copy, PartialEq, Eq)]
enum Notices {
    /// The go command refuses it.
    Yes,
    /// It installs what this program refuses, for the reason in the name.
    No,
    /// It depends on its version.
    Some,
}

fn answer(stage: &GoStage, path: &str, text: String) {
    stage
        .stage
        .registry
        .set(path, Response::typed("text/plain", text));
}

const ATTACKS: &[Attack] = &[
    (
        "another hash in the record",
        |stage| {
            let text = stage.database.lookup(900, 1201).replacen("h1:", "h1:A", 1);
            answer(stage, LOOKUP, text);
        },
        Notices::Yes,
    ),
    (
        "another module's record",
        |stage| answer(stage, LOOKUP, stage.database.lookup(3, 1201)),
        Notices::Some,
    ),
    (
        "a bad signature",
        |stage| {
            let other = Sumdb::new("stranger", 0);
            let head = stage.database.head(1201);
            let text = format!("900\n{}\n{}", tool().record(), other.signed(&head));
            answer(stage, LOOKUP, text);
        },
        Notices::Yes,
    ),
    (
        "no record",
        |stage| stage.stage.registry.remove(LOOKUP),
        Notices::Yes,
    ),
    (
        "another go.mod",
        |stage| {
            let path = "/goproxy/example.com/tool/@v/v1.2.3.mod";
            answer(
                stage,
                path,
                format!("{}\nrequire example.com/evil v1.0.0\n", tool().go_mod),
            );
        },
        Notices::Yes,
    ),
    (
        "a forged record with a forged tile",
        |stage| {
            let mut evil = tool();
            evil.files
                .push(("evil.go".to_owned(), "package main".to_owned()));
            let text = format!("900\n{}\n{}", evil.record(), stage.database.note(1201));
            answer(stage, LOOKUP, text);
            stage.stage.registry.publish_go(&evil);
            let path = "tile/8/0/003";
            let tiles = stage.database.tiles(1201);
            let mut tile = tiles
                .into_iter()
                .find(|(known, _)| known == path)
                .unwrap()
                .1;
            let leaf = testkit::merkle::leaf_hash(evil.record().as_bytes());
            let at = (900 - 768) * 32;
            tile[at..at + 32].copy_from_slice(&leaf);
            stage.stage.registry.set(
                &format!("/sumdb/{path}"),
                Response::typed("application/octet-stream", tile),
            );
        },
        // CVE-2026-56865.
        Notices::Some,
    ),
    (
        "another version in the .info",
        |stage| {
            let path = "/goproxy/example.com/tool/@v/v1.2.3.info";
            answer(stage, path, r#"{"Version":"v1.2.4"}"#.to_owned());
        },
        Notices::Yes,
    ),
    (
        "lines beyond the two of the module, all of them in the tree",
        |stage| {
            let text = format!(
                "{}example.com/more v1.0.0 h1:{}=\n",
                tool().record(),
                "A".repeat(43)
            );
            let id = stage.database.add_text(&text);
            stage.database.claim(id, &tool());
            stage.stage.registry.publish_sumdb(&stage.database);
        },
        Notices::No,
    ),
];

#[test]
fn what_the_go_command_refuses_is_never_signed() {
    let Some(go) = go() else { return };
    let honest = || {
        let mut stage = GoStage::new();
        stage.go("a", &tool(), "example.com/tool", "");
        stage
    };
    let stage = honest();
    let verdict = ask(&go, &stage);
    assert!(verdict.accepted, "{}", verdict.said);
    assert!(verdict.said.contains(&tool().h1()), "{}", verdict.said);
    assert_eq!(stage.report().status("go/a/spec.yaml"), "signed");
    for (name, attack, notices) in ATTACKS {
        let mut stage = honest();
        attack(&mut stage);
        let verdict = ask(&go, &stage);
        let status = stage.report().status("go/a/spec.yaml").to_owned();
        let word = if verdict.accepted {
            "accepts"
        } else {
            "refuses"
        };
        println!("{name}: the go command {word} it, {status} here");
        assert_ne!(status, "signed", "{name}");
        match notices {
            Notices::Yes => assert!(!verdict.accepted, "{name}: {}", verdict.said),
            Notices::No => assert!(verdict.accepted, "{name}: {}", verdict.said),
            Notices::Some => {}
        }
    }
}
