//! Entries that are no plain packages, and trees.

use dockyard_locks::MAX_ENTRIES;
use package_provenance::verify::Status;
use serde_json::{Value, json};
use testkit::NpmDraft;

use super::stage::{Member, Stage, entry, lock, package, rules, whole};
use crate::finding::{RuleId, Severity};
use crate::policy::Verdict;

#[test]
fn what_is_of_no_registry_is_told_and_not_looked_up() {
    let mut stage = Stage::new();
    let attested = stage.attested("widget", "1.2.3");
    let mut parent = entry("widget", "1.2.3", Some(&attested));
    parent.1["bundleDependencies"] = json!(["inside"]);
    let file = lock(&[
        parent,
        (
            "node_modules/git".to_owned(),
            json!({"version": "1.0.0", "resolved": format!("git+ssh://git@github.com/a/b.git#{}", "a".repeat(40))}),
        ),
        (
            "node_modules/elsewhere".to_owned(),
            json!({"version": "1.0.0", "resolved": "https://npm.evil.example/elsewhere/-/elsewhere-1.0.0.tgz", "integrity": attested}),
        ),
        (
            "node_modules/widget/node_modules/inside".to_owned(),
            json!({"version": "1.0.0", "inBundle": true}),
        ),
    ]);
    assert_eq!(file.packages().count(), 1);
    let report = stage.report(&file, &[]);
    for name in ["git", "elsewhere"] {
        let found = package(&report, name);
        assert_eq!(rules(found), [RuleId::NonRegistryDependency], "{name}");
        assert_eq!(found.report.findings[0].severity, Severity::Warning);
        assert_eq!(found.report.status, Status::NotApplicable);
    }
    // What comes within a package's archive is held by that package's digest.
    let bundled = package(&report, "inside");
    assert_eq!(bundled.from, "bundled");
    assert_eq!(bundled.report.findings[0].severity, Severity::Note);
    assert_eq!(whole(report).verdict, Verdict::Pass);
}

#[test]
fn a_lock_of_nothing_is_no_pass() {
    let stage = Stage::new();
    let report = whole(stage.report(&lock(&[]), &[]));
    assert_eq!(report.verdict, Verdict::Inconclusive);
    assert!(
        report.gate.doubts[0].contains("no entry to look up"),
        "{:?}",
        report.gate.doubts
    );
    // The control: something that was looked up.
    let mut stage = Stage::new();
    let signed = stage.signed("left", "1.0.0");
    let report = stage.report(&lock(&[entry("left", "1.0.0", Some(&signed))]), &[]);
    assert_eq!(whole(report).verdict, Verdict::Pass);
}

#[test]
fn what_was_not_looked_at_is_not_passed_over() {
    let mut stage = Stage::new();
    let signed = stage.signed("left", "1.0.0");
    stage.all.clear();
    let report = stage.report(&lock(&[entry("left", "1.0.0", Some(&signed))]), &[]);
    assert_eq!(package(&report, "left").report.status, Status::Unknown);
    assert_eq!(whole(report).verdict, Verdict::Inconclusive);
}

#[test]
fn a_finding_says_how_the_package_came_in() {
    let mut stage = Stage::new();
    let (a, b, c) = (
        stage.signed("a", "1.0.0"),
        stage.signed("b", "1.0.0"),
        stage.signed("c", "1.0.0"),
    );
    let mut top = entry("a", "1.0.0", Some(&a));
    top.1["dependencies"] = json!({"b": "^1.0.0"});
    let mut middle = entry("b", "1.0.0", Some(&b));
    middle.1["dependencies"] = json!({"c": "^1.0.0"});
    middle.1["indirect"] = true.into();
    let mut bottom = entry("c", "1.0.0", None);
    bottom.1["indirect"] = true.into();
    drop(c);
    let report = stage.report(&lock(&[top, middle, bottom]), &[]);
    let found = package(&report, "c");
    assert_eq!(found.via, ["a", "b"]);
    let message = &found
        .report
        .findings
        .iter()
        .find(|it| it.severity > Severity::Note)
        .unwrap()
        .message;
    assert!(message.ends_with(" It comes in by a › b › c."), "{message}");
}

#[test]
fn equal_entries_are_one_package_and_versions_have_findings_of_their_own() {
    let mut stage = Stage::new();
    let (one, two) = (stage.signed("left", "1.0.0"), stage.signed("left", "2.0.0"));
    let a = stage.signed("a", "1.0.0");
    let nested = |path: &str, version: &str, integrity: &str| {
        let (_, value) = entry("left", version, Some(integrity));
        (path.to_owned(), value)
    };
    let file = lock(&[
        entry("a", "1.0.0", Some(&a)),
        entry("left", "1.0.0", Some(&one)),
        nested("node_modules/a/node_modules/left", "2.0.0", &two),
        nested(
            "node_modules/a/node_modules/b/node_modules/left",
            "1.0.0",
            &one,
        ),
    ]);
    let report = stage.report(&file, &[]);
    assert_eq!((report.entries, report.packages.len()), (4, 3));
    let entries: usize = report.packages.iter().map(|it| it.entries).sum();
    assert_eq!(entries, report.entries);
    let mut fingerprints: Vec<&str> = report
        .packages
        .iter()
        .flat_map(|it| &it.report.findings)
        .map(|it| it.fingerprint.as_str())
        .collect();
    let all = fingerprints.len();
    fingerprints.sort_unstable();
    fingerprints.dedup();
    assert_eq!(fingerprints.len(), all);
}

#[test]
fn an_attested_launcher_does_not_vouch_for_its_binaries() {
    let mut stage = Stage::new();
    let draft = stage.world.npm_draft("launcher", "1.0.0");
    let launcher = stage.publish(&draft, |manifest| {
        manifest["optionalDependencies"] = json!({
            "@launcher/linux-x64": "1.0.0", "@launcher/darwin": "1.0.0", "@launcher/win": "1.0.0",
            "colors": "1.0.0", "fsevents": "^2.0.0",
        });
    });
    let for_linux = |manifest: &mut Value| manifest["os"] = json!(["linux"]);
    let bare = NpmDraft::signed_only(&stage.world, "@launcher/linux-x64", "1.0.0");
    let linux = stage.publish(&bare, for_linux);
    // Attested: nothing is said. Not for a platform: neither.
    let draft = stage.world.npm_draft("@launcher/darwin", "1.0.0");
    stage.publish(&draft, |manifest| manifest["os"] = json!(["darwin"]));
    stage.signed("colors", "1.0.0");
    let file = lock(&[
        entry("launcher", "1.0.0", Some(&launcher)),
        entry("@launcher/linux-x64", "1.0.0", Some(&linux)),
    ]);
    let report = stage.report(&file, &[]);
    let found = package(&report, "launcher");
    assert_eq!(rules(found), [RuleId::UnattestedPlatformPackage]);
    let finding = &found.report.findings[0];
    assert!(
        finding.message.contains("@launcher/linux-x64@1.0.0"),
        "{}",
        finding.message
    );
    for other in ["darwin", "colors", "@launcher/win"] {
        assert!(!finding.message.contains(other), "{}", finding.message);
    }
    assert_eq!(finding.severity, Severity::Warning);
}

#[test]
fn a_lock_of_a_hundred_thousand_entries_is_judged_in_one_go() {
    let stage = Stage::new();
    let many = 100_000;
    assert!(many < MAX_ENTRIES);
    let entries: Vec<Member> = (0..many)
        .map(|number| entry(&format!("p{number}"), "1.0.0", None))
        .collect();
    let report = stage.report(&lock(&entries), &[]);
    assert_eq!((report.entries, report.packages.len()), (many, many));
    assert_eq!(report.by_status[&Status::Unknown], many);
    assert_eq!(whole(report).verdict, Verdict::Inconclusive);
}
