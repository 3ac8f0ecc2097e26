//! SARIF: what GitHub asks for, and what no validator checks.

use std::collections::BTreeSet;

use dockyard_report::finding::Location;
use dockyard_report::finding::RuleId;
use dockyard_report::policy::{FailOn, Policy};
use dockyard_report::report::sarif::{self, MAX_RESULTS, SarifOptions};
use dockyard_report::report::{Links, Report, Verdict};
use package_provenance::verify::Status;
use serde_json::{Value, json};
use serde_sarif::sarif::Sarif;

use crate::hostile::sarif_of;
use crate::sample::{draft, good, report, sample, spec};

pub(crate) fn parsed(report: &Report) -> Value {
    serde_json::from_str(&sarif_of(report)).unwrap()
}

#[track_caller]
fn text<'a>(value: &'a Value, pointer: &str) -> &'a str {
    value
        .pointer(pointer)
        .and_then(Value::as_str)
        .unwrap_or_else(|| panic!("no {pointer} in {value:#}"))
}

/// Every sentence of GitHub's requirements that a file can satisfy by itself.
#[track_caller]
pub(crate) fn assert_sound(sarif: &str) {
    let typed: Sarif = serde_json::from_str(sarif).unwrap();
    assert_eq!(typed.runs.len(), 1);
    let value: Value = serde_json::from_str(sarif).unwrap();
    assert!(text(&value, "/$schema").contains("sarif-schema-2.1.0"));
    assert_eq!(value["version"], "2.1.0");
    let run = &value["runs"][0];
    assert!(text(run, "/automationDetails/id").ends_with('/'));
    assert_eq!(run["columnKind"], "unicodeCodePoints");
    let rules = run["tool"]["driver"]["rules"].as_array().unwrap();
    assert_eq!(rules.len(), RuleId::ALL.len());
    for rule in rules {
        assert_rule(rule);
    }
    let results = run["results"].as_array().unwrap();
    assert!(results.len() <= MAX_RESULTS);
    for result in results {
        assert_result(result, rules);
    }
    let notices = run["tool"]["driver"]["notifications"].as_array().unwrap();
    let invocation = &run["invocations"][0];
    for list in [
        "toolExecutionNotifications",
        "toolConfigurationNotifications",
    ] {
        for notification in invocation[list].as_array().unwrap() {
            let index = usize::try_from(notification["descriptor"]["index"].as_u64().unwrap());
            assert_eq!(
                notices[index.unwrap()]["id"],
                notification["descriptor"]["id"]
            );
            assert_message(text(notification, "/message/text"));
        }
    }
    assert!(invocation["executionSuccessful"].is_boolean());
}

fn assert_rule(rule: &Value) {
    let (id, name) = (text(rule, "/id"), text(rule, "/name"));
    assert!(
        id != name && name.chars().all(|letter| letter.is_ascii_alphanumeric()),
        "{name}"
    );
    for (pointer, longest) in [
        ("/shortDescription/text", 1_024),
        ("/fullDescription/text", 1_024),
        ("/help/text", 4_096),
        ("/help/markdown", 4_096),
    ] {
        let length = text(rule, pointer).chars().count();
        assert!((1..=longest).contains(&length), "{id}{pointer}: {length}");
    }
    let uri = text(rule, "/helpUri");
    assert!(
        uri.starts_with("https://") && uri.ends_with(&format!("#{id}")),
        "{uri}"
    );
    let level = text(rule, "/defaultConfiguration/level");
    assert!(["error", "warning", "note"].contains(&level), "{level}");
    let precision = text(rule, "/properties/precision");
    assert!(
        ["very-high", "high", "medium", "low"].contains(&precision),
        "{precision}"
    );
    let severity: f64 = text(rule, "/properties/security-severity").parse().unwrap();
    assert!(severity > 0.0 && severity <= 10.0, "{severity}");
    let tags = rule["properties"]["tags"].as_array().unwrap();
    assert!((1..=20).contains(&tags.len()) && tags.contains(&json!("security")));
    let unique: BTreeSet<&str> = tags.iter().map(|tag| tag.as_str().unwrap()).collect();
    assert_eq!(unique.len(), tags.len());
}

fn assert_result(result: &Value, rules: &[Value]) {
    let index = usize::try_from(result["ruleIndex"].as_u64().unwrap()).unwrap();
    assert_eq!(rules[index]["id"], result["ruleId"]);
    assert!(["error", "warning", "note"].contains(&text(result, "/level")));
    assert_message(text(result, "/message/text"));
    assert!(result.get("suppressions").is_none());
    let locations = result["locations"].as_array().unwrap();
    assert_eq!(locations.len(), 1);
    let place = &locations[0]["physicalLocation"];
    let region = |name: &str| place["region"][name].as_u64().unwrap();
    assert_eq!(region("startLine"), region("endLine"));
    assert!(region("startLine") >= 1 && region("startColumn") >= 1);
    assert!(region("endColumn") > region("startColumn"));
    let uri = text(place, "/artifactLocation/uri");
    assert!(
        uri.bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"-._~/%".contains(&byte))
            && !uri.starts_with('/')
            && uri.split('/').all(|part| !["", ".", ".."].contains(&part)),
        "{uri}"
    );
    assert_eq!(text(place, "/artifactLocation/uriBaseId"), "%SRCROOT%");
    let fingerprint = text(result, "/partialFingerprints/primaryLocationLineHash");
    let (hash, number) = fingerprint.split_once(':').unwrap();
    assert!(hash.len() == 32 && hash.bytes().all(|byte| byte.is_ascii_hexdigit()) && number == "1");
}

/// Plain text: neither links nor placeholders.
fn assert_message(message: &str) {
    assert!(
        !message.is_empty() && message.chars().count() <= 2_001,
        "{message}"
    );
    assert!(!message.contains("]("), "{message}");
    for (open, close) in [('{', '{'), ('}', '}')] {
        let runs = message.split(|letter| letter != open);
        for run in runs.filter(|run| !run.is_empty()) {
            assert_eq!(run.matches(close).count() % 2, 0, "{message}");
        }
    }
}

#[test]
fn the_sample_as_it_is_written() {
    let mut value = parsed(&sample(FailOn::Error));
    assert_sound(&sarif_of(&sample(FailOn::Error)));
    // The rules are told by another snapshot and their own assertions.
    let rules = value.pointer_mut("/runs/0/tool/driver/rules").unwrap();
    rules.as_array_mut().unwrap().truncate(1);
    insta::assert_snapshot!(serde_json::to_string_pretty(&value).unwrap());
}

#[test]
fn what_is_unknown_makes_the_execution_unsuccessful() {
    let policy = Policy::default();
    let execution = |specs| {
        let value = parsed(&report(&policy, &["c"], specs));
        let invocation = value["runs"][0]["invocations"][0].clone();
        (
            invocation["executionSuccessful"].as_bool().unwrap(),
            invocation["exitCode"].as_i64().unwrap(),
            invocation["toolExecutionNotifications"]
                .as_array()
                .unwrap()
                .len(),
            invocation["toolConfigurationNotifications"]
                .as_array()
                .unwrap()
                .len(),
        )
    };
    let unknown = || spec(&policy, "go/a/spec.yaml", Status::Unknown, &[]);
    assert_eq!(execution(vec![good(&policy)]), (true, 0, 0, 1));
    assert_eq!(execution(vec![good(&policy), unknown()]), (false, 3, 1, 1));
    assert_eq!(execution(Vec::new()), (false, 3, 1, 1));
    // A threshold that accepts the unknown does not make it known.
    let lenient = Policy {
        fail_on_unknown: false,
        ..Policy::default()
    };
    let value = parsed(&report(&lenient, &[], vec![unknown()]));
    let invocation = &value["runs"][0]["invocations"][0];
    assert_eq!(
        (&invocation["executionSuccessful"], &invocation["exitCode"]),
        (&json!(false), &json!(0))
    );
    let many = (0..150)
        .map(|number| {
            spec(
                &policy,
                &format!("go/{number}/spec.yaml"),
                Status::Unknown,
                &[],
            )
        })
        .collect();
    assert_eq!(execution(many), (false, 3, 101, 1));
}

#[test]
fn every_rule_is_listed_without_results_too() {
    let policy = Policy::default();
    let clean = sarif_of(&report(&policy, &[], vec![good(&policy)]));
    assert_sound(&clean);
    let value: Value = serde_json::from_str(&clean).unwrap();
    assert_eq!(value["runs"][0]["results"], json!([]));
}

#[test]
fn a_region_is_one_line_of_the_file_below_the_prefix() {
    let policy = Policy::default();
    let region = |start: (usize, usize), end: (usize, usize)| {
        let drafts = [draft(RuleId::NoProvenance, 1, "x", "m", "h")];
        let mut one = spec(&policy, "npx/ä b/spec.yaml", Status::None, &drafts);
        one.findings[0].location = Location {
            path: "npx/ä b/spec.yaml".to_owned(),
            start_line: start.0,
            start_column: start.1,
            end_line: end.0,
            end_column: end.1,
        };
        let value = parsed(&report(&policy, &[], vec![one]));
        let place = value["runs"][0]["results"][0]["locations"][0]["physicalLocation"].clone();
        assert_eq!(
            place["artifactLocation"]["uri"],
            "catalog/npx/%C3%A4%20b/spec.yaml"
        );
        ["startLine", "startColumn", "endLine", "endColumn"]
            .map(|name| place["region"][name].as_u64().unwrap())
    };
    assert_eq!(region((4, 3), (4, 9)), [4, 3, 4, 9]);
    assert_eq!(
        region((4, 3), (7, 1)),
        [4, 3, 4, 4],
        "narrowed to its first character"
    );
    assert_eq!(region((4, 3), (4, 3)), [4, 3, 4, 4], "empty");
}

#[test]
fn a_fingerprint_outlives_lines_versions_and_wording() {
    let policy = Policy::default();
    let fingerprint = |line: usize, version: &str, message: &str, route: &str| {
        let drafts = [draft(RuleId::NoProvenance, line, route, message, "h")];
        let mut one = spec(&policy, "npx/a/spec.yaml", Status::None, &drafts);
        one.version = Some(version.to_owned());
        let value = parsed(&report(&policy, &[], vec![one]));
        text(
            &value,
            "/runs/0/results/0/partialFingerprints/primaryLocationLineHash",
        )
        .to_owned()
    };
    let first = fingerprint(4, "1.0.0", "m", "spec.package");
    assert_eq!(first, fingerprint(9, "2.0.0", "other", "spec.package"));
    assert_ne!(first, fingerprint(4, "1.0.0", "m", "spec.version"));
}

#[test]
fn the_category_ends_with_one_slash() {
    for (category, id) in [
        ("", "dockyard-provenance/"),
        ("nightly", "nightly/"),
        ("a/b//", "a/b/"),
    ] {
        let options = SarifOptions {
            category,
            links: &Links::default(),
            max_results: 1,
            base: None,
        };
        let text = sarif::render(&sample(FailOn::Error), &options)
            .unwrap()
            .text;
        let value: Value = serde_json::from_str(&text).unwrap();
        assert_eq!(value["runs"][0]["automationDetails"]["id"], id);
    }
}

#[test]
fn what_is_not_known_of_the_run_makes_it_unsuccessful_whatever_the_verdict() {
    let strict = Policy::default();
    let lenient = Policy {
        fail_on_unknown: false,
        ..Policy::default()
    };
    let drafts = [draft(RuleId::AttestationInvalid, 1, "x", "m", "h")];
    let wrong = spec(&strict, "npx/a/spec.yaml", Status::Invalid, &drafts);
    for (policy, specs, verdict, code) in [
        (
            &strict,
            vec![good(&strict), wrong.clone()],
            Verdict::Fail,
            1,
        ),
        (&strict, vec![good(&strict)], Verdict::Inconclusive, 3),
        (&lenient, vec![good(&strict)], Verdict::Pass, 0),
    ] {
        let mut made = report(policy, &[], specs);
        let invocation = |made: &Report| parsed(made)["runs"][0]["invocations"][0].clone();
        assert_eq!(invocation(&made)["executionSuccessful"], json!(true));
        assert!(made.is_determined());
        made.doubt("Whose configuration holds is not known".to_owned());
        assert_eq!(made.verdict, verdict);
        assert!(!made.is_determined());
        assert_sound(&sarif_of(&made));
        let told = invocation(&made);
        assert_eq!(told["executionSuccessful"], json!(false));
        assert_eq!(told["exitCode"], json!(code));
        let notice = &told["toolExecutionNotifications"][0];
        assert_eq!(notice["descriptor"]["id"], "not-determined");
        assert_eq!(
            notice["message"]["text"],
            "Whose configuration holds is not known."
        );
        assert_eq!(parsed(&made)["runs"][0]["properties"]["determined"], false);
    }
}

#[test]
fn settings_do_not_fill_the_file() {
    let policy = Policy::default();
    let changes: Vec<String> = (0..500).map(|number| format!("setting {number}")).collect();
    let changes: Vec<&str> = changes.iter().map(String::as_str).collect();
    let text = sarif_of(&report(&policy, &changes, vec![good(&policy)]));
    assert_sound(&text);
    assert!(text.contains("setting 99.") && !text.contains("setting 100."));
    assert!(text.contains("400 more settings are in the JSON report."));
}

#[test]
fn a_notification_leads_to_the_documents_of_this_version() {
    let value = parsed(&sample(FailOn::Error));
    let notices = value["runs"][0]["tool"]["driver"]["notifications"].clone();
    let page = format!(
        "{}/blob/v{}/docs/reports.md#notifications",
        env!("CARGO_PKG_REPOSITORY"),
        env!("CARGO_PKG_VERSION")
    );
    let documents = include_str!("../../../../docs/reports.md");
    assert!(documents.contains("\n### Notifications\n"));
    for notice in notices.as_array().unwrap() {
        assert_eq!(notice["helpUri"], page.as_str());
        let row = format!("| `{}` |", text(notice, "/id"));
        assert!(documents.contains(&row), "{row}");
    }
}
