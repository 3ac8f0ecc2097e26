//! Runs that had nothing to verify: no format shows them like verified packages.

use dockyard_report::finding::{Exempted, RuleId};
use dockyard_report::policy::{FailOn, Policy};
use dockyard_report::report::github::{self, AnnotationOptions};
use dockyard_report::report::table::{TableOptions, render as table};
use dockyard_report::report::{Report, RequirementRecord, SpecReport, Unjudged, Verdict, json};
use package_provenance::verify::Status;
use serde_json::{Value, json};

use crate::hostile::{markdown_of, sarif_of};
use crate::hostile_pages::assert_sound;
use crate::sample::{draft, good, links, report, spec};

const LIMIT: usize = 65_536;

fn untouched(policy: &Policy, number: usize) -> Report {
    let mut made = report(policy, &["changed-only: nothing"], Vec::new());
    made.leave_out(number);
    made
}

fn skills(policy: &Policy, number: usize) -> Report {
    let skill = |number| {
        let path = format!("skills/s{number}/spec.yaml");
        let mut skill = spec(policy, &path, Status::NotApplicable, &[]);
        (skill.package, skill.version) = (None, None);
        skill
    };
    report(policy, &[], (0..number).map(skill).collect())
}

fn first_line(report: &Report) -> String {
    let page = markdown_of(report, None, LIMIT);
    assert_sound(&page, LIMIT);
    page.lines().next().unwrap().to_owned()
}

fn last_line(report: &Report) -> String {
    let options = TableOptions {
        width: 120,
        color: false,
        verbose: true,
        root_prefix: "",
    };
    table(report, options).lines().last().unwrap().to_owned()
}

fn invocation(report: &Report) -> Value {
    let sarif = sarif_of(report);
    crate::sarif::assert_sound(&sarif);
    let value: Value = serde_json::from_str(&sarif).unwrap();
    value["runs"][0]["invocations"][0].clone()
}

#[test]
fn a_pull_request_that_touches_no_spec_is_told_in_every_format() {
    let made = untouched(&Policy::default(), 44);
    assert_eq!(made.verdict, Verdict::Pass);
    let says = "the pull request touches no spec; 44 specs are there, not checked";
    assert_eq!(
        first_line(&made),
        format!("**⚪ Package provenance: NOTHING TO VERIFY**: {says}")
    );
    assert_eq!(last_line(&made), format!("NOTHING TO VERIFY: {says}"));
    let options = AnnotationOptions {
        links: &links(),
        base: None,
    };
    assert!(github::render(&made, &options).contains(&format!("::NOTHING TO VERIFY: {says}")));
    let page = markdown_of(&made, None, LIMIT);
    for word in ["✅", "PASS", " 0 verified", "0 of 0"] {
        assert!(!page.contains(word) && !last_line(&made).contains(word));
    }
    let told = invocation(&made);
    assert_eq!(told["executionSuccessful"], json!(true));
    assert_eq!(told["exitCode"], json!(0));
    let notices = told["toolExecutionNotifications"].as_array().unwrap();
    assert_eq!(notices.len(), 1);
    assert_eq!(notices[0]["descriptor"]["id"], "nothing-to-verify");
    assert_eq!(notices[0]["level"], "note");
    let document: Value = serde_json::from_str(&json::render(&made).unwrap()).unwrap();
    assert_eq!(document["verdict"], "pass");
    assert_eq!(document["determined"], true);
    assert_eq!(document["summary"]["specs"], 0);
    assert_eq!(document["summary"]["untouched"], 44);
}

#[test]
fn specs_without_packages_are_told_as_such() {
    let policy = Policy::default();
    let says = "NOTHING TO VERIFY**: none of 3 specs names a package of a registry";
    assert!(first_line(&skills(&policy, 3)).ends_with(says));
    let says = "NOTHING TO VERIFY: the spec names no package of a registry";
    assert_eq!(last_line(&skills(&policy, 1)), says);
    assert_eq!(invocation(&skills(&policy, 1))["executionSuccessful"], true);
    // A finding about one of them is not lost.
    let mut warned = skills(&policy, 1);
    let drafts = [draft(RuleId::UnknownKey, 1, "x", "m", "h")];
    warned.specs[0].findings = policy.findings("skills/s0/spec.yaml", None, &drafts);
    let warned = report(&policy, &[], warned.specs);
    assert!(last_line(&warned).ends_with("; also 1 warning (above)"));
    // The control: one package among them.
    let mut specs = skills(&policy, 2).specs;
    specs.push(good(&policy));
    let mixed = report(&policy, &[], specs);
    assert_eq!(
        last_line(&mixed),
        "PASS: 1 of 1 packages verified · 2 skills not checked"
    );
}

#[test]
fn no_specs_at_all_are_no_pass() {
    let policies = [
        Policy::default(),
        Policy {
            fail_on: FailOn::Never,
            fail_on_unknown: false,
            ..Policy::default()
        },
    ];
    for policy in &policies {
        let mut made = report(policy, &[], Vec::new());
        made.leave_out(0);
        assert_eq!(made.verdict, Verdict::Inconclusive);
        assert!(!made.is_determined());
        assert!(first_line(&made).contains("INCONCLUSIVE**: no spec was checked"));
        assert_eq!(invocation(&made)["executionSuccessful"], json!(false));
    }
}

#[test]
fn nothing_to_verify_is_no_pass_in_doubt() {
    let policy = Policy::default();
    let mut made = untouched(&policy, 3);
    made.doubt("Whose configuration holds is not known.".to_owned());
    assert_eq!(made.verdict, Verdict::Inconclusive);
    let page = markdown_of(&made, None, LIMIT);
    assert!(page.starts_with(
        "**🟠 Package provenance: INCONCLUSIVE**: something about the run as a whole"
    ));
    assert!(page.contains("**Not determined:** Whose configuration holds is not known."));
    assert_eq!(invocation(&made)["executionSuccessful"], json!(false));
    let mut stale = report(&policy, &[], Vec::new());
    stale.trust.problem = Some("It is old.".to_owned());
    stale.leave_out(3);
    assert_eq!(stale.verdict, Verdict::Inconclusive);
    assert!(first_line(&stale).contains("the trust material does not count"));
}

#[test]
fn settings_do_not_push_findings_out() {
    let policy = Policy::default();
    let drafts = [draft(
        RuleId::AttestationInvalid,
        1,
        "x",
        "the finding",
        "h",
    )];
    let wrong = spec(&policy, "npx/a/spec.yaml", Status::Invalid, &drafts);
    let long = |number: usize| format!("setting {number} {}", "is changed ".repeat(40));
    let changes: Vec<String> = (0..5_000).map(long).collect();
    let changes: Vec<&str> = changes.iter().map(String::as_str).collect();
    let made = report(&policy, &changes, vec![wrong.clone()]);
    let page = markdown_of(&made, None, LIMIT);
    assert_sound(&page, LIMIT);
    assert!(page.contains("the finding"), "{page}");
    assert_eq!(page.matches("\n- setting ").count(), 30);
    assert!(page.contains("\n- and 4970 more, in the JSON report\n"));
    // The control: thirty are told whole.
    let made = report(&policy, &changes[..30], vec![wrong]);
    let page = markdown_of(&made, None, LIMIT);
    assert_eq!(page.matches("\n- setting ").count(), 30);
    assert!(!page.contains("more, in the JSON report"));
}

/// A token that is missing today is not what somebody accepted for another skill.
#[test]
fn an_open_finding_is_not_told_with_an_accepted_one() {
    let policy = Policy::default();
    let drafts = [draft(
        RuleId::VerificationIncomplete,
        5,
        "spec.ref",
        "The history could not be asked.",
        "Do.",
    )];
    let skill = |name: &str, accepted: bool| {
        let path = format!("skills/{name}/spec.yaml");
        let mut skill = spec(&policy, &path, Status::Unknown, &drafts);
        skill.findings[0].exempted = accepted.then(|| Exempted {
            reason: "r".to_owned(),
            owner: "o".to_owned(),
            expires: "2027-03-31".to_owned(),
            config_line: 1,
        });
        skill
    };
    let drawn = |specs: Vec<SpecReport>| {
        let options = TableOptions {
            width: 120,
            color: false,
            verbose: false,
            root_prefix: "",
        };
        table(&report(&policy, &[], specs), options)
    };
    let apart = drawn(vec![skill("a", true), skill("b", false)]);
    assert!(apart.contains("skills/b/spec.yaml:5"), "{apart}");
    assert!(!apart.contains("The same holds for"), "{apart}");
    // The control: two that are open are told together.
    let together = drawn(vec![skill("a", true), skill("b", false), skill("c", false)]);
    assert!(together.contains("skills/b/spec.yaml:5"), "{together}");
    assert!(
        together.contains("The same holds for 1 more skill."),
        "{together}"
    );
}

/// The policy is named only where it is the policy that asks.
#[test]
fn who_asks_for_what_is_not_known_is_said() {
    let policy = Policy {
        fail_on_unknown: false,
        ..Policy::default()
    };
    let unknown = |name: &str, claimed: bool| {
        let path = format!("npx/{name}/spec.yaml");
        let drafts = [draft(
            RuleId::VerificationIncomplete,
            5,
            "spec.package",
            "It could not be asked.",
            "Do.",
        )];
        let mut made = spec(&policy, &path, Status::Unknown, &drafts);
        made.claimed = claimed;
        made.requirements = vec![RequirementRecord {
            config_line: 1,
            met: None,
            unjudged: (!claimed).then_some(Unjudged::Undetermined),
        }];
        made
    };
    let (claims, required) = (unknown("a", true), unknown("b", false));
    for (specs, says) in [
        (
            vec![claims.clone()],
            "1 of 1 spec claims attestations that could not be determined, which is not a pass",
        ),
        (
            vec![required.clone()],
            "1 of 1 spec must have attestations by the policy, and they could not be determined, which is not a pass",
        ),
        (
            vec![claims, required],
            "2 of 2 specs claim attestations or must have them by the policy, and they could not be determined, which is not a pass",
        ),
    ] {
        let made = report(&policy, &[], specs);
        assert_eq!(made.verdict, Verdict::Inconclusive);
        let said = first_line(&made);
        assert!(said.contains(says), "{said}");
    }
}
