//! `page`: the files of a page, and what it is refused for.

use std::fs;

use serde_json::Value;

use crate::stage::{DECLARED, Run, Stage, misdeclared};

fn stage() -> Stage {
    let stage = Stage::honest();
    stage.npm("b", "@acme/b", &misdeclared());
    stage.pypi("c", "acme-c", DECLARED);
    stage.scan(&["--report", "json=report.json", "-q"]);
    stage
}

fn file(stage: &Stage, name: &str) -> String {
    fs::read_to_string(stage.root().join("site").join(name)).unwrap()
}

const PAGE: [&str; 5] = ["page", "--report", "report.json", "--out", "site"];

#[test]
fn a_page_is_written_whatever_the_verdict() {
    let stage = stage();
    let run = stage.run(&PAGE).exits(0);
    assert_eq!(run.out, "site: report.json, badge.json, index.html\n");
    assert_eq!(run.err, "");
    let badge: Value = serde_json::from_str(&file(&stage, "badge.json")).unwrap();
    assert_eq!(
        (&badge["message"], &badge["color"]),
        (&"2 of 3 verified".into(), &"red".into())
    );
    let page = file(&stage, "index.html");
    assert!(page.contains("<strong>Fail</strong>"), "{page}");
    assert!(page.contains("publisher-repository-mismatch</a>"), "{page}");
    assert!(
        page.contains("href=\"https://github.com/acme/widget\""),
        "{page}"
    );
    assert!(!page.contains("<h2>Trend</h2>") && !page.contains("history.jsonl"));
    let report = fs::read_to_string(stage.root().join("report.json")).unwrap();
    assert_eq!(file(&stage, "report.json"), report);
}

#[test]
fn the_same_input_gives_the_same_page() {
    let stage = stage();
    stage.run(&PAGE).exits(0);
    let first = file(&stage, "index.html");
    stage.run(&PAGE).exits(0);
    assert_eq!(file(&stage, "index.html"), first);
}

#[test]
fn a_workflow_says_where_specs_can_be_looked_at() {
    let stage = stage();
    let mut command = stage.program();
    command.args(PAGE);
    for (name, value) in [
        ("GITHUB_SERVER_URL", "https://github.example"),
        ("GITHUB_REPOSITORY", "acme/catalog"),
        ("GITHUB_SHA", "0123456789abcdef0123456789abcdef01234567"),
    ] {
        command.env(name, value);
    }
    command.args(["--root", "catalog"]);
    Run::of(&mut command).exits(0);
    let line = "href=\"https://github.example/acme/catalog/blob/0123456789abcdef0123456789abcdef01234567/catalog/npx/b/spec.yaml#L";
    assert!(file(&stage, "index.html").contains(line));
}

#[test]
fn a_history_becomes_a_trend() {
    let stage = stage();
    let record = [
        "coverage",
        "--report",
        "report.json",
        "--history",
        "history.jsonl",
        "--commit",
        "90715a5",
        "--begin-history",
    ];
    stage.run(&record).exits(0);
    let with = [&PAGE[..], &["--history", "history.jsonl"]].concat();
    let run = stage.run(&with).exits(0);
    assert_eq!(
        run.out,
        "site: report.json, history.jsonl, badge.json, index.html\n"
    );
    let page = file(&stage, "index.html");
    assert!(
        page.contains(": 3 verified of 3 packages</title>"),
        "{page}"
    );
    assert_eq!(
        file(&stage, "history.jsonl"),
        fs::read_to_string(stage.root().join("history.jsonl")).unwrap()
    );
}

#[test]
fn nothing_is_written_of_what_cannot_be_used() {
    let stage = stage();
    for (arguments, says) in [
        (
            vec!["page", "--report", "none.json", "--out", "site"],
            "cannot read none.json",
        ),
        (
            vec!["page", "--report", "npx/a/spec.yaml", "--out", "site"],
            "not a report",
        ),
        (
            [&PAGE[..], &["--history", "none.jsonl"]].concat(),
            "there is no history none.jsonl",
        ),
        (
            [&PAGE[..], &["--history", "report.json"]].concat(),
            "report.json cannot be used: line 1",
        ),
        (vec!["page", "--report", "report.json"], "--out"),
    ] {
        stage.run(&arguments).refuses(says);
        assert!(!stage.root().join("site").exists(), "{arguments:?}");
    }
    fs::write(stage.root().join("site"), "a file").unwrap();
    stage.run(&PAGE).refuses("cannot make the folder site");
}
