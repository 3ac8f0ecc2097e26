//! What is required of entries of no registry, and what they were before.

use jiff::Timestamp;
use serde_json::{Value, json};

use super::stage::{Member, Stage, entry, lock, package, rules, whole};
use crate::drift::Baseline;
use crate::finding::{RuleId, Severity, Span};
use crate::lock::{LockFile, LockMemory, report};
use crate::policy::Policy;
use crate::policy::exempt::Exemption;
use crate::policy::package_name::PackageName;
use crate::policy::pattern::Pattern;
use crate::policy::require::Requirement;
use crate::report::LockReport;
use crate::report::assemble::Judging;
use crate::report::json as json_report;

/// A policy that requires verified evidence of `packages`.
fn policy(packages: &str) -> Policy {
    let mut policy = Policy::default();
    policy.blocks.file = "dockyard-provenance.toml".to_owned();
    policy.blocks.requirements = vec![Requirement {
        packages: vec![Pattern::of_package(packages).unwrap()],
        ..Requirement::at(Span::START)
    }];
    policy
}

fn judged(stage: &Stage, file: &LockFile, policy: &Policy) -> LockReport {
    let judging = Judging::by(policy, Timestamp::UNIX_EPOCH);
    report(file, &stage.all, judging, &[])
}

fn from(folder: &str, value: Value) -> Member {
    (format!("node_modules/{folder}"), value)
}

#[test]
fn what_comes_from_elsewhere_meets_no_requirement() {
    let stage = Stage::new();
    let forged = format!("sha512-{}==", "A".repeat(86));
    let url = "https://evil.example/x.tgz";
    for member in [
        from(
            "@acme/x",
            json!({"version": "1.0.0", "resolved": url, "integrity": forged}),
        ),
        // Under its own name in another folder, and in its folder under another name.
        from(
            "y",
            json!({"name": "@acme/x", "version": "1.0.0", "resolved": url, "integrity": forged}),
        ),
        from(
            "@acme/x",
            json!({"name": "y", "version": "1.0.0", "resolved": url, "integrity": forged}),
        ),
        from(
            "@acme/x",
            json!({"version": "not one", "resolved": "file:x.tgz"}),
        ),
        from("@acme/x", json!({"resolved": "../x", "link": true})),
        from(
            "@acme/x",
            json!({"version": "1.0.0", "resolved": "https://npm.other.example/@acme/x/-/x-1.0.0.tgz", "integrity": forged}),
        ),
    ] {
        let file = lock(std::slice::from_ref(&member));
        let report = judged(&stage, &file, &policy("npm:@acme/*"));
        let found = &report.packages[0];
        assert_eq!(
            rules(found),
            [RuleId::EvidenceBelowPolicy, RuleId::NonRegistryDependency],
            "{member:?}"
        );
        assert_eq!(found.report.requirements[0].met, Some(false));
        let unmet = &found.report.findings[0];
        assert_eq!(unmet.severity, Severity::Error);
        assert!(!unmet.message.contains("0.0.0"), "{}", unmet.message);
        // The control: nothing is required of it.
        let report = judged(&stage, &file, &policy("npm:@other/*"));
        assert_eq!(rules(&report.packages[0]), [RuleId::NonRegistryDependency]);
        assert_eq!(report.packages[0].report.requirements, []);
    }
}

#[test]
fn what_is_the_project_s_own_is_not_required_to_be_published() {
    let mut stage = Stage::new();
    let widget = stage.attested("widget", "1.2.3");
    let mut bundling = entry("widget", "1.2.3", Some(&widget));
    bundling.1["bundleDependencies"] = json!(["@acme/x"]);
    let file = lock(&[
        bundling,
        from(
            "@acme/own",
            json!({"resolved": "packages/own", "link": true, "indirect": true}),
        ),
        (
            "packages/own".to_owned(),
            json!({"name": "@acme/own", "version": "1.0.0"}),
        ),
        from(
            "widget/node_modules/@acme/x",
            json!({"version": "1.0.0", "inBundle": true}),
        ),
    ]);
    let report = judged(&stage, &file, &policy("npm:*"));
    let errors = report.packages.iter().flat_map(|it| &it.report.findings);
    assert_eq!(
        errors.filter(|it| it.severity == Severity::Error).count(),
        0
    );
}

#[test]
fn another_package_under_a_required_name_must_meet_what_is_required() {
    let mut stage = Stage::new();
    let evil = stage.signed("evil", "1.0.0");
    let mut value = entry("evil", "1.0.0", Some(&evil)).1;
    value["name"] = "evil".into();
    let file = lock(&[from("@acme/x", value)]);
    let report = judged(&stage, &file, &policy("npm:@acme/*"));
    let found = rules(package(&report, "evil"));
    assert!(found.contains(&RuleId::EvidenceBelowPolicy), "{found:?}");
    let report = judged(&stage, &file, &policy("npm:@other/*"));
    let found = rules(package(&report, "evil"));
    assert!(!found.contains(&RuleId::EvidenceBelowPolicy), "{found:?}");
}

#[test]
fn what_moves_away_from_the_registry_loses_its_provenance() {
    let mut stage = Stage::new();
    let widget = stage.attested("widget", "1.2.3");
    let left = stage.signed("left", "1.0.0");
    let git = |name: &str, host: &str| {
        let resolved = format!("git+ssh://git@{host}/a/b.git#{}", "a".repeat(40));
        from(name, json!({"version": "1.2.4", "resolved": resolved}))
    };
    let was = lock(&[
        entry("widget", "1.2.3", Some(&widget)),
        entry("left", "1.0.0", Some(&left)),
        git("other", "github.com"),
    ]);
    let base = LockMemory::base(&was, &stage.all);
    let written = json_report::render(&whole(stage.report(&was, &[]))).unwrap();
    let baseline = Baseline::read(written.as_bytes()).unwrap();
    let baseline = baseline.of_lock("package-lock.json").unwrap();
    for memory in [&base, baseline] {
        let now = lock(&[
            git("widget", "github.com"),
            git("left", "github.com"),
            git("other", "github.com"),
        ]);
        let report = stage.report(&now, &[memory]);
        let moved = package(&report, "widget");
        assert!(
            rules(moved).contains(&RuleId::ProvenanceLost),
            "{:?}",
            rules(moved)
        );
        assert_eq!(moved.report.worse.len(), 1);
        assert_eq!(moved.new, Some(true));
        // The controls: one without provenance, and one that came from there before.
        for name in ["left", "other"] {
            let found = package(&report, name);
            assert_eq!(rules(found), [RuleId::NonRegistryDependency], "{name}");
        }
        assert_eq!(package(&report, "other").new, Some(false));
    }
    // From another address than before.
    let report = stage.report(&lock(&[git("other", "evil.example")]), &[&base]);
    assert_eq!(package(&report, "other").new, Some(true));
    // Both were there, and nothing moved.
    let nested = (
        "node_modules/a/node_modules/widget".to_owned(),
        git("x", "github.com").1,
    );
    let both = lock(&[entry("widget", "1.2.3", Some(&widget)), nested]);
    let report = stage.report(&both, &[&LockMemory::base(&both, &stage.all)]);
    let found = report.packages.iter().flat_map(rules);
    assert_eq!(
        found.filter(|rule| *rule == RuleId::ProvenanceLost).count(),
        0
    );
}

/// What an entry calls itself is the word of whoever wrote it.
#[test]
fn an_entry_does_not_take_an_exemption_by_a_name_that_it_gives_itself() {
    let stage = Stage::new();
    let mut policy = policy("npm:*");
    policy.blocks.exemptions = vec![Exemption {
        span: Span::START,
        path: "package-lock.json".to_owned(),
        package: PackageName::parse("npm:tool").unwrap(),
        version: None,
        rules: vec![RuleId::NonRegistryDependency, RuleId::EvidenceBelowPolicy],
        reason: "ours".to_owned(),
        owner: "@acme/web".to_owned(),
        expires: jiff::civil::date(2999, 1, 1),
    }];
    let forged = format!("sha512-{}==", "A".repeat(86));
    for (folder, name, open) in [
        ("lodash", "tool", 2),
        // The controls: it stands where it says, whatever it calls itself.
        ("tool", "tool", 0),
        ("tool", "other", 0),
    ] {
        let file = lock(&[from(
            folder,
            json!({"name": name, "version": "1.0.0", "resolved": "https://evil.example/x.tgz", "integrity": forged}),
        )]);
        let mut report = judged(&stage, &file, &policy);
        let found = report.packages.remove(0).report;
        assert_eq!(found.findings.len(), 2, "{folder} {name}");
        assert_eq!(found.open_findings().count(), open, "{folder} {name}");
        // What `policy suggest` names.
        let identity = PackageName::of(found.identity.as_deref().unwrap());
        assert_eq!(identity.to_string(), format!("npm:{folder}"));
    }
}
