use proptest::prelude::*;

use super::*;

#[test]
fn terminal_control_becomes_visible() {
    for (hostile, shown) in [
        ("\u{1b}[2J", "\\u{1b}[2J"),
        ("a\nb\r\tc", "a\\nb\\r\\tc"),
        ("\u{9b}31m", "\\u{9b}31m"),
        ("\u{7f}", "\\u{7f}"),
        ("x\u{202e}y", "x\\u{202e}y"),
        ("a\u{200b}b\u{feff}", "a\\u{200b}b\\u{feff}"),
        ("tag\u{e0041}", "tag\\u{e0041}"),
        ("no\u{a0}break", "no\\u{a0}break"),
        ("\u{3164}", "\\u{3164}"),
        ("\u{e000}", "\\u{e000}"),
    ] {
        assert_eq!(terminal(hostile, 100), shown);
    }
}

#[test]
fn runner_commands_are_broken() {
    for (hostile, shown) in [
        ("::set-output name=a::b", ":\\:set-output name=a:\\:b"),
        ("::::", ":\\:\\:\\:"),
        ("##[error]x", "##\\[error]x"),
        ("###[x", "###\\[x"),
        ("##vso[task.x]", "##vso\\[task.x]"),
        ("a ##teamcity[x", "a ##teamcity\\[x"),
        ("${{ secrets.X }} $${a", "$\\{{ secrets.X }} $$\\{a"),
    ] {
        assert_eq!(terminal(hostile, 100), shown);
    }
}

#[test]
fn honest_text_is_left_alone() {
    for honest in [
        "https://github.com/owner/name.git",
        "npx/a/spec.yaml:3:5 the name `@scope/pkg@1.0.0` [sic] #1 ## [x]",
        "Größe, 日本語, naïve",
    ] {
        assert_eq!(terminal(honest, 200), honest);
    }
}

#[test]
fn length_is_capped_with_an_ellipsis() {
    assert_eq!(terminal("abcdef", 6), "abcdef");
    assert_eq!(terminal("abcdefg", 6), "abcde…");
    assert_eq!(terminal("abc", 0), "");
    assert_eq!(terminal("abc", 1), "…");
}

#[test]
fn the_nearest_word_is_found_only_if_it_is_near() {
    assert_eq!(nearest("fail_on", ["jobs", "fail-on"]), Some("fail-on"));
    assert_eq!(nearest("jbos", ["jobs", "fail-on"]), Some("jobs"));
    assert_eq!(nearest("x", ["jobs"]), None);
    assert_eq!(nearest("colour", ["jobs", "timeout"]), None);
    assert_eq!(nearest(&"j".repeat(5000), ["jobs"]), None);
}

fn hostile() -> impl Strategy<Value = String> {
    let parts = prop_oneof![
        any::<char>().prop_map(String::from),
        Just("::".to_owned()),
        Just(":".to_owned()),
        Just("#".to_owned()),
        Just("##[".to_owned()),
        Just("[".to_owned()),
        Just("\\".to_owned()),
        Just("\u{1b}".to_owned()),
        Just("\u{202e}".to_owned()),
        Just("vso".to_owned()),
        Just("$".to_owned()),
        Just("{".to_owned()),
    ];
    proptest::collection::vec(parts, 0..40).prop_map(|parts| parts.concat())
}

proptest! {
    #[test]
    fn nothing_dangerous_comes_through(text in hostile(), max in 0_usize..60) {
        let shown = terminal(&text, max);
        prop_assert!(!shown.chars().any(is_hidden), "{shown:?}");
        prop_assert!(!shown.contains("::") && !shown.contains("##[") && !shown.contains("##vso["), "{shown:?}");
        prop_assert!(!shown.contains("${"), "{shown:?}");
        prop_assert!(shown.chars().count() <= max);
    }

    #[test]
    fn shown_text_stays_as_it_is(text in hostile()) {
        let once = terminal(&text, 10_000);
        prop_assert_eq!(terminal(&once, 10_000), once);
    }
}
