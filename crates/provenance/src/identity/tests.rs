mod workflow;

use proptest::prelude::*;

use super::{GitRef, PublisherKind, Repository, same_workflow, workflow_from_config_uri};

fn declared(text: &str) -> Repository {
    Repository::declared(text, "github.com").unwrap_or_else(|error| panic!("{error}"))
}

fn certified(text: &str) -> Repository {
    Repository::certified(text, PublisherKind::GitHub).unwrap_or_else(|error| panic!("{error}"))
}

#[test]
fn every_spelling_of_one_repository_is_equal() {
    let certified = certified("https://github.com/nuxt/nuxt");
    for spelling in [
        "nuxt/nuxt",
        "nuxt/nuxt/",
        "NUXT/Nuxt",
        "github.com/nuxt/nuxt",
        "https://github.com/nuxt/nuxt",
        "https://github.com/nuxt/nuxt/",
        "https://github.com/nuxt/nuxt.git",
        "https://github.com/nuxt/nuxt.git/",
        "https://GitHub.com/Nuxt/NUXT",
        "git+https://github.com/nuxt/nuxt.git",
        "git://github.com/nuxt/nuxt.git",
        "ssh://git@github.com/nuxt/nuxt.git",
        "git+ssh://git@github.com/nuxt/nuxt.git",
        "git@github.com:nuxt/nuxt.git",
        "github:nuxt/nuxt",
    ] {
        assert_eq!(declared(spelling), certified, "{spelling}");
    }
    assert_eq!(
        declared("git+https://github.com/Nuxt/NUXT.git").url(),
        "https://github.com/Nuxt/NUXT"
    );
    let on_gitlab = Repository::declared("group/sub/name", "gitlab.com").unwrap();
    assert_eq!(on_gitlab, declared("gitlab:group/sub/name"));
    assert_eq!(on_gitlab, declared("https://gitlab.com/Group/sub/name.git"));
}

#[test]
fn look_alikes_are_other_repositories() {
    let certified = certified("https://github.com/owner/repo");
    for other in [
        "owner/repo-evil",
        "owner/rep",
        "owner/repo.io",
        "own/repo",
        "https://gitlab.com/owner/repo",
        "https://github.com.evil.org/owner/repo",
        "https://evil-github.com/owner/repo",
    ] {
        assert_ne!(declared(other), certified, "{other}");
    }
    assert_eq!(declared("owner/repo"), certified);
}

#[test]
fn what_is_no_repository_is_refused() {
    for bad in [
        "",
        "owner",
        "owner/",
        "/owner/repo",
        "owner//repo",
        "owner/.",
        "owner/..",
        "owner/.git",
        "owner/repo.git/..",
        "owner/repo.git.git",
        "owner/repo/more",
        "https://github.com/owner",
        "https://github.com//owner/repo",
        "https://github.com/owner/repo//",
        "https://github.com/owner/repo/tree/main/dir",
        "https://evil@github.com/owner/repo",
        "https://git@github.com/owner/repo",
        "https://github.com@evil.org/owner/repo",
        "https://github.com:444/owner/repo",
        "https://github.com/owner/repo?x=1",
        "https://github.com/owner/repo#main",
        "https://github.com/owner%2frepo",
        "https://github.com\\owner/repo",
        "https:///owner/repo",
        "https://www.github.com/owner/repo",
        "http://github.com/owner/repo",
        "ftp://github.com/owner/repo",
        "HTTPS://github.com/owner/repo",
        "ssh://root@github.com/owner/repo",
        "root@github.com:owner/repo",
        "git@github.com",
        "bitbucket:owner/repo",
        "owner/re po",
        " owner/repo",
        "owner/repo\n",
        "owner/repo\u{1b}[31m",
        "оwner/repo", // the Cyrillic о
        "owner/repo\u{202e}",
        &format!("{}/repo", "a".repeat(40)),
        &format!("owner/{}", "a".repeat(101)),
        &format!("https://gitlab.com/{}", "a/".repeat(30)),
        "https://gitlab.com/group/name/-/tree/main",
        "https://localhost/owner/repo",
    ] {
        assert!(Repository::declared(bad, "github.com").is_err(), "{bad:?}");
    }
    let into = Repository::declared("https://github.com/o/r/tree/main/dir", "github.com");
    let message = into.unwrap_err().0;
    assert!(message.contains("`https://github.com/o/r`"), "{message}");
    assert!(message.contains("`repository_directory`"), "{message}");
}

/// Accounts from before today's rule for new names keep theirs.
#[test]
fn owners_that_exist_are_owners() {
    let longest = "a".repeat(39);
    for owner in [
        "artur-",
        "-ACE-",
        "gil--",
        "own--er",
        "-",
        "octocat_acme",
        &longest,
    ] {
        let name = format!("{owner}/repo");
        let uri = format!("https://github.com/{name}");
        assert_eq!(declared(&name), certified(&uri), "{owner}");
        assert_eq!(declared(&format!("git@github.com:{name}.git")).path(), name);
    }
    assert_ne!(
        declared("artur-/repo"),
        certified("https://github.com/artur/repo")
    );
}

#[test]
fn certificates_have_one_spelling() {
    assert_eq!(
        certified("https://github.com/Owner/Repo").path(),
        "Owner/Repo"
    );
    for bad in [
        "https://github.com/owner/repo/",
        "https://github.com/owner/repo.git",
        "https://github.com/owner",
        "https://github.com/owner/repo/x",
        "https://GitHub.com/owner/repo",
        "HTTPS://github.com/owner/repo",
        "http://github.com/owner/repo",
        "git+https://github.com/owner/repo",
        "github.com/owner/repo",
        "owner/repo",
        "https://github.com.evil.org/owner/repo",
        "https://gitlab.com/owner/repo",
        "https://github.com/owner/rерo", // Cyrillic е and р
        "",
    ] {
        assert!(
            Repository::certified(bad, PublisherKind::GitHub).is_err(),
            "{bad:?}"
        );
    }
    let gitlab = Repository::certified("https://gitlab.com/g/s/p", PublisherKind::GitLab).unwrap();
    assert_eq!((gitlab.host(), gitlab.path()), ("gitlab.com", "g/s/p"));
    assert!(Repository::certified("https://github.com/g/p", PublisherKind::GitLab).is_err());
    let circle = Repository::certified("github.com/org/repo", PublisherKind::CircleCI).unwrap();
    assert_eq!(circle, declared("org/repo"));
    for bad in [
        "https://github.com/org/repo",
        "GitHub.com/org/repo",
        "github.com",
        "org/repo",
    ] {
        assert!(
            Repository::certified(bad, PublisherKind::CircleCI).is_err(),
            "{bad:?}"
        );
    }
    assert!(Repository::certified("https://github.com/o/r", PublisherKind::Google).is_err());
}

#[test]
fn refs_are_told_apart() {
    assert_eq!(
        GitRef::parse("refs/tags/@s/p@1.0"),
        GitRef::Tag("@s/p@1.0".to_owned())
    );
    assert_eq!(
        GitRef::parse("refs/heads/a/b"),
        GitRef::Branch("a/b".to_owned())
    );
    assert_eq!(
        GitRef::parse(&workflow::COMMIT.to_uppercase()),
        GitRef::Commit(workflow::COMMIT.to_owned())
    );
    assert_eq!(GitRef::parse("main"), GitRef::Other("main".to_owned()));
    for kind in PublisherKind::ALL {
        assert_eq!(
            PublisherKind::parse(&kind.as_str().to_uppercase()),
            Some(kind)
        );
    }
    assert_eq!(PublisherKind::parse("ActiveState"), None);
}

proptest! {
    #[test]
    fn nothing_panics(text in any::<String>(), other in any::<String>()) {
        let _ = Repository::declared(&text, &other);
        for kind in PublisherKind::ALL {
            let _ = Repository::certified(&text, kind);
            let _ = same_workflow(kind, &text, &other);
        }
        let _ = workflow_from_config_uri(&text, &declared("o/r"), Some(&other), Some(&text));
        let _ = workflow_from_config_uri(&format!("https://github.com/o{text}"), &declared("o/r"), None, None);
        prop_assert_eq!(GitRef::parse(&GitRef::parse(&text).to_string()), GitRef::parse(&text));
    }

    #[test]
    fn reading_a_repository_again_changes_nothing(
        text in "(https://|git@|github:|gitlab:|git\\+https://)?[a-zA-Z.:/-]{0,30}(\\.git)?/?",
    ) {
        if let Ok(once) = Repository::declared(&text, "github.com") {
            let twice = declared(&once.url());
            prop_assert_eq!(&twice, &once);
            prop_assert_eq!(twice.path(), once.path());
        }
    }

    #[test]
    fn equality_is_symmetric_and_folds_case(
        one in "[a-bA-B]{1,2}/[a-b.]{1,3}", other in "[a-bA-B]{1,2}/[a-b.]{1,3}",
    ) {
        if let (Ok(one), Ok(other)) = (
            Repository::declared(&one, "github.com"),
            Repository::declared(&other, "github.com"),
        ) {
            prop_assert_eq!(one == other, other == one);
            prop_assert_eq!(one == other, one.url().eq_ignore_ascii_case(&other.url()));
        }
    }
}
