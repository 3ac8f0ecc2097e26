use proptest::prelude::*;
use serde_json::json;

use super::{Candidate, MOST, Review, has_other_publisher, hunks, section};
use crate::finding::{Draft, RuleId, Span};
use crate::policy::Policy;

const BEFORE: &str = "spec:\n  package: a\n  version: \"1.2.4\"\n\nprovenance:\n  repository_uri: a/b\nsecurity: x\n";
const AFTER: &str = "spec:\n  package: a\n  version: \"1.2.4\"\n\nprovenance:\n  attestations:\n    available: true\n  repository_uri: a/b\nsecurity: x\n";
/// A change of the version, with three lines around it.
const PATCH: &str = "@@ -1,6 +1,6 @@\n spec:\n   package: a\n-  version: \"1.2.3\"\n+  version: \"1.2.4\"\n \n provenance:\n   repository_uri: a/b";

fn candidate(patch: &str) -> Candidate {
    Candidate {
        path: "npx/a/spec.yaml".to_owned(),
        before: BEFORE.to_owned(),
        after: AFTER.to_owned(),
        hunks: hunks(patch),
    }
}

#[test]
fn an_insertion_below_a_line_of_the_diff_is_suggested() {
    let review = Review::of(&[candidate(PATCH)], []);
    let [one] = review.suggestions.as_slice() else {
        panic!("{review:?}")
    };
    assert_eq!((one.start_line, one.end_line), (5, 5));
    assert!(one.body.contains(
        "```suggestion\nprovenance:\n  attestations:\n    available: true\n```\n<!-- dockyard-provenance:suggestion:"
    ), "{}", one.body);
    assert_eq!(review.rest, [0_usize; 0]);
    let request = review.request("abc").unwrap();
    assert_eq!(request["event"], "COMMENT");
    assert_eq!(
        request["comments"][0],
        json!({"path": "npx/a/spec.yaml", "side": "RIGHT", "line": 5, "body": one.body})
    );
    // Once.
    let again = Review::of(&[candidate(PATCH)], ["hello", one.body.as_str()]);
    assert_eq!(again, Review::default());
    assert_eq!(again.request("abc"), None);
}

#[test]
fn what_is_outside_the_diff_is_left_to_a_comment() {
    for patch in [
        "",
        "@@ -1,2 +1,2 @@\n spec:\n-  package: z\n+  package: a",
        // The line reads otherwise there: another commit was verified.
        "@@ -5,2 +5,2 @@\n provenance: # x\n-  repository_uri: z/b\n+  repository_uri: a/b",
        // What is only on the old side is no place.
        "@@ -5,2 +4,0 @@\n-provenance:\n-  x: y",
        // Cut short, or no patch.
        "@@ -1,6 +1,600 @@\n spec:",
        "@@ -1 +x @@\n spec:",
        "provenance:\n",
    ] {
        let review = Review::of(&[candidate(patch)], []);
        assert_eq!(review.rest, [0], "{patch}");
        assert!(review.suggestions.is_empty(), "{patch}");
    }
    let mut crlf = candidate(PATCH);
    crlf.before = crlf.before.replace('\n', "\r\n");
    crlf.after = crlf.after.replace('\n', "\r\n");
    assert_eq!(Review::of(&[crlf], []).rest, [0]);
}

#[test]
fn several_places_are_one_range_within_one_hunk() {
    let mut both = candidate(PATCH);
    both.after = AFTER.replace("package: a", "package: b");
    let review = Review::of(&[both], []);
    let [one] = review.suggestions.as_slice() else {
        panic!("{review:?}")
    };
    assert_eq!((one.start_line, one.end_line), (2, 5));
    let request = review.request("abc").unwrap();
    assert_eq!(request["comments"][0]["start_line"], 2);
    assert_eq!(request["comments"][0]["start_side"], "RIGHT");
}

#[test]
fn ten_at_most() {
    let many: Vec<Candidate> = (0..MOST + 2)
        .map(|number| Candidate {
            path: format!("npx/{number}/spec.yaml"),
            ..candidate(PATCH)
        })
        .collect();
    let review = Review::of(&many, []);
    assert_eq!(review.suggestions.len(), MOST);
    assert_eq!(review.rest, [10, 11]);
}

#[test]
fn a_fence_is_longer_than_any_in_it() {
    let mut fenced = candidate(&PATCH.replace("provenance:", "provenance: # ````"));
    fenced.before = BEFORE.replace("provenance:", "provenance: # ````");
    fenced.after = AFTER.replace("provenance:", "provenance: # ````");
    let review = Review::of(&[fenced], []);
    assert!(
        review.suggestions[0]
            .body
            .contains("\n`````suggestion\nprovenance: # ````\n")
    );
    let mut hidden = candidate(&PATCH.replace("provenance:", "provenance: # \u{202e}"));
    hidden.before = BEFORE.replace("provenance:", "provenance: # \u{202e}");
    hidden.after = AFTER.replace("provenance:", "provenance: # \u{202e}");
    assert_eq!(Review::of(&[hidden], []).rest, [0]);
}

#[test]
fn the_rest_is_a_diff_that_stays_in_its_fence() {
    assert_eq!(section(&[]), "");
    let one = candidate("");
    let text = section(&[&one]);
    assert!(text.contains("Proven and not declared: 1 spec<"), "{text}");
    assert!(
        text.contains("\n```diff\n--- a/npx/a/spec.yaml\n"),
        "{text}"
    );
    assert!(text.contains("\n+    available: true\n") && text.ends_with("```\n\n</details>\n"));
    let mut fenced = candidate("");
    fenced.before = BEFORE.replace("provenance:", "provenance: # ````</details>");
    fenced.after = AFTER.replace("provenance:", "provenance: # ````</details>");
    assert!(section(&[&fenced]).contains("\n`````diff\n"));
    // What cannot be shown as it is, is counted.
    let mut crlf = candidate("");
    crlf.before = crlf.before.replace('\n', "\r\n");
    crlf.after = crlf.after.replace('\n', "\r\n");
    let text = section(&[&crlf]);
    assert!(
        !text.contains("```") && text.contains("1 of them without a diff here."),
        "{text}"
    );
    let both = section(&[&crlf, &one]);
    assert!(both.contains("2 specs") && both.contains("```diff") && both.contains("1 of them"));
    let many: Vec<Candidate> = (0..500).map(|_| candidate("")).collect();
    let many = section(&many.iter().collect::<Vec<_>>());
    assert!(
        many.len() < 17_000 && many.contains("500 specs"),
        "{}",
        many.len()
    );
}

#[test]
fn another_publisher_is_not_suggested_whatever_is_said_of_it() {
    let of = |rule: RuleId| {
        let draft = Draft {
            rule,
            route: "x".to_owned(),
            span: Span::START,
            message: String::new(),
            help: String::new(),
        };
        has_other_publisher(&[Policy::default().finding("npx/a/spec.yaml", None, &draft)])
    };
    for rule in RuleId::ALL {
        let named = rule.as_str().starts_with("publisher-") && *rule != RuleId::PublisherNotPinned;
        assert!(of(*rule) || !named, "{rule}");
    }
    assert!(of(RuleId::DeclarationWeakened));
    for rule in [RuleId::UndeclaredAttestations, RuleId::PublisherNotPinned] {
        assert!(!of(rule), "{rule}");
    }
}

/// The text with the suggestion accepted.
fn accepted(before: &str, start: usize, end: usize, body: &str) -> String {
    let (_, rest) = body.split_once("```suggestion\n").unwrap();
    let (text, _) = rest.split_once("\n```").unwrap();
    let lines: Vec<&str> = before.trim_end_matches('\n').split('\n').collect();
    let mut all: Vec<&str> = lines[..start - 1].to_vec();
    all.extend(text.split('\n'));
    all.extend(&lines[end..]);
    format!("{}\n", all.join("\n"))
}

proptest! {
    #[test]
    fn accepting_it_gives_the_change(
        before in prop::collection::vec("[ab]", 1..8),
        after in prop::collection::vec("[ab]", 1..8),
    ) {
        let text = |lines: &[String]| format!("{}\n", lines.join("\n"));
        let patch = format!(
            "@@ -0,0 +1,{} @@\n{}",
            before.len(),
            before.iter().map(|line| format!("+{line}")).collect::<Vec<_>>().join("\n")
        );
        let candidate = Candidate {
            path: "x".to_owned(),
            before: text(&before),
            after: text(&after),
            hunks: hunks(&patch),
        };
        for one in Review::of(&[candidate], []).suggestions {
            prop_assert!(one.start_line >= 1 && one.end_line <= before.len());
            prop_assert!(one.start_line <= one.end_line);
            prop_assert_eq!(accepted(&text(&before), one.start_line, one.end_line, &one.body), text(&after));
        }
    }

    #[test]
    fn no_patch_panics(patch in "[-@+ \\\\0-9,a\n]{0,80}") {
        let _ = hunks(&patch);
    }
}
