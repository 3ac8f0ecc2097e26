mod aliases;

use crate::testing::{self, shown};
use crate::{
    Digests, ElsewhereKind, Entry, Lock, LockError, LockErrorKind, NpmIntegrity, Reach, What,
};

fn read(text: &str) -> Result<Lock, LockError> {
    testing::read("app/package-lock.json", text)
}

/// A lock with these entries beside the root's.
fn lock(root: &str, packages: &str) -> Lock {
    read(&format!(
        "{{\n \"lockfileVersion\": 3,\n \"packages\": {{\n  \"\": {root},\n{packages}\n }}\n}}"
    ))
    .unwrap()
}

fn sha512() -> String {
    format!("sha512-{}==", "A".repeat(86))
}

fn named<'a>(lock: &'a Lock, name: &str) -> &'a Entry {
    lock.entries
        .iter()
        .find(|entry| entry.name == name)
        .unwrap()
}

#[test]
fn an_ordinary_lock_is_read() {
    let lock = lock(
        r#"{"name": "app", "dependencies": {"a": "^1"}, "devDependencies": {"d": "1"}}"#,
        &format!(
            r#"  "node_modules/a": {{"version": "1.0.0", "resolved": "https://registry.npmjs.org/a/-/a-1.0.0.tgz", "integrity": "{0}", "dependencies": {{"b": "2"}}}},
  "node_modules/a/node_modules/b": {{"version": "2.0.0", "resolved": "https://registry.npmjs.org/b/-/b-2.0.0.tgz", "integrity": "{0}"}},
  "node_modules/b": {{"version": "1.0.0", "resolved": "https://registry.npmjs.org/b/-/b-1.0.0.tgz", "integrity": "{0}"}},
  "node_modules/d": {{"version": "1.0.0", "dev": true, "resolved": "https://registry.npmjs.org/d/-/d-1.0.0.tgz", "integrity": "{0}", "dependencies": {{"b": "1"}}}}"#,
            sha512()
        ),
    );
    let all: Vec<String> = lock.entries.iter().map(shown).collect();
    assert_eq!(all, ["a@1.0.0", "b@2.0.0", "b@1.0.0", "d@1.0.0"]);
    let lines: Vec<(usize, usize)> = lock
        .entries
        .iter()
        .map(|entry| (entry.place.line, entry.place.column))
        .collect();
    assert_eq!(lines, [(5, 4), (6, 4), (7, 4), (8, 4)]);
    assert_eq!(lock.entries[0].reach, Reach::Direct);
    assert_eq!(lock.entries[1].reach, Reach::Through(0));
    assert_eq!(lock.via(1), ["a"]);
    assert_eq!(lock.via(2), ["d"]);
    assert!(lock.entries[3].dev);
    let What::Registry(pinned) = &lock.entries[0].what else {
        panic!()
    };
    assert_eq!(
        pinned.digests,
        Digests::Npm(NpmIntegrity::Sha512(vec![[0; 64]]))
    );
    assert_eq!((&pinned.alias, &pinned.contradiction), (&None, &None));
}

#[test]
fn what_comes_from_elsewhere_is_told() {
    let lock = lock(
        r#"{"workspaces": ["packages/*"], "dependencies": {"g": "x/y"}}"#,
        r#"  "node_modules/g": {"version": "1.0.0", "resolved": "git+ssh://git@github.com/x/y.git#c0ffee", "integrity": "sha512-AAAA"},
  "node_modules/u": {"version": "1.0.0", "resolved": "https://h.example/u.tgz"},
  "node_modules/o": {"version": "1.0.0", "resolved": "https://registry.yarnpkg.com/o/-/o-1.0.0.tgz"},
  "node_modules/f": {"version": "1.0.0", "resolved": "file:f.tgz"},
  "node_modules/w": {"resolved": "packages/w", "link": true},
  "packages/w": {"version": "1.0.0", "dependencies": {"i": "1"}},
  "node_modules/l": {"resolved": "../l", "link": true},
  "../l": {},
  "node_modules/h": {"version": "1.0.0", "resolved": "https://registry.npmjs.org/h/-/h-1.0.0.tgz", "bundleDependencies": ["i"]},
  "node_modules/h/node_modules/i": {"version": "1.0.0", "inBundle": true},
  "node_modules/i": {"version": "1.0.0", "inBundle": true},
  "node_modules/j": {"version": "1.0.0", "resolved": "npm:evil@1.0.0"},
  "node_modules/k": {"version": "1.0.0", "resolved": false},
  "node_modules/./m": {"version": "1.0.0"},
  "node_modules/n": {}"#,
    );
    let all: Vec<String> = lock.entries.iter().map(shown).collect();
    assert_eq!(
        all,
        [
            "git: git+ssh://github.com/x/y.git#c0ffee",
            "url: https://h.example/u.tgz",
            "other-registry: https://registry.yarnpkg.com/o/-/o-1.0.0.tgz",
            "file: file:f.tgz",
            "own: packages/w",
            "own: packages/w",
            "link: ../l",
            "link: ../l",
            "h@1.0.0",
            "bundled: node_modules/h",
            "i@1.0.0",
            "broken: `resolved` is `npm:evil@1.0.0`, which is nothing that npm writes there",
            "broken: the entry cannot be read: invalid type: boolean `false`, expected a string",
            "broken: its path is not in its shortest form, so it may be another's",
            "broken: it has neither `resolved` nor `version`, and npm removes it",
        ]
    );
    assert_eq!(ElsewhereKind::Own.name(), "own");
    let digests = |name: &str| match &named(&lock, name).what {
        What::Elsewhere(elsewhere) => elsewhere.digests.clone(),
        What::Registry(_) | What::Broken(_) => panic!("{name}"),
    };
    // npm holds nothing of git to a digest.
    assert_eq!(digests("node_modules/g"), None);
    let missing = Some(Digests::Npm(NpmIntegrity::Missing));
    assert_eq!(digests("node_modules/u"), missing);
    for direct in ["node_modules/i", "node_modules/w", "packages/w"] {
        assert_eq!(named(&lock, direct).reach, Reach::Direct);
    }
}

#[test]
fn what_is_no_lock_is_refused_with_its_place() {
    let old = read(r#"{"lockfileVersion": 1, "dependencies": {}}"#).unwrap_err();
    assert_eq!(old.kind, LockErrorKind::Unsupported);
    assert!(
        old.to_string()
            .contains("npm install --package-lock-only --ignore-scripts")
    );
    let twice = "{\"lockfileVersion\": 3, \"packages\": {\n \"node_modules/a\": {},\n \"node_modules/a\": {}}}";
    let error = read(twice).unwrap_err();
    assert_eq!(error.kind, LockErrorKind::Malformed);
    assert_eq!(
        error.to_string(),
        "app/package-lock.json:3:17: duplicate key `node_modules/a`"
    );
    let deep = format!(
        "{{\"lockfileVersion\": 3, \"packages\": {{\"a\": {}1{}}}}}",
        "[".repeat(70),
        "]".repeat(70)
    );
    assert!(read(&deep).unwrap_err().to_string().contains("64 levels"));
    assert_eq!(
        read("{\"lockfileVersion\": 4}").unwrap_err().kind,
        LockErrorKind::Unsupported
    );
    assert_eq!(read("[").unwrap_err().kind, LockErrorKind::Malformed);
}

#[test]
fn what_npm_6_would_install_otherwise_is_told() {
    let two = |dependencies: &str| {
        read(&format!(
            r#"{{"lockfileVersion": 2, "packages": {{"": {{"dependencies": {{"a": "1"}}}},
              "node_modules/a": {{"version": "1.0.0", "resolved": "https://registry.npmjs.org/a/-/a-1.0.0.tgz"}},
              "node_modules/a/node_modules/b": {{"version": "1.0.0", "resolved": "https://registry.npmjs.org/b/-/b-1.0.0.tgz"}}}},
              "dependencies": {{"a": {{"version": "1.0.0", "requires": {{"b": "1"}}, "dependencies": {{"b": {{{dependencies}}}}}}}}}}}"#
        ))
        .unwrap()
    };
    let agreeing =
        r#""version": "1.0.0", "resolved": "https://registry.npmjs.org/b/-/b-1.0.0.tgz""#;
    assert_eq!(two(agreeing).notes, []);
    assert_eq!(testing::all(&two(agreeing)), ["a@1.0.0", "b@1.0.0"]);
    for differing in [
        r#""version": "1.0.1""#,
        r#""version": "1.0.0", "resolved": "https://h.example/b.tgz""#,
        r#""version": "1.0.0", "integrity": "sha512-x""#,
        r#""version": "1.0.0", "dependencies": {"c": {"version": "1.0.0"}}"#,
        r#""version": 1"#,
    ] {
        let lock = two(differing);
        assert_eq!(lock.notes.len(), 1, "{differing}");
        assert_eq!(lock.notes[0].place.line, 4);
        assert_eq!(testing::all(&lock), ["a@1.0.0", "b@1.0.0"]);
    }
}

#[test]
fn what_npm_fetches_is_not_taken_for_a_part_of_a_bundle() {
    let lock = lock(
        r#"{"dependencies": {"h": "1", "b": "1"}}"#,
        r#"  "node_modules/h": {"version": "1.0.0", "resolved": "https://registry.npmjs.org/h/-/h-1.0.0.tgz", "bundleDependencies": ["i"], "dependencies": {"i": "1", "x": "1"}},
  "node_modules/h/node_modules/i": {"version": "1.0.0", "inBundle": true, "dependencies": {"j": "1", "k": "1", "out": "1"}, "devDependencies": {"y": "1"}},
  "node_modules/h/node_modules/i/node_modules/k": {"version": "1.0.0", "inBundle": true},
  "node_modules/h/node_modules/j": {"version": "1.0.0", "inBundle": true, "dependencies": {"i": "1", "l": "1"}},
  "node_modules/h/node_modules/l": {"version": "1.0.0", "inBundle": true},
  "node_modules/h/node_modules/x": {"version": "1.0.0", "inBundle": true},
  "node_modules/h/node_modules/y": {"version": "1.0.0", "inBundle": true},
  "node_modules/h/node_modules/x/node_modules/i": {"version": "1.0.0", "inBundle": true},
  "node_modules/out": {"version": "1.0.0", "inBundle": true},
  "node_modules/b": {"version": "1.0.0", "resolved": "https://registry.npmjs.org/b/-/b-1.0.0.tgz", "bundleDependencies": true, "dependencies": {"c": "1"}},
  "node_modules/b/node_modules/c": {"version": "1.0.0", "inBundle": true}"#,
    );
    let bundled: Vec<&str> = lock
        .entries
        .iter()
        .filter(|entry| shown(entry) == "bundled: node_modules/h")
        .map(|entry| entry.name.as_str())
        .collect();
    assert_eq!(
        bundled,
        [
            "node_modules/h/node_modules/i",
            "node_modules/h/node_modules/i/node_modules/k",
            "node_modules/h/node_modules/j",
            "node_modules/h/node_modules/l",
        ]
    );
    for fetched in [
        "node_modules/h/node_modules/x",
        "node_modules/h/node_modules/y",
        "node_modules/h/node_modules/x/node_modules/i",
        "node_modules/out",
        "node_modules/b/node_modules/c",
    ] {
        let What::Registry(pinned) = &named(&lock, fetched).what else {
            panic!("{fetched}")
        };
        assert_eq!(pinned.digests, Digests::Npm(NpmIntegrity::Missing));
    }
}

#[test]
fn what_npm_obeys_and_writes_into_no_lock_is_refused() {
    for word in [
        r#""scripts": {"postinstall": "sh"}"#,
        r#""_resolved": "https://h.example/a.tgz""#,
        r#""_integrity": "sha512-x""#,
        r#""_hasShrinkwrap": 1"#,
    ] {
        for rest in [
            "",
            r#", "resolved": "https://registry.npmjs.org/a/-/a-1.0.0.tgz""#,
        ] {
            let entry = format!(r#"  "node_modules/a": {{"version": "1.0.0"{rest}, {word}}}"#);
            let said = shown(&lock("{}", &entry).entries[0]);
            assert!(said.starts_with("broken: it has `"), "{word}: {said}");
        }
    }
    // The control: without them it is a package.
    let plain = lock(
        "{}",
        r#"  "node_modules/a": {"version": "1.0.0", "_id": "a", "_resolved": null}"#,
    );
    assert_eq!(testing::all(&plain), ["a@1.0.0"]);
}

#[test]
fn an_address_that_readers_take_differently_is_refused() {
    for address in [
        " https://registry.npmjs.org/a/-/a-1.0.0.tgz",
        "\\thttps://registry.npmjs.org/a/-/a-1.0.0.tgz",
        "https://registry.npmjs.org/a/-/a-1.0.0.tgz ",
        "https://registry.npmjs.org/a/-/a-1.0.0\\n.tgz",
        "https:\\\\registry.npmjs.org/a/-/a-1.0.0.tgz",
    ] {
        let entry =
            format!(r#"  "node_modules/a": {{"version": "1.0.0", "resolved": "{address}"}}"#);
        let said = shown(&lock("{}", &entry).entries[0]);
        assert!(said.contains("not every reader takes alike"), "{said}");
    }
    let entry = r#"  "node_modules/a": {"version": "1.0.0", "resolved": "file:a b.tgz"}"#;
    assert_eq!(testing::all(&lock("{}", entry)), ["file: file:a b.tgz"]);
}

/// npm leaves out lines with marks of a merge, also of valid JSON, so that `packages` in `x` would be the lock's.
#[test]
fn marks_of_a_merge_are_refused_wherever_they_stand() {
    let text = r#"{"lockfileVersion": 3,
 "packages": {"node_modules/a": {"version": "1.0.0"}}, "m": "<<<<<<< ======= >>>>>>>",
 "x": {"m": ">>>>>>>",
 "packages": {"node_modules/a": {"version": "1.0.0", "resolved": "https://h.example/a.tgz"}}
 }, "n": ">>>>>>>"
}"#;
    let error = read(text).unwrap_err();
    assert_eq!(error.kind, LockErrorKind::Malformed);
    assert!(
        error.to_string().starts_with("app/package-lock.json:2:"),
        "{error}"
    );
    // The control: a rule under a heading is no mark of a merge.
    let plain = r#"  "node_modules/a": {"version": "1.0.0", "deprecated": "======= gone ======="}"#;
    assert_eq!(testing::all(&lock("{}", plain)), ["a@1.0.0"]);
}
