//! What the author of a pull request can write into a spec: names that are addresses, versions that
//! are none, YAML that two readers read differently. None of it may become a request.

use dockyard_provenance::discover;
use dockyard_report::finding::RuleId;
use dockyard_report::spec::{SpecFile, Subject, parse};

fn spec(protocol: &str, package: &str, version: &str) -> SpecFile {
    let text = format!(
        "metadata:\n  name: x\n  protocol: {protocol}\nspec:\n  package: {package}\n  version: {version}\n"
    );
    parse::parse(&format!("{protocol}/x/spec.yaml"), text.as_bytes())
}

fn rules(file: &SpecFile) -> Vec<RuleId> {
    file.problems.iter().map(|draft| draft.rule).collect()
}

#[track_caller]
fn assert_unusable(file: &SpecFile, rule: RuleId, what: &str) {
    assert!(
        matches!(file.subject, Subject::Unusable),
        "{what} is usable"
    );
    assert!(rules(file).contains(&rule), "{what}: {:?}", file.problems);
}

#[track_caller]
fn assert_usable(file: &SpecFile, what: &str) {
    assert!(
        matches!(file.subject, Subject::Package(_)),
        "{what}: {:?}",
        file.problems
    );
    assert_eq!(rules(file), [], "{what}");
}

/// docs/verification.md#f31.
#[test]
fn names_that_are_no_names() {
    assert_usable(&spec("npx", "\"@acme/widget\"", "\"1.2.3\""), "the control");
    for name in [
        "acme/widget",
        "github:acme/widget",
        "git+https://github.com/acme/widget.git",
        "https://registry.npmjs.org/widget",
        "file:../widget",
        "npm:widget@1.2.3",
        "widget@1.2.3",
        "@acme/widget@1.2.3",
        "../widget",
        "@acme/../widget",
        "@../widget",
        "@acme/wid/get",
        "widget%2f..",
        "@acme%2fwidget",
        "widget?x=1",
        "widget#x",
        "wid get",
        "--registry=https://example.com",
        "-g",
        ".",
        "..",
        ".hidden",
        "node_modules",
        "@/widget",
        "@acme/",
        "wіdget",
    ] {
        let file = spec("npx", &format!("{name:?}"), "\"1.2.3\"");
        assert_unusable(&file, RuleId::InvalidPackageName, name);
    }
    for escaped in [
        r#""wid\nget""#,
        r#""wid\0get""#,
        r#""wid\u202eget""#,
        r#""wid\x1b[2Jget""#,
    ] {
        let file = spec("npx", escaped, "\"1.2.3\"");
        assert_unusable(&file, RuleId::InvalidPackageName, escaped);
    }
    assert_usable(&spec("uvx", "\"Acme.Widget\"", "\"1.2.3\""), "the control");
    for name in [
        "acme widget",
        "acme-widget[extra]",
        "acme-widget==1.2.3",
        "git+https://github.com/acme/widget",
        "acme/widget",
        "../widget",
        "-acme",
        "acme-",
        "acme%2dwidget",
        "acme;python_version<'3'",
        "аcme",
    ] {
        let file = spec("uvx", &format!("{name:?}"), "\"1.2.3\"");
        assert_unusable(&file, RuleId::InvalidPackageName, name);
    }
}

/// docs/verification.md#f29, #f30.
#[test]
fn versions_that_pin_nothing() {
    for version in [
        "",
        "latest",
        "next",
        "^1.2.3",
        "~1.2.3",
        "*",
        "x",
        "1.x",
        "1.2",
        "1",
        ">=1.2.3",
        "1.2.3 || 2.0.0",
        "1.2.3 - 2.0.0",
        "v1.2.3",
        "=1.2.3",
        " 1.2.3",
        "1.2.3 ",
        "01.2.3",
        "1.2.3/..",
        "1.2.3%2f..",
        "1.2.3?x",
        "npm:other@1.2.3",
        "file:x",
    ] {
        let file = spec("npx", "widget", &format!("{version:?}"));
        assert_unusable(&file, RuleId::VersionNotPinned, version);
    }
    for version in [
        "", "latest", "*", "1.*", ">=1.2.3", "==1.2.3", "~=1.2", "1.2.3,<2", "1.2.3 ", "1.2.3/..",
        "1.2.3;x", "main",
    ] {
        let file = spec("uvx", "widget", &format!("{version:?}"));
        assert_unusable(&file, RuleId::VersionNotPinned, version);
    }
    assert_usable(&spec("npx", "widget", "\"1.2.3-rc.1\""), "a prerelease");
    assert_usable(&spec("uvx", "widget", "\"1.2.3rc1\""), "a prerelease");
}

/// docs/verification.md#f33: the document is read once, in one way.
#[test]
fn two_faced_yaml() {
    let honest =
        "metadata:\n  name: x\n  protocol: npx\nspec:\n  package: widget\n  version: \"1.2.3\"\n";
    let read = |text: &str| parse::parse("npx/x/spec.yaml", text.as_bytes());
    assert_usable(&read(honest), "the control");
    let bomb: Vec<String> = (1..12)
        .map(|level| {
            let before = level - 1;
            let aliases = vec![format!("*a{before}"); 10].join(",");
            format!("a{level}: &a{level} [{aliases}]\n")
        })
        .collect();
    let bomb = bomb.concat();
    let deep = format!("deep: {}{}\n", "[".repeat(5_000), "]".repeat(5_000));
    for (name, text) in [
        (
            "package twice",
            honest.replace("  version", "  package: evil\n  version"),
        ),
        (
            "spec twice",
            format!("{honest}spec:\n  package: evil\n  version: \"6.6.6\"\n"),
        ),
        (
            "package twice, quoted once",
            honest.replace("  version", "  \"package\": evil\n  version"),
        ),
        ("a number", honest.replace("\"1.2.3\"", "1.10")),
        ("a truth", honest.replace("package: widget", "package: no")),
        ("nothing", honest.replace("package: widget", "package:")),
        (
            "a list",
            honest.replace("package: widget", "package: [widget]"),
        ),
        ("two documents", format!("{honest}---\n{honest}")),
        ("an alias bomb", format!("a0: &a0 x\n{bomb}{honest}")),
        (
            "a merge key",
            format!(
                "base: &base\n  package: evil\n{}",
                honest.replace("spec:\n", "spec:\n  <<: *base\n")
            ),
        ),
        ("depth", format!("{deep}{honest}")),
        ("a tab", honest.replace("  package", "\tpackage")),
        ("no UTF-8 to speak of", format!("{honest}\u{0}")),
    ] {
        let file = read(&text);
        assert!(
            rules(&file).contains(&RuleId::SpecInvalid),
            "{name}: {:?}",
            file.problems
        );
    }
    let misspelt = format!("{honest}provenence:\n  attestations: {{available: true}}\n");
    assert!(rules(&read(&misspelt)).contains(&RuleId::UnknownKey));
    let typed = format!("{honest}provenance:\n  attestations:\n    available: \"yes\"\n");
    let file = read(&typed);
    assert!(
        rules(&file).contains(&RuleId::SpecInvalid),
        "{:?}",
        file.problems
    );
}

/// docs/verification.md#f34: a spec that lies elsewhere than it seems to is not read from there.
#[cfg(unix)]
#[test]
fn links_are_not_followed() {
    let folder = tempfile::tempdir().unwrap();
    let (root, outside) = (folder.path().join("root"), folder.path().join("outside"));
    let text =
        "metadata:\n  name: x\n  protocol: npx\nspec:\n  package: widget\n  version: \"1.2.3\"\n";
    for place in [root.join("npx/honest"), outside.join("folder")] {
        std::fs::create_dir_all(&place).unwrap();
        std::fs::write(place.join("spec.yaml"), text).unwrap();
    }
    std::fs::create_dir_all(root.join("npx/file")).unwrap();
    let link = std::os::unix::fs::symlink::<std::path::PathBuf, std::path::PathBuf>;
    link(
        outside.join("folder/spec.yaml"),
        root.join("npx/file/spec.yaml"),
    )
    .unwrap();
    link(outside.join("folder"), root.join("npx/folder")).unwrap();
    let found = discover::discover(&root, &["*/*/spec.yaml".to_owned()]).unwrap();
    let usable: Vec<&str> = found
        .iter()
        .filter(|found| found.content.is_ok())
        .map(|found| found.path.as_str())
        .collect();
    assert_eq!(usable, ["npx/honest/spec.yaml"]);
}
