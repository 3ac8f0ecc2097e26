//! Files, outputs, summary, annotations, exit codes.

use serde_json::Value;

use crate::job::{Job, bad, good, read, registry_saw_no_token, unclaimed, unknown};

#[test]
fn a_pass_writes_everything() {
    let job = Job::new("pass");
    let run = job.run().exits(0);
    for (output, value) in [
        ("verdict", "pass"),
        ("specs", "1"),
        ("verified", "1"),
        ("unknown", "0"),
        ("not-found", "0"),
        ("errors", "0"),
        ("sarif-file", "dockyard-provenance.sarif"),
        ("report-file", "dockyard-provenance.json"),
        ("comment-url", ""),
    ] {
        assert_eq!(run.output(output), value, "{output}");
    }
    let report: Value = serde_json::from_str(&read(&job.path("dockyard-provenance.json"))).unwrap();
    assert_eq!(report["verdict"], "pass");
    let sarif: Value = serde_json::from_str(&read(&job.path("dockyard-provenance.sarif"))).unwrap();
    assert!(sarif.is_object());
    assert!(!run.summary.is_empty());
    assert_eq!(run.err, "");
    assert!(registry_saw_no_token());
}

#[test]
fn every_verdict_has_its_exit_code() {
    for (name, text, code, verdict) in [
        ("code-good", good(), 0, "pass"),
        ("code-bad", bad(), 1, "fail"),
        ("code-unknown", unknown(), 3, "inconclusive"),
    ] {
        let job = Job::new(name);
        job.spec("a", &text);
        let run = job.run().exits(code);
        assert_eq!(run.output("verdict"), verdict);
    }
}

#[test]
fn inputs_change_the_gate() {
    for (name, text, input, value, code) in [
        ("gate-never", bad(), "fail-on", "never", 0),
        ("gate-unknown", unclaimed(), "fail-on-unknown", "False", 0),
        ("gate-claimed", unknown(), "fail-on-unknown", "False", 3),
        ("gate-warn", bad(), "warn-only", "TRUE", 0),
        ("gate-warn-unknown", unknown(), "warn-only", "true", 3),
    ] {
        let mut job = Job::new(name);
        job.spec("a", &text);
        job.input(input, value);
        job.run().exits(code);
    }
}

#[test]
fn warn_only_keeps_the_verdict_and_what_is_not_known() {
    let mut job = Job::new("warn-only");
    job.spec("a", &bad());
    job.input("warn-only", "true");
    let run = job.run().exits(0).tells("the step does not fail");
    assert_eq!(run.output("verdict"), "fail");
    job.spec("b", &unknown());
    let run = job.run().exits(3);
    assert_eq!(run.output("verdict"), "fail");
    // What is claimed counts whatever may be unknown.
    job.input("fail-on-unknown", "false");
    job.run().exits(3);
    job.spec("b", &unclaimed());
    job.run().exits(0);
}

#[test]
fn warn_only_does_not_excuse_trust_of_unknown_age() {
    let mut job = Job::new("warn-only-trust");
    job.spec("a", &bad());
    job.input("warn-only", "true");
    // The trust files carry no date.
    job.input("trust-max-age", "1");
    let run = job.run().exits(3).says("what could not be determined does");
    assert_eq!(run.output("verdict"), "fail");
    job.input("fail-on-unknown", "false");
    job.run().exits(3);
    job.input("trust-max-age", "");
    job.run().exits(0);
}

#[test]
fn findings_are_annotated_unless_told_otherwise() {
    let mut job = Job::new("annotations");
    job.spec("a", &bad());
    let run = job.run().exits(1);
    let commands = |out: &str| out.lines().filter(|line| line.starts_with("::")).count();
    assert!(commands(&run.out) > 1, "{}", run.out);
    job.input("annotations", "false");
    // The mask is left.
    assert_eq!(commands(&job.run().exits(1).out), 1);
}

#[test]
fn every_mistake_is_told_at_once_and_nothing_runs() {
    let mut job = Job::new("mistakes");
    job.input("comment", "sometimes");
    job.input("fail-on", "everything");
    job.input("root", "../elsewhere");
    let run = job
        .run()
        .refuses("input `comment`")
        .refuses("input `fail-on`");
    run.refuses("input `root`");
    assert!(job.github(|repository| repository.calls.is_empty()));
    assert!(!job.path("dockyard-provenance.json").exists());
}

#[test]
fn a_repository_without_specs_is_a_mistake_and_no_pass() {
    let mut job = Job::new("no-specs");
    job.input("paths", "nowhere/*.yaml\n");
    job.run().refuses("no spec found");
}

#[test]
fn a_broken_configuration_is_a_mistake() {
    let job = Job::new("broken-config");
    job.write("dockyard-provenance.toml", "fail-on = 1\nnonsense = 2\n");
    job.run().refuses("nonsense").refuses("fail-on");
}

#[test]
fn a_scan_of_a_folder_below_has_paths_of_the_repository() {
    let mut job = Job::new("below");
    job.write("deep/npx/x/spec.yaml", &bad());
    job.input("root", "deep");
    let run = job.run().exits(1);
    assert_eq!(run.output("specs"), "1");
}

#[test]
fn reports_that_cannot_be_written_are_said_and_change_nothing() {
    let mut job = Job::new("unwritable");
    job.input("sarif-file", "missing/out.sarif");
    job.input("upload-sarif", "never");
    let run = job.run().exits(0).tells("there is no folder");
    assert_eq!(run.output("sarif-file"), "");
    assert_eq!(run.output("report-file"), "dockyard-provenance.json");
    job.spec("a", &bad());
    job.run().exits(1).shows_the_finding();
}

#[test]
fn what_lies_where_a_report_could_not_be_written_is_told_apart_from_it() {
    let mut job = Job::new("older-report");
    // A folder in the report's place, and behind a link a report of somebody else's run.
    job.write("dockyard-provenance.json/forged.json", "{}");
    let elsewhere = tempfile::tempdir().unwrap();
    std::fs::write(elsewhere.path().join("report.sarif"), "{}").unwrap();
    std::os::unix::fs::symlink(elsewhere.path(), job.path("out")).unwrap();
    job.input("sarif-file", "out/report.sarif");
    let run = job.run();
    assert_eq!(run.output("report-file"), "");
    assert_eq!(run.output("sarif-file"), "");
    let run = run.tells("what lies at dockyard-provenance.json is not this run's report");
    run.tells("what lies at out/report.sarif is not this run's report");
    // The control: where nothing lies, nothing is said of it.
    job.input("sarif-file", "missing/report.sarif");
    let run = job.run();
    assert!(!run.out.contains("what lies at missing"), "{}", run.out);
}

#[test]
fn a_link_in_the_checkout_leads_no_report_elsewhere() {
    let mut job = Job::new("linked");
    let elsewhere = tempfile::tempdir().unwrap();
    // Deeper than specs lie, where a link out of the repository is no finding.
    job.write("a/b/c/readme", "");
    std::os::unix::fs::symlink(elsewhere.path(), job.path("a/b/c/out")).unwrap();
    std::os::unix::fs::symlink(
        elsewhere.path().join("x"),
        job.path("dockyard-provenance.json"),
    )
    .unwrap();
    job.input("sarif-file", "a/b/c/out/report.sarif");
    job.run().exits(0).tells("leaves the workspace");
    assert_eq!(elsewhere.path().read_dir().unwrap().count(), 0);
    assert!(job.path("dockyard-provenance.json").is_file());
}

#[test]
fn a_summary_that_is_nearly_full_is_not_overfilled() {
    let job = Job::new("summary");
    let run = job.run().exits(0);
    assert!(run.summary.len() < 1 << 20);
    // Outside a workflow there is neither summary nor output, and the verdict stands.
    let mut bare = Job::new("bare");
    for name in [
        "GITHUB_OUTPUT",
        "GITHUB_STEP_SUMMARY",
        "GITHUB_REPOSITORY",
        "GITHUB_SHA",
    ] {
        bare.set(name, "");
    }
    bare.run().exits(0);
    bare.spec("a", &bad());
    bare.run().exits(1);
}

#[test]
fn variables_that_github_never_sets_are_refused() {
    for (name, value) in [
        ("GITHUB_REPOSITORY", "../../evil"),
        ("GITHUB_SHA", "main"),
        ("GITHUB_API_URL", "ftp://api.example"),
        ("GITHUB_API_URL", "http://user:hunter2@api.example"),
        ("GITHUB_API_URL", "https://user:hunter2@api.example"),
    ] {
        let mut job = Job::new("variables");
        job.set(name, value);
        let run = job.run().refuses(name);
        assert!(!run.out.contains("hunter2"));
    }
}

#[test]
fn two_reports_want_two_files() {
    let mut job = Job::new("one-file");
    job.input("sarif-file", "./report.json");
    job.input("report-file", "report.json");
    job.run().refuses("is the `report-file` too");
}
