//! The digests of npm's entries.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use package_provenance::verify::Status;
use testkit::NpmDraft;

use super::stage::{Stage, entry, lock, package, rules, whole};
use crate::finding::{RuleId, Severity};
use crate::policy::{Verdict, exit_code};

#[test]
fn every_status_of_a_tree_is_counted_and_nothing_honest_fails() {
    let mut stage = Stage::new();
    let attested = stage.attested("@acme/widget", "1.2.3");
    let signed = stage.signed("left", "1.0.0");
    let file = lock(&[
        entry("@acme/widget", "1.2.3", Some(&attested)),
        entry("left", "1.0.0", Some(&signed)),
    ]);
    let report = stage.report(&file, &[]);
    assert_eq!((report.entries, report.packages.len()), (2, 2));
    assert_eq!(
        package(&report, "@acme/widget").report.status,
        Status::Verified
    );
    assert!(rules(package(&report, "@acme/widget")).is_empty());
    // Most of a tree has no provenance: a note here, and a warning of a spec.
    let left = package(&report, "left");
    assert_eq!(rules(left), [RuleId::NoProvenance]);
    assert_eq!(left.report.findings[0].severity, Severity::Note);
    assert_eq!(whole(report).verdict, Verdict::Pass);
}

#[test]
fn one_other_integrity_fails_whatever_verifies() {
    let mut stage = Stage::new();
    let attested = stage.attested("widget", "1.2.3");
    stage.signed("left", "1.0.0");
    let bare = NpmDraft {
        signing_keys: Vec::new(),
        ..NpmDraft::signed_only(&stage.world, "bare", "1.0.0")
    };
    stage.publish(&bare, |_| {});
    let other = format!("sha512-{}", STANDARD.encode([7; 64]));
    let both = format!("{attested} {other}");
    for (name, version, integrity, says) in [
        ("widget", "1.2.3", &other, "the registry signed sha512:"),
        ("left", "1.0.0", &other, "the registry signed sha512:"),
        (
            "bare",
            "1.0.0",
            &other,
            "the registry lists, unsigned, sha512:",
        ),
        // npm takes a download that has any of them.
        ("widget", "1.2.3", &both, "the registry signed sha512:"),
    ] {
        let report = stage.report(&lock(&[entry(name, version, Some(integrity))]), &[]);
        let found = package(&report, name);
        let mismatch = &found.report.findings[0];
        assert_eq!(mismatch.rule, RuleId::LockIntegrityMismatch, "{name}");
        assert!(mismatch.message.contains(says), "{}", mismatch.message);
        assert!(mismatch.location.start_line > 8, "{:?}", mismatch.location);
        assert_eq!(exit_code(whole(report).verdict), 1);
    }
    // The control.
    let report = stage.report(&lock(&[entry("widget", "1.2.3", Some(&attested))]), &[]);
    assert_eq!(exit_code(whole(report).verdict), 0);
}

#[test]
fn entries_that_pin_nothing_are_told() {
    let mut stage = Stage::new();
    stage.attested("widget", "1.2.3");
    for (integrity, says) in [
        (None, "has no `integrity`"),
        (
            Some("sha1-2jmj7l5rSw0yVb/vlWAYkK/YBwk="),
            "only a sha1 digest",
        ),
        (
            Some("sha512-"),
            "cannot be compared with what the registry signed",
        ),
    ] {
        let report = stage.report(&lock(&[entry("widget", "1.2.3", integrity)]), &[]);
        let found = package(&report, "widget");
        assert_eq!(
            rules(found),
            [RuleId::LockEntryWithoutIntegrity],
            "{integrity:?}"
        );
        let message = &found.report.findings[0].message;
        assert!(message.contains(says), "{message}");
        assert_eq!(whole(report).verdict, Verdict::Pass);
    }
}
