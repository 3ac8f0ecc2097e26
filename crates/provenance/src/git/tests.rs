use super::*;
use crate::identity::GitRef;

#[test]
fn only_a_whole_object_id_is_a_commit() {
    let whole = "8511716686F3ADD54657b83207912a7c497a4327";
    assert_eq!(
        CommitId::parse(whole).unwrap().as_str(),
        whole.to_lowercase()
    );
    assert!(CommitId::parse(&"a".repeat(64)).is_ok());
    for bad in [
        "",
        "main",
        "v1.2.3",
        "8511716",
        "refs/heads/main",
        whole.strip_suffix(char::is_alphanumeric).unwrap(),
        &"a".repeat(41),
        &"g".repeat(40),
        "HEAD",
        "8511716686f3add54657b83207912a7c497a432 ",
    ] {
        assert!(CommitId::parse(bad).is_err(), "{bad}");
    }
}

#[test]
fn a_path_stays_in_the_repository() {
    assert_eq!(TreePath::parse(".").unwrap(), TreePath::root());
    assert_eq!(TreePath::root().file("SKILL.md"), "SKILL.md");
    for good in ["x", "skills/review", "a b/c", "a/.github", "ü/x", "..x/y"] {
        let path = TreePath::parse(good).unwrap();
        assert_eq!(path.file("SKILL.md"), format!("{good}/SKILL.md"));
    }
    for bad in [
        "",
        "/",
        "/x",
        "x/",
        "x//y",
        "./x",
        "x/./y",
        "..",
        "../x",
        "x/../y",
        "x/..",
        "x\\y",
        "x\ny",
        ".git/hooks",
        "x/.GIT",
        "x\u{0}",
    ] {
        assert!(TreePath::parse(bad).is_err(), "{bad:?}");
    }
}

#[test]
fn only_branches_and_tags_are_followed() {
    let of = |text: &str| {
        let followed = FollowedRef::of(&GitRef::parse(text));
        followed.map(|found| found.map(|found| found.to_string()))
    };
    let is = |text: &str, expected: &str| assert_eq!(of(text), Ok(Some(expected.to_owned())));
    is("refs/heads/main", "refs/heads/main");
    is("main", "refs/heads/main");
    is("feature/x.y", "refs/heads/feature/x.y");
    is("refs/tags/v1.2.3", "refs/tags/v1.2.3");
    is("v1.2.3", "refs/tags/v1.2.3");
    for other in [
        "refs/pull/7/head",
        "refs/merge-requests/7/head",
        "refs/notes/x",
    ] {
        assert_eq!(of(other), Ok(None), "{other}");
    }
    assert_eq!(of(&"a".repeat(40)), Ok(None));
    for bad in [
        "mallory:main",
        "main...x",
        "a..b",
        "a b",
        "a~1",
        "a^",
        "x?",
        "x*",
        "x[",
        "x\\y",
        "x.lock",
        ".x",
        "x/.y",
        "x//y",
        "/x",
        "x/",
        "x.",
        "@{u}",
        "@",
        "-x",
        "refs/heads/refs/pull/1/head",
        "refs/heads/",
        "refs/heads/x\u{7f}",
    ] {
        assert!(of(bad).is_err(), "{bad:?}");
    }
}
