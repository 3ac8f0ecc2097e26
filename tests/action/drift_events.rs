//! With what a push, a merge queue and a moved spec are compared.

use serde_json::{Value, json};
use testkit::github::Fault;

use crate::drift::{PATH, acme, declared, pull_request, report, rules, versions};
use crate::job::{self, Job, base, merge_group, publish_by, publish_signed, spec};

fn push(name: &str, before: &str, text: [&str; 2]) -> Job {
    let mut job = Job::new(name);
    job.event("push", "refs/heads/main", &json!({"before": before}));
    job.at_base(PATH, text[0]);
    job.spec("a", text[1]);
    job
}

#[test]
fn a_push_is_compared_with_what_the_branch_was() {
    let [before, after] = versions("@drift/push", |name| publish_signed(name, "1.2.4"));
    let text = [before.as_str(), after.as_str()];
    push("drift-push", &base(), text)
        .run()
        .exits(1)
        .says("provenance-lost");
    // A new branch, and one that was rewritten, have no base.
    for (name, commit, reason) in [
        ("drift-push-new", "0".repeat(40), "the branch is new"),
        (
            "drift-push-rewritten",
            "e".repeat(40),
            "is not there any more",
        ),
    ] {
        let run = push(name, &commit, text).run().exits(0).tells(reason);
        assert!(!run.out.contains("provenance-lost"), "{run:#?}");
    }
    // What cannot be read is a doubt all the same.
    let job = push("drift-push-500", &base(), text);
    let fault = Fault::new("POST", "graphql", 500, 1_000);
    job.github(|repository| repository.knobs.faults.push(fault));
    job.run().exits(3);
    // Nothing changes where nothing was changed.
    push("drift-push-same", &base(), [&after, &after])
        .run()
        .exits(0);
}

#[test]
fn a_merge_group_is_compared_with_what_it_is_put_on() {
    let [before, after] = versions("@drift/queue", |name| publish_signed(name, "1.2.4"));
    let job = |name: &str, payload: &Value| {
        let mut job = Job::new(name);
        job.event(
            "merge_group",
            "refs/heads/gh-readonly-queue/main/pr-7-x",
            payload,
        );
        job.input("config", "none");
        job.at_base(PATH, &before);
        job.spec("a", &after);
        job
    };
    job("drift-queue", &merge_group())
        .run()
        .exits(1)
        .says("provenance-lost");
    let nameless = json!({"merge_group": {"base_ref": "refs/heads/main"}});
    let run = job("drift-queue-nameless", &nameless).run().exits(3);
    run.tells("does not name the commit before");
}

#[test]
fn a_spec_that_was_moved_is_compared_with_what_it_was() {
    let [before, after] = versions("@drift/moved", |name| publish_signed(name, "1.2.4"));
    let mut job = Job::pull_request("drift-moved");
    job.input("config", "none");
    std::fs::remove_dir_all(job.path("npx/a")).unwrap();
    job.at_base(PATH, &before);
    job.spec("b", &after);
    let renamed = ("npx/b/spec.yaml".to_owned(), Some(PATH.to_owned()));
    job.github(|repository| repository.pulls.get_mut(&7).unwrap().files = vec![renamed]);
    job.run().exits(1).says("provenance-lost");
}

/// In a merge queue, on a push and in a huge pull request nobody lists what is touched.
#[test]
fn a_spec_that_was_moved_has_a_past_without_a_list_too() {
    let [before, after] = versions("@drift/unlisted", |name| publish_signed(name, "1.2.4"));
    let move_to_b = |job: &mut Job, text: &str| {
        job.input("config", "none");
        std::fs::remove_dir_all(job.path("npx/a")).unwrap();
        job.at_base(PATH, &before);
        job.spec("b", text);
    };
    let queue = |name: &str| {
        let mut job = Job::new(name);
        let git_ref = "refs/heads/gh-readonly-queue/main/pr-7-x";
        job.event("merge_group", git_ref, &merge_group());
        job
    };
    let mut moved = queue("drift-moved-queue");
    move_to_b(&mut moved, &after);
    moved.run().exits(1).says("provenance-lost");
    // The control: the same package as before, at another path.
    let mut honest = queue("drift-moved-honest");
    move_to_b(&mut honest, &before);
    honest.run().exits(0);
    // A pull request whose files GitHub does not list.
    let mut unlisted = Job::pull_request("drift-moved-unlisted");
    move_to_b(&mut unlisted, &after);
    let fault = Fault::new("GET", "files", 500, 100);
    unlisted.github(|repository| repository.knobs.faults.push(fault));
    unlisted.run().exits(1).says("provenance-lost");
    // Where the list of all files is cut, or cannot be had, it is not known.
    let mut cut = queue("drift-moved-cut");
    move_to_b(&mut cut, &before);
    cut.github(|repository| repository.knobs.cut_trees = true);
    cut.run().exits(3).tells("which are too many");
    let mut failing = queue("drift-moved-failing");
    move_to_b(&mut failing, &before);
    let fault = Fault::new("GET", "git/trees", 500, 100);
    failing.github(|repository| repository.knobs.faults.push(fault));
    failing.run().exits(3).tells("could not be listed");
}

#[test]
fn a_baseline_of_the_pull_request_is_refused() {
    let [before, after] = versions("@drift/own", |name| publish_by(name, "1.2.4", &acme()));
    let mut job = pull_request("drift-own-baseline", &before, &after);
    job.write("earlier.json", "{}");
    job.input("baseline", "earlier.json");
    job.run().refuses("lies in a checkout");
    // The control: outside of it, it is read; and strictly.
    let outside = job.outside("earlier.json");
    std::fs::write(&outside, "{}").unwrap();
    job.input("baseline", &outside);
    job.run().refuses("name a JSON report of this program");
    job.spec("a", &before);
    job.command_line(&["--report", &format!("json={outside}"), "--no-config"]);
    job.spec("a", &after);
    job.run().exits(0);
}

#[test]
fn a_baseline_of_other_specs_is_a_doubt() {
    let [before, _] = versions("@drift/elsewhere", |_| {});
    let job = Job::new("drift-elsewhere");
    job.spec("a", &before);
    let earlier = job.outside("earlier.json");
    job.command_line(&["--report", &format!("json={earlier}"), "--no-config"]);
    std::fs::rename(job.path("npx/a"), job.path("npx/b")).unwrap();
    let output = job.command_line(&["--baseline", &earlier, "--no-config"]);
    assert_eq!(output.status.code(), Some(3), "{output:?}");
}

/// Forty-four specs whose packages have no provenance, half of them with an earlier version that has.
#[test]
fn the_registrys_history_costs_two_round_trips() {
    let names: Vec<String> = (0..44)
        .map(|number| format!("@history/p{number}"))
        .collect();
    for (number, name) in names.iter().enumerate() {
        if number % 2 == 0 {
            publish_by(name, "1.2.3", &acme());
        }
        publish_signed(name, "1.2.4");
    }
    let mut job = Job::new("drift-history");
    std::fs::remove_dir_all(job.path("npx/a")).unwrap();
    for (number, name) in names.iter().enumerate() {
        job.spec(&format!("s{number}"), &spec(name, "1.2.4", ""));
    }
    job.input("annotations", "false");
    job.run().exits(0);
    let report = report(&job);
    let warned = report["specs"].as_array().unwrap().iter().filter(|spec| {
        let findings = spec["findings"].as_array().unwrap();
        findings
            .iter()
            .any(|one| one["rule"] == "provenance-dropped-upstream")
    });
    assert_eq!(warned.count(), 22);
    let asked = job::asked_about("@history/");
    // Manifest and attestations of all, their packuments, and manifest and attestations of those before.
    assert_eq!(asked, 44 * 2 + 44 + 22 * 2);
}

/// The payload's commit stays what it was when the pull request was opened: what came to the branch since
/// has a past all the same.
#[test]
fn a_spec_that_came_to_the_branch_later_has_a_past() {
    let tip = "d".repeat(40);
    publish_by("moved-on", "1.2.3", &acme());
    publish_signed("moved-on", "1.2.4");
    let before = spec("moved-on", "1.2.3", &declared("acme/widget"));
    for (name, after, code) in [
        ("moved-on", spec("moved-on", "1.2.4", ""), 1),
        ("moved-on-honest", before.clone(), 0),
    ] {
        let mut job = Job::pull_request(name);
        job.input("config", "none");
        job.at(&tip, PATH, &before);
        job.tip("main", Some(&tip));
        job.spec("a", &after);
        job.pull(7, &[PATH]);
        job.run().exits(code);
        let report = report(&job);
        assert_eq!(
            rules(&report).contains(&"provenance-lost".to_owned()),
            code == 1,
            "{report:#}"
        );
    }
}
