//! The same input gives the same bytes, whatever finishes first.

use testkit::{Fault, NpmDraft, PypiDraft};

use crate::stage::{DECLARED, Stage, misdeclared};

fn mixed() -> Stage {
    let stage = Stage::new();
    stage.npm("verified", "@acme/a", DECLARED);
    stage.npm("differs", "@acme/b", &misdeclared());
    stage.npm("undeclared", "@acme/c", "");
    let signed = NpmDraft::signed_only(&stage.world, "signed", "1.2.3");
    stage.npm_draft("signed", &signed, DECLARED);
    stage.pypi("verified", "widget", DECLARED);
    stage.pypi_draft("none", &PypiDraft::unattested("plain", "1.2.3"), "");
    stage.npm("refused", "@acme/d", DECLARED);
    stage
        .registry
        .fault("/npm/@acme/d/1.2.3", Fault::Status(403));
    stage.write("npx/broken/spec.yaml", "spec: [");
    stage
}

#[test]
fn neither_concurrency_nor_repetition_changes_a_byte() {
    let stage = mixed();
    for format in ["json", "table"] {
        let scan = |jobs: &str| {
            // One package comes late, so that another order of arrival is certain.
            stage
                .registry
                .fault("/npm/@acme/a/1.2.3", Fault::StatusTimes(503, 1));
            stage
                .scan(&["--format", format, "-v", "--jobs", jobs])
                .exits(1)
                .out
        };
        let one = scan("1");
        assert!(one.contains("npx/differs"), "{one}");
        assert_eq!(one, scan("32"), "{format}");
        assert_eq!(one, scan("32"), "{format}");
        assert_eq!(one, scan("256"), "{format}");
    }
}

#[test]
fn the_order_is_that_of_the_paths() {
    let report = mixed().report();
    let paths: Vec<&str> = report.json["specs"]
        .as_array()
        .unwrap()
        .iter()
        .map(|spec| spec["path"].as_str().unwrap())
        .collect();
    assert!(paths.is_sorted(), "{paths:?}");
    assert_eq!(paths.len(), 8);
}

#[test]
fn the_folder_that_it_runs_in_is_not_in_the_report() {
    let stage = mixed();
    let root = stage.root().to_str().unwrap().to_owned();
    let within = stage.scan(&["--format", "json"]).exits(1).out;
    assert_eq!(within, stage.scan(&["--format", "json", &root]).out);
    assert!(!within.contains(&format!("{root}/")), "{within}");
}
