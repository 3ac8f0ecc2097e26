//! Recorded evidence on a pull request: verified like any other, and never taken for the registries'
//! own answers without a word.

use std::fs;

use serde_json::Value;

use crate::job::{Job, good, read};

const PROPOSED: &str = "by evidence that a pull request can change";
const RECORDED: &str = "Package provenance, by recorded evidence";

/// A pull request whose checkout holds what the registry says of its spec.
fn job(name: &str) -> Job {
    let mut job = Job::pull_request(name);
    let folder = job.path("evidence");
    job.scan(&["--no-cache", "--save-evidence", folder.to_str().unwrap()]);
    job.input("evidence", "evidence");
    job.input("comment", "always");
    job
}

fn first_line(text: &str) -> &str {
    let mut lines = text.lines().filter(|line| !line.starts_with("<!--"));
    lines.find(|line| !line.is_empty()).unwrap_or_default()
}

#[test]
fn the_verdicts_own_line_says_whose_word_it_is() {
    let mut job = job("evidence");
    let run = job.run().exits(0).tells("the registries were not asked");
    assert!(first_line(&run.summary).contains(PROPOSED), "{run:#?}");
    let comment = job.github(|repository| repository.comments[0].body.clone());
    assert!(first_line(&comment).contains(PROPOSED), "{comment}");
    let report: Value = serde_json::from_str(&read(&job.path("dockyard-provenance.json"))).unwrap();
    assert_eq!(report["gate"]["evidence"], "folder");
    // The control: a folder that no pull request can change, and the registries.
    let outside = tempfile::tempdir().unwrap();
    fs::rename(job.path("evidence"), outside.path().join("evidence")).unwrap();
    job.input(
        "evidence",
        outside.path().join("evidence").to_str().unwrap(),
    );
    let run = job.run().exits(0);
    assert!(first_line(&run.summary).contains(RECORDED), "{run:#?}");
    job.input("evidence", "");
    let run = job.run().exits(0);
    assert!(!run.summary.contains("evidence that") && !run.summary.contains(RECORDED));
}

#[test]
fn evidence_that_the_bases_configuration_names_is_the_checkouts_too() {
    let mut job = job("evidence-config");
    job.input("evidence", "");
    job.at_base("dockyard-provenance.toml", "evidence = \"evidence\"\n");
    let run = job.run().exits(0);
    assert!(first_line(&run.summary).contains(PROPOSED), "{run:#?}");
    // By another name it is the same folder.
    std::os::unix::fs::symlink("evidence", job.path("other")).unwrap();
    job.at_base("dockyard-provenance.toml", "evidence = \"other\"\n");
    let run = job.run().exits(0);
    assert!(first_line(&run.summary).contains(PROPOSED), "{run:#?}");
}

/// Records that there are no attestations, and `manifest` as what the registry said of the version.
fn hide(job: &Job, manifest: Option<&str>) {
    let file = job.path("evidence/evidence.json");
    let mut recorded: Value = serde_json::from_str(&read(&file)).unwrap();
    // Without the record of the run, which any change breaks.
    recorded.as_object_mut().unwrap().remove("recorded");
    for entry in recorded["entries"].as_array_mut().unwrap() {
        let path = entry["path"].as_str().unwrap().to_owned();
        if path.ends_with("attestations.json") {
            entry["status"] = 404.into();
            entry.as_object_mut().unwrap().remove("sha256");
        } else if let Some(manifest) = manifest.filter(|_| path.ends_with("manifest.json")) {
            let digest = sigstore_verify::crypto::sha256(manifest.as_bytes());
            entry["sha256"] = hex::encode(digest.as_bytes()).into();
        }
    }
    fs::write(&file, recorded.to_string()).unwrap();
}

#[test]
fn evidence_that_was_left_out_is_no_verified_package() {
    let job = job("evidence-hidden");
    hide(&job, None);
    job.run().exits(3).says("advertises attestations");
    let package = "evidence/npm/@acme/a/1.2.3/manifest.json";
    let mut told: Value = serde_json::from_str(&read(&job.path(package))).unwrap();
    told["dist"].as_object_mut().unwrap().remove("attestations");
    job.write(package, &told.to_string());
    hide(&job, Some(&told.to_string()));
    // The spec declares attestations, so that leaving them out fails.
    let run = job.run().exits(1).says("declared-attestations-missing");
    assert!(first_line(&run.summary).contains(PROPOSED), "{run:#?}");
    // A spec that declares none hides it, and the verdict says on whose word.
    let bare = good().split("provenance:").next().unwrap().to_owned();
    job.spec("a", &bare);
    let run = job.run().exits(0);
    assert_eq!((run.output("verified"), run.output("signed")), ("0", "1"));
    assert!(first_line(&run.summary).contains(PROPOSED), "{run:#?}");
}

#[test]
fn evidence_that_was_changed_or_is_not_there_is_no_answer() {
    let job = job("evidence-changed");
    let entry = fs::read_dir(job.path("evidence/npm/@acme/a/1.2.3"))
        .unwrap()
        .next();
    let file = entry.unwrap().unwrap().path();
    fs::write(&file, format!("{} ", read(&file))).unwrap();
    job.run().exits(3);
    fs::remove_file(&file).unwrap();
    job.run().exits(3);
    fs::remove_dir_all(job.path("evidence")).unwrap();
    job.run().refuses("evidence");
}
