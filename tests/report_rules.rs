//! The catalogue of rules, its pages and its document.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use dockyard_report::finding::{RuleId, explain};

/// Ids and default severities are a contract: configuration files, dashboards and exemptions
/// depend on them.
const CONTRACT: [(&str, &str); 58] = [
    ("spec-invalid", "error"),
    ("unknown-key", "warning"),
    ("protocol-folder-mismatch", "error"),
    ("unverified-override", "error"),
    ("code-executing-env", "warning"),
    ("invalid-package-name", "error"),
    ("version-not-pinned", "error"),
    ("package-not-found", "error"),
    ("attestation-invalid", "error"),
    ("registry-signature-invalid", "error"),
    ("registry-signature-missing", "warning"),
    ("declared-attestations-missing", "error"),
    ("publisher-not-pinned", "error"),
    ("publisher-kind-mismatch", "error"),
    ("publisher-repository-mismatch", "error"),
    ("publisher-workflow-mismatch", "error"),
    ("publisher-id-mismatch", "error"),
    ("source-repository-mismatch", "error"),
    ("source-ref-mismatch", "note"),
    ("unexpected-build-ref", "warning"),
    ("undeclared-attestations", "note"),
    ("no-provenance", "warning"),
    ("partial-attestations", "error"),
    ("risky-build-trigger", "warning"),
    ("self-hosted-runner", "warning"),
    ("yanked-release", "warning"),
    ("deprecated-release", "warning"),
    ("quarantined-project", "error"),
    ("install-script", "note"),
    ("non-registry-dependency", "warning"),
    ("lock-integrity-mismatch", "error"),
    ("lock-entry-without-integrity", "warning"),
    ("unattested-platform-package", "warning"),
    ("provenance-lost", "error"),
    ("publisher-changed", "error"),
    ("publisher-reregistered", "error"),
    ("publisher-redeclared", "warning"),
    ("publisher-renamed", "warning"),
    ("declaration-weakened", "warning"),
    ("package-swapped", "warning"),
    ("workflow-changed", "warning"),
    ("build-weakened", "warning"),
    ("digest-changed", "error"),
    ("provenance-dropped-upstream", "warning"),
    ("origin-mismatch", "warning"),
    ("impostor-commit", "error"),
    ("evidence-below-policy", "error"),
    ("level-below-policy", "error"),
    ("publisher-not-allowed", "error"),
    ("workflow-not-allowed", "error"),
    ("ref-not-allowed", "error"),
    ("trigger-not-allowed", "error"),
    ("runner-not-allowed", "error"),
    ("too-recent", "error"),
    ("exemption-unused", "warning"),
    ("exemption-expired", "warning"),
    ("requirement-unused", "warning"),
    ("verification-incomplete", "error"),
];

#[test]
fn ids_and_default_severities_are_pinned() {
    let catalogue: Vec<(&str, &str)> = RuleId::ALL
        .iter()
        .map(|rule| (rule.as_str(), rule.default_severity().as_str()))
        .collect();
    assert_eq!(catalogue, CONTRACT);
}

#[test]
fn ids_are_unique_kebab_case_and_read_back() {
    let unique: BTreeSet<&str> = RuleId::ALL.iter().map(|rule| rule.as_str()).collect();
    assert_eq!(unique.len(), RuleId::ALL.len());
    for rule in RuleId::ALL {
        let id = rule.as_str();
        assert!(
            id.split('-')
                .all(|part| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_lowercase())),
            "{id}"
        );
        assert_eq!(RuleId::from_id(id), Some(*rule));
    }
    assert_eq!(RuleId::from_id("No-Provenance"), None);
}

#[test]
fn every_rule_has_a_page_of_its_own() {
    let mut pages = BTreeSet::new();
    for rule in RuleId::ALL {
        let text = rule.explanation();
        for part in [text.meaning, text.why, text.action] {
            assert!(part.len() > 30 && part.ends_with('.'), "{rule}: {part}");
            assert!(!part.contains("  "), "{rule}: {part}");
        }
        let page = explain::page(rule.as_str()).unwrap();
        assert!(
            page.lines().all(|line| line.chars().count() <= 100),
            "{page}"
        );
        assert!(pages.insert(page), "{rule} shares its page");
        assert!(explain::list().contains(rule.as_str()));
    }
}

#[test]
fn an_unknown_rule_is_an_error_with_the_nearest_id() {
    let error = explain::page("no-provenence").unwrap_err().to_string();
    assert!(error.contains("did you mean `no-provenance`?"), "{error}");
    let hostile = explain::page("\u{1b}[2J::x").unwrap_err().to_string();
    assert!(hostile.contains("\\u{1b}[2J:\\:x"), "{hostile}");
}

#[test]
fn one_page_as_people_see_it() {
    insta::assert_snapshot!(explain::page("verification-incomplete").unwrap());
}

#[test]
fn the_document_is_the_catalogue() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/rules.md");
    let generated = explain::markdown();
    if option_env!("BLESS").is_some() {
        fs::write(&path, &generated).unwrap();
    }
    let written = fs::read_to_string(&path).unwrap_or_default();
    assert!(
        written == generated,
        "docs/rules.md is not what the catalogue says; run: BLESS=1 cargo test --test report_rules"
    );
    for rule in RuleId::ALL {
        assert_eq!(written.matches(&format!("\n## {rule}\n")).count(), 1);
    }
}
