//! One run in several jobs, and the job that joins them.

use std::fs;
use std::path::PathBuf;

use serde_json::{Value, json};

use crate::job::{Job, Run, bad, base, good, merge_group, read};

/// Runs each of two shards, and keeps its report as `actions/download-artifact` would lay it.
fn shards(job: &mut Job, codes: [i32; 2]) {
    for (number, code) in (1..).zip(codes) {
        job.input("shard", &format!("{number}/2"));
        let run = job.run().exits(code);
        assert_eq!(run.output("report-file"), "dockyard-provenance.json");
        assert_eq!(run.output("sarif-file"), "");
        keep(job, number);
    }
    job.input("shard", "");
}

fn keep(job: &Job, number: u8) {
    let folder = kept(job, number);
    fs::create_dir_all(&folder).unwrap();
    let report = job.path("dockyard-provenance.json");
    fs::copy(&report, folder.join("dockyard-provenance.json")).unwrap();
    fs::remove_file(report).unwrap();
}

/// Where the report of a shard is kept: outside of the checkout.
fn kept(job: &Job, number: u8) -> PathBuf {
    PathBuf::from(job.outside(&format!("shards/shard-{number}")))
}

fn joined(job: &mut Job) -> Run {
    job.input("mode", "merge");
    job.input("shards", &job.outside("shards"));
    let run = job.run();
    job.input("mode", "");
    run
}

fn report(job: &Job) -> Value {
    serde_json::from_str(&read(&job.path("dockyard-provenance.json"))).unwrap()
}

#[test]
fn shards_upload_nothing_and_the_merge_uploads_what_one_job_would() {
    let mut job = Job::new("shards");
    job.spec("a", &good());
    job.spec("b", &good());
    let one = job.run().exits(0);
    let whole = read(&job.path("dockyard-provenance.json"));
    let sarif = read(&job.path("dockyard-provenance.sarif"));
    fs::remove_file(job.path("dockyard-provenance.sarif")).unwrap();
    assert_eq!(job.uploads(), 1);
    shards(&mut job, [0, 0]);
    assert_eq!(job.uploads(), 1);
    assert!(!job.path("dockyard-provenance.sarif").exists());
    let run = joined(&mut job).exits(0);
    assert_eq!(job.uploads(), 2);
    assert_eq!(read(&job.path("dockyard-provenance.json")), whole);
    assert_eq!(read(&job.path("dockyard-provenance.sarif")), sarif);
    for output in ["verdict", "specs", "verified"] {
        assert_eq!(run.output(output), one.output(output));
    }
}

#[test]
fn a_shard_does_not_comment_and_the_merge_does_once() {
    let mut job = Job::pull_request("shards-comment");
    job.spec("a", &good());
    job.spec("b", &bad());
    job.input("comment", "always");
    let comments = |job: &Job| job.github(|repository| repository.comments.len());
    shards(&mut job, [0, 1]);
    assert_eq!(comments(&job), 0);
    joined(&mut job).exits(1);
    assert_eq!(comments(&job), 1);
    assert_eq!(report(&job)["verdict"], "fail");
}

#[test]
fn a_crashed_shard_is_inconclusive_named_and_not_uploaded() {
    let mut job = Job::new("shards-crashed");
    job.spec("a", &good());
    job.spec("b", &good());
    shards(&mut job, [0, 0]);
    fs::remove_dir_all(kept(&job, 2)).unwrap();
    joined(&mut job).exits(3).tells("shard 2/2 is missing");
    assert_eq!(job.uploads(), 0);
    assert_eq!(report(&job)["determined"], false);
    // Neither that findings may pass nor that something may be unknown makes a pass of it.
    job.spec("b", &bad());
    for (name, value) in [("warn-only", "true"), ("fail-on-unknown", "false")] {
        job.input(name, value);
    }
    shards(&mut job, [0, 0]);
    joined(&mut job).exits(0);
    fs::remove_dir_all(kept(&job, 1)).unwrap();
    joined(&mut job).exits(3).tells("shard 1/2 is missing");
    // All of them: there is no folder at all.
    fs::remove_dir_all(job.outside("shards")).unwrap();
    let run = joined(&mut job).exits(3).tells("no shard has reported");
    let run = run.says("shards is not there: no artifact was downloaded into it");
    assert_eq!(run.output("verdict"), "inconclusive");
    // Only the one that was whole.
    assert_eq!(job.uploads(), 1);
}

#[test]
fn reports_of_another_commit_are_refused() {
    let mut job = Job::new("shards-other");
    job.spec("a", &good());
    job.spec("b", &good());
    shards(&mut job, [0, 0]);
    job.spec("c", &good());
    joined(&mut job).refuses("check out the same commit");
}

#[test]
fn shards_that_took_other_specs_for_new_are_refused() {
    let mut job = Job::pull_request("shards-new");
    job.spec("b", &good());
    let config = "[[require]]\nnew = true\nevidence = \"verified\"\n";
    job.at_base("dockyard-provenance.toml", config);
    let (one, both) = (["npx/a/spec.yaml"], ["npx/a/spec.yaml", "npx/b/spec.yaml"]);
    job.pull(7, &one);
    shards(&mut job, [0, 0]);
    job.pull(7, &both);
    joined(&mut job).refuses("another baseline or base");
    // The control: as the shards saw it.
    job.pull(7, &one);
    joined(&mut job).exits(0);
    // What the policy asks of new specs is left out of a report that fits otherwise.
    let path = kept(&job, 1).join("dockyard-provenance.json");
    let mut forged: Value = serde_json::from_str(&read(&path)).unwrap();
    let spec = &mut forged["specs"][0];
    assert_eq!(spec["path"], "npx/a/spec.yaml");
    assert_eq!(spec["requirements"][0]["met"], true);
    spec["requirements"] = json!([]);
    fs::write(path, forged.to_string()).unwrap();
    joined(&mut job).refuses("it leaves out that");
}

#[test]
fn reports_of_another_workflow_run_are_refused() {
    let mut job = Job::new("shards-run");
    job.spec("b", &good());
    shards(&mut job, [0, 0]);
    let run = job.variable("GITHUB_RUN_ID");
    job.set("GITHUB_RUN_ID", "4712");
    joined(&mut job).refuses("another workflow run");
    // The control: another attempt is the same run.
    job.set("GITHUB_RUN_ID", &run);
    job.set("GITHUB_RUN_ATTEMPT", "2");
    joined(&mut job).exits(0);
}

#[test]
fn what_does_not_go_together_is_refused() {
    let mut job = Job::new("shards-inputs");
    job.input("shard", "3/2");
    job.run().refuses("counted from 1");
    job.input("shard", "1/2");
    job.input("changed-only", "true");
    job.run()
        .refuses("`changed-only`: shards are parts of all specs");
    job.input("changed-only", "");
    job.input("locks", "**/package-lock.json");
    job.run().refuses("no shard looks at lock files");
    job.input("locks", "");
    joined(&mut job).refuses("only `mode: scan` takes it");
    job.input("locks", "package-lock.json");
    job.run().refuses("no shard looks at lock files");
    job.input("shard", "");
    joined(&mut job).refuses("no shard looks at lock files");
}

/// The reports that `shards` kept, copied into a folder of the workspace.
fn bring(job: &Job, folder: &str) {
    for number in 1..=2 {
        let report =
            fs::read_to_string(kept(job, number).join("dockyard-provenance.json")).unwrap();
        job.write(&format!("{folder}/shard-{number}/report.json"), &report);
    }
}

#[test]
fn reports_that_a_commit_can_bring_are_refused_on_every_event() {
    let pull = Job::pull_request("shards-brought");
    let mut group = Job::new("shards-brought-queue");
    group.event("merge_group", "refs/heads/queue", &merge_group());
    group.tip("main", Some(&base()));
    for mut job in [pull, group, Job::new("shards-brought-push")] {
        shards(&mut job, [0, 0]);
        bring(&job, "shards");
        job.write("other/.git/HEAD", &format!("{}\n", base()));
        bring(&job, "other/shards");
        job.input("mode", "merge");
        for folder in ["shards", "./shards/../shards", ".", "npx", "other/shards"] {
            job.input("shards", folder);
            job.run().refuses("lies in a checkout");
        }
        job.input("shards", &job.path("shards").display().to_string());
        job.run().refuses("lies in a checkout");
        job.input("shards", "");
        job.run()
            .refuses("needs the folder with the shards' reports");
        // The control: the same reports, downloaded to where no commit reaches.
        joined(&mut job).exits(0);
    }
}

#[test]
fn a_shard_whose_report_cannot_be_written_is_no_success() {
    let mut job = Job::new("shards-unwritten");
    job.write("dockyard-provenance.json/kept", "");
    // A whole scan says its verdict all the same.
    job.run().exits(0);
    job.input("shard", "1/1");
    let run = job.run().refuses("the shard has no report");
    assert_eq!(run.output("report-file"), "");
    fs::remove_dir_all(job.path("dockyard-provenance.json")).unwrap();
    job.run().exits(0);
}

/// Where the runner is too old to show its temporary folder to a container.
#[test]
fn reports_beside_a_checkout_in_a_folder_of_its_own_are_taken() {
    let mut job = Job::new("shards-beside");
    fs::create_dir(job.path("catalog")).unwrap();
    for name in ["npx", ".git"] {
        fs::rename(job.path(name), job.path("catalog").join(name)).unwrap();
    }
    job.input("root", "catalog");
    shards(&mut job, [0, 0]);
    bring(&job, "shards");
    bring(&job, "catalog/shards");
    job.input("mode", "merge");
    for folder in ["catalog/shards", "shards/../catalog/shards", "catalog", "."] {
        job.input("shards", folder);
        job.run().refuses("lies in a checkout");
    }
    job.input("shards", "shards");
    job.run().exits(0);
}
