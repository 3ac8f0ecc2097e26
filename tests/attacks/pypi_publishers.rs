//! PyPI's unsigned publisher objects against certificates, and provenance beside them.

use package_provenance::verify::Status;
use serde_json::{Value, json};
use testkit::{
    CircleCiIdentity, GithubIdentity, GitlabIdentity, GoogleIdentity, PypiDraft, PypiPublisher,
    World,
};

use crate::support::{Lab, Lie, PROJECT, SDIST, VERSION, assert_refused, assert_verified, reasons};

fn publishers() -> [PypiPublisher; 4] {
    [
        PypiPublisher::Github(GithubIdentity {
            environment: Some("release".into()),
            ..GithubIdentity::default()
        }),
        PypiPublisher::Gitlab(GitlabIdentity::default()),
        PypiPublisher::Google(GoogleIdentity::default()),
        PypiPublisher::CircleCi(CircleCiIdentity::default()),
    ]
}

fn draft(world: &World, publisher: &PypiPublisher) -> PypiDraft {
    PypiDraft::new(world, PROJECT, VERSION, publisher)
}

/// The usual release, built on GitHub.
pub(crate) fn github(lab: &Lab) -> PypiDraft {
    draft(
        &lab.world,
        &PypiPublisher::Github(GithubIdentity::default()),
    )
}

/// Every field of every kind of publisher object, each changed alone: the object is unsigned, and
/// where it contradicts the certificate one of both is a lie.
#[test]
fn publisher_objects() {
    let lab = Lab::new();
    for publisher in publishers() {
        let honest = draft(&lab.world, &publisher);
        assert_verified(&format!("{publisher:?}"), &lab.pypi_draft(&honest));
        let object = publisher.json();
        for field in object
            .as_object()
            .unwrap()
            .keys()
            .filter(|field| *field != "kind")
        {
            let Some(value) = object[field].as_str() else {
                continue;
            };
            for lie in [
                format!("{value}x"),
                format!("x{value}"),
                format!("{value}/x"),
            ] {
                let mut draft = honest.clone();
                draft.file(SDIST).bundles[0].publisher[field] = json!(lie);
                let observed = lab.pypi_draft(&draft);
                assert_refused(
                    field,
                    &observed,
                    Status::Invalid,
                    "PyPI names the publisher's",
                );
                assert!(reasons(&observed).contains(&lie), "{}", reasons(&observed));
            }
        }
    }
}

#[test]
fn publisher_kinds() {
    let lab = Lab::new();
    for publisher in publishers() {
        for other in publishers() {
            let mut draft = draft(&lab.world, &publisher);
            draft.file(SDIST).bundles[0].publisher = other.json();
            let observed = lab.pypi_draft(&draft);
            if publisher == other {
                assert_verified("the same", &observed);
            } else {
                assert_refused("another kind", &observed, Status::Invalid, "PyPI names a ");
            }
        }
    }
    let lies: &[Lie<PypiDraft>] = &[
        (
            "unknown",
            |_, it| object(it)["kind"] = json!("ActiveState"),
            Status::Unknown,
            "unknown kind or shape",
        ),
        (
            "other case",
            |_, it| object(it)["kind"] = json!("github"),
            Status::Unknown,
            "unknown kind or shape",
        ),
        (
            "none",
            |_, it| {
                object(it).as_object_mut().unwrap().remove("kind");
            },
            Status::Unknown,
            "unknown kind or shape",
        ),
        (
            "no repository",
            |_, it| {
                object(it).as_object_mut().unwrap().remove("repository");
            },
            Status::Unknown,
            "unknown kind or shape",
        ),
        (
            "null",
            |_, it| *object(it) = Value::Null,
            Status::Unknown,
            "unknown kind or shape",
        ),
        (
            "case of the workflow",
            |_, it| object(it)["workflow"] = json!("Release.yml"),
            Status::Invalid,
            "PyPI names the publisher's workflow",
        ),
        (
            "the workflow's whole path",
            |_, it| object(it)["workflow"] = json!(".github/workflows/release.yml"),
            Status::Invalid,
            "PyPI names the publisher's workflow",
        ),
    ];
    lab.pypi_lies(&github(&lab), lies);
    let mut folded = github(&lab);
    object(&mut folded)["repository"] = json!("ACME/Widget");
    assert_verified(
        "GitHub's names do not differ by case",
        &lab.pypi_draft(&folded),
    );
}

fn object(draft: &mut PypiDraft) -> &mut Value {
    &mut draft.file(SDIST).bundles[0].publisher
}

/// docs/verification.md#f20: provenance beside the publish attestation is held against the
/// certificate too.
#[test]
fn provenance_predicates() {
    let lab = Lab::new();
    let identity = GithubIdentity::default();
    let mut honest = github(&lab);
    for file in &mut honest.files {
        file.add_slsa(&lab.world, &identity);
    }
    let observed = lab.pypi_draft(&honest);
    assert_verified("the control", &observed);
    assert_eq!(observed.slsa_build_level, Some(2));
    let lies: &[Lie<PypiDraft>] = &[
        (
            "repository",
            |_, it| {
                slsa(it)["buildDefinition"]["externalParameters"]["workflow"]["repository"] =
                    json!("https://github.com/victim/widget");
            },
            Status::Invalid,
            "its predicate contradicts its certificate",
        ),
        (
            "commit",
            |_, it| {
                slsa(it)["buildDefinition"]["resolvedDependencies"][0]["digest"]["gitCommit"] =
                    json!("00");
            },
            Status::Invalid,
            "its predicate contradicts its certificate",
        ),
        (
            "builder",
            |_, it| slsa(it)["runDetails"]["builder"]["id"] = json!("https://github.com/victim/x"),
            Status::Invalid,
            "its predicate contradicts its certificate",
        ),
        (
            "runner",
            |_, it| {
                slsa(it)["buildDefinition"]["internalParameters"]["github"]["runner_environment"] =
                    json!("self-hosted");
            },
            Status::Invalid,
            "its predicate contradicts its certificate",
        ),
        (
            "SLSA v0.2",
            |_, it| {
                it.file(SDIST).bundles[0].attestations[1].statement["predicateType"] =
                    json!("https://slsa.dev/provenance/v0.2");
            },
            Status::Unknown,
            "unknown type `https://slsa.dev/provenance/v0.2`",
        ),
        (
            "a person's provenance",
            |_, it| {
                let person = PypiPublisher::Google(GoogleIdentity::default());
                it.file(SDIST).bundles[0].publisher = person.json();
                for attestation in &mut it.file(SDIST).bundles[0].attestations {
                    attestation.leaf().identity = person.identity();
                }
            },
            Status::Invalid,
            "provenance signed by a Google account",
        ),
        (
            "another builder's provenance",
            |_, it| {
                let mallory = GithubIdentity::new("mallory/widget");
                it.file(SDIST).bundles[0].attestations[1].leaf().identity = mallory.identity();
            },
            Status::Invalid,
            "PyPI names the publisher's repository `acme/widget`, the certificate `mallory/widget`",
        ),
    ];
    lab.pypi_lies(&honest, lies);
    // A level needs provenance for every file.
    honest.files[0].bundles[0].attestations.pop();
    let observed = lab.pypi_draft(&honest);
    assert_verified("one file without provenance", &observed);
    assert_eq!(observed.slsa_build_level, None);
}

fn slsa(draft: &mut PypiDraft) -> &mut Value {
    &mut draft.file(SDIST).bundles[0].attestations[1].statement["predicate"]
}
