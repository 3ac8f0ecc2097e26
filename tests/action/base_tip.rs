//! The configuration that judges is the base branch's of now, not of when the pull request was opened:
//! the event's `base.sha` stays what it was through pushes, reopenings and re-runs.

use serde_json::{Value, json};
use testkit::github::Fault;

use crate::job::{Job, bad, base, good, merge_group, payload, read};

const FILE: &str = "dockyard-provenance.toml";
const LENIENT: &str = "fail-on = \"never\"\n";

fn newer() -> String {
    "d".repeat(40)
}

fn gate(job: &Job) -> Value {
    let report: Value = serde_json::from_str(&read(&job.path("dockyard-provenance.json"))).unwrap();
    report["gate"].clone()
}

#[test]
fn a_configuration_that_the_branch_has_replaced_does_not_judge() {
    let job = Job::pull_request("tip-replaced");
    job.spec("a", &bad());
    job.at_base(FILE, LENIENT);
    // The control: while it is the branch's, it judges.
    job.run().exits(0).tells("main at bbbbbbb");
    assert_eq!(
        gate(&job)["base"],
        json!({"branch": "main", "commit": base()})
    );
    // The payload does not change, the branch does.
    job.at(&newer(), FILE, "fail-on = \"error\"\n");
    job.tip("main", Some(&newer()));
    job.run().exits(1).tells("main at ddddddd");
    assert_eq!(
        gate(&job)["base"],
        json!({"branch": "main", "commit": newer()})
    );
    assert_eq!(gate(&job)["config"], FILE);
    // Nor does one that the branch has removed.
    job.github(|repository| {
        let files = &mut repository.files;
        files.remove(&(newer(), FILE.to_owned()));
        files.insert((newer(), "README.md".to_owned()), Vec::new());
    });
    let run = job
        .run()
        .exits(1)
        .says("Configuration of main at ddddddd: none");
    let run = run.tells("main at ddddddd");
    assert!(
        run.summary
            .contains("configuration of `main at ddddddd`: none")
    );
    assert_eq!(gate(&job)["config"], Value::Null);
}

#[test]
fn trust_that_the_branch_has_replaced_is_not_used() {
    let mut job = Job::pull_request("tip-trust");
    let real = read(std::path::Path::new(&job.variable("INPUT_TRUSTED-ROOT")));
    job.write("trust/root.json", &real);
    job.at_base("trust/root.json", &real);
    job.input("trusted-root", "trust/root.json");
    job.run().exits(0);
    job.at(&newer(), "trust/root.json", "{}");
    job.tip("main", Some(&newer()));
    job.run().exits(2);
    job.tip("main", None);
    job.run()
        .refuses("the newest commit of the branch `main` is not known");
}

#[test]
fn the_branch_is_asked_for_once_and_only_where_it_is_needed() {
    let mut job = Job::pull_request("tip-once");
    let asked = |job: &Job| {
        job.github(|repository| {
            let calls = repository.calls.drain(..);
            let of_ref = calls.filter(|call| call.path.starts_with("git/"));
            of_ref.map(|call| call.path).collect::<Vec<_>>()
        })
    };
    let real = read(std::path::Path::new(&job.variable("INPUT_TRUSTED-ROOT")));
    job.at_base("root.json", &real);
    job.input("trusted-root", "root.json");
    job.run().exits(0);
    assert_eq!(asked(&job), ["git/ref/heads/main"]);
    // Where its configuration does not judge, it is asked for what there was before.
    let mut job = Job::pull_request("tip-not-needed");
    job.input("config", "none");
    job.run().exits(0);
    assert_eq!(asked(&job), ["git/ref/heads/main"]);
    assert_eq!(gate(&job)["base"], Value::Null);
    job.tip("main", None);
    job.run()
        .exits(3)
        .tells("makes anything worse is not known");
}

#[test]
fn a_branch_that_cannot_be_told_is_a_doubt() {
    let gone = Job::pull_request("tip-gone");
    gone.at_base(FILE, LENIENT);
    gone.tip("main", None);
    let run = gone
        .run()
        .exits(3)
        .tells("could not be read from the base branch");
    assert_eq!(run.output("verdict"), "inconclusive");
    // Neither the commit of the event nor the checkout's own file stands in.
    gone.write(FILE, LENIENT);
    gone.spec("a", &bad());
    gone.run().exits(1);
    assert_eq!(gone.uploads(), 0);
    for (status, message) in [(403, "403"), (500, "500"), (301, "301")] {
        let job = Job::pull_request(&format!("tip-{status}"));
        job.at_base(FILE, LENIENT);
        let fault = Fault::new("GET", "git/ref", status, 100);
        job.github(|repository| repository.knobs.faults.push(fault));
        job.run().exits(3).tells(message);
        // The control.
        job.github(|repository| repository.knobs.faults.clear());
        job.run().exits(0);
    }
    let mut unnamed = Job::pull_request("tip-unnamed");
    let mut of = payload("fork/catalog");
    of["pull_request"]["base"]
        .as_object_mut()
        .unwrap()
        .remove("ref");
    unnamed.event("pull_request", "refs/pull/7/merge", &of);
    unnamed.run().exits(3).tells("does not name the branch");
}

#[test]
fn a_branch_with_slashes_is_that_branch() {
    let mut job = Job::pull_request("tip-slashes");
    let mut of = payload("fork/catalog");
    of["pull_request"]["base"]["ref"] = json!("release/v1 #1");
    job.event("pull_request", "refs/pull/7/merge", &of);
    job.github(|repository| repository.knobs.base_branch = Some("release/v1 #1".to_owned()));
    job.spec("a", &bad());
    job.at(&newer(), FILE, LENIENT);
    job.tip("release/v1 #1", Some(&newer()));
    job.run().exits(0).tells("ddddddd");
    // The control: another branch's is not taken for it.
    job.tip("release/v1 #1", None);
    job.tip("release", Some(&newer()));
    job.run().exits(1);
}

/// A re-run has the payload of then, and the pull request goes elsewhere now.
#[test]
fn a_pull_request_that_goes_to_another_branch_by_now_is_not_judged_by_this_one() {
    let job = Job::pull_request("tip-retargeted");
    job.at_base(FILE, LENIENT);
    job.run().exits(0);
    job.github(|repository| repository.knobs.base_branch = Some("strict".to_owned()));
    job.tip("main", Some(&base()));
    job.run().exits(3).tells("into `strict` by now");
    assert_eq!(gate(&job)["base"]["branch"], "main");
    // Nor by touching more than GitHub lists.
    let many: Vec<String> = (0..3_000).map(|each| format!("docs/{each}.md")).collect();
    let many: Vec<&str> = many.iter().map(String::as_str).collect();
    job.pull(7, &many);
    job.run().exits(3).tells("into `strict` by now");
    job.github(|repository| repository.knobs.base_branch = None);
    job.run().exits(0);
}

#[test]
fn a_merge_queue_is_judged_by_the_branch_and_not_by_the_group_before() {
    let mut job = Job::new("tip-queue");
    let git_ref = "refs/heads/gh-readonly-queue/main/pr-7-x";
    job.event("merge_group", git_ref, &merge_group());
    job.spec("a", &bad());
    // `base_sha` may be a group that is not merged yet.
    job.at_base(FILE, LENIENT);
    job.at(&newer(), FILE, "fail-on = \"error\"\n");
    job.tip("main", Some(&newer()));
    job.run().exits(1).tells("main at ddddddd");
    // The control.
    job.tip("main", Some(&base()));
    job.run().exits(0);
    let mut of = merge_group();
    of["merge_group"]
        .as_object_mut()
        .unwrap()
        .remove("base_ref");
    job.event("merge_group", git_ref, &of);
    job.spec("a", &good());
    job.run().exits(3).tells("does not name the branch");
}

#[test]
fn a_push_is_judged_by_what_is_pushed() {
    let job = Job::new("tip-push");
    job.spec("a", &bad());
    job.write(FILE, LENIENT);
    job.at(&newer(), FILE, "fail-on = \"error\"\n");
    job.tip("main", Some(&newer()));
    job.run().exits(0);
    assert_eq!(gate(&job)["base"], Value::Null);
}
