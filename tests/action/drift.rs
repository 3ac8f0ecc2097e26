//! What a change makes worse: attackers' stories, each beside its honest twin, in the action and on the
//! command line.

use serde_json::{Value, json};
use testkit::GithubIdentity;
use testkit::github::Fault;

use crate::job::{
    self, Job, Run, base, fails, merge_group, publish_by, publish_signed, read, spec,
};

const PATH: &str = "npx/a/spec.yaml";

fn acme() -> GithubIdentity {
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
fn declared(repository: &str) -> String {
    format!(
        "provenance:\n  attestations:\n    available: true\n    publisher:\n      kind: GitHub\n      \
         repository: {repository}\n"
    )
}

/// Pull request 7, which changes the one spec from `before` to `after`.
fn pull_request(name: &str, before: &str, after: &str) -> Job {
    let mut job = Job::pull_request(name);
    job.input("config", "none");
    job.at_base(PATH, before);
    job.spec("a", after);
    job
}

fn report(job: &Job) -> Value {
    serde_json::from_str(&read(&job.path("dockyard-provenance.json"))).unwrap()
}

fn rules(report: &Value) -> Vec<String> {
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
fn versions(package: &str, publish: impl FnOnce(&str)) -> [String; 2] {
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

fn push(name: &str, before: &str, text: [&str; 2]) -> Job {
    let mut job = Job::new(name);
    job.event("push", "refs/heads/main", &json!({"before": before}));
    job.at_base(PATH, text[0]);
    job.spec("a", text[1]);
    job
}

#[test]
fn a_push_is_compared_with_what_the_branch_was() {
    let [before, after] = versions("@drift/push", |name| publish_signed(name, "1.2.4"));
    let text = [before.as_str(), after.as_str()];
    push("drift-push", &base(), text)
        .run()
        .exits(1)
        .says("provenance-lost");
    // A new branch, and one that was rewritten, have no base.
    for (name, commit, reason) in [
        ("drift-push-new", "0".repeat(40), "the branch is new"),
        (
            "drift-push-rewritten",
            "e".repeat(40),
            "is not there any more",
        ),
    ] {
        let run = push(name, &commit, text).run().exits(0).tells(reason);
        assert!(!run.out.contains("provenance-lost"), "{run:#?}");
    }
    // What cannot be read is a doubt all the same.
    let job = push("drift-push-500", &base(), text);
    let fault = Fault::new("POST", "graphql", 500, 1_000);
    job.github(|repository| repository.knobs.faults.push(fault));
    job.run().exits(3);
    // Nothing changes where nothing was changed.
    push("drift-push-same", &base(), [&after, &after])
        .run()
        .exits(0);
}

#[test]
fn a_merge_group_is_compared_with_what_it_is_put_on() {
    let [before, after] = versions("@drift/queue", |name| publish_signed(name, "1.2.4"));
    let job = |name: &str, payload: &Value| {
        let mut job = Job::new(name);
        job.event(
            "merge_group",
            "refs/heads/gh-readonly-queue/main/pr-7-x",
            payload,
        );
        job.input("config", "none");
        job.at_base(PATH, &before);
        job.spec("a", &after);
        job
    };
    job("drift-queue", &merge_group())
        .run()
        .exits(1)
        .says("provenance-lost");
    let nameless = json!({"merge_group": {"base_ref": "refs/heads/main"}});
    let run = job("drift-queue-nameless", &nameless).run().exits(3);
    run.tells("does not name the commit before");
}

#[test]
fn a_spec_that_was_moved_is_compared_with_what_it_was() {
    let [before, after] = versions("@drift/moved", |name| publish_signed(name, "1.2.4"));
    let mut job = Job::pull_request("drift-moved");
    job.input("config", "none");
    std::fs::remove_dir_all(job.path("npx/a")).unwrap();
    job.at_base(PATH, &before);
    job.spec("b", &after);
    let renamed = ("npx/b/spec.yaml".to_owned(), Some(PATH.to_owned()));
    job.github(|repository| repository.pulls.get_mut(&7).unwrap().files = vec![renamed]);
    job.run().exits(1).says("provenance-lost");
}

/// In a merge queue, on a push and in a huge pull request nobody lists what is touched.
#[test]
fn a_spec_that_was_moved_has_a_past_without_a_list_too() {
    let [before, after] = versions("@drift/unlisted", |name| publish_signed(name, "1.2.4"));
    let move_to_b = |job: &mut Job, text: &str| {
        job.input("config", "none");
        std::fs::remove_dir_all(job.path("npx/a")).unwrap();
        job.at_base(PATH, &before);
        job.spec("b", text);
    };
    let queue = |name: &str| {
        let mut job = Job::new(name);
        let git_ref = "refs/heads/gh-readonly-queue/main/pr-7-x";
        job.event("merge_group", git_ref, &merge_group());
        job
    };
    let mut moved = queue("drift-moved-queue");
    move_to_b(&mut moved, &after);
    moved.run().exits(1).says("provenance-lost");
    // The control: the same package as before, at another path.
    let mut honest = queue("drift-moved-honest");
    move_to_b(&mut honest, &before);
    honest.run().exits(0);
    // A pull request whose files GitHub does not list.
    let mut unlisted = Job::pull_request("drift-moved-unlisted");
    move_to_b(&mut unlisted, &after);
    let fault = Fault::new("GET", "files", 500, 100);
    unlisted.github(|repository| repository.knobs.faults.push(fault));
    unlisted.run().exits(1).says("provenance-lost");
    // Where the list of all files is cut, or cannot be had, it is not known.
    let mut cut = queue("drift-moved-cut");
    move_to_b(&mut cut, &before);
    cut.github(|repository| repository.knobs.cut_trees = true);
    cut.run().exits(3).tells("which are too many");
    let mut failing = queue("drift-moved-failing");
    move_to_b(&mut failing, &before);
    let fault = Fault::new("GET", "git/trees", 500, 100);
    failing.github(|repository| repository.knobs.faults.push(fault));
    failing.run().exits(3).tells("could not be listed");
}

#[test]
fn a_baseline_of_the_pull_request_is_refused() {
    let [before, after] = versions("@drift/own", |name| publish_by(name, "1.2.4", &acme()));
    let mut job = pull_request("drift-own-baseline", &before, &after);
    job.write("earlier.json", "{}");
    job.input("baseline", "earlier.json");
    job.run().refuses("lies in a checkout");
    // The control: outside of it, it is read; and strictly.
    let outside = job.outside("earlier.json");
    std::fs::write(&outside, "{}").unwrap();
    job.input("baseline", &outside);
    job.run().refuses("name a JSON report of this program");
    job.spec("a", &before);
    job.command_line(&["--report", &format!("json={outside}"), "--no-config"]);
    job.spec("a", &after);
    job.run().exits(0);
}

#[test]
fn a_baseline_of_other_specs_is_a_doubt() {
    let [before, _] = versions("@drift/elsewhere", |_| {});
    let job = Job::new("drift-elsewhere");
    job.spec("a", &before);
    let earlier = job.outside("earlier.json");
    job.command_line(&["--report", &format!("json={earlier}"), "--no-config"]);
    std::fs::rename(job.path("npx/a"), job.path("npx/b")).unwrap();
    let output = job.command_line(&["--baseline", &earlier, "--no-config"]);
    assert_eq!(output.status.code(), Some(3), "{output:?}");
}

/// Forty-four specs whose packages have no provenance, half of them with an earlier version that has.
#[test]
fn the_registrys_history_costs_two_round_trips() {
    let names: Vec<String> = (0..44)
        .map(|number| format!("@history/p{number}"))
        .collect();
    for (number, name) in names.iter().enumerate() {
        if number % 2 == 0 {
            publish_by(name, "1.2.3", &acme());
        }
        publish_signed(name, "1.2.4");
    }
    let mut job = Job::new("drift-history");
    std::fs::remove_dir_all(job.path("npx/a")).unwrap();
    for (number, name) in names.iter().enumerate() {
        job.spec(&format!("s{number}"), &spec(name, "1.2.4", ""));
    }
    job.input("annotations", "false");
    job.run().exits(0);
    let report = report(&job);
    let warned = report["specs"].as_array().unwrap().iter().filter(|spec| {
        let findings = spec["findings"].as_array().unwrap();
        findings
            .iter()
            .any(|one| one["rule"] == "provenance-dropped-upstream")
    });
    assert_eq!(warned.count(), 22);
    let asked = job::asked_about("@history/");
    // Manifest and attestations of all, their packuments, and manifest and attestations of those before.
    assert_eq!(asked, 44 * 2 + 44 + 22 * 2);
}

/// The payload's commit stays what it was when the pull request was opened: what came to the branch since
/// has a past all the same.
#[test]
fn a_spec_that_came_to_the_branch_later_has_a_past() {
    let tip = "d".repeat(40);
    publish_by("moved-on", "1.2.3", &acme());
    publish_signed("moved-on", "1.2.4");
    let before = spec("moved-on", "1.2.3", &declared("acme/widget"));
    for (name, after, code) in [
        ("moved-on", spec("moved-on", "1.2.4", ""), 1),
        ("moved-on-honest", before.clone(), 0),
    ] {
        let mut job = Job::pull_request(name);
        job.input("config", "none");
        job.at(&tip, PATH, &before);
        job.tip("main", Some(&tip));
        job.spec("a", &after);
        job.pull(7, &[PATH]);
        job.run().exits(code);
        let report = report(&job);
        assert_eq!(
            rules(&report).contains(&"provenance-lost".to_owned()),
            code == 1,
            "{report:#}"
        );
    }
}
