//! `go.sum` against a proxy and a checksum database.

use serde_json::Value;
use testkit::GoRelease;

use super::packages;
use crate::go::GoStage;
use crate::stage::Run;

/// A stage that has one module, and what `go.sum` says of it.
fn stage() -> (GoStage, GoRelease) {
    let mut stage = GoStage::new();
    let release = GoRelease::new("example.com/tool", "v1.2.3", &[""]);
    stage.go("a", &release, "example.com/tool", "");
    (stage, release)
}

fn line(release: &GoRelease) -> String {
    format!("{} {} {}\n", release.path, release.version, release.h1())
}

fn go_mod(release: &GoRelease) -> String {
    format!(
        "{} {}/go.mod {}\n",
        release.path,
        release.version,
        release.h1_of_go_mod()
    )
}

fn run(stage: &GoStage, text: &str, arguments: &[&str]) -> Run {
    stage.stage.write("go.sum", text);
    let registry = &stage.stage.registry;
    let mut command = stage.stage.command(&["verify-lock", "go.sum"]);
    command
        .args(["--go-proxy", &registry.go_proxy_url()])
        .args(["--go-sumdb", &registry.go_sumdb(&stage.database)]);
    Run::of(command.args(arguments))
}

fn json(stage: &GoStage, text: &str, code: i32) -> Vec<(String, String, Vec<String>)> {
    packages(&run(stage, text, &["--format", "json"]).exits(code).report())
}

const WRONG: &str = "h1:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=";

#[test]
fn a_hash_that_the_database_has_is_signed() {
    let (stage, release) = stage();
    let told = json(
        &stage,
        &format!("{}{}", line(&release), go_mod(&release)),
        0,
    );
    let [(name, status, rules)] = &told[..] else {
        panic!("{told:?}")
    };
    assert_eq!(
        (name.as_str(), status.as_str()),
        ("example.com/tool", "signed")
    );
    assert!(
        !rules.iter().any(|rule| rule.starts_with("lock-")),
        "{rules:?}"
    );
    // The same line twice is one entry.
    assert_eq!(json(&stage, &line(&release).repeat(2), 0), told);
}

#[test]
fn another_hash_is_a_mismatch_at_its_line() {
    let (stage, release) = stage();
    let honest = line(&release);
    let forged = honest.replace(&release.h1(), WRONG);
    let run = run(
        &stage,
        &format!("{}{forged}", go_mod(&release)),
        &["--format", "json"],
    );
    let report = run.exits(1).report();
    let finding = &report.json["locks"][0]["packages"][0]["findings"][0];
    assert_eq!(finding["rule"], "lock-integrity-mismatch");
    assert_eq!(finding["location"]["start_line"], 2);
    // Of two hashes the go command takes the first; that there are two is told of either order.
    for text in [format!("{honest}{forged}"), format!("{forged}{honest}")] {
        let (_, _, rules) = &json(&stage, &text, 1)[0];
        assert!(
            rules.contains(&"lock-integrity-mismatch".to_owned()),
            "{rules:?}"
        );
    }
}

#[test]
fn what_the_database_does_not_have_is_no_pass() {
    let (stage, release) = stage();
    let absent = GoRelease::new("example.com/absent", "v1.0.0", &[""]);
    let told = json(&stage, &format!("{}{}", line(&release), line(&absent)), 1);
    assert_eq!(told[0].1, "signed");
    assert_eq!(told[1].1, "not-found");
    // A hash of a kind that nobody knows holds nothing.
    let unknown = line(&release).replace("h1:", "h2:");
    assert_eq!(json(&stage, &unknown, 1)[0].1, "malformed");
    // Nor is a database that does not answer.
    for path in stage.stage.registry.documents().into_keys() {
        if path.contains("lookup") {
            stage
                .stage
                .registry
                .fault(&path, testkit::Fault::Status(500));
        }
    }
    let told = json(&stage, &line(&release), 3);
    assert_eq!(told[0].1, "unknown");
}

#[test]
fn a_file_without_any_zip_is_no_pass() {
    let (stage, release) = stage();
    let run = run(&stage, &go_mod(&release), &[]).exits(3);
    assert!(run.out.contains("no entry to look up"), "{run:#?}");
    let report = super::go::run(&stage, &go_mod(&release), &["--format", "json"]).report();
    assert_eq!(
        report.json["locks"][0]["packages"],
        Value::Array(Vec::new())
    );
}
