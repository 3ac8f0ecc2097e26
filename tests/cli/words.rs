//! One spec told in words, for each status.

use serde_json::json;
use testkit::{Fault, GithubIdentity, NpmDraft, PypiDraft, PypiFile, PypiPublisher};

use crate::stage::{DECLARED, Run, Stage, misdeclared, spec};

/// What each status says, its exit code and a phrase of what was found.
#[track_caller]
fn tells(stage: &Stage, path: &str, code: i32, status: &str, phrases: &[&str]) -> Run {
    let run = stage.verify(path, &[]).exits(code);
    let told = |phrase: &str| assert!(run.out.contains(phrase), "{phrase:?} in {}", run.out);
    told(&format!("Spec:    {path}\n"));
    told(&format!("\nStatus: {status}: "));
    for phrase in phrases {
        told(phrase);
    }
    assert_eq!(run.err, "");
    run
}

#[test]
fn verified() {
    let stage = Stage::honest();
    let phrases = [
        "Package: @acme/a@1.2.3",
        "  verified npm registry signature of @acme/a@1.2.3",
        "  verified npm publish attestation of",
        "  verified SLSA provenance of",
        "  repository: https://github.com/acme/widget",
        "Findings: none",
        "PASS: 1 of 1 packages verified",
    ];
    tells(&stage, "npx/a/spec.yaml", 0, "verified", &phrases);
    let verbose = stage.verify("npx/a/spec.yaml", &["-v"]).exits(0).out;
    for more in [
        "digest: sha512:",
        "logged at: 2026-03-01",
        "issuer: https://token.actions",
    ] {
        assert!(verbose.contains(more), "{verbose}");
    }
}

#[test]
fn verified_and_different() {
    let stage = Stage::new();
    stage.npm("a", "@acme/a", &misdeclared());
    let phrases = [
        "error[publisher-repository-mismatch] npx/a/spec.yaml:15:",
        "mallory/widget",
        "FAIL: ",
    ];
    tells(&stage, "npx/a/spec.yaml", 1, "verified", &phrases);
}

#[test]
fn partial() {
    let stage = Stage::new();
    let publisher = PypiPublisher::Github(GithubIdentity::default());
    let mut draft = PypiDraft::new(&stage.world, "widget", "1.2.3", &publisher);
    let added = "widget-1.2.3-cp313-cp313-win_amd64.whl";
    draft.files.push(PypiFile::unattested(added));
    stage.pypi_draft("a", &draft, DECLARED);
    let phrases = ["error[partial-attestations]", added, "FAIL: "];
    tells(&stage, "uvx/a/spec.yaml", 1, "partial", &phrases);
}

#[test]
fn signed() {
    let stage = Stage::new();
    let draft = NpmDraft::signed_only(&stage.world, "plain", "1.2.3");
    stage.npm_draft("a", &draft, "");
    let phrases = [
        "verified npm registry signature",
        "absent   SLSA provenance",
        "warning[no-provenance]",
        "Publisher: not known",
    ];
    tells(&stage, "npx/a/spec.yaml", 0, "signed only", &phrases);
    stage.npm_draft("a", &draft, DECLARED);
    let phrases = ["error[declared-attestations-missing]"];
    tells(&stage, "npx/a/spec.yaml", 1, "signed only", &phrases);
}

#[test]
fn none() {
    let stage = Stage::new();
    stage.pypi_draft("a", &PypiDraft::unattested("plain", "1.2.3"), "");
    let phrases = ["warning[no-provenance]", "Publisher: not known"];
    tells(&stage, "uvx/a/spec.yaml", 0, "none", &phrases);
}

#[test]
fn invalid() {
    let stage = Stage::honest();
    let mut release = stage.world.npm_package("@acme/a", "1.2.3");
    let signature = &mut release.attestations["attestations"][1]["bundle"]["dsseEnvelope"]["signatures"]
        [0]["sig"];
    *signature = json!("MEUCIQ==");
    stage.registry.publish_npm(&release);
    let phrases = [
        "invalid  SLSA provenance",
        "error[attestation-invalid]",
        "do not use this version",
        "Publisher: not known",
    ];
    tells(&stage, "npx/a/spec.yaml", 1, "invalid", &phrases);
}

#[test]
fn not_found() {
    let stage = Stage::new();
    stage.write("npx/a/spec.yaml", &spec("npx", "absent", "1.2.3", ""));
    let phrases = ["error[package-not-found]", "absent@1.2.3 does not exist"];
    tells(&stage, "npx/a/spec.yaml", 1, "not found", &phrases);
}

#[test]
fn unknown() {
    let stage = Stage::honest();
    let path = "/npm/-/npm/v1/attestations/@acme/a@1.2.3";
    stage.registry.fault(path, Fault::Status(403));
    let phrases = [
        "unknown  SLSA provenance",
        "the registry answered 403 (access refused; this does not mean that there is nothing)",
        "error[verification-incomplete]",
        "INCONCLUSIVE: ",
    ];
    tells(&stage, "npx/a/spec.yaml", 3, "unknown", &phrases);
}

#[test]
fn malformed() {
    let stage = Stage::new();
    stage.write("npx/a/spec.yaml", &spec("npx", "widget", "^1.2.3", ""));
    let phrases = ["error[version-not-pinned] npx/a/spec.yaml:7:12"];
    tells(&stage, "npx/a/spec.yaml", 1, "malformed", &phrases);
}

#[test]
fn a_skill_that_nobody_was_asked_about() {
    let stage = Stage::new();
    stage.write(
        "skills/a/spec.yaml",
        "metadata:\n  name: a\n  description: \"A skill\"\nspec:\n  \
         repository: \"https://github.com/acme/skills\"\n  ref: \"8f7e6d5c4b3a29181706f5e4d3c2b1a098765432\"\n",
    );
    let phrases = [
        "Looked for: the commit in the history of the declared branch",
        "there is no token (GITHUB_TOKEN)",
    ];
    tells(&stage, "skills/a/spec.yaml", 3, "unknown", &phrases);
}

/// No one publisher can be named, so each is, with what it signed: in words and in JSON.
#[test]
fn differing_publishers_are_told_with_their_files() {
    let stage = Stage::new();
    let github = |repository: &str| PypiPublisher::Github(GithubIdentity::new(repository));
    let mut draft = PypiDraft::new(&stage.world, "widget", "1.2.3", &github("acme/widget"));
    let sdist = "widget-1.2.3.tar.gz";
    *draft.file(sdist) = PypiFile::published(&stage.world, sdist, &github("mallory/widget"));
    stage.pypi_draft("a", &draft, DECLARED);
    let told = stage.verify("uvx/a/spec.yaml", &[]).exits(1).out;
    for says in [
        "Publishers, as the signing certificates say:",
        "widget-1.2.3-py3-none-any.whl: GitHub https://github.com/acme/widget, workflow",
        "widget-1.2.3.tar.gz: GitHub https://github.com/mallory/widget, workflow",
        "error[publisher-repository-mismatch]",
        "error[partial-attestations]",
    ] {
        assert!(told.contains(says), "{says}: {told}");
    }
    let report = stage.report();
    let spec = report.spec("uvx/a/spec.yaml");
    assert!(spec["publisher"].is_null());
    let signed: Vec<&str> = spec["evidence"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| one["publisher"]["repository"].as_str().unwrap())
        .collect();
    assert_eq!(
        signed,
        [
            "https://github.com/acme/widget",
            "https://github.com/mallory/widget"
        ]
    );
}
