//! Packages under other names.

use crate::testing::read_beside;
use crate::{AskedFor, ElsewhereKind, Lock, Reach, What};

use super::named;

/// A lock whose root is `root`, beside a `package.json`.
fn lock(package: &str, root: &str, packages: &str) -> Lock {
    let text = format!(r#"{{"lockfileVersion": 3, "packages": {{"": {root},{packages}}}}}"#);
    let files = [("app/package.json", package)];
    read_beside("app/package-lock.json", &text, &files).unwrap()
}

fn asked(lock: &Lock, name: &str) -> AskedFor {
    let What::Registry(pinned) = &named(lock, name).what else {
        panic!("{name}")
    };
    pinned.alias.as_ref().unwrap().asked.clone()
}

#[test]
fn what_is_downloaded_is_what_is_judged() {
    let lock = lock(
        r#"{"dependencies": {"x": "npm:y@^1", "a": "^1", "z": "^1", "u": "https://registry.npmjs.org/y/-/y-1.0.0.tgz"}}"#,
        r#"{"dependencies": {"x": "npm:y@^1", "a": "^1", "z": "^1", "u": "https://registry.npmjs.org/y/-/y-1.0.0.tgz"}}"#,
        r#""node_modules/x": {"name": "y", "version": "1.0.0", "resolved": "https://registry.npmjs.org/y/-/y-1.0.0.tgz"},
  "node_modules/z": {"name": "y", "version": "1.0.0", "resolved": "https://registry.npmjs.org/y/-/y-1.0.0.tgz"},
  "node_modules/a": {"version": "1.0.0", "resolved": "https://registry.npmjs.org/b/-/b-1.0.0.tgz", "dependencies": {"w": "^1"}},
  "node_modules/u": {"name": "y", "version": "1.0.0", "resolved": "https://registry.npmjs.org/y/-/y-1.0.0.tgz"},
  "node_modules/w": {"name": "y", "version": "1.0.0", "resolved": "https://registry.npmjs.org/y/-/y-1.0.0.tgz"},
  "node_modules/v": {"version": "1.0.0", "resolved": "https://registry.npmjs.org/v/-/v-1.0.1.tgz"}"#,
    );
    let pinned = |name: &str| match &named(&lock, name).what {
        What::Registry(pinned) => pinned.clone(),
        What::Elsewhere(_) | What::Broken(_) => panic!("{name}"),
    };
    let alias = pinned("node_modules/x");
    assert_eq!(alias.package.to_string(), "y@1.0.0");
    let asked = |name: &str| pinned(name).alias.unwrap().asked;
    assert_eq!(asked("node_modules/x"), AskedFor::Declared);
    assert_eq!(asked("node_modules/u"), AskedFor::Declared);
    assert_eq!(asked("node_modules/z"), AskedFor::Contradicted);
    // `overrides` may have put it there.
    assert_eq!(asked("node_modules/w"), AskedFor::Unexplained);
    let lie = pinned("node_modules/a");
    assert_eq!(lie.package.to_string(), "b@1.0.0");
    assert_eq!(
        lie.contradiction.unwrap(),
        "the entry is for `a@1.0.0`, and npm downloads `b@1.0.0` for it"
    );
    assert!(pinned("node_modules/v").contradiction.is_some());
    assert_eq!(named(&lock, "node_modules/v").reach, Reach::Unreached);
}

/// `b` under the name `a`, which `p` asks for by a version.
const REPLACED: &str = r#"
  "node_modules/p": {"version": "1.0.0", "dependencies": {"a": "^1"}},
  "node_modules/a": {"name": "b", "version": "1.0.0", "resolved": "https://registry.npmjs.org/b/-/b-1.0.0.tgz"}"#;

#[test]
fn overrides_of_the_project_explain_an_alias() {
    for overrides in [
        r#"{"a": "npm:b@1.0.0"}"#,
        r#"{"a": {".": "npm:b@^1", "c": "1"}}"#,
        r#"{"p": {"a": "npm:b"}}"#,
        r#"{"a@^1": "npm:b@1.0.0"}"#,
        r#"{"a": "$x"}"#,
        r#"{"a": "https://registry.npmjs.org/b/-/b-1.0.0.tgz"}"#,
    ] {
        let package = format!(
            r#"{{"dependencies": {{"p": "1", "x": "npm:b@1"}}, "overrides": {overrides}}}"#
        );
        let lock = lock(&package, r#"{"dependencies": {"p": "1"}}"#, REPLACED);
        assert_eq!(
            asked(&lock, "node_modules/a"),
            AskedFor::Declared,
            "{overrides}"
        );
    }
    for overrides in [
        r#"{"a": "npm:c@1.0.0"}"#,
        r#"{"c": "npm:b@1.0.0"}"#,
        r#"{"a": "npm:bb@1.0.0"}"#,
        r#"{"a": "$a"}"#,
        r#"{"a": 1}"#,
        "[]",
    ] {
        let package = format!(r#"{{"dependencies": {{"p": "1"}}, "overrides": {overrides}}}"#);
        let lock = lock(&package, r#"{"dependencies": {"p": "1"}}"#, REPLACED);
        assert_eq!(
            asked(&lock, "node_modules/a"),
            AskedFor::Unexplained,
            "{overrides}"
        );
    }
}

/// npm asks `package.json` what the project wants, whatever the lock says of it.
#[test]
fn the_locks_word_for_the_projects_wishes_is_not_taken() {
    let lying = r#"{"dependencies": {"a": "npm:b@1", "p": "1"}}"#;
    let lock_of = |package: &str| lock(package, lying, REPLACED);
    let declared = lock_of(lying);
    assert_eq!(asked(&declared, "node_modules/a"), AskedFor::Declared);
    let other = lock_of(r#"{"dependencies": {"a": "^1", "p": "1"}}"#);
    assert_eq!(asked(&other, "node_modules/a"), AskedFor::Contradicted);
    // `overrides` do not replace what the project asks for itself.
    let both = r#"{"devDependencies": {"a": "^1"}, "overrides": {"a": "npm:b@1"}}"#;
    assert_eq!(
        asked(&lock_of(both), "node_modules/a"),
        AskedFor::Contradicted
    );
    let nothing = lock_of(r#"{"dependencies": {"p": "1"}}"#);
    assert_eq!(asked(&nothing, "node_modules/a"), AskedFor::Unexplained);
    for unreadable in [
        "{",
        r#"{"dependencies": {"a": "npm:b@1"}, "dependencies": {}}"#,
    ] {
        let asked = asked(&lock_of(unreadable), "node_modules/a");
        assert!(
            matches!(asked, AskedFor::Unreadable(_)),
            "{unreadable}: {asked:?}"
        );
    }
}

#[test]
fn a_member_of_the_workspace_asks_in_its_own_file() {
    let text = r#"{"lockfileVersion": 3, "packages": {"": {},
  "w": {"dependencies": {"a": "npm:b@1"}},
  "node_modules/w": {"resolved": "w", "link": true},
  "node_modules/a": {"name": "b", "version": "1.0.0", "resolved": "https://registry.npmjs.org/b/-/b-1.0.0.tgz"}}}"#;
    for (file, expected) in [
        (r#"{"dependencies": {"a": "npm:b@1"}}"#, AskedFor::Declared),
        (r#"{"dependencies": {"a": "^1"}}"#, AskedFor::Unexplained),
    ] {
        let files = [("app/package.json", "{}"), ("app/w/package.json", file)];
        let lock = read_beside("app/package-lock.json", text, &files).unwrap();
        assert_eq!(asked(&lock, "node_modules/a"), expected, "{file}");
    }
}

/// What a package asks for is the lock's word, too.
#[test]
fn who_asks_is_told_where_it_is_a_package_of_the_tree() {
    let packages = r#"
  "node_modules/p": {"version": "1.0.0", "dependencies": {"a": "npm:b@^1"}},
  "node_modules/q": {"version": "1.0.0", "dependencies": {"a": "npm:b@^1.0.0"}},
  "node_modules/a": {"name": "b", "version": "1.0.0", "resolved": "https://registry.npmjs.org/b/-/b-1.0.0.tgz"}"#;
    let root = r#"{"dependencies": {"p": "1", "q": "1"}}"#;
    let by_p = lock(root, root, packages);
    assert_eq!(asked(&by_p, "node_modules/a"), AskedFor::By(vec![0, 1]));
    // The project's own wish comes first.
    let own = lock(r#"{"dependencies": {"a": "^1"}}"#, root, packages);
    assert_eq!(asked(&own, "node_modules/a"), AskedFor::Contradicted);
}

/// npm takes what lies under a name for every version of it that somebody asks for.
#[test]
fn who_asks_for_an_alias_does_not_speak_for_who_asks_for_a_version() {
    let lock_of = |p: &str, q: &str, own: &str| {
        let packages = format!(
            r#"
  "node_modules/p": {{"version": "1.0.0", "dependencies": {{"a": "{p}"}}}},
  "node_modules/q": {{"version": "1.0.0", "dependencies": {{"a": "{q}"}}}},
  "node_modules/a": {{"name": "b", "version": "1.0.0", "resolved": "https://registry.npmjs.org/b/-/b-1.0.0.tgz", "dependencies": {{{own}}}}}"#
        );
        let root = r#"{"dependencies": {"p": "1", "q": "1"}}"#;
        asked(&lock(root, root, &packages), "node_modules/a")
    };
    let own = r#""a": "npm:b@1.0.0""#;
    assert_eq!(lock_of("^1.0.0", "^1.0.0", own), AskedFor::Unexplained);
    assert_eq!(lock_of("npm:b@1", "^1.0.0", own), AskedFor::Unexplained);
    assert_eq!(lock_of("npm:b@1", "npm:c@1", own), AskedFor::Unexplained);
    // The controls: all ask for it, whatever it asks for itself.
    let by_both = AskedFor::By(vec![0, 1]);
    assert_eq!(lock_of("npm:b@1", "npm:b@^1", own), by_both);
    assert_eq!(lock_of("npm:b@1", "npm:b@^1", ""), by_both);
}

/// The lock may leave out what a member asks for.
#[test]
fn a_member_that_asks_for_a_version_is_heard_whatever_the_lock_says_of_it() {
    for member in [r#"{"dependencies": {"a": "^1"}}"#, "{}"] {
        for (file, expected) in [
            (r#"{"dependencies": {"a": "^1"}}"#, AskedFor::Unexplained),
            ("{}", AskedFor::By(vec![0])),
        ] {
            if member != "{}" && file == "{}" {
                continue;
            }
            let text = format!(
                r#"{{"lockfileVersion": 3, "packages": {{"": {{"dependencies": {{"p": "1"}}}},
  "node_modules/p": {{"version": "1.0.0", "dependencies": {{"a": "npm:b@^1"}}}},
  "w": {member}, "node_modules/w": {{"resolved": "w", "link": true}},
  "node_modules/a": {{"name": "b", "version": "1.0.0", "resolved": "https://registry.npmjs.org/b/-/b-1.0.0.tgz"}}}}}}"#
            );
            let root = r#"{"workspaces": ["w"], "dependencies": {"p": "1"}}"#;
            let files = [("app/package.json", root), ("app/w/package.json", file)];
            let lock = read_beside("app/package-lock.json", &text, &files).unwrap();
            assert_eq!(asked(&lock, "node_modules/a"), expected, "{member} {file}");
        }
    }
}

/// Whoever writes the lock must not hide a member behind more folders than are asked.
#[test]
fn of_more_members_than_are_asked_one_may_ask_for_a_version() {
    let asked_of = |more: usize, member: &str| {
        let others: Vec<String> = (0..more).map(|at| format!(r#""o{at}": {{}}, "#)).collect();
        let others = others.concat();
        let text = format!(
            r#"{{"lockfileVersion": 3, "packages": {{"": {{"dependencies": {{"p": "1"}}}}, {others}
  "node_modules/p": {{"version": "1.0.0", "dependencies": {{"a": "npm:b@^1"}}}}, "w": {{}},
  "node_modules/a": {{"name": "b", "version": "1.0.0", "resolved": "https://registry.npmjs.org/b/-/b-1.0.0.tgz"}}}}}}"#
        );
        let files = [
            ("app/package.json", r#"{"dependencies": {"p": "1"}}"#),
            ("app/w/package.json", member),
        ];
        let lock = read_beside("app/package-lock.json", &text, &files).unwrap();
        asked(&lock, "node_modules/a")
    };
    let by_version = r#"{"dependencies": {"a": "^1"}}"#;
    // The control: the last one that is asked.
    assert_eq!(asked_of(999, "{}"), AskedFor::By(vec![999]));
    assert_eq!(asked_of(999, by_version), AskedFor::Unexplained);
    assert_eq!(asked_of(1_000, by_version), AskedFor::Unexplained);
    assert_eq!(asked_of(1_000, "{}"), AskedFor::Unexplained);
}

#[test]
fn package_json_is_read_as_npm_reads_it() {
    let root = r#"{"dependencies": {"a": "npm:b@1"}}"#;
    let of = |package: &str| {
        let lock = lock(package, root, REPLACED.trim_start());
        asked(&lock, "node_modules/a")
    };
    for package in [
        "\u{feff}{\"dependencies\": {\"a\": \"npm:b@1\"}}",
        r#"{"dependencies": {"a": "npm:b@1"}, "overrides": null, "devDependencies": null, "workspaces": null}"#,
        r#"{"dependencies": null, "peerDependencies": {"a": "npm:b@1"}}"#,
        r#"{"dependencies": {"a": "npm:b@1"}, "overrides": []}"#,
    ] {
        assert_eq!(of(package), AskedFor::Declared, "{package}");
    }
    for unreadable in ["{", "\u{feff}\u{feff}{}", r#"{"dependencies": 1}"#] {
        let asked = of(unreadable);
        assert!(
            matches!(asked, AskedFor::Unreadable(_)),
            "{unreadable}: {asked:?}"
        );
    }
}

#[test]
fn a_folder_of_the_project_in_the_place_of_a_package_is_told() {
    let kind = |root: &str, overrides: &str, asks: &str| {
        let package = format!(r#"{{{root}"dependencies": {{{asks}}}{overrides}}}"#);
        let lock = lock(
            &package,
            &format!(r#"{{"dependencies": {{{asks}}}}}"#),
            r#""node_modules/lodash": {"resolved": "vendor/x", "link": true},
  "node_modules/p": {"version": "1.0.0", "dependencies": {"lodash": "^4.0.0"}},
  "vendor/x": {"name": "lodash", "version": "4.17.21"}"#,
        );
        let kind = |name: &str| match &named(&lock, name).what {
            What::Elsewhere(elsewhere) => elsewhere.kind,
            What::Registry(_) | What::Broken(_) => panic!("{name}"),
        };
        assert_eq!(kind("vendor/x"), ElsewhereKind::Own);
        kind("node_modules/lodash")
    };
    for (root, overrides, asks) in [
        ("", "", r#""lodash": "^4.17.0""#),
        (r#""workspaces": ["packages/*"], "#, "", r#""lodash": "*""#),
        (
            r#""workspaces": ["**", "!vendor/*"], "#,
            "",
            r#""lodash": "latest""#,
        ),
        ("", "", r#""lodash": "github:lodash/lodash""#),
        ("", r#", "overrides": {"lodash": "4.17.21"}"#, r#""p": "1""#),
        ("", "", r#""p": "1""#),
    ] {
        let found = kind(root, overrides, asks);
        assert_eq!(found, ElsewhereKind::Link, "{root} {overrides} {asks}");
    }
    // The controls: a member of a workspace, and what the project asks for as a folder.
    for (root, overrides, asks) in [
        (
            r#""workspaces": ["vendor/*"], "#,
            "",
            r#""lodash": "^4.17.0""#,
        ),
        (
            r#""workspaces": {"packages": ["vendor/x"]}, "#,
            "",
            r#""p": "1""#,
        ),
        ("", "", r#""lodash": "file:vendor/x""#),
        ("", "", r#""lodash": "./vendor/x""#),
        (
            "",
            r#", "overrides": {"lodash": "file:vendor/x"}"#,
            r#""p": "1""#,
        ),
    ] {
        let found = kind(root, overrides, asks);
        assert_eq!(found, ElsewhereKind::Own, "{root} {overrides} {asks}");
    }
    // Without a `package.json` it goes by the lock's word, and not where there is one that cannot be read.
    let beside = |files: &[(&str, &str)], asks: &str| {
        let text = format!(
            r#"{{"lockfileVersion": 3, "packages": {{"": {{"dependencies": {{{asks}}}}},
  "node_modules/w": {{"resolved": "w", "link": true}}, "w": {{}}}}}}"#
        );
        let lock = read_beside("app/package-lock.json", &text, files).unwrap();
        match &named(&lock, "node_modules/w").what {
            What::Elsewhere(elsewhere) => elsewhere.kind,
            What::Registry(_) | What::Broken(_) => panic!(),
        }
    };
    let broken = [("app/package.json", "{")];
    for asks in [r#""w": "file:w""#, ""] {
        assert_eq!(beside(&[], asks), ElsewhereKind::Own, "{asks}");
        assert_eq!(beside(&broken, asks), ElsewhereKind::Link, "{asks}");
    }
    assert_eq!(beside(&[], r#""w": "^1""#), ElsewhereKind::Link);
}
