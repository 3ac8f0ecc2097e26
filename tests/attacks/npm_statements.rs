//! What the signed statements of npm's attestations may say of themselves.

use package_provenance::verify::Status;
use serde_json::{Value, json};
use testkit::NpmDraft;
use testkit::predicate::{SLSA_V1, Subject};

use crate::support::{Lab, Lie};

fn provenance_statement(draft: &mut NpmDraft, change: fn(&mut Value)) {
    change(&mut draft.provenance().statement);
}

/// docs/verification.md#f6, #f42, #f39: signed statements that are about this tarball in all but
/// one point.
#[test]
fn provenance_statements() {
    let lab = Lab::new();
    let lies: &[Lie<NpmDraft>] = &[
        (
            "another package",
            |_, it| rename(it, "pkg:npm/%40acme/gadget@1.2.3"),
            Status::Invalid,
            "it is about `pkg:npm/%40acme/gadget@1.2.3`",
        ),
        (
            "another version",
            |_, it| rename(it, "pkg:npm/%40acme/widget@1.2.30"),
            Status::Invalid,
            "not about `pkg:npm/%40acme/widget@1.2.3`",
        ),
        (
            "escaped twice",
            |_, it| rename(it, "pkg:npm/%2540acme/widget@1.2.3"),
            Status::Invalid,
            "it is about `pkg:npm/%2540acme",
        ),
        (
            "not escaped",
            |_, it| rename(it, "pkg:npm/@acme/widget@1.2.3"),
            Status::Invalid,
            "it is about `pkg:npm/@acme",
        ),
        (
            "escaped further",
            |_, it| rename(it, "pkg:npm/%40acme%2fwidget@1.2.3"),
            Status::Invalid,
            "it is about `pkg:npm/%40acme%2f",
        ),
        (
            "another registry",
            |_, it| {
                rename(
                    it,
                    "pkg:npm/%40acme/widget@1.2.3?repository_url=https://example.com",
                );
            },
            Status::Invalid,
            "repository_url",
        ),
        (
            "other case",
            |_, it| rename(it, "pkg:npm/%40acme/Widget@1.2.3"),
            Status::Invalid,
            "Widget",
        ),
        (
            "another digest",
            |_, it| {
                provenance_statement(it, |statement| {
                    statement["subject"][0]["digest"]["sha512"] = json!("00".repeat(64));
                });
            },
            Status::Invalid,
            "it is about other content",
        ),
        (
            "a digest of another kind only",
            |_, it| {
                provenance_statement(it, |statement| {
                    statement["subject"][0]["digest"] = json!({"sha256": "00".repeat(32)});
                });
            },
            Status::Invalid,
            "it is about other content",
        ),
        (
            "no subject",
            |_, it| {
                provenance_statement(it, |statement| {
                    statement["subject"] = json!([]);
                });
            },
            Status::Invalid,
            "subject",
        ),
        (
            "two subjects",
            |_, it| {
                provenance_statement(it, |statement| {
                    let other = Subject::npm("victim", "1.0.0", &[0; 64]).json();
                    statement["subject"].as_array_mut().unwrap().push(other);
                });
            },
            Status::Invalid,
            "about 2 subjects; exactly one is required",
        ),
        (
            "the digest on another name",
            |_, it| {
                provenance_statement(it, |statement| {
                    let ours = statement["subject"][0].clone();
                    let mut other = Subject::npm("victim", "1.0.0", &[0; 64]).json();
                    other["digest"]["sha512"] = ours["digest"]["sha512"].clone();
                    statement["subject"] = json!([other]);
                });
            },
            Status::Invalid,
            "it is about `pkg:npm/victim@1.0.0`",
        ),
        (
            "statement type",
            |_, it| {
                provenance_statement(it, |statement| {
                    statement["_type"] = json!("https://in-toto.io/Statement/v2");
                });
            },
            Status::Unknown,
            "Statement/v2`, which this program does not know",
        ),
        (
            "a statement type that is none",
            |_, it| {
                provenance_statement(it, |statement| {
                    statement["_type"] = json!("https://in-toto.io/Statement/v1/x");
                });
            },
            Status::Invalid,
            "its statement is of type",
        ),
        (
            "no statement type",
            |_, it| {
                provenance_statement(it, |statement| {
                    statement.as_object_mut().unwrap().remove("_type");
                });
            },
            Status::Invalid,
            "_type",
        ),
        (
            "predicate type",
            |_, it| {
                it.attestations[1].label = Some(SLSA_V1.into());
                it.attestations[1].recipe.statement["predicateType"] =
                    json!("https://example.com/x");
            },
            Status::Invalid,
            "signed as `https://example.com/x`",
        ),
        (
            "payload type",
            |_, it| it.provenance().payload_type = "application/json".into(),
            Status::Invalid,
            "application/json",
        ),
        (
            "duplicate key in the signed statement",
            |_, it| {
                let text = it.provenance().statement.to_string();
                it.provenance().payload =
                    Some(text.replacen('{', r#"{"_type":"x","#, 1).into_bytes());
            },
            Status::Invalid,
            "duplicate",
        ),
        (
            "duplicate key deep in the signed statement",
            |_, it| {
                let text = it.provenance().statement.to_string();
                let twice = text.replacen(r#""path":"#, r#""path":"evil.yml","path":"#, 1);
                assert_ne!(text, twice);
                it.provenance().payload = Some(twice.into_bytes());
            },
            Status::Invalid,
            "duplicate key `path`",
        ),
        (
            "deep signed statement",
            |_, it| {
                let deep = format!("{}1{}", "[".repeat(70), "]".repeat(70));
                let text = it.provenance().statement.to_string();
                it.provenance().payload = Some(
                    text.replacen('{', &format!(r#"{{"deep":{deep},"#), 1)
                        .into_bytes(),
                );
            },
            Status::Invalid,
            "nested deeper",
        ),
        (
            "something after the statement",
            |_, it| {
                let text = format!("{} {{}}", it.provenance().statement);
                it.provenance().payload = Some(text.into_bytes());
            },
            Status::Invalid,
            "trailing",
        ),
    ];
    lab.npm_lies(&lab.draft(), lies);
}

fn rename(draft: &mut NpmDraft, purl: &str) {
    draft.provenance().statement["subject"][0]["name"] = json!(purl);
}

/// docs/verification.md#f6, #f52: what the registry's own key signed is about this package at npm's
/// registry.
#[test]
fn publish_statements() {
    let lab = Lab::new();
    let lies: &[Lie<NpmDraft>] = &[
        (
            "name",
            |_, it| predicate(it, "name", "@acme/gadget"),
            Status::Invalid,
            "predicate's name is `@acme/gadget`, not `@acme/widget`",
        ),
        (
            "version",
            |_, it| predicate(it, "version", "1.2.2"),
            Status::Invalid,
            "predicate's version is `1.2.2`",
        ),
        (
            "registry",
            |_, it| predicate(it, "registry", "https://registry.example.com"),
            Status::Invalid,
            "predicate's registry is `https://registry.example.com`",
        ),
        (
            "registry prefix",
            |_, it| predicate(it, "registry", "https://registry.npmjs.org.example.com"),
            Status::Invalid,
            "predicate's registry",
        ),
        (
            "no registry",
            |_, it| {
                it.publish().statement["predicate"]
                    .as_object_mut()
                    .unwrap()
                    .remove("registry");
            },
            Status::Invalid,
            "predicate's registry is `missing`",
        ),
        (
            "subject",
            |_, it| {
                it.publish().statement["subject"][0]["name"] =
                    json!("pkg:npm/%40acme/gadget@1.2.3");
            },
            Status::Invalid,
            "it is about `pkg:npm/%40acme/gadget@1.2.3`",
        ),
        (
            "two subjects",
            |_, it| {
                let subjects = it.publish().statement["subject"].as_array_mut().unwrap();
                subjects.push(subjects[0].clone());
            },
            Status::Invalid,
            "about 2 subjects",
        ),
        (
            "duplicate key",
            |_, it| {
                let text = it.publish().statement.to_string();
                let twice = text.replacen(r#""version":"#, r#""version":"9.9.9","version":"#, 1);
                assert_ne!(text, twice);
                it.publish().payload = Some(twice.into_bytes());
            },
            Status::Invalid,
            "duplicate key `version`",
        ),
        (
            "payload type",
            |_, it| it.publish().payload_type = "text/plain".into(),
            Status::Invalid,
            "text/plain",
        ),
    ];
    lab.npm_lies(&lab.draft(), lies);
}

fn predicate(draft: &mut NpmDraft, field: &str, value: &str) {
    draft.publish().statement["predicate"][field] = json!(value);
}
