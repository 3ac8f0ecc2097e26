//! Packages under other names.

use crate::testing::read_beside;
use crate::{AskedFor, Lock, Reach, What};

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
    for nothing in [
        "{",
        r#"{"dependencies": {"p": "1"}}"#,
        r#"{"dependencies": {"a": "npm:b@1"}, "dependencies": {}}"#,
    ] {
        assert_eq!(
            asked(&lock_of(nothing), "node_modules/a"),
            AskedFor::Unexplained,
            "{nothing}"
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
  "node_modules/q": {"version": "1.0.0", "dependencies": {"a": "^1"}},
  "node_modules/a": {"name": "b", "version": "1.0.0", "resolved": "https://registry.npmjs.org/b/-/b-1.0.0.tgz"}"#;
    let root = r#"{"dependencies": {"p": "1", "q": "1"}}"#;
    let by_p = lock(root, root, packages);
    assert_eq!(asked(&by_p, "node_modules/a"), AskedFor::By(vec![0]));
    // The project's own wish comes first.
    let own = lock(r#"{"dependencies": {"a": "^1"}}"#, root, packages);
    assert_eq!(asked(&own, "node_modules/a"), AskedFor::Contradicted);
}
