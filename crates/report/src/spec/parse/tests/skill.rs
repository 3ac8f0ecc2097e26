//! The rules about skills that need no forge, each beside an honest one.

use super::*;

const COMMIT: &str = "8511716686f3add54657b83207912a7c497a4327";

fn skill(repository: &str, git_ref: &str, path: &str, followed: &str) -> SpecFile {
    let text = format!(
        "spec:\n  repository: \"{repository}\"\n  ref: \"{git_ref}\"\n  path: \"{path}\"\nprovenance:\n  \
         repository_uri: \"https://github.com/acme/skills\"\n  repository_ref: \"{followed}\"\n"
    );
    parse("skills/x/spec.yaml", text.as_bytes())
}

const HTTPS: &str = "https://github.com/acme/skills";

#[test]
fn an_honest_skill_can_be_asked_about() {
    for (repository, path, followed) in [
        (HTTPS, "skills/review", "refs/heads/main"),
        ("https://github.com/Acme/Skills.git", ".", "main"),
        (
            "https://gitlab.com/group/sub/name",
            "a b",
            "refs/tags/v1.0.0",
        ),
        ("https://ghe.example/o/r", "x", "refs/pull/7/head"),
    ] {
        let file = skill(repository, COMMIT, path, followed);
        assert!(
            matches!(file.subject, Subject::Skill(_)),
            "{:?}",
            file.problems
        );
        assert_eq!(problems(&file), []);
    }
}

#[test]
fn what_could_mean_something_else_is_refused_without_asking() {
    let of = |repository: &str, git_ref: &str, path: &str, followed: &str| {
        let file = skill(repository, git_ref, path, followed);
        assert!(unusable(&file), "{repository} {git_ref} {path} {followed}");
        let found: Vec<(RuleId, String)> = file
            .problems
            .iter()
            .map(|one| (one.rule, one.route.clone()))
            .collect();
        found
    };
    for git_ref in ["main", "v1.2.3", "8511716", "refs/heads/main", "HEAD"] {
        let found = of(HTTPS, git_ref, "x", "main");
        assert_eq!(
            found,
            [(RuleId::VersionNotPinned, "spec.ref".to_owned())],
            "{git_ref}"
        );
    }
    for repository in [
        "http://github.com/acme/skills",
        "git@github.com:acme/skills",
        "ssh://git@github.com/acme/skills",
        "acme/skills",
        "github:acme/skills",
        "https://github.com/acme",
        "https://user@github.com/acme/skills",
        "https://github.com/acme/skills/tree/main",
        "file:///tmp/x",
    ] {
        let found = of(repository, COMMIT, "x", "main");
        let expected = [(
            RuleId::SourceRepositoryMismatch,
            "spec.repository".to_owned(),
        )];
        assert_eq!(found, expected, "{repository}");
    }
    for path in [
        "../x",
        "/etc",
        "x/../y",
        "./x",
        "x//y",
        ".git/hooks",
        "x\\\\y",
    ] {
        let found = of(HTTPS, COMMIT, path, "main");
        assert_eq!(
            found,
            [(RuleId::SpecInvalid, "spec.path".to_owned())],
            "{path}"
        );
    }
    for followed in ["mallory:main", "a...b", "a..b", "x~1", "-x"] {
        let found = of(HTTPS, COMMIT, "x", followed);
        let expected = [(RuleId::SpecInvalid, "provenance.repository_ref".to_owned())];
        assert_eq!(found, expected, "{followed}");
    }
}
