//! What a spec says beside the package: its protocol, overrides, environment and arguments.

use super::super::parse;
use super::{GOOD, changed, npx, package, problems, unusable};
use crate::finding::RuleId;
use crate::spec::model::SpecFile;

const PINNED: &str = "spec: {package: a, version: 1.2.3}\n";

fn uvx(text: &str) -> SpecFile {
    parse("uvx/x/spec.yaml", text.as_bytes())
}

/// [`GOOD`] with these lines at the end of `spec`.
fn with(lines: &str) -> SpecFile {
    changed("\"3.13.0\"\n", &format!("\"3.13.0\"\n{lines}\n"))
}

#[test]
fn the_protocol_is_the_folders_or_nothing_is_looked_up() {
    let read = |path: &str, metadata: &str| {
        parse(path, format!("metadata: {metadata}\n{PINNED}").as_bytes())
    };
    for metadata in [
        "{protocol: npx}",
        "{protocol: \"npx\"}",
        "{name: x}",
        "{}",
        "~",
        "{protocol: ~}",
    ] {
        package(&read("npx/x/spec.yaml", metadata));
    }
    package(&read("deep/uvx/x/spec.yaml", "{protocol: uvx}"));
    for protocol in [
        "uvx",
        "go",
        "NPX",
        "Npx",
        "\"\"",
        "\" npx\"",
        "\"npx\\n\"",
        "npm",
        "skills",
    ] {
        let file = read("npx/x/spec.yaml", &format!("{{protocol: {protocol}}}"));
        assert!(unusable(&file), "{protocol}");
        assert_eq!(
            problems(&file),
            [(RuleId::ProtocolFolderMismatch, "metadata.protocol", 1, 22)],
            "{protocol}"
        );
    }
    for metadata in [
        "{protocol: [npx]}",
        "{protocol: {npx: 1}}",
        "{protocol: 1}",
        "{protocol: on}",
        "[]",
        "npx",
    ] {
        let file = read("npx/x/spec.yaml", metadata);
        assert!(unusable(&file), "{metadata}");
        assert_eq!(file.problems[0].rule, RuleId::SpecInvalid, "{metadata}");
    }
    // A skill has no protocol; with one, another tool would build it as a package.
    let skill =
        "spec: {repository: \"https://github.com/o/r\", ref: x}\nmetadata: {protocol: npx}\n";
    assert!(unusable(&parse("skills/x/spec.yaml", skill.as_bytes())));
}

#[test]
fn a_byte_order_mark_is_refused_anywhere_but_once_at_the_start() {
    let mark = '\u{feff}';
    package(&npx(&format!("{mark}{GOOD}")));
    for (text, line, column) in [
        (format!("{mark}{mark}{GOOD}"), 1, 1),
        (format!("# c\n{mark}{GOOD}"), 2, 1),
        (format!("{mark}# c{mark}\n{GOOD}"), 1, 4),
        (GOOD.replacen("spec:", &format!("sp{mark}ec:"), 1), 4, 3),
        (GOOD.replacen("spec:", &format!("{mark}spec:"), 1), 4, 1),
        (
            GOOD.replacen("\"nuxt\"", &format!("\"nuxt{mark}\""), 1),
            5,
            17,
        ),
        (format!("{GOOD}# {mark}"), 19, 3),
        (format!("{GOOD}{mark}"), 19, 1),
    ] {
        let file = npx(&text);
        assert!(unusable(&file), "{text:?}");
        assert_eq!(
            problems(&file),
            [(RuleId::SpecInvalid, "", line, column)],
            "{text:?}"
        );
    }
}

#[test]
fn directives_are_refused() {
    for directive in [
        "%YAML 1.1",
        "%YAML 1.2",
        "%TAG ! tag:example.org,2000:",
        "%FOO",
    ] {
        for before in ["", "# c\n\n", "\u{feff}", "\r", " \t# c\r\n"] {
            let file = npx(&format!("{before}{directive}\n---\n{GOOD}"));
            assert!(unusable(&file), "{before:?} {directive}");
            let [problem] = file.problems.as_slice() else {
                panic!("{:?}", file.problems)
            };
            assert!(problem.message.contains("directive"), "{problem:?}");
        }
    }
    package(&npx(&format!("---\n{GOOD}")));
    package(&npx(&format!("# %YAML 1.1\n{GOOD}# %TAG\n")));
}

#[test]
fn overrides_are_read_with_their_place() {
    let file = with(
        "  overrides:\n    - package: \"undici\"\n      version: \"6.28.0\"\n      reason: x\n    - {package: sdk, version: ^1, reason: z}\n    - {package: nuxt, version: 9.9.9, reason: z}\n    - {package: ufo, version: \"npm:evil@1\", reason: z}",
    );
    assert_eq!(problems(&file), []);
    let package = package(&file);
    let read: Vec<_> = package
        .overrides
        .iter()
        .map(|one| {
            (
                one.route.as_str(),
                one.package.as_str(),
                one.version.as_deref(),
                one.span.start_line,
                one.span.start_column,
            )
        })
        .collect();
    assert_eq!(
        read,
        [
            ("spec.overrides[undici]", "undici", Some("6.28.0"), 9, 16),
            ("spec.overrides[sdk]", "sdk", Some("^1"), 11, 31),
            ("spec.overrides[nuxt]", "nuxt", Some("9.9.9"), 12, 32),
            ("spec.overrides[ufo]", "ufo", Some("npm:evil@1"), 13, 31),
        ]
    );
    // Neither a range nor the package itself is looked up.
    let pinned: Vec<String> = package
        .pinned_overrides()
        .map(ToString::to_string)
        .collect();
    assert_eq!(pinned, ["undici@6.28.0"]);

    let file = uvx(
        "spec:\n  package: a\n  version: 1.2.3\n  constraints:\n    - {spec: \"mcp[cli]>=1,<2\", reason: x}\n    - {spec: \"./x\", reason: x}\n    - {spec: mcp, reason: x}\n",
    );
    assert_eq!(problems(&file), []);
    let read: Vec<_> = self::package(&file)
        .overrides
        .iter()
        .map(|one| {
            (
                one.route.as_str(),
                one.package.as_str(),
                one.version.as_deref(),
            )
        })
        .collect();
    assert_eq!(
        read,
        [
            ("spec.constraints[mcp]", "mcp", Some(">=1,<2")),
            ("spec.constraints[./x]", "./x", None),
            ("spec.constraints[mcp]", "mcp", None),
        ]
    );
}

#[test]
fn overrides_that_cannot_be_read_leave_nothing_to_look_up() {
    for (overrides, route, line, column) in [
        ("x", "spec.overrides", 7, 14),
        ("\"\"", "spec.overrides", 7, 14),
        ("{package: a}", "spec.overrides", 7, 3),
        ("[x]", "spec.overrides[0]", 7, 15),
        ("[~]", "spec.overrides[0]", 7, 15),
        ("[[]]", "spec.overrides[0]", 7, 15),
        (
            "[{package: a, reason: x}]",
            "spec.overrides[0].version",
            7,
            15,
        ),
        (
            "[{version: 1.2.3, reason: x}]",
            "spec.overrides[0].package",
            7,
            15,
        ),
        (
            "[{package: a, version: ~, reason: x}]",
            "spec.overrides[0].version",
            7,
            28,
        ),
        (
            "[{package: a, version: \" \", reason: x}]",
            "spec.overrides[0].version",
            7,
            37,
        ),
        (
            "[{package: a, version: 6.28, reason: x}]",
            "spec.overrides[0].version",
            7,
            37,
        ),
        (
            "[{package: a, version: [1.2.3], reason: x}]",
            "spec.overrides[0].version",
            7,
            28,
        ),
        (
            "[{package: a, version: 1.2.3, version: 1.2.4, reason: x}]",
            "spec.overrides[0].version",
            7,
            44,
        ),
    ] {
        let file = with(&format!("  overrides: {overrides}"));
        assert!(unusable(&file), "{overrides}");
        assert_eq!(
            problems(&file),
            [(RuleId::SpecInvalid, route, line, column)],
            "{overrides}"
        );
    }
    let entry = "{package: a, version: 1.2.3, reason: x}";
    let many = |count: usize| with(&format!("  overrides: [{}]", vec![entry; count].join(", ")));
    assert_eq!(package(&many(100)).overrides.len(), 100);
    let file = many(101);
    assert!(unusable(&file));
    assert!(
        file.problems[0].message.contains("101 entries"),
        "{:?}",
        file.problems
    );
    for nothing in ["[]", "~", ""] {
        assert!(
            package(&with(&format!("  overrides: {nothing}")))
                .overrides
                .is_empty()
        );
    }
}

#[test]
fn what_dockyard_refuses_is_told_and_the_rest_is_looked_at() {
    for (lines, rule, route) in [
        (
            "  overrides: [{package: a, version: 1.2.3}]",
            RuleId::SpecInvalid,
            "spec.overrides[0].reason",
        ),
        (
            "  overrides: [{package: a, version: 1.2.3, reason: \"\"}]",
            RuleId::SpecInvalid,
            "spec.overrides[0].reason",
        ),
        (
            "  overrides: [{package: a, version: 1.2.3, reason: x, resolved: y}]",
            RuleId::UnknownKey,
            "spec.overrides[0].resolved",
        ),
        (
            "  constraints: [{spec: \"mcp<2\", reason: x}]",
            RuleId::SpecInvalid,
            "spec.constraints",
        ),
    ] {
        let file = with(lines);
        let found: Vec<_> = file
            .problems
            .iter()
            .map(|one| (one.rule, one.route.as_str()))
            .collect();
        assert_eq!(found, [(rule, route)], "{lines}");
        package(&file);
    }
    let overrides = "  overrides: [{package: b, version: 1.2.3, reason: x}]\n";
    let both = format!("{overrides}  constraints: [{{spec: \"mcp<2\", reason: x}}]\n");
    let pinned = "spec:\n  package: a\n  version: 1.2.3\n";
    let file = uvx(&format!("{pinned}{both}"));
    assert_eq!(
        problems(&file),
        [(RuleId::SpecInvalid, "spec.overrides", 4, 3)]
    );
    assert_eq!(package(&file).overrides.len(), 1);
    let go = format!("spec:\n  package: github.com/o/r\n  version: v1.2.3\n{both}");
    let file = parse("go/x/spec.yaml", go.as_bytes());
    let routes: Vec<_> = file.problems.iter().map(|one| one.route.as_str()).collect();
    assert_eq!(routes, ["spec.overrides", "spec.constraints"]);
}

#[test]
fn the_environment_is_names_and_lines() {
    let file = with(
        "  env:\n    LOG_LEVEL: debug\n    PORT: 8080\n    DEBUG: true\n    npm_config_x: ~\n    \"A\": \"b\\tc\"",
    );
    assert_eq!(problems(&file), []);
    let names: Vec<_> = package(&file)
        .env
        .iter()
        .map(|name| (name.value.as_str(), name.span.start_line))
        .collect();
    assert_eq!(
        names,
        [
            ("LOG_LEVEL", 8),
            ("PORT", 9),
            ("DEBUG", 10),
            ("npm_config_x", 11),
            ("A", 12)
        ]
    );
    for env in [
        "[A]",
        "A=b",
        "{\"\": x}",
        "{\"NODE_OPTIONS \": x}",
        "{\"A=B\": x}",
        "{\"A\\nB\": x}",
        "{1A: x}",
        "{\"GRÖSSE\": x}",
        "{A: [x]}",
        "{A: {x: y}}",
        "{A: \"x\\nRUN curl evil.example\"}",
        "{A: x, A: y}",
    ] {
        let file = with(&format!("  env: {env}"));
        assert!(unusable(&file), "{env}");
        assert_eq!(file.problems[0].rule, RuleId::SpecInvalid, "{env}");
    }
}

#[test]
fn arguments_stay_within_the_entry_point() {
    for args in [
        "[start, --port, 8080, \"a b\", \"$HOME\", \"--x=1;2\"]",
        "[]",
        "~",
    ] {
        assert_eq!(problems(&with(&format!("  args: {args}"))), [], "{args}");
    }
    for (args, route) in [
        ("start", "spec.args"),
        ("{a: b}", "spec.args"),
        ("[a, [b]]", "spec.args[1]"),
        ("[a, {b: c}]", "spec.args[1]"),
        ("[\"x\\nRUN curl evil.example\"]", "spec.args[0]"),
        ("['x\"]; curl evil.example #']", "spec.args[0]"),
        ("['\\u0027; curl evil.example']", "spec.args[0]"),
        ("[\"it's\"]", "spec.args[0]"),
    ] {
        let file = with(&format!("  args: {args}"));
        assert!(unusable(&file), "{args}");
        let found: Vec<_> = file
            .problems
            .iter()
            .map(|one| (one.rule, one.route.as_str()))
            .collect();
        assert_eq!(found, [(RuleId::SpecInvalid, route)], "{args}");
    }
}
