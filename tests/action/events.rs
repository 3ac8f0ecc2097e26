//! Every event that a workflow can be started by.

use serde_json::json;

use crate::job::{Job, bad, base, good, head, merge, merge_group, payload};

#[test]
fn events_without_a_pull_request_scan_and_do_not_comment() {
    for event in ["push", "schedule", "workflow_dispatch", "release"] {
        let mut job = Job::new(&format!("event-{event}"));
        job.event(event, "refs/heads/main", &json!({}));
        job.spec("a", &bad());
        job.run().exits(1).shows_the_finding();
        assert_eq!(job.github(|repository| repository.comments.len()), 0);
        assert_eq!(job.github(|repository| repository.sarifs.len()), 1);
        job.spec("a", &good());
        job.run().exits(0);
    }
}

#[test]
fn a_merge_queue_scans_and_uploads_nothing() {
    let mut job = Job::new("event-merge-group");
    let payload = merge_group();
    job.event(
        "merge_group",
        "refs/heads/gh-readonly-queue/main/pr-7-x",
        &payload,
    );
    // Its branch is gone with the queue, and nobody looks at alerts there.
    job.run().exits(0).tells("the branches of a merge queue");
    assert_eq!(job.uploads(), 0);
    assert_eq!(job.github(|repository| repository.comments.len()), 0);
    // The control: the push that follows.
    job.event("push", "refs/heads/main", &json!({}));
    job.run().exits(0);
    assert_eq!(job.uploads(), 1);
}

#[test]
fn a_review_is_about_its_pull_request() {
    let mut job = Job::pull_request("event-review");
    job.event(
        "pull_request_review",
        "refs/pull/7/merge",
        &payload("fork/catalog"),
    );
    job.spec("a", &bad());
    job.run().exits(1);
    assert_eq!(job.github(|repository| repository.comments.len()), 1);
}

#[test]
fn a_privileged_event_with_foreign_content_is_refused() {
    for (event, payload) in [
        ("pull_request_target", payload("fork/catalog")),
        ("issue_comment", json!({})),
        (
            "workflow_run",
            json!({"workflow_run": {
                "id": 1, "event": "pull_request", "conclusion": "success", "head_sha": head(),
                "head_branch": "x", "head_repository": {"full_name": "fork/catalog"},
            }}),
        ),
    ] {
        let mut job = Job::new(&format!("target-{event}"));
        job.event(event, "refs/heads/main", &payload);
        job.check_out(&head());
        job.run().refuses(&format!("refused on `{event}`"));
        std::fs::remove_dir_all(job.path(".git")).unwrap();
        job.run().refuses("what is checked out is not known");
        assert!(job.github(|repository| repository.calls.is_empty()));
        // The control: the repository's own commit, which says nothing about the pull request.
        job.check_out(&merge());
        job.spec("a", &bad());
        job.run()
            .exits(1)
            .tells("it says nothing about a pull request");
        assert_eq!(job.github(|repository| repository.comments.len()), 0);
    }
    let mut job = Job::new("target-base");
    job.event(
        "pull_request_target",
        "refs/heads/main",
        &payload("fork/catalog"),
    );
    job.check_out(&base());
    job.run().exits(0);
}

#[test]
fn a_payload_that_cannot_be_read_is_no_other_event() {
    let mut job = Job::new("no-payload");
    job.event("pull_request", "refs/pull/7/merge", &json!({}));
    job.run().refuses("no usable `pull_request`");
    job.set("GITHUB_EVENT_PATH", "/nowhere/event.json");
    job.run().refuses("/nowhere/event.json");
    job.set("GITHUB_EVENT_PATH", "");
    job.run().refuses("cannot be read");
}

#[test]
fn another_checkout_within_the_base_is_refused_on_a_privileged_event() {
    let mut job = Job::new("target-nested");
    let payload = payload("fork/catalog");
    job.event("pull_request_target", "refs/heads/main", &payload);
    job.check_out(&base());
    job.write("npx/pr/spec.yaml", &bad());
    job.run().exits(1);
    job.write("npx/pr/.git/HEAD", &head());
    job.run()
        .refuses("`npx/pr` is not of the base branch's checkout");
}
