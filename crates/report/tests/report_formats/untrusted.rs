//! The report of another run, which anybody may have written: through the reader, then through every
//! renderer.

use std::time::{Duration, Instant};

use dockyard_report::policy::{FailOn, Policy};
use dockyard_report::report::foreign::{MAX_OF_A_SPEC, MAX_SENTENCES, MAX_SPECS};
use dockyard_report::report::table::{TableOptions, render as table};
use dockyard_report::report::{ForeignReport, Report, Verdict, json, words};
use package_provenance::verify::Status;
use serde_json::{Value, json};
use untrusted_text::is_hidden;

use crate::hostile::{TRICKS, assert_commands, everywhere, github_of, markdown_of, sarif_of};
use crate::hostile_pages::assert_sound;
use crate::sample::{good, report, sample, spec};

/// A comment without its marker.
const LIMIT: usize = 65_536 - 120;

pub(crate) fn document(report: &Report) -> Value {
    serde_json::from_str(&json::render(report).unwrap()).unwrap()
}

pub(crate) fn read(document: &Value) -> Result<ForeignReport, String> {
    ForeignReport::read(document.to_string().as_bytes(), &Policy::default())
}

/// A report in which `text` stands wherever a stranger's text can and is accepted.
pub(crate) fn told(text: &str) -> Value {
    let mut document = document(&everywhere(text));
    for (number, spec) in document["specs"]
        .as_array_mut()
        .unwrap()
        .iter_mut()
        .enumerate()
    {
        let path = format!("npx/{number}{}/spec.yaml", text.replace(['/', '\\'], "_"));
        spec["path"] = json!(path);
    }
    document["gate"]["doubts"] = json!([text, text]);
    document
}

/// What every renderer must make of what the reader accepts.
#[track_caller]
pub(crate) fn assert_rendered(foreign: &ForeignReport) {
    let page = markdown_of(foreign, None, LIMIT);
    assert_sound(&page, LIMIT);
    assert!(
        page.contains("**Unverified:**") || page.contains("does not fit"),
        "{page}"
    );
    for word in ["✅", "search.sigstore.dev", "| Built from", "```yaml"] {
        assert!(!page.contains(word), "{word}: {page}");
    }
    // This program's own reports can hold the same texts.
    let report = foreign.claims();
    assert_commands(&github_of(report));
    crate::sarif::assert_sound(&sarif_of(report));
    let options = TableOptions {
        width: 80,
        color: false,
        verbose: true,
        root_prefix: "",
    };
    let mut texts = vec![
        table(foreign, options),
        table(report, options),
        json::render(report).unwrap(),
    ];
    let specs = report.specs.iter().take(3);
    texts.extend(specs.map(|spec| words::render(spec, report, true)));
    for text in texts {
        let hidden = |letter: char| letter != '\n' && is_hidden(letter);
        assert!(!text.contains(hidden), "{text}");
        assert!(!text.contains("##[") && !text.contains("${"), "{text}");
        let command = |line: &str| line.trim_start().starts_with("::");
        assert!(!text.lines().any(command), "{text}");
    }
    // What was accepted once is what it says it is.
    let own = Policy {
        fail_on: report.gate.fail_on,
        fail_on_unknown: report.gate.fail_on_unknown,
        ..Policy::default()
    };
    let again = ForeignReport::read(json::render(report).unwrap().as_bytes(), &own).unwrap();
    assert_eq!(again.claims().verdict, report.verdict);
    assert_eq!(again.own_verdict(), report.verdict);
    assert_eq!(again.claims().is_determined(), report.is_determined());
}

#[test]
fn every_trick_is_accepted_as_text_and_does_nothing() {
    for trick in TRICKS {
        let told = read(&told(trick)).unwrap_or_else(|error| panic!("{trick:?}: {error}"));
        assert_eq!(
            (told.own_verdict(), told.claims().verdict),
            (Verdict::Fail, Verdict::Fail)
        );
        assert_rendered(&told);
    }
}

#[test]
fn what_is_told_is_marked_and_what_looks_like_proof_is_left_out() {
    let mut document = document(&report(
        &Policy::default(),
        &[],
        vec![good(&Policy::default())],
    ));
    document["trust"]["as_of"] = json!("checked by the security team");
    document["specs"][0]["evidence"][0]["artifact"] = json!("checked by the security team");
    let told = read(&document).unwrap();
    let page = markdown_of(&told, None, LIMIT);
    assert!(
        page.starts_with("**⚪ Package provenance: PASS**: 1 of 1 packages said to be verified\n"),
        "{page}"
    );
    for says in [
        "Without errors or warnings: 1 said to be verified<",
        "said to be verified<br>SLSA&nbsp;L2",
        "Said to be built from [`acme/widget`](https://github.com/acme/widget)",
        "<sub>As reported: trust: embedded · evidence from the registries · judged here: fails on error",
    ] {
        assert!(page.contains(says), "{says} is not in {page}");
    }
    assert!(
        !page.contains("security team") && !page.contains("actions/runs/1"),
        "{page}"
    );
    // The control: the same of this program's own.
    let page = markdown_of(told.claims(), None, LIMIT);
    assert!(
        page.starts_with("**✅ Package provenance: PASS**: 1 of 1 packages verified\n"),
        "{page}"
    );
    assert!(
        page.contains("security team") && !page.contains("said to be"),
        "{page}"
    );
}

#[test]
fn advice_is_the_rules_own() {
    let mut document = document(&sample(FailOn::Error));
    for spec in document["specs"].as_array_mut().unwrap() {
        for finding in spec["findings"].as_array_mut().unwrap() {
            finding["help"] = json!("turn the check off\nprovenance:\n  attestations: owned");
        }
    }
    let page = markdown_of(&read(&document).unwrap(), None, LIMIT);
    assert!(
        !page.contains("turn the check off") && !page.contains("owned"),
        "{page}"
    );
    assert!(
        page.contains("→ ") && !page.contains("YAML below"),
        "{page}"
    );
}

#[test]
fn the_verdict_is_the_readers() {
    use Verdict::{Fail, Inconclusive, Pass};
    let fails = document(&sample(FailOn::Error));
    let passes = document(&report(
        &Policy::default(),
        &[],
        vec![good(&Policy::default())],
    ));
    let never = document(&sample(FailOn::Never));
    let unknown = {
        let policy = Policy::default();
        let open = spec(&policy, "go/a/spec.yaml", Status::Unknown, &[]);
        document(&report(&policy, &[], vec![open]))
    };
    let by = |document: &Value, fail_on: FailOn, fail_on_unknown: bool| {
        let policy = Policy {
            fail_on,
            fail_on_unknown,
            ..Policy::default()
        };
        let told = ForeignReport::read(document.to_string().as_bytes(), &policy).unwrap();
        assert_eq!(told.claims().gate.fail_on, fail_on);
        (told.own_verdict(), told.claims().verdict)
    };
    for (document, fail_on, fail_on_unknown, verdicts) in [
        (&fails, FailOn::Error, true, (Fail, Fail)),
        (&fails, FailOn::Never, true, (Fail, Inconclusive)),
        (&fails, FailOn::Never, false, (Fail, Pass)),
        (&never, FailOn::Error, true, (Inconclusive, Fail)),
        (&never, FailOn::Never, true, (Inconclusive, Inconclusive)),
        (&passes, FailOn::Note, true, (Pass, Pass)),
        (&unknown, FailOn::Error, true, (Inconclusive, Inconclusive)),
        (&unknown, FailOn::Error, false, (Inconclusive, Pass)),
    ] {
        assert_eq!(
            by(document, fail_on, fail_on_unknown),
            verdicts,
            "{fail_on:?}"
        );
    }
    // What is claimed is asked of the report, and of one that does not tell it is taken to be so.
    for claimed in [Some(true), None] {
        let mut claims = unknown.clone();
        let of_spec = claims["specs"][0].as_object_mut().unwrap();
        of_spec.remove("claimed");
        of_spec.extend(claimed.map(|claimed| ("claimed".to_owned(), json!(claimed))));
        let both = (Inconclusive, Inconclusive);
        assert_eq!(by(&claims, FailOn::Error, false), both);
        assert_eq!(by(&claims, FailOn::Never, false), (Inconclusive, Pass));
    }
    // What the other run let pass is no pass here.
    let mut lenient = unknown.clone();
    lenient["gate"]["fail_on_unknown"] = json!(false);
    lenient["verdict"] = json!("pass");
    assert_eq!(by(&lenient, FailOn::Error, true), (Pass, Inconclusive));
    let mut doubtful = passes.clone();
    doubtful["gate"]["doubts"] = json!(["whose configuration holds"]);
    doubtful["determined"] = json!(false);
    doubtful["verdict"] = json!("inconclusive");
    assert_eq!(
        by(&doubtful, FailOn::Error, true),
        (Inconclusive, Inconclusive)
    );
    // A run may say that something is open which its findings do not show.
    let mut unsaid = passes.clone();
    unsaid["determined"] = json!(false);
    unsaid["verdict"] = json!("inconclusive");
    assert_eq!(
        by(&unsaid, FailOn::Error, true),
        (Inconclusive, Inconclusive)
    );
}

#[test]
fn a_report_that_contradicts_itself_or_is_none_is_refused() {
    let fine = document(&sample(FailOn::Error));
    assert!(read(&fine).is_ok());
    let twice = fine["specs"][1]["path"].clone();
    for (pointer, value) in [
        ("/verdict", json!("pass")),
        ("/verdict", json!("inconclusive")),
        ("/determined", json!(true)),
        ("/determined", json!(null)),
        ("/trust/source", json!("the security team")),
        ("/gate/evidence", json!("the security team")),
        ("/gate/fail_on", json!("sometimes")),
        ("/gate/doubts", json!("one")),
        ("/summary/untouched", json!(-1)),
        ("/specs/0/path", twice),
        ("/specs/0/path", json!("a/../b")),
        ("/specs/0/slsa_build_level", json!(4)),
        ("/specs/0/publisher/kind", json!("Forge")),
        ("/specs/0/evidence/0/kind", json!("promise")),
        ("/specs/0/findings/0/fingerprint", json!("short")),
        ("/specs/0/findings/0/fingerprint", json!("G".repeat(32))),
        ("/specs/0/findings/0/location/start_line", json!(0)),
        ("/specs/0/findings/0/location/end_column", json!(u64::MAX)),
    ] {
        let mut changed = fine.clone();
        *changed.pointer_mut(pointer).unwrap() = value;
        assert!(read(&changed).is_err(), "{pointer}");
    }
    // Nothing looked at is no pass, unless it says that there was nothing to look at.
    let mut empty = document(&report(
        &Policy::default(),
        &[],
        vec![good(&Policy::default())],
    ));
    empty["specs"] = json!([]);
    assert!(
        read(&empty)
            .unwrap_err()
            .contains("everything was determined")
    );
    empty["summary"]["untouched"] = json!(3);
    let told = read(&empty).unwrap();
    assert_eq!(told.claims().verdict, Verdict::Pass);
    assert!(markdown_of(&told, None, LIMIT).contains("NOTHING TO VERIFY"));
}

#[test]
fn a_certificate_of_any_host_is_no_link() {
    let policy = Policy::default();
    let mut document = document(&report(&policy, &[], vec![good(&policy)]));
    let mut linked = |kind: &str, repository: &str| {
        let publisher = &mut document["specs"][0]["publisher"];
        publisher["kind"] = json!(kind);
        publisher["repository"] = json!(repository);
        let page = markdown_of(&read(&document).unwrap(), None, LIMIT);
        assert!(!page.contains("forge.example"), "{page}");
        page.contains("acme/widget`](")
    };
    assert!(!linked("CircleCI", "forge.example/acme/widget"));
    assert!(!linked("GitHub", "https://forge.example/acme/widget"));
    assert!(!linked("Google", "https://github.com/acme/widget"));
    assert!(linked("GitHub", "https://github.com/acme/widget"));
    assert!(linked("GitLab", "https://gitlab.com/acme/widget"));
}

#[test]
fn lists_are_bounded() {
    let fine = document(&sample(FailOn::Error));
    for (pointer, most) in [
        ("/gate/changes", MAX_SENTENCES),
        ("/gate/doubts", MAX_SENTENCES),
        ("/specs/0/findings", MAX_OF_A_SPEC),
        ("/specs/0/evidence", MAX_OF_A_SPEC),
        ("/specs", MAX_SPECS),
    ] {
        let mut many = fine.clone();
        many["determined"] = json!(false);
        let list = many.pointer_mut(pointer).unwrap().as_array_mut().unwrap();
        let item = list.first().cloned().unwrap_or_else(|| json!("x"));
        let fill = |list: &mut Vec<Value>, number: usize| {
            list.clear();
            list.extend((0..number).map(|number| {
                let mut item = item.clone();
                if item.get("path").is_some() {
                    item["path"] = json!(format!("npx/{number}/spec.yaml"));
                    item["evidence"] = json!([]);
                    item["publisher"] = json!(null);
                    item["findings"].as_array_mut().unwrap().truncate(1);
                }
                item
            }));
        };
        fill(list, most + 1);
        let refused = read(&many).unwrap_err();
        assert!(
            refused.contains(&format!("more than {most} items")),
            "{refused}"
        );
        let list = many.pointer_mut(pointer).unwrap().as_array_mut().unwrap();
        fill(list, most);
        // The control: one fewer is read, and rendered in bounds.
        let started = Instant::now();
        let told = read(&many).unwrap();
        let page = markdown_of(&told, None, LIMIT);
        assert!(page.len() <= LIMIT && page.contains("🔴"), "{}", page.len());
        // Generous: a machine may be slow, and this is no optimised build.
        assert!(started.elapsed() < Duration::from_secs(300), "{pointer}");
    }
}

/// Nobody accepts evidence that fails, whoever says so.
#[test]
fn a_finding_that_nobody_can_accept_is_not_accepted_elsewhere() {
    let of = |rule: &str| {
        let mut document = document(&everywhere("a"));
        for spec in document["specs"].as_array_mut().unwrap() {
            for finding in spec["findings"].as_array_mut().unwrap() {
                finding["rule"] = json!(rule);
                finding["exempted"] = json!({
                    "reason": "a", "owner": "b", "expires": "2999-12-31", "config_line": 1
                });
            }
        }
        read(&document).err().unwrap_or_default()
    };
    let refused = "which nobody can accept";
    assert!(of("attestation-invalid").contains(refused));
    // The control.
    assert!(!of("no-provenance").contains(refused));
}
