//! `coverage`: the numbers of a scan or a report, and their history.

use std::fs;

use crate::stage::{DECLARED, Run, Stage, misdeclared, spec};

/// Two npm packages, of which one is misdeclared, and a PyPI package.
fn stage() -> Stage {
    let stage = Stage::honest();
    stage.npm("b", "@acme/b", &misdeclared());
    stage.pypi("c", "acme-c", DECLARED);
    stage
}

fn written(stage: &Stage) {
    stage.scan(&["--report", "json=report.json", "-q"]);
}

fn history(stage: &Stage) -> String {
    fs::read_to_string(stage.root().join("history.jsonl")).unwrap()
}

const RECORD: [&str; 7] = [
    "coverage",
    "--report",
    "report.json",
    "--history",
    "history.jsonl",
    "--commit",
    "90715a5",
];

#[test]
fn a_scan_and_its_report_have_the_same_numbers() {
    let stage = stage();
    let scanned = Run::of(&mut stage.command(&["coverage"])).exits(1);
    written(&stage);
    let told = stage.run(&["coverage", "--report", "report.json"]).exits(0);
    assert_eq!(told.out, scanned.out);
    assert_eq!(told.err, "");
    assert!(
        told.out.ends_with("\nVerdict of the run: fail.\n"),
        "{}",
        told.out
    );
    let json = stage
        .run(&["coverage", "--report", "report.json", "--json"])
        .exits(0);
    let json = json.report().json;
    let numbers = |place: &str| {
        let row = json.pointer(place).unwrap();
        [
            "packages",
            "signed",
            "attested",
            "verified",
            "verified_without_error",
        ]
        .map(|name| row[name].as_u64().unwrap())
    };
    assert_eq!(numbers("/packages/npx"), [2, 2, 2, 2, 1]);
    assert_eq!(numbers("/packages/uvx"), [1, 0, 1, 1, 1]);
    assert_eq!(numbers("/total"), [3, 2, 3, 3, 2]);
}

#[test]
fn a_history_holds_a_line_for_each_commit_and_day() {
    let stage = stage();
    written(&stage);
    let record = |more: &[&str]| stage.run(&[&RECORD, more].concat());
    record(&["--begin-history", "--date", "2026-01-01"]).exits(0);
    record(&["--date", "2026-01-03"]).exits(0);
    record(&["--date", "2026-01-02"]).exits(0);
    record(&["--date", "2026-01-03"]).exits(0);
    let days: Vec<String> = history(&stage)
        .lines()
        .map(|line| line.get(7..24).unwrap().to_owned())
        .collect();
    assert_eq!(
        days,
        [1, 2, 3].map(|day| format!("\"at\":\"2026-01-0{day}\""))
    );
    let version = env!("CARGO_PKG_VERSION");
    let first = format!(
        "{{\"v\":1,\"at\":\"2026-01-01\",\"commit\":\"90715a5\",\"tool\":\"{version}\",\"verdict\":\"fail\",\
         \"determined\":true,\"by\":{{\"npx\":{{\"verified\":2}},\"uvx\":{{\"verified\":1}}}},\"exempted\":0}}\n"
    );
    assert!(history(&stage).starts_with(&first), "{}", history(&stage));
    // Today is the clock's.
    record(&[]).exits(0);
    assert_eq!(history(&stage).lines().count(), 4);
}

#[test]
fn a_history_is_never_silently_begun_anew() {
    let stage = stage();
    written(&stage);
    let record = |more: &[&str]| stage.run(&[&RECORD, more].concat());
    record(&[]).refuses("there is no history history.jsonl");
    fs::write(stage.root().join("history.jsonl"), "").unwrap();
    record(&[]).refuses("there is no history history.jsonl");
    record(&["--begin-history"]).exits(0);
    let before = history(&stage);
    record(&["--begin-history"]).refuses("there is a history history.jsonl already");
    for broken in ["\n", "{}\n", "<html>404</html>\n", "{\"v\":2}\n"] {
        let text = format!("{before}{broken}");
        fs::write(stage.root().join("history.jsonl"), &text).unwrap();
        record(&[]).refuses("the history history.jsonl cannot be used: line 2");
        assert_eq!(history(&stage), text);
    }
    fs::remove_file(stage.root().join("history.jsonl")).unwrap();
    fs::create_dir(stage.root().join("history.jsonl")).unwrap();
    record(&["--begin-history"]).refuses("cannot read history.jsonl");
}

#[test]
fn a_part_of_a_repository_is_not_recorded() {
    let stage = stage();
    stage
        .verify("npx/a/spec.yaml", &["--report", "json=report.json"])
        .exits(0);
    stage
        .run(&[&RECORD[..], &["--begin-history"]].concat())
        .refuses("leaves out specs that are there");
    stage.scan(&[
        "--report",
        "json=report.json",
        "--spec-glob",
        "npx/*/spec.yaml",
    ]);
    stage
        .run(&[&RECORD[..], &["--begin-history"]].concat())
        .refuses("leaves out specs that are there");
    assert!(!stage.root().join("history.jsonl").exists());
    // The numbers themselves are told.
    stage.run(&RECORD[..3]).exits(0);
}

#[test]
fn what_cannot_be_counted_is_refused() {
    let stage = stage();
    written(&stage);
    stage
        .run(&["coverage", "--report", "none.json"])
        .refuses("cannot read none.json");
    stage
        .run(&["coverage", "--report", "npx/a/spec.yaml"])
        .refuses("it is not a report of dockyard-provenance");
    stage
        .run(&["coverage", "--report", "report.json", "--offline"])
        .refuses("cannot be used with");
    stage
        .run(&["coverage", "--report", "report.json", "."])
        .refuses("cannot be used with");
    stage
        .run(&RECORD[..5])
        .refuses("say which commit was scanned with --commit");
    stage
        .run(&[&RECORD[..], &["--begin-history", "--date", "2999-01-01"]].concat())
        .refuses("in the future");
    stage
        .run(&[&RECORD[..6], &["main", "--begin-history"]].concat())
        .refuses("`main` is no commit");
    let text = fs::read_to_string(stage.root().join("report.json")).unwrap();
    let passing = text.replacen("\"verdict\": \"fail\"", "\"verdict\": \"pass\"", 1);
    fs::write(stage.root().join("report.json"), passing).unwrap();
    stage
        .run(&["coverage", "--report", "report.json"])
        .refuses("its verdict is `pass`, and its findings say fail");
}

#[test]
fn what_is_not_determined_is_told_and_recorded_as_such() {
    let stage = Stage::honest();
    stage.write(
        "uvx/gone/spec.yaml",
        &spec("uvx", "acme-gone", "1.2.3", DECLARED),
    );
    let mut command =
        stage.trusting(&["coverage", "--history", "history.jsonl", "--begin-history"]);
    command.args(["--commit", "90715a5", "--offline", "--no-cache"]);
    let run = Run::of(&mut command).exits(3);
    assert!(
        run.out
            .ends_with("Verdict of the run: inconclusive; not everything could be determined.\n"),
        "{}",
        run.out
    );
    assert!(
        history(&stage).contains(
            "\"determined\":false,\"by\":{\"npx\":{\"unknown\":1},\"uvx\":{\"unknown\":1}}"
        ),
        "{}",
        history(&stage)
    );
}

/// Everything that a scan asks can be told to every command that scans.
#[test]
fn who_is_asked_about_go_can_be_said() {
    let stage = Stage::new();
    let module = spec("go", "example.com/tool", "v1.2.3", "");
    stage.write("go/tool/spec.yaml", &module);
    let asked = ["coverage", "--go-proxy", "off"];
    let run = stage.run(&asked).exits(3);
    assert!(run.out.contains("Go (go)"), "{}", run.out);
    stage
        .run(&["coverage", "--go-proxy", "elsewhere"])
        .refuses("--go-proxy");
    written(&stage);
    stage
        .run(&["coverage", "--report", "report.json", "--go-proxy", "off"])
        .refuses("cannot be used with");
    for command in ["scan", "coverage", "merge", "pin", "declare"] {
        let help = Run::of(stage.command(&[command]).arg("--help")).out;
        for option in ["--go-proxy", "--go-sumdb", "--npm-registry", "--pypi-index"] {
            assert!(help.contains(option), "{command} {option}");
        }
    }
}
