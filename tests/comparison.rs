//! What a spec declares against what a release's certificates prove: the ways in which an attacker
//! could leave the comparison out instead of passing it.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "helpers of tests fail as tests do"
)]

use std::collections::BTreeMap;
use std::sync::Arc;

use dockyard_registry::trust::{TrustOptions, load};
use dockyard_report::finding::{RuleId, Severity};
use dockyard_report::policy::{Policy, exit_code};
use dockyard_report::report::assemble::{Judging, spec_report};
use dockyard_report::spec::{Subject, parse};
use package_provenance::evidence::{Fetched, PypiRaw, RawEvidence};
use package_provenance::verify::{Status, verify};
use testkit::{
    CircleCiIdentity, GithubIdentity, GoogleIdentity, PypiDraft, PypiFile, PypiPublisher, World,
};

const SPEC: &str = r#"metadata: {name: widget, protocol: uvx}
spec:
  package: widget
  version: "1.2.3"
provenance:
  repository_uri: https://github.com/acme/widget
  attestations:
    available: true
"#;

/// The same, and who publishes it.
fn pinned() -> String {
    format!("{SPEC}    publisher: {{kind: GitHub, repository: acme/widget}}\n")
}

/// Status, rules and exit code of one spec over one release.
fn judge(world: &World, draft: &PypiDraft, yaml: &str) -> (Status, Vec<RuleId>, u8) {
    let folder = tempfile::tempdir().unwrap();
    let (trusted_root, npm_keys) = world.write_trust(folder.path());
    let trust = load(&TrustOptions {
        trusted_root: Some(trusted_root),
        npm_keys: Some(npm_keys),
    })
    .unwrap();
    let release = world.pypi_release_of(draft);
    let body = |value: &serde_json::Value| Fetched::Found(Arc::from(value.to_string().as_bytes()));
    let provenance = release.provenance.iter();
    let raw = RawEvidence::Pypi(PypiRaw {
        index: body(&release.index),
        provenance: provenance
            .map(|(name, value)| (name.clone(), body(value)))
            .collect::<BTreeMap<_, _>>(),
        asked: BTreeMap::new(),
    });
    let spec = parse::parse("uvx/widget/spec.yaml", yaml.as_bytes());
    let Subject::Package(package) = &spec.subject else {
        panic!("{:?}", spec.problems)
    };
    let observed = verify(&package.package, &raw, &trust, world.now);
    let policy = Policy::default();
    let report = spec_report(
        &spec,
        &[(package.package.clone(), Box::new(observed))].into(),
        Judging::by(&policy, world.now),
    );
    let rules = report.findings.iter().map(|finding| finding.rule).collect();
    let status = report.status;
    (status, rules, exit_code(policy.verdict(&[report])))
}

fn github(repository: &str) -> PypiPublisher {
    PypiPublisher::Github(GithubIdentity::new(repository))
}

fn published_by(world: &World, publisher: &PypiPublisher) -> PypiDraft {
    PypiDraft::new(world, "widget", "1.2.3", publisher)
}

#[test]
fn the_declared_publisher_passes() {
    let world = World::new();
    let draft = published_by(&world, &github("acme/widget"));
    assert_eq!(
        judge(&world, &draft, &pinned()),
        (Status::Verified, vec![], 0)
    );
}

#[test]
fn an_account_without_repository_does_not_stand_for_the_declared_one() {
    use RuleId::{PublisherNotPinned, SourceRepositoryMismatch};
    let world = World::new();
    let google = |email: &str| {
        PypiPublisher::Google(GoogleIdentity {
            email: email.to_owned(),
            ..GoogleIdentity::default()
        })
    };
    for publisher in [google("mallory@example.com"), github("mallory/widget")] {
        let (status, rules, code) = judge(&world, &published_by(&world, &publisher), SPEC);
        assert_eq!(
            (status, rules, code),
            (
                Status::Verified,
                vec![SourceRepositoryMismatch, PublisherNotPinned],
                1
            )
        );
    }
    // A spec may pin the account itself.
    let pinned = format!("{SPEC}  signer_identity: release@example.com\n");
    let draft = published_by(&world, &google("release@example.com"));
    assert_eq!(judge(&world, &draft, &pinned).2, 0);
    let draft = published_by(&world, &google("mallory@example.com"));
    assert_eq!(judge(&world, &draft, &pinned).2, 1);
}

#[test]
fn a_pipeline_without_repository_does_not_stand_for_the_declared_one() {
    let world = World::new();
    let publisher = PypiPublisher::CircleCi(CircleCiIdentity::default());
    let mut draft = published_by(&world, &publisher);
    for file in &mut draft.files {
        for bundle in &mut file.bundles {
            bundle.publisher["vcs_origin"] = serde_json::Value::Null;
        }
        file.attestation().leaf().identity.remove(12);
    }
    let (status, rules, code) = judge(&world, &draft, SPEC);
    assert_eq!((status, code), (Status::Verified, 1));
    assert_eq!(
        rules,
        [RuleId::SourceRepositoryMismatch, RuleId::PublisherNotPinned]
    );
}

/// One file of the release was built by another event, on another runner, from another ref. Where it
/// stands in the index does not matter.
#[test]
fn no_file_hides_behind_another() {
    let world = World::new();
    let mut draft = published_by(&world, &github("acme/widget"));
    let risky = PypiPublisher::Github(GithubIdentity {
        trigger: "pull_request_target".to_owned(),
        runner_environment: "self-hosted".to_owned(),
        git_ref: Some("refs/tags/v6.6.6".to_owned()),
        ..GithubIdentity::new("acme/widget")
    });
    let declared = format!(
        "{}  repository_ref: refs/tags/v1.2.3\n  runner_environment: github-hosted\n",
        pinned()
    );
    for name in [
        "widget-1.2.3-cp312-cp312-manylinux_2_17_x86_64.whl",
        "widget-1.2.3-py3-none-manylinux_2_17_x86_64.whl",
    ] {
        let mut release = draft.clone();
        release
            .files
            .push(PypiFile::published(&world, name, &risky));
        let (status, rules, code) = judge(&world, &release, &declared);
        assert_eq!((status, code), (Status::Verified, 1), "{name}");
        for rule in [
            RuleId::RiskyBuildTrigger,
            RuleId::SelfHostedRunner,
            RuleId::SourceRefMismatch,
            RuleId::PublisherWorkflowMismatch,
        ] {
            assert_eq!(
                rules.iter().filter(|one| **one == rule).count(),
                1,
                "{name}: {rule}"
            );
        }
    }
    draft.files.truncate(2);
    assert_eq!(
        judge(&world, &draft, &pinned()),
        (Status::Verified, vec![], 0)
    );
}

/// dockyard's older keys name a publisher as the newer ones do: a mirror that strips the evidence
/// must not switch the comparison off.
#[test]
fn older_keys_claim_attestations_too() {
    let world = World::new();
    let unattested = PypiDraft::unattested("widget", "1.2.3");
    let without = SPEC.split("  attestations:").next().unwrap();
    let (_, rules, code) = judge(&world, &unattested, without);
    assert_eq!((rules, code), (vec![RuleId::NoProvenance], 0));
    for key in [
        "signer_identity: /.github/workflows/release.yml",
        "cert_issuer: https://token.actions.githubusercontent.com",
        "runner_environment: github-hosted",
    ] {
        let (_, rules, code) = judge(&world, &unattested, &format!("{without}  {key}\n"));
        assert_eq!(
            (rules, code),
            (
                vec![
                    RuleId::DeclaredAttestationsMissing,
                    RuleId::PublisherNotPinned
                ],
                1
            ),
            "{key}"
        );
    }
}

/// A severity can be lowered; that nothing was looked at cannot.
#[test]
fn a_lowered_severity_does_not_pass_an_unusable_spec() {
    let policy = Policy {
        severities: [(RuleId::VersionNotPinned, Severity::Note)].into(),
        ..Policy::default()
    };
    let yaml = SPEC.replace("\"1.2.3\"", "latest");
    let spec = parse::parse("uvx/widget/spec.yaml", yaml.as_bytes());
    let report = spec_report(
        &spec,
        &BTreeMap::new(),
        Judging::by(&policy, World::new().now),
    );
    assert_eq!(report.status, Status::Malformed);
    assert_eq!(exit_code(policy.verdict(&[report])), 3);
}
