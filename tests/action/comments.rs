//! The sticky comment, against a GitHub that remembers.

use testkit::github::{Comment, Fault};

use crate::job::{Job, bad, good, unknown};

fn comments(job: &Job) -> Vec<Comment> {
    job.github(|repository| repository.comments.clone())
}

/// The only comment.
#[track_caller]
fn only(job: &Job) -> Comment {
    let comments = comments(job);
    assert_eq!(comments.len(), 1, "{comments:#?}");
    comments[0].clone()
}

fn failing(name: &str) -> Job {
    let job = Job::pull_request(name);
    job.spec("a", &bad());
    job
}

#[test]
fn created_unchanged_updated_and_resolved() {
    let job = failing("sticky");
    let run = job.run().exits(1);
    let created = only(&job);
    assert_eq!((created.pull, created.edits), (7, 0));
    assert_eq!(created.login, "github-actions[bot]");
    assert!(
        created
            .body
            .starts_with("<!-- dockyard-provenance:dockyard-provenance fail ")
    );
    assert!(run.output("comment-url").contains("#issuecomment-1000"));
    // Nothing new: not touched.
    let run = job.run().exits(1);
    assert_eq!(only(&job), created);
    assert!(run.output("comment-url").contains("#issuecomment-1000"));
    // Another outcome: rewritten in place.
    job.spec("b", &unknown());
    job.run().exits(1);
    let updated = only(&job);
    assert_eq!(updated.edits, 1);
    assert_ne!(updated.body, created.body);
    // Nothing is wrong any more: said, once.
    job.spec("a", &good());
    job.spec("b", &good());
    job.run().exits(0);
    let resolved = only(&job);
    assert_eq!(resolved.edits, 2);
    assert!(resolved.body.contains("resolved"), "{}", resolved.body);
    job.run().exits(0);
    assert_eq!(only(&job), resolved);
}

#[test]
fn a_clean_pull_request_without_a_comment_gets_none() {
    let job = Job::pull_request("clean");
    let run = job.run().exits(0);
    assert_eq!(comments(&job), []);
    assert_eq!(run.output("comment-url"), "");
}

#[test]
fn always_on_failure_and_never() {
    let mut always = Job::pull_request("always");
    always.input("comment", "always");
    always.run().exits(0);
    only(&always);
    let mut on_failure = failing("on-failure");
    on_failure.input("comment", "on-failure");
    on_failure.run().exits(1);
    on_failure.spec("a", &good());
    on_failure.run().exits(0);
    assert!(only(&on_failure).body.contains("resolved"));
    let mut never = failing("never");
    never.input("comment", "never");
    never.run().exits(1).shows_the_finding();
    assert_eq!(comments(&never), []);
    let asked = never.github(|repository| repository.calls.clone());
    assert!(
        asked.iter().all(|call| !call.path.contains("comments")),
        "{asked:?}"
    );
}

#[test]
fn only_own_comments_are_touched() {
    let job = failing("strangers");
    let marker = "<!-- dockyard-provenance:dockyard-provenance pass 00 -->\nAll is well";
    let stranger = |id, login: &str, kind: &str, body: &str| Comment {
        id,
        pull: 7,
        login: login.to_owned(),
        kind: kind.to_owned(),
        body: body.to_owned(),
        edits: 0,
    };
    let strangers = vec![
        stranger(1, "mallory", "User", marker),
        stranger(2, "other-app[bot]", "Bot", marker),
        stranger(3, "github-actions[bot]", "User", marker),
        stranger(
            4,
            "github-actions[bot]",
            "Bot",
            "<!-- dockyard-provenance:other fail 00 -->",
        ),
        stranger(
            5,
            "github-actions[bot]",
            "Bot",
            &format!("> quoted\n{marker}"),
        ),
    ];
    job.github(|repository| repository.comments.clone_from(&strangers));
    job.run().exits(1);
    let after = comments(&job);
    assert_eq!(after.len(), 6);
    assert_eq!(after[..5], strangers);
    assert!(after[5].body.contains(":dockyard-provenance fail "));
    // The control: our own, even behind many others, is found.
    job.run().exits(1);
    assert_eq!(comments(&job).len(), 6);
}

#[test]
fn our_comment_is_found_on_a_later_page() {
    let job = failing("pages");
    job.github(|repository| {
        repository.comments = (0..250)
            .map(|id| Comment {
                id,
                pull: 7,
                login: "someone".to_owned(),
                kind: "User".to_owned(),
                body: "hello".to_owned(),
                edits: 0,
            })
            .collect();
    });
    job.run().exits(1);
    job.run().exits(1);
    assert_eq!(comments(&job).len(), 251);
}

#[test]
fn one_comment_per_category() {
    let mut job = failing("categories");
    for category in ["one", "two", "one"] {
        job.input("category", category);
        job.run().exits(1);
    }
    let bodies: Vec<String> = comments(&job).into_iter().map(|each| each.body).collect();
    assert_eq!(bodies.len(), 2);
    assert!(bodies[0].starts_with("<!-- dockyard-provenance:one "));
    assert!(bodies[1].starts_with("<!-- dockyard-provenance:two "));
}

#[test]
fn a_persons_token_updates_the_persons_comment() {
    let mut job = failing("person");
    job.input("token", "pat_alice");
    job.run().exits(1);
    assert_eq!(only(&job).login, "alice");
    job.spec("a", &good());
    job.run().exits(0);
    assert_eq!(only(&job).edits, 1);
}

#[test]
fn another_apps_token_updates_its_own_comment() {
    let mut job = failing("app-told");
    job.input("token", "ghs_app_1");
    job.run().exits(1);
    assert_eq!(only(&job).login, "other-app[bot]");
    job.spec("a", &good());
    job.run().exits(0);
    assert_eq!(only(&job).edits, 1);
}

#[test]
fn where_github_does_not_tell_the_app_its_name_is_needed_and_that_is_said() {
    let mut job = failing("app");
    job.input("token", "ghs_app_mute_1");
    job.run().exits(1).tells("comment-author");
    job.input("comment-author", "other-app[bot]");
    job.spec("a", &good());
    // What was there before is GraphQL's to say, too.
    job.run()
        .exits(3)
        .tells("makes anything worse is not known");
    assert_eq!(only(&job).edits, 1);
}

#[test]
fn a_comment_that_was_written_before_the_answer_failed_is_not_written_twice() {
    let job = failing("unclear");
    job.github(|repository| {
        let mut fault = Fault::new("POST", "comments", 502, 1);
        fault.done = true;
        repository.knobs.faults.push(fault);
    });
    let run = job.run().exits(1);
    only(&job);
    assert!(run.output("comment-url").contains("issuecomment"));
    // The control: what was not written is written at the second try.
    let job = failing("unclear-control");
    job.github(|repository| {
        repository
            .knobs
            .faults
            .push(Fault::new("POST", "comments", 502, 1));
    });
    job.run().exits(1);
    only(&job);
}

#[test]
fn a_long_comment_is_cut_and_says_so() {
    let job = failing("long");
    // The pull request adds them all, and what is said of each differs: no row stands for many.
    let paths: Vec<String> = (0..1_500)
        .map(|number| {
            let server = format!("server-with-a-long-name-{number:04}");
            let other = format!("mallory/widget-with-a-long-name-{number:04}");
            job.spec(&server, &bad().replace("mallory/widget", &other));
            format!("npx/{server}/spec.yaml")
        })
        .collect();
    let paths: Vec<&str> = paths.iter().map(String::as_str).collect();
    job.pull(7, &paths);
    job.run()
        .exits(1)
        .says("the comment does not hold everything");
    let comment = only(&job);
    assert!(comment.body.chars().count() <= 65_536);
    assert!(comment.body.contains("Cut to fit: "));
    assert!(comment.body.starts_with("<!-- dockyard-provenance:"));
}

#[test]
fn an_overtaken_run_leaves_the_comment_alone() {
    let job = failing("overtaken");
    job.run().exits(1);
    let written = only(&job);
    let newest = |sha: String| {
        job.github(|repository| repository.pulls.get_mut(&7).unwrap().head_sha = sha);
    };
    newest("c".repeat(40));
    job.spec("a", &good());
    job.run().exits(0).tells("newer commits than this run");
    assert_eq!(only(&job), written);
    newest(crate::job::head());
    job.run().exits(0);
    assert_eq!(only(&job).edits, 1);
}

#[test]
fn a_run_that_cannot_be_done_takes_back_what_the_comment_said() {
    let mut job = failing("taken-back");
    let trust = job.variable("INPUT_TRUSTED-ROOT");
    job.input("trusted-root", "gone.json");
    // Where there is no comment, none is written.
    job.run().refuses("gone.json");
    assert!(comments(&job).is_empty());
    job.input("trusted-root", &trust);
    job.run().exits(1);
    job.input("trusted-root", "gone.json");
    job.run().refuses("gone.json");
    let taken = only(&job);
    assert!(taken.body.contains("could not run"), "{}", taken.body);
    assert!(taken.body.contains(&crate::job::head()));
    job.run().refuses("gone.json");
    assert_eq!(only(&job), taken);
    job.input("trusted-root", &trust);
    job.run().exits(1);
    assert!(!only(&job).body.contains("could not run"));
}
