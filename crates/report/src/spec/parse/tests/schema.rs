//! The schema that editors use (`docs/spec.schema.json`), against the reader.

use std::collections::BTreeSet;

use jsonschema::Validator;
use serde_json::{Map, Value};

use super::super::keys::KNOWN;
use super::super::scalar::{Plain, classify};
use super::super::yaml::{self, Kind, Node};
use super::real::real;
use super::{GOOD, npx, problems};
use crate::finding::RuleId;

fn schema() -> Value {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/spec.schema.json");
    serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
}

fn validator() -> Validator {
    jsonschema::draft7::new(&schema()).unwrap()
}

/// A document as an editor's reader of YAML has it.
fn value(node: &Node) -> Value {
    match &node.kind {
        Kind::Sequence(nodes) => nodes.iter().map(value).collect(),
        Kind::Mapping(entries) => entries
            .iter()
            .map(|entry| (entry.key.value.clone(), value(&entry.value)))
            .collect::<Map<_, _>>()
            .into(),
        Kind::Scalar { text, plain: true } => match classify(text) {
            Plain::Null => Value::Null,
            Plain::Boolean(it) => it.into(),
            Plain::Number => 1.into(),
            Plain::OldBoolean | Plain::Date | Plain::Text => text.as_str().into(),
        },
        Kind::Scalar { text, plain: false } => text.as_str().into(),
    }
}

fn takes(validator: &Validator, text: &str) -> bool {
    validator.is_valid(&value(&yaml::read(text).unwrap().root))
}

#[test]
fn it_knows_the_keys_that_the_reader_knows() {
    let schema = schema();
    for known in KNOWN {
        let mut place = &schema;
        for part in known.route.split('.').filter(|part| !part.is_empty()) {
            place = &place["properties"][part.trim_end_matches("[]")];
            if part.ends_with("[]") {
                place = &place["items"];
            }
        }
        let keys: BTreeSet<&str> = place["properties"]
            .as_object()
            .unwrap_or_else(|| panic!("{}", known.route))
            .keys()
            .map(String::as_str)
            .collect();
        assert_eq!(
            keys,
            known.keys.iter().copied().collect(),
            "{}",
            known.route
        );
        assert_eq!(place["additionalProperties"], false, "{}", known.route);
    }
    let id = schema["$id"].as_str().unwrap();
    let repository =
        env!("CARGO_PKG_REPOSITORY").replace("//github.com/", "//raw.githubusercontent.com/");
    assert_eq!(id, format!("{repository}/v1/docs/spec.schema.json"));
}

#[test]
fn it_takes_every_genuine_spec() {
    let validator = validator();
    let Some(files) = real("dockyard") else {
        return;
    };
    for (path, bytes) in &files {
        let document = yaml::read(std::str::from_utf8(bytes).unwrap()).unwrap();
        let document = value(&document.root);
        let errors: Vec<String> = validator
            .iter_errors(&document)
            .map(|error| format!("{}: {error}", error.instance_path()))
            .collect();
        assert_eq!(errors, [""; 0], "{path}");
    }
}

/// What it refuses the reader refuses too, so that no editor complains of what is right.
#[test]
fn what_it_refuses_the_reader_refuses() {
    let validator = validator();
    assert!(takes(&validator, GOOD));
    let skill = "spec:\n  repository: https://github.com/a/b\n  ref: 4451ceca5456e79cc776efee96a744f7ac96e5bf\n  path: x\n";
    assert!(takes(&validator, skill));
    for (from, to) in [
        ("provenance:", "provenence:"),
        ("  name: x", "  nme: x"),
        ("  package: \"nuxt\"\n", ""),
        ("  version: \"3.13.0\"\n", ""),
        ("\"3.13.0\"", "3.13"),
        ("\"3.13.0\"", "[3.13.0]"),
        ("    available: true", "    available: \"true\""),
        ("    available: true", "    available: 1"),
        ("kind: \"GitHub\"", "kind: \"GitHib\""),
        ("workflow: \"release.yml\"", "workflow: \"\""),
        ("workflow: \"release.yml\"", "workflow: 7"),
        ("workflow: \"release.yml\"", "owner_id: 12"),
        ("workflow: \"release.yml\"", "owner_id: \"012\""),
        ("workflow: \"release.yml\"", "ref: \"x\""),
        ("\"3.13.0\"", "\"3.13.0\"\n  args: \"x\""),
        ("\"3.13.0\"", "\"3.13.0\"\n  args: [\"a\\\"b\"]"),
        ("\"3.13.0\"", "\"3.13.0\"\n  env: {\"1A\": x}"),
        ("\"3.13.0\"", "\"3.13.0\"\n  env: {A: [x]}"),
        (
            "\"3.13.0\"",
            "\"3.13.0\"\n  overrides: [{package: x, version: \"1.0.0\"}]",
        ),
        (
            "\"3.13.0\"",
            "\"3.13.0\"\n  overrides: [{package: x, version: 1, reason: y}]",
        ),
    ] {
        let changed = GOOD.replacen(from, to, 1);
        assert_ne!(changed, GOOD, "{from}");
        assert!(!takes(&validator, &changed), "{from} → {to} is taken");
        assert!(!problems(&npx(&changed)).is_empty(), "{from} → {to}");
    }
}

#[test]
fn what_the_reader_takes_it_takes() {
    let validator = validator();
    for (from, to) in [
        ("kind: \"GitHub\"", "kind: github"),
        ("kind: \"GitHub\"", "kind:"),
        ("workflow: \"release.yml\"", "workflow: ~"),
        ("workflow: \"release.yml\"", "owner_id: \"12\""),
        ("\"3.13.0\"", "3.13.0"),
        ("\"3.13.0\"", "\"3.13.0\"\n  args: [a, 1, true]"),
        ("\"3.13.0\"", "\"3.13.0\"\n  env: {A: 1, B: \"x\"}"),
        (
            "\"3.13.0\"",
            "\"3.13.0\"\n  overrides: [{package: x, version: 1.0.0, reason: why}]",
        ),
        (
            "security:\n  allowed_issues: [{code: \"x\", anything: 1}]\n",
            "security: 7\n",
        ),
    ] {
        let changed = GOOD.replacen(from, to, 1);
        assert_ne!(changed, GOOD, "{from}");
        let refused = problems(&npx(&changed))
            .iter()
            .any(|(rule, ..)| *rule == RuleId::SpecInvalid || *rule == RuleId::UnknownKey);
        assert!(!refused, "{from} → {to}");
        assert!(takes(&validator, &changed), "{from} → {to} is refused");
    }
}
