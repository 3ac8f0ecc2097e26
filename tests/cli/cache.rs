//! What is kept between runs, over real HTTP: how much it spares, and that nothing rests on it.

mod damage;
mod offline;

use std::fs;
use std::process::Stdio;

use dockyard_registry::cache::entry::Entry;
use serde_json::Value;
use testkit::{Fault, GithubIdentity, NpmDraft, PypiDraft, PypiFile, PypiPublisher, Response};

use crate::kept::Kept;
use crate::stage::{DECLARED, Run, Stage, misdeclared, spec};

pub(crate) const MANIFEST: &str = "/npm/@acme/a/1.2.3";
const PACKUMENT: &str = "/npm/@acme/a";
pub(crate) const ATTESTATIONS: &str = "/npm/-/npm/v1/attestations/@acme/a@1.2.3";
pub(crate) const INDEX: &str = "/simple/widget/";
const SDIST: &str = "/integrity/widget/1.2.3/widget-1.2.3.tar.gz/provenance";
const WHEEL: &str = "/integrity/widget/1.2.3/widget-1.2.3-py3-none-any.whl/provenance";
const ALL: [&str; 5] = [WHEEL, SDIST, ATTESTATIONS, MANIFEST, INDEX];
/// What can change, and is asked about again.
pub(crate) const MUTABLE: [&str; 2] = [MANIFEST, INDEX];

/// One honest package of each registry.
pub(crate) fn honest() -> Kept {
    let stage = Stage::honest();
    stage.pypi("w", "widget", DECLARED);
    Kept::new(stage)
}

/// As [`honest`], after a first run.
pub(crate) fn warm() -> Kept {
    let kept = honest();
    assert_eq!(kept.verifies(), ALL);
    kept
}

/// Serves what is at `path` with one more header.
fn with(kept: &Kept, path: &str, name: &str, value: &str) {
    let response = kept.stage.registry.documents()[path].clone();
    kept.stage.registry.set(path, response.with(name, value));
}

#[test]
fn a_second_run_asks_for_nothing_that_never_changes_and_reports_the_same() {
    let kept = honest();
    let first = kept.scan(&[]).exits(0);
    assert_eq!(kept.asked(), ALL);
    let second = kept.scan(&[]).exits(0);
    assert_eq!(kept.asked(), MUTABLE);
    assert_eq!((first.out, first.err), (second.out, second.err));
    let requests = kept.stage.registry.requests();
    let conditional = requests
        .iter()
        .filter(|one| one.header("if-none-match").is_some());
    assert_eq!(conditional.count(), 2);
}

#[test]
fn not_modified_means_the_kept_body() {
    let kept = honest();
    for path in MUTABLE {
        with(&kept, path, "etag", "\"same\"");
    }
    assert_eq!(kept.verifies(), ALL);
    // The registry only says "not modified": what it has there now is not looked at.
    for path in MUTABLE {
        let gone = Response::json(&Value::Null).with("etag", "\"same\"");
        kept.stage.registry.set(path, gone);
    }
    assert_eq!(kept.verifies(), MUTABLE);
}

#[test]
fn a_changed_document_replaces_the_kept_one() {
    let kept = warm();
    let mut index: Value =
        serde_json::from_slice(&kept.stage.registry.documents()[INDEX].body).unwrap();
    for file in index["files"].as_array_mut().unwrap() {
        file["yanked"] = Value::from("broken");
    }
    let response = Response::typed("application/vnd.pypi.simple.v1+json", index.to_string());
    kept.stage.registry.set(INDEX, response);
    for _ in 0..2 {
        let report = kept.scan(&[]).exits(0).report();
        assert_eq!(report.rules("uvx/w/spec.yaml"), ["yanked-release"]);
        assert_eq!(kept.asked(), MUTABLE);
    }
}

#[test]
fn what_may_be_used_for_a_while_is_not_asked_about() {
    let kept = honest();
    for path in MUTABLE {
        with(&kept, path, "cache-control", "public, max-age=300");
    }
    assert_eq!(kept.verifies(), ALL);
    assert_eq!(kept.verifies(), [""; 0]);
}

#[test]
fn what_must_not_be_kept_is_not() {
    for (name, value) in [
        ("cache-control", "no-store"),
        ("vary", "*"),
        ("content-type", "text/html"),
    ] {
        let kept = honest();
        for path in [MANIFEST, ATTESTATIONS, WHEEL] {
            let mut response = kept.stage.registry.documents()[path].clone();
            response.headers.retain(|(known, _)| known != name);
            kept.stage.registry.set(path, response.with(name, value));
        }
        assert_eq!(kept.verifies(), ALL);
        assert_eq!(kept.files().len(), 2, "{name}: {value}");
        assert_eq!(
            kept.verifies(),
            [WHEEL, ATTESTATIONS, MANIFEST, INDEX],
            "{name}"
        );
    }
}

#[test]
fn without_a_cache_everything_is_asked_and_nothing_is_read_or_written() {
    let kept = warm();
    kept.poison("attestations", |_| b"{}".to_vec());
    let before: Vec<_> = kept
        .files()
        .iter()
        .map(|path| fs::read(path).unwrap())
        .collect();
    Run::of(&mut kept.stage.command(&["scan"])).exits(0);
    assert_eq!(kept.asked(), ALL);
    let after: Vec<_> = kept
        .files()
        .iter()
        .map(|path| fs::read(path).unwrap())
        .collect();
    assert_eq!(before, after);
}

#[test]
fn four_processes_share_a_folder() {
    let kept = honest();
    let children: Vec<_> = (0..4)
        .map(|_| {
            let mut command = kept.command(&[]);
            command.stdout(Stdio::piped()).stderr(Stdio::piped());
            command.spawn().unwrap()
        })
        .collect();
    let outputs: Vec<_> = children
        .into_iter()
        .map(|child| child.wait_with_output().unwrap())
        .collect();
    for output in &outputs {
        assert_eq!(output.status.code(), Some(0), "{output:?}");
        assert_eq!(output.stdout, outputs[0].stdout);
        assert!(output.stderr.is_empty(), "{output:?}");
    }
    kept.asked();
    assert_eq!(kept.files().len(), ALL.len(), "and nothing unfinished");
    assert_eq!(kept.verifies(), MUTABLE);
}

#[test]
fn what_is_not_verified_is_not_kept_and_is_asked_each_time() {
    let stage = Stage::new();
    stage.npm_draft(
        "s",
        &NpmDraft::signed_only(&stage.world, "signed", "1.2.3"),
        "",
    );
    stage.pypi_draft("n", &PypiDraft::unattested("none", "1.2.3"), "");
    let mut release = stage.world.npm_package("invalid", "1.2.3");
    let signature = &mut release.attestations["attestations"][0]["bundle"]["dsseEnvelope"];
    testkit::tamper::bytes(&mut signature["signatures"][0]["sig"], |bytes| {
        bytes[20] ^= 1;
    });
    stage.registry.publish_npm(&release);
    stage.write("npx/i/spec.yaml", &spec("npx", "invalid", "1.2.3", ""));
    stage.write("npx/x/spec.yaml", &spec("npx", "absent", "1.2.3", ""));
    let kept = Kept::new(stage);
    let first = kept.scan(&[]).exits(1);
    let asked = kept.asked();
    assert!(kept.files().is_empty(), "{:?}", kept.files());
    assert_eq!(kept.scan(&[]).exits(1).out, first.out);
    assert_eq!(kept.asked(), asked);
}

#[test]
fn a_document_that_two_packages_share_is_kept_for_the_one_that_is_verified() {
    let stage = Stage::new();
    stage.pypi_draft("old", &PypiDraft::unattested("widget", "1.0.0"), "");
    stage.pypi("w", "widget", DECLARED);
    let kept = Kept::new(stage);
    kept.scan(&[]).exits(0);
    kept.asked();
    for _ in 0..2 {
        let report = kept.scan(&[]).exits(0).report();
        assert_eq!(report.status("uvx/old/spec.yaml"), "none");
        assert_eq!(report.status("uvx/w/spec.yaml"), "verified");
        // Both are confirmed with one request. That there is nothing for the old version is asked once
        // more, unconditionally.
        assert_eq!(kept.asked(), [INDEX; 2]);
    }
    let report = kept.scan(&["--offline"]).exits(3).report();
    assert_eq!(report.status("uvx/w/spec.yaml"), "verified");
    // A changed index is not kept where nothing verifies with it.
    kept.poison("/simple/", |body| [body, b" "].concat());
    kept.stage.write("uvx/w/spec.yaml", "");
    kept.scan(&[]).exits(1);
    assert!(!kept.files().iter().any(|path| {
        let entry = Entry::decode(&fs::read(path).unwrap()).unwrap();
        entry.key.url.contains("/simple/")
    }));
}

#[test]
fn attested_files_of_a_partial_release_are_kept() {
    let stage = Stage::new();
    let publisher = PypiPublisher::Github(GithubIdentity::default());
    let mut draft = PypiDraft::new(&stage.world, "widget", "1.2.3", &publisher);
    let unattested = PypiFile::unattested("widget-1.2.3-cp313-cp313-linux_x86_64.whl");
    draft.files.push(unattested);
    stage.pypi_draft("w", &draft, "");
    let kept = Kept::new(stage);
    for asked in [&[WHEEL, SDIST, INDEX] as &[&str], &[INDEX], &[INDEX]] {
        let report = kept.scan(&[]).exits(1).report();
        assert_eq!(report.status("uvx/w/spec.yaml"), "partial");
        assert_eq!(kept.asked(), asked);
    }
}

#[test]
fn a_mismatch_with_the_spec_is_told_again_from_what_was_kept() {
    let stage = Stage::new();
    stage.npm("a", "@acme/a", &misdeclared());
    let kept = Kept::new(stage);
    let first = kept.scan(&[]).exits(1);
    let second = kept.scan(&[]).exits(1);
    assert_eq!(first.out, second.out);
    let report = second.report();
    assert_eq!(
        report.rules("npx/a/spec.yaml"),
        ["publisher-repository-mismatch"]
    );
}

#[test]
fn failures_are_never_kept() {
    // `tests/faults` looks for the rest of them.
    let faults = [
        Fault::Status(403),
        Fault::Status(404),
        Fault::Garbage,
        Fault::Truncate,
    ];
    for fault in faults {
        for documents in [&[MANIFEST, PACKUMENT, SDIST][..], &[ATTESTATIONS, INDEX]] {
            let kept = honest();
            for path in documents {
                kept.stage.registry.fault(path, fault.clone());
            }
            let run = kept.scan(&["--timeout", "1"]);
            assert!(
                matches!(run.code, Some(1 | 3)),
                "{fault:?} {documents:?} {run:?}"
            );
            assert!(kept.files().is_empty(), "{fault:?} {documents:?}");
            // What failed is had as soon as it is there.
            for path in documents {
                kept.stage.registry.heal(path);
            }
            kept.asked();
            assert_eq!(kept.verifies(), ALL, "{fault:?}");
        }
    }
}

#[test]
fn a_failure_is_not_hidden_by_what_was_kept_nor_ends_it() {
    let kept = warm();
    kept.stage.registry.fault(MANIFEST, Fault::Status(403));
    let run = kept.scan(&[]).exits(3);
    assert_eq!(run.report().status("npx/a/spec.yaml"), "unknown");
    kept.stage.registry.heal(MANIFEST);
    kept.asked();
    assert_eq!(kept.verifies(), [MANIFEST, INDEX]);
}

#[test]
fn a_document_that_is_gone_is_gone() {
    let kept = warm();
    kept.stage.registry.remove(MANIFEST);
    kept.stage.registry.remove(PACKUMENT);
    // Whoever has attestations of a version has the version.
    let report = kept.scan(&[]).exits(3).report();
    assert_eq!(report.status("npx/a/spec.yaml"), "unknown");
    kept.stage.registry.remove(ATTESTATIONS);
    let report = kept.scan(&[]).exits(1).report();
    assert_eq!(report.status("npx/a/spec.yaml"), "not-found");
    assert!(kept.files().len() < ALL.len());
}
