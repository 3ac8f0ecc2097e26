//! Code scanning.

use std::io::Read as _;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use flate2::read::GzDecoder;
use serde_json::Value;
use testkit::github::{CodeScanning, Sarif};

use crate::job::{Job, bad, good, head, merge, read};

#[track_caller]
fn only(job: &Job) -> Sarif {
    let sarifs = job.github(|repository| repository.sarifs.clone());
    assert_eq!(sarifs.len(), 1, "{sarifs:#?}");
    sarifs[0].clone()
}

fn none(job: &Job) -> bool {
    job.github(|repository| repository.sarifs.is_empty())
}

#[test]
fn a_push_uploads_what_it_wrote() {
    let job = Job::new("upload");
    job.github(|repository| repository.knobs.pending = 2);
    let run = job.run().exits(0);
    let sarif = only(&job);
    assert_eq!(run.output("sarif-id"), sarif.id);
    assert_eq!(sarif.polls, 3);
    assert_eq!(sarif.request["commit_sha"], Value::String(merge()));
    assert_eq!(sarif.request["ref"], "refs/heads/main");
    let packed = STANDARD
        .decode(sarif.request["sarif"].as_str().unwrap())
        .unwrap();
    let mut text = String::new();
    GzDecoder::new(packed.as_slice())
        .read_to_string(&mut text)
        .unwrap();
    assert_eq!(text, read(&job.path("dockyard-provenance.sarif")));
}

#[test]
fn a_pull_request_uploads_for_what_is_checked_out() {
    let job = Job::pull_request("upload-merge");
    job.run().exits(0);
    assert_eq!(only(&job).request["ref"], "refs/pull/7/merge");
    assert_eq!(only(&job).request["commit_sha"], Value::String(merge()));
    let job = Job::pull_request("upload-head");
    job.check_out(&head());
    job.run().exits(0);
    assert_eq!(only(&job).request["ref"], "refs/pull/7/head");
    assert_eq!(only(&job).request["commit_sha"], Value::String(head()));
    let job = Job::pull_request("upload-other");
    job.check_out(&"9".repeat(40));
    job.run().exits(3).tells("is not the pull request's commit");
    job.pull(7, &["README.md"]);
    job.run().exits(0).tells("another commit is checked out");
    assert!(none(&job));
}

#[test]
fn what_code_scanning_cannot_read_is_said() {
    let job = Job::new("unreadable");
    let error = "rule has no description".to_owned();
    job.github(|repository| repository.knobs.sarif_errors = vec![error]);
    let run = job.run().exits(0).tells("rule has no description");
    assert_ne!(run.output("sarif-id"), "");
}

#[test]
fn without_code_scanning_findings_are_still_shown() {
    for (name, code_scanning, words) in [
        ("no-scanning", CodeScanning::Missing, "has no code scanning"),
        ("off-scanning", CodeScanning::Disabled, "not enabled"),
    ] {
        let mut job = Job::new(name);
        job.spec("a", &bad());
        job.github(|repository| repository.knobs.code_scanning = code_scanning);
        let run = job.run().exits(1).shows_the_finding().tells(words);
        assert_eq!(run.output("sarif-id"), "");
        assert!(!run.out.contains("note: warning"));
        job.input("upload-sarif", "always");
        job.run().exits(1).says("warning: no upload");
        job.spec("a", &good());
        job.run().exits(0);
    }
}

#[test]
fn never_asks_nothing() {
    let mut job = Job::new("no-upload");
    job.input("upload-sarif", "never");
    job.run().exits(0);
    assert!(job.github(|repository| repository.calls.is_empty()));
}

#[test]
fn a_narrowed_scan_does_not_close_the_others_alerts() {
    let mut job = Job::pull_request("narrowed");
    job.spec("b", &good());
    job.input("changed-only", "true");
    job.run().exits(0).tells("only some specs were looked at");
    assert!(none(&job));
    job.input("upload-sarif", "always");
    job.run().exits(0);
    only(&job);
}
