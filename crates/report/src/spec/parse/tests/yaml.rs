//! What is YAML, and what of it is refused.

use proptest::prelude::*;

use super::super::parse;
use super::{GOOD, changed, npx, package, problems, unusable};
use crate::finding::RuleId;

#[test]
fn broken_yaml_is_one_problem_at_its_place() {
    for (text, line) in [
        ("metadata:\n  name: broken\n spec:\n\tpackage: \"x\"\n", 3),
        ("a: 'open\n", 1),
        ("a: b: c\n", 1),
        ("", 1),
        ("# nothing\n", 1),
        ("- a\n- b\n", 1),
        ("text\n", 1),
        ("a: b\n---\nc: d\n", 2),
        ("a: \u{1}b\n", 1),
        ("a: b\nc: \u{7f}\n", 2),
        ("a: *unknown\n", 1),
        ("a: &a [*a]\n", 1),
    ] {
        let file = npx(text);
        assert!(unusable(&file));
        let [problem] = file.problems.as_slice() else {
            panic!("{text:?} {:?}", file.problems)
        };
        assert_eq!(
            (problem.rule, problem.span.start_line),
            (RuleId::SpecInvalid, line),
            "{text:?}"
        );
    }
    let latin = parse("npx/x/spec.yaml", b"a: b\nc: \xe9\n");
    assert_eq!(problems(&latin), [(RuleId::SpecInvalid, "", 2, 4)]);
    assert!(unusable(&latin));
    let utf16: Vec<u8> = GOOD.encode_utf16().flat_map(u16::to_le_bytes).collect();
    assert!(unusable(&parse("npx/x/spec.yaml", &utf16)));
    let large = format!("{GOOD}#{}", " ".repeat(256 * 1024));
    assert!(unusable(&npx(&large)));
}

#[test]
fn duplicate_keys_name_the_first() {
    let file = changed(
        "  version: \"3.13.0\"",
        "  version: \"3.13.0\"\n  \"version\": \"4.1.2\"",
    );
    assert!(unusable(&file));
    assert_eq!(
        problems(&file),
        [(RuleId::SpecInvalid, "spec.version", 7, 3)]
    );
    assert!(
        file.problems[0].message.contains("first on line 6"),
        "{:?}",
        file.problems
    );
    let opaque = changed("code: \"x\"", "code: \"x\", code: \"y\"");
    assert!(unusable(&opaque), "even where nothing reads it");
    assert_eq!(opaque.problems[0].route, "security.allowed_issues[0].code");
}

#[test]
fn what_readers_of_yaml_disagree_on_is_refused() {
    for (from, to) in [
        ("spec:", "<<: {security: 1}\nspec:"),
        ("\"nuxt\"", "!custom \"nuxt\""),
        ("\"nuxt\"", "!!binary bnV4dA=="),
        ("\"nuxt\"", "! nuxt"),
        ("spec:", "spec: !!omap"),
        ("security:", "[a, b]: c\nsecurity:"),
    ] {
        let file = changed(from, to);
        assert!(unusable(&file), "{to}");
        assert!(
            file.problems
                .iter()
                .any(|one| one.rule == RuleId::SpecInvalid),
            "{to}"
        );
    }
    package(&changed("\"nuxt\"", "!<tag:yaml.org,2002:str> nuxt"));
    package(&changed("spec:", "spec: !!map"));
    package(&changed("allowed_issues:", "\"<<\": x\n  allowed_issues:"));
}

#[test]
fn aliases_have_a_budget() {
    let aliases = |count: usize| {
        format!(
            "{GOOD}  base: &b [x, y]\n  more: [{}]\n",
            vec!["*b"; count].join(", ")
        )
    };
    package(&npx(&aliases(16)));
    let file = npx(&aliases(17));
    assert!(unusable(&file));
    assert!(
        file.problems[0].message.contains("aliases"),
        "{:?}",
        file.problems
    );
    // 900 values, four times and four times again, out of eight aliases.
    let four = |of: &str| [of; 4].join(", ");
    let bomb = format!(
        "{GOOD}  a: &a [{}]\n  b: &b [{}]\n  c: [{}]\n",
        vec!["x"; 900].join(", "),
        four("*a"),
        four("*b")
    );
    let file = npx(&bomb);
    assert!(unusable(&file));
    assert!(
        file.problems[0].message.contains("10000 values"),
        "{:?}",
        file.problems
    );
    let shared = changed(
        "repository: \"nuxt/nuxt\"",
        "repository: &r \"nuxt/nuxt\"\n      workflow: *r",
    );
    assert_eq!(
        problems(&shared),
        [(
            RuleId::SpecInvalid,
            "provenance.attestations.publisher.workflow",
            17,
            7
        )]
    );
    let deep = |depth: usize| format!("{GOOD}  a: {}{}\n", "[".repeat(depth), "]".repeat(depth));
    package(&npx(&deep(30)));
    assert!(unusable(&npx(&deep(31))));
    assert!(unusable(&npx(&deep(100_000))));
}

#[test]
fn an_alias_gives_its_value_at_its_own_place() {
    let file = npx("metadata:\n  description: &v \"1.2.3\"\nspec:\n  package: a\n  version: *v\n");
    assert_eq!(problems(&file), []);
    assert_eq!(package(&file).version_span.start_line, 5);
}

proptest! {
    #[test]
    fn arbitrary_bytes_never_panic(bytes in prop::collection::vec(any::<u8>(), 0..400), path in any::<String>()) {
        let file = parse(&path, &bytes);
        prop_assert!(!unusable(&file) || !file.problems.is_empty(), "unusable without a reason");
    }

    #[test]
    fn yaml_like_text_never_panics(
        text in "(spec|provenance|package|version|a|[:?,&*!|>%@`'\"#\\[\\]{}<~-]| |\n|\n  |\t|: |- |!!|---\n|\\.\\.\\.\n|é|\r){0,60}",
    ) {
        let file = npx(&text);
        prop_assert!(!unusable(&file) || !file.problems.is_empty());
        let lines = text.split('\n').count() + text.matches('\r').count() + 1;
        for problem in &file.problems {
            prop_assert!(problem.span.start_line >= 1 && problem.span.start_column >= 1);
            prop_assert!(problem.span.start_line <= lines, "{:?}", problem);
        }
    }

    #[test]
    fn a_broken_good_file_never_panics(at in 0usize..GOOD.len(), byte in any::<u8>()) {
        let mut bytes = GOOD.as_bytes().to_vec();
        bytes[at] = byte;
        let file = parse("npx/x/spec.yaml", &bytes);
        prop_assert!(!unusable(&file) || !file.problems.is_empty());
    }
}

/// YAML 1.1 readers, the one that builds among them, end a line at these characters; YAML 1.2
/// readers do not. What is a comment here would be keys there.
#[test]
fn characters_that_only_some_readers_take_for_line_breaks_are_refused() {
    for hidden in ['\u{85}', '\u{2028}', '\u{2029}'] {
        let text = format!(
            "spec:\n    # note{hidden}  package: evil{hidden}  version: \"6.6.6\"\n    package: good\n    version: \"1.2.3\"\n"
        );
        let spec = crate::spec::parse::parse("npx/good/spec.yaml", text.as_bytes());
        assert!(
            matches!(spec.subject, crate::spec::Subject::Unusable),
            "{hidden:?}"
        );
        assert!(
            spec.problems[0].message.contains("YAML readers differ"),
            "{hidden:?}"
        );
        let honest = text.replace(hidden, " ");
        let spec = crate::spec::parse::parse("npx/good/spec.yaml", honest.as_bytes());
        assert!(matches!(spec.subject, crate::spec::Subject::Package(_)));
    }
}

/// Help is shown line by line, so untrusted text must not bring lines of its own.
#[test]
fn help_quotes_no_line_breaks() {
    let text = "spec:\n  package: good\n  version: 2026-07-04 x\n\n    PASS. 1 of 1 verified\n";
    let spec = crate::spec::parse::parse("npx/good/spec.yaml", text.as_bytes());
    assert!(!spec.problems.is_empty());
    for problem in &spec.problems {
        assert!(!problem.help.contains('\n'), "{:?}", problem.help);
    }
}

#[test]
fn what_cannot_be_read_is_located_whatever_ends_the_lines() {
    for end in ["\n", "\r\n", "\r"] {
        for bad in [b"\x07".as_slice(), b"\xff"] {
            let bytes = [format!("a: 1{end}b: ").as_bytes(), bad].concat();
            let file = parse("npx/x/spec.yaml", &bytes);
            assert_eq!(
                problems(&file),
                [(RuleId::SpecInvalid, "", 2, 4)],
                "{end:?} {bad:?}"
            );
        }
    }
}
