use std::ffi::OsString;
use std::fs;
use std::path::Path;

use proptest::prelude::*;

mod limits;

use super::definition::Group as _;
use super::*;
use dockyard_report::finding::{RuleId, Severity};
use dockyard_report::policy::FailOn;

fn parse(text: &str) -> Result<ConfigFile, String> {
    file::parse("c.toml", text, Path::new("conf")).map_err(|error| error.0)
}

/// What a command line with these options asks for.
pub(super) fn flags(line: &str) -> Request {
    let arguments: Vec<OsString> = line.split_whitespace().map(Into::into).collect();
    Request {
        options: Options::read(&arguments).unwrap(),
        ..Request::default()
    }
}

fn settled(line: &str, environment: &Environment, text: &str) -> Settings {
    let file = parse(text).unwrap();
    merge::merge(flags(line), environment, Some("c.toml".to_owned()), file).unwrap()
}

#[test]
fn every_key_is_read() {
    let file = parse(
        r#"
fail-on = "never"
fail-on-unknown = false
spec-glob = ["a/*/spec.yaml", "b/*/spec.yaml"]
trusted-root = "trust/root.json"
npm-keys = "trust/keys.json"
evidence = "evidence"
npm-registry = "https://npm.example.org"
pypi-index = "https://pypi.example.org/simple"
jobs = 0x10
per-host = 8
timeout = 5

[severity]
no-provenance = "error"
"#,
    )
    .unwrap();
    assert_eq!(
        file,
        ConfigFile {
            options: flags(
                "--fail-on never --fail-on-unknown false --spec-glob a/*/spec.yaml \
                 --spec-glob b/*/spec.yaml --trusted-root conf/trust/root.json \
                 --npm-keys conf/trust/keys.json --evidence conf/evidence \
                 --npm-registry https://npm.example.org \
                 --pypi-index https://pypi.example.org/simple --jobs 16 --per-host 8 --timeout 5"
            )
            .options,
            severities: [(RuleId::NoProvenance, Severity::Error)].into(),
            ..ConfigFile::default()
        }
    );
    assert_eq!(parse("").unwrap(), ConfigFile::default());
}

#[test]
fn all_mistakes_are_told_at_once_with_their_places() {
    let error = parse(
        "fail_on = \"error\"\njobs = 0\ntimeout = \"5\"\nspec-glob = []\nfail-on-unknown = 1\n\
         npm-keys = \"\"\nfail-on = \"nevr\"\n\n[severity]\n  no-provenence = \"error\"\n  yanked-release = \"off\"\n",
    )
    .unwrap_err();
    let lines: Vec<&str> = error.lines().collect();
    assert_eq!(
        lines,
        [
            "c.toml:1:1: unknown key `fail_on`; did you mean `fail-on`?",
            "c.toml:2:8: expected a whole number from 1 to 32; only --jobs may ask for more",
            "c.toml:3:11: expected a whole number from 1 to 30; only --timeout may ask for more",
            "c.toml:4:13: an empty list says nothing; leave the key out",
            "c.toml:5:19: expected true or false",
            "c.toml:6:12: this text is empty or holds invisible characters",
            "c.toml:7:11: expected one of \"error\", \"warning\", \"note\", \"never\"",
            "c.toml:10:3: unknown rule `no-provenence`; did you mean `no-provenance`?",
            "c.toml:11:20: expected one of \"error\", \"warning\", \"note\"",
        ]
    );
}

#[test]
fn what_is_not_toml_or_says_a_key_twice_is_refused() {
    for text in [
        "fail-on = ",
        "fail-on = \"never\"\nfail-on = \"error\"\n",
        "severity = 3",
    ] {
        let error = parse(text).unwrap_err();
        assert!(error.starts_with("c.toml:"), "{text}: {error}");
    }
}

#[test]
fn flags_win_over_environment_over_file_over_defaults() {
    let file = "npm-registry = \"https://file.example\"\njobs = 2\n";
    let environment = Environment {
        npm_config_registry: Some("https://env.example".into()),
        ..Environment::default()
    };
    let flag = "--npm-registry https://flag.example";
    let unset = Environment::default();
    for (flags, environment, text, registry) in [
        (flag, &environment, file, "https://flag.example"),
        ("", &environment, file, "https://env.example"),
        ("", &unset, file, "https://file.example"),
        ("", &unset, "", NPM_REGISTRY),
    ] {
        assert_eq!(settled(flags, environment, text).npm_registry, registry);
    }
    assert_eq!(settled("", &unset, file).jobs, 2);
}

#[test]
fn uv_comes_before_pip_and_may_name_its_index() {
    for (uv, pip, index) in [
        (
            Some("https://uv.example/simple"),
            Some("https://pip.example/simple"),
            "https://uv.example/simple",
        ),
        (
            Some("mine=https://uv.example/simple"),
            None,
            "https://uv.example/simple",
        ),
        (
            Some("https://uv.example/a=b/simple"),
            None,
            "https://uv.example/a=b/simple",
        ),
        (
            None,
            Some("https://pip.example/simple"),
            "https://pip.example/simple",
        ),
        (None, None, PYPI_INDEX),
    ] {
        let environment = Environment {
            uv_default_index: uv.map(str::to_owned),
            pip_index_url: pip.map(str::to_owned),
            ..Environment::default()
        };
        assert_eq!(settled("", &environment, "").pypi_index, index);
    }
}

#[test]
fn what_weakens_the_gate_is_said_and_defaults_are_silent() {
    let unset = Environment::default();
    assert_eq!(settled("", &unset, "").changes, [""; 0]);
    let same = "fail-on = \"error\"\nfail-on-unknown = true\nspec-glob = [\"*/*/spec.yaml\"]\n\
                jobs = 2\ntimeout = 30\n[severity]\nno-provenance = \"warning\"\n";
    assert_eq!(settled("", &unset, same).changes, [""; 0]);
    let weaker = "fail-on = \"never\"\nfail-on-unknown = false\nspec-glob = [\"npx/good/*\"]\n\
                  trusted-root = \"r.json\"\nnpm-keys = \"k.json\"\nevidence = \"e\"\n\
                  npm-registry = \"https://user:secret@npm.example\"\ntimeout = 29\n[severity]\nattestation-invalid = \"note\"\n";
    let settings = settled("", &unset, weaker);
    assert_eq!(
        settings.changes,
        [
            "fail-on is never (c.toml): this run reports without failing",
            "fail-on-unknown is false (c.toml): what cannot be determined does not fail",
            "attestation-invalid is note (c.toml) instead of error",
            "spec-glob is npx/good/* (c.toml): only these are looked at",
            "trusted-root is conf/r.json (c.toml): Sigstore's embedded root is not used",
            "npm-keys is conf/k.json (c.toml): npm's embedded keys are not used",
            "evidence is conf/e (c.toml): the registries are not asked",
            "timeout is 29 s (c.toml): what answers later is unknown",
            "the trust material is not refreshed (c.toml)",
            "npm-registry is an address that cannot be asked (c.toml)",
        ]
    );
    assert_eq!(settings.gate().changes, settings.changes);
    assert_eq!(
        settings.gate().evidence,
        dockyard_report::report::EvidenceOrigin::Folder
    );
}

#[test]
fn flags_restore_what_a_file_weakened() {
    let flags = "--fail-on error --fail-on-unknown true --spec-glob */*/spec.yaml --trust tuf";
    let weaker = "fail-on = \"never\"\nfail-on-unknown = false\nspec-glob = [\"x/*\"]\ntrusted-root = \"r\"\nnpm-keys = \"k\"\n";
    let settings = settled(flags, &Environment::default(), weaker);
    let (policy, default) = (&settings.policy, Policy::default());
    assert_eq!(policy.fail_on, default.fail_on);
    assert_eq!(policy.fail_on_unknown, default.fail_on_unknown);
    assert_eq!(policy.severities, default.severities);
    assert_eq!(settings.trust, TrustOptions::default());
    assert_eq!(settings.changes, [""; 0]);
}

#[test]
fn trust_is_refreshed_where_the_network_may_be_used_and_no_file_is_named() {
    let unset = Environment::default();
    let tuf = |flags: &str, text: &str| settled(flags, &unset, text).tuf;
    let options = tuf("", "timeout = 7").unwrap();
    assert_eq!(options.url, dockyard_registry::trust::tuf::PUBLIC_URL);
    assert_eq!((options.root, options.network), (None, true));
    assert_eq!(options.timeout, Duration::from_secs(30), "not the file's");
    let options = tuf("--timeout 7", "timeout = 8").unwrap();
    assert_eq!(options.timeout, Duration::from_secs(7));
    for (flags, text) in [
        ("--offline", ""),
        ("--trust embedded", ""),
        ("", "evidence = \"e\""),
        ("", "npm-keys = \"k\""),
    ] {
        assert_eq!(tuf(flags, text), None, "{text}");
    }
    assert!(!tuf("--trust tuf --offline", "").unwrap().network);
    assert_eq!(
        settled("--trust embedded", &unset, "").changes,
        ["trust is embedded (--trust): it is not refreshed"]
    );
}

#[test]
fn a_file_that_ends_the_refresh_is_told_of() {
    const SAID: &str = "the trust material is not refreshed (c.toml)";
    let says = |flags: &str, text: &str| {
        let settings = settled(flags, &Environment::default(), text);
        assert_eq!(settings.tuf, None, "{text}");
        settings.changes.iter().any(|change| change == SAID)
    };
    for text in [
        "npm-keys = \"k\"",
        "trusted-root = \"r\"",
        "evidence = \"e\"",
    ] {
        assert!(says("", text), "{text}");
        // Here the user has said so.
        for flags in ["--trust embedded", "--npm-keys own"] {
            assert!(!says(flags, text), "{text}");
        }
        assert!(says("--offline", text), "{text}");
    }
    assert!(!says("--offline", "jobs = 2"));
}

#[test]
fn trust_from_files_needs_a_root() {
    let merge = |line: &str| {
        let (unset, file) = (Environment::default(), ConfigFile::default());
        merge::merge(flags(line), &unset, None, file)
    };
    let error = merge("--trust file").unwrap_err();
    assert!(error.0.contains("--trusted-root"), "{error}");
    let settings = merge("--trust file --trusted-root r").unwrap();
    assert_eq!(settings.trust.trusted_root, Some(PathBuf::from("r")));
}

#[test]
fn a_file_is_found_in_the_root_unless_told_otherwise() {
    let folder = tempfile::tempdir().unwrap();
    let settle = |config: ConfigChoice| {
        let root = folder.path().to_owned();
        let options = Options::default();
        let request = Request {
            root,
            config,
            options,
        };
        settle(request, &Environment::default())
    };
    assert_eq!(settle(ConfigChoice::Discover).unwrap().config, None);
    let path = folder.path().join(FILE_NAME);
    assert!(settle(ConfigChoice::File(path.clone())).is_err());

    fs::write(&path, "fail-on = \"never\"\n").unwrap();
    let found = settle(ConfigChoice::Discover).unwrap();
    assert_eq!(
        (found.config.as_deref(), found.policy.fail_on),
        (Some(FILE_NAME), FailOn::Never)
    );
    let ignored = settle(ConfigChoice::Ignore).unwrap();
    assert_eq!(
        (ignored.config, ignored.policy.fail_on),
        (None, FailOn::Error)
    );

    fs::write(&path, "#".repeat(256 * 1024 + 1)).unwrap();
    assert!(
        settle(ConfigChoice::Discover)
            .unwrap_err()
            .0
            .contains("larger")
    );
    fs::write(&path, [0xff]).unwrap();
    assert!(
        settle(ConfigChoice::Discover)
            .unwrap_err()
            .0
            .contains("UTF-8")
    );
}

#[cfg(unix)]
#[test]
fn a_dangling_link_is_not_read_as_no_configuration() {
    let folder = tempfile::tempdir().unwrap();
    std::os::unix::fs::symlink("nowhere", folder.path().join(FILE_NAME)).unwrap();
    assert!(file::load(folder.path(), &ConfigChoice::Discover).is_err());
    assert_eq!(file::load(folder.path(), &ConfigChoice::Ignore), Ok(None));
}

#[test]
fn the_root_is_three_levels_above_a_spec() {
    for (spec, root) in [
        ("catalog/npx/a/spec.yaml", "catalog"),
        ("npx/a/spec.yaml", "."),
        ("/npx/a/spec.yaml", "/"),
        ("spec.yaml", "../.."),
        ("a/spec.yaml", "a/../.."),
        ("../spec.yaml", "../../.."),
    ] {
        assert_eq!(root_of(Path::new(spec)), Path::new(root), "{spec}");
    }
}

#[test]
fn colour_follows_flag_then_no_color_then_the_terminal() {
    let no_color = Environment {
        no_color: true,
        ..Environment::default()
    };
    assert!(settled("--color always", &no_color, "").use_color(false));
    assert!(!settled("", &no_color, "").use_color(true));
    let unset = Environment::default();
    assert!(settled("", &unset, "").use_color(true));
    assert!(!settled("", &unset, "").use_color(false));
}

proptest! {
    #[test]
    fn any_text_is_read_or_refused(text in "(?s).{0,200}|([a-z-]{1,12} *= *[\"\\[{]?[a-z0-9.]{0,6}[\"\\]}]?\n){0,6}") {
        if let Err(error) = parse(&text) {
            prop_assert!(!error.is_empty());
            prop_assert!(error.lines().all(|line| line.starts_with("c.toml:")));
        }
    }
}
