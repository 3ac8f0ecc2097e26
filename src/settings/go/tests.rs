use super::*;
use package_provenance::evidence::go::sources::AfterProxies;

fn settled(
    flags: &GoOptions,
    variables: &GoVariables,
) -> Result<(GoSettings, Store, Vec<String>), ConfigError> {
    let mut changes = Changes::default();
    let (settings, store) = settle(
        (flags, &GoOptions::default(), "f.toml"),
        variables,
        &UserFiles::default(),
        &mut changes,
    )?;
    Ok((settings, store, changes.0))
}

/// What `--go-proxy` and `--go-sumdb` say.
fn flags(proxy: Option<&str>, sumdb: Option<&str>) -> GoOptions {
    GoOptions {
        go_proxy: proxy.map(str::to_owned),
        go_sumdb: sumdb.map(str::to_owned),
    }
}

#[expect(
    clippy::unnecessary_wraps,
    reason = "it is for fields that are optional"
)]
fn text(text: &str) -> Option<String> {
    Some(text.to_owned())
}

#[test]
fn the_defaults_are_the_go_commands() {
    let (settings, _, changes) = settled(&GoOptions::default(), &GoVariables::default()).unwrap();
    assert_eq!(settings.sources, GoSources::default());
    let proxies: Vec<String> = settings
        .addresses
        .proxies
        .iter()
        .map(ToString::to_string)
        .collect();
    assert_eq!(proxies, ["https://proxy.golang.org"]);
    assert_eq!(
        settings.addresses.sumdb.unwrap().to_string(),
        "https://sum.golang.org"
    );
    assert!(settings.database.anchor.is_some());
    assert!(changes.is_empty(), "{changes:?}");
}

#[test]
fn a_flag_stands_before_a_variable_and_an_empty_one_is_none() {
    let variables = GoVariables {
        proxy: text("https://a.example|direct"),
        sumdb: text(""),
        ..GoVariables::default()
    };
    let flagged = flags(Some("https://b.example"), None);
    let (settings, _, changes) = settled(&flagged, &variables).unwrap();
    assert_eq!(
        settings.addresses.proxies[0].to_string(),
        "https://b.example"
    );
    assert_eq!(settings.sources.then, AfterProxies::Nothing);
    assert_eq!(changes, ["go-proxy is https://b.example (--go-proxy)"]);
    let (settings, ..) = settled(&GoOptions::default(), &variables).unwrap();
    assert_eq!(settings.sources.then, AfterProxies::Direct);
}

#[test]
fn a_database_is_a_name_or_a_key_with_an_address_if_need_be() {
    let key = testkit::Sumdb::new("a", 0).verifier_key();
    for (words, route, address) in [
        (
            "sum.golang.org".to_owned(),
            SumdbRoute::Proxies,
            "https://sum.golang.org",
        ),
        (
            "sum.golang.google.cn".to_owned(),
            SumdbRoute::Address,
            "https://sum.golang.google.cn",
        ),
        (
            "sum.golang.org https://m.example/x/".to_owned(),
            SumdbRoute::Address,
            "https://m.example/x",
        ),
        (
            key.clone(),
            SumdbRoute::Proxies,
            "https://sum.testkit.example",
        ),
        (
            format!(" {key}  https://m.example "),
            SumdbRoute::Address,
            "https://m.example",
        ),
        ("off".to_owned(), SumdbRoute::Off, "https://sum.golang.org"),
    ] {
        let flagged = flags(None, Some(&words));
        let (settings, ..) = settled(&flagged, &GoVariables::default()).unwrap();
        assert_eq!(settings.sources.sumdb, route, "{words}");
        assert_eq!(settings.addresses.sumdb.unwrap().to_string(), address);
    }
    for bad in [
        "sum.example.com",
        "a+b+c",
        "sum.golang.org https://a.example more",
        "sum.golang.org http://a.example",
    ] {
        let flagged = flags(None, Some(bad));
        assert!(settled(&flagged, &GoVariables::default()).is_err(), "{bad}");
    }
}

#[test]
fn a_login_goes_to_its_own_proxy_only_and_is_never_shown() {
    use package_provenance::package::Ecosystem;
    let variables = GoVariables {
        proxy: text("https://ann:s3cret@a.example/go,https://b.example"),
        ..GoVariables::default()
    };
    let (settings, store, changes) = settled(&GoOptions::default(), &variables).unwrap();
    assert!(!format!("{settings:?} {changes:?} {variables:?}").contains("s3cret"));
    let credentials = dockyard_registry::credentials::Credentials {
        go: store,
        ..Default::default()
    };
    let sent = |url: &str| {
        credentials
            .find(Ecosystem::Go, &url.parse().unwrap())
            .is_some()
    };
    assert!(sent("https://a.example/go/m/@v/list"));
    assert!(!sent("https://a.example/other"));
    assert!(!sent("https://b.example/m/@v/list"));
    let bad = GoVariables {
        proxy: text("ftp://ann:s3cret@a.example"),
        ..GoVariables::default()
    };
    let error = settled(&GoOptions::default(), &bad).unwrap_err();
    assert!(!error.0.contains("s3cret"), "{}", error.0);
}

#[test]
fn private_is_the_default_of_both_others() {
    let (all, own) = (text("a.example"), text("b.example"));
    let variables = GoVariables {
        private: all,
        no_sumdb: own,
        ..GoVariables::default()
    };
    let (settings, ..) = settled(&GoOptions::default(), &variables).unwrap();
    assert!(settings.sources.no_proxy.find("a.example/m").is_some());
    assert!(settings.sources.no_sumdb.find("a.example/m").is_none());
    assert!(settings.sources.no_sumdb.find("b.example/m").is_some());
    let broken = GoVariables {
        private: text("a["),
        ..GoVariables::default()
    };
    assert!(
        settled(&GoOptions::default(), &broken)
            .unwrap_err()
            .0
            .contains("GOPRIVATE")
    );
}
