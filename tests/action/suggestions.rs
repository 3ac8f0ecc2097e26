//! The input `suggest`: a review with what is proven and not declared, against a GitHub that refuses a
//! whole review for one line outside of the diff.

use dockyard_report::report::diff::unified;
use testkit::GithubIdentity;
use testkit::github::{Fault, ReviewComment};

use crate::job::{Job, Run, base, head, merge_group, publish_by, spec};

const DIFF: &str = "Proven and not declared: 1 spec";

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

/// A spec that declares a source and no publisher.
fn undeclared(package: &str, version: &str) -> String {
    let source = "provenance:\n  repository_uri: \"https://github.com/acme/widget\"\n";
    spec(package, version, source)
}

/// What GitHub shows of the change of a file.
fn patch(before: &str, after: &str) -> String {
    let diff = unified("x", before, after).text;
    let (_, hunks) = diff.split_once("@@").unwrap();
    format!("@@{}", hunks.trim_end())
}

/// Pull request 7, which raises the version of each of these servers' packages; `suggest` is on.
fn bumps(name: &str, servers: &[&str]) -> Job {
    let mut job = Job::pull_request(name);
    std::fs::remove_dir_all(job.path("npx")).unwrap();
    job.input("config", "none");
    job.input("suggest", "true");
    let mut files = Vec::new();
    for server in servers {
        let package = format!("@{name}/{server}");
        for version in ["1.2.2", "1.2.3"] {
            publish_by(&package, version, &acme());
        }
        let (before, after) = (undeclared(&package, "1.2.2"), undeclared(&package, "1.2.3"));
        let path = format!("npx/{server}/spec.yaml");
        changes(&job, &path, &before, &after);
        files.push(path);
    }
    let files: Vec<&str> = files.iter().map(String::as_str).collect();
    job.pull(7, &files);
    job
}

/// The pull request changes a file.
fn changes(job: &Job, path: &str, before: &str, after: &str) {
    job.at_base(path, before);
    job.write(path, after);
    job.github(|it| it.patches.insert(path.to_owned(), patch(before, after)));
}

fn suggested(job: &Job) -> Vec<ReviewComment> {
    job.github(|repository| repository.review_comments.clone())
}

fn reviews(job: &Job) -> u64 {
    job.github(|repository| repository.reviews)
}

fn comments(job: &Job) -> Vec<String> {
    job.github(|repository| {
        let comments = repository.comments.iter();
        comments.map(|comment| comment.body.clone()).collect()
    })
}

/// Whether a review was asked for.
fn asked(job: &Job) -> bool {
    job.github(|repository| {
        let mut calls = repository.calls.iter();
        calls.any(|call| call.method == "POST" && call.path.ends_with("/reviews"))
    })
}

/// The file with the suggestion accepted.
fn accepted(text: &str, comment: &ReviewComment) -> String {
    let (_, rest) = comment.body.split_once("```suggestion\n").unwrap();
    let (new, _) = rest.split_once("\n```\n").unwrap();
    let (start, end) = (comment.start_line as usize, comment.line as usize);
    let mut lines: Vec<&str> = text.lines().collect();
    lines.splice(start - 1..end, new.lines());
    lines.join("\n") + "\n"
}

/// The diff is in the summary, and in the comment.
#[track_caller]
fn shows_the_diff(job: &Job, run: &Run) {
    assert!(run.summary.contains(DIFF), "{run:#?}");
    let comments = comments(job);
    assert_eq!(comments.len(), 1, "{comments:#?}");
    assert!(comments[0].contains(DIFF), "{comments:#?}");
    assert!(comments[0].contains("\n+      repository: \"acme/widget\"\n"));
}

#[test]
fn what_is_proven_is_suggested_once_and_accepting_it_declares_it() {
    let job = bumps("suggest-once", &["s"]);
    let run = job.run().exits(0);
    let [comment] = suggested(&job).try_into().unwrap();
    assert_eq!(comment.path, "npx/s/spec.yaml");
    assert_eq!(
        (comment.login.as_str(), reviews(&job)),
        ("github-actions[bot]", 1)
    );
    let run = run.says("suggest: 1 suggestion in https://github.example/");
    assert!(!run.summary.contains(DIFF), "{run:#?}");
    assert_eq!(comments(&job), [""; 0]);
    // Again, nothing is said twice.
    job.run().exits(0);
    assert_eq!(reviews(&job), 1);
    // Accepted, the spec declares everything, and nothing is left to suggest.
    let before = undeclared("@suggest-once/s", "1.2.3");
    let after = accepted(&before, &comment);
    assert!(after.contains("    available: true\n"), "{after}");
    let old = undeclared("@suggest-once/s", "1.2.2");
    changes(&job, "npx/s/spec.yaml", &old, &after);
    let run = job.run().exits(0);
    assert!(!run.out.contains("undeclared-attestations"), "{run:#?}");
    assert_eq!(reviews(&job), 1);
}

#[test]
fn nothing_is_suggested_unless_asked_for() {
    let mut job = bumps("suggest-off", &["s"]);
    job.input("suggest", "");
    job.run().exits(0);
    assert!(!asked(&job) && comments(&job).is_empty());
}

#[test]
fn a_line_outside_of_the_diff_is_left_to_the_comment_and_rejects_nothing() {
    let job = bumps("suggest-outside", &["in", "out"]);
    // Only a comment changes, far above the declaration.
    let noted = |note: &str| {
        let text = undeclared("@suggest-outside/out", "1.2.3");
        let notes = format!("  # {note}\n  # 2\n  # 3\n  # 4\n  # 5\n  description");
        text.replace("  description", &notes)
    };
    let (before, after) = (noted("1"), noted("one"));
    changes(&job, "npx/out/spec.yaml", &before, &after);
    let run = job.run().exits(0);
    let [comment] = suggested(&job).try_into().unwrap();
    assert_eq!(comment.path, "npx/in/spec.yaml");
    shows_the_diff(&job, &run);
    assert!(comments(&job)[0].contains("+++ b/npx/out/spec.yaml"));
    // Without a change, the comment is left alone.
    job.run().exits(0);
    let edits = job.github(|repository| repository.comments[0].edits);
    assert_eq!((edits, reviews(&job)), (0, 1));
}

#[test]
fn a_spec_that_the_pull_request_does_not_touch_is_not_suggested() {
    let job = bumps("suggest-other", &["s", "other"]);
    job.pull(7, &["npx/s/spec.yaml"]);
    let same = undeclared("@suggest-other/other", "1.2.3");
    job.at_base("npx/other/spec.yaml", &same);
    let run = job.run().exits(0);
    let [comment] = suggested(&job).try_into().unwrap();
    assert_eq!(comment.path, "npx/s/spec.yaml");
    assert!(!run.summary.contains(DIFF));
}

#[test]
fn a_refused_review_becomes_a_diff() {
    for (name, fault, says) in [
        (
            "suggest-403",
            Fault::new("POST", "reviews", 403, 9),
            "pull-requests: write",
        ),
        ("suggest-422", Fault::new("POST", "reviews", 422, 9), "422"),
        ("suggest-502", Fault::new("POST", "reviews", 502, 9), "502"),
        (
            "suggest-known",
            Fault::new("GET", "pulls/7/comments", 403, 9),
            "suggested before",
        ),
    ] {
        let job = bumps(name, &["s"]);
        job.github(|repository| repository.knobs.faults.push(fault));
        let run = job.run().exits(0).says("suggest: no review").says(says);
        assert_eq!(reviews(&job), 0, "{name}");
        shows_the_diff(&job, &run);
    }
}

#[test]
fn a_token_that_only_reads_leaves_the_diff_in_the_summary() {
    let job = bumps("suggest-fork", &["s"]);
    job.github(|repository| repository.knobs.read_only = true);
    let run = job.run().exits(0).says("suggest: no review");
    assert_eq!((reviews(&job), comments(&job).len()), (0, 0));
    assert!(run.summary.contains(DIFF), "{run:#?}");
}

#[test]
fn an_answer_that_is_lost_is_no_second_review() {
    let job = bumps("suggest-lost", &["s"]);
    let fault = Fault {
        done: true,
        ..Fault::new("POST", "reviews", 502, 1)
    };
    job.github(|repository| repository.knobs.faults.push(fault));
    let run = job.run().exits(0);
    assert_eq!(reviews(&job), 1);
    assert!(!run.summary.contains(DIFF), "{run:#?}");
}

/// A takeover must not be one click away.
#[test]
fn another_publisher_than_before_is_never_suggested() {
    let again = GithubIdentity {
        repository_id: "77".into(),
        ..acme()
    };
    for (name, publisher) in [("suggest-taken", mallory()), ("suggest-again", again)] {
        let job = bumps(name, &["s", "control"]);
        publish_by(&format!("@{name}/s"), "1.2.3", &publisher);
        let run = job.run().exits(1);
        assert!(run.out.contains("error[publisher-"), "{run:#?}");
        let [comment] = suggested(&job).try_into().unwrap();
        assert_eq!(comment.path, "npx/control/spec.yaml", "{name}");
        assert!(!run.summary.contains(DIFF), "{name}: {run:#?}");
    }
    // Nor is what the pull request declares anew.
    let job = bumps("suggest-redeclared", &["s", "control"]);
    publish_by("@suggest-redeclared/s", "1.2.3", &mallory());
    let declares = |repository: &str, version: &str| {
        let rest = format!(
            "provenance:\n  attestations:\n    available: true\n    publisher:\n      kind: GitHub\n      \
             repository: {repository}\n"
        );
        spec("@suggest-redeclared/s", version, &rest)
    };
    changes(
        &job,
        "npx/s/spec.yaml",
        &declares("acme/widget", "1.2.2"),
        &declares("mallory/widget", "1.2.3"),
    );
    let run = job.run();
    assert!(run.out.contains("[publisher-redeclared]"), "{run:#?}");
    let [comment] = suggested(&job).try_into().unwrap();
    assert_eq!(comment.path, "npx/control/spec.yaml");
    assert!(!run.summary.contains(DIFF), "{run:#?}");
}

#[test]
fn nothing_is_suggested_where_the_past_is_not_known() {
    let job = bumps("suggest-doubt", &["s"]);
    job.github(|repository| {
        let fault = Fault::new("GET", "git/ref/heads/main", 500, 99);
        repository.knobs.faults.push(fault);
    });
    let run = job
        .run()
        .exits(3)
        .says("suggest: nothing is suggested, because");
    assert!(!asked(&job) && !run.summary.contains(DIFF), "{run:#?}");
}

#[test]
fn nothing_is_suggested_to_newer_commits_or_without_a_pull_request() {
    let job = bumps("suggest-newer", &["s"]);
    job.github(|repository| {
        let pull = repository.pulls.get_mut(&7).unwrap();
        pull.head_sha = "c".repeat(40);
    });
    let run = job.run().says("newer commits");
    assert!(!asked(&job) && !run.summary.contains(DIFF), "{run:#?}");
    let mut queue = bumps("suggest-queue", &["s"]);
    queue.event(
        "merge_group",
        "refs/heads/gh-readonly-queue/main/x",
        &merge_group(),
    );
    queue.run();
    assert!(!asked(&queue));
    assert_ne!(head(), base());
}

/// Anybody can write our marker into a comment.
#[test]
fn a_strangers_comment_does_not_stand_for_a_suggestion() {
    let first = bumps("suggest-marker", &["s"]);
    first.run().exits(0);
    let [ours] = suggested(&first).try_into().unwrap();
    first.github(|repository| {
        repository.review_comments = vec![ReviewComment {
            login: "mallory".to_owned(),
            kind: "User".to_owned(),
            ..ours
        }];
    });
    first.run().exits(0);
    assert_eq!((suggested(&first).len(), reviews(&first)), (2, 2));
}

#[test]
fn ten_are_suggested_at_most_and_the_rest_is_a_diff() {
    let servers: Vec<String> = (0..12).map(|number| format!("s{number:02}")).collect();
    let servers: Vec<&str> = servers.iter().map(String::as_str).collect();
    let job = bumps("suggest-many", &servers);
    let run = job.run().exits(0).says("suggest: 10 suggestions in ");
    assert_eq!((suggested(&job).len(), reviews(&job)), (10, 1));
    assert!(run.summary.contains("Proven and not declared: 2 specs"));
    assert!(comments(&job)[0].contains("+++ b/npx/s11/spec.yaml"));
}
