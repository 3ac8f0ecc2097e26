use std::path::PathBuf;

use proptest::prelude::*;

use super::{parse, unreadable};
use crate::package::Ecosystem;
use crate::rules::RuleId;
use crate::spec::model::{Protocol, SpecFile, SpecPackage, Subject};

const GOOD: &str = r#"metadata:
  name: x
  protocol: npx
spec:
  package: "nuxt"
  version: "3.13.0"
provenance:
  repository_uri: "https://github.com/nuxt/nuxt"
  repository_ref: "refs/tags/v3.13.0"
  attestations:
    available: true
    verified: false
    publisher:
      kind: "GitHub"
      repository: "nuxt/nuxt"
      workflow: "release.yml"
security:
  allowed_issues: [{code: "x", anything: 1}]
"#;

fn npx(text: &str) -> SpecFile {
    parse("npx/x/spec.yaml", text.as_bytes())
}

/// Rule, route, line and column of every problem.
fn problems(file: &SpecFile) -> Vec<(RuleId, &str, usize, usize)> {
    file.problems
        .iter()
        .map(|draft| {
            (
                draft.rule,
                draft.route.as_str(),
                draft.span.start_line,
                draft.span.start_column,
            )
        })
        .collect()
}

fn package(file: &SpecFile) -> &SpecPackage {
    match &file.subject {
        Subject::Package(package) => package,
        other => panic!("{other:?} {:?}", file.problems),
    }
}

fn unusable(file: &SpecFile) -> bool {
    matches!(file.subject, Subject::Unusable)
}

/// [`GOOD`] with one piece of text replaced.
fn changed(from: &str, to: &str) -> SpecFile {
    assert!(GOOD.contains(from), "{from}");
    npx(&GOOD.replacen(from, to, 1))
}

#[test]
fn reads_every_value_with_its_place() {
    let file = npx(GOOD);
    assert_eq!(problems(&file), []);
    assert_eq!(file.protocol, Protocol::Npx);
    assert_eq!(file.package_text.as_deref(), Some("nuxt"));
    assert_eq!(file.version_text.as_deref(), Some("3.13.0"));
    let package = package(&file);
    assert_eq!(package.package.ecosystem(), Ecosystem::Npm);
    let span = package.version_span;
    assert_eq!(
        (
            span.start_line,
            span.start_column,
            span.end_line,
            span.end_column
        ),
        (6, 12, 6, 20)
    );
    let declared = &package.declared;
    assert!(!declared.unreadable);
    assert_eq!(declared.block.unwrap().start_line, 7);
    assert_eq!(declared.attestations.unwrap().start_line, 10);
    assert!(declared.available.as_ref().unwrap().value);
    assert!(!declared.verified.as_ref().unwrap().value);
    assert_eq!(
        declared.publisher_kind.as_ref().unwrap().value.as_str(),
        "GitHub"
    );
    assert_eq!(
        declared.publisher_repository.as_ref().unwrap().value.path(),
        "nuxt/nuxt"
    );
    assert_eq!(
        declared.publisher_workflow.as_ref().unwrap().value,
        "release.yml"
    );
    assert_eq!(
        declared.repository_ref.as_ref().unwrap().value.to_string(),
        "refs/tags/v3.13.0"
    );
    assert_eq!(declared.claims_attestations().unwrap().start_line, 11);

    let with_mark = [b"\xef\xbb\xbf", GOOD.as_bytes()].concat();
    let marked = parse("npx/x/spec.yaml", &with_mark);
    assert_eq!(problems(&marked), []);
    let windows = npx(&GOOD.replace('\n', "\r\n"));
    assert_eq!(self::package(&windows).version_span, span);
}

#[test]
fn reads_the_older_keys() {
    let file = npx(
        "spec: {package: a, version: 1.2.3}\nprovenance:\n  sigstore_url: tuf\n  signer_identity: /x.yml\n  runner_environment: github-hosted\n  cert_issuer: https://token.actions.githubusercontent.com\n  repository_directory: packages/a\n",
    );
    assert_eq!(problems(&file), []);
    let declared = &package(&file).declared;
    assert_eq!(declared.sigstore_url.as_ref().unwrap().value, "tuf");
    assert_eq!(declared.signer_identity.as_ref().unwrap().value, "/x.yml");
    assert_eq!(
        declared.runner_environment.as_ref().unwrap().value,
        "github-hosted"
    );
    assert_eq!(declared.cert_issuer.as_ref().unwrap().span.start_line, 6);
}

#[test]
fn values_that_yaml_reads_as_something_else_need_quotes() {
    for (version, what) in [
        ("4.10", "a number"),
        ("4", "a number"),
        ("0x1f", "a number"),
        ("1_000", "a number"),
        ("on", "a boolean"),
        ("true", "a boolean"),
        ("2026-07-04", "a date"),
        ("[1.0.0]", "a list"),
        ("{a: b}", "a mapping"),
    ] {
        let file = changed("\"3.13.0\"", version);
        assert!(unusable(&file));
        let [problem] = file.problems.as_slice() else {
            panic!("{:?}", file.problems)
        };
        assert_eq!(
            (problem.rule, problem.route.as_str()),
            (RuleId::SpecInvalid, "spec.version")
        );
        assert!(problem.message.contains(what), "{}", problem.message);
        if !version.starts_with(['[', '{']) {
            assert!(
                problem.help.contains(&format!("`version: \"{version}\"`")),
                "{}",
                problem.help
            );
        }
    }
    for fine in ["3.13.0", "'3.13.0'", "!!str 3.13.0", "\"3.13.0\" # why"] {
        let file = changed("\"3.13.0\"", fine);
        assert_eq!(file.version_text.as_deref(), Some("3.13.0"));
        package(&file);
    }
}

#[test]
fn versions_have_to_be_exact() {
    for version in [
        "\"\"",
        "",
        "~",
        "^4.0.0",
        "latest",
        "\"*\"",
        "v1.0.0",
        "\" 1.0.0\"",
    ] {
        let file = changed("\"3.13.0\"", version);
        assert!(unusable(&file), "{version}");
        let expected = [(RuleId::VersionNotPinned, "spec.version", 6)];
        assert_eq!(
            problems(&file)
                .iter()
                .map(|one| (one.0, one.1, one.2))
                .collect::<Vec<_>>(),
            expected
        );
    }
    let file = npx("spec:\n  package: a\n");
    assert_eq!(
        problems(&file),
        [(RuleId::VersionNotPinned, "spec.version", 1, 1)]
    );
    let both = npx("spec:\n  package: ../x\n  version: latest\n");
    assert_eq!(
        problems(&both),
        [
            (RuleId::InvalidPackageName, "spec.package", 2, 12),
            (RuleId::VersionNotPinned, "spec.version", 3, 12),
        ]
    );
}

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
    // Five levels of nine each would be 59049 values out of 36 aliases; three suffice for the limit.
    let mut bomb = format!("{GOOD}  a: &a [{}]\n", vec!["x"; 900].join(", "));
    for (name, of) in [("b", "a"), ("c", "b")] {
        bomb.push_str(&format!("  {name}: &{name} [*{of}, *{of}, *{of}, *{of}]\n"));
    }
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

#[test]
fn unknown_keys_are_warned_of_where_something_reads() {
    let file = npx(
        "metadata: {nme: x}\nspec: {package: a, version: 1.2.3, args: [{b: 1}], env: {C: d}, overrides: [], constraints: []}\nprovenence: {repository_uri: x}\nprovenance:\n  attestation: {}\n  attestations:\n    availabel: true\n    publisher: {wrkflow: x}\n",
    );
    assert_eq!(
        problems(&file),
        [
            (RuleId::UnknownKey, "metadata.nme", 1, 12),
            (RuleId::UnknownKey, "provenence", 3, 1),
            (RuleId::UnknownKey, "provenance.attestation", 5, 3),
            (
                RuleId::UnknownKey,
                "provenance.attestations.availabel",
                7,
                5
            ),
            (
                RuleId::UnknownKey,
                "provenance.attestations.publisher.wrkflow",
                8,
                17
            ),
        ]
    );
    assert!(file.problems[1].help.contains("`provenance`"));
    package(&file);
}

#[test]
fn unreadable_declarations_are_not_unstated() {
    for (from, to, route) in [
        (
            "\"https://github.com/nuxt/nuxt\"",
            "\"https://github.com/nuxt\"",
            "provenance.repository_uri",
        ),
        (
            "\"https://github.com/nuxt/nuxt\"",
            "\"\"",
            "provenance.repository_uri",
        ),
        (
            "\"https://github.com/nuxt/nuxt\"",
            "[a]",
            "provenance.repository_uri",
        ),
        ("\"refs/tags/v3.13.0\"", "3.13", "provenance.repository_ref"),
        (
            "\"refs/tags/v3.13.0\"",
            "\"a\\u001bb\"",
            "provenance.repository_ref",
        ),
        (
            "available: true",
            "available: yes",
            "provenance.attestations.available",
        ),
        (
            "available: true",
            "available: \"true\"",
            "provenance.attestations.available",
        ),
        (
            "available: true",
            "available: 1",
            "provenance.attestations.available",
        ),
        (
            "\"GitHub\"",
            "\"Forgejo\"",
            "provenance.attestations.publisher.kind",
        ),
        (
            "\"nuxt/nuxt\"",
            "\"nuxt\"",
            "provenance.attestations.publisher.repository",
        ),
        (
            "\"release.yml\"",
            "\" \"",
            "provenance.attestations.publisher.workflow",
        ),
    ] {
        let file = changed(from, to);
        let declared = &package(&file).declared;
        assert!(declared.unreadable, "{to}");
        let found: Vec<_> = problems(&file).iter().map(|one| (one.0, one.1)).collect();
        assert_eq!(found, [(RuleId::SpecInvalid, route)], "{to}");
        if route.ends_with("kind") {
            assert!(
                declared.publisher_repository.is_none(),
                "its host is not known"
            );
        }
    }
    let scalar = npx("spec: {package: a, version: 1.2.3}\nprovenance: none\n");
    assert!(package(&scalar).declared.unreadable);
    let null = npx("spec: {package: a, version: 1.2.3}\nprovenance:\n");
    assert!(!package(&null).declared.unreadable);
    assert_eq!(problems(&null), []);
}

#[test]
fn the_folder_is_the_protocol() {
    let read = |path: &str, text: &str| parse(path, text.as_bytes());
    let pinned = "spec: {package: a, version: 1.2.3}\n";
    for (path, ecosystem) in [
        ("npx/x/spec.yaml", Ecosystem::Npm),
        ("deep/uvx/x/spec.yaml", Ecosystem::Pypi),
    ] {
        assert_eq!(package(&read(path, pinned)).package.ecosystem(), ecosystem);
    }
    let go = "spec: {package: github.com/o/r, version: v1.2.3}\n";
    assert_eq!(
        package(&read("go/x/spec.yaml", go)).package.ecosystem(),
        Ecosystem::Go
    );
    assert!(unusable(&read("go/x/spec.yaml", pinned)));
    for path in [
        "npm/x/spec.yaml",
        "skills/x/spec.yaml",
        "spec.yaml",
        "NPX/x/spec.yaml",
        "",
    ] {
        let file = read(path, pinned);
        assert!(unusable(&file), "{path}");
        assert_eq!(file.problems[0].rule, RuleId::SpecInvalid);
        assert!(file.problems[0].help.contains("`npx`"), "{path}");
    }
    let mismatch = format!("metadata: {{protocol: uvx}}\n{pinned}");
    assert_eq!(
        problems(&read("npx/x/spec.yaml", &mismatch)),
        [(RuleId::ProtocolFolderMismatch, "metadata.protocol", 1, 22)]
    );
    assert_eq!(problems(&read("uvx/x/spec.yaml", &mismatch)), []);
}

#[test]
fn skills_come_from_no_registry() {
    let skill = "spec: {repository: \"https://github.com/o/r\", ref: \"0.1.0\", path: x, version: \"0.3.2\"}\n";
    let file = parse("skills/x/spec.yaml", skill.as_bytes());
    assert!(matches!(file.subject, Subject::NotApplicable));
    assert_eq!(problems(&file), []);
    for (path, text, route) in [
        ("npx/x/spec.yaml", skill, "spec.package"),
        (
            "skills/x/spec.yaml",
            "spec: {repository: \"https://github.com/o/r\"}\n",
            "spec",
        ),
        (
            "skills/x/spec.yaml",
            "spec: {pakage: a, version: 1.2.3}\n",
            "spec",
        ),
        ("skills/x/spec.yaml", "metadata: {name: x}\n", "spec"),
        ("skills/x/spec.yaml", "spec: text\n", "spec"),
        (
            "skills/x/spec.yaml",
            "spec: {repository: x, ref: 1.0}\n",
            "spec.ref",
        ),
        (
            "npx/x/spec.yaml",
            "spec: {package: ~, version: 1.2.3}\n",
            "spec.package",
        ),
    ] {
        let file = parse(path, text.as_bytes());
        assert!(unusable(&file), "{text}");
        let routes: Vec<_> = file
            .problems
            .iter()
            .filter(|one| one.rule == RuleId::SpecInvalid)
            .map(|one| one.route.as_str())
            .collect();
        assert_eq!(routes, [route], "{text}");
    }
}

#[test]
fn a_file_that_cannot_be_read_is_a_problem_too() {
    let file = unreadable("npx/x/spec.yaml", "it is a symbolic link");
    assert!(unusable(&file));
    assert_eq!(problems(&file), [(RuleId::SpecInvalid, "", 1, 1)]);
    assert!(file.problems[0].message.contains("symbolic link"));
}

/// Spec files below a folder of real ones, or `None` where they are not at hand.
fn real(folder: &str) -> Option<Vec<(String, Vec<u8>)>> {
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR"))
        .join("../shared/real")
        .join(folder);
    if !root.is_dir() {
        println!("SKIPPED: the real specs of {folder} are not at hand");
        return None;
    }
    let found = crate::spec::discover::discover(&root, &[]).unwrap();
    Some(
        found
            .into_iter()
            .map(|one| (one.path, one.content.unwrap()))
            .collect(),
    )
}

#[test]
fn real_specs_are_read_without_a_complaint() {
    let Some(files) = real("dockyard") else {
        return;
    };
    assert_eq!(files.len(), 47);
    for (path, bytes) in &files {
        let file = parse(path, bytes);
        assert_eq!(problems(&file), [], "{path}");
        match file.protocol {
            Protocol::Other(_) => assert!(matches!(file.subject, Subject::NotApplicable), "{path}"),
            Protocol::Npx | Protocol::Uvx | Protocol::Go => {
                assert!(package(&file).declared.repository_uri.is_some(), "{path}")
            }
        }
    }
}

#[test]
fn the_catalogue_is_read_as_expected() {
    let Some(files) = real("catalog") else { return };
    let expected =
        PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../shared/real/catalog/EXPECTED.json");
    let expected: serde_json::Value =
        serde_json::from_slice(&std::fs::read(expected).unwrap()).unwrap();
    assert_eq!(files.len(), 34);
    let ours = [
        RuleId::SpecInvalid,
        RuleId::UnknownKey,
        RuleId::ProtocolFolderMismatch,
        RuleId::InvalidPackageName,
        RuleId::VersionNotPinned,
    ];
    for (path, bytes) in &files {
        let file = parse(path, bytes);
        let case = &expected[path.as_str()];
        let rules: Vec<&str> = case["rules"]
            .as_array()
            .unwrap()
            .iter()
            .map(|rule| rule.as_str().unwrap())
            .filter(|id| ours.iter().any(|rule| rule.as_str() == *id))
            .collect();
        let found: Vec<&str> = file.problems.iter().map(|one| one.rule.as_str()).collect();
        assert_eq!(found, rules, "{path}");
        let status = match file.subject {
            Subject::Unusable => "malformed",
            Subject::NotApplicable => "not-applicable",
            Subject::Package(_) => "another",
        };
        let stated = case["status"].as_str().unwrap();
        assert_eq!(
            status == "another",
            !matches!(stated, "malformed" | "not-applicable"),
            "{path}"
        );
        assert!(status == "another" || status == stated, "{path}");
    }
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
