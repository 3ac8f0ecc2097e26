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
    let memory = Memory::base(&old, observed.values().next().map(AsRef::as_ref));
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
    let memory = Memory::base(&old, observed.values().next().map(AsRef::as_ref));
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

/// Where nobody's provenance is known of the base, the declarations are all that can be compared.
#[test]
fn a_declaration_that_changes_before_there_is_provenance() {
    let stage = Stage::new();
    let of = |repository, more| Spec::new("1.2.3", declared(repository, more), Release::Signed);
    let before = || of("acme/widget", "");
    let redeclared = |report| rules(&report).contains(&"publisher-redeclared");
    assert!(redeclared(
        stage.since_base(&before(), &of("mallory/widget", ""))
    ));
    // The controls: the same, narrower, and a first declaration.
    assert!(!redeclared(stage.since_base(&before(), &before())));
    let narrower = of("acme/widget", "      workflow: release.yml\n");
    assert!(!redeclared(stage.since_base(&before(), &narrower)));
    let undeclared = Spec::new("1.2.3", "", Release::Signed);
    assert!(!redeclared(stage.since_base(&undeclared, &before())));
}

/// One memory's difference hides another's only where it says the same.
#[test]
fn a_build_that_became_worse_in_two_ways_is_told_in_both() {
    use crate::drift::Source;
    let stage = Stage::new();
    let after = Spec::new("1.2.4", "", built(acme()));
    let (new, all) = (after.file(), stage.npm(&after.file(), &after.release));
    let lower = |source, level| Memory {
        source,
        slsa_build_level: Some(level),
        ..Memory::base(&new, all.values().next().map(AsRef::as_ref))
    };
    let told = |memories: &[Memory]| {
        let policy = Policy::default();
        let judging = Judging::by(&policy, jiff::Timestamp::UNIX_EPOCH);
        let report = spec_report_since(&new, &all, judging, memories);
        rules(&report)
    };
    let same = [lower(Source::Base, 3), lower(Source::Baseline, 3)];
    assert_eq!(told(&same), ["build-weakened"]);
    let other = [lower(Source::Base, 3), lower(Source::Baseline, 4)];
    assert_eq!(told(&other), ["build-weakened", "build-weakened"]);
}

/// An exemption of what the spec is does not hide what it became.
#[test]
fn an_accepted_finding_hides_no_drift() {
    use crate::finding::Span;
    use crate::policy::exempt::Exemption;
    use crate::policy::package_name::PackageName;
    use crate::policy::pin::Pin;
    let stage = Stage::new();
    let before = Spec::new("1.2.3", declared("acme/widget", ""), built(acme()));
    let after = Spec::new("1.2.4", declared("acme/widget", ""), Release::Signed);
    let (old, new) = (before.file(), after.file());
    let observed = stage.npm(&old, &before.release);
    let memory = Memory::base(&old, observed.values().next().map(AsRef::as_ref));
    let all = stage.npm(&new, &after.release);
    let of = |policy: &Policy| {
        let judging = Judging::by(policy, jiff::Timestamp::UNIX_EPOCH);
        rules(&spec_report_since(
            &new,
            &all,
            judging,
            std::slice::from_ref(&memory),
        ))
    };
    let mut policy = Policy::default();
    assert_eq!(of(&policy), ["declared-attestations-missing"]);
    policy.blocks.exemptions.push(Exemption {
        span: Span::START,
        path: new.path.clone(),
        package: PackageName::of(&Pin::of(&new).unwrap()),
        version: None,
        rules: vec![RuleId::DeclaredAttestationsMissing],
        reason: "asked".to_owned(),
        owner: "security".to_owned(),
        expires: jiff::civil::date(2026, 1, 1),
    });
    assert_eq!(
        of(&policy),
        ["declared-attestations-missing", "provenance-lost"]
    );
}
