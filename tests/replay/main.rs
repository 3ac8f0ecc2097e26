//! Genuine documents over real HTTP, as the registries served them, against the embedded trust.
//!
//! The documents, the server that replays them and the expected results lie beside the project; a
//! clone without them says that it skipped.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::print_stdout,
    reason = "helpers of tests fail by panicking, and say aloud what they skip"
)]

mod locks;

use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};

use serde_json::Value;

/// The folder beside the project, if the replay is at hand and Python can run it.
fn shared() -> Option<PathBuf> {
    let shared = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared");
    let script = shared.join("tools/replay_registry.py");
    let python = Command::new("python3")
        .arg("--version")
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status();
    if script.is_file() && python.is_ok_and(|status| status.success()) {
        return Some(shared);
    }
    println!("SKIPPED: no replay of genuine documents beside the project, or no python3");
    None
}

/// A running replay.
struct Replay {
    child: Child,
    origin: String,
    catalog: PathBuf,
}

impl Replay {
    fn start(shared: &Path, faults: &[&str]) -> Self {
        let mut command = Command::new("python3");
        command.arg(shared.join("tools/replay_registry.py"));
        for fault in faults {
            command.args(["--fault", fault]);
        }
        let mut child = command
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut origin = String::new();
        BufReader::new(child.stdout.take().unwrap())
            .read_line(&mut origin)
            .unwrap();
        let origin = origin.trim().to_owned();
        assert!(origin.starts_with("http://127.0.0.1:"), "{origin}");
        Self {
            child,
            origin,
            catalog: shared.join("real/catalog"),
        }
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_dockyard-provenance"));
        command
            .env_clear()
            .current_dir(&self.catalog)
            .args(arguments)
            .args(["--trust", "embedded", "--format", "json"])
            .args(["--npm-registry", &format!("{}/npm", self.origin)])
            .args(["--pypi-index", &format!("{}/pypi/simple", self.origin)]);
        command
    }
}

impl Drop for Replay {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn report(output: &Output) -> Value {
    serde_json::from_slice(&output.stdout).unwrap_or_else(|error| panic!("{error}: {output:?}"))
}

fn rules(spec: &Value) -> Vec<&str> {
    let mut rules: Vec<&str> = spec["findings"]
        .as_array()
        .unwrap()
        .iter()
        .map(|finding| finding["rule"].as_str().unwrap())
        .collect();
    rules.sort_unstable();
    rules
}

#[test]
fn the_catalogue_gives_what_is_expected_of_it() {
    let Some(shared) = shared() else { return };
    let replay = Replay::start(&shared, &[]);
    let scan = || replay.command(&["scan", "."]).output().unwrap();
    let output = scan();
    assert_eq!(output.status.code(), Some(1), "{output:?}");
    assert_eq!(output.stdout, scan().stdout, "the same bytes twice");

    let expected = std::fs::read(shared.join("real/catalog/EXPECTED.json")).unwrap();
    let expected: Value = serde_json::from_slice(&expected).unwrap();
    let expected = expected.as_object().unwrap();
    let report = report(&output);
    let specs = report["specs"].as_array().unwrap();
    assert_eq!((specs.len(), expected.len()), (34, 34));
    for spec in specs {
        let path = spec["path"].as_str().unwrap();
        let mut wanted = expected[path].clone();
        if path.starts_with("skills/") {
            // A skill is GitHub's to answer for, and nobody is asked here.
            wanted = serde_json::json!({"status": "unknown", "rules": ["verification-incomplete"]});
        }
        let mut wanted_rules: Vec<&str> = wanted["rules"]
            .as_array()
            .unwrap()
            .iter()
            .map(|rule| rule.as_str().unwrap())
            .collect();
        wanted_rules.sort_unstable();
        assert_eq!(spec["status"], wanted["status"], "{path}: {spec:#}");
        assert_eq!(rules(spec), wanted_rules, "{path}: {spec:#}");
        if let Some(level) = wanted.get("slsa_build_level") {
            assert_eq!(spec["slsa_build_level"], *level, "{path}");
        }
    }
}

/// A genuine package per document that can fail: the spec, and the document's path.
const SPECS: [(&str, &str); 4] = [
    ("npx/nuxt/spec.yaml", "^/npm/nuxt/4.1.2$"),
    (
        "npx/sigstore/spec.yaml",
        "^/npm/-/npm/v1/attestations/sigstore@",
    ),
    (
        "uvx/gitlab/spec.yaml",
        "^/pypi/simple/pep740-sampleproject/",
    ),
    (
        "uvx/sampleproject/spec.yaml",
        "^/pypi/integrity/sampleproject/",
    ),
];

/// Scans those four, each with this fault.
fn scan_with(shared: &Path, action: &str, arguments: &[&str]) -> (Value, Option<i32>) {
    let faults = SPECS.map(|(_, document)| format!("{document}={action}"));
    let mut faults: Vec<&str> = faults.iter().map(String::as_str).collect();
    if action == "garbage" {
        // Where a version's own address has no manifest, the packument is asked.
        faults.push("^/npm/nuxt$=garbage");
    }
    let replay = Replay::start(shared, &faults);
    let mut command = replay.command(&["scan", "."]);
    for (spec, _) in SPECS {
        command.args(["--spec-glob", spec]);
    }
    let output = command.args(arguments).output().unwrap();
    (report(&output), output.status.code())
}

fn faulty(shared: &Path, action: &str, arguments: &[&str]) {
    let (report, code) = scan_with(shared, action, arguments);
    assert_eq!(code, Some(3), "{action}: {report:#}");
    let specs = report["specs"].as_array().unwrap();
    assert_eq!(specs.len(), SPECS.len(), "{report:#}");
    for spec in specs {
        assert_eq!(spec["status"], "unknown", "{action}: {spec:#}");
        let mut found = rules(spec);
        // The replay composes this manifest, and has no signature to put in.
        if spec["path"] == "npx/sigstore/spec.yaml" {
            found.retain(|rule| *rule != "registry-signature-missing");
        }
        assert_eq!(found, ["verification-incomplete"], "{action}: {spec:#}");
        assert_eq!(spec["publisher"], Value::Null, "{action}: {spec:#}");
    }
}

#[test]
fn faults_are_neither_absence_nor_a_pass() {
    let Some(shared) = shared() else { return };
    std::thread::scope(|scope| {
        for (action, arguments) in [
            ("status:403", &[] as &[&str]),
            ("status:500", &[]),
            ("truncate", &[]),
            ("garbage", &[]),
            ("huge", &["--timeout", "10"]),
            ("hang", &["--timeout", "1"]),
            ("redirect:http://localhost:9/", &[]),
        ] {
            let shared = &shared;
            scope.spawn(move || faulty(shared, action, arguments));
        }
    });
}

#[test]
fn two_failures_are_survived() {
    let Some(shared) = shared() else { return };
    // The replay asks to be left alone for a second each time.
    let (report, code) = scan_with(&shared, "status:503:2", &[]);
    assert_eq!(code, Some(0), "{report:#}");
    let verified = &report["summary"]["by_status"]["verified"];
    assert_eq!(*verified, SPECS.len(), "{report:#}");
}
