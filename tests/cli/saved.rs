//! `--save-evidence`, and that a recorded run can be verified again from its folder alone.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Stdio;

use serde_json::Value;
use tempfile::TempDir;
use testkit::{Fault, NpmDraft, PypiDraft};

use crate::kept::files;
use crate::stage::{DECLARED, Run, Stage, misdeclared, spec};

/// A repository with a package of each kind, and a folder to save in.
struct Saved {
    stage: Stage,
    parent: TempDir,
}

impl Saved {
    fn new(stage: Stage) -> Self {
        let parent = tempfile::tempdir().unwrap();
        Self { stage, parent }
    }

    fn mixed() -> Self {
        let stage = Stage::honest();
        stage.npm("m", "@acme/m", &misdeclared());
        stage.npm_draft(
            "s",
            &NpmDraft::signed_only(&stage.world, "signed", "1.2.3"),
            "",
        );
        stage.write("npx/x/spec.yaml", &spec("npx", "absent", "1.2.3", ""));
        stage.pypi("w", "widget", DECLARED);
        stage.pypi_draft("n", &PypiDraft::unattested("none", "1.2.3"), "");
        Self::new(stage)
    }

    fn folder(&self) -> PathBuf {
        self.parent.path().join("evidence")
    }

    fn save(&self, arguments: &[&str]) -> Run {
        let mut command = self.stage.command(&["scan", "--format", "json"]);
        command.arg("--save-evidence").arg(self.folder());
        Run::of(command.args(arguments))
    }

    /// Verifies the folder as an auditor does: with nothing but it and the specs.
    fn audit(&self) -> Run {
        let folder = self.folder();
        let mut command = self.stage.program();
        command.args(["scan", "--format", "json"]);
        command.arg("--evidence").arg(&folder);
        command
            .arg("--trusted-root")
            .arg(folder.join("trust/trusted_root.json"));
        command
            .arg("--npm-keys")
            .arg(folder.join("trust/npm-keys.json"));
        Run::of(&mut command)
    }

    /// What is in the parent folder, by name.
    fn names(&self) -> Vec<String> {
        let entries = fs::read_dir(self.parent.path()).unwrap();
        entries
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect()
    }
}

/// A report without what says how it came about.
fn result(run: &Run) -> Value {
    let mut json = run.report().json;
    json["gate"].take();
    json
}

#[test]
fn a_recorded_run_gives_the_same_report_again() {
    let saved = Saved::mixed();
    let recorded = saved.save(&[]).exits(1);
    assert_eq!(recorded.err, "");
    assert_eq!(saved.names(), ["evidence"], "nothing unfinished is left");
    let asked = saved.stage.registry.paths().len();
    let audited = saved.audit().exits(1);
    assert_eq!(result(&recorded), result(&audited));
    assert_eq!(audited.report().json["gate"]["evidence"], "folder");
    assert_eq!(saved.stage.registry.paths().len(), asked);
    let trust = |name: &str| fs::read(saved.folder().join("trust").join(name)).unwrap();
    assert_eq!(
        trust("trusted_root.json"),
        fs::read(saved.stage.trusted_root()).unwrap()
    );
    assert_eq!(
        trust("npm-keys.json"),
        fs::read(saved.stage.npm_keys()).unwrap()
    );
}

#[test]
fn what_was_kept_is_recorded_too() {
    let saved = Saved::new(Stage::honest());
    let folder = tempfile::tempdir().unwrap();
    let cached = |arguments: &[&str]| {
        let mut command = saved.stage.asking(&[&["scan"], arguments].concat());
        command.arg("--cache-dir").arg(folder.path());
        command
    };
    Run::of(&mut cached(&[])).exits(0);
    let mut offline = cached(&["--offline"]);
    offline.arg("--save-evidence").arg(saved.folder());
    Run::of(&mut offline).exits(0);
    let report = saved.audit().exits(0).report();
    assert_eq!(report.status("npx/a/spec.yaml"), "verified");
}

/// Each file of a saved run, changed like this, fails the audit; as it was, it passes.
fn each_file_counts(change: impl Fn(&Path)) {
    let saved = Saved::new(Stage::honest());
    saved.stage.pypi("w", "widget", DECLARED);
    saved.save(&[]).exits(0);
    let all = files(&saved.folder());
    assert_eq!(all.len(), 8, "{all:?}");
    for file in all {
        let bytes = fs::read(&file).unwrap();
        change(&file);
        let name = file.file_name().unwrap().to_str().unwrap().to_owned();
        let run = saved.audit();
        if ["evidence.json", "trusted_root.json", "npm-keys.json"].contains(&name.as_str()) {
            run.refuses(&name);
        } else {
            let report = run.exits(3).report();
            let unknown = &report.json["summary"]["by_status"]["unknown"];
            assert_eq!(*unknown, 1, "{}", file.display());
        }
        fs::write(&file, bytes).unwrap();
        saved.audit().exits(0);
    }
}

#[test]
fn one_changed_byte_in_any_file_is_refused() {
    each_file_counts(|file| {
        let mut bytes = fs::read(file).unwrap();
        // White space, which no parser would miss.
        let at = bytes
            .iter()
            .rposition(|byte| b" \n}".contains(byte))
            .unwrap();
        if bytes[at] == b'}' {
            bytes.push(b' ');
        } else {
            bytes[at] = b'\t';
        }
        fs::write(file, bytes).unwrap();
    });
    each_file_counts(|file| {
        let mut bytes = fs::read(file).unwrap();
        let middle = bytes.len() / 2;
        bytes[middle] ^= 1;
        fs::write(file, bytes).unwrap();
    });
}

#[test]
fn a_missing_file_is_refused_and_one_that_is_not_named_is_not_read() {
    each_file_counts(|file| fs::remove_file(file).unwrap());
    let saved = Saved::new(Stage::honest());
    saved.save(&[]).exits(0);
    fs::write(saved.folder().join("npm/extra.json"), "{").unwrap();
    saved.audit().exits(0);
}

#[test]
fn a_changed_manifest_is_refused_whatever_it_says() {
    let saved = Saved::new(Stage::honest());
    saved.save(&[]).exits(0);
    let path = saved.folder().join("evidence.json");
    let text = fs::read_to_string(&path).unwrap();
    for (from, to) in [
        ("\"as_of\": \"", "\"as_of\": \"X"),
        ("\"source\": \"file\"", "\"source\": \"embedded\""),
        ("@acme", "@acma"),
        ("{\n", "{ \n"),
    ] {
        assert!(text.contains(from), "{from} in {text}");
        fs::write(&path, text.replacen(from, to, 1)).unwrap();
        saved.audit().refuses("changed after it was written");
    }
    fs::write(&path, text).unwrap();
    saved.audit().exits(0);
}

#[test]
fn the_trust_material_in_the_folder_is_used_by_whoever_names_it_and_by_nobody_else() {
    let saved = Saved::new(Stage::honest());
    saved.save(&[]).exits(0);
    let mut command = saved.stage.program();
    command
        .args(["scan", "--format", "json", "--evidence"])
        .arg(saved.folder());
    let run = Run::of(&mut command);
    assert_ne!(run.code, Some(0));
    let report = run.report();
    assert_ne!(report.status("npx/a/spec.yaml"), "verified");
    assert_eq!(report.json["trust"]["source"], "embedded");
    saved.audit().exits(0);
}

#[test]
fn a_failure_is_not_recorded_as_an_answer_and_the_run_says_so() {
    let saved = Saved::mixed();
    let path = "/npm/-/npm/v1/attestations/@acme/a@1.2.3";
    saved.stage.registry.fault(path, Fault::Status(403));
    let recorded = saved.save(&[]).exits(1);
    assert!(
        recorded.err.contains("note: the evidence in"),
        "{}",
        recorded.err
    );
    assert!(
        recorded.err.contains("is incomplete: 1 answers"),
        "{}",
        recorded.err
    );
    let report = saved.audit().exits(1).report();
    assert_eq!(report.status("npx/a/spec.yaml"), "unknown");
    assert!(report.messages("npx/a/spec.yaml")[0].contains("not recorded"));
    assert_eq!(report.status("npx/m/spec.yaml"), "verified");
}

#[test]
fn only_a_new_or_empty_folder_is_written_to() {
    let saved = Saved::new(Stage::honest());
    fs::create_dir(saved.folder()).unwrap();
    fs::write(saved.folder().join("mine"), "").unwrap();
    saved.save(&[]).refuses("it is not empty");
    assert_eq!(files(&saved.folder()), [saved.folder().join("mine")]);
    fs::remove_file(saved.folder().join("mine")).unwrap();
    fs::remove_dir(saved.folder()).unwrap();
    fs::write(saved.folder(), "").unwrap();
    saved.save(&[]).refuses("cannot be saved in");
    fs::remove_file(saved.folder()).unwrap();
    assert!(saved.stage.registry.paths().is_empty(), "nobody was asked");
    assert!(saved.names().is_empty());
    let nowhere = saved.folder().join("no/such");
    let mut command = saved.stage.command(&["scan"]);
    command.arg("--save-evidence").arg(nowhere);
    Run::of(&mut command).refuses("cannot be saved in");

    fs::create_dir(saved.folder()).unwrap();
    saved.save(&[]).exits(0);
    saved.audit().exits(0);
}

#[test]
fn a_run_that_is_killed_leaves_no_folder() {
    let saved = Saved::new(Stage::honest());
    let path = "/npm/-/npm/v1/attestations/@acme/a@1.2.3";
    saved.stage.registry.fault(path, Fault::Hang);
    let mut command = saved.stage.command(&["scan"]);
    command.arg("--save-evidence").arg(saved.folder());
    command.stdout(Stdio::null());
    let mut child = command.spawn().unwrap();
    while saved.stage.registry.paths().len() < 2 {
        assert!(child.try_wait().unwrap().is_none(), "it ended by itself");
        std::thread::yield_now();
    }
    child.kill().unwrap();
    child.wait().unwrap();
    assert!(!saved.folder().exists());
}

#[test]
fn one_spec_is_recorded_like_many() {
    let saved = Saved::new(Stage::honest());
    let mut command = saved
        .stage
        .command(&["verify-provenance", "-c", "npx/a/spec.yaml"]);
    Run::of(command.arg("--save-evidence").arg(saved.folder())).exits(0);
    saved.audit().exits(0);
}
