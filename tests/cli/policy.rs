//! Requirements and exemptions, as they decide a run.

use std::fs;
use std::path::Path;

use testkit::NpmDraft;

use crate::stage::{DECLARED, Report, Run, Stage};

const CONFIG: &str = "dockyard-provenance.toml";

/// `npx/a` is attested and declared, `npx/plain` has npm's signature only.
fn stage(config: &str) -> Stage {
    let stage = Stage::honest();
    let plain = NpmDraft::signed_only(&stage.world, "plain", "1.2.3");
    stage.npm_draft("plain", &plain, "");
    stage.write(CONFIG, config);
    stage
}

fn json(stage: &Stage, arguments: &[&str], code: i32) -> Report {
    let arguments = [arguments, &["--format", "json"]].concat();
    stage.scan(&arguments).exits(code).report()
}

fn config_rules(report: &Report) -> Vec<&str> {
    let findings = report.json["config_findings"].as_array().unwrap();
    findings
        .iter()
        .map(|finding| finding["rule"].as_str().unwrap())
        .collect()
}

/// An exemption of `rule` for `npm:PACKAGE` in `npx/plain`.
fn exempt(package: &str, rule: &str, expires: &str) -> String {
    format!(
        "[[exempt]]\npath = \"npx/plain/spec.yaml\"\npackage = \"npm:{package}\"\nrules = [\"{rule}\"]\n\
         reason = \"Published by hand\"\nowner = \"@acme/platform\"\nexpires = {expires}\n"
    )
}

#[test]
fn what_is_required_fails_where_it_is_missing() {
    let without = json(&stage(""), &[], 0);
    assert_eq!(without.rules("npx/plain/spec.yaml"), ["no-provenance"]);
    let report = json(&stage("[[require]]\n"), &[], 1);
    assert_eq!(
        report.rules("npx/plain/spec.yaml"),
        ["evidence-below-policy"]
    );
    assert!(report.messages("npx/plain/spec.yaml")[0].contains("dockyard-provenance.toml:1"));
    assert_eq!(report.rules("npx/a/spec.yaml"), [""; 0]);
    for (path, met) in [("npx/a/spec.yaml", true), ("npx/plain/spec.yaml", false)] {
        assert_eq!(report.spec(path)["requirements"][0]["met"], met);
        assert_eq!(report.spec(path)["requirements"][0]["config_line"], 1);
    }
    for (block, code) in [
        ("evidence = \"signed\"", 0),
        ("except = [\"npx/plain/**\"]", 0),
        ("packages = [\"npm:@acme/*\"]", 0),
        ("packages = [\"npm:*\"]", 1),
        (
            "except = [\"npx/plain/**\"]\nslsa = 2\npublishers = [\"github.com/acme/*\"]",
            0,
        ),
        (
            "except = [\"npx/plain/**\"]\npublishers = [\"github.com/other/*\"]",
            1,
        ),
        ("except = [\"npx/plain/**\"]\nslsa = 3", 1),
    ] {
        json(&stage(&format!("[[require]]\n{block}\n")), &[], code);
    }
}

#[test]
fn two_blocks_that_both_hold_must_both_be_met() {
    let ours = "[[require]]\npaths = [\"npx/a/**\"]\npublishers = [\"github.com/acme/*\"]\n";
    json(&stage(ours), &[], 0);
    let both =
        format!("{ours}[[require]]\npackages = [\"npm:@acme/*\"]\nrefs = [\"refs/heads/main\"]\n");
    let report = json(&stage(&both), &[], 1);
    assert_eq!(report.rules("npx/a/spec.yaml"), ["ref-not-allowed"]);
    let met = |at: usize| report.spec("npx/a/spec.yaml")["requirements"][at]["met"].clone();
    assert_eq!((met(0), met(1)), (true.into(), false.into()));
}

#[test]
fn an_exemption_accepts_one_finding_of_one_package_until_its_day() {
    let required = |exempt: &str| stage(&format!("[[require]]\n{exempt}"));
    let held = required(&exempt("plain", "evidence-below-policy", "2999-12-31"));
    let report = json(&held, &[], 0);
    let finding = &report.spec("npx/plain/spec.yaml")["findings"][0];
    assert_eq!(finding["severity"], "error");
    assert_eq!(finding["exempted"]["owner"], "@acme/platform");
    assert_eq!(finding["exempted"]["config_line"], 2);
    assert_eq!(report.json["summary"]["exempted"], 1);
    assert_eq!(report.json["summary"]["by_severity"]["error"], 0);
    assert_eq!(report.json["exemptions"][0]["state"], "used");
    assert_eq!(config_rules(&report), [""; 0]);
    let table = held.scan(&[]).exits(0).out;
    assert!(table.contains("PASS (1 accepted): "), "{table}");
    assert!(table.contains("Accepted for now:"), "{table}");
    assert!(
        table.contains("@acme/platform, until 2999-12-31"),
        "{table}"
    );
    let sarif = held.scan(&["--format", "sarif"]).exits(0).out;
    let sarif: serde_json::Value = serde_json::from_str(&sarif).unwrap();
    let results = sarif["runs"][0]["results"].as_array().unwrap();
    assert!(
        results
            .iter()
            .all(|result| result["ruleId"] != "evidence-below-policy"),
        "{results:?}"
    );
    let told = sarif["runs"][0]["invocations"][0]["toolExecutionNotifications"].to_string();
    assert!(told.contains("Published by hand"), "{told}");
    let markdown = held.scan(&["--format", "markdown"]).exits(0).out;
    assert!(markdown.contains("PASS** (1 accepted)"), "{markdown}");
    assert!(
        markdown.contains("<summary>Accepted for now: 1</summary>"),
        "{markdown}"
    );
    // Over, another package, another rule.
    for (block, state, rules) in [
        (
            exempt("plain", "evidence-below-policy", "2020-12-31"),
            "expired",
            ["exemption-expired"],
        ),
        (
            exempt("other", "evidence-below-policy", "2999-12-31"),
            "unused",
            ["exemption-unused"],
        ),
        (
            exempt("plain", "too-recent", "2999-12-31"),
            "unused",
            ["exemption-unused"],
        ),
    ] {
        let report = json(&required(&block), &[], 1);
        assert_eq!(report.json["exemptions"][0]["state"], state);
        assert_eq!(config_rules(&report), rules, "{block}");
        assert_eq!(
            report.spec("npx/plain/spec.yaml")["findings"][0]["exempted"],
            serde_json::Value::Null
        );
    }
}

#[test]
fn what_a_narrowed_run_left_out_is_not_told_of() {
    let gone = exempt("gone", "too-recent", "2999-12-31").replace("npx/plain", "npx/gone");
    let config =
        format!("{gone}[[require]]\nevidence = \"none\"\npaths = [\"npx/**\", \"uvx/**\"]\n");
    let stage = stage(&config);
    let whole = json(&stage, &[], 0);
    assert_eq!(
        config_rules(&whole),
        ["exemption-unused", "requirement-unused"]
    );
    let narrowed = json(&stage, &["--spec-glob", "npx/a/spec.yaml"], 0);
    assert_eq!(config_rules(&narrowed), [""; 0]);
    assert_eq!(narrowed.json["exemptions"][0]["state"], "not-judged");
    let one = stage
        .verify("npx/a/spec.yaml", &["--format", "json"])
        .exits(0)
        .report();
    assert_eq!(config_rules(&one), [""; 0]);
    // They are warnings like any other.
    stage.scan(&["--fail-on", "warning"]).exits(1);
}

#[test]
fn a_mistyped_path_is_told_with_its_line() {
    let stage = stage("fail-on = \"error\"\n\n[[require]]\npaths = [\"npm/**\"]\n");
    let report = json(&stage, &[], 0);
    let finding = &report.json["config_findings"][0];
    assert_eq!(
        (&finding["rule"], &finding["severity"]),
        (&"requirement-unused".into(), &"warning".into())
    );
    assert_eq!(finding["location"]["path"], CONFIG);
    assert_eq!(finding["location"]["start_line"], 3);
    assert!(finding["message"].as_str().unwrap().contains("`npm/**`"));
    let table = stage.scan(&[]).exits(0).out;
    assert!(
        table.contains("warning[requirement-unused] dockyard-provenance.toml:3:1"),
        "{table}"
    );
}

#[test]
fn new_packages_are_not_judged_without_a_base_and_the_report_says_so() {
    let stage = stage("[[require]]\nnew = true\nevidence = \"verified\"\n");
    let report = json(&stage, &[], 0);
    let requirement = &report.spec("npx/plain/spec.yaml")["requirements"][0];
    assert_eq!(requirement["met"], serde_json::Value::Null);
    let changes = report.json["gate"]["changes"].to_string();
    assert!(
        changes.contains("dockyard-provenance.toml:1") && changes.contains("were not judged"),
        "{changes}"
    );
}

#[test]
fn what_is_required_and_not_known_is_no_pass_whatever_may_be_unknown() {
    let unknown = |config: &str| {
        let stage = stage(config);
        stage
            .registry
            .fault("/npm/plain/1.2.3", testkit::Fault::Status(403));
        stage.scan(&["--fail-on-unknown", "false"])
    };
    // The control: nobody asked for its evidence.
    unknown("").exits(0);
    unknown("[[require]]\n").exits(3);
    unknown("[[require]]\nexcept = [\"npx/plain/**\"]\n").exits(0);
}

#[test]
fn a_waiting_time_asks_the_registry_where_no_log_says() {
    let config = "[[require]]\nevidence = \"none\"\nmin-age = \"90 minutes\"\n";
    let stage = stage(config);
    let requests = |stage: &Stage, path: &str| {
        let paths = stage.registry.paths();
        paths.iter().filter(|asked| asked.as_str() == path).count()
    };
    let asked = |stage: &Stage| requests(stage, "/npm/plain");
    // Attested packages are dated by the log.
    json(&stage, &[], 0);
    assert_eq!(asked(&stage), 1);
    assert_eq!(requests(&stage, "/npm/@acme/a"), 0);
    // Nobody says: a mirror that strips the time.
    stage
        .registry
        .fault("/npm/plain", testkit::Fault::Status(404));
    let report = json(&stage, &[], 3);
    assert_eq!(
        report.rules("npx/plain/spec.yaml"),
        [
            "no-provenance",
            // Whether an earlier version had provenance, and when this one was published.
            "provenance-dropped-upstream",
            "verification-incomplete"
        ]
    );
    // What the earlier versions had is read from the same document, asked for once.
    let without = self::stage("");
    json(&without, &[], 0);
    assert_eq!(asked(&without), 1);
}

#[test]
fn every_mistake_is_told_at_once() {
    let stage = stage(
        "fail-on = \"eror\"\n[[require]]\nslsa = 9\npaths = []\n[[exempt]]\npath = \"npx/*/spec.yaml\"\n\
         package = \"npm:plain\"\nrules = [\"attestation-invalid\"]\nreason = \"\"\nowner = \"@acme\"\n",
    );
    let err = stage.scan(&[]).refuses("dockyard-provenance.toml:").err;
    for place in [
        ":1:", ":3:8:", ":4:9:", ":5:1:", ":6:8:", ":8:10:", ":9:10:",
    ] {
        assert!(err.contains(&format!("{CONFIG}{place}")), "{place}: {err}");
    }
    assert!(
        err.contains("`attestation-invalid` cannot be exempted"),
        "{err}"
    );
}

#[test]
fn show_lists_what_holds_for_each_spec() {
    let exempted = exempt("plain", "evidence-below-policy", "2999-12-31");
    let stage = stage(&format!(
        "[[require]]\npaths = [\"npx/a/**\"]\nslsa = 2\n[[require]]\nnew = true\nmin-age = \"3 days\"\n{exempted}"
    ));
    let shown = stage.run(&["policy", "show"]).exits(0).out;
    assert_eq!(
        shown,
        "npx/a/spec.yaml  npm:@acme/a\n  \
         dockyard-provenance.toml:1  evidence = \"verified\", slsa = 2\n  \
         dockyard-provenance.toml:4  where it is new: evidence = \"verified\", min-age = \"3 days\"\n\
         npx/plain/spec.yaml  npm:plain\n  \
         dockyard-provenance.toml:4  where it is new: evidence = \"verified\", min-age = \"3 days\"\n  \
         dockyard-provenance.toml:7  exempted until 2999-12-31: evidence-below-policy (@acme/platform)\n"
    );
}

#[test]
fn suggest_prints_what_the_reader_refuses_until_it_is_filled_in() {
    let stage = stage("[[require]]\n");
    stage.npm("wrong", "@acme/wrong", &crate::stage::misdeclared());
    let suggested = Run::of(&mut stage.command(&["policy", "suggest"]))
        .exits(1)
        .out;
    assert!(
        suggested.contains("path = \"npx/plain/spec.yaml\""),
        "{suggested}"
    );
    assert!(
        suggested.contains("publisher-repository-mismatch: cannot be exempted"),
        "{suggested}"
    );
    assert_eq!(suggested.matches("[[exempt]]").count(), 1, "{suggested}");
    stage.write(CONFIG, &format!("[[require]]\n{suggested}"));
    let err = stage.scan(&[]).refuses("this text is empty").err;
    assert_eq!(err.lines().count(), 2, "{err}");
    let filled = suggested
        .replace("reason = \"\"", "reason = \"by hand\"")
        .replace("owner = \"\"", "owner = \"@acme\"");
    stage.write(CONFIG, &format!("[[require]]\n{filled}"));
    fs::remove_dir_all(stage.root().join("npx/wrong")).unwrap();
    stage.scan(&[]).exits(0);
}

/// The policies to start from are read, and do what they say.
#[test]
fn the_example_policies_do_what_they_say() {
    for (name, plain, attested) in [
        ("permissive", 0, 0),
        ("new-packages", 0, 0),
        ("strict", 1, 0),
    ] {
        let path =
            Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("examples/policies/{name}.toml"));
        let text = fs::read_to_string(path).unwrap();
        stage(&text).scan(&[]).exits(plain);
        let only_attested = Stage::new();
        only_attested.npm("a", "@acme/a", DECLARED);
        only_attested.write(CONFIG, &text);
        only_attested.scan(&[]).exits(attested);
    }
}

/// Of a Go module nothing more can be proven than its checksum: no policy to start from may stop it.
#[test]
fn the_example_policies_stop_no_honest_package_of_any_ecosystem() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let catalog = root.join("examples/catalog");
    let own = fs::read_to_string(catalog.join(CONFIG)).unwrap();
    let sources: String = own
        .lines()
        .filter(|line| {
            let keys = ["evidence", "trusted-root", "npm-keys", "go-sumdb"];
            keys.iter()
                .any(|key| line.starts_with(&format!("{key} = ")))
        })
        .map(|line| line.replace("= \"trust/", &format!("= \"{}/trust/", catalog.display())))
        .map(|line| {
            line.replace(
                "= \"evidence\"",
                &format!("= \"{}/evidence\"", catalog.display()),
            )
        })
        .map(|line| line + "\n")
        .collect();
    for name in ["permissive", "new-packages", "strict"] {
        let policy = fs::read_to_string(root.join(format!("examples/policies/{name}.toml")));
        let folder = tempfile::tempdir().unwrap();
        let config = format!("{sources}{}", policy.unwrap());
        fs::write(folder.path().join(CONFIG), config).unwrap();
        for spec in ["npx/widget", "uvx/reader", "go/ledger"] {
            fs::create_dir_all(folder.path().join(spec)).unwrap();
            let file = format!("{spec}/spec.yaml");
            fs::copy(catalog.join(&file), folder.path().join(&file)).unwrap();
        }
        let output = std::process::Command::new(env!("CARGO_BIN_EXE_dockyard-provenance"))
            .arg("scan")
            .arg(folder.path())
            .env_clear()
            .output()
            .unwrap();
        assert_eq!(output.status.code(), Some(0), "{name}: {output:?}");
        let shown = String::from_utf8(output.stdout).unwrap();
        assert!(
            shown.contains("2 of 3 packages verified"),
            "{name}: {shown}"
        );
    }
}
