//! Who may be believed to be whom: issuers, repositories and workflows in certificates, and what a
//! spec declares against what a certificate proves.

use package_provenance::identity::PublisherKind;
use package_provenance::verify::{Outcome, Status};
use serde_json::json;
use testkit::{
    CircleCiIdentity, GithubIdentity, GitlabIdentity, GoogleIdentity, Identity, NpmDraft, NpmStyle,
};

use crate::support::{Lab, Lie, NAME, VERSION, assert_refused, assert_verified};

fn identity(draft: &mut NpmDraft) -> &mut Identity {
    &mut draft.provenance().leaf().identity
}

fn issuer(draft: &mut NpmDraft, issuer: &str) {
    identity(draft).set(1, issuer).set(8, issuer);
}

fn repository(draft: &mut NpmDraft, uri: &str) {
    identity(draft).remove(5).set(12, uri);
}

/// docs/verification.md#f16, #f17, #f19.
#[test]
fn issuers_and_people() {
    let lab = Lab::new();
    let lies: &[Lie<NpmDraft>] = &[
        (
            "a personal Google account",
            |_, it| {
                let person = GoogleIdentity {
                    email: "mallory@example.com".into(),
                    ..GoogleIdentity::default()
                };
                *identity(it) = person.identity();
            },
            Status::Invalid,
            "signed by a Google account, not by a build",
        ),
        (
            "an e-mail address from GitHub's issuer",
            |_, it| {
                *identity(it) = GoogleIdentity {
                    email: "mallory@example.com".into(),
                    issuer: "https://token.actions.githubusercontent.com".into(),
                }
                .identity();
            },
            Status::Invalid,
            "names a person, not a build",
        ),
        (
            "a login of GitHub's OAuth",
            |_, it| {
                *identity(it) = GoogleIdentity {
                    email: "mallory@example.com".into(),
                    issuer: "https://github.com/login/oauth".into(),
                }
                .identity();
            },
            Status::Invalid,
            "names a person, not a build",
        ),
        (
            "a custom issuer of GitHub Enterprise",
            |_, it| issuer(it, "https://token.actions.githubusercontent.com/x"),
            Status::Unknown,
            "does not know: `https://token.actions.githubusercontent.com/x`",
        ),
        (
            "a slash after the issuer",
            |_, it| issuer(it, "https://token.actions.githubusercontent.com/"),
            Status::Unknown,
            "a provider that this program does not know",
        ),
        (
            "another GitLab",
            |_, it| issuer(it, "https://gitlab.archlinux.org"),
            Status::Unknown,
            "does not know: `https://gitlab.archlinux.org`",
        ),
        (
            "a host that goes on",
            |_, it| {
                issuer(
                    it,
                    "https://token.actions.githubusercontent.com.example.com",
                );
            },
            Status::Unknown,
            "a provider that this program does not know",
        ),
        (
            "without https",
            |_, it| issuer(it, "http://token.actions.githubusercontent.com"),
            Status::Unknown,
            "a provider that this program does not know",
        ),
        (
            "other case",
            |_, it| issuer(it, "https://TOKEN.actions.githubusercontent.com"),
            Status::Unknown,
            "a provider that this program does not know",
        ),
        (
            "no issuer",
            |_, it| {
                identity(it).remove(1).remove(8);
            },
            Status::Invalid,
            "names no OIDC issuer",
        ),
        (
            "a GitHub repository from GitLab's issuer",
            |_, it| issuer(it, "https://gitlab.com"),
            Status::Invalid,
            "source repository is not acceptable",
        ),
        (
            "a rerun with SSH at CircleCI",
            |_, it| {
                let rerun = CircleCiIdentity {
                    runner_environment: "ssh-rerun".into(),
                    ..CircleCiIdentity::default()
                };
                *identity(it) = rerun.identity();
            },
            Status::Invalid,
            "rerun with SSH access",
        ),
        (
            "an issuer of CircleCI that is no organisation's",
            |_, it| {
                *identity(it) = CircleCiIdentity {
                    issuer: "https://oidc.circleci.com/org/../x".into(),
                    ..CircleCiIdentity::default()
                }
                .identity();
            },
            Status::Unknown,
            "a provider that this program does not know",
        ),
    ];
    lab.npm_lies(&lab.draft(), lies);
}

/// The same trick with another GitLab's certificate that is otherwise whole.
#[test]
fn other_gitlabs() {
    let lab = Lab::new();
    let honest = NpmDraft::gitlab(&lab.world, NAME, VERSION, &GitlabIdentity::default());
    let observed = lab.npm_draft(&honest);
    assert_verified("gitlab.com", &observed);
    assert_eq!(observed.slsa_build_level, Some(2));
    for other in [
        "https://gitlab.archlinux.org",
        "https://dev.gitlab.org",
        "https://gitlab.com/",
    ] {
        let identity = GitlabIdentity {
            issuer: other.into(),
            ..GitlabIdentity::default()
        };
        let draft = NpmDraft::gitlab(&lab.world, NAME, VERSION, &identity);
        assert_refused(
            other,
            &lab.npm_draft(&draft),
            Status::Unknown,
            "a provider that this program does not know",
        );
    }
}

/// docs/verification.md#f21, #f22, #f23, #f25: the build configuration lies in the source
/// repository, and both are parsed, never searched.
#[test]
fn repositories_and_workflows() {
    let lab = Lab::new();
    let lies: &[Lie<NpmDraft>] = &[
        (
            "a repository that goes on",
            |_, it| repository(it, "https://github.com/acme/widget-evil"),
            Status::Invalid,
            "is not in its source repository",
        ),
        (
            "a repository that is a prefix",
            |_, it| repository(it, "https://github.com/acme/wid"),
            Status::Invalid,
            "is not in its source repository",
        ),
        (
            "the victim's repository with the attacker's workflow",
            |_, it| repository(it, "https://github.com/victim/widget"),
            Status::Invalid,
            "is not in its source repository",
        ),
        (
            "another host",
            |_, it| repository(it, "https://github.com.example.com/acme/widget"),
            Status::Invalid,
            "not on the host of its issuer",
        ),
        (
            "userinfo",
            |_, it| repository(it, "https://github.com@example.com/acme/widget"),
            Status::Invalid,
            "source repository is not acceptable",
        ),
        (
            "a port",
            |_, it| repository(it, "https://github.com:444/acme/widget"),
            Status::Invalid,
            "source repository is not acceptable",
        ),
        (
            "without https",
            |_, it| repository(it, "http://github.com/acme/widget"),
            Status::Invalid,
            "source repository is not acceptable",
        ),
        (
            "dots",
            |_, it| repository(it, "https://github.com/acme/widget/.."),
            Status::Invalid,
            "source repository is not acceptable",
        ),
        (
            "three segments",
            |_, it| repository(it, "https://github.com/acme/widget/x"),
            Status::Invalid,
            "source repository is not acceptable",
        ),
        (
            "a query",
            |_, it| repository(it, "https://github.com/acme/widget?x"),
            Status::Invalid,
            "source repository is not acceptable",
        ),
        (
            "an escape",
            |_, it| repository(it, "https://github.com/acme/%77idget"),
            Status::Invalid,
            "source repository is not acceptable",
        ),
        (
            "a homoglyph",
            |_, it| repository(it, "https://github.com/\u{430}cme/widget"),
            Status::Invalid,
            "source repository is not acceptable",
        ),
        (
            "no repository",
            |_, it| {
                identity(it).remove(5).remove(12);
            },
            Status::Invalid,
            "names no source repository",
        ),
        (
            "another repository's configuration",
            |_, it| {
                config(
                    it,
                    "https://github.com/victim/widget/.github/workflows/release.yml@refs/tags/v1.2.3",
                );
            },
            Status::Invalid,
            "is not in its source repository",
        ),
        (
            "a neighbour's configuration",
            |_, it| {
                config(
                    it,
                    "https://github.com/acme/widget-evil/.github/workflows/release.yml@refs/tags/v1.2.3",
                );
            },
            Status::Invalid,
            "is not in its source repository",
        ),
        (
            "a configuration beside the repository",
            |_, it| {
                config(
                    it,
                    "https://github.com/acme/widget/../evil/x.yml@refs/tags/v1.2.3",
                );
            },
            Status::Invalid,
            "is not in its source repository",
        ),
        (
            "a configuration without a ref",
            |_, it| {
                config(
                    it,
                    "https://github.com/acme/widget/.github/workflows/release.yml",
                );
            },
            Status::Invalid,
            "is not in its source repository",
        ),
    ];
    lab.npm_lies(&lab.draft(), lies);
}

fn config(draft: &mut NpmDraft, uri: &str) {
    identity(draft).set(18, uri);
}

/// docs/verification.md#f18, #f19, #f20: levels are read from the certificate.
#[test]
fn levels() {
    let lab = Lab::new();
    let level = |style, change: fn(&mut GithubIdentity)| {
        let mut identity = GithubIdentity::default();
        change(&mut identity);
        let draft = NpmDraft::new(&lab.world, NAME, VERSION, &identity, style);
        let observed = lab.npm_draft(&draft);
        assert_verified("honest", &observed);
        observed.slsa_build_level.unwrap()
    };
    assert_eq!(level(NpmStyle::Current, |_| {}), 2);
    for runner in [
        "self-hosted",
        "github-hosted-evil",
        "GitHub-Hosted",
        "gitlab-hosted",
    ] {
        let mut identity = GithubIdentity {
            runner_environment: runner.into(),
            ..GithubIdentity::default()
        };
        let mut level = |style| {
            identity.runner_environment = runner.into();
            let draft = NpmDraft::new(&lab.world, NAME, VERSION, &identity, style);
            lab.npm_draft(&draft).slsa_build_level
        };
        assert_eq!(level(NpmStyle::Current), Some(1), "{runner}");
        assert_eq!(level(NpmStyle::Attest), Some(1), "{runner}");
    }
    assert_eq!(
        level(NpmStyle::Current, |it| *it = it.clone().isolated()),
        3
    );
    for near in [
        "slsa-framework/slsa-github-generator/.github/workflows/builder_nodejs_slsa3.yml@refs/heads/main",
        "slsa-framework/slsa-github-generator/.github/workflows/builder_nodejs_slsa3.yml@refs/tags/v1",
        "slsa-framework/slsa-github-generator/.github/workflows/builder_nodejs_slsa3.yml@refs/tags/v1.6.0-rc.1",
        "slsa-framework/slsa-github-generator/.github/workflows/pre-submit.yml@refs/tags/v1.6.0",
        "slsa-framework/slsa-github-generator-evil/.github/workflows/builder_nodejs_slsa3.yml@refs/tags/v1.6.0",
        "mallory/slsa-github-generator/.github/workflows/builder_nodejs_slsa3.yml@refs/tags/v1.6.0",
    ] {
        let identity = GithubIdentity {
            build_signer: Some(format!("https://github.com/{near}")),
            ..GithubIdentity::default()
        };
        let draft = NpmDraft::new(&lab.world, NAME, VERSION, &identity, NpmStyle::Current);
        let observed = lab.npm_draft(&draft);
        assert_verified(near, &observed);
        assert_eq!(observed.slsa_build_level, Some(2), "{near}");
    }
    // CircleCI writes no runner that says anything, and no predicate that can be compared.
    let mut draft = lab.draft();
    *identity(&mut draft) = CircleCiIdentity::default().identity();
    assert_refused(
        "GitHub's build type",
        &lab.npm_draft(&draft),
        Status::Invalid,
        "is none of a CircleCI build",
    );
    draft.provenance().statement["predicate"]["buildDefinition"]["buildType"] =
        json!("https://example.org/circleci/v1");
    let observed = lab.npm_draft(&draft);
    assert_verified("CircleCI", &observed);
    assert_eq!(observed.slsa_build_level, Some(1));
    assert!(observed.evidence.iter().any(|one| {
        match &one.outcome {
            Outcome::Verified(facts) => facts
                .get()
                .note
                .as_deref()
                .is_some_and(|note| note.contains("build type is not known")),
            Outcome::Absent
            | Outcome::Invalid(_)
            | Outcome::Unknown(_)
            | Outcome::Unsupported(_) => false,
        }
    }));
    assert_eq!(
        observed.publisher.unwrap().get().kind,
        PublisherKind::CircleCI
    );
}
