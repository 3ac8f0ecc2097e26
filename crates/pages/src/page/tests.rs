use jiff::civil::date;
use serde_json::{Value, json};

use super::*;
use crate::badge::Badge;
use crate::history::History;
use crate::stored::tests::{document, finding, spec};

/// What could end a text, an attribute, a tag, an address or the page.
const HOSTILE: &str = "\"'><script>alert(1)</script><img src=x onerror=alert(1)>--></style></title>{{ 7*7 }}&amp;\u{202e}\u{1b}[2J\n::error::x##[error]";

fn links() -> Links {
    Links {
        server_url: Some("https://github.example".to_owned()),
        repository: Some("acme/catalog".to_owned()),
        head_sha: Some("0123456789abcdef".to_owned()),
        ..Links::default()
    }
}

fn read(document: &Value) -> StoredReport {
    StoredReport::read(document.to_string().as_bytes()).unwrap()
}

fn page(document: &Value, history: Option<&History>, links: &Links) -> String {
    let report = read(document);
    render(PageSource {
        report: &report,
        history,
        links,
        day: date(2026, 11, 26),
    })
    .unwrap()
}

/// A report in which every text is `text`, as far as a text of a stranger can stand there.
fn report(text: &str, address: &str) -> Value {
    let publisher = json!({
        "kind": "GitHub", "repository": address, "workflow": text, "ref": text, "commit": text,
        "issuer": text, "subject": text, "run_url": address,
    });
    let evidence = json!({
        "kind": "slsa-provenance", "artifact": text, "outcome": "verified", "reason": null,
        "digest": text, "log_index": 7,
    });
    let mut one = spec("npx/a/spec.yaml", "verified", &[evidence]);
    let path = format!("npx/{}/spec.yaml", text.replace('/', ""));
    one["path"] = json!(path);
    one["package"] = json!(text);
    one["version"] = json!(text);
    one["publisher"] = publisher;
    let mut wrong = finding("publisher-repository-mismatch", "error");
    wrong["message"] = json!(text);
    let mut open = finding("verification-incomplete", "error");
    open["message"] = json!(text);
    one["findings"] = json!([wrong, open]);
    let mut other = spec("o/b/spec.yaml", "unknown", &[]);
    other["protocol"] = json!(text);
    other["publisher"] = json!({
        "kind": "CircleCI", "repository": null, "workflow": null, "ref": null, "commit": null,
        "issuer": text, "subject": text, "run_url": null,
    });
    let mut document = document(&[one, other]);
    document["tool"]["version"] = json!(text.chars().take(30).collect::<String>());
    document["trust"]["as_of"] = json!(text);
    document["trust"]["private_instance"] = json!(false);
    document["gate"]["config"] = json!(text);
    document["gate"]["changes"] = json!([text]);
    document["gate"]["doubts"] = json!([text]);
    document["verdict"] = json!("fail");
    document["determined"] = json!(false);
    document["exemptions"] = json!([{
        "path": text, "package": text, "version": text, "rules": ["no-provenance"], "reason": text,
        "owner": text, "expires": text, "config_line": 1, "state": "used",
    }]);
    let mut of_lock = finding("lock-integrity-mismatch", "error");
    of_lock["message"] = json!(text);
    let locked = json!({
        "name": text, "version": text, "from": "registry", "entries": 1, "via": [text], "new": null,
        "status": "verified", "publisher": null, "slsa_build_level": null, "evidence": [],
        "findings": [of_lock],
    });
    document["locks"] = json!([{
        "path": format!("npx/{}/package-lock.json", text.replace('/', "")), "format": "package-lock.json",
        "entries": 1, "packages": [locked], "findings": [],
    }]);
    let mut of_config = finding("exemption-unused", "warning");
    of_config["message"] = json!(text);
    document["config_findings"] = json!([of_config]);
    document
}

/// The tags of a page, without their attributes.
fn tags(page: &str) -> Vec<&str> {
    let tag = |rest: &str| rest.find([' ', '>', '\n']).unwrap();
    page.split('<')
        .skip(1)
        .map(|rest| rest.get(..tag(rest)).unwrap())
        .collect()
}

/// The addresses that a page leads to.
fn addresses(page: &str) -> Vec<&str> {
    let parts = page.split("href=\"").skip(1);
    parts.map(|rest| rest.split('"').next().unwrap()).collect()
}

#[test]
fn no_text_of_a_stranger_is_more_than_text() {
    let honest = page(
        &report("text", "https://github.com/acme/widget"),
        None,
        &links(),
    );
    for address in [
        HOSTILE,
        "javascript:alert(1)",
        "https://h.example/\"><script>",
        "data:text/html,x",
    ] {
        let strange = Links {
            repository: Some(HOSTILE.to_owned()),
            ..links()
        };
        let hostile = page(&report(HOSTILE, address), None, &strange);
        let without = |page: &str| {
            let tags = tags(page)
                .into_iter()
                .filter(|tag| !["a", "/a"].contains(tag));
            tags.map(str::to_owned).collect::<Vec<_>>()
        };
        assert_eq!(without(&hostile), without(&honest), "{address}");
        assert!(!hostile.contains("<script") && !hostile.contains("onerror=alert(1)>"));
        assert!(!hostile.contains(|c| c != '\n' && untrusted_text::is_hidden(c)));
        assert!(!hostile.contains("##["));
        for found in addresses(&hostile) {
            let known = ["https://", "data:,", "report.json"]
                .iter()
                .any(|start| found.starts_with(start));
            assert!(known && !found.contains('<'), "{found}");
        }
    }
    assert!(
        honest.contains("href=\"https://search.sigstore.dev/?logIndex=7\""),
        "{honest}"
    );
    assert!(
        honest.contains("href=\"https://github.com/acme/widget\""),
        "{honest}"
    );
    assert!(
        honest.contains(">npx/text/package-lock.json: text@text</a>"),
        "{honest}"
    );
}

#[test]
fn the_policy_allows_the_style_alone() {
    let page = page(&report("text", ""), None, &links());
    let style = page
        .split("<style>")
        .nth(1)
        .unwrap()
        .split("</style>")
        .next()
        .unwrap();
    let hash = STANDARD.encode(digest(&SHA256, style.as_bytes()));
    let policy = format!(
        "content=\"default-src 'none'; style-src 'sha256-{hash}'; img-src data:; base-uri 'none'; form-action 'none'\""
    );
    // The template escapes apostrophes.
    let written = policy.replace('\'', "&#39;");
    assert!(page.contains(&written), "{written}\n{page}");
    assert!(!page.contains(" style=\""));
}

#[test]
fn links_lead_to_the_scanned_line_and_the_public_log_only() {
    let own = page(&report("text", ""), None, &links());
    assert!(own.contains("href=\"https://github.example/acme/catalog/blob/0123456789abcdef/npx/text/spec.yaml#L3\""), "{own}");
    let nowhere = page(&report("text", ""), None, &Links::default());
    assert!(!nowhere.contains("/blob/0"), "{nowhere}");
    for (pointer, value) in [
        ("/trust/private_instance", json!(true)),
        ("/trust/source", json!("file")),
    ] {
        let mut private = report("text", "");
        *private.pointer_mut(pointer).unwrap() = value;
        assert!(!page(&private, None, &links()).contains("search.sigstore.dev"));
    }
}

fn history(lines: &[(&str, bool, u32)]) -> History {
    let lines = lines.iter().map(|(day, determined, verified)| {
        format!(
            "{{\"v\":1,\"at\":\"{day}\",\"commit\":\"90715a5\",\"tool\":\"1\",\"verdict\":\"pass\",\"determined\":{determined},\
             \"by\":{{\"npx\":{{\"verified\":{verified},\"signed\":4}},\"skills\":{{\"pinned\":9}}}},\"exempted\":0}}\n"
        )
    });
    History::read(lines.collect::<String>().as_bytes()).unwrap()
}

#[test]
fn a_day_that_was_not_determined_is_a_gap() {
    let days = history(&[
        ("2026-11-01", true, 1),
        ("2026-11-02", false, 0),
        ("2026-11-04", true, 4),
    ]);
    let trend = Trend::of(&days).unwrap();
    let words: Vec<&str> = trend.bars.iter().map(|bar| bar.words.as_str()).collect();
    assert_eq!(
        words,
        [
            "2026-11-01: 1 verified, 4 signed only of 5 packages",
            "2026-11-04: 4 verified, 4 signed only of 8 packages",
        ]
    );
    assert_eq!((trend.gaps, trend.bars[1].parts[0].x.as_str()), (1, "750"));
    let shapes: Vec<(&str, &str, &str)> = trend.bars[0]
        .parts
        .iter()
        .map(|part| (part.style, part.y.as_str(), part.height.as_str()))
        .collect();
    assert_eq!(shapes, [("verified", "160", "40"), ("signed", "0", "160")]);
    let page = page(&report("text", ""), Some(&days), &links());
    assert!(
        page.contains("not everything could be determined (1&#160;days)"),
        "{page}"
    );
    assert!(page.contains("<title>2026-11-01: 1 verified, 4 signed only of 5 packages</title>"));
}

#[test]
fn nothing_determined_is_no_picture() {
    let days = history(&[("2026-11-02", false, 3)]);
    assert!(Trend::of(&days).is_none() && Trend::of(&History::default()).is_none());
    let page = page(&report("text", ""), Some(&days), &links());
    assert!(page.contains("There is no day yet") && !page.contains("<svg"));
}

#[test]
fn a_long_history_has_two_hundred_bars_within_the_picture() {
    let first = date(2020, 1, 1);
    let days: Vec<String> = (0..2_000)
        .map(|day| {
            first
                .checked_add(jiff::ToSpan::days(day))
                .unwrap()
                .to_string()
        })
        .collect();
    let lines: Vec<(&str, bool, u32)> = days.iter().map(|day| (day.as_str(), true, 3)).collect();
    let trend = Trend::of(&history(&lines)).unwrap();
    assert_eq!(trend.bars.len(), 200);
    let last = trend.bars.last().unwrap();
    assert_eq!(
        (last.parts[0].x.as_str(), last.parts[0].width.as_str()),
        ("995", "5")
    );
    assert_eq!(last.day, trend.last);
    // Ages apart: two days, each in its own place.
    let apart = Trend::of(&history(&[
        ("0001-01-01", true, 3),
        ("9999-12-31", true, 3),
    ]))
    .unwrap();
    assert_eq!(apart.bars.len(), 2);
}

#[test]
fn the_badge_is_green_for_all_packages_only() {
    let badge = |document: &Value| serde_json::to_value(Badge::of(&read(document))).unwrap();
    let good = || spec("npx/a/spec.yaml", "verified", &[]);
    let signed = || spec("npx/b/spec.yaml", "signed", &[]);
    let mut wrong = spec("npx/c/spec.yaml", "verified", &[]);
    wrong["findings"] = json!([finding("publisher-repository-mismatch", "error")]);
    let lost = || spec("npx/d/spec.yaml", "unknown", &[]);
    let skill = || spec("skills/a/spec.yaml", "pinned", &[]);
    for (specs, message, color) in [
        (vec![good(), skill()], "1 of 1 verified", "brightgreen"),
        (vec![good(), signed()], "1 of 2 verified", "blue"),
        (vec![good(), wrong.clone()], "1 of 2 verified", "red"),
        (vec![good(), lost()], "1 of 2 verified", "lightgrey"),
        (vec![wrong.clone(), lost()], "0 of 2 verified", "red"),
        (vec![skill()], "0 of 0 verified", "blue"),
    ] {
        let expected = json!({ "schemaVersion": 1, "label": "provenance", "message": message, "color": color });
        assert_eq!(badge(&document(&specs)), expected);
    }
    let mut lenient = document(&[good(), wrong]);
    lenient["gate"]["fail_on"] = json!("never");
    lenient["verdict"] = json!("pass");
    assert_eq!(badge(&lenient)["color"], "orange");
    let mut lets_pass = document(&[good(), lost()]);
    lets_pass["gate"]["fail_on_unknown"] = json!(false);
    lets_pass["verdict"] = json!("pass");
    assert_eq!(badge(&lets_pass)["color"], "lightgrey");
    let mut stale = document(&[good()]);
    stale["trust"]["problem"] = json!("It is 400 days old.");
    stale["verdict"] = json!("inconclusive");
    stale["determined"] = json!(false);
    assert_eq!(badge(&stale)["message"], "not determined");
    assert_eq!(badge(&stale)["color"], "lightgrey");
    // Of a part nobody knows whether it is all.
    let whole = document(&[spec("npx/a/spec.yaml", "verified", &[])]);
    assert_eq!(badge(&whole)["color"], "brightgreen");
    assert!(page(&whole, None, &links()).contains("<strong>Pass</strong>"));
    for (pointer, value, says) in [
        (
            "/summary/complete",
            json!(false),
            "leaves out specs that are there",
        ),
        (
            "/summary/untouched",
            json!(3),
            "leaves out specs that are there",
        ),
        (
            "/gate/base",
            json!({ "branch": "main", "commit": "0".repeat(40) }),
            "the report is of a pull request",
        ),
    ] {
        let mut part = whole.clone();
        *part.pointer_mut(pointer).unwrap() = value;
        assert_eq!(badge(&part)["color"], "lightgrey", "{pointer}");
        assert_eq!(badge(&part)["message"], "1 of 1 verified, of a part");
        let page = page(&part, None, &links());
        assert!(page.contains("<strong>Pass of a part</strong>") && page.contains(says));
    }
}

#[test]
fn nothing_is_green_beside_an_error() {
    let good = spec("npx/a/spec.yaml", "verified", &[]);
    let mut wrong = spec("npx/c/spec.yaml", "verified", &[]);
    wrong["findings"] = json!([finding("publisher-repository-mismatch", "error")]);
    let page = page(&document(&[good, wrong]), None, &links());
    assert_eq!(page.matches("\"mark verified\">verified").count(), 1);
    assert_eq!(page.matches("\"mark partial\">verified").count(), 1);
}
