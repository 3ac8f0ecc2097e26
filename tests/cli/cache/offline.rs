//! `--offline`: what was kept and nothing else.

use std::fs;

use serde_json::Value;

use super::warm;
use crate::stage::{DECLARED, Run};

#[test]
fn offline_uses_what_was_kept_and_asks_nobody() {
    let kept = warm();
    let run = kept.scan(&["--offline"]).exits(0);
    let report = run.report();
    assert_eq!(report.json["summary"]["by_status"]["verified"], 2);
    assert_eq!(report.json["gate"]["evidence"], "cache");
    assert!(
        report.json["gate"]["evidence_as_of"]
            .as_str()
            .unwrap()
            .starts_with("20")
    );
    let mut table = kept.stage.asking(&["scan", "--offline"]);
    table.arg("--cache-dir").arg(kept.folder());
    let table = Run::of(&mut table).exits(0).out;
    assert!(table.contains("cached by earlier runs"), "{table}");
    assert_eq!(kept.asked(), [""; 0]);
}

#[test]
fn offline_what_was_not_kept_is_unknown() {
    let kept = warm();
    fs::remove_file(kept.entry("/simple/").0).unwrap();
    kept.stage.npm("new", "@acme/new", DECLARED);
    let run = kept.scan(&["--offline"]).exits(3);
    let report = run.report();
    assert_eq!(report.status("npx/a/spec.yaml"), "verified");
    for path in ["uvx/w/spec.yaml", "npx/new/spec.yaml"] {
        assert_eq!(report.status(path), "unknown");
        assert_eq!(report.rules(path), ["verification-incomplete"]);
        assert!(
            report.messages(path)[0].contains("not in the cache"),
            "{run:?}"
        );
    }
    let none = kept
        .stage
        .asking(&["scan", "--format", "json", "--offline", "--no-cache"]);
    let mut none = none;
    let none = Run::of(&mut none).exits(3).report().json;
    assert_eq!(
        (&none["gate"]["evidence"], &none["gate"]["evidence_as_of"]),
        (&"none".into(), &Value::Null)
    );
    assert_eq!(kept.asked(), [""; 0]);
}

#[test]
fn offline_a_poisoned_entry_verifies_nothing() {
    let kept = warm();
    let (_, other) = kept.entry("tar.gz");
    kept.poison("whl", |_| other.kept.body().to_vec());
    let report = kept.scan(&["--offline"]).exits(1).report();
    assert_eq!(report.status("uvx/w/spec.yaml"), "invalid");
    assert_eq!(report.status("npx/a/spec.yaml"), "verified");
    assert_eq!(kept.asked(), [""; 0]);
}

#[test]
fn offline_what_is_kept_never_shows_that_there_is_no_more() {
    let kept = warm();
    kept.poison("attestations/@acme%2fa", |_| {
        br#"{"attestations":[]}"#.to_vec()
    });
    kept.poison("npm/@acme%2fa/", |body| {
        let mut manifest: Value = serde_json::from_slice(body).unwrap();
        manifest["dist"]["attestations"].take();
        manifest["dist"]
            .as_object_mut()
            .unwrap()
            .remove("attestations");
        manifest.to_string().into_bytes()
    });
    kept.poison("/simple/", |body| {
        let mut index: Value = serde_json::from_slice(body).unwrap();
        for file in index["files"].as_array_mut().unwrap() {
            file["provenance"] = Value::Null;
        }
        index.to_string().into_bytes()
    });
    let run = kept.scan(&["--offline"]).exits(3);
    let report = run.report();
    for path in ["npx/a/spec.yaml", "uvx/w/spec.yaml"] {
        assert_eq!(report.status(path), "unknown", "{run:?}");
        assert!(report.messages(path)[0].contains("only the registry"));
    }
}

#[test]
fn offline_a_version_that_came_later_is_not_missing() {
    let kept = warm();
    kept.stage.write(
        "uvx/w/spec.yaml",
        &crate::stage::spec("uvx", "widget", "9.9.9", ""),
    );
    let run = kept.scan(&["--offline"]).exits(3);
    assert_eq!(run.report().status("uvx/w/spec.yaml"), "unknown");
    // The registry can say so.
    let asked = kept.scan(&[]).exits(1);
    assert_eq!(asked.report().status("uvx/w/spec.yaml"), "not-found");
}
