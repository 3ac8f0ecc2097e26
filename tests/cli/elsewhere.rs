//! Variables that make an installer look where the scan does not.

use crate::stage::{Run, Stage};

/// What claims the attestations of `widget`, and pins their publisher.
const CLAIM: &str = "provenance: {attestations: {available: true, publisher: {kind: GitHub, repository: acme/widget}}}\n";

const SECRET: &str = "https://ann:s3cret@evil.example/simple";

fn with(stage: &Stage, name: &str, value: &str, arguments: &[&str]) -> Run {
    let mut command = stage.command(&["scan"]);
    command.args(arguments).env(name, value);
    Run::of(&mut command)
}

#[test]
fn other_indexes_are_told_and_no_pass_comes_out() {
    let stage = Stage::new();
    stage.pypi("a", "widget", "");
    stage.scan(&[]).exits(0);
    for name in [
        "UV_INDEX",
        "UV_EXTRA_INDEX_URL",
        "UV_FIND_LINKS",
        "UV_NO_INDEX",
        "UV_CONFIG_FILE",
        "PIP_EXTRA_INDEX_URL",
        "PIP_FIND_LINKS",
        "PIP_NO_INDEX",
        "PIP_CONFIG_FILE",
    ] {
        let run = with(&stage, name, SECRET, &[]).exits(3);
        for said in [
            format!("Non-default: {name} is set"),
            format!("{name} is set: "),
        ] {
            assert!(run.out.contains(&said), "{said}: {}", run.out);
        }
        let json = with(&stage, name, SECRET, &["--format", "json"]).exits(3);
        assert_eq!(json.report().status("uvx/a/spec.yaml"), "verified");
        let doubts = json.report().json["gate"]["doubts"].to_string();
        assert!(
            doubts.contains(name) && doubts.contains("Unset it"),
            "{doubts}"
        );
        for text in [&run.out, &run.err, &json.out, &json.err] {
            assert!(!text.contains("s3cret") && !text.contains("evil"), "{text}");
        }
    }
    let empty = with(&stage, "UV_INDEX", "", &[]).exits(0);
    assert!(!empty.out.contains("UV_INDEX"), "{}", empty.out);
    with(&stage, "PIP_NO_INDEX", "0", &[]).exits(0);
    // Who lets the unknown pass lets this pass, and is told.
    let lax = with(&stage, "UV_INDEX", SECRET, &["--fail-on-unknown", "false"]).exits(0);
    assert!(lax.out.contains("UV_INDEX is set: "), "{}", lax.out);
    // But not where the spec claims attestations, unless nothing is to fail the run.
    let stage = Stage::new();
    stage.pypi("a", "widget", CLAIM);
    let lax = ["--fail-on-unknown", "false"];
    stage.scan(&lax).exits(0);
    with(&stage, "UV_INDEX", SECRET, &lax).exits(3);
    let never = [&lax[..], &["--fail-on", "never"]].concat();
    with(&stage, "UV_INDEX", SECRET, &never).exits(0);
}

#[test]
fn what_concerns_no_package_of_the_run_is_only_told() {
    let stage = Stage::honest();
    for (name, told) in [
        ("UV_EXTRA_INDEX_URL", true),
        ("npm_config_@other:registry", true),
        ("npm_config_loglevel", false),
    ] {
        let run = with(&stage, name, SECRET, &[]).exits(0);
        assert_eq!(
            run.out.contains(&format!("Non-default: {name}")),
            told,
            "{}",
            run.out
        );
    }
}

#[test]
fn a_registry_of_the_packages_scope_is_no_pass() {
    let stage = Stage::honest();
    let run = with(&stage, "npm_config_@acme:registry", SECRET, &[]).exits(3);
    assert!(
        run.out
            .contains("another registry for the packages of this scope"),
        "{}",
        run.out
    );
    assert!(!run.out.contains("s3cret"), "{}", run.out);
}
