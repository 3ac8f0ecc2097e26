use super::*;
use crate::finding::Span;
use crate::report::requirements::RequirementRecord;
use package_provenance::verify::Limit;

fn draft(rule: RuleId, line: usize, route: &str) -> Draft {
    Draft {
        rule,
        route: route.to_owned(),
        span: Span {
            start_line: line,
            start_column: 1,
            end_line: line,
            end_column: 2,
        },
        message: format!("line {line}"),
        help: String::new(),
    }
}

fn spec(status: Status, policy: &Policy, rules: &[RuleId]) -> SpecReport {
    let drafts: Vec<Draft> = rules.iter().map(|rule| draft(*rule, 1, "spec")).collect();
    SpecReport {
        before: None,
        worse: Vec::new(),
        path: "npx/a/spec.yaml".to_owned(),
        protocol: "npx".to_owned(),
        package: Some("a".to_owned()),
        version: Some("1.0.0".to_owned()),
        claimed: false,
        status,
        publisher: None,
        slsa_build_level: None,
        evidence: Vec::new(),
        overrides: Vec::new(),
        findings: policy.findings("npx/a/spec.yaml", Some("a"), &drafts),
        limit: Limit::Outside,
        requirements: Vec::new(),
        identity: None,
    }
}

fn judged(policy: &Policy, status: Status, rules: &[RuleId]) -> u8 {
    exit_code(policy.verdict(&[
        spec(Status::Verified, policy, &[]),
        spec(status, policy, rules),
    ]))
}

#[test]
fn thresholds_decide_between_pass_and_fail() {
    let rules = [
        RuleId::AttestationInvalid,
        RuleId::NoProvenance,
        RuleId::UndeclaredAttestations,
    ];
    for (fail_on, codes) in [
        (FailOn::Error, [1, 0, 0]),
        (FailOn::Warning, [1, 1, 0]),
        (FailOn::Note, [1, 1, 1]),
        (FailOn::Never, [0, 0, 0]),
    ] {
        let policy = Policy {
            fail_on,
            ..Policy::default()
        };
        let got = rules.map(|rule| judged(&policy, Status::Verified, &[rule]));
        assert_eq!(got, codes, "{fail_on:?}");
    }
}

#[test]
fn what_is_unknown_is_inconclusive_and_a_finding_wins_over_it() {
    let policy = Policy::default();
    let incomplete = RuleId::VerificationIncomplete;
    assert_eq!(judged(&policy, Status::Unknown, &[incomplete]), 3);
    assert_eq!(judged(&policy, Status::Unknown, &[]), 3);
    assert_eq!(judged(&policy, Status::Verified, &[incomplete]), 3);
    assert_eq!(
        judged(&policy, Status::Unknown, &[incomplete, RuleId::SpecInvalid]),
        1
    );
    assert_eq!(judged(&policy, Status::Verified, &[]), 0);
}

#[test]
fn lowering_a_severity_never_turns_unknown_into_pass() {
    for fail_on in FailOn::ALL {
        let policy = Policy {
            fail_on,
            fail_on_unknown: true,
            severities: RuleId::ALL
                .iter()
                .map(|rule| (*rule, Severity::Note))
                .collect(),
            ..Policy::default()
        };
        let code = judged(&policy, Status::Unknown, &[RuleId::VerificationIncomplete]);
        assert_eq!(code, 3, "{fail_on:?}");
    }
}

#[test]
fn unknown_may_be_told_not_to_count() {
    let policy = Policy {
        fail_on_unknown: false,
        ..Policy::default()
    };
    assert_eq!(
        judged(&policy, Status::Unknown, &[RuleId::VerificationIncomplete]),
        0
    );
    assert_eq!(judged(&policy, Status::Unknown, &[RuleId::SpecInvalid]), 1);
}

#[test]
fn what_is_claimed_and_unknown_is_no_pass_whatever_may_be_unknown() {
    let claimed = |status, rules: &[RuleId], fail_on, fail_on_unknown| {
        let policy = Policy {
            fail_on,
            fail_on_unknown,
            severities: [(RuleId::SpecInvalid, Severity::Note)].into(),
            ..Policy::default()
        };
        let mut spec = spec(status, &policy, rules);
        spec.claimed = true;
        exit_code(policy.verdict(&[spec]))
    };
    for (status, rules) in [
        (Status::Unknown, vec![RuleId::VerificationIncomplete]),
        (Status::Unknown, vec![]),
        // Part of the evidence is unknown.
        (Status::Verified, vec![RuleId::VerificationIncomplete]),
        // Nothing of it could be read, so that it may claim anything.
        (Status::Malformed, vec![RuleId::SpecInvalid]),
    ] {
        for fail_on in [FailOn::Error, FailOn::Warning] {
            for fail_on_unknown in [true, false] {
                let code = claimed(status, &rules, fail_on, fail_on_unknown);
                assert_eq!(code, 3, "{status:?} {fail_on:?} {fail_on_unknown}");
            }
        }
        assert_eq!(claimed(status, &rules, FailOn::Never, true), 3);
        assert_eq!(claimed(status, &rules, FailOn::Never, false), 0);
    }
    // What is determined passes or fails as ever.
    assert_eq!(claimed(Status::Verified, &[], FailOn::Error, false), 0);
    let failing = [RuleId::VerificationIncomplete, RuleId::PublisherNotPinned];
    assert_eq!(claimed(Status::Unknown, &failing, FailOn::Error, false), 1);
}

#[test]
fn a_misspelt_declaration_is_an_error_whatever_is_configured() {
    let policy = Policy {
        severities: [(RuleId::UnknownKey, Severity::Note)].into(),
        ..Policy::default()
    };
    let severity = |policy: &Policy, route: &str| {
        let draft = draft(RuleId::UnknownKey, 1, route);
        policy.finding("p", None, &draft).severity
    };
    for below in ["provenance.x", "provenance.attestations.publisher.x"] {
        assert_eq!(severity(&policy, below), Severity::Error);
        assert_eq!(severity(&Policy::default(), below), Severity::Error);
    }
    for beside in ["provenence", "spec.x", "metadata.provenance"] {
        assert_eq!(severity(&policy, beside), Severity::Note);
        assert_eq!(severity(&Policy::default(), beside), Severity::Warning);
    }
}

#[test]
fn nothing_looked_at_is_no_pass() {
    for fail_on_unknown in [true, false] {
        let policy = Policy {
            fail_on_unknown,
            ..Policy::default()
        };
        assert_eq!(policy.verdict(&[]), Verdict::Inconclusive);
    }
}

#[test]
fn trouble_without_a_finding_is_no_pass() {
    for status in [
        Status::Invalid,
        Status::Partial,
        Status::NotFound,
        Status::Malformed,
    ] {
        assert_eq!(judged(&Policy::default(), status, &[]), 3, "{status:?}");
    }
    for status in [
        Status::Verified,
        Status::Signed,
        Status::None,
        Status::NotApplicable,
    ] {
        assert_eq!(judged(&Policy::default(), status, &[]), 0, "{status:?}");
    }
}

#[test]
fn fingerprints_follow_rule_path_package_and_route_only() {
    let policy = Policy::default();
    let print = |path: &str, package: &str, draft: &Draft| {
        policy.finding(path, Some(package), draft).fingerprint
    };
    let base = draft(RuleId::SpecInvalid, 3, "spec.version");
    let same = print("p", "n", &base);
    assert_eq!(same.len(), 32);
    assert!(same.bytes().all(|byte| byte.is_ascii_hexdigit()));
    assert_eq!(
        same,
        print("p", "n", &draft(RuleId::SpecInvalid, 90, "spec.version"))
    );
    for other in [
        print("q", "n", &base),
        print("p", "m", &base),
        print("p", "n", &draft(RuleId::SpecInvalid, 3, "spec.package")),
        print("p", "n", &draft(RuleId::UnknownKey, 3, "spec.version")),
        // Parts that would run together without their lengths.
        print("pn", "", &base),
    ] {
        assert_ne!(same, other);
    }
    assert_ne!(print("ab", "c", &base), print("a", "bc", &base));
}

#[test]
fn two_findings_of_one_key_have_their_own_fingerprints_in_any_order() {
    let policy = Policy::default();
    let (first, second) = (
        draft(RuleId::UnknownKey, 2, "spec"),
        draft(RuleId::UnknownKey, 5, "spec"),
    );
    let forth = policy.findings("p", None, &[first.clone(), second.clone()]);
    let back = policy.findings("p", None, &[second, first.clone()]);
    let prints = |findings: &[Finding]| -> Vec<String> {
        findings
            .iter()
            .map(|finding| finding.fingerprint.clone())
            .collect()
    };
    assert_eq!(prints(&forth), prints(&back));
    assert_ne!(forth[0].fingerprint, forth[1].fingerprint);
    assert_eq!(
        forth[0].fingerprint,
        policy.finding("p", None, &first).fingerprint
    );
    assert_eq!(forth[0].location.start_line, 2);
}

#[test]
fn an_unknown_key_below_provenance_stays_an_error() {
    let routes = [
        "provenance.attestations.publisher.wrkflow",
        "provenence",
        "spec.x",
    ];
    let drafts = routes.map(|route| draft(RuleId::UnknownKey, 1, route));
    let severities = |policy: &Policy| -> Vec<Severity> {
        let findings = drafts.iter().map(|draft| policy.finding("p", None, draft));
        findings.map(|finding| finding.severity).collect()
    };
    let (error, warning, note) = (Severity::Error, Severity::Warning, Severity::Note);
    assert_eq!(severities(&Policy::default()), [error, warning, warning]);
    let lowered = Policy {
        severities: [(RuleId::UnknownKey, note)].into(),
        ..Policy::default()
    };
    assert_eq!(severities(&lowered), [error, note, note]);
    assert_eq!(RuleId::UnknownKey.default_severity(), warning);
}

#[test]
fn an_override_counts_as_its_package_does() {
    let policy = Policy::default();
    let explained = [RuleId::AttestationInvalid];
    let of = |status: OverrideStatus, rules: &[RuleId]| {
        let mut spec = spec(Status::Verified, &policy, rules);
        spec.overrides.push(OverrideRecord {
            package: "b".to_owned(),
            version: Some("1.0.0".to_owned()),
            status,
            publisher: None,
            evidence: Vec::new(),
            location: location("npx/a/spec.yaml", draft(RuleId::SpecInvalid, 1, "").span),
        });
        exit_code(policy.verdict(&[spec]))
    };
    for status in [
        Status::Verified,
        Status::Partial,
        Status::Signed,
        Status::None,
    ] {
        assert_eq!(of(OverrideStatus::Of(status), &[]), 0, "{status:?}");
    }
    assert_eq!(of(OverrideStatus::NotJudged, &[]), 0);
    assert_eq!(of(OverrideStatus::Of(Status::Unknown), &[]), 3);
    for status in [
        OverrideStatus::Refused,
        OverrideStatus::Of(Status::Invalid),
        OverrideStatus::Of(Status::NotFound),
    ] {
        assert_eq!(of(status, &explained), 1, "{status:?}");
        assert_eq!(of(status, &[]), 3, "{status:?}: nothing says why");
    }
}

/// `[severity]` makes no requirement one that an invalid release meets.
#[test]
fn what_cannot_be_accepted_is_held_where_a_requirement_selects_the_spec() {
    let lowered = [
        RuleId::AttestationInvalid,
        RuleId::PackageNotFound,
        RuleId::NoProvenance,
    ];
    let policy = Policy {
        severities: lowered.map(|rule| (rule, Severity::Note)).into(),
        ..Policy::default()
    };
    let record = RequirementRecord {
        config_line: 1,
        met: None,
        unjudged: Some(Unjudged::ByStatus),
    };
    for (rule, required, severity) in [
        (RuleId::AttestationInvalid, true, Severity::Error),
        (RuleId::PackageNotFound, true, Severity::Error),
        // The controls: nobody requires anything, and what may be accepted may be lowered.
        (RuleId::AttestationInvalid, false, Severity::Note),
        (RuleId::NoProvenance, true, Severity::Note),
    ] {
        let findings = spec(Status::Invalid, &policy, &[rule]).findings;
        let records: &[RequirementRecord] = if required {
            std::slice::from_ref(&record)
        } else {
            &[]
        };
        assert_eq!(
            accept::held(findings, records)[0].severity,
            severity,
            "{rule}"
        );
    }
}
