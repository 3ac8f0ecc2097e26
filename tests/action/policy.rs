//! Requirements and exemptions on pull requests: the base branch's hold, whatever the pull request says.

use testkit::github::Fault;

use crate::job::{Job, base, good, merge_group, publish_unattested, spec};

const FILE: &str = "dockyard-provenance.toml";

const REQUIRE: &str = "[[require]]\n";

const NEW: &str = "[[require]]\nnew = true\nevidence = \"verified\"\n";

const EXEMPT: &str = r#"[[exempt]]
path = "npx/plain/spec.yaml"
package = "npm:plain"
rules = ["evidence-below-policy"]
reason = "Published by hand"
owner = "@acme/platform"
expires = 2999-12-31
"#;

/// Pull request 7 touches a spec whose package has no provenance.
fn job(name: &str, config: &str) -> Job {
    publish_unattested("plain");
    let job = Job::pull_request(name);
    job.spec("plain", &spec("plain", "1.2.3", ""));
    job.pull(7, &["npx/plain/spec.yaml"]);
    job.at_base(FILE, config);
    job
}

/// An exemption that a pull request brings for itself accepts nothing; once it is merged, the same pull
/// request passes when its check runs again.
#[test]
fn a_pull_request_does_not_exempt_itself() {
    let mut job = job("exempts-itself", REQUIRE);
    job.input("comment", "always");
    job.write(FILE, &format!("{REQUIRE}{EXEMPT}"));
    job.run().exits(1).tells("evidence-below-policy");
    // Merged meanwhile: the payload still names the commit of before.
    let tip = "c".repeat(40);
    job.tip("main", Some(&tip));
    job.at(&tip, FILE, &format!("{REQUIRE}{EXEMPT}"));
    let run = job.run().exits(0);
    assert!(run.out.contains("PASS (1 accepted)"), "{run:#?}");
    assert_eq!((run.output("verdict"), run.output("errors")), ("pass", "0"));
    let comment = job.github(|repository| repository.comments.last().unwrap().body.clone());
    assert!(comment.contains("Accepted for now"), "{comment}");
    assert!(comment.contains("@acme/platform"), "{comment}");
}

/// An exemption for another package at the path of before does not cover what a pull request swaps in.
#[test]
fn an_exemption_does_not_follow_to_another_package() {
    publish_unattested("swapped");
    let swapped = |name: &str, package: &str| {
        let job = job(name, &format!("{REQUIRE}{EXEMPT}"));
        job.spec("plain", &spec(package, "1.2.3", ""));
        job.run()
    };
    swapped("exempt-same", "plain").exits(0);
    swapped("exempt-swapped", "swapped")
        .exits(1)
        .tells("exemption-unused");
}

#[test]
fn what_a_pull_request_adds_or_swaps_in_is_new() {
    let before = |name: &str, before: Option<&str>| {
        let job = job(name, NEW);
        if let Some(package) = before {
            job.at_base("npx/plain/spec.yaml", &spec(package, "1.0.0", ""));
        }
        job
    };
    before("new-added", None)
        .run()
        .exits(1)
        .tells("evidence-below-policy");
    before("new-swapped", Some("other"))
        .run()
        .exits(1)
        .tells("evidence-below-policy");
    // The control: another version of the same package.
    before("new-bumped", Some("plain")).run().exits(0);
    // What the pull request does not touch is not new.
    let untouched = before("new-untouched", None);
    untouched.pull(7, &["npx/a/spec.yaml"]);
    untouched.at_base("npx/a/spec.yaml", &good());
    untouched.run().exits(0);
}

#[test]
fn a_base_that_cannot_be_read_is_a_doubt() {
    let job = job("new-unreadable", NEW);
    job.at_base("npx/plain/spec.yaml", &spec("plain", "1.0.0", ""));
    job.run().exits(0);
    let fault = Fault::new("POST", "graphql", 500, 100);
    job.github(|repository| repository.knobs.faults.push(fault));
    job.run()
        .exits(3)
        .tells("which packages are new could not be determined");
    // Where no requirement depends on what is new, only what became worse is not known.
    job.at(&base(), FILE, "[[require]]\nevidence = \"signed\"\n");
    let run = job
        .run()
        .exits(3)
        .tells("makes anything worse is not known");
    assert!(!run.out.contains("which packages are new"), "{}", run.out);
}

/// A merge queue is asked for what is new too, and any number of changed specs is compared.
#[test]
fn a_merge_queue_and_a_large_pull_request_have_a_base() {
    let queue = |name: &str, before: Option<&str>| {
        let mut job = Job::new(name);
        publish_unattested("plain");
        job.spec("plain", &spec("plain", "1.2.3", ""));
        let payload = merge_group();
        job.event(
            "merge_group",
            "refs/heads/gh-readonly-queue/main/pr-7-x",
            &payload,
        );
        job.at(&base(), FILE, NEW);
        if let Some(package) = before {
            job.at_base("npx/plain/spec.yaml", &spec(package, "1.0.0", ""));
        }
        job
    };
    queue("queue-added", None)
        .run()
        .exits(1)
        .tells("evidence-below-policy");
    queue("queue-same", Some("plain")).run().exits(0);
    let many = |name: &str, package: &str| {
        let job = job(name, NEW);
        let paths: Vec<String> = (0..500).map(|at| format!("npx/s{at}/spec.yaml")).collect();
        for path in &paths {
            job.write(path, &spec("plain", "1.2.3", ""));
            job.at_base(path, &spec(package, "1.0.0", ""));
        }
        let touched: Vec<&str> = paths.iter().map(String::as_str).collect();
        job.pull(7, &touched);
        job.at_base("npx/plain/spec.yaml", &spec("plain", "1.0.0", ""));
        job
    };
    many("many-same", "plain").run().exits(0);
    many("many-swapped", "other").run().exits(1);
}

/// Without a pull request there is no base, which is said.
#[test]
fn a_push_has_no_base() {
    let job = Job::new("new-push");
    publish_unattested("plain");
    job.spec("plain", &spec("plain", "1.2.3", ""));
    job.write(FILE, NEW);
    job.run().exits(0).tells("were not judged");
}

/// What the run leaves out is not said to be unused.
#[test]
fn a_narrowed_run_tells_nothing_of_what_it_left_out() {
    let gone = EXEMPT.replace("npx/plain", "npx/gone");
    let mut job = job("narrowed-exemption", &gone);
    job.run().exits(0).tells("exemption-unused");
    job.input("changed-only", "true");
    let run = job.run().exits(0);
    assert!(!run.out.contains("exemption-unused"), "{run:#?}");
}
