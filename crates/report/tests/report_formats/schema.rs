//! The JSON report against its published schema.

use std::fs;

use dockyard_report::finding::RuleId;
use dockyard_report::policy::FailOn;
use dockyard_report::report::{TrustOrigin, TrustRecord, json};
use package_provenance::verify::Status;
use serde_json::{Value, json};

fn schema() -> Value {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/report.schema.json");
    serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap()
}

fn document() -> Value {
    serde_json::from_str(&json::render(&crate::sample::sample(FailOn::Error)).unwrap()).unwrap()
}

#[test]
fn the_sample_report_follows_the_schema() {
    let validator = jsonschema::draft202012::new(&schema()).unwrap();
    let document = document();
    let errors: Vec<String> = validator
        .iter_errors(&document)
        .map(|error| format!("{}: {error}", error.instance_path()))
        .collect();
    assert_eq!(errors, [""; 0]);
}

/// Hexadecimal for files, the go command's own form for a module.
#[test]
fn every_kind_of_digest_follows_the_schema() {
    let validator = jsonschema::draft202012::new(&schema()).unwrap();
    let valid = |digest: &str| {
        let mut document = document();
        document["specs"][0]["evidence"][0]["digest"] = json!(digest);
        validator.is_valid(&document)
    };
    let module = "h1:zAmPflaYC3HTKr0xzKj7Jv57rRfiwciPukY8Yx/Peak=";
    for digest in [&format!("sha256:{}", "0".repeat(64)), "sha512:0f", module] {
        assert!(valid(digest), "{digest}");
    }
    for digest in [
        "h1:abc=",
        "h2:zAmPflaYC3HTKr0xzKj7Jv57rRfiwciPukY8Yx/Peak=",
        "h1:zAmPflaYC3HTKr0xzKj7Jv57rRfiwciPukY8Yx/Peak",
        "sha256:AA",
        "",
    ] {
        assert!(!valid(digest), "{digest}");
    }
}

#[test]
fn every_kind_of_trust_follows_the_schema() {
    let validator = jsonschema::draft202012::new(&schema()).unwrap();
    let sentence = || Some("A sentence.".to_owned());
    let fresh = TrustRecord {
        source: TrustOrigin::Tuf,
        as_of: "2026-08-22T00:00:00Z".to_owned(),
        refreshed_at: Some("2026-08-22T00:00:00Z".to_owned()),
        expires: Some("2026-08-29T00:00:00Z".to_owned()),
        ..TrustRecord::default()
    };
    let stale = TrustRecord {
        fallback: sentence(),
        problem: sentence(),
        ..fresh.clone()
    };
    let none = TrustRecord {
        source: TrustOrigin::None,
        as_of: "nothing was established".to_owned(),
        problem: sentence(),
        ..TrustRecord::default()
    };
    for trust in [fresh, stale, none] {
        let mut report = crate::sample::sample(FailOn::Error);
        report.trust = trust;
        let document: Value = serde_json::from_str(&json::render(&report).unwrap()).unwrap();
        assert!(validator.is_valid(&document), "{}", document["trust"]);
    }
}

#[test]
fn what_breaks_the_contract_is_refused() {
    let validator = jsonschema::draft202012::new(&schema()).unwrap();
    for (pointer, value) in [
        ("/schema_version", json!(2)),
        ("/verdict", json!("ok")),
        ("/extra", json!(1)),
        ("/gate/extra", json!(1)),
        ("/gate/fail_on", json!("error!")),
        ("/gate/changes", json!(null)),
        ("/gate/doubts", json!(null)),
        ("/determined", json!("yes")),
        ("/summary/untouched", json!(-1)),
        ("/trust/source", json!("registry")),
        ("/trust/fallback", json!(true)),
        ("/trust/extra", json!(1)),
        ("/summary/by_status/extra", json!(1)),
        ("/specs/0/extra", json!(1)),
        ("/specs/0/status", json!("VERIFIED")),
        ("/specs/0/slsa_build_level", json!(4)),
        ("/specs/0/publisher/extra", json!(1)),
        ("/specs/0/publisher/subject", json!(null)),
        ("/specs/0/evidence/0/outcome", json!(true)),
        ("/specs/0/evidence/0/outcome", json!("invalid")),
        ("/specs/0/evidence/0/note", json!(1)),
        ("/specs/0/evidence/0/digest", json!("sha512-abc=")),
        ("/specs/0/findings/0/rule", json!("no-such-rule")),
        ("/specs/0/findings/0/fingerprint", json!("short")),
        ("/specs/0/findings/0/location/start_line", json!(0)),
    ] {
        let mut changed = document();
        let (parent, key) = pointer.rsplit_once('/').unwrap();
        let place = changed.pointer_mut(parent).unwrap();
        place.as_object_mut().unwrap().insert(key.to_owned(), value);
        assert!(!validator.is_valid(&changed), "{pointer}");
    }
    for missing in ["gate", "verdict", "determined", "summary"] {
        let mut changed = document();
        changed.as_object_mut().unwrap().remove(missing);
        assert!(!validator.is_valid(&changed), "{missing}");
    }
}

#[test]
fn the_schema_lists_every_rule_and_status() {
    let schema = schema();
    let rules: Vec<&str> = RuleId::ALL.iter().map(|rule| rule.as_str()).collect();
    assert_eq!(schema.pointer("/$defs/rule/enum"), Some(&json!(rules)));
    let statuses = Status::ALL.map(Status::as_str);
    for place in [
        "/$defs/spec/properties/status/enum",
        "/$defs/report/properties/summary/properties/by_status/required",
    ] {
        assert_eq!(schema.pointer(place), Some(&json!(statuses)));
    }
}
