//! A run with nothing to verify says so everywhere; one that found nothing is refused.

use serde_json::Value;

use crate::job::{Job, bad, read};

fn untouched(name: &str) -> Job {
    let mut job = Job::pull_request(name);
    job.spec("b", &bad());
    job.pull(7, &["README.md"]);
    job.input("changed-only", "true");
    job
}

fn json(job: &Job, file: &str) -> Value {
    serde_json::from_str(&read(&job.path(file))).unwrap()
}

#[test]
fn an_untouched_pull_request_is_told_in_every_report() {
    let mut job = untouched("nothing-told");
    job.input("comment", "always");
    let run = job.run().exits(0).tells("the pull request touches no spec");
    assert_eq!((run.output("verdict"), run.output("specs")), ("pass", "0"));
    let says =
        "NOTHING TO VERIFY**: the pull request touches no spec; 2 specs are there, not checked";
    let comments = job.github(|repository| repository.comments.clone());
    for text in [&comments[0].body, &run.summary] {
        assert!(text.contains(says), "{text}");
        assert!(!text.contains('✅') && !text.contains("0 of 0"), "{text}");
    }
    assert!(run.out.contains("\nNOTHING TO VERIFY: "), "{}", run.out);
    let report = json(&job, "dockyard-provenance.json");
    assert_eq!(report["verdict"], "pass");
    assert_eq!(report["determined"], true);
    assert_eq!(report["summary"]["untouched"], 2);
    let sarif = json(&job, "dockyard-provenance.sarif");
    let invocation = &sarif["runs"][0]["invocations"][0];
    assert_eq!(invocation["executionSuccessful"], true);
    let notices = &invocation["toolExecutionNotifications"];
    assert_eq!(notices[0]["descriptor"]["id"], "nothing-to-verify");
}

#[test]
fn what_is_in_doubt_is_not_nothing() {
    let job = untouched("nothing-doubted");
    job.github(|repository| repository.knobs.forbidden = true);
    // Neither the list of files nor the base's configuration can be had.
    let run = job.run();
    assert_eq!(run.output("specs"), "2");
    let report = json(&job, "dockyard-provenance.json");
    assert_eq!(
        (&report["verdict"], &report["determined"]),
        (&"fail".into(), &false.into())
    );
    assert!(report["gate"]["doubts"][0].as_str().is_some(), "{report}");
    let sarif = json(&job, "dockyard-provenance.sarif");
    let invocation = &sarif["runs"][0]["invocations"][0];
    assert_eq!(invocation["executionSuccessful"], false);
    assert_eq!(invocation["exitCode"], 1);
    assert!(run.exits(1).summary.contains("**Not determined:**"));
    // The control: the same findings, and everything known.
    let mut job = untouched("nothing-known");
    job.input("changed-only", "false");
    job.run().exits(1);
    let report = json(&job, "dockyard-provenance.json");
    assert_eq!(
        (&report["verdict"], &report["determined"]),
        (&"fail".into(), &true.into())
    );
    let sarif = json(&job, "dockyard-provenance.sarif");
    assert_eq!(
        sarif["runs"][0]["invocations"][0]["executionSuccessful"],
        true
    );
}

#[test]
fn no_specs_where_some_were_expected_are_refused() {
    let mut job = Job::pull_request("nothing-there");
    job.input("changed-only", "true");
    std::fs::remove_dir_all(job.path("npx")).unwrap();
    // One that the pull request touches is known to be missing.
    job.run().exits(3).tells("touches `npx/a/spec.yaml`");
    job.pull(7, &["README.md"]);
    job.run().refuses("no spec found");
    let mut elsewhere = untouched("nothing-matches");
    elsewhere.input("paths", "servers/*/spec.yaml");
    elsewhere.run().refuses("no spec found");
}
