use super::*;
use crate::spec::{Subject, parse};
use package_provenance::package::GoModule;
use package_provenance::verify::{GoFacts, TagNow};

const COMMIT: &str = "8f7e6d5c4b3a29181706f5e4d3c2b1a098765432";

fn found(package: &str, declared: &str, origin: Option<(&str, &str)>) -> Vec<RuleId> {
    let yaml =
        format!("spec: {{package: {package}, version: v1.2.3}}\nprovenance: {{{declared}}}\n");
    let Subject::Package(spec) = parse::parse("go/a/spec.yaml", yaml.as_bytes()).subject else {
        panic!("{yaml}");
    };
    let by_path = package.strip_prefix("github.com/").map(|path| {
        let path: Vec<&str> = path.split('/').take(2).collect();
        Repository::declared(&path.join("/"), "github.com").unwrap()
    });
    let mut observed = Observed::undetermined("a test");
    observed.go = Some(Box::new(GoFacts {
        module: GoModule::parse(package, "v1.2.3").unwrap(),
        repository: by_path,
        origin: origin.map(|(url, hash)| Origin {
            url: url.to_owned(),
            hash: hash.to_owned(),
            ..Origin::default()
        }),
        tag: None,
    }));
    let drafts = check(&spec, &observed);
    drafts.into_iter().map(|draft| draft.rule).collect()
}

#[test]
fn a_path_on_github_is_its_repository() {
    const OTHER: &[RuleId] = &[RuleId::SourceRepositoryMismatch];
    let tool = "github.com/acme/tool";
    for (package, declared, rules) in [
        (tool, "", &[][..]),
        (tool, "repository_uri: https://github.com/acme/tool", &[]),
        (tool, "repository_uri: https://github.com/Acme/Tool", &[]),
        (
            "github.com/acme/tool/cmd/x",
            "repository_uri: https://github.com/acme/tool",
            &[],
        ),
        (
            tool,
            "repository_uri: https://github.com/mallory/tool",
            OTHER,
        ),
        (tool, "repository_uri: https://gitlab.com/acme/tool", OTHER),
        // Who serves a vanity path says where it leads; nothing signs it.
        (
            "go.acme.example/tool",
            "repository_uri: https://github.com/acme/tool",
            &[],
        ),
    ] {
        assert_eq!(
            found(package, declared, None),
            rules,
            "{package} {declared}"
        );
    }
}

#[test]
fn the_proxys_word_warns_and_clears_nothing() {
    const WARNS: &[RuleId] = &[RuleId::OriginMismatch];
    let (path, vanity) = ("github.com/acme/tool", "go.acme.example/tool");
    let (own, other) = (
        "https://github.com/acme/tool",
        "https://github.com/mallory/tool",
    );
    let uri = format!("repository_uri: {own}");
    let commit = format!("repository_ref: {COMMIT}");
    for (package, declared, origin, rules) in [
        (path, "", (own, COMMIT), &[][..]),
        (path, "", (other, COMMIT), WARNS),
        (vanity, "", (other, COMMIT), &[]),
        (vanity, &uri, (own, COMMIT), &[]),
        (vanity, &uri, (other, COMMIT), WARNS),
        (vanity, &uri, ("not an address", COMMIT), &[]),
        (path, &commit, (own, COMMIT), &[]),
        (
            path,
            &commit,
            (own, "0000000000000000000000000000000000000000"),
            WARNS,
        ),
        (path, &commit, (own, ""), &[]),
    ] {
        let rules_found = found(package, declared, Some(origin));
        assert_eq!(rules_found, rules, "{package} {declared} {origin:?}");
    }
    let lying = format!("repository_uri: {other}");
    assert_eq!(
        found(path, &lying, Some((other, COMMIT))),
        [RuleId::SourceRepositoryMismatch]
    );
}

/// Where the tag is now is the forge's word, and where the module was found is the proxy's.
#[test]
fn a_tag_that_was_moved_or_is_gone_is_told() {
    let zeros = "0".repeat(40);
    let told = |version: &str, hash: &str, git_ref: &str, now: Option<Option<&str>>| {
        let yaml = format!("spec: {{package: github.com/acme/tool, version: {version}}}\n");
        let Subject::Package(spec) = parse::parse("go/a/spec.yaml", yaml.as_bytes()).subject else {
            panic!("{yaml}");
        };
        let mut observed = Observed::undetermined("a test");
        observed.go = Some(Box::new(GoFacts {
            module: GoModule::parse("github.com/acme/tool", version).unwrap(),
            repository: None,
            origin: Some(Origin {
                hash: hash.to_owned(),
                git_ref: git_ref.to_owned(),
                ..Origin::default()
            }),
            tag: now.map(|commit| TagNow {
                name: "refs/tags/v1.2.3".to_owned(),
                commit: commit.map(|commit| CommitId::parse(commit).unwrap()),
            }),
        }));
        let drafts = check(&spec, &observed);
        drafts.first().map(|draft| draft.message.clone())
    };
    let (version, own) = ("v1.2.3", "refs/tags/v1.2.3");
    for (hash, git_ref, now, says) in [
        (COMMIT, own, Some(Some(COMMIT)), None),
        (COMMIT, "", Some(Some(COMMIT)), None),
        (COMMIT, own, None, None),
        (
            COMMIT,
            own,
            Some(Some(zeros.as_str())),
            Some("is at commit 000"),
        ),
        (
            COMMIT,
            "",
            Some(Some(zeros.as_str())),
            Some("is at commit 000"),
        ),
        (COMMIT, own, Some(None), Some("no such tag any more")),
        // Another ref, and no commit to compare.
        (COMMIT, "refs/heads/main", Some(None), None),
        ("", own, Some(None), None),
        ("main", own, Some(None), None),
    ] {
        let message = told(version, hash, git_ref, now);
        let as_expected = match (&message, says) {
            (Some(message), Some(says)) => message.contains(says),
            (None, None) => true,
            _ => false,
        };
        assert!(as_expected, "{hash} {git_ref} {now:?}: {message:?}");
    }
    // A version that names its commit.
    let pseudo = format!("v0.0.0-20260102030405-{}", COMMIT.get(..12).unwrap());
    assert_eq!(told(&pseudo, COMMIT, "", None), None);
    let message = told(&pseudo, &zeros, "", None).unwrap();
    assert!(message.contains("which the version names"), "{message}");
}
