//! What became worse.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::stage::{Stage, entry, lock, package, rules, whole};
use crate::drift::Baseline;
use crate::finding::RuleId;
use crate::lock::{LockFile, LockMemory};
use crate::report::json as json_report;

#[test]
fn what_became_worse_in_a_tree_is_told_once_per_package() {
    let mut stage = Stage::new();
    let was = stage.attested_by("widget", "1.2.2", "acme/widget");
    let (lost, other) = (
        stage.signed("widget", "1.2.3"),
        stage.attested_by("widget", "1.2.4", "mallory/widget"),
    );
    let same = stage.attested_by("widget", "1.2.5", "acme/widget");
    let new = stage.signed("new", "1.0.0");
    let before = lock(&[entry("widget", "1.2.2", Some(&was))]);
    let base = LockMemory::base(&before, &stage.all);
    let written = json_report::render(&whole(stage.report(&before, &[]))).unwrap();
    let baseline = Baseline::read(written.as_bytes()).unwrap();
    let baseline = baseline.of_lock("package-lock.json").unwrap();
    for memory in [&base, baseline] {
        let judged = |version: &str, integrity: &str| {
            let now = lock(&[
                entry("widget", version, Some(integrity)),
                entry("new", "1.0.0", Some(&new)),
            ]);
            stage.report(&now, &[memory])
        };
        let report = judged("1.2.3", &lost);
        assert!(rules(package(&report, "widget")).contains(&RuleId::ProvenanceLost));
        assert_eq!(package(&report, "widget").new, Some(false));
        assert_eq!(package(&report, "new").new, Some(true));
        assert_eq!(report.new_packages(), Some(1));
        let report = judged("1.2.4", &other);
        let found = &package(&report, "widget").report.findings[0];
        assert_eq!(found.rule, RuleId::PublisherChanged);
        assert!(!found.message.contains("the spec"), "{}", found.message);
        // The control: the same publisher.
        let report = judged("1.2.5", &same);
        assert!(rules(package(&report, "widget")).is_empty());
        // The same version with other content.
        let forged = format!("sha512-{}", STANDARD.encode([9; 64]));
        let report = judged("1.2.2", &forged);
        assert!(rules(package(&report, "widget")).contains(&RuleId::DigestChanged));
    }
}

#[test]
fn other_content_from_elsewhere_is_told() {
    let stage = Stage::new();
    let integrity = |byte: u8| format!("sha512-{}", STANDARD.encode([byte; 64]));
    let tool = |address: &str, version: &str, byte: u8| {
        let mut tool = entry("tool", version, Some(&integrity(byte)));
        tool.1["resolved"] = address.into();
        lock(&[tool])
    };
    let was = tool("https://h.example/tool.tgz", "1.0.0", 1);
    let base = LockMemory::base(&was, &stage.all);
    let written = json_report::render(&whole(stage.report(&was, &[]))).unwrap();
    let baseline = Baseline::read(written.as_bytes()).unwrap();
    let baseline = baseline.of_lock("package-lock.json").unwrap();
    for (memory, is_base) in [(&base, true), (baseline, false)] {
        let changed = |now: &LockFile| {
            let report = stage.report(now, &[memory]);
            rules(package(&report, "tool")).contains(&RuleId::DigestChanged)
        };
        assert!(changed(&tool("https://h.example/tool.tgz", "1.0.0", 2)));
        assert!(changed(&tool("https://m.example/tool.tgz", "1.0.0", 2)));
        // A report does not say the address.
        assert_eq!(
            changed(&tool("https://h.example/tool.tgz", "1.0.1", 2)),
            is_base
        );
        // The controls: the same content, another version from another place.
        assert!(!changed(&was));
        assert!(!changed(&tool("https://m.example/tool.tgz", "1.0.0", 1)));
        assert!(!changed(&tool("https://h.example/tool-2.tgz", "2.0.0", 2)));
    }
}
