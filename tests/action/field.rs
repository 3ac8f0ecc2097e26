//! What GitHub says where it refuses, and advice that fits it.

use testkit::github::CodeScanning;

use crate::job::{Job, bad, head};

#[test]
fn a_locked_conversation_is_not_a_matter_of_permissions() {
    let job = Job::pull_request("locked");
    job.spec("a", &bad());
    job.github(|repository| repository.knobs.locked = true);
    let run = job.run().exits(1).tells("the conversation is locked");
    assert!(!run.out.contains("pull-requests: write"), "{run:#?}");
    // The control.
    job.github(|repository| {
        repository.knobs.locked = false;
        repository.knobs.read_only = true;
    });
    job.run().exits(1).tells("pull-requests: write");
}

#[test]
fn what_is_not_licensed_is_not_a_matter_of_permissions() {
    for (name, code_scanning, advice) in [
        ("unlicensed", CodeScanning::Unlicensed, "need a licence"),
        (
            "disabled",
            CodeScanning::Disabled,
            "an administrator enables code scanning",
        ),
    ] {
        let job = Job::new(name);
        job.github(|repository| repository.knobs.code_scanning = code_scanning);
        let run = job.run().exits(0).tells(advice);
        assert!(!run.out.contains("security-events: write"), "{run:#?}");
    }
    // The control.
    let job = Job::new("not-permitted");
    job.github(|repository| repository.knobs.read_only = true);
    job.run().exits(0).tells("security-events: write");
}

/// What is checked out is then not known, which is said with what to do, and counts for nothing.
#[test]
fn refs_in_a_reftable_are_told() {
    let mut job = Job::pull_request("reftable");
    job.check_out("ref: refs/heads/.invalid");
    job.write(".git/reftable/tables.list", "");
    job.run().exits(0).tells("GIT_DEFAULT_REF_FORMAT");
    assert_eq!(job.uploads(), 0);
    job.input("changed-only", "true");
    job.spec("b", &bad());
    job.run()
        .exits(1)
        .tells("changed-only: every spec is looked at");
    // With the repository's rights, nothing is done for what is not known.
    job.event(
        "pull_request_target",
        "refs/heads/main",
        &crate::job::payload("fork/catalog"),
    );
    job.run().refuses("GIT_DEFAULT_REF_FORMAT");
    std::fs::remove_dir_all(job.path(".git/reftable")).unwrap();
    job.event(
        "pull_request",
        "refs/pull/7/merge",
        &crate::job::payload("fork/catalog"),
    );
    job.check_out(&head());
    job.run().exits(0);
}
