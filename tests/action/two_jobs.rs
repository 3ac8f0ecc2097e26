//! Two jobs on one commit that look at different specs: neither says anything about the other's.

use serde_json::Value;
use testkit::github::Comment;

use crate::job::{Job, bad, good, read};
use crate::report_mode;

fn comments(job: &Job) -> Vec<Comment> {
    job.github(|repository| repository.comments.clone())
}

fn category(job: &Job) -> String {
    let sarif: Value = serde_json::from_str(&read(&job.path("dockyard-provenance.sarif"))).unwrap();
    let id = &sarif["runs"][0]["automationDetails"]["id"];
    id.as_str().unwrap().to_owned()
}

/// A failing spec in one folder, an honest one in the other.
fn job(name: &str) -> Job {
    let job = Job::pull_request(name);
    job.write("one/npx/a/spec.yaml", &bad());
    job.write("two/npx/a/spec.yaml", &good());
    job
}

/// Runs the job that fails, then the one that passes, then the first put right.
#[track_caller]
fn keeps_apart(job: &mut Job, input: &str, failing: &str, passing: &str) {
    job.input(input, failing);
    job.run().exits(1);
    let failed = comments(job);
    let of_failing = category(job);
    job.input(input, passing);
    job.run().exits(0);
    assert_eq!(comments(job), failed, "the other's comment is not touched");
    assert_ne!(category(job), of_failing);
    // Each finds its own again.
    job.input("comment", "always");
    for value in [passing, failing, passing] {
        job.input(input, value);
        job.run();
    }
    assert_eq!(comments(job).len(), failed.len() + 1);
    job.input("comment", "");
    job.input(input, failing);
    job.run().exits(1);
    assert!(!comments(job)[0].body.contains("resolved"));
}

#[test]
fn two_roots() {
    let mut job = job("two-roots");
    keeps_apart(&mut job, "root", "one", "two");
    // The control: the job that failed says itself when it does no more.
    job.write("one/npx/a/spec.yaml", &good());
    job.run().exits(0);
    assert!(comments(&job)[0].body.contains("resolved"));
    assert_eq!(category(&job), "dockyard-provenance/one/");
}

#[test]
fn a_root_and_the_whole() {
    keeps_apart(&mut job("root-and-whole"), "root", "one", "");
    let mut job = job("whole-and-root");
    job.spec("b", &bad());
    keeps_apart(&mut job, "root", ".", "two");
}

#[test]
fn two_sets_of_paths() {
    let mut job = Job::pull_request("two-paths");
    job.spec("b", &bad());
    keeps_apart(&mut job, "paths", "npx/b/*.yaml", "npx/a/*.yaml");
    // Other words for the same are the same job.
    let before = comments(&job);
    job.input("paths", "npx/b/*.yaml\nnpx/b/*.yaml\n");
    job.run().exits(1);
    assert_eq!(comments(&job).len(), before.len());
}

/// One category of their own for two roots: comments are told apart all the same.
#[test]
fn one_category_for_two_roots() {
    let mut job = job("shared-category");
    job.input("category", "own");
    job.input("root", "one");
    job.run().exits(1);
    let failed = comments(&job);
    assert!(
        failed[0]
            .body
            .starts_with("<!-- dockyard-provenance:own/one fail ")
    );
    assert_eq!(category(&job), "own/");
    job.input("root", "two");
    job.run().exits(0);
    assert_eq!(comments(&job), failed);
}

/// Comments of before are known where nothing is out of the ordinary.
#[test]
fn the_default_is_what_it_was() {
    let mut job = Job::pull_request("old-marker");
    job.github(|repository| {
        repository.comments.push(Comment {
            id: 5,
            pull: 7,
            login: "github-actions[bot]".to_owned(),
            kind: "Bot".to_owned(),
            body: "<!-- dockyard-provenance:dockyard-provenance fail 00 -->\nBad".to_owned(),
            edits: 0,
        });
    });
    job.input("root", "./");
    job.input("paths", "*/*/spec.yaml");
    job.run().exits(0);
    let after = comments(&job);
    assert_eq!((after.len(), after[0].edits), (1, 1));
    assert!(after[0].body.contains("resolved"), "{after:#?}");
    assert_eq!(category(&job), "dockyard-provenance/");
}

#[test]
fn a_run_that_cannot_be_done_says_so_in_its_own_comment_only() {
    let mut job = job("cannot-apart");
    job.input("root", "one");
    job.run().exits(1);
    let failed = comments(&job);
    job.input("root", "two");
    job.input("trusted-root", "gone.json");
    job.run().refuses("gone.json");
    // Which is ours is not known where the root is mistaken.
    job.input("root", "../two");
    job.input("comment", "always");
    job.run().refuses("input `root`");
    assert_eq!(comments(&job), failed);
    job.input("comment", "");
    job.input("root", "one");
    job.run().refuses("gone.json");
    assert!(comments(&job)[0].body.contains("could not run"));
}

#[test]
fn a_second_stage_keeps_apart_what_the_first_did() {
    let mut job = report_mode::job("two-told", &bad(), "failure");
    job.input("root", "one");
    job.run().exits(1);
    let failed = comments(&job);
    job.input("root", "two");
    job.input("comment", "always");
    job.run().exits(1);
    let both = comments(&job);
    assert_eq!((both.len(), &both[0]), (2, &failed[0]));
}
