//! `report` mode on `workflow_run`: another run's report, as untrusted data.

use serde_json::{Value, json};

use crate::job::{Job, bad, good, head, read};

/// A job that publishes what a scan of `text` found.
pub(crate) fn job(name: &str, text: &str, conclusion: &str) -> Job {
    job_after(name, text, conclusion, &[])
}

/// As [`job`], of a scan with inputs of its own.
pub(crate) fn job_after(name: &str, text: &str, conclusion: &str, inputs: &[(&str, &str)]) -> Job {
    let mut scan = Job::pull_request(&format!("{name}-scan"));
    scan.spec("a", text);
    for (input, value) in inputs {
        scan.input(input, value);
    }
    scan.run();
    let report = read(&scan.path("dockyard-provenance.json"));
    let mut job = Job::new(name);
    job.pull(7, &["npx/a/spec.yaml"]);
    job.write("artifact/report.json", &report);
    job.input("mode", "report");
    job.input("report-file", "artifact/report.json");
    job.event(
        "workflow_run",
        "refs/heads/main",
        &payload("pull_request", conclusion),
    );
    // Nothing of the checkout is looked at.
    std::fs::remove_dir_all(job.path("npx")).unwrap();
    job
}

fn payload(event: &str, conclusion: &str) -> Value {
    json!({"workflow_run": {
        "id": 99, "event": event, "conclusion": conclusion, "head_sha": head(),
        "head_branch": "patch-1", "head_repository": {"full_name": "fork/catalog"},
        "pull_requests": [],
    }})
}

pub(crate) fn bodies(job: &Job) -> Vec<String> {
    let comments = job.github(|repository| repository.comments.clone());
    comments.into_iter().map(|comment| comment.body).collect()
}

/// Changes the artifact.
pub(crate) fn tamper(job: &Job, change: impl FnOnce(&mut Value)) {
    let mut report = serde_json::from_str(&read(&job.path("artifact/report.json"))).unwrap();
    change(&mut report);
    job.write("artifact/report.json", &report.to_string());
}

#[test]
fn a_report_is_commented_on_the_pull_request_of_the_run() {
    let job = job("stage-two", &bad(), "failure");
    let run = job.run().exits(1).tells("the pull request's own word");
    let bodies = bodies(&job);
    assert_eq!(bodies.len(), 1);
    assert!(
        bodies[0].contains("as reported by the pull request's own run"),
        "{}",
        bodies[0]
    );
    assert!(bodies[0].contains("https://github.example/acme/stage-two/actions/runs/99"));
    assert_eq!(run.output("verdict"), "fail");
    assert_eq!(job.github(|repository| repository.sarifs.len()), 0);
}

#[test]
fn a_pass_is_a_pass_only_where_the_run_says_so_too() {
    job("told-pass", &good(), "success").run().exits(0);
    let job = job("told-otherwise", &good(), "failure");
    job.run().exits(3).tells("ended with `failure`");
    assert_eq!(bodies(&job).len(), 1);
}

#[test]
fn the_pull_request_comes_from_github_and_not_from_the_report() {
    let stale = job("stale", &bad(), "failure");
    stale.github(|repository| repository.pulls.get_mut(&7).unwrap().head_sha = "c".repeat(40));
    stale.run().exits(1).tells("no open pull request has");
    assert!(bodies(&stale).is_empty());
    let other = job("other-fork", &bad(), "failure");
    other.github(|repository| {
        repository.pulls.get_mut(&7).unwrap().head_repository = "fork/another".to_owned();
    });
    other.run().exits(1).tells("no open pull request has");
    let closed = job("closed", &bad(), "failure");
    closed.github(|repository| repository.pulls.get_mut(&7).unwrap().open = false);
    closed.run().exits(1).tells("no open pull request has");
}

/// The pull requests that have a comment.
fn commented(job: &Job) -> Vec<u64> {
    job.github(|repository| repository.comments.iter().map(|each| each.pull).collect())
}

#[test]
fn every_pull_request_with_the_runs_commit_gets_the_comment() {
    let job = job("several-pulls", &bad(), "failure");
    for number in [8, 9, 10, 11] {
        job.pull(number, &[]);
    }
    job.github(|repository| {
        repository.pulls.get_mut(&9).unwrap().head_sha = "c".repeat(40);
        repository.pulls.get_mut(&10).unwrap().head_repository = "fork/another".to_owned();
        repository.pulls.get_mut(&11).unwrap().open = false;
    });
    let run = job.run().exits(1);
    assert_eq!(commented(&job), [7, 8]);
    assert!(run.output("comment-url").contains("/pull/7#"), "{run:#?}");
    // Once more: both are found again.
    job.run().exits(1);
    assert_eq!(commented(&job), [7, 8]);
}

#[test]
fn what_cannot_be_delivered_to_one_is_delivered_to_the_others() {
    let job = job("several-locked", &bad(), "failure");
    job.pull(8, &[]);
    job.github(|repository| {
        let fault = testkit::github::Fault::new("POST", "issues/7/", 403, 1);
        repository.knobs.faults.push(fault);
    });
    let run = job
        .run()
        .exits(1)
        .tells("pull request 7: the comment could not be written");
    assert_eq!(commented(&job), [8]);
    assert!(run.output("comment-url").contains("/pull/8#"), "{run:#?}");
}

#[test]
fn only_so_many_pull_requests_are_commented_on() {
    let job = job("many-pulls", &bad(), "failure");
    (8..=18).for_each(|number| job.pull(number, &[]));
    job.run()
        .exits(1)
        .tells("2 more pull requests have this commit");
    assert_eq!(commented(&job), (7..=16).collect::<Vec<u64>>());
}

#[test]
fn a_report_that_cannot_be_used_takes_back_what_the_comment_said() {
    let job = job("taken-back-report", &bad(), "failure");
    job.run().exits(1);
    job.write("artifact/report.json", "{}");
    job.run().refuses("cannot be used");
    let bodies = bodies(&job);
    assert_eq!(bodies.len(), 1);
    assert!(bodies[0].contains("could not run"), "{}", bodies[0]);
    assert!(bodies[0].contains("cannot be used"), "{}", bodies[0]);
}

#[test]
fn a_report_that_was_not_fetched_takes_back_what_the_comment_said() {
    let job = job("not-fetched", &good(), "success");
    job.github(|repository| {
        repository.comments.push(testkit::github::Comment {
            id: 1,
            pull: 7,
            login: "github-actions[bot]".to_owned(),
            kind: "Bot".to_owned(),
            body: "<!-- dockyard-provenance:dockyard-provenance pass 00 -->\nPASS".to_owned(),
            edits: 0,
        });
    });
    std::fs::remove_dir_all(job.path("artifact")).unwrap();
    job.run().refuses("left no report");
    let bodies = bodies(&job);
    assert_eq!(bodies.len(), 1);
    assert!(bodies[0].contains("could not run"), "{}", bodies[0]);
    assert!(!bodies[0].contains("PASS"), "{}", bodies[0]);
}

#[test]
fn a_report_that_nobody_takes_is_in_the_log() {
    let mut job = job("nobody-takes", &bad(), "failure");
    job.github(|repository| repository.knobs.read_only = true);
    tamper(&job, |report| {
        report["specs"][0]["path"] = json!("::error ::x/b/spec.yaml");
        report["specs"][0]["findings"][0]["help"] = json!("add what a stranger says");
        report["trust"]["as_of"] = json!("checked by the security team");
    });
    let with = job.run().exits(1).tells("publisher-repository-mismatch");
    let run = with.says("the run's summary holds the report");
    assert!(bodies(&job).is_empty());
    job.input("summary", "false");
    let without = job
        .run()
        .exits(1)
        .says("publisher-repository-mismatch")
        .says("Unverified: this is another run's report")
        .says("the run's log holds the report");
    assert!(!without.out.contains("summary holds"), "{}", without.out);
    for out in [run.out, without.out] {
        let commands = out.lines().filter(|line| line.starts_with("::"));
        assert_eq!(commands.count(), 1, "more than the mask: {out}");
        for words in ["security team", "a stranger says"] {
            assert!(!out.contains(words), "{words}: {out}");
        }
    }
}

#[test]
fn only_runs_of_pull_requests_are_published() {
    let mut job = job("of-a-push", &bad(), "failure");
    job.event(
        "workflow_run",
        "refs/heads/main",
        &payload("push", "failure"),
    );
    job.run().refuses("github.event.workflow_run.event");
    job.event("push", "refs/heads/main", &json!({}));
    job.run().refuses("`workflow_run`");
}

#[test]
fn a_report_that_is_none_of_ours_is_refused() {
    let place = "/specs/0/findings/0";
    for (name, pointer, value) in [
        ("word-verdict", "/verdict", json!("fine")),
        ("false-verdict", "/verdict", json!("pass")),
        ("schema", "/schema_version", json!(2)),
        ("word-status", "/specs/0/status", json!("splendid")),
        ("word-gate", "/gate/fail_on", json!("sometimes")),
        ("path", "/specs/0/path", json!("../../other/spec.yaml")),
        ("rule", &format!("{place}/rule"), json!("no-such-rule")),
        ("severity", &format!("{place}/severity"), json!("mild")),
        ("line", &format!("{place}/location/start_line"), json!(-1)),
        ("outcome", "/specs/0/evidence/0/outcome", json!("great")),
    ] {
        let job = job(&format!("artifact-{name}"), &bad(), "failure");
        tamper(&job, |report| *report.pointer_mut(pointer).unwrap() = value);
        job.run().refuses("cannot be used");
        assert!(bodies(&job).is_empty(), "{name}");
    }
    for (name, text) in [
        ("empty", ""),
        ("no-json", "<html>"),
        ("duplicate", r#"{"verdict":1,"verdict":2}"#),
    ] {
        let job = job(&format!("artifact-{name}"), &bad(), "failure");
        job.write("artifact/report.json", text);
        job.run().refuses("cannot be used");
    }
    let missing = job("artifact-missing", &bad(), "failure");
    std::fs::remove_file(missing.path("artifact/report.json")).unwrap();
    missing.run().refuses("artifact/report.json");
}

#[test]
fn an_empty_report_is_no_pass() {
    let job = job("artifact-no-specs", &good(), "success");
    tamper(&job, |report| report["specs"] = json!([]));
    job.run().refuses("cannot be used");
}

#[test]
fn links_of_a_report_are_made_anew() {
    let job = job("links", &bad(), "failure");
    tamper(&job, |report| {
        let publisher = &mut report["specs"][0]["publisher"];
        publisher["run_url"] = json!("https://evil.example/run");
        publisher["repository"] = json!("https://evil.example/acme/widget");
        publisher["commit"] = json!("](https://evil.example)");
    });
    job.run().exits(1);
    assert!(
        !bodies(&job)[0].contains("evil.example"),
        "{}",
        bodies(&job)[0]
    );
}
