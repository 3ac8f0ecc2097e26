use super::*;
use crate::settings::tests::flags;
use crate::settings::{ConfigFile, Settings, UserFiles, merge};
use dockyard_registry::credentials::netrc::Netrc;
use dockyard_registry::credentials::npmrc::NpmRc;
use package_provenance::package::Ecosystem;

const ANN: &str = "Basic YW5uOnMzY3JldA==";

fn files(npmrc: &str, netrc: &str) -> UserFiles {
    UserFiles {
        npmrc: NpmRc::parse("~/.npmrc", npmrc, &|_| None).unwrap(),
        npmrc_shown: "~/.npmrc".into(),
        netrc: Netrc::parse(netrc).unwrap(),
        netrc_shown: "~/.netrc".into(),
        warnings: Vec::new(),
    }
}

fn settle(line: &str, environment: &Environment, text: &str) -> Result<Settings, String> {
    let file: ConfigFile = crate::settings::file::parse("c.toml", text, "".as_ref()).unwrap();
    merge::merge(flags(line), environment, Some("c.toml".to_owned()), file).map_err(|error| error.0)
}

fn header(settings: &Settings, ecosystem: Ecosystem, url: &str) -> Option<String> {
    let credential = settings
        .credentials
        .find(ecosystem, &Url::parse(url).unwrap())?;
    Some(credential.header().expose().to_owned())
}

fn uv(index: &str) -> Environment {
    Environment {
        uv_default_index: Some(index.to_owned()),
        ..Environment::default()
    }
}

#[test]
fn npmrc_is_stronger_than_the_file_and_its_scopes_always_count() {
    let environment = Environment {
        files: files(
            "registry=https://rc.example\n@acme:registry=https://own.example/",
            "",
        ),
        ..Environment::default()
    };
    let flag = "--npm-registry https://flag.example";
    let scope = "npm-registry of @acme is https://own.example (~/.npmrc)";
    for (flags, text, registry, changes) in [
        (
            "",
            "",
            "https://rc.example",
            ["npm-registry is https://rc.example (~/.npmrc)", scope],
        ),
        (
            "",
            "npm-registry = \"https://file.example\"",
            "https://rc.example",
            ["npm-registry is https://rc.example (~/.npmrc)", scope],
        ),
        (
            flag,
            "",
            "https://flag.example",
            [
                "npm-registry is https://flag.example (--npm-registry)",
                scope,
            ],
        ),
    ] {
        let settings = settle(flags, &environment, text).unwrap();
        assert_eq!(settings.npm_registry, registry);
        assert_eq!(settings.changes, changes);
        assert_eq!(settings.npm_scopes["@acme"], "https://own.example/");
    }
}

#[test]
fn a_file_that_names_the_default_is_told_of_and_replaces_nothing_of_the_users() {
    let unset = Environment::default();
    let text = format!("npm-registry = \"{NPM_REGISTRY}/\"\npypi-index = \"{PYPI_INDEX}\"\n");
    let settings = settle("", &unset, &text).unwrap();
    assert_eq!(
        settings.changes,
        [
            format!("npm-registry is {NPM_REGISTRY} (c.toml)"),
            format!("pypi-index is {PYPI_INDEX} (c.toml)"),
        ]
    );
    let flags = format!("--npm-registry {NPM_REGISTRY} --pypi-index {PYPI_INDEX}");
    assert_eq!(settle(&flags, &unset, &text).unwrap().changes, [""; 0]);
    let users = Environment {
        files: files("registry=https://rc.example", ""),
        pip_index_url: Some("https://pip.example/simple".into()),
        ..Environment::default()
    };
    let settings = settle("", &users, &text).unwrap();
    assert_eq!(settings.npm_registry, "https://rc.example");
    assert_eq!(settings.pypi_index, "https://pip.example/simple");
}

#[test]
fn an_address_that_is_refused_is_not_repeated_even_where_nobody_is_asked() {
    let noted = |address: &str| {
        let flags = "--evidence e";
        let environment = Environment {
            npm_config_registry: Some(address.to_owned()),
            pip_index_url: Some(address.to_owned()),
            ..Environment::default()
        };
        settle(flags, &environment, "").unwrap().changes.join("\n")
    };
    for address in [
        "https://r.example/simple?token=s3cret",
        "https://r.example/simple#s3cret",
        "r.example/s3cret",
    ] {
        let changes = noted(address);
        assert!(!changes.contains("s3cret"), "{address}: {changes}");
        for setting in ["npm-registry", "pypi-index"] {
            let says = format!("{setting} is an address that cannot be asked");
            assert!(changes.contains(&says), "{address}: {changes}");
        }
        // A flag is of this run: it is refused.
        for npm in [true, false] {
            let flag = if npm {
                "--npm-registry"
            } else {
                "--pypi-index"
            };
            let line = format!("{flag}={address} --evidence e");
            let refused = settle(&line, &Environment::default(), "").unwrap_err();
            assert!(refused.contains(flag), "{refused}");
            assert!(!refused.contains("s3cret"), "{refused}");
        }
    }
    let changes = noted("https://r.example/@mine/simple");
    assert!(
        changes.contains("pypi-index is https://r.example/@mine/simple (PIP_INDEX_URL)"),
        "{changes}"
    );
}

#[test]
fn evidence_from_a_folder_needs_no_registries() {
    let environment = Environment {
        files: files(
            "registry=https://rc.example\n@acme:registry=https://own.example",
            "",
        ),
        ..Environment::default()
    };
    let settings = settle("", &environment, "evidence = \"e\"").unwrap();
    assert_eq!(settings.npm_registry, NPM_REGISTRY);
    assert!(settings.npm_scopes.is_empty());
    assert_eq!(settings.credentials, Credentials::default());
}

#[test]
fn a_scope_whose_registry_cannot_be_asked_is_an_error() {
    let environment = Environment {
        files: files("@acme:registry=http://own.example", ""),
        ..Environment::default()
    };
    let error = settle("", &environment, "").err().unwrap();
    assert!(
        error.contains("@acme in ~/.npmrc: http is accepted"),
        "{error}"
    );
}

#[test]
fn only_warnings_about_registries_that_are_asked_are_given() {
    let npmrc = "//other.example/:_authToken=${UNSET}\n//own.example/:_authToken=${UNSET}\n\
                 @acme:registry=https://own.example/npm/";
    let environment = Environment {
        files: files(npmrc, ""),
        ..Environment::default()
    };
    let settings = settle("", &environment, "").unwrap();
    let [warning] = settings.warnings.as_slice() else {
        panic!("{:?}", settings.warnings);
    };
    assert!(warning.starts_with("~/.npmrc:2: "), "{warning}");
}

#[test]
fn credentials_of_an_index_are_split_off_and_stay_with_it() {
    let pip = Environment {
        pip_index_url: Some("https://ann:s3cret@p.example/t/simple/".into()),
        ..Environment::default()
    };
    let uv_url = Environment {
        uv_index_url: pip.pip_index_url.clone(),
        ..Environment::default()
    };
    let named = Environment {
        uv_index_username: Some(Secret::new("ann")),
        uv_index_password: Some(Secret::new("s3cret")),
        ..uv("mine=https://other:pw@p.example/t/simple/")
    };
    for environment in [
        uv("https://ann:s3cret@p.example/t/simple/"),
        uv("mine=https://ann:s3cret@p.example/t/simple/"),
        uv("https://%61nn:s3%63ret@p.example/t/simple/"),
        pip,
        uv_url,
        named,
    ] {
        let settings = settle("", &environment, "").unwrap();
        assert_eq!(settings.pypi_index, "https://p.example/t/simple/");
        let at = |url: &str| header(&settings, Ecosystem::Pypi, url);
        assert_eq!(at("https://p.example/t/simple/a/").as_deref(), Some(ANN));
        assert_eq!(
            at("https://p.example/t/integrity/a/1/f/provenance").as_deref(),
            Some(ANN)
        );
        for other in [
            "https://p.example/simple/a/",
            "https://p.example:8443/t/simple/a/",
            "https://q.example/t/simple/a/",
        ] {
            assert_eq!(at(other), None, "{other}");
        }
        let npm = header(&settings, Ecosystem::Npm, "https://p.example/t/simple/a/");
        assert_eq!(npm, None);
        let shown = format!("{settings:?} {environment:?}");
        assert!(
            !shown.contains("s3cret") && !shown.contains("YW5u"),
            "{shown}"
        );
    }
    let token = settle("", &uv("https://t0ken@p.example/simple"), "").unwrap();
    let sent = header(&token, Ecosystem::Pypi, "https://p.example/simple/a/");
    assert_eq!(sent.as_deref(), Some("Basic dDBrZW46"));
}

#[test]
fn an_address_with_a_password_that_is_none_is_refused_and_not_repeated() {
    for (index, says) in [
        ("https://ann:s3#cret@p.example/simple", "no URL"),
        (
            "ann:s3cret@p.example/simple",
            "user name cannot be taken out",
        ),
        ("https://a%3Ann:s3cret@p.example/simple", "colon"),
        ("https://ann:s3cret%0a@p.example/simple", "control"),
        ("https://ann:s3cret%ff@p.example/simple", "UTF-8"),
    ] {
        let settled = settle("", &uv(index), "");
        match settled {
            Err(error) => {
                assert!(
                    error.contains(says) && !error.contains("s3cret"),
                    "{index}: {error}"
                );
                assert!(error.contains("UV_DEFAULT_INDEX"), "{error}");
            }
            // Refused where it is used: it is no address of a registry.
            Ok(settings) => assert!(BaseUrl::parse(&settings.pypi_index).is_err(), "{index}"),
        }
    }
    // A flag is stronger: the variable is not looked at.
    let flags = "--pypi-index https://p.example/simple";
    let settings = settle(flags, &uv("https://a%3Ann:s3cret@p.example/simple"), "").unwrap();
    assert_eq!(settings.credentials, Credentials::default());
}

#[test]
fn netrc_follows_addresses_that_the_user_named() {
    let machine = "machine p.example login ann password s3cret";
    let default = "default login ann password s3cret";
    let with = |netrc: &str, environment: Environment| Environment {
        files: files("", netrc),
        ..environment
    };
    let sent = |netrc: &str, environment: Environment, text: &str| {
        let settings = settle("", &with(netrc, environment), text).unwrap();
        let url = format!("{}/a/", settings.pypi_index);
        header(&settings, Ecosystem::Pypi, &url).is_some()
    };
    let index = "https://p.example/simple";
    let odd = "https://p.example:8443/simple";
    let file = |index: &str| format!("pypi-index = \"{index}\"");
    let unset = Environment::default;
    // Named by the user: whatever netrc says.
    assert!(sent(machine, uv(index), ""));
    assert!(sent(machine, uv(odd), ""));
    assert!(sent(default, uv(index), ""));
    // Named by a file that a pull request can change: only what was meant for that very machine.
    assert!(sent(machine, unset(), &file(index)));
    assert!(!sent(machine, unset(), &file(odd)));
    assert!(!sent(default, unset(), &file(index)));
    assert!(!sent(
        machine,
        unset(),
        &file("https://evil.example/simple")
    ));
    // Named by nobody: the public index needs no login.
    assert!(!sent(default, unset(), ""));
    // What stands in the address is stronger.
    let both = with(
        "machine p.example login x password y",
        uv("https://ann:s3cret@p.example/simple"),
    );
    let settings = settle("", &both, "").unwrap();
    let url = "https://p.example/simple/a/";
    assert_eq!(
        header(&settings, Ecosystem::Pypi, url).as_deref(),
        Some(ANN)
    );
    // And a login that cannot be sent is told of.
    let odd = with("machine p.example login a:b password y", uv(index));
    let settings = settle("", &odd, "").unwrap();
    assert!(
        settings.warnings[0].starts_with("~/.netrc:1: "),
        "{:?}",
        settings.warnings
    );
}
