//! Skills in a run with packages, and judged again from recorded answers.

use std::fmt::Write as _;

use super::{FORKED, LATER, SPEC, TIP, github, pinned, run, scan, skill};
use crate::stage::{DECLARED, Run, Stage};

#[test]
fn recorded_evidence_is_judged_again_without_github() {
    let github = github();
    let stage = Stage::honest();
    stage.write(SPEC, &pinned(LATER));
    stage.write("skills/fork/spec.yaml", &pinned(FORKED));
    stage.write(
        "skills/gone/spec.yaml",
        &skill("https://github.com/acme/gone", LATER, "x", "main"),
    );
    let kept = tempfile::tempdir().unwrap();
    let folder = kept.path().join("evidence");
    let folder = folder.to_str().unwrap();
    run(&stage, &github, &["scan", "--save-evidence", folder]).exits(1);
    let asked = github.requests();
    let replay = || {
        let mut command = stage.trusting(&["scan", "--format", "json", "--evidence", folder]);
        Run::of(&mut command)
    };
    let report = replay().exits(1).report();
    for (path, status) in [
        (SPEC, "pinned"),
        ("skills/fork/spec.yaml", "invalid"),
        ("skills/gone/spec.yaml", "unknown"),
        ("npx/a/spec.yaml", "verified"),
    ] {
        assert_eq!(report.status(path), status, "{path}");
    }
    assert_eq!(github.requests(), asked);
    // What was not recorded is not known.
    stage.write("skills/new/spec.yaml", &pinned(TIP));
    let report = replay().report();
    assert_eq!(report.status("skills/new/spec.yaml"), "unknown");
}

#[test]
fn skills_and_packages_are_judged_beside_each_other() {
    let github = github();
    let stage = Stage::honest();
    stage.write(SPEC, &pinned(LATER));
    let report = run(&stage, &github, &["scan", "--format", "json"])
        .exits(0)
        .report();
    assert_eq!(report.status(SPEC), "pinned");
    assert_eq!(report.status("npx/a/spec.yaml"), "verified");
    assert_eq!(report.json["summary"]["by_status"]["pinned"], 1);
    let words = run(&stage, &github, &["verify-provenance", "-c", SPEC])
        .exits(0)
        .out;
    for part in [
        "git commit",
        "in the history of the branch `main`",
        "Status: pinned",
    ] {
        assert!(words.contains(part), "{words}");
    }
    // The registry never sees GitHub's token.
    for request in stage.registry.requests() {
        assert_eq!(request.header("authorization"), None);
    }
    // A claim of attestations that a skill cannot have.
    let mut claiming = pinned(LATER);
    let _ = write!(
        claiming,
        "{}",
        DECLARED
            .split_once("attestations:")
            .map_or("", |(_, rest)| rest)
            .replacen('\n', "  attestations:\n", 1)
    );
    let (code, report) = scan(&github, &claiming);
    assert_eq!(
        (code, report.rules(SPEC)),
        (1, vec!["declared-attestations-missing"])
    );
}
