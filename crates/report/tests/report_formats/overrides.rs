//! What is installed in place of dependencies, in every format.

use dockyard_report::finding::RuleId;
use dockyard_report::policy::Policy;
use dockyard_report::report::table::{TableOptions, render as table};
use dockyard_report::report::{
    EvidenceOutcome, ForeignReport, OverrideStatus, Report, json, words,
};
use package_provenance::verify::{EvidenceKind, Status};
use serde_json::{Value, json};

use crate::hostile::{markdown_of, sarif_of};
use crate::sample::{draft, evidence, good, overridden, publisher, report, spec};

const PATH: &str = "npx/widget/spec.yaml";
const LIMIT: usize = 60_000;
const SENTENCE: &str = "Dependencies are not checked";

/// A good spec with four overrides, and one of PyPI with a range.
fn sample() -> Report {
    let policy = Policy::default();
    let mut npm = good(&policy);
    let mut verified = overridden(
        PATH,
        "undici",
        Some("6.28.0"),
        OverrideStatus::Of(Status::Verified),
    );
    verified.publisher = Some(publisher());
    verified.evidence = vec![evidence(
        EvidenceKind::SlsaProvenance,
        EvidenceOutcome::Verified,
        None,
    )];
    npm.overrides = vec![
        verified,
        overridden(
            PATH,
            "sharp",
            Some("0.35.3"),
            OverrideStatus::Of(Status::Signed),
        ),
        overridden(PATH, "sdk", Some("^1"), OverrideStatus::NotJudged),
        overridden(PATH, "ufo", Some("npm:evil@1.0.0"), OverrideStatus::Refused),
    ];
    let refused = draft(
        RuleId::UnverifiedOverride,
        8,
        "spec.overrides[ufo]",
        "It is an alias.",
        "Do.",
    );
    npm.findings = policy.findings(PATH, Some("@acme/widget"), &[refused]);
    let mut pypi = spec(&policy, "uvx/gadget/spec.yaml", Status::Verified, &[]);
    pypi.overrides = vec![overridden(
        &pypi.path,
        "mcp",
        Some("<2"),
        OverrideStatus::NotJudged,
    )];
    report(&policy, &[], vec![npm, pypi])
}

#[test]
fn the_table_has_a_row_for_each() {
    let options = TableOptions {
        width: 120,
        color: false,
        verbose: false,
        root_prefix: "",
    };
    let drawn = table(&sample(), options);
    let row = |says: &[&str]| {
        let found = drawn
            .lines()
            .any(|line| says.iter().all(|word| line.contains(word)));
        assert!(found, "{says:?} is in no line of {drawn}");
    };
    row(&["+ override", "undici@6.28.0", "verified", "acme/widget"]);
    row(&["+ override", "sharp@0.35.3", "signed only"]);
    row(&["+ override", "sdk@^1", "not judged"]);
    row(&["+ override", "ufo@npm:evil@1.0.0", "refused"]);
    row(&["+ override", "mcp<2", "not judged"]);
    row(&[SENTENCE]);
    let mut plain = sample();
    for spec in &mut plain.specs {
        spec.overrides.clear();
    }
    assert!(!table(&plain, options).contains(SENTENCE));
}

#[test]
fn words_name_them() {
    let report = sample();
    let told = words::render(&report.specs[0], &report, false);
    for says in [
        "Overrides, which are installed in place of dependencies:",
        "  verified    undici@6.28.0\n              built from https://github.com/acme/widget\n",
        "  signed only sharp@0.35.3\n",
        "  not judged  sdk@^1\n",
        "  refused     ufo@npm:evil@1.0.0\n",
        SENTENCE,
    ] {
        assert!(told.contains(says), "{says} is not in {told}");
    }
    let verbose = words::render(&report.specs[0], &report, true);
    assert!(
        verbose.matches("SLSA provenance of").count() > told.matches("SLSA provenance of").count()
    );
}

#[test]
fn markdown_names_them_and_what_changed() {
    let report = sample();
    let page = markdown_of(&report, None, LIMIT);
    for says in [
        "Overrides: `undici@6.28.0` verified · `sharp@0.35.3` signed only · `sdk@^1` not judged",
        "`ufo@npm:evil@1.0.0` refused",
        "Overrides: `mcp<2` not judged",
    ] {
        assert!(page.contains(says), "{says} is not in {page}");
    }
    let mut base = sample();
    base.specs[1].overrides[0].version = Some("<3".to_owned());
    let page = markdown_of(&report, Some(&base), LIMIT);
    assert!(page.contains("override `mcp<3` not judged"), "{page}");
    assert!(!page.contains("nothing has changed"), "{page}");
    // Many are counted.
    let mut many = sample();
    let one = many.specs[1].overrides[0].clone();
    many.specs[1].overrides = vec![one; 100];
    assert!(markdown_of(&many, None, LIMIT).contains("· 95 more"));
}

#[test]
fn json_has_them_by_its_schema_and_sarif_their_findings() {
    let report = sample();
    let document: Value = serde_json::from_str(&json::render(&report).unwrap()).unwrap();
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/report.schema.json");
    let schema = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
    let validator = jsonschema::draft202012::new(&schema).unwrap();
    assert!(validator.is_valid(&document), "{document:#}");
    let overrides = &document["specs"][0]["overrides"];
    assert_eq!(overrides[0]["status"], "verified");
    assert_eq!(overrides[0]["publisher"]["kind"], "GitHub");
    assert_eq!(overrides[2]["status"], "not-judged");
    assert_eq!(overrides[3]["status"], "refused");
    assert_eq!(overrides[3]["location"]["start_line"], 8);
    for (pointer, value) in [
        ("/specs/0/overrides/0/status", json!("malformed")),
        ("/specs/0/overrides/0/extra", json!(1)),
        ("/specs/0/overrides/0/location", json!(null)),
        ("/specs/0/overrides", json!(null)),
    ] {
        let mut changed = document.clone();
        let (parent, key) = pointer.rsplit_once('/').unwrap();
        let place = changed.pointer_mut(parent).unwrap();
        place.as_object_mut().unwrap().insert(key.to_owned(), value);
        assert!(!validator.is_valid(&changed), "{pointer}");
    }
    let sarif: Value = serde_json::from_str(&sarif_of(&report)).unwrap();
    let result = &sarif["runs"][0]["results"][0];
    assert_eq!(result["ruleId"], "unverified-override");
    let region = &result["locations"][0]["physicalLocation"]["region"];
    assert_eq!(region["startLine"], 8);
}

#[test]
fn another_runs_overrides_are_read_as_words() {
    let mut document: Value = serde_json::from_str(&json::render(&sample()).unwrap()).unwrap();
    let read = |document: &Value| {
        let bytes = document.to_string().into_bytes();
        ForeignReport::read(&bytes, &Policy::default())
    };
    let told = read(&document).unwrap();
    assert_eq!(told.claims().specs[0].overrides.len(), 4);
    let page = markdown_of(&told, None, LIMIT);
    assert!(
        page.contains("`undici@6.28.0` said to be verified"),
        "{page}"
    );
    assert_eq!(told.claims().specs[0].overrides[0].evidence[0].digest, None);
    // What is not determined makes the claim that everything is a contradiction.
    let status = &mut document["specs"][0]["overrides"][1]["status"];
    *status = json!("unknown");
    assert!(read(&document).unwrap_err().contains("says otherwise"));
    for word in ["malformed", "not-applicable", "ok", ""] {
        document["specs"][0]["overrides"][1]["status"] = json!(word);
        assert!(
            read(&document)
                .unwrap_err()
                .contains("unknown status of an override"),
            "{word}"
        );
    }
    // A report of an older version has none.
    document["specs"][0]
        .as_object_mut()
        .unwrap()
        .remove("overrides");
    assert!(
        read(&document).unwrap().claims().specs[0]
            .overrides
            .is_empty()
    );
}
