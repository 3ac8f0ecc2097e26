//! PEP 740 attestations of one file: what their statements, publisher objects and log entries may
//! say.

use package_provenance::verify::Status;
use serde_json::{Value, json};
use testkit::predicate::{STATEMENT_V01, Subject};
use testkit::{EntryKind, GoogleIdentity, PypiDraft, PypiRelease, Recipe, tamper};

use crate::pypi_publishers::github;
use crate::support::{Lab, Lie, PROJECT, SDIST, VERSION, assert_verified};

fn provenance(release: &mut PypiRelease) -> &mut Value {
    release.provenance.get_mut(SDIST).unwrap()
}

fn recipe(draft: &mut PypiDraft) -> &mut Recipe {
    draft.file(SDIST).attestation()
}

/// docs/verification.md#f1, #f15, #c3, #c6: told on what is served.
#[test]
fn served_provenance() {
    let lab = Lab::new();
    let lies: &[Lie<PypiRelease>] = &[
        (
            "no bundles",
            |_, it| provenance(it)["attestation_bundles"] = json!([]),
            Status::Unknown,
            "lists no attestation",
        ),
        (
            "a bundle without attestations",
            |_, it| provenance(it)["attestation_bundles"][0]["attestations"] = json!([]),
            Status::Unknown,
            "lists no attestation",
        ),
        (
            "no list",
            |_, it| *provenance(it) = json!({"version": 1}),
            Status::Unknown,
            "provenance is unreadable",
        ),
        (
            "null",
            |_, it| *provenance(it) = Value::Null,
            Status::Unknown,
            "does not deliver",
        ),
        (
            "not there",
            |_, it| {
                it.provenance.remove(SDIST);
            },
            Status::Unknown,
            "advertises provenance that the registry does not deliver",
        ),
        (
            "another version of the object",
            |_, it| provenance(it)["version"] = json!(2),
            Status::Unknown,
            "provenance is unreadable",
        ),
        (
            "another version of the attestation",
            |_, it| tamper::pep740(provenance(it))["version"] = json!(2),
            Status::Unknown,
            "provenance is unreadable",
        ),
        (
            "another file's provenance",
            |_, it| {
                *provenance(it) = it.provenance["acme_widget-1.2.3-py3-none-any.whl"].clone();
            },
            Status::Invalid,
            "it is about other content",
        ),
        (
            "no log entry",
            |_, it| entries(it, |_| Vec::new()),
            Status::Invalid,
            "0 transparency log entries; exactly one is required",
        ),
        (
            "a second log entry",
            |_, it| entries(it, |one| vec![one, json!({})]),
            Status::Invalid,
            "2 transparency log entries; exactly one is required",
        ),
        (
            "the log entry twice",
            |_, it| entries(it, |one| vec![one.clone(), one]),
            Status::Invalid,
            "2 transparency log entries",
        ),
        (
            "another kind of entry outside",
            |_, it| entry(it)["kindVersion"] = json!({"kind": "intoto", "version": "0.0.2"}),
            Status::Invalid,
            "its log entry is said to be of kind intoto/0.0.2, but is of kind dsse/0.0.1",
        ),
        (
            "no signed time",
            |_, it| {
                entry(it)
                    .as_object_mut()
                    .unwrap()
                    .remove("inclusionPromise");
            },
            Status::Invalid,
            "timestamp",
        ),
        (
            "no proof",
            |_, it| {
                entry(it).as_object_mut().unwrap().remove("inclusionProof");
            },
            Status::Invalid,
            "proof",
        ),
        (
            "another certificate",
            |world, it| {
                let other = world.pypi_release(PROJECT, "1.2.2");
                let other = &other.provenance["acme_widget-1.2.2.tar.gz"]["attestation_bundles"][0]
                    ["attestations"][0];
                tamper::pep740(provenance(it))["verification_material"]["certificate"] =
                    other["verification_material"]["certificate"].clone();
            },
            Status::Invalid,
            "its signature is not of this content",
        ),
        (
            "statement with a line break",
            |_, it| {
                envelope(it, "statement", |text| {
                    format!("{}\n{}", &text[..8], &text[8..])
                });
            },
            Status::Invalid,
            "malformed bundle",
        ),
        (
            "signature with a line break",
            |_, it| {
                envelope(it, "signature", |text| {
                    format!("{}\n{}", &text[..8], &text[8..])
                });
            },
            Status::Invalid,
            "malformed bundle",
        ),
        (
            "an unreadable second attestation",
            |_, it| {
                let list = provenance(it)["attestation_bundles"][0]["attestations"]
                    .as_array_mut()
                    .unwrap();
                list.push(json!({"version": 1}));
            },
            Status::Unknown,
            "provenance is unreadable",
        ),
        (
            "more attestations than anybody needs",
            |_, it| {
                let list = provenance(it)["attestation_bundles"][0]["attestations"]
                    .as_array_mut()
                    .unwrap();
                *list = vec![list[0].clone(); 33];
            },
            Status::Unknown,
            "more than 32 entries",
        ),
    ];
    lab.served_pypi_lies(&lab.world.pypi_release(PROJECT, VERSION), lies);
}

fn entry(release: &mut PypiRelease) -> &mut Value {
    &mut tamper::pep740(provenance(release))["verification_material"]["transparency_entries"][0]
}

fn entries(release: &mut PypiRelease, change: fn(Value) -> Vec<Value>) {
    let material = &mut tamper::pep740(provenance(release))["verification_material"];
    let list = &mut material["transparency_entries"];
    *list = json!(change(list[0].clone()));
}

fn envelope(release: &mut PypiRelease, field: &str, change: fn(&str) -> String) {
    let value = &mut tamper::pep740(provenance(release))["envelope"][field];
    *value = json!(change(value.as_str().unwrap()));
}

/// docs/verification.md#f6, #f28, #f39: statements that are signed, and about this file in all but
/// one point.
#[test]
fn statements() {
    let lab = Lab::new();
    let lies: &[Lie<PypiDraft>] = &[
        (
            "another extension",
            |_, it| rename(it, "acme_widget-1.2.3.zip"),
            Status::Invalid,
            "it is about `acme_widget-1.2.3.zip`, not about `acme_widget-1.2.3.tar.gz`",
        ),
        (
            "the wheel's name",
            |_, it| rename(it, "acme_widget-1.2.3-py3-none-any.whl"),
            Status::Invalid,
            "it is about `acme_widget-1.2.3-py3-none-any.whl`",
        ),
        (
            "another project",
            |_, it| rename(it, "acme_gadget-1.2.3.tar.gz"),
            Status::Invalid,
            "it is about `acme_gadget-1.2.3.tar.gz`",
        ),
        (
            "another version",
            |_, it| rename(it, "acme_widget-1.2.30.tar.gz"),
            Status::Invalid,
            "it is about `acme_widget-1.2.30.tar.gz`",
        ),
        (
            "a folder",
            |_, it| rename(it, "x/acme_widget-1.2.3.tar.gz"),
            Status::Invalid,
            "is not a distribution",
        ),
        (
            "no distribution",
            |_, it| rename(it, "README.md"),
            Status::Invalid,
            "its subject `README.md` is not a distribution",
        ),
        (
            "another digest",
            |_, it| recipe(it).statement["subject"][0]["digest"]["sha256"] = json!("00".repeat(32)),
            Status::Invalid,
            "it is about other content",
        ),
        (
            "two subjects",
            |_, it| {
                let other = Subject::pypi("victim-1.0.tar.gz", &[0; 32]).json();
                recipe(it).statement["subject"]
                    .as_array_mut()
                    .unwrap()
                    .push(other);
            },
            Status::Invalid,
            "about 2 subjects",
        ),
        (
            "no subject",
            |_, it| recipe(it).statement["subject"] = json!([]),
            Status::Invalid,
            "subject",
        ),
        (
            "an older statement type",
            |_, it| recipe(it).statement["_type"] = json!(STATEMENT_V01),
            Status::Invalid,
            "Statement/v0.1",
        ),
        (
            "an unknown statement type",
            |_, it| recipe(it).statement["_type"] = json!("https://in-toto.io/Statement/v9"),
            Status::Unknown,
            "Statement/v9",
        ),
        (
            "a publish predicate that says something",
            |_, it| recipe(it).statement["predicate"] = json!({"repository": "victim/widget"}),
            Status::Invalid,
            "publish predicate is not empty",
        ),
        (
            "a publish predicate that is a list",
            |_, it| recipe(it).statement["predicate"] = json!([]),
            Status::Invalid,
            "publish predicate is not empty",
        ),
        (
            "an unknown predicate type",
            |_, it| {
                recipe(it).statement["predicateType"] =
                    json!("https://docs.pypi.org/attestations/publish/v2");
            },
            Status::Unknown,
            "unknown type `https://docs.pypi.org/attestations/publish/v2`",
        ),
        (
            "duplicate key",
            |_, it| {
                let text = recipe(it).statement.to_string();
                recipe(it).payload = Some(text.replacen('{', r#"{"subject":[],"#, 1).into_bytes());
            },
            Status::Invalid,
            "duplicate",
        ),
        (
            "another payload type",
            |_, it| recipe(it).payload_type = "text/plain".into(),
            Status::Invalid,
            "ignature",
        ),
        (
            "an intoto entry",
            |_, it| recipe(it).log.kind = EntryKind::Intoto,
            Status::Invalid,
            "its log entry is of kind intoto, not dsse",
        ),
        (
            "no proof",
            |_, it| recipe(it).log.proof = false,
            Status::Invalid,
            "proof",
        ),
        (
            "no signed time",
            |_, it| recipe(it).log.set = false,
            Status::Invalid,
            "timestamp",
        ),
        (
            "a person with GitHub's issuer",
            |_, it| {
                let identity = GoogleIdentity {
                    issuer: "https://token.actions.githubusercontent.com".into(),
                    ..GoogleIdentity::default()
                };
                recipe(it).leaf().identity = identity.identity();
            },
            Status::Invalid,
            "names a person, not a build",
        ),
        (
            "a custom issuer",
            |_, it| {
                recipe(it)
                    .leaf()
                    .identity
                    .set(1, "https://token.actions.githubusercontent.com/x")
                    .set(8, "https://token.actions.githubusercontent.com/x");
            },
            Status::Invalid,
            "PyPI names a GitHub publisher, but the certificate's OIDC issuer",
        ),
    ];
    lab.pypi_lies(&github(&lab), lies);
    for spelling in ["Acme.Widget-1.2.3.tar.gz", "acme_widget-1.2.3.0.tar.gz"] {
        let mut same = github(&lab);
        rename(&mut same, spelling);
        assert_verified(spelling, &lab.pypi_draft(&same));
    }
}

fn rename(draft: &mut PypiDraft, name: &str) {
    recipe(draft).statement["subject"][0]["name"] = json!(name);
}
