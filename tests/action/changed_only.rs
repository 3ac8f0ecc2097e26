//! `changed-only`: what the pull request touches, and everything where that is not certain.

use testkit::github::Fault;

use crate::job::{Job, bad, good};

/// Two specs, `a` honest and `b` not.
fn job(name: &str, files: &[&str]) -> Job {
    let mut job = Job::pull_request(name);
    job.spec("b", &bad());
    job.pull(7, files);
    job.input("changed-only", "true");
    job
}

#[track_caller]
fn looks_at(job: &Job, specs: &str, code: i32) {
    let run = job.run().exits(code);
    assert_eq!(run.output("specs"), specs, "{run:#?}");
}

#[test]
fn only_touched_specs_are_looked_at() {
    looks_at(&job("touch-a", &["npx/a/spec.yaml", "README.md"]), "1", 0);
    looks_at(&job("touch-b", &["npx/b/spec.yaml"]), "1", 1);
    looks_at(
        &job("touch-both", &["npx/a/spec.yaml", "npx/b/spec.yaml"]),
        "2",
        1,
    );
}

#[test]
fn no_touched_spec_is_a_pass_with_words() {
    let job = job("touch-none", &["README.md"]);
    let run = job.run().exits(0).tells("the pull request touches no spec");
    assert_eq!((run.output("verdict"), run.output("specs")), ("pass", "0"));
    assert_eq!(job.github(|repository| repository.comments.len()), 0);
}

#[test]
fn both_names_of_a_renamed_spec_count() {
    let job = job("renamed", &[]);
    let file = (
        "docs/old.yaml".to_owned(),
        Some("npx/b/spec.yaml".to_owned()),
    );
    job.github(|repository| repository.pulls.get_mut(&7).unwrap().files = vec![file]);
    looks_at(&job, "1", 1);
}

#[test]
fn a_changed_configuration_concerns_every_spec() {
    looks_at(&job("touch-config", &["dockyard-provenance.toml"]), "2", 1);
}

#[test]
fn a_list_that_cannot_be_had_leads_to_everything() {
    for (name, path, status) in [
        ("list-403", "files", 403),
        ("list-404", "files", 404),
        ("list-500", "files", 500),
        ("pull-403", "pulls/7", 403),
    ] {
        let job = job(name, &["npx/a/spec.yaml"]);
        let fault = Fault::new("GET", path, status, 100);
        job.github(|repository| repository.knobs.faults.push(fault));
        job.run()
            .exits(1)
            .tells("changed-only: every spec is looked at");
    }
}

#[test]
fn a_list_that_is_not_whole_or_not_of_this_commit_leads_to_everything() {
    let lying = job("incomplete", &["README.md"]);
    lying.github(|repository| repository.pulls.get_mut(&7).unwrap().changed_files = Some(9));
    lying
        .run()
        .exits(1)
        .tells("GitHub lists 1 of 9 changed files");
    let moved = job("moved-on", &["README.md"]);
    moved.github(|repository| repository.pulls.get_mut(&7).unwrap().head_sha = "c".repeat(40));
    moved.run().exits(1).tells("newer commits");
    let many: Vec<String> = (0..3_000)
        .map(|number| format!("docs/{number}.md"))
        .collect();
    let many: Vec<&str> = many.iter().map(String::as_str).collect();
    let huge = job("three-thousand", &many);
    huge.run().exits(1).tells("3000 files or more");
    // The control: one fewer is a whole list.
    let most = job("nearly-three-thousand", many.split_last().unwrap().1);
    looks_at(&most, "0", 0);
}

/// Who opened the pull request can change its base, so that GitHub lists other files.
#[test]
fn a_list_against_another_base_leads_to_everything() {
    let job = job("switched-base", &["README.md"]);
    job.github(|repository| repository.knobs.base_branch = Some("decoy".to_owned()));
    job.run()
        .exits(1)
        .tells("into another branch than this run is about");
    // The control: the branch that the event names.
    job.github(|repository| repository.knobs.base_branch = None);
    looks_at(&job, "0", 0);
}

#[test]
fn a_payload_without_a_base_branch_leads_to_everything() {
    let mut job = job("no-base-ref", &["README.md"]);
    let mut payload = crate::job::payload("fork/catalog");
    let base = payload["pull_request"]["base"].as_object_mut().unwrap();
    base.remove("ref");
    job.event("pull_request", "refs/pull/7/merge", &payload);
    job.run().exits(1).tells("changed-only: every spec");
}

#[test]
fn a_spec_behind_a_link_is_always_looked_at() {
    let job = job("link", &["README.md"]);
    std::os::unix::fs::symlink("b", job.path("npx/link")).unwrap();
    looks_at(&job, "1", 1);
}

#[test]
fn a_path_from_github_is_compared_and_never_opened() {
    let job = job(
        "traversal",
        &["../../etc/passwd", "/etc/passwd", "npx/../npx/b/spec.yaml"],
    );
    looks_at(&job, "0", 0);
}

#[test]
fn without_a_pull_request_everything_is_looked_at() {
    let mut job = Job::new("changed-push");
    job.spec("b", &good());
    job.input("changed-only", "true");
    job.run()
        .exits(0)
        .tells("this run is not about a pull request");
    looks_at(&job, "2", 0);
}

#[test]
fn a_root_behind_a_link_hides_nothing() {
    let mut job = job("linked-root-changed", &["catalog/npx/b/spec.yaml"]);
    job.write("catalog/npx/b/spec.yaml", &bad());
    std::os::unix::fs::symlink("catalog", job.path("ci")).unwrap();
    job.input("root", "ci");
    looks_at(&job, "1", 1);
}

#[test]
fn another_commit_than_the_pull_requests_leads_to_everything() {
    let job = job("other-commit", &["README.md"]);
    job.check_out(&"c".repeat(40));
    job.run()
        .exits(1)
        .tells("what is checked out is not the pull request's commit");
    // The control: the pull request's own commit.
    job.check_out(&crate::job::head());
    looks_at(&job, "0", 0);
}

#[test]
fn trust_of_unknown_age_is_no_pass_where_nothing_is_touched() {
    let mut job = job("touch-none-old-trust", &["README.md"]);
    job.input("trust-max-age", "1");
    let run = job.run().exits(3);
    assert_eq!(run.output("verdict"), "inconclusive");
    job.input("trust-max-age", "");
    looks_at(&job, "0", 0);
}
