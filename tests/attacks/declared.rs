//! Honest evidence of somebody else: what a spec declares against what a certificate proves.

use dockyard_report::finding::RuleId;
use dockyard_report::rules::compare;
use dockyard_report::spec::{Subject, parse};
use package_provenance::verify::Observed;
use testkit::{GithubIdentity, NpmDraft, NpmStyle};

use crate::support::{Lab, NAME, VERSION, assert_verified};

const DECLARED: &str = "\
metadata:
  name: widget
  protocol: npx
spec:
  package: \"@acme/widget\"
  version: \"1.2.3\"
provenance:
  repository_uri: \"https://github.com/acme/widget\"
  repository_ref: \"refs/tags/v1.2.3\"
  attestations:
    available: true
    publisher:
      kind: GitHub
      repository: acme/widget
      workflow: .github/workflows/release.yml
";

/// The findings of the spec above about what was observed.
fn findings(observed: &Observed) -> Vec<RuleId> {
    let file = parse::parse("npx/widget/spec.yaml", DECLARED.as_bytes());
    assert!(file.problems.is_empty(), "{:?}", file.problems);
    let Subject::Package(spec) = &file.subject else {
        panic!("the spec pins a package")
    };
    compare(spec, observed, None)
        .into_iter()
        .map(|draft| draft.rule)
        .collect()
}

/// docs/verification.md#f3, #f18, #f21, #f22, #f23, #f24, #f27: honest evidence of somebody else.
/// It verifies, tells whose it is, and does not pass for what the spec declares.
#[test]
fn declared_publishers() {
    let lab = Lab::new();
    let observe = |change: fn(&mut GithubIdentity)| {
        let mut identity = GithubIdentity::default();
        change(&mut identity);
        let draft = NpmDraft::new(&lab.world, NAME, VERSION, &identity, NpmStyle::Current);
        let observed = lab.npm_draft(&draft);
        assert_verified("it is honest about itself", &observed);
        observed
    };
    assert_eq!(findings(&observe(|_| {})), []);
    let case: fn(&mut GithubIdentity) = |it| it.repository = "ACME/Widget".into();
    assert_eq!(
        findings(&observe(case)),
        [],
        "GitHub's names do not differ by case"
    );

    let repository = RuleId::PublisherRepositoryMismatch;
    let source = RuleId::SourceRepositoryMismatch;
    let workflow = RuleId::PublisherWorkflowMismatch;
    let told: &[(&str, fn(&mut GithubIdentity), &[RuleId])] = &[
        (
            "a fork's workflow of the same name",
            |it| it.repository = "mallory/widget".into(),
            &[repository, source],
        ),
        (
            "a name that goes on",
            |it| it.repository = "acme/widget-evil".into(),
            &[repository, source],
        ),
        (
            "a name that begins earlier",
            |it| it.repository = "evil-acme/widget".into(),
            &[repository, source],
        ),
        (
            "the victim's reusable workflow, called by mallory",
            |it| {
                it.repository = "mallory/widget".into();
                it.build_signer = Some(
                    "https://github.com/acme/widget/.github/workflows/release.yml@refs/tags/v1.2.3"
                        .into(),
                );
            },
            &[repository, source],
        ),
        (
            "another workflow",
            |it| it.workflow = ".github/workflows/pr.yml".into(),
            &[workflow],
        ),
        (
            "another case of the workflow",
            |it| it.workflow = ".github/workflows/Release.yml".into(),
            &[workflow],
        ),
        (
            "the workflow in another folder",
            |it| it.workflow = "x/.github/workflows/release.yml".into(),
            &[workflow],
        ),
        (
            "the display name of the workflow",
            |it| {
                it.workflow = ".github/workflows/pr.yml".into();
                it.workflow_name = ".github/workflows/release.yml".into();
            },
            &[workflow],
        ),
        (
            "a pull request's target",
            |it| it.trigger = "pull_request_target".into(),
            &[RuleId::RiskyBuildTrigger],
        ),
        (
            "another run's completion",
            |it| it.trigger = "workflow_run".into(),
            &[RuleId::RiskyBuildTrigger],
        ),
        (
            "somebody's own machine",
            |it| it.runner_environment = "self-hosted".into(),
            &[RuleId::SelfHostedRunner],
        ),
    ];
    for (name, change, expected) in told {
        let mut found = findings(&observe(*change));
        found.sort();
        let mut expected = expected.to_vec();
        expected.sort();
        assert_eq!(found, expected, "{name}");
    }

    let mut stripped = lab.world.npm_package(NAME, VERSION);
    stripped.attestations = serde_json::Value::Null;
    stripped.manifest["dist"]
        .as_object_mut()
        .unwrap()
        .remove("attestations");
    let found = findings(&lab.npm(&stripped));
    assert!(
        found.contains(&RuleId::DeclaredAttestationsMissing),
        "{found:?}"
    );
}

/// docs/verification.md#f22: the publisher is the caller's repository, never that of the reusable
/// workflow.
#[test]
fn a_reusable_workflow_lends_its_name_to_nobody() {
    let lab = Lab::new();
    let mut mallory = GithubIdentity::new("mallory/widget");
    mallory.build_signer =
        Some("https://github.com/acme/widget/.github/workflows/release.yml@refs/heads/main".into());
    let draft = NpmDraft::new(&lab.world, NAME, VERSION, &mallory, NpmStyle::Current);
    let observed = lab.npm_draft(&draft);
    assert_verified("honest about the caller", &observed);
    let publisher = observed.publisher.unwrap();
    assert_eq!(
        publisher.get().repository.as_ref().unwrap().path(),
        "mallory/widget"
    );
}
