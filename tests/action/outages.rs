//! Code scanning takes every alert that an upload does not repeat for fixed: what a run could not look
//! into must not close what an earlier one found.

use serde_json::Value;
use testkit::Fault;

use crate::job::{Job, answers, bad, good, merge_group, publish, spec, unknown};

/// The rules of the newest upload's results.
fn uploaded(job: &Job) -> Vec<String> {
    use base64::Engine as _;
    use std::io::Read as _;
    let packed = job.github(|repository| {
        let request = &repository.sarifs.last().unwrap().request;
        request["sarif"].as_str().unwrap().to_owned()
    });
    let packed = base64::engine::general_purpose::STANDARD
        .decode(packed)
        .unwrap();
    let mut text = String::new();
    flate2::read::GzDecoder::new(packed.as_slice())
        .read_to_string(&mut text)
        .unwrap();
    let sarif: Value = serde_json::from_str(&text).unwrap();
    let results = sarif["runs"][0]["results"].as_array().unwrap();
    let rules = results.iter().map(|one| one["ruleId"].as_str().unwrap());
    rules.map(ToOwned::to_owned).collect()
}

const HELD: &str = "could not be determined for a cause outside of the spec";
const MISMATCH: &str = "publisher-repository-mismatch";

#[test]
fn an_outage_closes_no_alert() {
    for (name, fault) in [
        ("outage-403", Fault::Status(403)),
        ("outage-401", Fault::Status(401)),
        ("outage-429", Fault::Status(429)),
        ("outage-500", Fault::Status(500)),
        ("outage-451", Fault::Status(451)),
        ("outage-closed", Fault::CloseTimes(1_000)),
    ] {
        let package = format!("@acme/{name}");
        publish(&package);
        let mut job = Job::new(name);
        job.input("no-cache", "true");
        job.input("timeout", "2");
        job.spec("a", &bad().replace("@acme/b", &package));
        job.run().exits(1);
        assert_eq!(uploaded(&job), [MISMATCH]);
        answers(&package, fault);
        let run = job.run().exits(3).tells("no upload to code scanning");
        let run = run.tells(HELD).tells("They stay open");
        assert_eq!((run.output("sarif-id"), job.uploads()), ("", 1));
        // Nor where other findings fail the run, or what is unknown does not.
        job.spec("b", &bad());
        job.run().exits(1).tells(HELD);
        job.spec("b", &good());
        job.input("fail-on-unknown", "false");
        job.run().tells(HELD);
        assert_eq!(job.uploads(), 1);
        // Who asks for it always gets it.
        job.input("upload-sarif", "always");
        job.run();
        assert_eq!(uploaded(&job), ["verification-incomplete"]);
    }
}

/// The comment is no alert, and an outage settles nothing that it told either.
#[test]
fn an_outage_resolves_no_comment() {
    let mut job = Job::pull_request("outage-comment");
    let package = "@acme/outage-comment";
    publish(package);
    let text = bad().replace("@acme/b", package);
    job.spec("a", &text);
    job.input("fail-on-unknown", "false");
    job.input("no-cache", "true");
    let body = |job: &Job| job.github(|repository| repository.comments[0].body.clone());
    job.run().exits(1);
    answers(package, Fault::Status(503));
    job.input("timeout", "2");
    job.run();
    assert!(!body(&job).contains("resolved"), "{}", body(&job));
    // The control.
    job.spec("a", &bad());
    job.run().exits(1);
    job.spec("a", &good());
    job.run().exits(0);
    assert!(body(&job).contains("resolved"), "{}", body(&job));
}

#[test]
fn nobody_asked_closes_no_alert() {
    let mut job = Job::new("outage-offline");
    job.input("no-cache", "true");
    job.input("offline", "true");
    job.run().exits(3).tells(HELD);
    job.input("offline", "");
    job.run().exits(0);
    assert_eq!(job.uploads(), 1);
}

#[test]
fn what_can_never_be_asked_about_holds_nothing_back() {
    let job = Job::new("outage-elsewhere");
    let skill = "metadata:\n  name: review\n  description: \"A skill\"\n\
                 spec:\n  repository: \"https://gitlab.com/acme/skills\"\n  \
                 ref: \"8f7e6d5c4b3a29181706f5e4d3c2b1a098765432\"\n  path: \"skills/review\"\n  \
                 version: \"0.1.0\"\n";
    job.write("skills/review/spec.yaml", skill);
    job.spec("a", &bad());
    job.run().exits(1);
    let rules = uploaded(&job);
    assert!(rules.contains(&MISMATCH.to_owned()), "{rules:?}");
    assert!(
        rules.contains(&"verification-incomplete".to_owned()),
        "{rules:?}"
    );
    // Beside it an outage still counts.
    job.spec("b", &unknown());
    job.run().exits(1).tells("`npx/b/spec.yaml` could not");
    assert_eq!(job.uploads(), 1);
}

#[test]
fn a_spec_that_cannot_be_used_is_determined() {
    let job = Job::new("outage-malformed");
    job.spec("a", &spec("@acme/a", "latest", ""));
    job.spec("b", "metadata: [\n");
    job.run().exits(1);
    assert_eq!(uploaded(&job).len(), 2);
}

#[test]
fn what_the_run_itself_rests_on_must_be_known_too() {
    let job = Job::pull_request("outage-config");
    job.tip("main", None);
    job.run()
        .exits(3)
        .tells("something about the run as a whole could not");
    assert_eq!(job.uploads(), 0);
    let mut job = Job::new("outage-trust");
    job.input("trust-max-age", "1");
    job.run()
        .exits(3)
        .tells("the trust material does not count");
    assert_eq!(job.uploads(), 0);
    job.input("trust-max-age", "");
    job.run().exits(0);
    assert_eq!(job.uploads(), 1);
}

/// The event of a pull request that is closed names the branch that it was merged into.
#[test]
fn a_narrowed_run_is_not_uploaded_for_a_branch() {
    let mut job = Job::pull_request("narrowed-closed");
    job.spec("b", &bad());
    job.input("changed-only", "true");
    job.input("upload-sarif", "always");
    job.set("GITHUB_REF", "refs/heads/main");
    job.run()
        .exits(0)
        .tells("on `refs/heads/main` code scanning");
    assert_eq!(job.uploads(), 0);
    // The controls: for the pull request, and a run that looks at everything.
    job.set("GITHUB_REF", "refs/pull/7/merge");
    job.run().exits(0);
    assert_eq!(job.uploads(), 1);
    job.set("GITHUB_REF", "refs/heads/main");
    job.input("changed-only", "");
    job.run().exits(1);
    assert_eq!(job.uploads(), 2);
}

#[test]
fn a_merge_queues_branch_is_not_uploaded_for_even_if_asked() {
    let mut job = Job::new("queue-always");
    job.event(
        "merge_group",
        "refs/heads/gh-readonly-queue/main/pr-7-x",
        &merge_group(),
    );
    job.input("upload-sarif", "always");
    job.run().exits(0).says("warning: no upload");
    assert_eq!(job.uploads(), 0);
}
