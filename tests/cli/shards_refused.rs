//! Reports that are not of one run, not of this one, or that somebody changed: refused, or taken for missing.

use std::fs;

use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use crate::shards::{Shards, at, merge, repository, shard_of};
use crate::stage::{DECLARED, Stage};

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
