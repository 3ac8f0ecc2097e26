//! Whole releases and projects: builds by strangers beside honest ones, and what the index marks.

use dockyard_report::finding::{Draft, RuleId};
use dockyard_report::rules::compare;
use dockyard_report::spec::{Subject, parse};
use package_provenance::verify::{Observed, Status};
use serde_json::{Value, json};
use testkit::pypi::PypiFile;
use testkit::{EnvelopeKey, GithubIdentity, PypiDraft, PypiPublisher};

use crate::support::{Lab, PROJECT, SDIST, VERSION, assert_refused, assert_verified};

const DECLARED: &str = "\
metadata:
  name: widget
  protocol: uvx
spec:
  package: acme-widget
  version: \"1.2.3\"
provenance:
  repository_uri: \"https://github.com/acme/widget\"
  attestations:
    available: true
    publisher:
      kind: GitHub
      repository: acme/widget
      workflow: release.yml
";

fn findings(observed: &Observed) -> Vec<Draft> {
    let file = parse::parse("uvx/widget/spec.yaml", DECLARED.as_bytes());
    assert!(file.problems.is_empty(), "{:?}", file.problems);
    let Subject::Package(spec) = &file.subject else {
        panic!("the spec pins a package")
    };
    compare(spec, observed, None)
}

fn rules(observed: &Observed) -> Vec<RuleId> {
    findings(observed).iter().map(|draft| draft.rule).collect()
}

fn github(repository: &str) -> PypiPublisher {
    PypiPublisher::Github(GithubIdentity::new(repository))
}

/// A stranger's build is compared with what is declared whatever else is the matter.
#[test]
fn builds_by_strangers_are_compared_whatever_the_status() {
    let lab = Lab::new();
    let honest = PypiDraft::new(&lab.world, PROJECT, VERSION, &github("acme/widget"));
    assert_eq!(rules(&lab.pypi_draft(&honest)), []);
    let mut strange = honest.clone();
    *strange.file(SDIST) = PypiFile::published(&lab.world, SDIST, &github("mallory/widget"));
    let lies: [(&str, fn(&mut PypiDraft), Status); 4] = [
        ("beside an honest wheel", |_| (), Status::Partial),
        (
            "beside an unattested file",
            |draft| {
                draft
                    .files
                    .push(PypiFile::unattested("acme_widget-1.2.3.zip"));
            },
            Status::Partial,
        ),
        (
            "beside a forged attestation",
            |draft| {
                let wheel = draft.files.first_mut().unwrap();
                wheel.attestation().envelope_key = EnvelopeKey::Stranger;
            },
            Status::Invalid,
        ),
        (
            "with a forged attestation of the same file",
            |draft| {
                let mut forged = draft.file(SDIST).bundles[0].clone();
                forged.attestations[0].envelope_key = EnvelopeKey::Stranger;
                draft.file(SDIST).bundles.push(forged);
            },
            Status::Invalid,
        ),
    ];
    for (name, lie, status) in lies {
        let mut draft = strange.clone();
        lie(&mut draft);
        let observed = lab.pypi_draft(&draft);
        assert_eq!(observed.status, status, "{name}");
        assert_eq!(observed.publisher, None, "{name}");
        let rules = rules(&observed);
        for expected in [
            RuleId::PublisherRepositoryMismatch,
            RuleId::SourceRepositoryMismatch,
        ] {
            assert!(rules.contains(&expected), "{name}: {rules:?}");
        }
    }
    // Where one file cannot be determined.
    let mut release = lab.world.pypi_release_of(&strange);
    release.index["files"][0]["hashes"] = json!({});
    let observed = lab.pypi(&release);
    assert_eq!(observed.status, Status::Unknown);
    assert!(rules(&observed).contains(&RuleId::PublisherRepositoryMismatch));
}

/// Who reads that publishers differ can tell a second workflow from an intruder.
#[test]
fn differing_publishers_are_named() {
    let lab = Lab::new();
    let message = |other: &PypiPublisher| {
        let mut draft = PypiDraft::new(&lab.world, PROJECT, VERSION, &github("acme/widget"));
        *draft.file(SDIST) = PypiFile::published(&lab.world, SDIST, other);
        let observed = lab.pypi_draft(&draft);
        let found = findings(&observed);
        let partial = found
            .iter()
            .find(|draft| draft.rule == RuleId::PartialAttestations);
        partial.unwrap().message.clone()
    };
    let other_workflow = message(&PypiPublisher::Github(GithubIdentity {
        workflow: ".github/workflows/wheels.yml".into(),
        ..GithubIdentity::new("acme/widget")
    }));
    let other_repository = message(&github("mallory/widget"));
    let same_name = message(&PypiPublisher::Github(GithubIdentity {
        repository_id: "1".into(),
        ..GithubIdentity::new("acme/widget")
    }));
    for (message, says) in [
        (&other_workflow, "different workflows of one repository"),
        (&other_workflow, "release.yml"),
        (&other_workflow, "wheels.yml"),
        (&other_repository, "different publishers"),
        (&other_repository, "https://github.com/mallory/widget"),
        (&other_repository, SDIST),
        (&same_name, "different publishers"),
        (&same_name, "repository id 1"),
    ] {
        assert!(message.contains(says), "{says}: {message}");
    }
}

/// The marks of PEP 792: unsigned, so that they warn and clear nothing.
#[test]
fn project_status() {
    let lab = Lab::new();
    let honest = lab.world.pypi_release(PROJECT, VERSION);
    let marked = |status: Value| {
        let mut release = honest.clone();
        release.index["project-status"] = status;
        lab.pypi(&release)
    };
    for active in [json!({"status": "active"}), json!({}), Value::Null] {
        let observed = marked(active);
        assert_verified("active", &observed);
        assert_eq!(rules(&observed), []);
    }
    for (status, says) in [
        ("archived", "is archived (reason given: moved on)"),
        ("deprecated", "is deprecated (reason given: moved on)"),
        ("sunset", "status `sunset`"),
    ] {
        let observed = marked(json!({"status": status, "reason": "moved on"}));
        assert_verified(status, &observed);
        let found = findings(&observed);
        let [draft] = found.as_slice() else {
            panic!("{status}: {found:?}")
        };
        assert_eq!(draft.rule, RuleId::DeprecatedRelease);
        assert!(draft.message.contains(says), "{}", draft.message);
    }
}

/// A quarantined project gives out nothing, or a mirror goes on with what it had: no pass, and not
/// "anybody can register it".
#[test]
fn quarantine() {
    let lab = Lab::new();
    let mut release = lab.world.pypi_release(PROJECT, VERSION);
    release.index["project-status"] = json!({"status": "quarantined"});
    let mirrored = lab.pypi(&release);
    release.index["files"] = json!([]);
    release.index["versions"] = json!([]);
    for observed in [mirrored, lab.pypi(&release)] {
        assert_refused("quarantine", &observed, Status::Unknown, "quarantined");
        assert_eq!(rules(&observed), [RuleId::QuarantinedProject]);
    }
    // It hides no evidence that fails.
    let mut draft = PypiDraft::new(&lab.world, PROJECT, VERSION, &github("acme/widget"));
    draft.file(SDIST).attestation().envelope_key = EnvelopeKey::Stranger;
    let mut release = lab.world.pypi_release_of(&draft);
    release.index["project-status"] = json!({"status": "quarantined"});
    let observed = lab.pypi(&release);
    assert_refused("forged", &observed, Status::Invalid, "ignature");
    assert!(rules(&observed).contains(&RuleId::QuarantinedProject));
}

/// A version that is missing from a project that exists can be registered by nobody else.
#[test]
fn a_missing_version_of_a_project() {
    let lab = Lab::new();
    let mut release = lab.world.pypi_release(PROJECT, VERSION);
    release.index["files"] = json!([]);
    release.index["versions"] = json!(["1.2.4"]);
    let found = findings(&lab.pypi(&release));
    let draft = found
        .iter()
        .find(|draft| draft.rule == RuleId::PackageNotFound)
        .unwrap();
    let told = format!("{} {}", draft.message, draft.help);
    assert!(
        told.contains("was removed, is quarantined, or was never there"),
        "{told}"
    );
    assert!(!told.contains("anybody can"), "{told}");
    release.index = Value::Null;
    let found = findings(&lab.pypi(&release));
    assert!(found[0].help.contains("anybody can"), "{found:?}");
}
