//! Honest evidence of a build that should not have happened: events that outsiders cause, refs that
//! were not declared, and what the registry says of the release besides.

use dockyard_report::finding::RuleId;
use dockyard_report::rules::compare;
use dockyard_report::spec::{Subject, parse};
use package_provenance::verify::{Observed, Status};
use serde_json::{Value, json};
use testkit::{GithubIdentity, GitlabIdentity, NpmDraft, NpmStyle, PypiDraft, PypiPublisher};

use crate::support::{Lab, NAME, PROJECT, VERSION, assert_verified};

/// The findings of a spec that declares `git_ref` and, unless it is empty, nothing else.
fn findings(protocol: &str, git_ref: &str, observed: &Observed) -> Vec<RuleId> {
    let package = if protocol == "npx" { NAME } else { PROJECT };
    let (repository, kind) = if protocol == "npx" {
        ("acme/widget", "GitHub")
    } else {
        ("acme/tools/widget", "GitLab")
    };
    let declared = if git_ref.is_empty() {
        String::new()
    } else {
        format!("repository_ref: {git_ref:?}, ")
    };
    let yaml = format!(
        "spec: {{package: {package:?}, version: {VERSION:?}}}\nprovenance: {{{declared}attestations: {{available: true, publisher: {{kind: {kind}, repository: {repository}}}}}}}\n"
    );
    let file = parse::parse(&format!("{protocol}/widget/spec.yaml"), yaml.as_bytes());
    assert!(file.problems.is_empty(), "{:?}", file.problems);
    let Subject::Package(spec) = &file.subject else {
        panic!("{yaml}")
    };
    let drafts = compare(spec, observed, None);
    drafts.into_iter().map(|draft| draft.rule).collect()
}

fn github(lab: &Lab, change: impl FnOnce(&mut GithubIdentity)) -> Observed {
    let mut identity = GithubIdentity::default();
    change(&mut identity);
    let draft = NpmDraft::new(&lab.world, NAME, VERSION, &identity, NpmStyle::Current);
    let observed = lab.npm_draft(&draft);
    assert_verified("honest about itself", &observed);
    observed
}

fn gitlab(lab: &Lab, change: impl FnOnce(&mut GitlabIdentity)) -> Observed {
    let mut identity = GitlabIdentity::default();
    change(&mut identity);
    let publisher = PypiPublisher::Gitlab(identity);
    let observed = lab.pypi_draft(&PypiDraft::new(&lab.world, PROJECT, VERSION, &publisher));
    assert_verified("honest about itself", &observed);
    observed
}

/// docs/verification.md#f27: every event that is not on the list of those that only maintainers cause.
#[test]
fn only_listed_events_start_a_release() {
    let lab = Lab::new();
    let of_github = |trigger: &str| {
        findings(
            "npx",
            "",
            &github(&lab, |it| it.trigger = trigger.to_owned()),
        )
    };
    let of_gitlab = |trigger: &str| {
        findings(
            "uvx",
            "",
            &gitlab(&lab, |it| it.trigger = trigger.to_owned()),
        )
    };
    for fine in [
        "push",
        "release",
        "workflow_dispatch",
        "schedule",
        "merge_group",
        "repository_dispatch",
    ] {
        assert_eq!(of_github(fine), [], "{fine}");
    }
    for fine in [
        "push",
        "web",
        "schedule",
        "api",
        "trigger",
        "pipeline",
        "parent_pipeline",
    ] {
        assert_eq!(of_gitlab(fine), [], "{fine}");
    }
    let risky = [RuleId::RiskyBuildTrigger];
    for outsiders in [
        "pull_request",
        "pull_request_target",
        "pull_request_review",
        "pull_request_review_comment",
        "workflow_run",
        "issue_comment",
        "issues",
        "discussion",
        "discussion_comment",
        "fork",
        "watch",
        "gollum",
        "an_event_of_2030",
        "Push",
        "PUSH",
        "push ",
        // GitLab's, on GitHub.
        "web",
        "parent_pipeline",
    ] {
        assert_eq!(of_github(outsiders), risky, "{outsiders:?}");
    }
    for outsiders in [
        "merge_request_event",
        "external_pull_request_event",
        "chat",
        "ondemand_dast_scan",
        "Web",
        "release",
        "workflow_dispatch",
    ] {
        assert_eq!(of_gitlab(outsiders), risky, "{outsiders:?}");
    }
}

/// The certificate says what was built; a branch that anybody with a fork or push rights can make is
/// not what was declared.
#[test]
fn what_was_built_is_held_against_the_declared_ref() {
    let lab = Lab::new();
    let built = |git_ref: Option<&str>| github(&lab, |it| it.git_ref = git_ref.map(str::to_owned));
    let (stale, other) = (RuleId::SourceRefMismatch, RuleId::UnexpectedBuildRef);
    for (declared, git_ref, expected) in [
        ("refs/tags/v1.2.3", Some("refs/tags/v1.2.3"), None),
        ("refs/heads/main", Some("refs/heads/main"), None),
        ("main", Some("refs/heads/main"), None),
        ("refs/heads/main", Some("refs/tags/v1.2.3"), None),
        ("refs/heads/main", None, None),
        ("", Some("refs/heads/evil"), None),
        ("refs/tags/v1.2.3", Some("refs/tags/v6.6.6"), Some(stale)),
        ("refs/tags/v1.2.3", Some("refs/heads/main"), Some(stale)),
        ("refs/tags/v1.2.3", None, Some(stale)),
        ("refs/heads/main", Some("refs/heads/evil"), Some(other)),
        ("main", Some("refs/heads/evil"), Some(other)),
        ("refs/tags/v1.2.3", Some("refs/pull/7/merge"), Some(other)),
        ("refs/heads/main", Some("refs/pull/7/merge"), Some(other)),
        ("refs/pull/7/merge", Some("refs/pull/7/merge"), Some(other)),
        ("", Some("refs/pull/7/merge"), Some(other)),
    ] {
        let found = findings("npx", declared, &built(git_ref));
        assert_eq!(found, Vec::from_iter(expected), "{declared} {git_ref:?}");
    }
    let proposed = gitlab(&lab, |it| {
        it.git_ref = "refs/merge-requests/7/head".to_owned();
    });
    assert_eq!(findings("uvx", "main", &proposed), [other]);
}

/// What npm's registry says of the honest release beside its evidence.
#[test]
fn unsigned_words_warn_and_clear_nothing() {
    let lab = Lab::new();
    let honest = lab.world.npm_package(NAME, VERSION);
    let with = |key: &str, value: Value| {
        let mut release = honest.clone();
        release.manifest[key] = value;
        let observed = lab.npm(&release);
        assert_verified(key, &observed);
        findings("npx", "", &observed)
    };
    assert_eq!(with("keywords", json!(["a"])), []);
    for (key, value, rule) in [
        (
            "deprecated",
            json!("stolen, use 1.2.4"),
            RuleId::DeprecatedRelease,
        ),
        ("deprecated", json!(true), RuleId::DeprecatedRelease),
        ("deprecated", json!({"since": 1}), RuleId::DeprecatedRelease),
        (
            "scripts",
            json!({"preinstall": "node x.js"}),
            RuleId::InstallScript,
        ),
        (
            "scripts",
            json!({"install": "node-gyp rebuild"}),
            RuleId::InstallScript,
        ),
        (
            "scripts",
            json!({"postinstall": "node x.js"}),
            RuleId::InstallScript,
        ),
        ("hasInstallScript", json!(true), RuleId::InstallScript),
        ("gypfile", json!(true), RuleId::InstallScript),
        (
            "dependencies",
            json!({"x": "acme/x"}),
            RuleId::NonRegistryDependency,
        ),
        (
            "optionalDependencies",
            json!({"x": "github:acme/x#1"}),
            RuleId::NonRegistryDependency,
        ),
        (
            "peerDependencies",
            json!({"x": "https://example.com/x.tgz"}),
            RuleId::NonRegistryDependency,
        ),
    ] {
        assert_eq!(with(key, value.clone()), [rule], "{key}: {value}");
    }
    for (key, value) in [
        ("deprecated", json!("")),
        ("deprecated", json!(false)),
        ("scripts", json!({"test": "a", "prepare": "b"})),
        ("scripts", json!("postinstall")),
        ("scripts", json!(7)),
        ("hasInstallScript", json!(false)),
        ("dependencies", json!({"x": "^1.0.0", "y": "npm:@acme/y@1"})),
        ("dependencies", json!(["github:acme/x"])),
        ("devDependencies", json!({"x": "github:acme/x"})),
    ] {
        assert_eq!(with(key, value.clone()), [], "{key}: {value}");
    }
    // Of a package that fails they are told too; a lie about the name makes them another's.
    let mut forged = honest.clone();
    forged.manifest["deprecated"] = json!("gone");
    forged.manifest["dist"]["signatures"][0]["sig"] = json!("AAAA");
    let observed = lab.npm(&forged);
    assert_eq!(observed.status, Status::Invalid);
    assert_eq!(observed.words.deprecated.as_deref(), Some("gone"));
    forged.manifest["name"] = json!("other");
    assert_eq!(lab.npm(&forged).words.deprecated, None);
}

/// A registry that shouts: what is kept is short.
#[test]
fn hostile_words_are_bounded() {
    let lab = Lab::new();
    let mut release = lab.world.npm_package(NAME, VERSION);
    let shout = "\u{1b}[2J::error::\u{202e}".repeat(60_000);
    release.manifest["deprecated"] = json!(shout);
    release.manifest["dependencies"] = (0..200)
        .map(|number| {
            (
                format!("{number}{}", "n".repeat(1_000)),
                json!(format!("git+{shout}", shout = &shout[..9_000])),
            )
        })
        .collect::<serde_json::Map<_, _>>()
        .into();
    let observed = lab.npm(&release);
    assert_verified("the evidence is honest", &observed);
    let words = &observed.words;
    assert!(words.deprecated.as_ref().unwrap().chars().count() < 500);
    let kept = &words.foreign_dependencies;
    assert!(kept.more && kept.foreign.len() < 10);
    assert!(
        kept.foreign
            .iter()
            .all(|one| one.name.len() < 1_000 && one.from.chars().count() < 500)
    );
}
