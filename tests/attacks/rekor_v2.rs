//! PyPI's attestations in a Rekor v2 log, which dates nothing: a timestamp authority does.

use package_provenance::verify::{Limit, Status};
use serde_json::{Value, json};
use testkit::rekor::EntryKind;
use testkit::{PypiDraft, PypiRelease, Recipe, tamper};

use crate::pypi_publishers::github;
use crate::support::{Lab, Lie, PROJECT, SDIST, VERSION, assert_refused, assert_verified};

fn recipe(draft: &mut PypiDraft) -> &mut Recipe {
    draft.file(SDIST).attestation()
}

/// A release whose sdist is logged there.
fn newer(lab: &Lab) -> PypiDraft {
    let mut draft = github(lab);
    recipe(&mut draft).log.kind = EntryKind::HashedRekordV2;
    recipe(&mut draft).timestamp = true;
    draft
}

fn material(release: &mut PypiRelease) -> &mut Value {
    let provenance = release.provenance.get_mut(SDIST).unwrap();
    &mut tamper::pep740(provenance)["verification_material"]
}

/// docs/verification.md#c3: before anything is signed and logged.
#[test]
fn made_otherwise() {
    let lab = Lab::new();
    let lies: &[Lie<PypiDraft>] = &[
        (
            "no timestamp",
            |_, it| recipe(it).timestamp = false,
            Status::Unknown,
            "came without a timestamp",
        ),
        (
            "no inclusion proof",
            |_, it| recipe(it).log.proof = false,
            Status::Invalid,
            "proof",
        ),
        (
            "another digest",
            |_, it| {
                recipe(it).log.alter_body = Some(|body| {
                    body["spec"]["hashedRekordV002"]["data"]["digest"] =
                        json!("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=");
                });
            },
            Status::Invalid,
            "it is about other content",
        ),
        (
            "another signature",
            |_, it| {
                recipe(it).log.alter_body = Some(|body| {
                    body["spec"]["hashedRekordV002"]["signature"]["content"] = json!("MAA=");
                });
            },
            Status::Invalid,
            "signature",
        ),
        (
            "the key of nobody in particular",
            |_, it| recipe(it).log.key = testkit::rekor::LogKey::Impostor,
            Status::Invalid,
            "heckpoint",
        ),
        (
            "a timestamp in the place of the older log's promise",
            |_, it| {
                recipe(it).log.kind = EntryKind::Dsse;
                recipe(it).log.set = false;
            },
            Status::Invalid,
            "timestamp",
        ),
        (
            "of another file",
            |_, it| recipe(it).statement["subject"][0]["name"] = json!("other-1.2.3.tar.gz"),
            Status::Invalid,
            "it is about `other-1.2.3.tar.gz`",
        ),
    ];
    lab.pypi_lies(&newer(&lab), lies);

    let mut undated = newer(&lab);
    recipe(&mut undated).timestamp = false;
    assert_eq!(
        lab.pypi_draft(&undated).limit,
        Limit::Unsupported,
        "the next run will not find one either"
    );
}

/// What an index can serve in the place of what was signed.
#[test]
fn served_otherwise() {
    let lab = Lab::new();
    let lies: &[Lie<PypiRelease>] = &[
        (
            "another attestation's timestamp",
            |world, it| {
                let mut draft = PypiDraft::new(
                    world,
                    PROJECT,
                    VERSION,
                    &testkit::PypiPublisher::Github(testkit::GithubIdentity::new("acme/other")),
                );
                recipe(&mut draft).timestamp = true;
                let mut other = world.pypi_release_of(&draft);
                material(it)["timestamps"] = material(&mut other)["timestamps"].clone();
            },
            Status::Invalid,
            "imestamp",
        ),
        (
            "no timestamp that is one",
            |_, it| material(it)["timestamps"] = json!(["MAA="]),
            Status::Invalid,
            "imestamp",
        ),
        (
            "a null",
            |_, it| material(it)["timestamps"] = Value::Null,
            Status::Unknown,
            "came without a timestamp",
        ),
        (
            "more than anybody needs",
            |_, it| {
                let one = material(it)["timestamps"][0].clone();
                material(it)["timestamps"] = json!(vec![one; 33]);
            },
            Status::Unknown,
            "more than 32 entries",
        ),
        (
            "said to be of the older kind",
            |_, it| {
                material(it)["transparency_entries"][0]["kindVersion"] =
                    json!({"kind": "dsse", "version": "0.0.1"});
            },
            Status::Invalid,
            "its log entry is said to be of kind dsse/0.0.1, but is of kind hashedrekord/0.0.2",
        ),
        (
            "another body",
            |_, it| {
                tamper::bytes(
                    &mut material(it)["transparency_entries"][0]["canonicalizedBody"],
                    |body| body.push(b' '),
                );
            },
            Status::Invalid,
            "",
        ),
    ];
    let honest = lab.world.pypi_release_of(&newer(&lab));
    lab.served_pypi_lies(&honest, &lies[..lies.len() - 1]);
    let (name, lie, status, _) = lies[lies.len() - 1];
    let mut release = honest.clone();
    lie(&lab.world, &mut release);
    assert_refused(name, &lab.pypi(&release), status, "roof");

    let mut older = github(&lab);
    recipe(&mut older).timestamp = true;
    assert_verified("a timestamp that nobody needs", &lab.pypi_draft(&older));
}

/// npm's publish attestation, which the registry's key signs, in such a log (docs/verification.md#b3).
#[test]
fn of_a_registry_s_key() {
    let lab = Lab::new();
    let mut draft = lab.draft();
    draft.publish().log.kind = EntryKind::HashedRekordV2;
    draft.publish().timestamp = true;
    assert_verified("with a timestamp", &lab.npm_draft(&draft));
    draft.publish().timestamp = false;
    let undated = lab.npm_draft(&draft);
    assert_refused("without", &undated, Status::Invalid, "nothing proves when");
}
