//! What is written on standard error while a scan runs: requests under `-v`, the log, and nothing
//! else where nobody watches.

use testkit::{Fault, Response};

use crate::stage::{DECLARED, Run, Stage};

const MANIFEST: &str = "/npm/@acme/a/1.2.3";

#[test]
fn nothing_is_drawn_where_nobody_watches() {
    let stage = Stage::honest();
    for variables in [
        &[("TERM", "xterm-256color")][..],
        &[("TERM", "dumb"), ("CI", "true")],
        &[],
    ] {
        let mut command = stage.command(&["scan"]);
        let run = Run::of(command.envs(variables.iter().copied())).exits(0);
        assert_eq!(run.err, "");
        assert!(!run.out.contains('\u{1b}'), "{}", run.out);
    }
}

#[test]
fn verbose_tells_of_each_request() {
    let stage = Stage::honest();
    stage.registry.fault(MANIFEST, Fault::StatusTimes(503, 1));
    let run = stage.scan(&["-v", "--format", "json"]).exits(0);
    let npm = stage.registry.npm_url();
    let lines: Vec<&str> = run.err.lines().collect();
    assert_eq!(lines.len(), 3, "{}", run.err);
    let line = |start: String, parts: &[&str]| {
        let found = lines
            .iter()
            .any(|line| line.starts_with(&start) && parts.iter().all(|part| line.contains(part)));
        assert!(found, "{start} {parts:?}: {lines:#?}");
    };
    line(
        format!("GET {npm}/@acme%2fa/1.2.3 503, "),
        &[" ms, attempt 1: ", "; again in "],
    );
    line(
        format!("GET {npm}/@acme%2fa/1.2.3 200, "),
        &[" ms, attempt 2, ", " bytes"],
    );
    line(
        format!("GET {npm}/-/npm/v1/attestations/@acme%2fa@1.2.3 200, "),
        &[" ms, attempt 1, ", " bytes"],
    );
    // Standard output is the report alone.
    assert_eq!(run.report().status("npx/a/spec.yaml"), "verified");
    assert_eq!(stage.scan(&[]).exits(0).err, "");
}

#[test]
fn a_request_without_an_answer_is_told_too() {
    let stage = Stage::honest();
    stage.registry.fault(MANIFEST, Fault::Hang);
    let run = stage.scan(&["-v", "--timeout", "1"]).exits(3);
    let told = run
        .err
        .lines()
        .any(|line| line.contains("no answer, ") && line.ends_with("not in time"));
    assert!(told, "{}", run.err);
}

#[test]
fn the_log_is_asked_for_by_its_variable() {
    let stage = Stage::honest();
    let logged = |directives: &str| {
        let mut command = stage.command(&["scan"]);
        Run::of(command.env("RUST_LOG", directives)).exits(0).err
    };
    assert_eq!(logged(""), "");
    assert_eq!(logged("off"), "");
    assert_eq!(logged("error"), "");
    assert!(logged("hyper_util=trace").contains(" TRACE hyper_util::"));
    let requests = logged("info");
    assert_eq!(
        requests
            .lines()
            .filter(|line| line.starts_with("GET http"))
            .count(),
        2
    );
}

#[test]
fn a_log_that_cannot_be_had_is_a_usage_error() {
    let stage = Stage::honest();
    for directives in ["dockyard_provenance=loud", "[", "\u{1b}[2J##[error]=x=y"] {
        let mut command = stage.command(&["scan"]);
        let run = Run::of(command.env("RUST_LOG", directives)).refuses("RUST_LOG cannot be read");
        assert!(
            !run.err.contains('\u{1b}') && !run.err.contains("##["),
            "{:?}",
            run.err
        );
    }
    assert_eq!(stage.registry.paths(), [""; 0]);
}

#[test]
fn what_a_registry_says_is_no_command_in_a_log() {
    let stage = Stage::new();
    stage.pypi("b", "widget", DECLARED);
    let hostile = "x/##[error]owned \u{9}::set-output name=a::b";
    stage
        .registry
        .set("/simple/widget/", Response::typed(hostile, "x"));
    let mut command = stage.command(&["scan", "-v"]);
    let run = Run::of(command.env("RUST_LOG", "trace")).exits(3);
    assert!(run.err.contains("owned"), "{}", run.err);
    assert!(
        !run.err.contains("##[") && !run.err.contains('\t'),
        "{}",
        run.err
    );
    assert!(
        run.err
            .lines()
            .all(|line| !line.trim_start().starts_with("::")),
        "{}",
        run.err
    );
}
