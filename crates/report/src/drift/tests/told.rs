//! What is told, and how loudly.

use super::stage::{Release, Spec, Stage, acme, built, declared, mallory, rules};
use crate::drift::Memory;
use crate::drift::worse::Worsening;
use crate::finding::RuleId;
use crate::policy::Policy;
use crate::report::assemble::{Judging, spec_report_since};
use crate::spec::parse;

/// What some other finding tells is told once, and a reader hears of it first all the same.
#[test]
fn what_became_worse_is_known_whoever_tells_it() {
    let stage = Stage::new();
    let pinned = |release| Spec::new("1.2.3", declared("acme/widget", ""), release);
    let lost = stage.since_base(&pinned(built(acme())), &pinned(Release::Signed));
    assert_eq!(rules(&lost), ["declared-attestations-missing"]);
    let what: Vec<Worsening> = lost.worse.iter().map(|worse| worse.what).collect();
    assert_eq!(what, [Worsening::ProvenanceLost]);
    // The control.
    let kept = stage.since_base(&pinned(built(acme())), &pinned(built(acme())));
    assert!(kept.worse.is_empty(), "{kept:#?}");
}

/// A rule that somebody lowered does not take what a memory shows with it.
#[test]
fn a_lowered_rule_hides_no_drift() {
    use crate::finding::Severity;
    let stage = Stage::new();
    let before = Spec::new("1.2.3", declared("acme/widget", ""), built(acme()));
    let after = Spec::new("1.2.4", declared("acme/widget", ""), Release::Signed);
    let (old, new) = (before.file(), after.file());
    let observed = stage.npm(&old, &before.release);
    let memory = Memory::base(&old, observed.values().next());
    let all = stage.npm(&new, &after.release);
    let mut policy = Policy::default();
    policy
        .severities
        .insert(RuleId::DeclaredAttestationsMissing, Severity::Note);
    let report = spec_report_since(
        &new,
        &all,
        Judging::by(&policy, jiff::Timestamp::UNIX_EPOCH),
        std::slice::from_ref(&memory),
    );
    assert_eq!(
        rules(&report),
        ["declared-attestations-missing", "provenance-lost"]
    );
    // A severity that is configured for the drift itself holds, also where it would be an error.
    policy
        .severities
        .insert(RuleId::PackageSwapped, Severity::Note);
    let other = Spec::new("1.0.0", "", Release::Signed).of("@acme/gadget");
    let unsigned = Spec::new("1.2.3", "", Release::Signed);
    let (old, new) = (unsigned.file(), other.file());
    let observed = stage.npm(&old, &Release::Signed);
    let memory = Memory::base(&old, observed.values().next());
    let all = stage.npm(&new, &other.release);
    let of = |policy: &Policy| {
        let report = spec_report_since(
            &new,
            &all,
            Judging::by(policy, jiff::Timestamp::UNIX_EPOCH),
            std::slice::from_ref(&memory),
        );
        let mut findings = report.findings.into_iter();
        let swapped = findings.find(|finding| finding.rule == RuleId::PackageSwapped);
        swapped.unwrap().severity
    };
    assert_eq!(of(&policy), Severity::Note);
    assert_eq!(of(&Policy::default()), Severity::Error);
}

/// The publisher that the base declares already is no news, and no finding.
#[test]
fn a_publisher_that_was_declared_before_is_expected() {
    let stage = Stage::new();
    let before = Spec::new("1.2.3", declared("mallory/widget", ""), built(acme()));
    let after = Spec::new("1.2.4", declared("mallory/widget", ""), built(mallory()));
    assert_eq!(rules(&stage.since_base(&before, &after)), [""; 0]);
    // A report does not tell what was declared, so that it is told.
    let told = stage.since_baseline(&before, &after);
    assert_eq!(rules(&told), ["publisher-redeclared"]);
}

#[test]
fn a_base_that_is_no_package_is_shown_and_compared_with_nothing() {
    let stage = Stage::new();
    let old = parse::parse("npx/widget/spec.yaml", b"metadata: [\n");
    let after = Spec::new("1.2.4", "", built(acme()));
    let (new, memory) = (after.file(), Memory::base(&old, None));
    let all = stage.npm(&new, &after.release);
    let report = spec_report_since(
        &new,
        &all,
        Judging::by(&Policy::default(), jiff::Timestamp::UNIX_EPOCH),
        &[memory],
    );
    assert_eq!(rules(&report), [""; 0]);
    assert_eq!(report.before.unwrap().status.as_str(), "malformed");
}
