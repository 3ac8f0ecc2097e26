//! What a change makes worse: attackers' stories, each beside its honest twin, in the action and on the
//! command line.

use serde_json::Value;
use testkit::GithubIdentity;
use testkit::github::Fault;

use crate::job::{Job, Run, fails, publish_by, publish_signed, read, spec};

pub(crate) const PATH: &str = "npx/a/spec.yaml";

pub(crate) fn acme() -> GithubIdentity {
    GithubIdentity::new("acme/widget")
}

fn mallory() -> GithubIdentity {
    GithubIdentity {
        repository_id: "999".into(),
        owner_id: "998".into(),
        ..GithubIdentity::new("mallory/widget")
    }
}

/// A declared publisher.
pub(crate) fn declared(repository: &str) -> String {
    format!(
        "provenance:\n  attestations:\n    available: true\n    publisher:\n      kind: GitHub\n      \
         repository: {repository}\n"
    )
}

/// Pull request 7, which changes the one spec from `before` to `after`.
pub(crate) fn pull_request(name: &str, before: &str, after: &str) -> Job {
    let mut job = Job::pull_request(name);
    job.input("config", "none");
    job.at_base(PATH, before);
    job.spec("a", after);
    job
}

pub(crate) fn report(job: &Job) -> Value {
    serde_json::from_str(&read(&job.path("dockyard-provenance.json"))).unwrap()
}

pub(crate) fn rules(report: &Value) -> Vec<String> {
    let findings = report["specs"][0]["findings"].as_array().unwrap();
    let mut rules: Vec<String> = findings
        .iter()
        .map(|finding| finding["rule"].as_str().unwrap().to_owned())
        // What is said of the version alone, with or without a change.
        .filter(|rule| !["no-provenance", "undeclared-attestations"].contains(&rule.as_str()))
        .collect();
    rules.sort();
    rules
}

/// The first line that people see of the comment; none where there is none.
fn first_line(job: &Job) -> Option<String> {
    job.github(|repository| {
        let body = &repository.comments.last()?.body;
        let shown = body.lines().filter(|line| !line.starts_with("<!--"));
        shown
            .filter(|line| !line.is_empty())
            .map(ToOwned::to_owned)
            .next()
    })
}

/// What is expected of a story.
struct Expected<'a> {
    /// The rules, in the action.
    rules: &'a [&'a str],
    /// The exit code.
    code: i32,
    /// What the comment's first line says; nothing where nothing became worse.
    says: Option<&'a str>,
}

/// The same change by a pull request, and on the command line since an earlier report.
#[track_caller]
fn story(name: &str, before: &str, after: &str, expected: &Expected<'_>) {
    let job = pull_request(name, before, after);
    let run = job.run().exits(expected.code);
    let report = report(&job);
    assert_eq!(rules(&report), expected.rules, "{name}: {report:#}");
    assert_eq!(report["specs"][0]["before"]["source"], "base", "{name}");
    match (expected.says, first_line(&job)) {
        (Some(says), line) => {
            let line = line.unwrap_or_else(|| panic!("{name}: no comment {run:#?}"));
            assert!(
                line.contains(says) && line.contains("`npx/a`"),
                "{name}: {line}"
            );
            assert!(run.summary.contains(says), "{name}: {run:#?}");
        }
        (None, Some(line)) => {
            assert!(!line.contains("`npx/a`"), "{name}: {line}");
        }
        (None, None) => {}
    }
    let sarif = read(&job.path("dockyard-provenance.sarif"));
    for rule in expected.rules {
        assert!(
            sarif.contains(&format!("\"ruleId\": \"{rule}\"")),
            "{name}: {rule}"
        );
    }
    // On the command line.
    let (earlier, later) = (job.outside("earlier.json"), job.outside("later.json"));
    job.spec("a", before);
    job.command_line(&["--report", &format!("json={earlier}"), "--no-config"]);
    job.spec("a", after);
    let output = job.command_line(&[
        "--baseline",
        &earlier,
        "--report",
        &format!("json={later}"),
        "--no-config",
    ]);
    assert_eq!(
        output.status.code(),
        Some(expected.code),
        "{name}: {output:?}"
    );
    let report: Value = serde_json::from_str(&read(later.as_ref())).unwrap();
    // What was declared is not in a report.
    let told = expected
        .rules
        .iter()
        .filter(|rule| **rule != "declaration-weakened");
    assert_eq!(
        rules(&report),
        told.copied().collect::<Vec<_>>(),
        "{name}: {report:#}"
    );
    assert_eq!(report["specs"][0]["before"]["source"], "baseline", "{name}");
}

/// A package with one version by `acme` and one that `publish` makes of it.
pub(crate) fn versions(package: &str, publish: impl FnOnce(&str)) -> [String; 2] {
    publish_by(package, "1.2.3", &acme());
    publish(package);
    ["1.2.3", "1.2.4"].map(|version| spec(package, version, ""))
}

#[test]
fn an_update_that_loses_its_provenance() {
    let [before, after] = versions("@drift/lost", |name| publish_signed(name, "1.2.4"));
    let lost = "lost its provenance";
    let stops = |rules| Expected {
        rules,
        code: 1,
        says: Some(lost),
    };
    story("drift-lost", &before, &after, &stops(&["provenance-lost"]));
    let with = |text: &str| format!("{text}{}", declared("acme/widget"));
    story(
        "drift-lost-declared",
        &with(&before),
        &with(&after),
        &stops(&["declared-attestations-missing"]),
    );
    story(
        "drift-lost-both",
        &with(&before),
        &after,
        &stops(&["declaration-weakened", "provenance-lost"]),
    );
    // The honest twin.
    let [before, after] = versions("@drift/kept", |name| publish_by(name, "1.2.4", &acme()));
    let passes = Expected {
        rules: &[],
        code: 0,
        says: None,
    };
    story("drift-kept", &before, &after, &passes);
    story(
        "drift-kept-declared",
        &with(&before),
        &with(&after),
        &passes,
    );
}

#[test]
fn a_declaration_that_is_removed_alone() {
    let [before, after] = versions("@drift/undeclared", |name| {
        publish_by(name, "1.2.4", &acme());
    });
    let before = format!("{before}{}", declared("acme/widget"));
    let warns = Expected {
        rules: &["declaration-weakened"],
        code: 0,
        says: Some("no longer declares its publisher"),
    };
    story("drift-undeclared", &before, &after, &warns);
}

#[test]
fn somebody_else_publishes() {
    let [before, after] = versions("@drift/other", |name| publish_by(name, "1.2.4", &mallory()));
    let stops = Expected {
        rules: &["publisher-changed"],
        code: 1,
        says: Some("is now published by somebody else"),
    };
    story("drift-other", &before, &after, &stops);
    // The change brings the declaration with it.
    let with = |text: &str, repository| format!("{text}{}", declared(repository));
    let warns = Expected {
        rules: &["publisher-redeclared"],
        code: 0,
        says: Some("whom this change declares"),
    };
    story(
        "drift-redeclared",
        &with(&before, "acme/widget"),
        &with(&after, "mallory/widget"),
        &warns,
    );
}

#[test]
fn an_owner_that_was_created_again_and_a_repository_that_was_renamed() {
    let [before, after] = versions("@drift/again", |name| {
        let again = GithubIdentity {
            owner_id: "998".into(),
            ..acme()
        };
        publish_by(name, "1.2.4", &again);
    });
    let stops = Expected {
        rules: &["publisher-reregistered"],
        code: 1,
        says: Some("deleted and created again"),
    };
    story("drift-again", &before, &after, &stops);
    // The honest twin: the numbers are the same.
    let [before, after] = versions("@drift/renamed", |name| {
        publish_by(name, "1.2.4", &GithubIdentity::new("acme/gadget"));
    });
    let warns = Expected {
        rules: &["publisher-renamed"],
        code: 0,
        says: Some("was renamed"),
    };
    story("drift-renamed", &before, &after, &warns);
}

#[test]
fn another_package_in_the_same_file() {
    let [before, _] = versions("@drift/swap", |_| {});
    publish_by("@drift/swapped", "1.2.4", &mallory());
    publish_by("@drift/sibling", "1.2.4", &acme());
    let stops = Expected {
        rules: &["package-swapped", "publisher-changed"],
        code: 1,
        says: Some("is now published by somebody else"),
    };
    let after = spec("@drift/swapped", "1.2.4", "");
    story("drift-swap", &before, &after, &stops);
    // The honest twin: another package of the same publisher.
    let warns = Expected {
        rules: &["package-swapped"],
        code: 0,
        says: Some("is another package than before"),
    };
    let after = spec("@drift/sibling", "1.2.4", "");
    story("drift-sibling", &before, &after, &warns);
}

#[test]
fn an_override_that_nobody_verified() {
    let [before, after] = versions("@drift/override", |name| publish_by(name, "1.2.4", &acme()));
    publish_by("@drift/undici", "6.0.0", &acme());
    let with = |version: &str| {
        after.replace(
            "spec:\n",
            &format!("spec:\n  overrides:\n    - package: \"@drift/undici\"\n      version: {version:?}\n      reason: \"needed\"\n"),
        )
    };
    for (name, version) in [
        ("url", "https://evil.example/x.tgz"),
        ("alias", "npm:evil@1.0.0"),
        ("git", "git+https://evil.example/x.git"),
        ("path", "file:../evil"),
    ] {
        let job = pull_request(&format!("drift-override-{name}"), &before, &with(version));
        job.run().exits(1).says("unverified-override");
    }
    // The honest twin.
    let job = pull_request("drift-override-exact", &before, &with("6.0.0"));
    let run = job.run();
    assert!(!run.out.contains("unverified-override"), "{run:#?}");
    run.exits(0);
}

#[test]
fn a_build_of_a_pull_request() {
    let [before, after] = versions("@drift/proposed", |name| {
        let proposed = GithubIdentity {
            git_ref: Some("refs/pull/7/merge".into()),
            ..acme()
        };
        publish_by(name, "1.2.4", &proposed);
    });
    let warns = Expected {
        rules: &["unexpected-build-ref"],
        code: 0,
        says: Some("less trustworthy"),
    };
    story("drift-proposed", &before, &after, &warns);
}

#[test]
fn what_was_there_and_cannot_be_had_is_a_doubt() {
    let [before, after] = versions("@drift/doubt", |name| publish_by(name, "1.2.4", &acme()));
    let doubted = |run: Run, reason: &str| {
        let run = run.exits(3).says(reason);
        assert_eq!(run.output("verdict"), "inconclusive");
    };
    for status in [403, 500] {
        let job = pull_request(&format!("drift-doubt-{status}"), &before, &after);
        let fault = Fault::new("POST", "graphql", status, 1_000);
        job.github(|repository| repository.knobs.faults.push(fault));
        doubted(
            job.run(),
            "whether the change makes anything worse is not known",
        );
    }
    let job = pull_request("drift-doubt-commit", &before, &after);
    job.github(|repository| repository.files.clear());
    doubted(job.run(), "GitHub shows no commit");
    // The registry does not answer about the version before.
    let [before, after] = versions("@drift/silent", |name| publish_by(name, "1.2.4", &acme()));
    fails("/npm/@drift/silent/1.2.3", testkit::Fault::Status(403));
    let job = pull_request("drift-doubt-registry", &before, &after);
    doubted(job.run(), "Whether @drift/silent@1.2.4 became worse");
    // The controls: what is known of the version before is no doubt, however bad.
    for (name, before) in [
        ("drift-known-malformed", "metadata: [\n".to_owned()),
        ("drift-known-missing", spec("@drift/nowhere", "1.2.3", "")),
    ] {
        publish_by("@drift/known", "1.2.4", &acme());
        let after = spec("@drift/known", "1.2.4", &declared("acme/widget"));
        pull_request(name, &before, &after).run().exits(0);
    }
}
