use proptest::prelude::*;

use super::*;

fn variable(name: &str) -> Option<OsString> {
    match name {
        "TOKEN" => Some("s3cret".into()),
        "HOST" => Some("npm.example".into()),
        _ => None,
    }
}

fn parse(text: &str) -> NpmRc {
    NpmRc::parse("rc", text, &variable).unwrap()
}

fn headers(text: &str) -> Vec<(String, Result<String, String>)> {
    parse(text)
        .credentials
        .into_iter()
        .map(|(scope, credential)| {
            let header = credential.map(|credential| credential.header().expose().to_owned());
            (scope.to_string(), header)
        })
        .collect()
}

#[test]
fn registries_and_scopes_are_read() {
    let npmrc = parse(
        "; mine\nregistry = https://npm.example/\n@acme:registry=https://npm.example/acme\n\
         @other:registry=https://o.example\n@acme:registry=https://last.example\nsave-exact=true\n\
         fund=false\n",
    );
    assert_eq!(npmrc.registry.as_deref(), Some("https://npm.example/"));
    let scopes: Vec<(&str, &str)> = npmrc
        .scopes
        .iter()
        .map(|(scope, address)| (scope.as_str(), address.as_str()))
        .collect();
    assert_eq!(
        scopes,
        [
            ("@acme", "https://last.example"),
            ("@other", "https://o.example")
        ]
    );
    assert_eq!((npmrc.credentials, npmrc.warnings), (vec![], vec![]));
    assert_eq!(parse(""), NpmRc::default());
}

#[test]
fn an_address_with_a_variable_in_it_is_refused_and_its_value_not_repeated() {
    for text in [
        "registry=https://r.example/${TOKEN}/",
        "@acme:registry=https://r.example/${TOKEN}/npm",
        "registry=https://r.example/x${UNSET?}",
    ] {
        let error = NpmRc::parse("rc", &format!("a=b\n{text}"), &variable).unwrap_err();
        assert!(error.starts_with("rc:2: "), "{error}");
        assert!(error.contains(":_authToken="), "{error}");
        assert!(!error.contains("s3cret"), "{error}");
    }
    let npmrc = parse("registry=https://r.example/$TOKEN/\n//r.example/:_authToken=${TOKEN}");
    assert_eq!(npmrc.registry.as_deref(), Some("https://r.example/$TOKEN/"));
    assert_eq!(npmrc.credentials.len(), 1);
}

#[test]
fn credentials_are_read_in_npms_order() {
    let basic = "Basic YW5uOnMzY3JldA==";
    for (text, header) in [
        ("//r.example/:_authToken=${TOKEN}", "Bearer s3cret"),
        ("//r.example/:_authToken=\"s3cret\"\r\n", "Bearer s3cret"),
        ("//r.example/:_auth=YW5uOnMzY3JldA==", basic),
        (
            "//r.example/:username=ann\n//r.example/:_password=czNjcmV0",
            basic,
        ),
        (
            "//r.example/:_auth=YW5uOnMzY3JldA==\n//r.example/:_authToken=s3cret",
            "Bearer s3cret",
        ),
        (
            "//r.example/:username=x\n//r.example/:_password=eA==\n//r.example/:_auth=YW5uOnMzY3JldA==",
            basic,
        ),
        (
            "//r.example/:_authToken=old\n//r.example/:_authToken=s3cret",
            "Bearer s3cret",
        ),
        (
            "//r.example/:_authToken=\n//r.example/:_auth=YW5uOnMzY3JldA==",
            basic,
        ),
    ] {
        let found = headers(text);
        assert_eq!(
            found,
            [("//r.example/".to_owned(), Ok(header.to_owned()))],
            "{text}"
        );
    }
    let key = "//${HOST}/:_authToken=a";
    assert_eq!(
        headers(key),
        [("//npm.example/".to_owned(), Ok("Bearer a".to_owned()))]
    );
    assert_eq!(headers("//r.example/:_authToken="), []);
}

#[test]
fn what_cannot_be_used_is_told_without_its_value() {
    for (text, says) in [
        (
            "//r.example/:_authToken=${UNSET}",
            "rc:1: this credential cannot be used: the environment variable UNSET is not set",
        ),
        ("//r.example/:_authToken=s3cret x", "characters"),
        ("//r.example/:_auth=s3cret", "base64"),
        ("//r.example/:username=s3cret", "no `_password`"),
        ("\n//r.example/:_password=czNjcmV0", "rc:2: "),
        (
            "//r.example/:username=ann\n//r.example/:_password=s3cret!",
            "base64",
        ),
        (
            "//r.example/:username=s3cret:x\n//r.example/:_password=czNjcmV0",
            "colon",
        ),
    ] {
        let found = headers(text);
        let [(_, Err(why))] = found.as_slice() else {
            panic!("{text}: {found:?}");
        };
        assert!(
            why.contains(says) && !why.contains("s3cret"),
            "{text}: {why}"
        );
    }
    for (text, says) in [
        ("_authToken=s3cret", "rc:1: `_authToken` without"),
        ("_auth=s3cret", "`_auth` without"),
        (
            "//u:s3cret@r.example/:_authToken=s3cret",
            "where this credential goes",
        ),
        ("//${UNSET}/:_authToken=s3cret", "UNSET is not set"),
        ("//r.example/:keyfile=s3cret", "client certificates"),
        (
            "a=b\n[s3cret]\nregistry=https://s3cret.example",
            "rc:2: npm reads nothing",
        ),
    ] {
        let npmrc = parse(text);
        let [warning] = npmrc.warnings.as_slice() else {
            panic!("{text}: {npmrc:?}");
        };
        assert!(
            warning.contains(says) && !warning.contains("s3cret"),
            "{text}: {warning}"
        );
        assert_eq!(
            (npmrc.registry, npmrc.credentials.len()),
            (None, 0),
            "{text}"
        );
    }
}

#[test]
fn what_could_change_the_registry_and_cannot_be_read_is_an_error() {
    let text = "registry=${UNSET}\nregistry\nregistry=\n@acme:registry=${UNSET}\n@:registry=https://a.example\n\
                @a/b:registry=https://a.example\n${UNSET}=https://s3cret.example\n\
                registry=https://ann:s3cret@a.example";
    let error = NpmRc::parse("rc", text, &variable).unwrap_err();
    let places: Vec<&str> = error
        .lines()
        .map(|line| line.split(": ").next().unwrap())
        .collect();
    assert_eq!(
        places,
        [
            "rc:1", "rc:2", "rc:3", "rc:4", "rc:5", "rc:6", "rc:7", "rc:8"
        ]
    );
    assert!(!error.contains("s3cret"), "{error}");
}

proptest! {
    #[test]
    fn any_text_is_read_or_refused(text in "(?s).{0,200}|((registry|@a:registry|//r/:_authToken|[=#;\\[\\]\"']|\\$\\{TOKEN\\}|\n){0,4}\n){0,8}") {
        match NpmRc::parse("rc", &text, &variable) {
            Ok(npmrc) => prop_assert!(npmrc.warnings.iter().all(|line| line.starts_with("rc:"))),
            Err(error) => prop_assert!(error.lines().all(|line| line.starts_with("rc:"))),
        }
    }

    #[test]
    fn a_token_comes_back_and_is_not_shown(token in "[A-Za-z0-9_.~+/-]{12,40}") {
        let npmrc = parse(&format!("//r.example/:_authToken={token}"));
        let shown = format!("{npmrc:?}");
        prop_assert!(!shown.contains(&token));
        let header = npmrc.credentials[0].1.as_ref().unwrap().header();
        prop_assert_eq!(header.expose(), format!("Bearer {token}"));
    }
}
