use super::*;
use crate::spec::{Subject, parse};
use package_provenance::identity::Repository;

const SHA: &str = "8f7e6d5c4b3a29181706f5e4d3c2b1a098765432";

fn spec(declared: &str) -> SpecPackage {
    let declared = match declared {
        "" => String::new(),
        declared => format!("provenance: {{repository_ref: {declared:?}}}\n"),
    };
    let yaml = format!("spec: {{package: a, version: \"1.2.3\"}}\n{declared}");
    match parse::parse("npx/a/spec.yaml", yaml.as_bytes()).subject {
        Subject::Package(spec) => *spec,
        Subject::Skill(_) | Subject::Unusable => panic!("{yaml}"),
    }
}

fn publisher(built: Option<&str>) -> Publisher {
    Publisher {
        kind: PublisherKind::GitHub,
        subject: String::new(),
        issuer: String::new(),
        repository: Repository::declared("acme/widget", "github.com").ok(),
        workflow: None,
        git_ref: built.map(GitRef::parse),
        commit: Some(SHA.to_owned()),
        runner_environment: None,
        trigger: None,
        repository_id: None,
        owner_id: None,
        run_url: None,
        build_signer_uri: None,
        environment: None,
    }
}

fn rule(declared: &str, built: Option<&str>) -> Option<RuleId> {
    let found = check(&spec(declared), &publisher(built));
    assert!(found.len() < 2, "{declared}: {found:?}");
    found.first().map(|draft| draft.rule)
}

#[test]
fn every_declared_ref_against_every_built_one() {
    const STALE: Option<RuleId> = Some(RuleId::SourceRefMismatch);
    const OTHER: Option<RuleId> = Some(RuleId::UnexpectedBuildRef);
    let tag = Some("refs/tags/v1.2.3");
    let main = Some("refs/heads/main");
    let evil = Some("refs/heads/feature/evil");
    for (declared, built, expected) in [
        // A tag is what it was built from, and nothing else.
        ("refs/tags/v1.2.3", tag, None),
        ("v1.2.3", tag, None),
        ("refs/tags/v1.2.2", tag, STALE),
        ("v1.2.2", tag, STALE),
        ("widget@1.2.2", tag, STALE),
        ("refs/tags/v1.2.3", main, STALE),
        ("refs/tags/v1.2.3", evil, STALE),
        ("refs/tags/v1.2.3", Some("refs/heads/v1.2.3"), STALE),
        ("v1.2.3", Some("refs/heads/v1.2.3"), STALE),
        ("refs/tags/v1.2.3", Some(SHA), STALE),
        ("refs/tags/v1.2.3", None, STALE),
        ("1.2.3", None, STALE),
        // A branch is where releases come from: its tags do.
        ("refs/heads/main", main, None),
        ("main", main, None),
        ("refs/heads/main", Some("main"), None),
        ("refs/heads/main", tag, None),
        ("main", tag, None),
        ("refs/heads/main", None, None),
        ("refs/heads/main", Some(SHA), None),
        ("refs/heads/main", evil, OTHER),
        ("main", evil, OTHER),
        ("Main", main, OTHER),
        ("refs/heads/main", Some("refs/heads/main2"), OTHER),
        ("refs/heads/main", Some("refs/changes/34/1234/2"), OTHER),
        // A commit, whatever ref points at it.
        (SHA, main, None),
        (SHA, tag, None),
        (SHA, None, None),
        ("0000000000000000000000000000000000000000", main, STALE),
        // Another kind of ref is itself only.
        ("refs/changes/1", Some("refs/changes/1"), None),
        ("refs/changes/1", main, STALE),
        // Nothing is declared.
        ("", main, None),
        ("", evil, None),
        ("", None, None),
    ] {
        assert_eq!(rule(declared, built), expected, "{declared} {built:?}");
    }
}

#[test]
fn what_a_pull_request_proposes_warns_whatever_is_declared() {
    for built in [
        "refs/pull/7/merge",
        "refs/pull/7/head",
        "refs/merge-requests/7/head",
        "refs/heads/refs/merge-requests/7/merge",
    ] {
        for declared in [
            "",
            "main",
            "refs/heads/main",
            "refs/tags/v1.2.3",
            SHA,
            built,
        ] {
            let found = rule(declared, Some(built));
            assert_eq!(
                found,
                Some(RuleId::UnexpectedBuildRef),
                "{declared} {built}"
            );
        }
    }
    for built in ["refs/heads/pull/7/merge", "refs/tags/refs/pull/7/merge"] {
        assert_eq!(rule("", Some(built)), None, "{built}");
    }
}

#[test]
fn a_commit_that_the_certificate_does_not_name_is_not_shown() {
    let nameless = Publisher {
        commit: None,
        ..publisher(None)
    };
    let found = check(&spec(SHA), &nameless);
    assert_eq!(
        found.first().map(|draft| draft.rule),
        Some(RuleId::SourceRefMismatch)
    );
}

#[test]
fn the_advice_is_to_update_what_was_left_behind() {
    let help = |declared: &str, built: Option<&str>| {
        let found = check(&spec(declared), &publisher(built));
        found
            .first()
            .map(|draft| draft.help.clone())
            .unwrap_or_default()
    };
    let stale = help("refs/tags/v1.2.2", Some("refs/tags/v1.2.3"));
    assert!(
        stale.starts_with("Update it to `refs/tags/v1.2.3`"),
        "{stale}"
    );
    let branch = help("refs/tags/v1.2.2", Some("refs/heads/main"));
    assert!(branch.starts_with("Update the tag"), "{branch}");
    assert!(branch.contains("declare `refs/heads/main`"), "{branch}");
    assert!(!help("refs/tags/v1.2.2", None).is_empty());
}

#[test]
fn another_repository_is_said_once_and_a_pull_request_on_top() {
    let yaml = "spec: {package: a, version: \"1.2.3\"}\nprovenance: {repository_uri: acme/other, repository_ref: main}\n";
    let Subject::Package(spec) = parse::parse("npx/a/spec.yaml", yaml.as_bytes()).subject else {
        panic!("{yaml}")
    };
    let rules = |built| -> Vec<RuleId> {
        let found = check(&spec, &publisher(Some(built)));
        found.iter().map(|draft| draft.rule).collect()
    };
    assert_eq!(rules("refs/heads/evil"), [RuleId::SourceRepositoryMismatch]);
    assert_eq!(
        rules("refs/pull/7/merge"),
        [RuleId::SourceRepositoryMismatch, RuleId::UnexpectedBuildRef]
    );
}
