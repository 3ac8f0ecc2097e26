//! `examples/catalog`, as a newcomer meets it: the real program, a scrubbed environment, no network.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "helpers of tests fail by panicking"
)]

#[path = "../examples/record_catalog/recording.rs"]
mod recording;
#[path = "../examples/record_catalog/releases.rs"]
mod releases;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use dockyard_registry::evidence_manifest::FILE_NAME;
use dockyard_report::finding::RuleId;
use package_provenance::verify::Status;
use serde_json::Value;
use sigstore_verify::crypto::sha256;
use tempfile::TempDir;

const CATALOG: &str = "examples/catalog";

/// Rules that a folder of specs and evidence cannot show: what a policy asks for, what a pull request
/// changes, what GitHub says of a commit, and what a lock file has.
const NEEDS_MORE: [RuleId; 15] = [
    RuleId::LockIntegrityMismatch,
    RuleId::LockEntryWithoutIntegrity,
    // Of the packages of each platform nothing is recorded.
    RuleId::UnattestedPlatformPackage,
    RuleId::ImpostorCommit,
    RuleId::EvidenceBelowPolicy,
    RuleId::LevelBelowPolicy,
    RuleId::PublisherNotAllowed,
    RuleId::WorkflowNotAllowed,
    RuleId::RefNotAllowed,
    RuleId::TriggerNotAllowed,
    RuleId::RunnerNotAllowed,
    RuleId::TooRecent,
    RuleId::ExemptionUnused,
    RuleId::ExemptionExpired,
    RuleId::RequirementUnused,
];

fn package_root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn run(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_dockyard-provenance"))
        .args(arguments)
        .current_dir(package_root())
        .env_clear()
        .output()
        .unwrap()
}

fn scan(arguments: &[&str]) -> Output {
    run(&[&["scan", CATALOG], arguments].concat())
}

fn stdout(output: &Output) -> &str {
    std::str::from_utf8(&output.stdout).unwrap()
}

fn report(output: &Output) -> Value {
    serde_json::from_slice(&output.stdout).unwrap()
}

/// Status, rules and SLSA build level of each spec.
fn results(report: &Value) -> BTreeMap<&str, (&str, Vec<&str>, Option<u64>)> {
    let specs = report["specs"].as_array().unwrap();
    specs
        .iter()
        .map(|spec| {
            let findings = spec["findings"].as_array().unwrap();
            let rules = findings
                .iter()
                .map(|finding| finding["rule"].as_str().unwrap())
                .collect();
            (
                spec["path"].as_str().unwrap(),
                (
                    spec["status"].as_str().unwrap(),
                    rules,
                    spec["slsa_build_level"].as_u64(),
                ),
            )
        })
        .collect()
}

#[test]
fn the_first_run_shows_everything_and_says_that_it_fails_nothing() {
    let output = scan(&[]);
    assert_eq!(output.status.code(), Some(0));
    assert!(output.stderr.is_empty());
    let shown = stdout(&output);
    let verdict = shown.lines().last().unwrap();
    assert!(
        verdict.starts_with("ERRORS FOUND (reporting only): 21 errors in 17 specs; fail-on is never, so they do not fail this run")
    );
    assert!(shown.contains("this run reports without failing"));
    assert!(shown.contains("the registries were not asked"));
    insta::assert_snapshot!("the_first_run", shown);
}

#[test]
fn every_spec_has_the_result_that_it_is_there_to_show() {
    let output = scan(&["--format", "json"]);
    let report = report(&output);
    let results = results(&report);
    let mut shown = String::new();
    for (path, (status, rules, level)) in &results {
        let level = level.map_or_else(String::new, |level| format!(" L{level}"));
        writeln!(shown, "{path}: {status}{level} {rules:?}").unwrap();
    }
    insta::assert_snapshot!("results", shown);

    let statuses: BTreeSet<&str> = results.values().map(|(status, ..)| *status).collect();
    let elsewhere = [Status::Pinned, Status::NotApplicable];
    let all = Status::ALL
        .into_iter()
        .filter(|status| !elsewhere.contains(status));
    assert_eq!(statuses, all.map(Status::as_str).collect());
    let rules: BTreeSet<&str> = results
        .values()
        .flat_map(|(_, rules, _)| rules.clone())
        .collect();
    let catalogue: BTreeSet<&str> = RuleId::ALL
        .iter()
        .filter(|rule| !NEEDS_MORE.contains(rule) && !rule.needs_memory())
        .map(|rule| rule.as_str())
        .collect();
    assert_eq!(rules, catalogue);
}

/// Also that of a shard, which has more members.
#[test]
fn the_reports_follow_their_schema() {
    let schema = std::fs::read(package_root().join("docs/report.schema.json")).unwrap();
    let validator =
        jsonschema::draft202012::new(&serde_json::from_slice(&schema).unwrap()).unwrap();
    let arguments: [&[&str]; 2] = [
        &["--format", "json"],
        &["--format", "json", "--shard", "1/2"],
    ];
    for arguments in arguments {
        let report = report(&scan(arguments));
        let errors = validator.iter_errors(&report);
        let errors: Vec<String> = errors
            .map(|error| format!("{}: {error}", error.instance_path()))
            .collect();
        assert_eq!(errors, [""; 0]);
    }
}

#[test]
fn stricter_gates_fail() {
    for (arguments, code, verdict) in [
        (["--fail-on", "error"].as_slice(), 1, "FAIL: "),
        (&["--fail-on-unknown", "true"], 3, "INCONCLUSIVE: "),
        (
            &["--fail-on", "error", "--fail-on-unknown", "true"],
            1,
            "FAIL: ",
        ),
    ] {
        let output = scan(arguments);
        assert_eq!(output.status.code(), Some(code), "{arguments:?}");
        let last = stdout(&output).lines().last().unwrap();
        assert!(last.starts_with(verdict), "{arguments:?}: {last}");
        assert!(!stdout(&output).contains("PASS"), "{arguments:?}");
    }
}

#[test]
fn without_the_example_s_own_trust_nothing_of_it_is_believed() {
    let output = scan(&["--trust", "embedded", "--format", "json"]);
    let report = report(&output);
    let results = results(&report);
    assert_eq!(results["npx/widget/spec.yaml"].0, "unknown");
    for (path, (status, ..)) in results {
        assert!(
            !matches!(status, "verified" | "partial" | "signed"),
            "{path}: {status}"
        );
    }
}

#[test]
fn the_same_bytes_twice_one_at_a_time_and_offline() {
    for format in ["table", "json"] {
        let first = scan(&["--format", format]);
        assert!(!first.stdout.is_empty());
        for more in [
            ["--jobs", "1"].as_slice(),
            &["--jobs", "64"],
            &["--offline"],
        ] {
            let again = scan(&[&["--format", format], more].concat());
            assert_eq!(stdout(&first), stdout(&again), "{more:?}");
            assert_eq!(first.status, again.status);
        }
    }
}

#[test]
fn one_spec_in_words() {
    let told = |spec: &str| {
        let path = format!("{CATALOG}/{spec}/spec.yaml");
        let output = run(&["verify-provenance", "-c", &path, "-v"]);
        assert_eq!(output.status.code(), Some(0), "{spec}");
        stdout(&output).to_owned()
    };
    insta::assert_snapshot!("words_of_a_good_one", told("npx/widget"));
    insta::assert_snapshot!("words_of_a_bad_one", told("npx/notes"));
}

/// Every file below `folder`, by its path from `root`.
fn tree(root: &Path, folder: &Path, found: &mut BTreeMap<String, Vec<u8>>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            tree(root, &path, found);
        } else {
            let name = path.strip_prefix(root).unwrap().to_str().unwrap();
            found.insert(name.to_owned(), fs::read(&path).unwrap());
        }
    }
}

#[test]
fn what_is_committed_is_what_the_recorder_writes() {
    let catalog = package_root().join(CATALOG);
    let mut committed = BTreeMap::new();
    for folder in releases::FOLDERS {
        tree(&catalog, &catalog.join(folder), &mut committed);
    }
    let recorded = releases::files().unwrap();
    assert!(
        committed.keys().eq(recorded.keys()),
        "run: cargo run --example record_catalog"
    );
    for (path, bytes) in &recorded {
        assert!(
            committed.get(path) == Some(bytes),
            "{path} differs; run: cargo run --example record_catalog"
        );
    }
    assert!(recorded.values().map(Vec::len).sum::<usize>() < 400 * 1024);
}

/// A copy of the example that may be changed.
struct Copy(TempDir);

impl Copy {
    fn new() -> Self {
        let root = package_root().join(CATALOG);
        let mut files = BTreeMap::new();
        tree(&root, &root, &mut files);
        let copy = Self(TempDir::new().unwrap());
        for (path, bytes) in files {
            let path = copy.path(&path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, bytes).unwrap();
        }
        copy
    }

    fn path(&self, path: &str) -> PathBuf {
        self.0.path().join(path)
    }

    /// Status of `spec` and everything its report says.
    fn result(&self, spec: &str) -> (String, String) {
        let path = self.path(spec).join("spec.yaml");
        let path = path.to_str().unwrap();
        let output = run(&["verify-provenance", "-c", path, "--format", "json"]);
        let report = report(&output);
        let status = report["specs"][0]["status"].as_str().unwrap().to_owned();
        (status, report["specs"].to_string())
    }

    /// Changes the text at `pointer` of an evidence file by one character in its middle.
    fn change(&self, file: &str, pointer: &str) {
        let path = self.path("evidence").join(file);
        let text = fs::read_to_string(&path).unwrap();
        let document: Value = serde_json::from_str(&text).unwrap();
        let before = document.pointer(pointer).unwrap().as_str().unwrap();
        let mut bytes = before.as_bytes().to_vec();
        let middle = bytes.len() / 2;
        bytes[middle] = if bytes[middle] == b'A' { b'B' } else { b'A' };
        let after = String::from_utf8(bytes).unwrap();
        fs::write(path, text.replace(before, &after)).unwrap();
    }

    /// Lets the manifest name the digest that `file` has now.
    fn bless(&self, file: &str) {
        let path = self.path("evidence").join(FILE_NAME);
        let mut manifest: Value = serde_json::from_slice(&fs::read(&path).unwrap()).unwrap();
        let bytes = fs::read(self.path("evidence").join(file)).unwrap();
        let entry = manifest["entries"]
            .as_array_mut()
            .unwrap()
            .iter_mut()
            .find(|entry| entry["path"] == file)
            .unwrap();
        entry["sha256"] = hex::encode(sha256(&bytes).as_bytes()).into();
        fs::write(path, manifest.to_string()).unwrap();
    }
}

#[test]
fn an_unchanged_copy_verifies() {
    let copy = Copy::new();
    assert_eq!(copy.result("npx/widget").0, "verified");
    assert_eq!(copy.result("uvx/reader").0, "verified");
}

#[test]
fn a_changed_byte_is_found_by_the_digest_and_behind_it_by_the_signatures() {
    const MANIFEST: &str = "npm/@acme/widget/1.2.3/manifest.json";
    const ATTESTATIONS: &str = "npm/@acme/widget/1.2.3/attestations.json";
    const PROVENANCE: &str = "pypi/acme-reader/acme_reader-1.0.0.tar.gz.provenance.json";
    const INDEX: &str = "pypi/acme-reader/index.json";
    let bundle = "/attestations/1/bundle";
    let pep740 = "/attestation_bundles/0/attestations/0";
    for (spec, file, pointer) in [
        ("npx/widget", MANIFEST, "/dist/integrity".to_owned()),
        ("npx/widget", MANIFEST, "/dist/signatures/0/sig".to_owned()),
        (
            "npx/widget",
            ATTESTATIONS,
            "/attestations/0/bundle/dsseEnvelope/signatures/0/sig".to_owned(),
        ),
        (
            "npx/widget",
            ATTESTATIONS,
            format!("{bundle}/dsseEnvelope/payload"),
        ),
        (
            "npx/widget",
            ATTESTATIONS,
            format!("{bundle}/dsseEnvelope/signatures/0/sig"),
        ),
        (
            "npx/widget",
            ATTESTATIONS,
            format!("{bundle}/verificationMaterial/certificate/rawBytes"),
        ),
        ("uvx/reader", INDEX, "/files/1/hashes/sha256".to_owned()),
        (
            "uvx/reader",
            PROVENANCE,
            format!("{pep740}/envelope/statement"),
        ),
        (
            "uvx/reader",
            PROVENANCE,
            format!("{pep740}/envelope/signature"),
        ),
    ] {
        let copy = Copy::new();
        copy.change(file, &pointer);
        let (status, said) = copy.result(spec);
        assert_eq!(status, "unknown", "{file}{pointer}");
        assert!(said.contains("the recorded answer was changed"), "{said}");

        copy.bless(file);
        let (status, said) = copy.result(spec);
        assert!(
            matches!(status.as_str(), "invalid" | "unknown"),
            "{file}{pointer}: {status}"
        );
        assert!(!said.contains("the recorded answer was changed"), "{said}");
    }
}
