use serde_json::{Value, json};

use super::*;
use crate::stored::tests::{document, spec};

fn coverage(specs: &[Value]) -> Coverage {
    let report = document(specs);
    Coverage::of(&StoredReport::read(report.to_string().as_bytes()).unwrap())
}

fn evidence(kind: &str, outcome: &str) -> Value {
    json!({ "kind": kind, "artifact": "a@1", "outcome": outcome, "reason": null, "digest": null })
}

#[test]
fn packages_are_counted_by_what_verified_of_them() {
    let verified = spec(
        "npx/a/spec.yaml",
        "verified",
        &[
            evidence("npm-registry-signature", "verified"),
            evidence("slsa-provenance", "verified"),
        ],
    );
    let mut misdeclared = spec(
        "npx/b/spec.yaml",
        "verified",
        &[
            evidence("npm-registry-signature", "verified"),
            evidence("slsa-provenance", "verified"),
        ],
    );
    misdeclared["findings"] = json!([crate::stored::tests::finding(
        "publisher-repository-mismatch",
        "error"
    )]);
    let forged = spec(
        "npx/c/spec.yaml",
        "invalid",
        &[
            evidence("npm-registry-signature", "verified"),
            evidence("slsa-provenance", "invalid"),
        ],
    );
    let module = spec(
        "go/a/spec.yaml",
        "signed",
        &[evidence("go-checksum", "verified")],
    );
    let lost = spec("uvx/a/spec.yaml", "unknown", &[]);
    let skill = spec("skills/a/spec.yaml", "pinned", &[]);
    let found = coverage(&[verified, misdeclared, forged, module, lost, skill]);
    let row = |folder: &str| found.packages[folder];
    assert_eq!(
        row("npx"),
        Packages {
            packages: 3,
            signed: 3,
            attested: 2,
            verified: 2,
            clean: 1,
            undetermined: 1
        }
    );
    assert_eq!(
        row("go"),
        Packages {
            packages: 1,
            signed: 1,
            ..Packages::default()
        }
    );
    assert_eq!(
        row("uvx"),
        Packages {
            packages: 1,
            undetermined: 1,
            ..Packages::default()
        }
    );
    assert_eq!(found.total.packages, 5);
    assert_eq!(
        found.skills,
        Skills {
            skills: 1,
            pinned: 1,
            undetermined: 0
        }
    );
}

#[test]
fn the_table_says_what_the_numbers_do_not() {
    let lost = spec("uvx/a/spec.yaml", "unknown", &[]);
    let odd = spec("o\u{1b}dd/a/spec.yaml", "malformed", &[]);
    let skill = spec("skills/a/spec.yaml", "unknown", &[]);
    let found = coverage(&[lost, odd, skill]);
    let text = found.render(false);
    assert_eq!(
        text,
        "ECOSYSTEM   PACKAGES  SIGNED  ATTESTED  VERIFIED  WITHOUT ERROR  NOT DETERMINED
o\\u{1b}dd          1       0         0         0              0               1
PyPI (uvx)         1       0         0         0              0               1
all                2       0         0         0              0               2

1 skill: 0 pinned to their repository's own history, 1 not determined.
Verdict of the run: inconclusive; not everything could be determined.
"
    );
    let colored = found.render(true);
    assert!(
        colored.contains("\u{1b}[33m             1\u{1b}[0m"),
        "{colored}"
    );
    let plain = colored.replace("\u{1b}[33m", "").replace("\u{1b}[0m", "");
    assert_eq!(plain, text);
}

#[test]
fn what_rests_on_trust_that_does_not_count_is_not_counted() {
    let npm = spec(
        "npx/a/spec.yaml",
        "verified",
        &[
            evidence("npm-registry-signature", "verified"),
            evidence("slsa-provenance", "verified"),
        ],
    );
    let module = spec(
        "go/a/spec.yaml",
        "signed",
        &[evidence("go-checksum", "verified")],
    );
    let bare = spec("uvx/a/spec.yaml", "none", &[]);
    let mut report = document(&[npm, module, bare]);
    let count = |report: &Value| {
        let report = StoredReport::read(report.to_string().as_bytes()).unwrap();
        let total = Coverage::of(&report).total;
        [
            total.signed,
            total.attested,
            total.verified,
            total.clean,
            total.undetermined,
        ]
    };
    // The control: trust that counts.
    assert_eq!(count(&report), [2, 1, 1, 1, 0]);
    report["trust"]["problem"] = json!("It is 91 days old.");
    report["verdict"] = json!("inconclusive");
    report["determined"] = json!(false);
    assert_eq!(count(&report), [1, 0, 0, 0, 1]);
}

#[test]
fn a_part_is_not_told_as_the_whole() {
    let honest = document(&[spec("npx/a/spec.yaml", "verified", &[])]);
    let table = |report: &Value| {
        let report = StoredReport::read(report.to_string().as_bytes()).unwrap();
        let coverage = Coverage::of(&report);
        (coverage.complete, coverage.render(false))
    };
    let (complete, text) = table(&honest);
    assert!(complete && !text.contains("part"), "{text}");
    let mut part = honest;
    part["summary"]["complete"] = json!(false);
    let (complete, text) = table(&part);
    assert!(
        !complete && text.contains("The report is of a part only"),
        "{text}"
    );
}
