//! Comments that others delete, or write at the same time.

use testkit::github::{Comment, Fault};

use crate::job::{Job, bad, good};

fn comments(job: &Job) -> Vec<Comment> {
    job.github(|repository| repository.comments.clone())
}

fn failing(name: &str) -> Job {
    let job = Job::pull_request(name);
    job.spec("a", &bad());
    job
}

fn own(id: u64, body: &str) -> Comment {
    Comment {
        id,
        pull: 7,
        login: "github-actions[bot]".to_owned(),
        kind: "Bot".to_owned(),
        body: body.to_owned(),
        edits: 0,
    }
}

const PASS: &str = "<!-- dockyard-provenance:dockyard-provenance pass 00 -->\nAll is well";

/// Every change of a comment is answered as if it were gone.
fn gone(job: &Job) {
    let fault = Fault::new("PATCH", "comments", 404, 10);
    job.github(|repository| repository.knobs.faults.push(fault));
}

#[test]
fn a_comment_that_is_deleted_meanwhile_is_written_anew() {
    let job = failing("deleted");
    job.github(|repository| repository.comments.push(own(5, PASS)));
    gone(&job);
    let run = job.run().exits(1);
    let comments = comments(&job);
    assert_eq!(comments.len(), 2);
    assert!(comments[1].body.contains(" fail "), "{comments:#?}");
    let page = format!("issuecomment-{}", comments[1].id);
    assert!(run.output("comment-url").ends_with(&page), "{run:#?}");
}

#[test]
fn a_deleted_comment_is_not_written_anew_where_none_would_be_written() {
    let job = failing("deleted-pass");
    job.run().exits(1);
    job.spec("a", &good());
    gone(&job);
    let run = job.run().exits(0);
    assert_eq!(comments(&job).len(), 1);
    assert_eq!(run.output("comment-url"), "");
}

#[test]
fn of_two_comments_at_once_the_older_is_kept() {
    let job = failing("race");
    job.github(|repository| repository.knobs.racing = Some(own(0, PASS)));
    let run = job.run().exits(1);
    let after = comments(&job);
    assert_eq!(after.len(), 2);
    assert!(after[0].body.contains(" fail "), "{after:#?}");
    assert!(after[1].body.contains(" superseded "), "{after:#?}");
    let kept = format!("issuecomment-{}", after[0].id);
    assert!(after[1].body.contains(&format!("(#{kept})")), "{after:#?}");
    assert!(run.output("comment-url").ends_with(&kept), "{run:#?}");
    // Nothing new: neither is touched.
    job.run().exits(1);
    assert_eq!(comments(&job), after);
}

#[test]
fn only_own_comments_of_this_category_are_superseded() {
    let job = failing("race-strangers");
    let mut mallory = own(2, PASS);
    mallory.login = "mallory".to_owned();
    mallory.kind = "User".to_owned();
    let other = own(3, "<!-- dockyard-provenance:other pass 00 -->");
    let unmarked = own(4, "hello");
    let all = vec![own(1, PASS), mallory, other, unmarked, own(5, PASS)];
    job.github(|repository| repository.comments.clone_from(&all));
    job.run().exits(1);
    let after = comments(&job);
    assert_eq!(after.len(), 5);
    assert_eq!(after[1..4], all[1..4]);
    assert!(after[0].body.contains(" fail "), "{after:#?}");
    assert!(after[4].body.contains(" superseded "), "{after:#?}");
}

#[test]
fn a_superseded_comment_stands_for_nothing() {
    let job = failing("superseded-alone");
    job.github(|repository| repository.comments = vec![own(1, PASS), own(2, PASS)]);
    job.run().exits(1);
    job.github(|repository| drop(repository.comments.remove(0)));
    job.run().exits(1);
    let after = comments(&job);
    assert_eq!(after.len(), 2);
    assert!(after[0].body.contains(" superseded "), "{after:#?}");
    assert!(after[1].body.contains(" fail "), "{after:#?}");
}

#[test]
fn an_overtaken_run_supersedes_nothing() {
    let job = failing("superseded-overtaken");
    job.run().exits(1);
    let said = comments(&job)[0].body.clone();
    job.github(|repository| {
        repository.comments.push(own(2000, &said));
        repository.pulls.get_mut(&7).unwrap().head_sha = "c".repeat(40);
    });
    let before = comments(&job);
    job.run().exits(1);
    assert_eq!(comments(&job), before);
    // The control: the newest run does.
    job.github(|repository| repository.pulls.get_mut(&7).unwrap().head_sha = crate::job::head());
    job.run().exits(1);
    assert!(comments(&job)[1].body.contains(" superseded "));
}

#[test]
fn a_mistaken_input_takes_back_what_the_comment_said() {
    let mut job = Job::pull_request("mistaken");
    job.input("comment", "always");
    job.run().exits(0);
    job.input("fail-on", "everything");
    job.run().refuses("input `fail-on`");
    let taken = comments(&job);
    assert_eq!(taken.len(), 1);
    assert!(taken[0].body.contains("could not run"), "{taken:#?}");
    assert!(
        taken[0].body.contains("`everything` is none of"),
        "{taken:#?}"
    );
    job.run().refuses("input `fail-on`");
    assert_eq!(comments(&job), taken);
    // It is put right again.
    job.input("fail-on", "");
    job.run().exits(0);
    assert!(!comments(&job)[0].body.contains("could not run"));
}

#[test]
fn a_mistaken_input_writes_a_comment_only_where_there_is_always_one() {
    for (name, comment, expected) in [
        ("mistaken-none", "", 0),
        ("mistaken-always", "always", 1),
        ("mistaken-never", "never", 0),
        ("mistaken-comment", "sometimes", 0),
    ] {
        let mut job = failing(name);
        job.input("comment", comment);
        job.input("jobs", "many");
        job.run().refuses("input `jobs`");
        assert_eq!(comments(&job).len(), expected, "{name}");
    }
}

#[test]
fn a_comment_that_may_not_be_ours_is_left_alone() {
    for (name, input, value) in [
        ("mistaken-category", "category", "a-->b"),
        ("mistaken-author", "comment-author", "a\u{202e}b"),
        ("mistaken-token", "token", "two words"),
        ("mistaken-mode", "mode", "both"),
    ] {
        let mut job = Job::pull_request(name);
        job.github(|repository| repository.comments.push(own(1, PASS)));
        job.input(input, value);
        let run = job.run();
        assert_eq!(run.code, Some(2), "{run:#?}");
        assert_eq!(comments(&job), [own(1, PASS)], "{name}");
    }
    // The control, and the choice to have no comments.
    for (name, comment, edits) in [("mistaken-other", "", 1), ("mistaken-no", "never", 0)] {
        let mut job = Job::pull_request(name);
        job.github(|repository| repository.comments.push(own(1, PASS)));
        job.input("comment", comment);
        job.input("jobs", "many");
        job.run().refuses("input `jobs`");
        assert_eq!(comments(&job)[0].edits, edits, "{name}");
    }
}

#[test]
fn what_cannot_be_put_right_is_said() {
    let mut job = Job::pull_request("mistaken-read-only");
    job.github(|repository| {
        repository.comments.push(own(1, PASS));
        repository.knobs.read_only = true;
    });
    job.input("jobs", "many");
    job.run()
        .refuses("input `jobs`")
        .refuses("the comment could not be updated");
}

#[test]
fn no_secret_is_told_in_a_comment() {
    let mut job = Job::pull_request("mistaken-secret");
    job.input("comment", "always");
    job.input("npm-registry", "https://user:hunter2@npm.example");
    job.run().refuses("npm registry");
    let told = comments(&job)[0].body.clone();
    assert!(
        told.contains("npm registry") && !told.contains("hunter2"),
        "{told}"
    );
}
