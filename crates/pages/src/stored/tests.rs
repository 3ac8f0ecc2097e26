use serde_json::{Value, json};

use super::*;

/// A report of these specs, by a run that fails on errors.
pub(crate) fn document(specs: &[Value]) -> Value {
    let has = |test: &dyn Fn(&Value) -> bool| specs.iter().any(test);
    let fails = has(&|spec| {
        let findings = spec["findings"].as_array().unwrap();
        let counts = |one: &&Value| {
            one["severity"] == "error"
                && one["exempted"].is_null()
                && one["rule"] != "verification-incomplete"
        };
        findings.iter().any(|one| counts(&one))
    });
    let trouble = ["unknown", "malformed", "invalid", "partial", "not-found"];
    let open = has(&|spec| {
        let word = spec["status"].as_str().unwrap();
        let bare = spec["findings"].as_array().unwrap().is_empty();
        word == "unknown" || (bare && trouble.contains(&word))
    });
    let verdict = match (fails, open) {
        (true, _) => "fail",
        (false, true) => "inconclusive",
        (false, false) => "pass",
    };
    json!({
        "schema_version": 1,
        "tool": { "name": "dockyard-provenance", "version": "1.0.0" },
        "verdict": verdict,
        "determined": !open,
        "trust": { "source": "embedded", "as_of": "2026-10-23", "fallback": null, "problem": null },
        "gate": {
            "fail_on": "error", "fail_on_unknown": true, "config": null, "base": null,
            "evidence": "network", "changes": [], "doubts": [],
        },
        "summary": { "specs": specs.len(), "untouched": 0, "complete": true },
        "specs": specs,
        "exemptions": [],
        "config_findings": [],
        "locks": [],
        "shard": null,
    })
}

/// A spec of `@acme/widget` 1.2.3.
pub(crate) fn spec(path: &str, status: &str, evidence: &[Value]) -> Value {
    json!({
        "path": path, "protocol": path.split('/').next().unwrap(), "package": "@acme/widget",
        "version": "1.2.3", "claimed": false, "status": status, "publisher": null,
        "slsa_build_level": null, "evidence": evidence, "overrides": [], "findings": [],
    })
}

/// A finding at line 3.
pub(crate) fn finding(rule: &str, severity: &str) -> Value {
    json!({
        "rule": rule, "severity": severity, "message": "What is the matter.",
        "location": { "path": "x", "start_line": 3, "start_column": 1, "end_line": 3, "end_column": 2 },
        "help": "", "fingerprint": "0".repeat(32), "exempted": null,
    })
}

fn read(document: &Value) -> Result<StoredReport, StoredError> {
    StoredReport::read(document.to_string().as_bytes())
}

fn honest() -> Value {
    document(&[spec("npx/a/spec.yaml", "verified", &[])])
}

#[test]
fn an_honest_report_is_read_and_whole() {
    let report = read(&honest()).unwrap();
    assert_eq!((report.verdict, report.determined), (Verdict::Pass, true));
    assert_eq!(report.narrowed(), None);
    assert!(report.is_clean(&report.specs[0]));
}

#[test]
fn what_contradicts_itself_or_is_a_part_is_refused() {
    for (pointer, value, says) in [
        ("/schema_version", json!(2), "schema version is 2"),
        ("/verdict", json!("fail"), "its verdict is `fail`"),
        ("/tool/version", json!(""), "names no version"),
        ("/tool", json!(null), "not a report"),
        ("/shard", json!({ "index": 1, "of": 2 }), "merge all shards"),
        ("/specs/0/status", json!("VERIFIED"), "not a report"),
        (
            "/specs/0/status",
            json!("unknown"),
            "everything was determined",
        ),
        ("/specs/0/path", json!("../../etc"), "no path of a spec"),
        ("/specs", json!([]), "everything was determined"),
    ] {
        let mut changed = honest();
        match changed.pointer_mut(pointer) {
            Some(place) => *place = value,
            None => changed["shard"] = value,
        }
        let error = read(&changed).unwrap_err().to_string();
        assert!(error.contains(says), "{pointer}: {error}");
    }
}

#[test]
fn a_narrowed_report_is_known_as_one() {
    for (pointer, value) in [
        (
            "/gate/base",
            json!({ "branch": "main", "commit": "0".repeat(40) }),
        ),
        ("/summary/untouched", json!(1)),
        ("/summary/complete", json!(false)),
    ] {
        let mut changed = honest();
        *changed.pointer_mut(pointer).unwrap() = value;
        let report = read(&changed).unwrap();
        assert!(report.narrowed().is_some(), "{pointer}");
        let day = jiff::civil::date(2026, 11, 26);
        let refused = crate::Entry::of(&report, "90715a5", day).unwrap_err();
        assert!(matches!(refused, crate::HistoryError::Narrowed(_)));
    }
    let mut older = honest();
    older["summary"].as_object_mut().unwrap().remove("complete");
    assert!(read(&older).unwrap().narrowed().is_some());
}

#[test]
fn an_accepted_error_is_not_clean() {
    let mut changed = honest();
    let mut accepted = finding("evidence-below-policy", "error");
    accepted["exempted"] =
        json!({ "reason": "r", "owner": "o", "expires": "2027-01-01", "config_line": 1 });
    changed["specs"][0]["findings"] = json!([accepted]);
    let report = read(&changed).unwrap();
    assert_eq!(report.verdict, Verdict::Pass);
    assert!(!report.is_clean(&report.specs[0]));
    // The control: a warning leaves it clean.
    changed["specs"][0]["findings"] = json!([finding("deprecated-release", "warning")]);
    let report = read(&changed).unwrap();
    assert!(report.is_clean(&report.specs[0]));
}
