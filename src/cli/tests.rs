use clap::error::ErrorKind;

use super::*;
use crate::settings::Environment;
use crate::settings::NamedKeys;
use crate::settings::definition::Definition;
use crate::write::Format;
use dockyard_registry::credentials::Secret;
use dockyard_report::policy::FailOn;

fn run(arguments: &str) -> Result<Command, clap::Error> {
    parse(std::iter::once("dockyard-provenance").chain(arguments.split_whitespace()))
}

fn request(arguments: &str) -> Request {
    let Command::Scan(request, None) = run(arguments).unwrap() else {
        panic!("{arguments} is no scan");
    };
    request
}

fn scan(arguments: &str) -> Options {
    request(arguments).options
}

#[test]
fn clap_finds_no_contradiction_in_the_arguments() {
    command().debug_assert();
}

#[test]
fn a_scan_without_flags_leaves_everything_to_file_environment_and_defaults() {
    let request = request("scan");
    assert_eq!(request.root, PathBuf::from("."));
    assert_eq!(request.config, ConfigChoice::Discover);
    assert_eq!(request.options, Options::default());
}

#[test]
fn every_flag_arrives() {
    let Request {
        root,
        config,
        options,
    } = request(
        "scan repo --npm-registry https://n.example --pypi-index https://p.example/simple \
         --trust file --trusted-root r.json --npm-keys k.json --offline --evidence e --jobs 3 \
         --timeout 7 --config c.toml --fail-on warning --fail-on-unknown false --format json \
         --report json=a.json --report table=b.txt --spec-glob x/* --spec-glob y/* --color always -v \
         --cache-dir d --per-host 9",
    );
    assert_eq!(root, PathBuf::from("repo"));
    assert_eq!(config, ConfigChoice::File(PathBuf::from("c.toml")));
    let (registries, trust) = (options.registries, options.trust);
    assert_eq!(
        registries.npm_registry.as_deref(),
        Some("https://n.example")
    );
    let index = registries.pypi_index.as_deref();
    assert_eq!(index, Some("https://p.example/simple"));
    assert_eq!(trust.source, Some(TrustChoice::File));
    assert_eq!(trust.trusted_root, Some(PathBuf::from("r.json")));
    assert_eq!(trust.npm_keys, [NamedKeys::parse("k.json").unwrap()]);
    assert!(registries.offline && options.output.verbose && !options.output.quiet);
    assert_eq!(registries.evidence, Some(PathBuf::from("e")));
    let requests = options.requests;
    assert_eq!(
        (requests.jobs, requests.per_host, requests.timeout),
        (Some(3), Some(9), Some(7))
    );
    let gate = options.gate;
    assert_eq!(
        (gate.fail_on, gate.fail_on_unknown),
        (Some(FailOn::Warning), Some(false))
    );
    assert_eq!(gate.spec_glob, ["x/*", "y/*"]);
    assert_eq!(options.output.format, Some(Format::Json));
    assert_eq!(options.output.reports.len(), 2);
    assert_eq!(options.cache.cache_dir, Some(PathBuf::from("d")));
    assert!(scan("scan --no-cache").cache.no_cache && !options.cache.no_cache);
    let saved = scan("scan --save-evidence s").registries.save_evidence;
    assert_eq!(saved, Some(PathBuf::from("s")));
}

#[test]
fn wrong_usage_exits_2() {
    for arguments in [
        "",
        "scna",
        "scan --format html",
        "scan --format MARKDOWN",
        "scan --report html=x",
        "scan --report json=a --report table=./a",
        "scan --trust tuf --npm-keys k",
        "scan --trust embedded --tuf-url u",
        "scan --trust file --trusted-root r --tuf-root t",
        "scan --trust-max-age 0",
        "trust",
        "trust update --offline",
        "trust show --trust tuf",
        "scan --trust embedded --trusted-root r",
        "scan --trust embedded --npm-keys k",
        "scan --cache-dir x --no-cache",
        "scan --save-evidence x --evidence y",
        "scan --cache-dir=",
        "scan --save-evidence=",
        "scan --fail-on nothing",
        "scan --fail-on-unknown",
        "scan --fail-on-unknown yes",
        "scan --jobs 0",
        "scan --jobs 257",
        "scan --per-host 0",
        "scan --per-host 257",
        "scan --timeout 0",
        "scan --config a --no-config",
        "scan -v -q",
        "scan --evidence=",
        "scan --config=",
        "scan --trusted-root=",
        "verify-provenance --spec=",
        "verify-bundle --bundle b --key= file",
        "scan --spec-glob=",
        "scan a b",
        "verify-provenance",
        "verify-bundle --bundle b file",
        "verify-bundle --bundle b --certificate-identity i file",
        "verify-bundle --bundle b --certificate-oidc-issuer i file",
        "verify-bundle --bundle b --certificate-identity= --certificate-oidc-issuer= file",
        "verify-bundle --bundle b --key k --certificate-identity i --certificate-oidc-issuer j file",
        "verify-bundle --bundle b --key k --staging --trusted-root r file",
        "verify-bundle --bundle b --key k",
        "explain a b",
    ] {
        let error = run(arguments)
            .map(|command| format!("{command:?}"))
            .unwrap_err();
        assert_eq!(error.exit_code(), i32::from(USAGE_ERROR), "{arguments}");
        // Whatever the environment: a bare call shows the help and is wrong usage all the same.
        assert!(error.use_stderr(), "{arguments}");
    }
}

#[test]
fn help_and_version_exit_0_and_name_the_exit_codes() {
    for arguments in ["--help", "scan --help", "verify --help"] {
        let error = run(arguments).unwrap_err();
        assert_eq!(
            (error.kind(), error.exit_code()),
            (ErrorKind::DisplayHelp, 0)
        );
        assert!(error.to_string().contains("3  inconclusive"), "{arguments}");
    }
    assert_eq!(
        run("--version").unwrap_err().kind(),
        ErrorKind::DisplayVersion
    );
}

#[test]
fn one_spec_may_be_asked_for_by_either_name() {
    for name in ["verify-provenance", "verify"] {
        let Command::VerifyProvenance { spec, request } =
            run(&format!("{name} -c c/npx/a/spec.yaml -v")).unwrap()
        else {
            panic!("not verify-provenance");
        };
        assert_eq!(spec, PathBuf::from("c/npx/a/spec.yaml"));
        assert_eq!(request.root, PathBuf::from("c"));
        assert!(request.options.output.verbose);
    }
}

#[test]
fn a_bundle_needs_a_signer_and_gets_exactly_one() {
    let signer = |arguments: &str| {
        let Command::VerifyBundle(request) = run(arguments).unwrap() else {
            panic!("{arguments} is no verify-bundle");
        };
        request.signer
    };
    assert_eq!(
        signer(
            "verify-bundle --staging --bundle b --certificate-identity i --certificate-oidc-issuer j sha256:00"
        ),
        Signer::Certificate {
            identity: "i".into(),
            issuer: "j".into()
        }
    );
    assert_eq!(
        signer("verify-bundle --bundle b --key k.pem --trusted-root r.json file"),
        Signer::Key("k.pem".into())
    );
}

#[test]
fn an_empty_variable_is_unset() {
    let read = |value: &'static str| Environment::from_lookup(move |_| Some(value.into())).unwrap();
    assert_eq!(read(""), Environment::default());
    assert_eq!(read("x").npm_config_registry.as_deref(), Some("x"));
    assert!(read("1").no_color);
    assert_eq!(
        Environment::from_lookup(|_| None).unwrap(),
        Environment::default()
    );
}

fn from(variables: &[(&str, &str)]) -> Environment {
    Environment::from_lookup(|name| {
        let found = variables.iter().find(|(known, _)| *known == name);
        found.map(|(_, value)| (*value).into())
    })
    .unwrap()
}

#[test]
fn npms_variables_are_read_in_small_letters_too() {
    let both = [
        ("npm_config_registry", "small"),
        ("NPM_CONFIG_REGISTRY", "large"),
    ];
    assert_eq!(from(&both).npm_config_registry.as_deref(), Some("large"));
    let small = [
        ("npm_config_registry", "small"),
        ("npm_config_userconfig", "rc"),
    ];
    assert_eq!(from(&small).npm_config_registry.as_deref(), Some("small"));
    assert_eq!(from(&small).npm_config_userconfig, Some("rc".into()));
}

#[test]
fn logins_of_an_index_are_read_by_its_name() {
    let variables = [
        ("UV_INDEX_MY_INDEX_1_USERNAME", "ann"),
        ("UV_INDEX_MY_INDEX_1_PASSWORD", "s3cret"),
        ("UV_INDEX__PASSWORD", "other"),
    ];
    let with = |index: &'static str| {
        let mut variables = variables.to_vec();
        variables.push(("UV_DEFAULT_INDEX", index));
        from(&variables)
    };
    let named = with("my-Index.1=https://p.example/simple");
    let part = |secret: Option<Secret>| secret.map(|secret| secret.expose().to_owned());
    assert_eq!(
        part(named.uv_index_username.clone()).as_deref(),
        Some("ann")
    );
    assert_eq!(
        part(named.uv_index_password.clone()).as_deref(),
        Some("s3cret")
    );
    assert!(!format!("{named:?}").contains("s3cret"));
    for other in ["https://p.example/simple", "mine=https://p.example/simple"] {
        assert_eq!(with(other).uv_index_password, None, "{other}");
    }
}

#[test]
fn ci_and_dumb_terminals_are_known() {
    for (value, ci) in [
        ("true", true),
        ("1", true),
        ("woodpecker", true),
        ("false", false),
        ("0", false),
        ("", false),
    ] {
        assert_eq!(from(&[("CI", value)]).ci, ci, "{value}");
    }
    assert!(from(&[("TERM", "dumb")]).dumb_terminal);
    assert!(!from(&[("TERM", "xterm")]).dumb_terminal);
}

#[cfg(unix)]
#[test]
fn a_variable_that_is_not_unicode_is_an_error() {
    use std::os::unix::ffi::OsStringExt as _;
    let broken = || Some(OsString::from_vec(vec![b'h', 0xff]));
    let error =
        Environment::from_lookup(|name| broken().filter(|_| name == "PIP_INDEX_URL")).unwrap_err();
    assert!(error.to_string().contains("PIP_INDEX_URL"));
}

/// What follows "Examples:" in the help of every command, as somebody would type it.
fn examples(command: &mut clap::Command) -> Vec<String> {
    let mut found = Vec::new();
    for subcommand in command.get_subcommands_mut() {
        if subcommand.get_name() == "help" {
            continue;
        }
        found.extend(examples(subcommand));
    }
    if command.get_subcommands().next().is_none() {
        let help = command.render_long_help().to_string();
        let after = help.split("Examples:\n").nth(1).unwrap_or_default();
        let after = after.replace("\\\n", " ");
        let lines = after.lines().map(str::trim);
        let own: Vec<String> = lines
            .take_while(|line| !line.is_empty())
            .map(str::to_owned)
            .collect();
        assert_eq!(own.len(), 2, "{}: {help}", command.get_name());
        found.extend(own);
    }
    found
}

#[test]
fn every_command_has_two_examples_that_can_be_typed() {
    // No line of an example is broken.
    let mut whole = command().term_width(0);
    for example in examples(&mut whole) {
        let words = example.split_whitespace();
        let words = words
            .skip_while(|word| word.starts_with("INPUT_"))
            .take_while(|word| !word.starts_with('>'));
        let parsed = parse(words.map(OsString::from));
        assert!(parsed.is_ok(), "{example}: {parsed:?}");
    }
}

#[test]
fn every_option_is_defined_and_every_definition_is_an_option() {
    let definitions = Options::definitions();
    let sources = Options::sources();
    assert_eq!(definitions.len(), sources.len());
    let mut names: Vec<&str> = definitions.iter().map(Definition::name).collect();
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), sources.len(), "two options have one name");
    for definition in &definitions {
        let arguments = ["dockyard-provenance", "scan", "--help"];
        let help = parse(arguments).unwrap_err().to_string();
        let name = definition.name();
        assert!(help.contains(&format!("--{name}")), "{name}");
    }
}

#[test]
fn what_may_hold_a_password_is_not_repeated() {
    for flag in ["--npm-keys", "--npm-registry"] {
        let given = format!("scan {flag} @a=b --npm-keys https://u:hunter2@r.example?x=k");
        let error = run(&given).unwrap_err().to_string();
        assert!(error.contains("--npm-keys: "), "{error}");
        assert!(!error.contains("hunter2"), "{error}");
    }
}
