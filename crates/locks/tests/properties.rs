//! What holds of every lock, however it is written, and of honest ones in particular.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "tests fail by panicking"
)]

use std::collections::BTreeMap;
use std::fmt::Write as _;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use dockyard_locks::{
    Digests, Lock, LockError, MAX_VIA, NpmIntegrity, Reach, Registries, What, parse,
};
use package_provenance::package::PackageVersion;
use proptest::prelude::*;
use serde_json::{Map, Value, json};
use url::Url;

const FILES: [&str; 6] = [
    "package-lock.json",
    "npm-shrinkwrap.json",
    "uv.lock",
    "pylock.toml",
    "requirements.txt",
    "go.sum",
];

/// Honest locks, to be changed.
const HONEST: [&str; 6] = [
    r#"{"lockfileVersion": 3, "packages": {"": {"dependencies": {"a": "^1", "x": "npm:@s/y@1"}}, "node_modules/a": {"version": "1.0.0", "resolved": "https://registry.npmjs.org/a/-/a-1.0.0.tgz", "integrity": "sha512-AAAA", "os": ["linux"], "optionalDependencies": {"x": "1"}}, "node_modules/a/node_modules/x": {"name": "@s/y", "version": "1.0.0", "inBundle": true, "link": false}}}"#,
    r#"{"lockfileVersion": 2, "packages": {"": {}, "node_modules/w": {"link": true, "resolved": "w"}, "w": {}}, "dependencies": {"a": {"version": "1.0.0", "dependencies": {"b": {"version": "1.0.0"}}}}}"#,
    "version = 1\n[[package]]\nname = \"app\"\nsource = { editable = \".\" }\ndependencies = [{ name = \"a\" }]\n[[package]]\nname = \"a\"\nversion = \"1.0\"\nsource = { registry = \"https://pypi.org/simple\" }\nwheels = [{ url = \"https://h.example/a-1.0-py3-none-any.whl\", hash = \"sha256:00\" }]\n",
    "lock-version = \"1.0\"\n[[packages]]\nname = \"a\"\nversion = \"1\"\nindex = \"https://pypi.org/simple\"\nwheels = [{ name = \"a-1-py3-none-any.whl\", url = \"https://h.example/a-1-py3-none-any.whl\", hashes = { sha256 = \"00\" } }]\nattestation-identities = [{ kind = \"GitHub\", repository = \"a/b\" }]\n",
    "# coding: utf-8\n-r more.txt\n-c more.txt\n-i https://h.example/simple\na==1 \\\n  --hash=sha256:00 \\\n  # why\nb @ https://h.example/b.whl ; os_name == 'nt'\n-e git+https://h.example/c#egg=c\n./d[x]\ne==${V}\n",
    "golang.org/x/text v0.3.0 h1:AAAA=\ngolang.org/x/text v0.3.0/go.mod h1:AAAA=\n",
];

/// What the formats are made of.
const PIECES: [&str; 34] = [
    "{",
    "}",
    "[",
    "]",
    "\"",
    "'",
    "\\",
    "\n",
    "\r",
    "\t",
    ",",
    ":",
    "=",
    "==",
    "#",
    " ",
    ";",
    "@",
    "${V}",
    "node_modules/",
    "../",
    "//",
    "1.0.0",
    "sha512-",
    "--hash=",
    "-r ",
    "[[package]]",
    "é",
    "\0",
    "𝕏",
    "name",
    "version = 1",
    "/go.mod",
    "h1:",
];

/// A text of fewer than `most` of them.
fn pieces(most: usize) -> impl Strategy<Value = String> {
    let pieces = prop::collection::vec(prop::sample::select(PIECES.as_slice()), 0..most);
    pieces.prop_map(|pieces| pieces.concat())
}

fn read(path: &str, text: &str) -> Result<Lock, LockError> {
    let registries = Registries {
        npm: Url::parse("https://registry.npmjs.org/").unwrap(),
        npm_scopes: BTreeMap::new(),
        pypi: Url::parse("https://pypi.org/simple/").unwrap(),
    };
    // The file includes itself under every name.
    parse(path, text.as_bytes(), &registries, &|_| Ok(text.into()))
}

/// What holds of every lock that was read.
fn check(lock: &Lock, text: &str) {
    let lines: Vec<usize> = text.split('\n').map(|line| line.chars().count()).collect();
    let inside = |line: usize, column: usize| {
        assert!(line >= 1 && column >= 1, "{line}:{column}");
        assert!(column <= lines[line - 1] + 1, "{line}:{column}");
    };
    for note in &lock.notes {
        inside(note.place.line, note.place.column);
        assert!(note.message.chars().count() <= 1025);
    }
    for (index, entry) in lock.entries.iter().enumerate() {
        inside(entry.place.line, entry.place.column);
        assert!(entry.name.chars().count() <= 1025);
        assert!(lock.via(index).len() <= MAX_VIA);
        if let Reach::Through(parent) = entry.reach {
            assert!(parent < lock.entries.len() && parent != index);
        }
        for launcher in &entry.platforms.optional_of {
            assert!(*launcher < lock.entries.len());
        }
        if let What::Registry(pinned) = &entry.what {
            match (&pinned.package, &pinned.digests) {
                (PackageVersion::Npm(_), Digests::Npm(integrity)) => {
                    assert!(*integrity != NpmIntegrity::Sha512(Vec::new()));
                }
                (PackageVersion::Pypi(_), Digests::Files(files)) => assert!(!files.is_empty()),
                (PackageVersion::Pypi(_), Digests::AnyFile(_))
                | (PackageVersion::Go(_), Digests::GoZip(_)) => {}
                (package, digests) => panic!("{package}: {digests:?}"),
            }
        }
    }
}

proptest! {
    #[test]
    fn whatever_is_read_holds_together(file in 0..6_usize, text in pieces(60)) {
        if let Ok(lock) = read(FILES[file], &text) {
            check(&lock, &text);
        }
    }

    #[test]
    fn a_changed_lock_holds_together(
        file in 0..6_usize,
        changes in prop::collection::vec((0.0..1.0_f64, 0..12_usize, pieces(5)), 1..5),
    ) {
        let mut text: Vec<char> = HONEST[file].chars().collect();
        for (place, length, piece) in changes {
            #[expect(clippy::cast_sign_loss, clippy::cast_possible_truncation, clippy::cast_precision_loss, reason = "a position in the text")]
            let from = (text.len() as f64 * place) as usize;
            let to = (from + length).min(text.len());
            text.splice(from..to, piece.chars());
        }
        let text: String = text.into_iter().collect();
        if let Ok(lock) = read(FILES[file], &text) {
            check(&lock, &text);
        }
    }

    #[test]
    fn npm_s_honest_lock_is_read_as_it_is(
        tree in prop::collection::btree_map("(@[a-z]{1,3}/)?[a-z]{1,4}", (0..9_u64, prop::collection::btree_map("[a-z]{1,3}", 0..9_u64, 0..4)), 0..9),
        spread in any::<bool>(),
    ) {
        let mut packages = Map::new();
        let root: Map<String, Value> = tree.keys().map(|name| (name.clone(), json!("*"))).collect();
        packages.insert(String::new(), json!({ "dependencies": root }));
        let mut expected = Vec::new();
        let entry = |name: &str, major: u64, asked: &BTreeMap<String, u64>| {
            let bare = name.rsplit('/').next().unwrap();
            let digest = STANDARD.encode([u8::try_from(major).unwrap(); 64]);
            json!({
                "version": format!("{major}.0.0"),
                "resolved": format!("https://registry.npmjs.org/{name}/-/{bare}-{major}.0.0.tgz"),
                "integrity": format!("sha512-{digest}"),
                "dependencies": asked,
            })
        };
        for (name, (major, inner)) in &tree {
            let key = format!("node_modules/{name}");
            packages.insert(key.clone(), entry(name, *major, &BTreeMap::new()));
            packages[&key]["dependencies"] = inner.keys().map(|name| (name.clone(), json!("*"))).collect();
            expected.push((key.clone(), format!("{name}@{major}.0.0"), *major, Vec::new()));
            for (below, major) in inner {
                packages.insert(format!("{key}/node_modules/{below}"), entry(below, *major, &BTreeMap::new()));
                expected.push((format!("{key}/node_modules/{below}"), format!("{below}@{major}.0.0"), *major, vec![name.clone()]));
            }
        }
        expected.sort();
        let document = json!({ "lockfileVersion": 3, "packages": packages });
        let text = if spread { serde_json::to_string_pretty(&document) } else { serde_json::to_string(&document) }.unwrap();
        let lock = read("package-lock.json", &text).unwrap();
        check(&lock, &text);
        let mut found = Vec::new();
        for (index, entry) in lock.entries.iter().enumerate() {
            let What::Registry(pinned) = &entry.what else { panic!("{entry:?}") };
            prop_assert_eq!((&pinned.alias, &pinned.contradiction), (&None, &None));
            let Digests::Npm(NpmIntegrity::Sha512(digests)) = &pinned.digests else { panic!("{entry:?}") };
            let via: Vec<String> = lock.via(index).into_iter().map(str::to_owned).collect();
            found.push((entry.name.clone(), pinned.package.to_string(), u64::from(digests[0][0]), via));
            let line = text.split('\n').nth(entry.place.line - 1).unwrap();
            let at: String = line.chars().skip(entry.place.column - 1).collect();
            prop_assert!(at.starts_with(&entry.name), "{} at {}", entry.name, at);
        }
        found.sort();
        prop_assert_eq!(found, expected);
    }

    #[test]
    fn a_key_written_twice_is_refused_wherever_it_stands(which in 0..4_usize, value in "[a-z]{0,5}") {
        let keys = ["\"lockfileVersion\": 3", "\"version\": \"1.0.0\"", "\"integrity\": \"sha512-AAAA\"", "\"dependencies\": {"];
        let key = keys[which];
        let name = key.split(':').next().unwrap();
        let twice = HONEST[0].replacen(key, &format!("{name}: \"{value}\", {key}"), 1);
        let error = read(FILES[0], &twice).unwrap_err();
        prop_assert!(error.to_string().contains("duplicate key"), "{error}");
    }

    #[test]
    fn pip_s_honest_file_is_read_as_it_is(
        pins in prop::collection::btree_map("[a-z]{1,5}", ("[0-9]{1,3}(\\.[0-9]{1,2}){0,2}", prop::collection::vec(any::<[u8; 32]>(), 1..4)), 0..9),
        windows in any::<bool>(),
    ) {
        let mut text = "# written by a program\n".to_owned();
        for (name, (version, hashes)) in &pins {
            let hashes: Vec<String> = hashes.iter().map(|hash| format!("    --hash=sha256:{}", hex::encode(hash))).collect();
            let hashes = hashes.join(" \\\n");
            write!(text, "{name}=={version} \\\n{hashes}\n    # via something\n").unwrap();
        }
        let text = if windows { text.replace('\n', "\r\n") } else { text };
        let lock = read("requirements.txt", &text).unwrap();
        let found: BTreeMap<String, (String, Vec<[u8; 32]>)> = lock.entries.iter().map(|entry| {
            let What::Registry(pinned) = &entry.what else { panic!("{entry:?}") };
            let Digests::AnyFile(hashes) = &pinned.digests else { panic!("{entry:?}") };
            let hashes = hashes.iter().map(|hash| hash.clone().unwrap()).collect();
            let package = pinned.package.to_string();
            let (name, version) = package.split_once('@').unwrap();
            (name.to_owned(), (version.to_owned(), hashes))
        }).collect();
        prop_assert_eq!(found, pins);
        prop_assert_eq!(lock.notes, vec![]);
    }
}
