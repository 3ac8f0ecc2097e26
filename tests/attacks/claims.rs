//! Claims that a stranger's evidence would satisfy, and claims that do not hold.

use dockyard_report::finding::{Draft, RuleId};
use dockyard_report::rules::compare;
use dockyard_report::spec::{SpecPackage, Subject, parse};
use package_provenance::verify::{Observed, Status};
use testkit::{
    CircleCiIdentity, GithubIdentity, GitlabIdentity, GoogleIdentity, NpmDraft, NpmStyle,
    PypiDraft, PypiPublisher,
};

use crate::support::{Lab, NAME, PROJECT, VERSION, assert_verified};

const PINNED: RuleId = RuleId::PublisherNotPinned;

/// A spec of the npm package, or of the PyPI project, with a `provenance` block.
fn spec(protocol: &str, provenance: &str) -> SpecPackage {
    let package = if protocol == "npx" { NAME } else { PROJECT };
    let yaml = format!("spec: {{package: {package:?}, version: {VERSION:?}}}\n{provenance}");
    let file = parse::parse(&format!("{protocol}/widget/spec.yaml"), yaml.as_bytes());
    assert!(file.problems.is_empty(), "{yaml}{:?}", file.problems);
    match file.subject {
        Subject::Package(spec) => *spec,
        Subject::Skill(_) | Subject::Unusable => panic!("{yaml}"),
    }
}

fn drafts(protocol: &str, provenance: &str, observed: &Observed) -> Vec<Draft> {
    compare(&spec(protocol, provenance), observed, None)
}

fn rules(protocol: &str, provenance: &str, observed: &Observed) -> Vec<RuleId> {
    let drafts = drafts(protocol, provenance, observed);
    drafts.into_iter().map(|draft| draft.rule).collect()
}

fn github(lab: &Lab, identity: &GithubIdentity) -> Observed {
    let draft = NpmDraft::new(&lab.world, NAME, VERSION, identity, NpmStyle::Current);
    let observed = lab.npm_draft(&draft);
    assert_verified("honest about itself", &observed);
    observed
}

fn pypi(lab: &Lab, publisher: &PypiPublisher) -> Observed {
    let observed = lab.pypi_draft(&PypiDraft::new(&lab.world, PROJECT, VERSION, publisher));
    assert_verified("honest about itself", &observed);
    observed
}

/// A stranger's genuine provenance under a claim that names nobody: every way to write one.
#[test]
fn a_claim_that_names_nobody_is_refused() {
    let lab = Lab::new();
    let honest = github(&lab, &GithubIdentity::default());
    let stranger = github(&lab, &GithubIdentity::new("mallory/widget"));
    let whole = "provenance: {attestations: {available: true, publisher: {kind: GitHub, repository: acme/widget}}}";
    assert_eq!(rules("npx", whole, &honest), []);
    assert_eq!(
        rules("npx", whole, &stranger),
        [RuleId::PublisherRepositoryMismatch]
    );
    let subject = "https://github.com/acme/widget/.github/workflows/release.yml";
    for whole in [subject.to_owned(), format!("{subject}@refs/tags/v1.2.3")] {
        let whole = format!(
            "provenance: {{signer_identity: {whole:?}, attestations: {{available: true}}}}"
        );
        assert_eq!(rules("npx", &whole, &honest), [], "{whole}");
        let found = rules("npx", &whole, &stranger);
        assert_eq!(found, [RuleId::PublisherWorkflowMismatch], "{whole}");
    }
    for claim in [
        "attestations: {available: true}",
        "attestations: {verified: true}",
        "attestations: {publisher: }",
        "attestations: {publisher: {}}",
        "attestations: {publisher: {kind: GitHub}}",
        "attestations: {available: true, publisher: {repository: STRANGER}}",
        "attestations: {publisher: {workflow: release.yml}}",
        "attestations: {publisher: {kind: GitHub, workflow: release.yml}}",
        "attestations: {available: true, verified: true, publisher: {kind: GitHub}}",
        "attestations: {available: true}, signer_identity: /.github/workflows/release.yml",
        "attestations: {available: true}, signer_identity: .github/workflows/release.yml",
        "signer_identity: /.github/workflows/release.yml",
        "cert_issuer: https://token.actions.githubusercontent.com",
        "runner_environment: github-hosted",
        "repository_uri: \"https://github.com/STRANGER\", attestations: {available: true}",
    ] {
        let block = format!(
            "provenance: {{{}}}",
            claim.replace("STRANGER", "mallory/widget")
        );
        assert_eq!(rules("npx", &block, &stranger), [PINNED], "{claim}");
    }
    // What cannot be read is said already, and what is denied is not claimed.
    for quiet in [
        "attestations: {available: false, publisher: {kind: GitHub}}",
        "attestations: {available: false, verified: true}",
        "repository_uri: \"https://github.com/mallory/widget\"",
    ] {
        let block = format!("provenance: {{{quiet}}}");
        let found = rules("npx", &block, &stranger);
        assert_eq!(found, [RuleId::UndeclaredAttestations], "{quiet}");
    }
    for unreadable in [
        "repository: \"\"",
        "kind: Sigstore, repository: acme/widget",
    ] {
        let yaml = format!(
            "spec: {{package: {NAME:?}, version: {VERSION:?}}}\nprovenance: {{attestations: {{publisher: {{{unreadable}}}}}}}"
        );
        let file = parse::parse("npx/widget/spec.yaml", yaml.as_bytes());
        let Subject::Package(spec) = &file.subject else {
            panic!("{yaml}")
        };
        let problems: Vec<RuleId> = file.problems.iter().map(|draft| draft.rule).collect();
        assert_eq!(problems, [RuleId::SpecInvalid], "{unreadable}");
        let found = compare(spec, &stranger, None);
        assert!(found.iter().all(|draft| draft.rule != PINNED), "{found:?}");
    }
}

/// Kind and repository name no Google account and no CircleCI project.
#[test]
fn accounts_and_projects_are_pinned_by_their_subject_only() {
    let lab = Lab::new();
    let google = |email: &str| {
        let identity = GoogleIdentity {
            email: email.to_owned(),
            ..GoogleIdentity::default()
        };
        pypi(&lab, &PypiPublisher::Google(identity))
    };
    let circle = |project: &str| {
        let identity = CircleCiIdentity {
            project_id: project.to_owned(),
            ..CircleCiIdentity::default()
        };
        pypi(&lab, &PypiPublisher::CircleCi(identity))
    };
    let account = "provenance: {signer_identity: release@example.com, attestations: {available: true, publisher: {kind: Google}}}";
    assert_eq!(rules("uvx", account, &google("release@example.com")), []);
    assert_eq!(
        rules("uvx", account, &google("mallory@example.com")),
        [RuleId::PublisherWorkflowMismatch]
    );
    let own = CircleCiIdentity::default();
    let project = format!(
        "provenance: {{signer_identity: {:?}, attestations: {{available: true}}}}",
        own.build_signer_uri()
    );
    assert_eq!(rules("uvx", &project, &circle(&own.project_id)), []);
    let foreign = "0d7e5f4a-9b8c-4d2e-8f3a-6c5b4a392817";
    assert_eq!(
        rules("uvx", &project, &circle(foreign)),
        [RuleId::PublisherWorkflowMismatch]
    );

    let kind = "provenance: {attestations: {available: true, publisher: {kind: Google}}}";
    assert_eq!(rules("uvx", kind, &google("mallory@example.com")), [PINNED]);
    let project = "provenance: {attestations: {available: true, publisher: {kind: CircleCI, repository: acme/widget}}}";
    let found = rules("uvx", project, &circle(foreign));
    assert!(found.contains(&PINNED), "{found:?}");
    // What we advise pins: the address, or the project.
    for (observed, subject) in [
        (
            google("release@example.com"),
            "release@example.com".to_owned(),
        ),
        (circle(&own.project_id), own.build_signer_uri()),
    ] {
        let told = drafts("uvx", "", &observed);
        let advice = &told.first().unwrap().help;
        assert!(
            advice.contains(&format!("signer_identity: {subject:?}")),
            "{advice}"
        );
        let yaml: Vec<&str> = advice.lines().skip(1).collect();
        assert_eq!(rules("uvx", &yaml.join("\n"), &observed), []);
        let stranger = google("mallory@example.com");
        assert_ne!(rules("uvx", &yaml.join("\n"), &stranger), []);
    }
}

/// docs/verification.md#f22: the subject of a build by a reusable workflow is that workflow's, whoever calls it.
#[test]
fn a_reusable_workflow_pins_nobody() {
    let lab = Lab::new();
    let called_by = |repository: &str| {
        let mut identity = GithubIdentity::new(repository);
        identity.build_signer = Some(
            "https://github.com/acme/widget/.github/workflows/publish.yml@refs/tags/v1".to_owned(),
        );
        github(&lab, &identity)
    };
    let subject = "signer_identity: \"https://github.com/acme/widget/.github/workflows/publish.yml@refs/tags/v1\"";
    let alone = format!("provenance: {{{subject}, attestations: {{available: true}}}}");
    assert_eq!(rules("npx", &alone, &called_by("acme/widget")), []);
    assert_eq!(rules("npx", &alone, &called_by("mallory/widget")), [PINNED]);
    let beside = format!(
        "provenance: {{{subject}, attestations: {{available: true, publisher: {{kind: GitHub, repository: acme/other}}}}}}"
    );
    assert_eq!(rules("npx", &beside, &called_by("acme/other")), []);
    assert_eq!(
        rules("npx", &beside, &called_by("mallory/widget")),
        [RuleId::PublisherRepositoryMismatch]
    );
}

/// A workflow file may be called like an address; a whole subject is never compared with a path.
#[test]
fn a_path_is_not_an_account() {
    let lab = Lab::new();
    let mut identity = GitlabIdentity::new("mallory/widget");
    identity.workflow = "release@example.com".to_owned();
    let observed = pypi(&lab, &PypiPublisher::Gitlab(identity));
    let account =
        "provenance: {signer_identity: release@example.com, attestations: {available: true}}";
    assert_eq!(
        rules("uvx", account, &observed),
        [RuleId::PublisherWorkflowMismatch]
    );
}

/// A subject without its ref holds for every ref, and for a run on a bare commit.
#[test]
fn a_subject_without_a_ref_is_the_same_workflow_at_any() {
    let lab = Lab::new();
    let pinned = "provenance: {signer_identity: \"https://github.com/acme/widget/.github/workflows/release.yml\", attestations: {available: true}}";
    for git_ref in [Some("refs/heads/main".to_owned()), None] {
        let identity = GithubIdentity {
            git_ref,
            ..GithubIdentity::default()
        };
        assert_eq!(rules("npx", pinned, &github(&lab, &identity)), []);
    }
}

/// Whatever a spec says of itself, it is held against what is there.
#[test]
fn what_is_said_to_be_verified_has_to_be() {
    let lab = Lab::new();
    let signed = lab.npm_draft(&NpmDraft::signed_only(&lab.world, NAME, VERSION));
    assert_eq!(signed.status, Status::Signed);
    let none = lab.pypi_draft(&PypiDraft::unattested(PROJECT, VERSION));
    assert_eq!(none.status, Status::None);
    let missing = RuleId::DeclaredAttestationsMissing;
    let pin = "publisher: {kind: GitHub, repository: acme/widget}";
    for (protocol, observed) in [("npx", &signed), ("uvx", &none)] {
        let found = |attestations: &str| {
            let block = format!("provenance: {{attestations: {{{attestations}}}}}");
            rules(protocol, &block, observed)
        };
        assert_eq!(found(&format!("verified: true, {pin}")), [missing]);
        assert_eq!(found(&format!("available: true, {pin}")), [missing]);
        assert_eq!(found("available: false, verified: true"), [missing]);
        assert_eq!(found("verified: true"), [missing, PINNED]);
        assert_eq!(found("verified: false"), [RuleId::NoProvenance]);
        assert_eq!(found("available: false"), [RuleId::NoProvenance]);
    }
    let honest = github(&lab, &GithubIdentity::default());
    for fine in [
        "verified: true",
        "available: true",
        "available: true, verified: true",
        "available: true, verified: false",
    ] {
        let block = format!("provenance: {{attestations: {{{fine}, {pin}}}}}");
        assert_eq!(rules("npx", &block, &honest), [], "{fine}");
    }
}

/// A stranger's genuine provenance is compared although the registry's signature does not hold: who
/// built it must not be hidden by what else fails.
#[test]
fn a_stranger_is_named_whatever_else_fails() {
    let lab = Lab::new();
    let source = "provenance: {repository_uri: \"https://github.com/acme/widget\"}";
    for (repository, compared) in [("acme/widget", false), ("mallory/widget", true)] {
        let identity = GithubIdentity::new(repository);
        let draft = NpmDraft::new(&lab.world, NAME, VERSION, &identity, NpmStyle::Current);
        let mut release = lab.world.npm_release(&draft);
        let other = lab
            .world
            .npm
            .current
            .sign_manifest(NAME, "9.9.9", "sha512-x");
        release.manifest["dist"]["signatures"][0] = other;
        let observed = lab.npm(&release);
        assert_eq!(observed.status, Status::Invalid, "{repository}");
        let found = rules("npx", source, &observed);
        assert!(
            found.contains(&RuleId::RegistrySignatureInvalid),
            "{found:?}"
        );
        let stranger = found.contains(&RuleId::SourceRepositoryMismatch);
        assert_eq!(stranger, compared, "{repository}: {found:?}");
    }
}
