use serde_json::{Value as Json, json};

use super::bounded::LONGEST;
use super::dependencies::{MOST, MOST_ALIASES, is_foreign};
use super::*;
use crate::evidence::npm::Manifest;

/// A manifest with one more field.
fn with(key: &str, value: &Json) -> Manifest {
    let mut manifest = json!({"name": "a", "version": "1.0.0", "dist": {}});
    manifest[key] = value.clone();
    Manifest::parse(manifest.to_string().as_bytes())
        .unwrap_or_else(|error| panic!("{key}: {error}"))
}

/// Nothing that only warns makes a manifest unreadable.
fn odd() -> [Json; 9] {
    [
        json!(null),
        json!(false),
        json!(0),
        json!(-1.5),
        json!(""),
        json!([]),
        json!([1, {"a": ["b"]}]),
        json!({}),
        json!({"a": {"b": [null]}}),
    ]
}

#[test]
fn a_deprecation_is_read_as_npm_does() {
    let read = |value: Json| with("deprecated", &value).deprecated;
    assert_eq!(with("other", &json!(1)).deprecated, None);
    for none in [json!(null), json!(false), json!("")] {
        assert_eq!(read(none.clone()), None, "{none}");
    }
    for bare in [
        json!(true),
        json!(1),
        json!([]),
        json!({"a": 1}),
        json!(" "),
    ] {
        assert_eq!(read(bare.clone()), Some(String::new()), "{bare}");
    }
    assert_eq!(read(json!("use b")), Some("use b".to_owned()));
    assert_eq!(
        read(json!("\u{1b}[2Ja\nb")),
        Some("\u{1b}[2Ja\nb".to_owned())
    );
    let long = read(json!("é".repeat(1_000_000))).unwrap();
    assert_eq!(long.chars().count(), LONGEST + 1);
    assert!(long.ends_with('…'));
}

#[test]
fn scripts_that_run_at_installation_are_found() {
    let read = |value: Json| with("scripts", &value).scripts.names().collect::<Vec<_>>();
    for (scripts, names) in [
        (json!({"postinstall": "node x.js"}), vec!["postinstall"]),
        (
            json!({"install": "a", "test": "b", "preinstall": "c"}),
            vec!["preinstall", "install"],
        ),
        (
            json!({"prepare": "a", "prepublish": "b", "PostInstall": "c"}),
            vec![],
        ),
        (json!({"postinstall": ""}), vec![]),
        (json!({"postinstall": null, "install": false}), vec![]),
        (
            json!({"postinstall": ["node", "x.js"]}),
            vec!["postinstall"],
        ),
    ] {
        assert_eq!(read(scripts.clone()), names, "{scripts}");
    }
    let escaped = br#"{"name":"a","version":"1.0.0","dist":{},"scripts":{"post\u0069nstall":"x"}}"#;
    let escaped = Manifest::parse(escaped).unwrap();
    assert_eq!(escaped.scripts.names().collect::<Vec<_>>(), ["postinstall"]);
    for odd in odd() {
        assert_eq!(read(odd.clone()), [""; 0], "{odd}");
    }
    for (value, up) in [
        (json!(true), true),
        (json!("yes"), true),
        (json!(1), true),
        (json!(false), false),
        (json!(null), false),
        (json!(""), false),
    ] {
        assert_eq!(
            with("hasInstallScript", &value).has_install_script,
            up,
            "{value}"
        );
        assert_eq!(with("gypfile", &value).gypfile, up, "{value}");
    }
}

#[test]
fn a_script_named_twice_is_refused_as_everywhere() {
    let twice =
        br#"{"name":"a","version":"1.0.0","dist":{},"scripts":{"install":"","install":"x"}}"#;
    assert!(Manifest::parse(twice).is_err());
}

#[test]
fn what_npm_fetches_from_elsewhere_is_told_from_the_registry() {
    for foreign in [
        "git+https://github.com/acme/x.git",
        "git+ssh://git@github.com/acme/x.git#semver:^1",
        "git://github.com/acme/x",
        "git@github.com:acme/x.git",
        "GIT+HTTPS://github.com/acme/x.git",
        "ssh://git@example.com/x",
        "github:acme/x",
        "gitlab:acme/x#main",
        "bitbucket:acme/x",
        "gist:11081aaa281",
        "acme/x",
        "acme/x#79ac49ee",
        "https://example.com/x.tgz",
        "http://registry.npmjs.org/x/-/x-1.0.0.tgz",
        "HTTPS://example.com/x",
        "file:../x",
        "FILE:x",
        "../x",
        "./x",
        "..",
        "~/x",
        "/x",
        "C:\\x",
        "C:x",
        "x\\y",
        "x.tgz",
        "x.TAR.GZ",
        "x.tar",
        " git+https://github.com/acme/x.git ",
        "link:../x",
        "portal:../x",
        "workspace:*",
        "npm:git+https://github.com/acme/x.git",
        "npm:x@git+https://github.com/acme/x.git",
        "npm:@acme/x@github:acme/x",
        "npm:@acme",
        "npm:../x",
        "NPM:x@./y",
    ] {
        assert!(is_foreign(foreign), "{foreign}");
        let read = with("dependencies", &json!({"x": foreign})).dependencies;
        assert_eq!(read.foreign.len(), 1, "{foreign}");
        assert_eq!(read.foreign[0].from, foreign.trim());
    }
    for registry in [
        "",
        "*",
        "1.0.0",
        "=v1.0.0-beta.1+build.5",
        "^1.0.0 || >=2.0.0 <3",
        "1.0.0 - 2.0.0",
        "~1.x",
        "latest",
        "next-11",
        "npm:x@^1.0.0",
        "npm:@acme/x@1.0.0",
        "npm:@acme/x",
        "NPM:x",
    ] {
        assert!(!is_foreign(registry), "{registry}");
    }
}

#[test]
fn dependencies_are_bounded_and_odd_ones_are_none() {
    for kind in ["dependencies", "optionalDependencies", "peerDependencies"] {
        for odd in odd() {
            with(kind, &odd);
        }
    }
    let mut many = serde_json::Map::new();
    for number in 0..5_000 {
        many.insert(format!("{number:04}{}", "n".repeat(2_000)), json!("^1.0.0"));
        if number % 2 == 0 {
            many.insert(
                format!("x{number:04}"),
                json!(format!("github:a/{}", "b".repeat(300))),
            );
        }
    }
    many.insert("odd".to_owned(), json!(["github:a/b"]));
    let read = with("dependencies", &Json::Object(many)).dependencies;
    assert_eq!(read.foreign.len(), MOST);
    assert!(read.more);
    assert!(
        read.foreign
            .iter()
            .all(|one| one.from.chars().count() == LONGEST + 1)
    );
    let dev = with("devDependencies", &json!({"x": "github:acme/x"}));
    assert_eq!(dev.dependencies, Dependencies::default());
}

#[test]
fn an_optional_dependency_that_is_named_twice_is_one() {
    let one = |name: &str| Dependencies {
        foreign: vec![Foreign {
            name: name.to_owned(),
            from: "acme/x".to_owned(),
        }],
        ..Dependencies::default()
    };
    let mut all = one("x");
    all.add(one("x"));
    assert_eq!(all, one("x"));
    for name in ["a", "b", "c", "d", "e"] {
        all.add(one(name));
    }
    assert_eq!(all.foreign.len(), MOST);
    assert!(all.more);
}

#[test]
fn optional_dependencies_at_one_version_are_kept() {
    let manifest = |optional: &str| {
        let json = format!(
            r#"{{"name": "launcher", "version": "1.0.0", "dist": {{}}, "os": [], "cpu": ["x64"],
                "optionalDependencies": {optional}}}"#
        );
        Manifest::parse(json.as_bytes()).unwrap()
    };
    let read = manifest(
        r#"{"@a/linux": "1.0.0", "range": "^1.0.0", "star": "*", "alias": "npm:@a/darwin@1.0.0",
            "git": "github:a/b", "odd": 1, "../x": "1.0.0", "@a/linux2": " 1.0.0 "}"#,
    );
    let names: Vec<&str> = read
        .optional_dependencies
        .pinned
        .iter()
        .map(|one| one.name.as_str())
        .collect();
    assert_eq!(names, ["@a/linux", "@a/darwin", "@a/linux2"]);
    let foreign = &read.optional_dependencies.dependencies.foreign;
    assert_eq!(foreign.len(), 1, "{foreign:?}");
    let platforms = [read.os, read.cpu, read.libc];
    assert_eq!(
        platforms,
        [Platforms::All, Platforms::Named, Platforms::All]
    );
    // Whatever it is, it is bounded.
    assert!(!read.optional_dependencies.more);
    let many: Vec<String> = (0..=MOST_PINNED)
        .map(|it| format!(r#""p{it}": "1.0.0""#))
        .collect();
    let read = manifest(&format!("{{{}}}", many.join(",")));
    assert_eq!(read.optional_dependencies.pinned.len(), MOST_PINNED);
    assert!(read.optional_dependencies.more);
    for odd in ["null", "[]", "\"x\"", "1"] {
        assert_eq!(manifest(odd).optional_dependencies, Optional::default());
    }
}

#[test]
fn dependencies_under_other_names_are_kept() {
    let read = with(
        "dependencies",
        &json!({
            "a": "npm:b@^1.0.0", "@s/c": "NPM:@t/d@1", "e": " npm:f ", "g": "^1.0.0", "h": "npm:", "i": "npm:@1",
        }),
    );
    let aliases = read.dependencies.aliases.iter();
    let aliases: Vec<(&str, &str)> = aliases
        .map(|alias| (alias.name.as_str(), alias.real.as_str()))
        .collect();
    assert_eq!(aliases, [("@s/c", "@t/d"), ("a", "b"), ("e", "f")]);
    let many: serde_json::Map<String, Json> = (0..=MOST_ALIASES)
        .map(|number| (format!("a{number}"), json!("npm:b@1")))
        .collect();
    assert!(!read.dependencies.more_aliases);
    let read = with("optionalDependencies", &Json::Object(many));
    let kept = &read.optional_dependencies.dependencies;
    assert_eq!(kept.aliases.len(), MOST_ALIASES);
    assert!(kept.more_aliases);
    let mut both = Dependencies::default();
    both.add(kept.clone());
    assert!(both.more_aliases);
    // What is compared is not cut: npm's longest names have 214 characters.
    let longest = "x".repeat(214);
    for (length, more) in [(214, false), (2_000, true)] {
        let name = "n".repeat(length);
        let read = with(
            "dependencies",
            &json!({ name.as_str(): format!("npm:{longest}@1") }),
        );
        let kept = read.dependencies;
        assert_eq!(kept.more_aliases, more);
        let whole = |alias: &Alias| alias.name == name && alias.real == longest;
        assert_eq!(kept.aliases.iter().any(whole), !more);
    }
}
