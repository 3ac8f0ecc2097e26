//! `report` mode judges what it is told by its own inputs, and shows it as what it is.

use serde_json::json;

use crate::job::{Job, Run, bad, good, unclaimed, unknown};
use crate::report_mode::{bodies, job, job_after, tamper};

/// Runs stage two with these inputs.
fn stage_two(job: &mut Job, inputs: &[(&str, &str)]) -> Run {
    for (input, value) in inputs {
        job.input(input, value);
    }
    job.run()
}

fn body(job: &Job) -> String {
    let bodies = bodies(job);
    assert_eq!(bodies.len(), 1, "{bodies:?}");
    bodies[0].clone()
}

#[test]
fn a_threshold_of_the_other_run_does_not_hold_here() {
    // The proposed workflow let everything pass, and its run succeeded.
    let lenient = [("fail-on", "never"), ("fail-on-unknown", "false")];
    let mut findings = job_after("told-never", &bad(), "success", &lenient);
    let run = stage_two(&mut findings, &[]).exits(1);
    assert_eq!(run.output("verdict"), "fail");
    let text = body(&findings);
    assert!(text.contains("run: FAIL**"), "{text}");
    assert!(text.contains("- as reported: fail-on is never"), "{text}");
    assert!(text.contains("judged here: fails on error"), "{text}");
    let mut open = job_after("told-known", &unknown(), "success", &lenient);
    let run = stage_two(&mut open, &[]).exits(3);
    assert_eq!(run.output("verdict"), "inconclusive");
    assert!(body(&open).contains("run: INCONCLUSIVE**"));
    // The control: one that has nothing to hide.
    stage_two(
        &mut job_after("told-fine", &good(), "success", &lenient),
        &[],
    )
    .exits(0);
}

#[test]
fn the_inputs_of_this_run_hold() {
    let old_ref = good().replace("refs/tags/v1.2.3", "refs/tags/v1.2.2");
    let mut strict = job("told-note", &old_ref, "success");
    stage_two(&mut strict, &[]).exits(0);
    let run = stage_two(&mut strict, &[("fail-on", "note")]).exits(1);
    assert_eq!(run.output("verdict"), "fail");
    assert!(body(&strict).contains("- fail-on is note (input)"));

    let mut never = job("told-bad", &bad(), "failure");
    stage_two(&mut never, &[]).exits(1);
    stage_two(&mut never, &[("warn-only", "true")])
        .exits(0)
        .tells("the step does not fail");
    let run = stage_two(&mut never, &[("warn-only", ""), ("fail-on", "never")]).exits(0);
    assert_eq!(run.output("verdict"), "pass");
    assert!(body(&never).contains("- fail-on is never (input)"));

    // Nothing is claimed of it.
    let mut open = job("told-open", &unclaimed(), "failure");
    stage_two(&mut open, &[]).exits(3);
    stage_two(&mut open, &[("warn-only", "true")]).exits(3);
    stage_two(&mut open, &[("fail-on-unknown", "false")]).exits(0);
    assert!(body(&open).contains("- fail-on-unknown is false (input)"));
}

#[test]
fn what_is_claimed_and_not_known_is_no_pass_here_either() {
    let mut claimed = job("told-claimed", &unknown(), "failure");
    let lenient = [("fail-on-unknown", "false")];
    let run = stage_two(&mut claimed, &lenient).exits(3);
    assert_eq!(run.output("verdict"), "inconclusive");
    let says = "that could not be determined, which is not a pass";
    assert!(body(&claimed).contains(says), "{}", body(&claimed));
    stage_two(&mut claimed, &[("warn-only", "true")]).exits(3);
    stage_two(&mut claimed, &[("warn-only", ""), ("fail-on", "never")]).exits(0);
    // A report that does not tell what is claimed tells nothing that could pass.
    let mut silent = job("told-silent", &unclaimed(), "failure");
    stage_two(&mut silent, &lenient).exits(0);
    tamper(&silent, |report| {
        report["specs"][0]
            .as_object_mut()
            .unwrap()
            .remove("claimed");
    });
    stage_two(&mut silent, &lenient).exits(3);
}

#[test]
fn a_doubt_of_the_other_run_is_one_here() {
    let mut doubtful = job("told-doubt", &good(), "failure");
    tamper(&doubtful, |report| {
        report["verdict"] = json!("inconclusive");
        report["determined"] = json!(false);
        report["gate"]["doubts"] = json!(["the configuration is not known"]);
    });
    let run = stage_two(&mut doubtful, &[]).exits(3);
    assert_eq!(run.output("verdict"), "inconclusive");
    let says = "**Not determined:** as reported: the configuration is not known";
    assert!(body(&doubtful).contains(says), "{}", body(&doubtful));
    // Beside a finding it is not lost, and `warn-only` does not let it pass.
    let mut both = job("told-doubt-and-finding", &bad(), "failure");
    tamper(&both, |report| {
        report["determined"] = json!(false);
        report["gate"]["doubts"] = json!(["the configuration is not known"]);
    });
    stage_two(&mut both, &[]).exits(1);
    stage_two(&mut both, &[("warn-only", "true")]).exits(3);
}

#[test]
fn a_pass_that_its_run_did_not_say_is_none_whatever_may_be_unknown() {
    let mut lying = job("told-lie", &good(), "failure");
    let run = stage_two(&mut lying, &[("fail-on-unknown", "false")]).exits(3);
    assert_eq!(run.output("verdict"), "inconclusive");
    assert!(body(&lying).contains("the run that made it ended with `failure`"));
}

#[test]
fn a_failed_run_is_no_pass_by_whatever_threshold_it_was_judged() {
    // Its own gate failed on a note, which fails nothing here.
    let old_ref = good().replace("refs/tags/v1.2.3", "refs/tags/v1.2.2");
    let strict = [("fail-on", "note")];
    let mut noted = job_after("told-strict", &old_ref, "failure", &strict);
    let run = stage_two(&mut noted, &[])
        .exits(3)
        .tells("ended with `failure`");
    assert_eq!(run.output("verdict"), "inconclusive");
    assert!(body(&noted).contains("run: INCONCLUSIVE**"));
    stage_two(&mut noted, &[("warn-only", "true")]).exits(3);
    // Nothing that this stage lets pass explains why that run failed.
    stage_two(&mut noted, &[("fail-on", "never")]).exits(3);
    // The controls: judged as it was there, and a run that succeeded.
    stage_two(&mut noted, &[("warn-only", ""), ("fail-on", "note")]).exits(1);
    let mut fine = job_after("told-strict-fine", &old_ref, "success", &[]);
    stage_two(&mut fine, &[]).exits(0);
}

#[test]
fn findings_explain_a_run_that_failed_and_none_that_was_stopped() {
    let lenient = [("fail-on", "never")];
    let mut failed = job("told-failed", &bad(), "failure");
    stage_two(&mut failed, &lenient).exits(0);
    for conclusion in ["cancelled", "timed_out", "startup_failure"] {
        let mut stopped = job(&format!("told-{conclusion}"), &bad(), conclusion);
        stage_two(&mut stopped, &lenient)
            .exits(3)
            .tells(&format!("ended with `{conclusion}`"));
    }
}

#[test]
fn what_was_not_determined_there_is_not_determined_here() {
    let mut vague = job("told-vague", &bad(), "failure");
    tamper(&vague, |report| report["determined"] = json!(false));
    stage_two(&mut vague, &[("warn-only", "true")]).exits(3);
    let says = "**Not determined:** as reported: not everything could be determined";
    assert!(body(&vague).contains(says), "{}", body(&vague));
    let passing = job("told-vague-pass", &good(), "success");
    tamper(&passing, |report| report["determined"] = json!(false));
    passing.run().exits(3);
    // The control.
    let mut certain = job("told-certain", &bad(), "failure");
    stage_two(&mut certain, &[("warn-only", "true")]).exits(0);
}

#[test]
fn told_doubts_do_not_hide_this_runs_own() {
    let lying = job("told-doubts", &good(), "failure");
    tamper(&lying, |report| {
        let doubts: Vec<String> = (0..40).map(|number| format!("doubt {number}")).collect();
        report["gate"]["doubts"] = json!(doubts);
        report["gate"]["fail_on_unknown"] = json!(false);
        report["determined"] = json!(false);
        // What is claimed would not pass there.
        for spec in report["specs"].as_array_mut().unwrap() {
            spec["claimed"] = json!(false);
        }
    });
    lying.run().exits(3);
    let text = body(&lying);
    let own = text.find("the run that made it ended with `failure`");
    let told = text.find("as reported: doubt 0");
    assert!(own.is_some() && own < told, "{text}");
}

#[test]
fn settings_do_not_push_findings_out_of_the_comment() {
    let crowded = job("told-crowd", &bad(), "failure");
    tamper(&crowded, |report| {
        let changes: Vec<String> = (0..1_000)
            .map(|number| format!("setting {number} {}", "is changed ".repeat(40)))
            .collect();
        report["gate"]["changes"] = json!(changes);
    });
    crowded.run().exits(1);
    let text = body(&crowded);
    assert!(text.contains("publisher-repository-mismatch"), "{text}");
    assert_eq!(text.matches("\n- as reported: setting ").count(), 30);
    assert!(text.contains("\n- and 970 more, in the JSON report\n"));
}

#[test]
fn a_huge_report_makes_a_comment_that_github_takes() {
    let huge = job("told-huge", &bad(), "failure");
    let noise = "a | `b` <c> @d https://e.example ${{ github.token }} ".repeat(40);
    tamper(&huge, |report| {
        let one = report["specs"][0].clone();
        let many: Vec<_> = (0..400)
            .map(|number| {
                let mut spec = one.clone();
                spec["path"] = json!(format!("npx/{number}/spec.yaml"));
                spec["findings"][0]["message"] = json!(format!("{number} {noise}"));
                spec["publisher"]["subject"] = json!(noise);
                spec
            })
            .collect();
        report["specs"] = json!(many);
        report["gate"]["config"] = json!(noise);
        report["trust"]["fallback"] = json!(noise);
    });
    let run = huge
        .run()
        .exits(1)
        .tells("the comment does not hold everything");
    let text = body(&huge);
    assert!(text.starts_with("<!-- dockyard-provenance:"), "{text}");
    let length = text.encode_utf16().count();
    assert!((40_000..=65_536).contains(&length), "{length}");
    assert!(text.contains("Cut to fit: ") && text.contains("is repeated here unverified"));
    let outputs = format!("{:?}", run.outputs);
    for (what, shown) in [
        ("comment", &text),
        ("summary", &run.summary),
        ("log", &run.out),
    ] {
        assert!(!shown.contains("${"), "an expression in the {what}");
    }
    for word in ["e.example", "{{", "github.token"] {
        assert!(!outputs.contains(word), "{outputs}");
    }
}

#[test]
fn what_is_told_is_marked_as_told() {
    let told = job("told-marked", &good(), "success");
    let mut told = told;
    tamper(&told, |report| {
        report["trust"]["as_of"] = json!("checked by the security team");
        report["specs"][0]["evidence"][0]["reason"] = json!("checked by the security team");
    });
    told.input("comment", "always");
    let run = told.run().exits(0);
    for text in [body(&told), run.summary] {
        assert!(
            text.contains("1 of 1 packages said to be verified"),
            "{text}"
        );
        assert!(
            text.contains("**Unverified:** this is another run's report"),
            "{text}"
        );
        for word in ["✅", "security team", "search.sigstore.dev"] {
            assert!(!text.contains(word), "{word}: {text}");
        }
    }
}
