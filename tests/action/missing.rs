//! A spec that the pull request touches and that is not there to be looked at is not missed.

use std::fs;

use testkit::github::Fault;

use crate::job::{Job, bad, base, good, head, merge};

const GONE: &str = "npx/nuxt/spec.yaml";

/// The run cannot pass, says which file, and uploads nothing.
#[track_caller]
fn misses(job: &mut Job, path: &str) {
    let uploads = job.uploads();
    for upload in ["auto", "always"] {
        job.input("upload-sarif", upload);
        let run = job.run().exits(3).tells(&format!("touches `{path}`"));
        let run = run.tells("Check out the whole pull request");
        assert_eq!(run.output("verdict"), "inconclusive");
        assert_eq!(job.uploads(), uploads);
    }
    job.input("upload-sarif", "auto");
}

#[test]
fn a_touched_spec_that_is_not_checked_out() {
    let mut job = Job::pull_request("missing");
    job.pull(7, &[GONE, "npx/a/spec.yaml", "README.md"]);
    misses(&mut job, GONE);
    // What was not seen may be claimed, so that it counts whatever may be unknown.
    job.input("fail-on-unknown", "false");
    job.run().exits(3).tells(GONE);
    job.input("fail-on", "never");
    job.run().exits(0).tells(GONE);
    job.input("fail-on", "");
    job.input("fail-on-unknown", "");
    // What is wrong beside it is still wrong.
    job.spec("a", &bad());
    job.run().exits(1).tells(GONE);
    job.spec("a", &good());
    // The control.
    job.spec("nuxt", &good());
    job.run().exits(0);
    assert_eq!(job.uploads(), 1);
}

#[test]
fn nothing_to_verify_is_no_pass_where_something_is_missing() {
    let mut job = Job::pull_request("missing-narrowed");
    job.pull(7, &[GONE]);
    job.input("changed-only", "true");
    misses(&mut job, GONE);
    // What is there is looked at whole.
    let run = job.run().tells("changed-only: every spec is looked at");
    assert!(!run.out.contains("touches no spec"), "{run:#?}");
    job.spec("b", &bad());
    job.run().exits(1).tells(GONE);
    // The control.
    job.pull(7, &["README.md"]);
    job.run().exits(0).tells("the pull request touches no spec");
}

#[test]
fn a_checkout_that_lacks_everything() {
    let mut job = Job::pull_request("missing-all");
    fs::remove_dir_all(job.path("npx")).unwrap();
    job.pull(7, &[GONE]);
    misses(&mut job, GONE);
    // Nothing at all was looked at: not a matter of what may be unknown.
    job.input("fail-on-unknown", "false");
    job.run().exits(3);
    // The control: where none is touched, the workflow is mistaken.
    job.pull(7, &["README.md"]);
    job.run().refuses("no spec found");
}

#[test]
fn a_removed_spec_is_not_missed_and_a_renamed_one_is() {
    let mut job = Job::pull_request("missing-renamed");
    job.pull(7, &[GONE]);
    let change = |job: &Job, removed: bool, to: &str| {
        job.github(|repository| {
            let pull = repository.pulls.get_mut(&7).unwrap();
            pull.removed.clear();
            if removed {
                pull.removed.insert(GONE.to_owned());
            } else {
                pull.files = vec![(to.to_owned(), Some(GONE.to_owned()))];
            }
        });
    };
    change(&job, true, "");
    job.run().exits(0);
    change(&job, false, "npx/next/spec.yaml");
    misses(&mut job, "npx/next/spec.yaml");
    // Its old name may be gone, and its new one need be no spec's.
    job.spec("next", &good());
    job.run().exits(0);
    change(&job, false, "docs/old/nuxt.yaml");
    job.run().exits(0);
}

#[test]
fn a_name_that_differs_in_case_is_another_file() {
    let mut job = Job::pull_request("missing-case");
    job.pull(7, &["npx/A/spec.yaml"]);
    misses(&mut job, "npx/A/spec.yaml");
}

#[test]
fn what_is_there_and_cannot_be_read_is_missed_too() {
    let mut job = Job::pull_request("missing-odd");
    job.pull(7, &[GONE]);
    // Findings that would fail the run do not speak for it.
    job.input("fail-on", "never");
    job.write("npx/nuxt/x", "");
    std::os::unix::fs::symlink("../gone.yaml", job.path(GONE)).unwrap();
    misses(&mut job, GONE);
    fs::remove_file(job.path(GONE)).unwrap();
    fs::create_dir(job.path(GONE)).unwrap();
    misses(&mut job, GONE);
    fs::remove_dir(job.path(GONE)).unwrap();
    job.spec("nuxt", &good());
    job.run().exits(0);
}

#[test]
fn a_submodule_that_is_not_fetched() {
    let mut job = Job::pull_request("missing-submodule");
    job.pull(7, &["npx/sub"]);
    fs::create_dir(job.path("npx/sub")).unwrap();
    misses(&mut job, "npx/sub");
    job.spec("sub", &good());
    // It is there, and what it was before lies in another repository.
    job.run().exits(3).tells("lies below a link or a submodule");
}

#[test]
fn own_patterns_and_a_root_decide_what_is_a_spec() {
    let mut job = Job::pull_request("missing-patterns");
    job.write("catalog/npx/one.yaml", &good());
    job.input("root", "catalog");
    job.input("paths", "npx/*.yaml");
    job.pull(7, &["catalog/npx/two.yaml"]);
    misses(&mut job, "catalog/npx/two.yaml");
    // The branch's configuration may say where specs lie.
    job.input("paths", "");
    let config = "spec-glob = [\"npx/*.yaml\"]\n";
    job.at_base("catalog/dockyard-provenance.toml", config);
    misses(&mut job, "catalog/npx/two.yaml");
    // The control: what is no spec by them.
    job.pull(7, &[GONE, "catalog/npx/x/spec.yaml", "npx/two.yaml"]);
    job.run().exits(0);
}

#[test]
fn another_checked_out_commit_hides_nothing() {
    let mut job = Job::pull_request("missing-other");
    job.pull(7, &[GONE]);
    job.check_out(&"9".repeat(40));
    misses(&mut job, GONE);
    fs::remove_dir_all(job.path(".git")).unwrap();
    misses(&mut job, GONE);
}

/// The touched spec is there, but as it is in another commit, such as the base branch's.
#[test]
fn a_touched_spec_of_another_commit_is_not_the_pull_requests() {
    let job = Job::pull_request("missing-elsewhere");
    job.pull(7, &["npx/a/spec.yaml"]);
    job.check_out(&base());
    let uploads = job.uploads();
    job.run()
        .exits(3)
        .tells("touches `npx/a/spec.yaml`, and what is checked out is not");
    assert_eq!(job.uploads(), uploads);
    // The controls: no spec is touched; the pull request's own commits; none can be told.
    job.pull(7, &["README.md"]);
    job.run().exits(0);
    job.pull(7, &["npx/a/spec.yaml"]);
    for own in [head(), merge()] {
        job.check_out(&own);
        job.run().exits(0);
    }
    fs::remove_dir_all(job.path(".git")).unwrap();
    job.run().exits(0);
}

/// Without GitHub's list nobody knows what a part of a repository lacks.
#[test]
fn a_part_of_a_repository_without_a_list_is_no_whole() {
    let job = Job::pull_request("missing-sparse");
    let fault = Fault::new("GET", "files", 403, 100);
    job.github(|repository| repository.knobs.faults.push(fault));
    // The control: a whole checkout.
    job.run().exits(0);
    job.write(".git/info/sparse-checkout", "/*\n!/*/\n/npx/a/\n");
    job.write(".git/config", "[core]\n\tsparseCheckout = true\n");
    let uploads = job.uploads();
    job.run()
        .exits(3)
        .tells("only a part of the repository is checked out");
    assert_eq!(job.uploads(), uploads);
    // With the list, a part that holds what is touched will do.
    job.github(|repository| repository.knobs.faults.clear());
    job.run().exits(0);
}
