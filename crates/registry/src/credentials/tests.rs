use super::*;

fn url(text: &str) -> Url {
    Url::parse(text).unwrap()
}

fn store(scopes: &[&str]) -> Store {
    let mut store = Store::default();
    for scope in scopes {
        let credential = Credential::bearer(&scope.replace('/', "_"), (*scope).to_owned()).unwrap();
        store.add(CredentialScope::parse(scope).unwrap(), Ok(credential));
    }
    store
}

fn chosen(scopes: &[&str], asked: &str) -> Option<String> {
    let credentials = Credentials {
        go: Store::default(),
        npm: store(scopes),
        ..Credentials::default()
    };
    let found = credentials.find(Ecosystem::Npm, &url(asked))?;
    Some(found.from().to_owned())
}

#[test]
fn the_longest_path_of_the_same_host_and_port_is_chosen() {
    let scopes = [
        "//r.example/",
        "//r.example/npm/",
        "//r.example/npm/own",
        "//r.example:8443/",
    ];
    for (asked, scope) in [
        ("https://r.example/a/1.0.0", Some("//r.example/")),
        ("https://r.example:443/a/1.0.0", Some("//r.example/")),
        ("https://R.Example/npm/a", Some("//r.example/npm/")),
        ("https://r.example/npm/own/a", Some("//r.example/npm/own")),
        ("https://r.example/npm/own", Some("//r.example/npm/own")),
        ("https://r.example/npm/owner", Some("//r.example/npm/")),
        ("https://r.example/npm-x", Some("//r.example/")),
        ("https://r.example:8443/npm/a", Some("//r.example:8443/")),
        ("https://r.example:8444/", None),
        ("https://x.r.example/", None),
        ("https://r.example.org/", None),
        ("https://other.example/r.example/", None),
        ("http://r.example/", None),
        ("ftp://r.example/", None),
    ] {
        assert_eq!(chosen(&scopes, asked).as_deref(), scope, "{asked}");
    }
    let local = ["//127.0.0.1:4873/", "//localhost:4873/", "//[::1]:4873/"];
    assert_eq!(
        chosen(&local, "http://127.0.0.1:4873/a").as_deref(),
        Some(local[0])
    );
    assert_eq!(
        chosen(&local, "http://localhost:4873/a").as_deref(),
        Some(local[1])
    );
    assert_eq!(
        chosen(&local, "http://[::1]:4873/a").as_deref(),
        Some(local[2])
    );
    assert_eq!(chosen(&local, "http://127.0.0.1:4874/a"), None);
}

#[test]
fn an_area_is_read_strictly() {
    for refused in [
        "",
        "/",
        "//",
        "r.example/",
        "https://r.example/",
        "//user@r.example/",
        "//user:x@r.example/",
        "//r.example/a/../b/",
        "//r.example/?x",
        "//r.example/#x",
        "//r.example/a b/",
        "//r.example:x/",
        "///r.example/",
    ] {
        assert!(CredentialScope::parse(refused).is_err(), "{refused}");
    }
    assert_eq!(
        CredentialScope::parse("//R.Example:443")
            .unwrap()
            .to_string(),
        "//r.example/"
    );
    assert_eq!(
        CredentialScope::parse("//r.example:80/a")
            .unwrap()
            .to_string(),
        "//r.example:80/a"
    );
}

#[test]
fn an_index_has_its_provenance_beside_it() {
    for (index, inside, outside) in [
        (
            "https://p.example/simple",
            "/integrity/a/1/f/provenance",
            None,
        ),
        (
            "https://p.example/t/one/simple",
            "/t/one/integrity/a",
            Some("/t/two/simple/a/"),
        ),
        (
            "https://p.example/t/one",
            "/t/one/a/",
            Some("/t/one-more/a/"),
        ),
    ] {
        let base = crate::urls::BaseUrl::parse(index).unwrap();
        let scope = CredentialScope::of_index(&base).unwrap();
        let at = |path: &str| url(&format!("https://p.example{path}"));
        assert!(scope.covers(&base.folder()), "{index}");
        assert!(scope.covers(&at(inside)), "{index}");
        assert!(
            outside.is_none_or(|outside| !scope.covers(&at(outside))),
            "{index}"
        );
    }
}

#[test]
fn a_question_to_one_registry_never_gets_the_others_credential() {
    let credentials = Credentials {
        go: Store::default(),
        npm: store(&["//both.example/"]),
        pypi: Store::default(),
    };
    let asked = url("https://both.example/api/x");
    assert!(credentials.find(Ecosystem::Npm, &asked).is_some());
    assert!(credentials.find(Ecosystem::Pypi, &asked).is_none());
    assert!(credentials.find(Ecosystem::Go, &asked).is_none());
}

#[test]
fn what_cannot_be_used_holds_its_area() {
    let mut npm = store(&["//r.example/"]);
    npm.add(
        CredentialScope::parse("//r.example/own/").unwrap(),
        Err("broken".into()),
    );
    let credentials = Credentials {
        go: Store::default(),
        npm,
        pypi: Store::default(),
    };
    let own = url("https://r.example/own/a");
    assert!(credentials.find(Ecosystem::Npm, &own).is_none());
    assert_eq!(credentials.advice(Ecosystem::Npm, &own), "broken");
    assert!(
        credentials
            .find(Ecosystem::Npm, &url("https://r.example/a"))
            .is_some()
    );
}

#[test]
fn a_redirect_takes_no_credential_out_of_its_area() {
    let credentials = Credentials {
        go: Store::default(),
        npm: store(&["//r.example/one/", "//r.example/two/"]),
        pypi: Store::default(),
    };
    let may = |from: &str, to: &str| {
        let at = |path: &str| url(&format!("https://r.example{path}"));
        credentials.may_follow(&at(from), &at(to))
    };
    assert!(may("/one/a", "/one/b"));
    assert!(may("/free", "/else"));
    for (from, to) in [("/one/a", "/two/a"), ("/one/a", "/"), ("/two/a", "/one")] {
        assert!(!may(from, to), "{from} {to}");
    }
}

#[test]
fn headers_are_made_as_the_schemes_say() {
    let header = |credential: Result<Credential, &'static str>| {
        credential.map(|credential| credential.header().expose().to_owned())
    };
    let from = || String::from("f:1");
    assert_eq!(
        header(Credential::bearer("t0k.en", from())).unwrap(),
        "Bearer t0k.en"
    );
    // RFC 7617, section 2 and 2.1.
    let basic = header(Credential::basic("Aladdin", "open sesame", from()));
    assert_eq!(basic.unwrap(), "Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==");
    let basic = header(Credential::basic("test", "123£", from()));
    assert_eq!(basic.unwrap(), "Basic dGVzdDoxMjPCow==");
    let encoded = header(Credential::basic_encoded("dGVzdDoxMjPCow==", from()));
    assert_eq!(encoded.unwrap(), "Basic dGVzdDoxMjPCow==");
    for refused in [
        Credential::bearer("", from()),
        Credential::bearer("a b", from()),
        Credential::bearer("a\r\nHost: x", from()),
        Credential::bearer("ä", from()),
        Credential::basic("a:b", "c", from()),
        Credential::basic("a", "\n", from()),
        Credential::basic_encoded("not base64", from()),
        Credential::basic_encoded("dGVzdA==", from()),
    ] {
        let error = header(refused).unwrap_err();
        assert!(!error.is_empty());
    }
}

#[test]
fn debug_shows_no_secret() {
    let mut credentials = Credentials::default();
    let credential = Credential::basic("ann", "hunter2", "f:1".into()).unwrap();
    let encoded = credential.header().expose().to_owned();
    credentials.pypi.add(
        CredentialScope::parse("//p.example/").unwrap(),
        Ok(credential),
    );
    let shown = format!("{credentials:?}");
    for hidden in ["hunter2", "ann", encoded.strip_prefix("Basic ").unwrap()] {
        assert!(!shown.contains(hidden), "{shown}");
    }
    assert!(shown.contains("p.example"), "{shown}");
}
