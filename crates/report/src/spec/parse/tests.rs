mod beside;
mod ids;
mod other;
mod real;
mod schema;
mod skill;
mod yaml;

use super::{parse, unreadable};
use crate::finding::RuleId;
use crate::spec::model::{Protocol, SpecFile, SpecPackage, Subject};
use package_provenance::package::Ecosystem;

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
        Subject::Skill(_) | Subject::Unusable => panic!("{:?}", file.problems),
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
    assert_eq!(declared.block.as_ref().unwrap().key.start_line, 7);
    assert_eq!(declared.attestations.as_ref().unwrap().key.start_line, 10);
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
    assert_eq!(
        declared.signer_identity.as_ref().unwrap().value.as_str(),
        "/x.yml"
    );
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
fn unknown_keys_are_warned_of_where_something_reads() {
    let file = npx(
        "metadata: {nme: x}\nspec: {package: a, version: 1.2.3, args: [b], env: {C: d}, overrides: [], constraints: []}\nprovenence: {repository_uri: x}\nprovenance:\n  attestation: {}\n  attestations:\n    availabel: true\n    publisher: {wrkflow: x}\n",
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
}

#[test]
fn skills_come_from_a_commit() {
    let commit = "8511716686f3add54657b83207912a7c497a4327";
    let skill = format!(
        "spec: {{repository: \"https://github.com/o/r\", ref: \"{commit}\", path: x, version: \"0.3.2\"}}\n"
    );
    let skill = skill.as_str();
    let file = parse("skills/x/spec.yaml", skill.as_bytes());
    let Subject::Skill(read) = &file.subject else {
        panic!("{:?}", file.problems);
    };
    assert_eq!(read.folder.commit.as_str(), commit);
    assert_eq!(read.folder.followed, None);
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
