//! The exit code is the verdict, whatever the command and the format.

use testkit::{Fault, NpmDraft};

use crate::stage::{DECLARED, Run, Stage, misdeclared};

const SPEC: &str = "npx/a/spec.yaml";

/// Every command and format of the same repository exits with the same code.
#[track_caller]
fn all_exit(stage: &Stage, arguments: &[&str], code: i32) {
    for format in ["table", "json"] {
        let run = |mut command: std::process::Command| {
            Run::of(command.args(["--format", format]).args(arguments))
        };
        run(stage.command(&["scan"])).exits(code);
        run(stage.command(&["verify-provenance", "-c", SPEC])).exits(code);
        run(stage.command(&["verify", "-c", SPEC])).exits(code);
    }
    stage.scan(arguments).exits(code);
    stage.verify(SPEC, arguments).exits(code);
}

#[test]
fn what_holds_exits_0() {
    all_exit(&Stage::honest(), &[], 0);
}

#[test]
fn a_difference_exits_1() {
    let stage = Stage::new();
    stage.npm("a", "@acme/a", &misdeclared());
    all_exit(&stage, &[], 1);
    all_exit(&stage, &["--fail-on", "note"], 1);
    all_exit(&stage, &["--fail-on", "never"], 0);
}

#[test]
fn a_configuration_error_exits_2_before_any_request() {
    let stage = Stage::honest();
    stage.write("dockyard-provenance.toml", "fail-on = \"sometimes\"\n");
    all_exit(&stage, &[], 2);
    assert_eq!(stage.registry.paths(), [""; 0]);
    all_exit(&stage, &["--no-config"], 0);
}

#[test]
fn what_is_not_known_exits_3() {
    let stage = Stage::new();
    stage.npm("a", "@acme/a", "");
    stage
        .registry
        .fault("/npm/@acme/a/1.2.3", Fault::Status(403));
    all_exit(&stage, &[], 3);
    // Asking for no findings does not ask for not knowing.
    all_exit(&stage, &["--fail-on", "never"], 3);
    all_exit(&stage, &["--fail-on-unknown", "true"], 3);
    all_exit(&stage, &["--fail-on-unknown", "false"], 0);
    let said = stage.scan(&["--fail-on-unknown", "false"]).out;
    assert!(
        said.contains("1 spec could not be determined and fail-on-unknown is false"),
        "{said}"
    );
}

/// An outage does not pass for the evidence that a spec counts on; an ecosystem that is not supported
/// may be let pass beside it.
#[test]
fn what_is_claimed_and_not_known_exits_3_whatever_may_be_unknown() {
    let stage = Stage::honest();
    let go = |rest: &str| {
        stage.write(
            "go/b/spec.yaml",
            &format!("spec:\n  package: \"example.com/b\"\n  version: \"v1.2.3\"\n{rest}"),
        );
    };
    go("");
    let lenient = ["--fail-on-unknown", "false"];
    let never = ["--fail-on", "never"];
    let reporting = ["--fail-on", "never", "--fail-on-unknown", "false"];
    all_exit(&stage, &lenient, 0);
    stage
        .registry
        .fault("/npm/@acme/a/1.2.3", Fault::Status(403));
    all_exit(&stage, &[], 3);
    all_exit(&stage, &lenient, 3);
    all_exit(&stage, &never, 3);
    all_exit(&stage, &reporting, 0);
    let said = stage.scan(&lenient);
    assert!(
        said.out.contains(
            "1 of 2 specs claims attestations that could not be determined, which is not a pass \
             although fail-on-unknown is false"
        ),
        "{}",
        said.out
    );
    // A lowered severity does not help, nor does a spec that cannot be read.
    stage.write(
        "dockyard-provenance.toml",
        "fail-on-unknown = false\n[severity]\nverification-incomplete = \"note\"\nspec-invalid = \"note\"\nversion-not-pinned = \"note\"\n",
    );
    all_exit(&stage, &[], 3);
    stage.npm("a", "@acme/a", "");
    stage.scan(&[]).exits(0);
    for claim in [
        "provenance: {attestations: {available: true}}\n",
        "provenance: {attestations: {verified: true}}\n",
        "provenance: {attestations: {publisher: {}}}\n",
        "provenance: {attestations: {available: \"true\"}}\n",
    ] {
        go(claim);
        let run = stage.scan(&["--format", "json"]);
        assert_ne!(run.code, Some(0), "{claim}");
        assert_eq!(
            run.report().spec("go/b/spec.yaml")["claimed"],
            true,
            "{claim}"
        );
    }
    go("provenance: {attestations: {available: false, publisher: {kind: GitHub}}}\n");
    stage.scan(&[]).exits(0);
    stage.write("go/b/spec.yaml", "spec: [");
    stage.scan(&[]).exits(3);
}

#[test]
fn a_failure_outranks_what_is_not_known() {
    let stage = Stage::honest();
    stage.npm("b", "@acme/b", &misdeclared());
    stage
        .registry
        .fault("/npm/@acme/a/1.2.3", Fault::Status(403));
    let run = stage.scan(&[]).exits(1);
    assert!(
        run.out.contains("1 spec could not be determined"),
        "{}",
        run.out
    );
    stage.scan(&["--fail-on", "never"]).exits(3);
}

#[test]
fn unusable_and_missing_packages_exit_1() {
    let stage = Stage::new();
    stage.write(SPEC, "spec: [");
    all_exit(&stage, &[], 1);

    let stage = Stage::honest();
    for path in [
        "/npm/@acme/a/1.2.3",
        "/npm/@acme/a",
        "/npm/-/npm/v1/attestations/@acme/a@1.2.3",
    ] {
        stage.registry.remove(path);
    }
    all_exit(&stage, &[], 1);
}

#[test]
fn thresholds_decide_which_findings_fail() {
    let stage = Stage::new();
    let draft = NpmDraft::signed_only(&stage.world, "plain", "1.2.3");
    stage.npm_draft("a", &draft, "");
    all_exit(&stage, &[], 0);
    all_exit(&stage, &["--fail-on", "warning"], 1);

    let undeclared = Stage::new();
    undeclared.npm("a", "@acme/a", "");
    all_exit(&undeclared, &["--fail-on", "warning"], 0);
    all_exit(&undeclared, &["--fail-on", "note"], 1);
}

#[test]
fn the_configuration_changes_severities_and_says_so() {
    let stage = Stage::new();
    stage.npm("a", "@acme/a", &misdeclared());
    stage.write(
        "dockyard-provenance.toml",
        "[severity]\npublisher-repository-mismatch = \"note\"\n",
    );
    let run = stage.scan(&[]).exits(0);
    assert!(
        run.out
            .contains("Non-default: publisher-repository-mismatch is note"),
        "{}",
        run.out
    );
    stage.scan(&["--no-config"]).exits(1);
    stage.scan(&["--fail-on", "note"]).exits(1);
}

#[test]
fn no_severity_makes_the_unknown_known() {
    let stage = Stage::honest();
    stage
        .registry
        .fault("/npm/@acme/a/1.2.3", Fault::Status(500));
    stage.write(
        "dockyard-provenance.toml",
        "[severity]\nverification-incomplete = \"note\"\n",
    );
    stage.scan(&[]).exits(3);
}

#[test]
fn a_skill_that_nobody_is_asked_about_is_unknown() {
    let stage = Stage::new();
    stage.write(
        "skills/a/spec.yaml",
        "metadata:\n  name: a\n  description: \"A skill\"\nspec:\n  \
         repository: \"https://github.com/acme/skills\"\n  ref: \"8f7e6d5c4b3a29181706f5e4d3c2b1a098765432\"\n  path: \"a\"\n  version: \"0.1.0\"\n",
    );
    let run = stage.scan(&["--format", "json"]).exits(3);
    assert_eq!(
        run.report().status("skills/a/spec.yaml"),
        "unknown",
        "{}",
        run.out
    );
    stage.scan(&["--fail-on-unknown", "false"]).exits(0);
    assert_eq!(stage.registry.paths(), [""; 0]);
}

#[test]
fn a_pass_of_one_spec_says_nothing_of_another() {
    let stage = Stage::honest();
    stage.npm("b", "@acme/b", &misdeclared());
    stage.verify(SPEC, &[]).exits(0);
    stage.verify("npx/b/spec.yaml", &[]).exits(1);
    stage.npm("b", "@acme/b", DECLARED);
    stage.scan(&[]).exits(0);
}
