use super::*;
use crate::policy::package_name::PackageName;
use crate::policy::require::EvidenceLevel;
use proptest::prelude::*;
use toml::de::DeTable;

const WHOLE: &str = r#"
[[require]]

[[require]]
paths = ["npx/**", "uvx/**"]
except = ["npx/legacy-*/**"]
evidence = "signed"

[[require]]
new = true
evidence = "verified"
min-age = "3 days"

[[require]]
packages = ["pypi:awslabs.*", "npm:@awslabs/*"]
slsa = 2
evidence-strict = true
publishers = ["github.com/awslabs/*"]
workflows = [".github/workflows/release*.yml"]
refs = ["refs/tags/*"]
triggers = ["push", "release", "workflow_dispatch"]
runners = ["github-hosted"]

[[exempt]]
path = "npx/agentql-mcp/spec.yaml"
package = "npm:agentql-mcp"
rules = ["evidence-below-policy"]
reason = "Published by hand; asked the project, issue 41"
owner = "@acme/platform"
expires = 2027-03-31
version = "1.0.1"
"#;

/// What stands there, or each mistake as `line:column message`.
fn read(text: &str) -> Result<(Vec<Requirement>, Vec<Exemption>), Vec<String>> {
    let (table, errors) = DeTable::parse_recoverable(text);
    assert!(errors.is_empty(), "{text}: {errors:?}");
    let table = table.get_ref();
    let required = table.get("require").map(|value| requirements(value, text));
    let exempted = table.get("exempt").map(|value| exemptions(value, text));
    let (required, exempted) = (
        required.unwrap_or_else(|| Ok(Vec::new())),
        exempted.unwrap_or_else(|| Ok(Vec::new())),
    );
    match (required, exempted) {
        (Ok(required), Ok(exempted)) => Ok((required, exempted)),
        (required, exempted) => {
            let mistakes = required.err().into_iter().chain(exempted.err()).flatten();
            let shown = mistakes.map(|mistake| {
                let (line, column) = line_and_column(text, mistake.place.start);
                format!("{line}:{column} {}", mistake.message)
            });
            Err(shown.collect())
        }
    }
}

#[test]
fn the_documented_blocks_are_read() {
    let (required, exempted) = read(WHOLE).unwrap();
    let lines: Vec<usize> = required.iter().map(Requirement::line).collect();
    assert_eq!(lines, [2, 4, 9, 14]);
    let [all, paths, new, aws] = required.as_slice() else {
        panic!("{required:?}");
    };
    assert_eq!(all, &Requirement::at(all.span));
    assert_eq!(all.evidence, EvidenceLevel::Verified);
    assert_eq!(paths.evidence, EvidenceLevel::Signed);
    assert!(paths.selects("npx/a/spec.yaml", None));
    assert!(!paths.selects("npx/legacy-a/spec.yaml", None));
    assert!(!paths.selects("go/a/spec.yaml", None));
    assert!(new.new && new.min_age.is_some());
    let named = |text: &str| PackageName::parse(text).unwrap();
    assert!(aws.selects("x", Some(&named("npm:@awslabs/core"))));
    assert!(aws.selects("x", Some(&named("pypi:awslabs-core"))));
    assert!(!aws.selects("x", Some(&named("npm:awslabs"))) && !aws.selects("x", None));
    assert!(aws.evidence_strict && aws.slsa == Some(2) && aws.triggers.len() == 3);
    let [exemption] = exempted.as_slice() else {
        panic!("{exempted:?}");
    };
    assert_eq!((exemption.line(), exemption.span.start_column), (24, 1));
    assert_eq!(exemption.expires.to_string(), "2027-03-31");
    assert_eq!(exemption.rules, [RuleId::EvidenceBelowPolicy]);
    let pinned = |version: &str| exemption.package.at(version).unwrap();
    let path = "npx/agentql-mcp/spec.yaml";
    assert!(exemption.is_about(path, Some(&pinned("1.0.1"))));
    assert!(!exemption.is_about(path, Some(&pinned("1.0.2"))));
    assert!(!exemption.is_about("npx/other/spec.yaml", Some(&pinned("1.0.1"))));
    assert!(!exemption.is_about(path, Some(&named("npm:other").at("1.0.1").unwrap())));
    assert!(!exemption.is_about(path, None));
}

#[test]
fn an_exemption_holds_on_its_last_day() {
    let (_, exempted) = read(WHOLE).unwrap();
    let day = |text: &str| text.parse::<jiff::civil::Date>().unwrap();
    for (today, left) in [
        ("2027-03-30", Some(1)),
        ("2027-03-31", Some(0)),
        ("2027-04-01", None),
        ("9999-12-31", None),
    ] {
        assert_eq!(exempted[0].days_left(day(today)), left, "{today}");
        assert_eq!(exempted[0].is_over(day(today)), left.is_none(), "{today}");
    }
    let utc = |text: &str| crate::policy::exempt::day_of(text.parse().unwrap()).to_string();
    assert_eq!(utc("2027-03-31T23:59:59Z"), "2027-03-31");
    assert_eq!(utc("2027-04-01T00:30:00+02:00"), "2027-03-31");
}

/// What a `[[require]]` block of this one line is refused for.
#[test]
fn requirements_that_are_refused() {
    for (line, message) in [
        ("paths = []", "2:9 the list is empty"),
        ("paths = \"npx/**\"", "2:9 expected a list"),
        ("paths = [\"npx/**\", 3]", "2:20 expected a text"),
        ("paths = [\"../**\"]", "2:10 write it relative"),
        ("except = [\"[\"]", "2:11 this is not a pattern"),
        ("packages = [\"awslabs\"]", "2:13 a package is written"),
        ("packages = [\"pypy:a\"]", "2:13 did you mean `pypi:`?"),
        (
            "evidence = \"verifed\"",
            "2:12 unknown level `verifed`; did you mean `verified`?",
        ),
        ("evidence = true", "2:12 expected a text"),
        ("new = \"yes\"", "2:7 expected true or false"),
        ("new = true", "2:7 `new` selects and asks for nothing"),
        (
            "new = true\nevidence-strict = true",
            "2:7 `new` selects and asks for nothing",
        ),
        ("min-age = 3", "2:11 expected a text"),
        ("min-age = \"3\"", "2:11 write a number and a unit"),
        ("min-age = \"400 days\"", "2:11 from 1 minute to 365 days"),
        ("slsa = 0", "2:8 expected a whole number from 1 to 3"),
        ("slsa = 4", "2:8 expected a whole number from 1 to 3"),
        ("slsa = \"2\"", "2:8 expected a whole number from 1 to 3"),
        ("publishers = [\"awslabs/*\"]", "2:15 start with the host"),
        (
            "publishers = [\"https://github.com/a/*\"]",
            "2:15 leave `https://` away",
        ),
        ("refs = [\"v*\"]", "2:9 write the whole ref"),
        ("triggers = [\"pu*\"]", "2:13 this is compared as it stands"),
        ("runners = [\"\"]", "2:12 this text is empty"),
        (
            "runner = [\"x\"]",
            "2:1 unknown key `runner`; did you mean `runners`?",
        ),
    ] {
        let mistakes = read(&format!("[[require]]\n{line}\n")).unwrap_err();
        assert_eq!(mistakes.len(), 1, "{line}: {mistakes:?}");
        assert!(mistakes[0].starts_with(message), "{line}: {mistakes:?}");
    }
    for (text, message) in [
        ("[require]\nslsa = 2", "1:1 write `[[require]]`"),
        ("require = []", "1:11 an empty list says nothing"),
        ("require = [3]", "1:12 write `[[require]]` blocks here"),
        ("exempt = true", "1:10 write `[[exempt]]`"),
    ] {
        let mistakes = read(text).unwrap_err();
        assert!(
            mistakes.len() == 1 && mistakes[0].starts_with(message),
            "{mistakes:?}"
        );
    }
}

const EXEMPT: [(&str, &str); 6] = [
    ("path", "\"npx/a/spec.yaml\""),
    ("package", "\"npm:a\""),
    ("rules", "[\"no-provenance\"]"),
    ("reason", "\"by hand\""),
    ("owner", "\"@acme\""),
    ("expires", "2027-03-31"),
];

/// An `[[exempt]]` block, each value on its own line from line 2, with one `key` set to another value
/// or left out.
fn exempt(key: &str, value: Option<&str>) -> String {
    let mut lines = vec!["[[exempt]]".to_owned()];
    let mut known = false;
    for (name, usual) in EXEMPT {
        let of_key = name == key;
        known |= of_key;
        let value = if of_key { value } else { Some(usual) };
        lines.extend(value.map(|value| format!("{name} = {value}")));
    }
    lines.extend(
        value
            .filter(|_| !known)
            .map(|value| format!("{key} = {value}")),
    );
    lines.join("\n") + "\n"
}

#[test]
fn exemptions_that_are_refused() {
    assert!(read(&exempt("version", Some("\"1.0.0\""))).is_ok());
    for (key, value, message) in [
        ("path", None, "1:1 `path` is missing"),
        (
            "path",
            Some("\"npx/*/spec.yaml\""),
            "2:8 an exemption is about one file",
        ),
        (
            "path",
            Some("\"npx/../uvx/a/spec.yaml\""),
            "2:8 write the path relative",
        ),
        (
            "path",
            Some("\"/npx/a/spec.yaml\""),
            "2:8 write the path relative",
        ),
        (
            "path",
            Some("'npx\\a\\spec.yaml'"),
            "2:8 separate folders by `/`",
        ),
        ("package", None, "1:1 `package` is missing"),
        ("package", Some("\"a\""), "3:11 a package is written"),
        ("package", Some("\"npm:*\""), "3:11 "),
        ("version", Some("\"^1\""), "8:11 "),
        ("version", Some("1.0"), "8:11 expected a text"),
        ("rules", None, "1:1 `rules` is missing"),
        ("rules", Some("[]"), "4:9 the list is empty"),
        ("rules", Some("\"no-provenance\""), "4:9 expected a list"),
        (
            "rules",
            Some("[\"no-provenence\"]"),
            "4:10 unknown rule `no-provenence`; did you mean",
        ),
        (
            "rules",
            Some("[\"too-recent\", \"too-recent\"]"),
            "4:9 `too-recent` stands here twice",
        ),
        ("reason", None, "1:1 `reason` is missing"),
        ("reason", Some("\"\""), "5:10 this text is empty"),
        ("reason", Some("\" \""), "5:10 this text is empty"),
        ("owner", None, "1:1 `owner` is missing"),
        ("owner", Some("\"\""), "6:9 this text is empty"),
        ("expires", None, "1:1 `expires` is missing"),
        (
            "expires",
            Some("\"2027-03-31\""),
            "7:11 expected a date, without quotes",
        ),
        (
            "expires",
            Some("2027-03-31T00:00:00Z"),
            "7:11 expected a date without a time",
        ),
        ("until", Some("2027-03-31"), "8:1 unknown key `until`"),
    ] {
        let mistakes = read(&exempt(key, value)).unwrap_err();
        assert_eq!(mistakes.len(), 1, "{key} {value:?}: {mistakes:?}");
        assert!(
            mistakes[0].starts_with(message),
            "{key} {value:?}: {mistakes:?}"
        );
    }
}

#[test]
fn what_contradicts_or_cannot_be_judged_is_not_exempted() {
    for rule in [
        "spec-invalid",
        "invalid-package-name",
        "version-not-pinned",
        "package-not-found",
        "protocol-folder-mismatch",
        "unverified-override",
        "attestation-invalid",
        "registry-signature-invalid",
        "publisher-kind-mismatch",
        "publisher-repository-mismatch",
        "publisher-workflow-mismatch",
        "publisher-not-pinned",
        "source-repository-mismatch",
        "unknown-key",
        "quarantined-project",
        "verification-incomplete",
        "exemption-unused",
    ] {
        let mistakes = read(&exempt("rules", Some(&format!("[\"{rule}\"]")))).unwrap_err();
        assert!(
            mistakes.len() == 1
                && mistakes[0].starts_with(&format!("4:10 `{rule}` cannot be exempted")),
            "{mistakes:?}"
        );
    }
    for rule in [
        "no-provenance",
        "too-recent",
        "declared-attestations-missing",
        "yanked-release",
    ] {
        assert!(
            read(&exempt("rules", Some(&format!("[\"{rule}\"]")))).is_ok(),
            "{rule}"
        );
    }
    // What this program does not verify at all.
    let of = |package| {
        let block = exempt("rules", Some("[\"verification-incomplete\"]"));
        let version = format!("version = \"{}\"\n", "a".repeat(40));
        block.replace("npm:a", package)
            + if package.starts_with("git:") {
                &version
            } else {
                ""
            }
    };
    assert!(read(&of("git:git.example/acme/skills")).is_ok());
    assert!(read(&of("go:example.com/a")).is_err());
    // Of a skill's repository one commit.
    let any = exempt("", None).replace("npm:a", "git:github.com/acme/skills");
    let mistakes = read(&any).unwrap_err();
    assert!(mistakes[0].contains("`version` is missing"), "{mistakes:?}");
}

#[test]
fn one_rule_of_one_path_is_exempted_once() {
    let one = exempt("", None);
    let mistakes = read(&format!("{one}{one}")).unwrap_err();
    assert!(
        mistakes.len() == 1
            && mistakes[0].starts_with("8:1 `no-provenance` of npm:a in `npx/a/spec.yaml`"),
        "{mistakes:?}"
    );
    let other = one.replace("no-provenance", "too-recent");
    assert_eq!(read(&format!("{one}{other}")).unwrap().1.len(), 2);
    // A lock file has several packages, and several versions of one.
    let other = one.replace("npm:a", "npm:b");
    assert_eq!(read(&format!("{one}{other}")).unwrap().1.len(), 2);
    let at = |version: &str| exempt("version", Some(version));
    let two = format!("{}{}", at("\"1.0.0\""), at("\"2.0.0\""));
    assert_eq!(read(&two).unwrap().1.len(), 2);
    assert!(read(&format!("{two}{one}")).is_err());
}

#[test]
fn every_mistake_is_told_at_once() {
    let text = "[[require]]\nslsa = 9\nrefs = []\nnew = 1\n[[require]]\npaths = [\"\", \"/x\"]\n\
                [[exempt]]\npath = \"*\"\n";
    let places: Vec<String> = read(text)
        .unwrap_err()
        .iter()
        .map(|mistake| mistake.split(' ').next().unwrap().to_owned())
        .collect();
    assert_eq!(
        places,
        [
            "4:7", "2:8", "3:8", "6:10", "6:14", "8:8", "7:1", "7:1", "7:1", "7:1", "7:1"
        ]
    );
}

proptest! {
    /// Whatever stands in the file is read or refused, and each mistake lies in the text.
    #[test]
    fn anything_is_read_or_refused(
        key in "(paths|except|packages|new|evidence|min-age|slsa|publishers|refs|path|package|version|rules|reason|owner|expires|[a-z]{1,5})",
        value in "(\"[ -!#-\\[\\]-~äß]{0,12}\"|[0-9]{1,4}|true|2027-0[1-9]-1[0-9]|\\[(\"[a-z:*/.@]{0,9}\",?){0,3}\\])",
        kind in "(require|exempt)",
    ) {
        let text = format!("# ä\n[[{kind}]]\n{key} = {value}\n");
        let (table, errors) = DeTable::parse_recoverable(&text);
        prop_assume!(errors.is_empty());
        let value = table.get_ref().get(kind.as_str()).unwrap();
        let mistakes = if kind == "require" {
            requirements(value, &text).err()
        } else {
            exemptions(value, &text).err()
        };
        for mistake in mistakes.into_iter().flatten() {
            prop_assert!(text.get(mistake.place.clone()).is_some(), "{mistake:?}");
            prop_assert!(line_and_column(&text, mistake.place.start).0 > 1);
        }
    }
}
