//! A tree of a thousand packages through every renderer.

use crate::sample::{HOSTILE, draft, links, report, spec};
use dockyard_locks::Format;
use dockyard_report::finding::{RuleId, Severity};
use dockyard_report::policy::{FailOn, Policy};
use dockyard_report::report::github::AnnotationOptions;
use dockyard_report::report::markdown::{DEFAULT_HEADING, Extent, MarkdownOptions, SUMMARY_LIMIT};
use dockyard_report::report::sarif::{DEFAULT_CATEGORY, MAX_RESULTS, SarifOptions};
use dockyard_report::report::table::TableOptions;
use dockyard_report::report::{
    ForeignReport, LockPackage, LockReport, Report, SpecReport, Verdict, github, json, markdown,
    sarif, table,
};
use package_provenance::verify::Status;
use serde_json::Value;

const PATH: &str = "web/package-lock.json";

fn package(policy: &Policy, number: usize, status: Status, rule: Option<RuleId>) -> LockPackage {
    let message = format!("what is to be said of package {number}");
    let drafts: Vec<_> = rule
        .map(|rule| draft(rule, 10 + number, "spec.version", &message, "do something"))
        .into_iter()
        .collect();
    let name = format!("p{number}");
    let mut report = spec(policy, PATH, status, &[]);
    report.package = Some(name.clone());
    report.findings = policy.findings(PATH, Some(&name), &drafts);
    for finding in &mut report.findings {
        if finding.rule == RuleId::NoProvenance {
            finding.severity = Severity::Note;
        }
    }
    LockPackage {
        report,
        entries: 1,
        via: vec!["a".to_owned(), "b".to_owned()],
        alias: None,
        from: "registry",
        pinned: vec!["sha512:ab".to_owned()],
        new: None,
    }
}

/// One package that is not what its lock says, forty deprecated ones, and nine hundred without provenance.
fn tree() -> Report {
    let policy = Policy::default();
    let packages = (0..1_000).map(|number| match number {
        500 => package(
            &policy,
            number,
            Status::Verified,
            Some(RuleId::LockIntegrityMismatch),
        ),
        0..60 => package(&policy, number, Status::Verified, None),
        60..100 => package(
            &policy,
            number,
            Status::Signed,
            Some(RuleId::DeprecatedRelease),
        ),
        _ => package(&policy, number, Status::None, Some(RuleId::NoProvenance)),
    });
    let whole = SpecReport {
        package: None,
        version: None,
        ..spec(&policy, PATH, Status::NotApplicable, &[])
    };
    let lock = LockReport::new(Format::PackageLock, 1_000, whole, packages.collect());
    let mut tree = report(&policy, &[], Vec::new());
    tree.gate.doubts.clear();
    let mut tree = Report::with_locks(&policy, tree.trust, tree.gate, Vec::new(), vec![lock]);
    tree.tool.version = "0.0.0";
    tree
}

fn table_of(report: &Report) -> String {
    let options = TableOptions {
        width: 120,
        color: false,
        verbose: false,
        root_prefix: "",
    };
    table::render(report, options)
}

#[test]
fn a_table_tells_numbers_and_what_is_wrong() {
    let tree = tree();
    assert_eq!(tree.verdict, Verdict::Fail);
    let drawn = table_of(&tree);
    assert!(drawn.lines().count() < 60, "{drawn}");
    insta::assert_snapshot!(drawn);
}

#[test]
fn markdown_stays_small() {
    let links = links();
    let options = MarkdownOptions {
        links: &links,
        limit: SUMMARY_LIMIT,
        base: None,
        extent: Extent::Everything,
        heading: DEFAULT_HEADING,
    };
    let drawn = markdown::render(&tree(), &options).text;
    assert!(drawn.len() < 12_000, "{}", drawn.len());
    insta::assert_snapshot!(drawn);
}

#[test]
fn sarif_has_the_first_of_each_rule() {
    let links = links();
    let options = SarifOptions {
        category: DEFAULT_CATEGORY,
        links: &links,
        max_results: MAX_RESULTS,
        base: None,
    };
    let drawn = sarif::render(&tree(), &options).unwrap().text;
    let sarif: Value = serde_json::from_str(&drawn).unwrap();
    let results = sarif["runs"][0]["results"].as_array().unwrap();
    assert_eq!(results.len(), 21);
    assert_eq!(results[0]["ruleId"], "lock-integrity-mismatch");
    let place = &results[0]["locations"][0]["physicalLocation"];
    assert_eq!(place["artifactLocation"]["uri"], format!("catalog/{PATH}"));
    assert_eq!(place["region"]["startLine"], 510);
    let told = sarif["runs"][0]["invocations"][0]["toolExecutionNotifications"].to_string();
    assert!(told.contains("1000 packages of a registry"), "{told}");
}

#[test]
fn annotations_are_ten_of_a_kind_and_end_with_the_numbers() {
    let links = links();
    let options = AnnotationOptions {
        links: &links,
        base: None,
    };
    let drawn = github::render(&tree(), &options);
    assert!(drawn.lines().count() <= 21, "{drawn}");
    let first = drawn.lines().next().unwrap();
    assert!(
        first.starts_with("::error file=catalog/web/package-lock.json,line=510"),
        "{first}"
    );
    let last = drawn.lines().last().unwrap();
    assert!(last.contains("1000 packages of a registry"), "{last}");
}

#[test]
fn json_has_everything_and_follows_the_schema() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/report.schema.json");
    let schema = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
    let validator = jsonschema::draft202012::new(&schema).unwrap();
    let document: Value = serde_json::from_str(&json::render(&tree()).unwrap()).unwrap();
    let errors: Vec<String> = validator
        .iter_errors(&document)
        .map(|error| format!("{}: {error}", error.instance_path()))
        .collect();
    assert_eq!(errors, [""; 0]);
    let lock = &document["locks"][0];
    assert_eq!(lock["packages"].as_array().unwrap().len(), 1_000);
    assert_eq!(
        lock["packages"][500]["findings"][0]["rule"],
        "lock-integrity-mismatch"
    );
    assert_eq!(lock["by_status"]["verified"], 61);
    assert_eq!(document["summary"]["by_severity"]["note"], 899);
}

#[test]
fn what_somebody_else_tells_of_a_lock_is_judged_again() {
    let policy = Policy::default();
    let written = json::render(&tree()).unwrap();
    let foreign = ForeignReport::read(written.as_bytes(), &policy).unwrap();
    assert_eq!(foreign.claims().verdict, Verdict::Fail);
    assert_eq!(foreign.claims().locks[0].packages.len(), 1_000);
    // A verdict that its findings contradict is refused: they are those of the lock.
    let lied = written.replacen("\"verdict\": \"fail\"", "\"verdict\": \"pass\"", 1);
    let refused = ForeignReport::read(lied.as_bytes(), &policy).unwrap_err();
    assert!(refused.contains("its verdict is `pass`"), "{refused}");
    for (from, to) in [
        (
            "\"format\": \"package-lock.json\"",
            "\"format\": \"yarn.lock\"",
        ),
        ("\"from\": \"registry\"", "\"from\": \"heaven\""),
        (
            "\"path\": \"web/package-lock.json\",\n      \"format\"",
            "\"path\": \"../package-lock.json\",\n      \"format\"",
        ),
    ] {
        assert!(written.contains(from), "{from}");
        let changed = written.replacen(from, to, 1);
        assert!(
            ForeignReport::read(changed.as_bytes(), &policy).is_err(),
            "{to}"
        );
    }
}

#[test]
fn hostile_names_do_nothing() {
    let policy = Policy::default();
    let mut hostile = package(&policy, 1, Status::Malformed, Some(RuleId::SpecInvalid));
    hostile.report.package = Some(HOSTILE.to_owned());
    hostile.report.findings[0].message = HOSTILE.to_owned();
    hostile.via = vec![HOSTILE.to_owned()];
    let whole = spec(&policy, PATH, Status::NotApplicable, &[]);
    let lock = LockReport::new(Format::PackageLock, 1, whole, vec![hostile]);
    let bare = report(&policy, &[], Vec::new());
    let tree = Report::with_locks(&policy, bare.trust, bare.gate, Vec::new(), vec![lock]);
    let links = links();
    let annotations = AnnotationOptions {
        links: &links,
        base: None,
    };
    for drawn in [
        table_of(&tree),
        github::render(&tree, &annotations),
        json::render(&tree).unwrap(),
    ] {
        for bad in [
            "\u{1b}",
            "\u{202e}",
            "\u{200b}",
            "\u{9b}",
            "##[",
            "\n::set-output",
        ] {
            assert!(!drawn.contains(bad), "{bad:?} in {drawn}");
        }
    }
}

#[test]
fn fail_on_never_passes_a_tree_and_says_what_would_fail() {
    let mut tree = tree();
    let policy = Policy {
        fail_on: FailOn::Never,
        ..Policy::default()
    };
    tree.gate.fail_on = FailOn::Never;
    let tree = Report::with_locks(&policy, tree.trust, tree.gate, Vec::new(), tree.locks);
    assert_eq!(tree.verdict, Verdict::Pass);
    let last = table_of(&tree).lines().last().unwrap().to_owned();
    assert!(
        last.starts_with(
            "ERRORS FOUND (reporting only): 1 error in 1 locked package; fail-on is never"
        ),
        "{last}"
    );
}

#[test]
fn what_is_open_in_a_tree_is_a_locked_package_and_no_spec() {
    let policy = Policy::default();
    let whole = SpecReport {
        package: None,
        version: None,
        ..spec(&policy, PATH, Status::NotApplicable, &[])
    };
    let packages = vec![
        package(
            &policy,
            1,
            Status::Verified,
            Some(RuleId::LockIntegrityMismatch),
        ),
        package(
            &policy,
            2,
            Status::Unknown,
            Some(RuleId::VerificationIncomplete),
        ),
    ];
    let lock = LockReport::new(Format::PackageLock, 2, whole, packages);
    let mut gate = report(&policy, &[], Vec::new());
    gate.gate.doubts.clear();
    let tree = Report::with_locks(&policy, gate.trust, gate.gate, Vec::new(), vec![lock]);
    let last = table_of(&tree).lines().last().unwrap().to_owned();
    assert!(
        last.starts_with(
            "FAIL: 2 errors in 2 locked packages; 1 locked package could not be determined. "
        ),
        "{last}"
    );
}
