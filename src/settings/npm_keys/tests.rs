use super::*;

const PRIVATE: &str = "https://npm.acme.example";

fn named(texts: &[&str]) -> Vec<NamedKeys> {
    texts
        .iter()
        .map(|text| NamedKeys::parse(text).unwrap())
        .collect()
}

fn scopes(pairs: &[(&str, &str)]) -> BTreeMap<String, String> {
    let owned = |(scope, address): &(&str, &str)| ((*scope).to_owned(), (*address).to_owned());
    pairs.iter().map(owned).collect()
}

fn settled(flags: &[&str], file: &[&str], default: &str, own: &[(&str, &str)]) -> Settled {
    let known = Known {
        default,
        scopes: &scopes(own),
        npmrc: true,
    };
    let (flags, file) = (named(flags), named(file));
    let replaced = of_default(&flags).is_some();
    let mut changes = Changes::default();
    settle((&flags, &file, "file.toml"), &known, replaced, &mut changes)
}

fn file(name: &str) -> ScopeKeys {
    ScopeKeys::File(PathBuf::from(name))
}

#[test]
fn values_say_whose_keys_they_are() {
    for (text, of, name) in [
        ("keys.json", KeysOf::Default, Some("keys.json")),
        ("a=b/keys.json", KeysOf::Default, Some("a=b/keys.json")),
        ("npm", KeysOf::Default, Some("npm")),
        ("./@a=b", KeysOf::Default, Some("./@a=b")),
        (
            "@acme=a=b.json",
            KeysOf::Scope("@acme".to_owned()),
            Some("a=b.json"),
        ),
        ("@acme=npm", KeysOf::Scope("@acme".to_owned()), None),
        (
            "@acme=./npm",
            KeysOf::Scope("@acme".to_owned()),
            Some("./npm"),
        ),
        (
            "https://npm.acme.example/=k.json",
            KeysOf::Registry(BaseUrl::parse(PRIVATE).unwrap()),
            Some("k.json"),
        ),
    ] {
        let file = name.map(PathBuf::from);
        assert_eq!(NamedKeys::parse(text), Ok(NamedKeys { of, file }), "{text}");
    }
    for text in [
        "@acme",
        "@=k.json",
        "@acme/x=k.json",
        "@../..=k.json",
        "@Acme=k.json",
        "@acme=",
        "https://npm.acme.example",
        "https://npm.acme.example=",
        "http://npm.acme.example=k.json",
        "ftp://npm.acme.example=k.json",
    ] {
        assert!(NamedKeys::parse(text).is_err(), "{text}");
    }
    let password = NamedKeys::parse("https://u:secret@npm.acme.example=k.json").unwrap_err();
    assert!(!password.contains("secret"), "{password}");
}

#[test]
fn one_registry_has_one_value() {
    for (texts, distinct) in [
        (
            &["a.json", "@acme=b.json", "https://npm.acme.example=c.json"][..],
            true,
        ),
        (&["a.json", "b.json"], false),
        (&["@acme=a.json", "@acme=npm"], false),
        (
            &[
                "https://npm.acme.example=a",
                "https://NPM.acme.example:443/=b",
            ],
            false,
        ),
    ] {
        assert_eq!(
            require_distinct(&named(texts), "--npm-keys").is_ok(),
            distinct,
            "{texts:?}"
        );
    }
}

#[test]
fn a_scope_with_a_registry_of_its_own_has_no_keys_unless_they_are_named() {
    let own = &[
        ("@acme", "https://npm.acme.example/"),
        ("@types", "https://registry.npmjs.org/"),
        ("@same", "https://mirror.example"),
    ];
    let mirror = "https://mirror.example/";
    let nobody = settled(&[], &[], mirror, own);
    assert_eq!(
        nobody.scopes,
        BTreeMap::from([("@acme".to_owned(), ScopeKeys::Nobody)])
    );

    // Where the default registry's keys are not npm's, npm's own registry keeps them.
    let replaced = settled(&["keys.json"], &[], mirror, own);
    assert_eq!(replaced.scopes.get("@types"), Some(&ScopeKeys::Npm));
    assert_eq!(replaced.scopes.get("@same"), None);

    for (value, keys) in [
        ("@acme=k.json", file("k.json")),
        ("https://npm.acme.example=k.json", file("k.json")),
        ("https://NPM.acme.example:443/=npm", ScopeKeys::Npm),
        ("@acme=npm", ScopeKeys::Npm),
    ] {
        let settled = settled(&[value], &[], mirror, own);
        assert_eq!(settled.scopes.get("@acme"), Some(&keys), "{value}");
        assert_eq!(settled.scopes.len(), 1, "{value}");
        assert_eq!(
            (settled.default, settled.warnings.len()),
            (None, 0),
            "{value}"
        );
    }
}

#[test]
fn the_scope_comes_before_its_registry_and_a_flag_before_the_file() {
    let own = &[("@acme", PRIVATE), ("@ecma", PRIVATE)];
    let address = format!("{PRIVATE}=address.json");
    let settled = settled(
        &["@acme=flag.json"],
        &["@acme=file.json", &address],
        NPM_REGISTRY,
        own,
    );
    let expected = [
        ("@acme", file("flag.json")),
        ("@ecma", file("address.json")),
    ];
    let expected = expected.map(|(scope, keys)| (scope.to_owned(), keys));
    assert_eq!(settled.scopes, BTreeMap::from(expected));
}

#[test]
fn a_scope_without_a_registry_of_its_own_can_have_keys_of_its_own() {
    let settled = settled(&["@acme=k.json"], &[], NPM_REGISTRY, &[]);
    assert_eq!(settled.scopes.get("@acme"), Some(&file("k.json")));
}

#[test]
fn the_default_registry_can_be_named_by_its_address() {
    let value = format!("{PRIVATE}=k.json");
    let own = &[("@acme", PRIVATE), ("@types", NPM_REGISTRY)];
    let settled = settled(&[&value], &[], PRIVATE, own);
    assert_eq!(
        settled.default,
        Some((Some(PathBuf::from("k.json")), "--npm-keys".to_owned()))
    );
    assert_eq!(
        settled.scopes,
        BTreeMap::from([("@types".to_owned(), ScopeKeys::Npm)])
    );
}

#[test]
fn keys_of_a_registry_that_is_not_asked_vouch_for_nothing() {
    let value = format!("{PRIVATE}=k.json");
    let settled = settled(
        &[&value],
        &[],
        NPM_REGISTRY,
        &[("@acme", "https://other.example")],
    );
    assert_eq!(settled.scopes.get("@acme"), Some(&ScopeKeys::Nobody));
    assert!(
        settled.warnings[0].contains("vouch for nothing"),
        "{:?}",
        settled.warnings
    );
}
