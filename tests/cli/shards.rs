//! One run in parts, and the parts joined: the same report, or none.

use std::fs;
use std::path::{Path, PathBuf};

use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::stage::{DECLARED, Run, Stage, misdeclared, spec};

/// Formats besides JSON.
const FORMATS: [&str; 4] = ["table", "sarif", "markdown", "github"];

/// A repository whose configuration requires, accepts and weighs.
fn repository() -> Stage {
    let stage = Stage::honest();
    stage.npm("b", "@acme/b", &misdeclared());
    stage.pypi("widget", "widget", DECLARED);
    stage.npm("bare", "@acme/bare", "");
    stage.write("npx/broken/spec.yaml", "metadata: [\n");
    stage.write(
        "npx/gone/spec.yaml",
        &spec("npx", "@acme/gone", "9.9.9", ""),
    );
    stage.write(
        "go/other/spec.yaml",
        &spec("go", "example.com/other", "v1.0.0", ""),
    );
    stage.write(
        "dockyard-provenance.toml",
        r#"[severity]
undeclared-attestations = "warning"

[[require]]
paths = ["npx/*/spec.yaml"]
evidence = "verified"

[[require]]
paths = ["none/*/spec.yaml"]
evidence = "verified"

[[exempt]]
path = "npx/gone/spec.yaml"
package = "npm:@acme/other"
rules = ["no-provenance"]
reason = "It was there."
owner = "@acme/security"
expires = 2099-01-01

[[exempt]]
path = "npx/bare/spec.yaml"
package = "npm:@acme/bare"
rules = ["undeclared-attestations"]
reason = "They are declared next week."
owner = "@acme/security"
expires = 2099-01-01
"#,
    );
    stage
}

/// The reports of the shards, in a folder each, as `actions/download-artifact` lays them.
struct Shards {
    folder: TempDir,
    of: u16,
}

impl Shards {
    fn of(stage: &Stage, of: u16, arguments: &[&str]) -> Self {
        let shards = Self {
            folder: tempfile::tempdir().unwrap(),
            of,
        };
        for index in 1..=of {
            shards.scan(stage, index, arguments);
        }
        shards
    }

    fn scan(&self, stage: &Stage, index: u16, arguments: &[&str]) {
        let path = self.path(index);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        let shard = format!("{index}/{}", self.of);
        let report = format!("json={}", path.display());
        let run = stage.scan(&[&["--shard", &shard, "--report", &report], arguments].concat());
        assert_ne!(run.code, Some(2), "{run:#?}");
    }

    fn path(&self, index: u16) -> PathBuf {
        let of = self.of;
        self.folder
            .path()
            .join(format!("shard-{index}-of-{of}/report.json"))
    }

    fn read(&self, index: u16) -> Value {
        serde_json::from_slice(&fs::read(self.path(index)).unwrap()).unwrap()
    }

    fn write(&self, index: u16, report: &Value) {
        fs::write(self.path(index), report.to_string()).unwrap();
    }

    /// Changes one report, and merges; the report is as it was afterwards.
    fn tampered(&self, stage: &Stage, index: u16, change: impl FnOnce(&mut Value)) -> Run {
        let before = fs::read(self.path(index)).unwrap();
        let mut report = self.read(index);
        change(&mut report);
        self.write(index, &report);
        let run = self.merge(stage, &["--format", "json"]);
        fs::write(self.path(index), before).unwrap();
        run
    }

    fn merge(&self, stage: &Stage, arguments: &[&str]) -> Run {
        merge(stage, &[self.folder.path()], arguments)
    }
}

/// `merge` with the options that [`Stage::scan`] gives.
fn merge(stage: &Stage, shards: &[&Path], arguments: &[&str]) -> Run {
    let mut command = stage.command(&["merge"]);
    Run::of(command.args(shards).args(arguments))
}

/// The spec at `path` in a report.
fn at<'a>(report: &'a mut Value, path: &str) -> &'a mut Value {
    let specs = report["specs"].as_array_mut().unwrap();
    specs.iter_mut().find(|spec| spec["path"] == path).unwrap()
}

/// The shard of three that has this spec.
fn shard_of(shards: &Shards, path: &str) -> u16 {
    let has = |index: &u16| {
        let report = shards.read(*index);
        let specs = report["specs"].as_array().unwrap().clone();
        specs.iter().any(|spec| spec["path"] == path)
    };
    (1..=shards.of).find(has).unwrap()
}

#[test]
fn shards_come_to_the_report_of_one_run_byte_for_byte() {
    let stage = repository();
    for of in [1, 3, 9] {
        let shards = Shards::of(&stage, of, &[]);
        let one = stage.scan(&["--format", "json"]).exits(1);
        let joined = shards.merge(&stage, &["--format", "json"]).exits(1);
        assert_eq!(joined.out, one.out);
        assert!(one.out.contains("exemption-unused") && one.out.contains("requirement-unused"));
        for format in FORMATS {
            let one = stage.scan(&["--format", format]).exits(1);
            let joined = shards.merge(&stage, &["--format", format]).exits(1);
            assert_eq!(joined.out, one.out, "{format}");
        }
    }
}

#[test]
fn five_thousand_specs_in_four_shards_come_to_the_report_of_one_run() {
    let stage = Stage::new();
    for number in 0..10 {
        let declared = if number == 7 {
            misdeclared()
        } else {
            DECLARED.to_owned()
        };
        stage.npm(
            &format!("s{number}"),
            &format!("@acme/p{number}"),
            &declared,
        );
    }
    for number in 10..5_000 {
        let package = format!("@acme/p{}", number % 10);
        let text = spec("npx", &package, "1.2.3", DECLARED);
        stage.write(&format!("npx/s{number}/spec.yaml"), &text);
    }
    let shards = Shards::of(&stage, 4, &["--quiet", "--format", "github"]);
    let one = stage.scan(&["--format", "json"]).exits(1);
    let joined = shards.merge(&stage, &["--format", "json"]).exits(1);
    assert_eq!(one.report().json["summary"]["specs"], 5_000);
    assert!(joined.out == one.out, "the reports differ");
}

#[test]
fn an_honest_run_passes_in_parts_as_it_does_at_once() {
    let stage = Stage::honest();
    stage.pypi("widget", "widget", DECLARED);
    // More shards than specs: some have nothing to do, which is no failure.
    let shards = Shards::of(&stage, 3, &[]);
    assert_eq!(shards.read(3)["verdict"], "pass");
    let joined = shards.merge(&stage, &["--format", "json"]).exits(0);
    assert_eq!(joined.out, stage.scan(&["--format", "json"]).out);
}

#[test]
fn a_missing_shard_is_inconclusive_and_named() {
    let stage = Stage::honest();
    for name in ["b", "c", "d"] {
        stage.npm(name, &format!("@acme/{name}"), DECLARED);
    }
    let shards = Shards::of(&stage, 4, &[]);
    shards.merge(&stage, &[]).exits(0);
    fs::remove_file(shards.path(2)).unwrap();
    for arguments in [
        &[][..],
        &["--fail-on-unknown", "false", "--fail-on", "never"],
    ] {
        let fresh = Shards::of(&stage, 4, arguments);
        fs::remove_file(fresh.path(2)).unwrap();
        let json = [arguments, &["--format", "json"]].concat();
        let run = fresh.merge(&stage, &json).exits(3);
        assert!(run.err.contains("shard 2/4 is missing"), "{}", run.err);
        let report = run.report();
        assert_eq!(report.status("npx/b/spec.yaml"), "unknown");
        assert_eq!(report.status("npx/a/spec.yaml"), "verified");
        assert_eq!(report.json["determined"], false);
        assert_eq!(report.json["verdict"], "inconclusive");
        assert_eq!(report.json["summary"]["specs"], 4);
        let messages = report.messages("npx/b/spec.yaml").concat();
        assert!(
            messages.contains("no report came from shard 2/4"),
            "{messages}"
        );
    }
    // Even the one without specs may have known what the others did not.
    fs::remove_file(shards.path(4)).unwrap();
    let run = shards.merge(&stage, &[]).exits(3);
    assert!(
        run.err.contains("shards 2/4, 4/4 are missing"),
        "{}",
        run.err
    );
}

#[test]
fn where_no_shard_reported_nothing_is_known() {
    let stage = Stage::honest();
    let empty = tempfile::tempdir().unwrap();
    for arguments in [
        &[][..],
        &["--fail-on-unknown", "false", "--fail-on", "never"],
    ] {
        let json = [arguments, &["--format", "json"]].concat();
        let run = merge(&stage, &[empty.path()], &json).exits(3);
        assert!(run.err.contains("no shard has reported"), "{}", run.err);
        let report = run.report();
        assert_eq!(report.status("npx/a/spec.yaml"), "unknown");
        assert_eq!(report.json["trust"]["source"], "none");
    }
    merge(&stage, &[&empty.path().join("none")], &[]).refuses("cannot read");
    Run::of(&mut stage.command(&["merge"])).refuses("required");
}

#[test]
fn a_failing_shard_fails_the_run_whatever_is_missing() {
    let stage = Stage::honest();
    stage.npm("b", "@acme/b", &misdeclared());
    let shards = Shards::of(&stage, 2, &[]);
    fs::remove_file(shards.path(1)).unwrap();
    let run = shards.merge(&stage, &[]).exits(1);
    assert!(run.err.contains("shard 1/2 is missing"), "{}", run.err);
}

#[test]
fn reports_that_are_not_of_one_run_or_not_of_this_one_are_refused() {
    let stage = repository();
    let shards = Shards::of(&stage, 3, &[]);
    let (one, two) = (shards.path(1), shards.path(2));
    merge(&stage, &[&one, &one], &[]).refuses("it is shard 1/3, and so is");
    let others = Shards::of(&stage, 2, &[]);
    merge(&stage, &[&one, &others.path(2)], &[]).refuses("and another report is one of");
    merge(&stage, &[&one, &two], &["--fail-on", "note"])
        .refuses("give the merge the shards' options");
    merge(&stage, &[&one, &two], &["--no-config"]).refuses("give the merge the shards' options");
    merge(&stage, &[&one, &two], &["--go-proxy", "https://go.example"])
        .refuses("it was made with other settings");
    let whole = shards.folder.path().join("whole.json");
    let target = format!("json={}", whole.display());
    stage.scan(&["--report", &target, "--quiet"]);
    merge(&stage, &[&one, &whole], &[]).refuses("it is a whole report, not that of a shard");
    fs::remove_file(whole).unwrap();
    let text = fs::read(&one).unwrap();
    fs::write(&one, &text[..text.len() / 2]).unwrap();
    shards
        .merge(&stage, &[])
        .refuses("it is not the report of a shard");
    fs::write(&one, &text).unwrap();
    // The control, and then another spec.
    shards.merge(&stage, &[]).exits(1);
    stage.npm("bare", "@acme/bare", "# changed\n");
    shards
        .merge(&stage, &[])
        .refuses("check out the same commit");
}

#[test]
fn shards_that_rest_on_other_trust_are_refused() {
    let stage = Stage::honest();
    stage.npm("b", "@acme/b", DECLARED);
    let shards = Shards::of(&stage, 2, &[]);
    for (pointer, value) in [
        ("/trust/source", json!("embedded")),
        ("/trust/as_of", json!("2020-01-01")),
    ] {
        let run = shards.tampered(&stage, 2, |report| {
            *report.pointer_mut(pointer).unwrap() = value;
        });
        run.refuses("it rests on other trust material");
    }
    // A shard whose trust material could not be established is none of that: nothing passes on it.
    let run = shards.tampered(&stage, 2, |report| {
        report["trust"]["source"] = json!("none");
        report["trust"]["problem"] = json!("it was not established");
        report["verdict"] = json!("inconclusive");
        report["determined"] = json!(false);
    });
    let run = run.exits(3);
    assert_eq!(
        run.report().json["trust"]["problem"],
        "it was not established"
    );
}

type Change<'a> = (&'a str, &'a dyn Fn(&mut Value));

#[test]
#[expect(clippy::too_many_lines, reason = "one row for each change")]
fn a_report_that_somebody_changed_passes_nothing_that_can_be_looked_up() {
    let stage = repository();
    let shards = Shards::of(&stage, 3, &[]);
    let bad = "npx/b/spec.yaml";
    let index = shard_of(&shards, bad);
    let path = ["shard", "inventory"];
    let changes: [Change<'_>; 14] = [
        ("its verdict is `pass`", &|report| {
            report["verdict"] = json!("pass");
        }),
        ("its verdict is `fail`", &|report| {
            report["specs"]
                .as_array_mut()
                .unwrap()
                .iter_mut()
                .for_each(|spec| {
                    spec["findings"] = json!([]);
                    spec["status"] = json!("verified");
                });
        }),
        ("its counts are not those", &|report| {
            report["summary"]["by_severity"]["error"] = json!(0);
        }),
        ("the specs that it knows are not those", &|report| {
            report[path[0]][path[1]] = json!(format!("sha256:{}", "0".repeat(64)));
        }),
        ("by version", &|report| {
            report["tool"]["version"] = json!("9.9.9");
        }),
        ("what it says that", &|report| {
            at(report, bad)["version"] = json!("1.2.4");
        }),
        ("what it says that", &|report| {
            at(report, bad)["claimed"] = json!(false);
        }),
        ("where shard", &|report| {
            at(report, bad)["path"] = json!("npx/b1/spec.yaml");
        }),
        ("unknown field", &|report| report["trusted"] = json!(true)),
        ("it judges exemptions", &|report| {
            report["exemptions"] = json!([{}]);
        }),
        ("there is no shard", &|report| {
            report["shard"]["index"] = json!(0);
        }),
        ("nobody can accept", &|report| {
            let of =
                json!({"reason": "r", "owner": "o", "expires": "2099-01-01", "config_line": 1});
            at(report, bad)["findings"][0]["exempted"] = of;
            at(report, bad)["findings"][0]["rule"] = json!("attestation-invalid");
        }),
        ("about another file", &|report| {
            at(report, bad)["findings"][0]["location"]["path"] = json!("npx/a/spec.yaml");
        }),
        ("whether all was determined", &|report| {
            let told = report["determined"].as_bool().unwrap();
            report["determined"] = json!(!told);
        }),
    ];
    for (says, change) in changes {
        shards.tampered(&stage, index, change).refuses(says);
    }
    // What the file itself shows, left out with counts and verdict to match.
    let broken = "npx/broken/spec.yaml";
    let run = shards.tampered(&stage, shard_of(&shards, broken), |report| {
        let finding = at(report, broken)["findings"][0].take();
        at(report, broken)["findings"] = json!([]);
        at(report, broken)["status"] = json!("not-applicable");
        let severity = finding["severity"].as_str().unwrap().to_owned();
        let summary = &mut report["summary"];
        let errors = summary["by_severity"][&severity].as_u64().unwrap() - 1;
        summary["by_severity"][&severity] = json!(errors);
        summary["by_status"]["malformed"] = json!(0);
        summary["by_status"]["not-applicable"] = json!(1);
        if errors == 0 {
            let open = report["determined"] == false;
            report["verdict"] = json!(if open { "inconclusive" } else { "pass" });
        }
    });
    run.refuses("it leaves out that");
    // A package that is called verified without evidence.
    let bare = "npx/gone/spec.yaml";
    let run = shards.tampered(&stage, shard_of(&shards, bare), |report| {
        at(report, bare)["status"] = json!("verified");
        let counts = &mut report["summary"]["by_status"];
        counts["verified"] = json!(counts["verified"].as_u64().unwrap() + 1);
        counts["not-found"] = json!(counts["not-found"].as_u64().unwrap() - 1);
    });
    run.refuses("verified, and its evidence is not");
    // A severity below the configuration's, with counts and verdict to match.
    let run = shards.tampered(&stage, index, |report| {
        let mut lowered = 0;
        let specs = report["specs"].as_array_mut().unwrap().iter_mut();
        for finding in specs.flat_map(|spec| spec["findings"].as_array_mut().unwrap()) {
            if finding["severity"] == "error" && finding["rule"] != "verification-incomplete" {
                finding["severity"] = json!("note");
                lowered += 1;
            }
        }
        let counts = &mut report["summary"]["by_severity"];
        counts["error"] = json!(counts["error"].as_u64().unwrap() - lowered);
        counts["note"] = json!(counts["note"].as_u64().unwrap() + lowered);
        report["verdict"] = json!(if report["determined"] == true {
            "pass"
        } else {
            "inconclusive"
        });
    });
    run.refuses("and the configuration says error");
}

#[test]
fn a_shard_that_was_compared_with_something_else_is_refused() {
    let stage = Stage::honest();
    stage.npm("b", "@acme/b", DECLARED);
    let folder = tempfile::tempdir().unwrap();
    let file = |name: &str| folder.path().join(name).display().to_string();
    let (earlier, same, other) = (file("earlier"), file("same"), file("other"));
    stage.scan(&["--report", &format!("json={earlier}"), "--quiet"]);
    fs::copy(&earlier, &same).unwrap();
    fs::write(&other, fs::read_to_string(&earlier).unwrap() + "\n").unwrap();
    let with = Shards::of(&stage, 2, &["--baseline", &earlier]);
    let without = Shards::of(&stage, 2, &[]);
    let refused = "another baseline";
    with.merge(&stage, &[]).refuses(refused);
    with.merge(&stage, &["--baseline", &other]).refuses(refused);
    without
        .merge(&stage, &["--baseline", &earlier])
        .refuses(refused);
    let mixed = [&*with.path(1), &*without.path(2)];
    merge(&stage, &mixed, &["--baseline", &earlier]).refuses(refused);
    merge(&stage, &mixed, &[]).refuses(refused);
    // The controls: the same bytes, wherever they lie; and none anywhere.
    for baseline in [&earlier, &same] {
        with.merge(&stage, &["--baseline", baseline]).exits(0);
    }
    without.merge(&stage, &[]).exits(0);
}

/// What a shard says of itself that began so much earlier; later is negative.
fn began(report: &mut Value, ago: SignedDuration) {
    let told = report["shard"]["scanned_at"].as_str().unwrap();
    let told: Timestamp = told.parse().unwrap();
    report["shard"]["scanned_at"] = json!((told - ago).to_string());
}

#[test]
fn a_report_of_another_day_counts_as_missing() {
    let stage = Stage::honest();
    stage.npm("b", "@acme/b", DECLARED);
    let shards = Shards::of(&stage, 2, &[]);
    for (ago, says) in [
        (SignedDuration::from_hours(25), "more than 24 hours ago"),
        (SignedDuration::from_mins(-10), "in the future"),
    ] {
        let run = shards.tampered(&stage, 2, |report| began(report, ago));
        let run = run.exits(3);
        for words in ["shard 2/2 is missing", says] {
            assert!(run.err.contains(words), "{}", run.err);
        }
        let report = run.report();
        assert_eq!(report.status("npx/b/spec.yaml"), "unknown");
        assert_eq!(report.status("npx/a/spec.yaml"), "verified");
        assert!(report.json["gate"]["doubts"].to_string().contains(says));
    }
    // The controls: a long run, and clocks that are a little apart.
    for ago in [
        SignedDuration::from_hours(23),
        SignedDuration::from_mins(-1),
    ] {
        let run = shards.tampered(&stage, 2, |report| began(report, ago));
        run.exits(0);
    }
    shards
        .tampered(&stage, 2, |report| {
            report["shard"]["scanned_at"] = json!("yesterday");
        })
        .refuses("is no time");
    // All of them: nothing is known.
    for index in [1, 2] {
        let mut report = shards.read(index);
        began(&mut report, SignedDuration::from_hours(25));
        shards.write(index, &report);
    }
    let lenient = ["--fail-on-unknown", "false", "--fail-on", "never"];
    shards.merge(&stage, &lenient).exits(3);
    let run = shards.merge(&stage, &["--format", "json"]).exits(3);
    assert_eq!(run.report().status("npx/a/spec.yaml"), "unknown");
    assert!(
        run.err.contains("shards 1/2, 2/2 are missing"),
        "{}",
        run.err
    );
}

#[test]
fn a_shard_that_crashes_leaves_no_earlier_report() {
    let stage = Stage::honest();
    let shards = Shards::of(&stage, 1, &[]);
    let report = format!("json={}", shards.path(1).display());
    let whole = shards.folder.path().join("whole.json");
    fs::write(&whole, "{}").unwrap();
    let none = shards.folder.path().join("none").display().to_string();
    stage
        .scan(&["--shard", "1/1", "--report", &report, "--baseline", &none])
        .exits(2);
    assert!(!shards.path(1).exists());
    // The control: a whole run leaves what is there until it has something better.
    let target = format!("json={}", whole.display());
    stage
        .scan(&["--report", &target, "--baseline", &none])
        .exits(2);
    assert_eq!(fs::read_to_string(&whole).unwrap(), "{}");
}

#[test]
fn what_is_accepted_is_the_merges_own_word() {
    let stage = Stage::new();
    stage.npm("bare", "@acme/bare", "");
    stage.npm("other", "@acme/other", "");
    stage.write("dockyard-provenance.toml", "fail-on = \"note\"\n");
    let shards = Shards::of(&stage, 2, &[]);
    assert_eq!(shards.read(1)["verdict"], "fail");
    let run = shards.tampered(&stage, 1, |report| {
        let of = json!({"reason": "r", "owner": "o", "expires": "2099-01-01", "config_line": 1});
        let findings = report["specs"][0]["findings"].as_array_mut().unwrap();
        let accepted = findings.len();
        for finding in findings.iter_mut() {
            finding["exempted"] = of.clone();
        }
        report["summary"]["exempted"] = json!(accepted);
        for severity in ["error", "warning", "note"] {
            report["summary"]["by_severity"][severity] = json!(0);
        }
        report["verdict"] = json!("pass");
    });
    let run = run.exits(1);
    let report = run.report();
    assert_eq!(report.json["summary"]["exempted"], 0);
    assert!(report.spec("npx/bare/spec.yaml")["findings"][0]["exempted"].is_null());
    assert_eq!(run.out, stage.scan(&["--format", "json"]).out);
}

#[test]
fn a_shard_judges_no_block_of_the_configuration_and_says_what_it_is() {
    let stage = repository();
    let shards = Shards::of(&stage, 3, &[]);
    for index in 1..=3 {
        let report = shards.read(index);
        assert_eq!(report["exemptions"], json!([]));
        assert_eq!(report["config_findings"], json!([]));
        assert_eq!(report["summary"]["complete"], false);
        assert_eq!(report["shard"]["index"], index);
    }
    let table = stage.scan(&["--shard", "2/3"]);
    assert!(
        table.out.contains("no verdict is final before the merge"),
        "{}",
        table.out
    );
    let whole = stage.scan(&["--format", "json"]).report();
    assert!(whole.json["shard"].is_null());
    for wrong in ["0/3", "4/3", "1", "1/300"] {
        stage.scan(&["--shard", wrong]).refuses("counted from 1");
    }
    let path = shards.path(1).display().to_string();
    stage
        .scan(&["--baseline", &path])
        .refuses("merge all shards");
}
