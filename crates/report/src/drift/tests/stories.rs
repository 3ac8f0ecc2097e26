//! What attackers do, each beside its honest twin.

use super::stage::{Release, Spec, Stage, acme, built, declared, mallory, rules};
use crate::policy::{Policy, exit_code};
use testkit::GithubIdentity;

/// The same story by both memories: the rules, and the exit code.
#[track_caller]
fn story(stage: &Stage, name: &str, before: &Spec, after: &Spec, expected: &[&str], code: u8) {
    for (memory, report) in [
        ("base", stage.since_base(before, after)),
        ("baseline", stage.since_baseline(before, after)),
    ] {
        let mut expected = expected.to_vec();
        if memory == "baseline" {
            // A report does not tell what was declared.
            expected.retain(|rule| *rule != "declaration-weakened");
        }
        let before = report.before.as_ref().map(|before| before.source.as_str());
        assert_eq!(before, Some(memory), "{name}");
        assert_eq!(rules(&report), expected, "{name} ({memory}): {report:#?}");
        let verdict = Policy::default().verdict(&[report]);
        assert_eq!(exit_code(verdict), code, "{name} ({memory})");
    }
}

#[test]
fn attackers_stop_and_honest_updates_pass() {
    let stage = Stage::new();
    let honest = || Spec::new("1.2.3", "", built(acme()));
    let pinned = || Spec::new("1.2.3", declared("acme/widget", ""), built(acme()));
    for (name, before, after, expected, code) in [
        (
            "a bump that keeps its publisher",
            pinned(),
            Spec::new("1.2.4", declared("acme/widget", ""), built(acme())),
            &[][..],
            0,
        ),
        (
            "a bump of an undeclared package",
            honest(),
            Spec::new("1.2.4", "", built(acme())),
            &[],
            0,
        ),
        (
            "a bump to a version without provenance",
            honest(),
            Spec::new("1.2.4", "", Release::Signed),
            &["provenance-lost"],
            1,
        ),
        (
            "the same where it is declared",
            pinned(),
            Spec::new("1.2.4", declared("acme/widget", ""), Release::Signed),
            &["declared-attestations-missing"],
            1,
        ),
        (
            "the declaration goes with the provenance",
            pinned(),
            Spec::new("1.2.4", "", Release::Signed),
            &["declaration-weakened", "provenance-lost"],
            1,
        ),
        (
            "the declaration goes alone",
            pinned(),
            Spec::new("1.2.3", "", built(acme())),
            &["declaration-weakened"],
            0,
        ),
        (
            "the claim is denied",
            pinned(),
            Spec::new(
                "1.2.3",
                declared("acme/widget", "").replace("available: true", "available: false"),
                built(acme()),
            ),
            &["declaration-weakened"],
            0,
        ),
        (
            "a key of the declaration goes",
            Spec::new(
                "1.2.3",
                declared("acme/widget", "      repository_id: \"810002373\"\n"),
                built(acme()),
            ),
            Spec::new("1.2.4", declared("acme/widget", ""), built(acme())),
            &["declaration-weakened"],
            0,
        ),
        (
            "somebody else publishes",
            honest(),
            Spec::new("1.2.4", "", built(mallory())),
            &["publisher-changed"],
            1,
        ),
        (
            "somebody else publishes what is declared",
            pinned(),
            Spec::new("1.2.4", declared("acme/widget", ""), built(mallory())),
            &["publisher-repository-mismatch"],
            1,
        ),
        (
            "the change declares the other publisher",
            pinned(),
            Spec::new("1.2.4", declared("mallory/widget", ""), built(mallory())),
            &["publisher-redeclared"],
            0,
        ),
        (
            "another package of somebody else",
            honest(),
            Spec::new("1.0.0", "", built(mallory())).of("@mallory/widget"),
            &["package-swapped", "publisher-changed"],
            1,
        ),
        (
            "another package of the same publisher",
            honest(),
            Spec::new("1.0.0", "", built(acme())).of("@acme/gadget"),
            &["package-swapped"],
            0,
        ),
        (
            "another package, declared",
            pinned(),
            Spec::new("1.0.0", declared("mallory/widget", ""), built(mallory()))
                .of("@mallory/widget"),
            &["package-swapped", "publisher-redeclared"],
            0,
        ),
        (
            "another package without provenance",
            honest(),
            Spec::new("1.0.0", "", Release::Signed).of("@acme/gadget"),
            &["package-swapped", "provenance-lost"],
            1,
        ),
        (
            "another package where nobody stood behind the first",
            Spec::new("1.2.3", "", Release::Signed),
            Spec::new("1.0.0", "", Release::Signed).of("@acme/gadget"),
            &["package-swapped"],
            1,
        ),
        (
            "the same, verified and declared",
            Spec::new("1.2.3", "", Release::Signed),
            Spec::new("1.0.0", declared("acme/widget", ""), built(acme())).of("@acme/gadget"),
            &["package-swapped"],
            0,
        ),
        (
            "an owner that was deleted and created again",
            honest(),
            Spec::new(
                "1.2.4",
                "",
                built(GithubIdentity {
                    repository_id: "999".into(),
                    owner_id: "998".into(),
                    ..acme()
                }),
            ),
            &["publisher-reregistered"],
            1,
        ),
        (
            "the same where the number is declared",
            Spec::new(
                "1.2.3",
                declared("acme/widget", "      owner_id: \"41000237\"\n"),
                built(acme()),
            ),
            Spec::new(
                "1.2.4",
                declared("acme/widget", "      owner_id: \"41000237\"\n"),
                built(GithubIdentity {
                    owner_id: "998".into(),
                    ..acme()
                }),
            ),
            &["publisher-id-mismatch"],
            1,
        ),
        (
            "a repository that was renamed",
            honest(),
            Spec::new("1.2.4", "", built(GithubIdentity::new("acme/gadget"))),
            &["publisher-renamed"],
            0,
        ),
        (
            "the same, declared by its new name",
            pinned(),
            Spec::new(
                "1.2.4",
                declared("acme/gadget", ""),
                built(GithubIdentity::new("acme/gadget")),
            ),
            &["publisher-renamed"],
            0,
        ),
        (
            "another workflow",
            honest(),
            Spec::new(
                "1.2.4",
                "",
                built(GithubIdentity {
                    workflow: ".github/workflows/evil.yml".into(),
                    ..acme()
                }),
            ),
            &["workflow-changed"],
            0,
        ),
        (
            "another workflow signs",
            honest(),
            Spec::new(
                "1.2.4",
                "",
                built(GithubIdentity {
                    build_signer: Some(
                        "https://github.com/acme/ci/.github/workflows/x.yml@refs/heads/main".into(),
                    ),
                    ..acme()
                }),
            ),
            &["workflow-changed"],
            0,
        ),
        (
            "built from a pull request",
            honest(),
            Spec::new(
                "1.2.4",
                "",
                built(GithubIdentity {
                    git_ref: Some("refs/pull/7/merge".into()),
                    ..acme()
                }),
            ),
            &["unexpected-build-ref"],
            0,
        ),
        (
            "built from a branch",
            honest(),
            Spec::new(
                "1.2.4",
                "",
                built(GithubIdentity {
                    git_ref: Some("refs/heads/main".into()),
                    ..acme()
                }),
            ),
            &["build-weakened"],
            0,
        ),
        (
            "built on a self-hosted runner",
            honest(),
            Spec::new(
                "1.2.4",
                "",
                built(GithubIdentity {
                    runner_environment: "self-hosted".into(),
                    ..acme()
                }),
            ),
            &["self-hosted-runner"],
            0,
        ),
        (
            "started by an outsider",
            honest(),
            Spec::new(
                "1.2.4",
                "",
                built(GithubIdentity {
                    trigger: "issue_comment".into(),
                    ..acme()
                }),
            ),
            &["risky-build-trigger"],
            0,
        ),
        (
            "a lower build level",
            Spec::new("1.2.3", "", built(acme().isolated())),
            Spec::new("1.2.4", "", built(acme())),
            &["build-weakened", "workflow-changed"],
            0,
        ),
        (
            "provenance that is gained",
            Spec::new("1.2.3", "", Release::Signed),
            Spec::new("1.2.4", "", built(acme())),
            &[],
            0,
        ),
        (
            "a version that is gone",
            honest(),
            Spec::new("1.2.4", "", Release::Missing),
            &["package-not-found"],
            1,
        ),
        (
            "a version that was never there",
            Spec::new("1.2.3", "", Release::Missing),
            Spec::new("1.2.4", "", built(acme())),
            &[],
            0,
        ),
        (
            "a base that is not known",
            Spec::new("1.2.3", "", Release::Silent),
            Spec::new("1.2.4", "", built(acme())),
            &["verification-incomplete"],
            3,
        ),
        (
            "a version that is not known",
            honest(),
            Spec::new("1.2.4", "", Release::Silent),
            &["verification-incomplete"],
            3,
        ),
    ] {
        story(&stage, name, &before, &after, expected, code);
    }
}
