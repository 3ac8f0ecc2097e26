//! Flags over environment over configuration file over defaults, and what the report says of it.

use testkit::Registry;

use crate::stage::{Run, Stage, spec};

/// Two registries of either kind; who was asked tells which setting won.
struct Asked {
    stage: Stage,
    other: Registry,
}

impl Asked {
    fn new(protocol: &str) -> Self {
        let stage = Stage::new();
        stage.write(
            &format!("{protocol}/a/spec.yaml"),
            &spec(protocol, "widget", "1.2.3", ""),
        );
        Self {
            stage,
            other: Registry::start(),
        }
    }

    /// Runs a scan and says which registry was asked: `"one"`, `"other"`.
    #[track_caller]
    fn by(&self, flags: &[&str], environment: &[(&str, &str)]) -> &'static str {
        let counts = || {
            (
                self.stage.registry.requests().len(),
                self.other.requests().len(),
            )
        };
        let before = counts();
        let mut command = self.stage.trusting(&["scan"]);
        command.args(flags).envs(environment.iter().copied());
        // Neither registry has the package.
        Run::of(&mut command).exits(1);
        let after = counts();
        match (after.0 > before.0, after.1 > before.1) {
            (true, false) => "one",
            (false, true) => "other",
            both => panic!("asked: {both:?}"),
        }
    }
}

#[test]
fn npm_registry_by_flag_environment_and_file() {
    let asked = Asked::new("npx");
    let (one, other) = (asked.stage.registry.npm_url(), asked.other.npm_url());
    let variable = |url: &'static str| [("NPM_CONFIG_REGISTRY", url)];
    let (one_static, other_static): (&'static str, &'static str) =
        (one.clone().leak(), other.clone().leak());
    assert_eq!(asked.by(&[], &variable(one_static)), "one");
    assert_eq!(
        asked.by(&["--npm-registry", &other], &variable(one_static)),
        "other"
    );
    asked.stage.write(
        "dockyard-provenance.toml",
        &format!("npm-registry = \"{other}\"\n"),
    );
    assert_eq!(asked.by(&[], &[]), "other");
    assert_eq!(asked.by(&[], &variable("")), "other");
    assert_eq!(asked.by(&[], &variable(one_static)), "one");
    assert_eq!(
        asked.by(&["--npm-registry", &one], &variable(other_static)),
        "one"
    );
    assert_eq!(asked.by(&["--no-config"], &variable(one_static)), "one");
}

#[test]
fn pypi_index_by_flag_environment_and_file() {
    let asked = Asked::new("uvx");
    let (one, other) = (
        asked.stage.registry.pypi_index_url(),
        asked.other.pypi_index_url(),
    );
    assert_eq!(asked.by(&[], &[("PIP_INDEX_URL", &one)]), "one");
    assert_eq!(asked.by(&[], &[("UV_DEFAULT_INDEX", &one)]), "one");
    let both = [
        ("UV_DEFAULT_INDEX", one.as_str()),
        ("PIP_INDEX_URL", other.as_str()),
    ];
    assert_eq!(asked.by(&[], &both), "one");
    assert_eq!(asked.by(&["--pypi-index", &other], &both), "other");
    let named = format!("mirror={one}");
    assert_eq!(asked.by(&[], &[("UV_DEFAULT_INDEX", &named)]), "one");
    let empty = [("UV_DEFAULT_INDEX", ""), ("PIP_INDEX_URL", &other)];
    assert_eq!(asked.by(&[], &empty), "other");
    asked.stage.write(
        "dockyard-provenance.toml",
        &format!("pypi-index = \"{other}\"\n"),
    );
    assert_eq!(asked.by(&[], &[]), "other");
    assert_eq!(asked.by(&[], &[("PIP_INDEX_URL", &one)]), "one");
}

#[test]
fn the_report_says_where_a_registry_was_set() {
    let stage = Stage::honest();
    let npm = stage.registry.npm_url();
    let mut command = stage.trusting(&["scan"]);
    command.env("NPM_CONFIG_REGISTRY", &npm);
    let run = Run::of(&mut command).exits(0);
    let line = format!("Non-default: npm-registry is {npm} (NPM_CONFIG_REGISTRY)");
    assert!(run.out.contains(&line), "{}", run.out);
}

#[test]
fn colours_are_for_terminals_and_those_who_ask() {
    let stage = Stage::honest();
    let colored = |flags: &[&str], no_color: &str| {
        let mut command = stage.command(&["scan"]);
        command.args(flags).env("NO_COLOR", no_color);
        Run::of(&mut command).exits(0).out.contains('\u{1b}')
    };
    assert!(!colored(&[], ""));
    assert!(!colored(&["--color", "auto"], ""));
    assert!(colored(&["--color", "always"], ""));
    assert!(colored(&["--color", "always"], "1"), "a flag wins");
    assert!(!colored(&["--color", "never"], ""));
    assert!(!colored(&["--color", "always", "--format", "json"], ""));
    let by = |variables: &[(&str, &str)]| {
        let mut command = stage.command(&["scan"]);
        command.envs(variables.iter().copied());
        Run::of(&mut command).exits(0).out.contains('\u{1b}')
    };
    for force in ["FORCE_COLOR", "CLICOLOR_FORCE"] {
        assert!(by(&[(force, "1")]), "{force}");
        assert!(!by(&[(force, "1"), ("NO_COLOR", "1")]), "{force}");
    }
    assert!(!by(&[("FORCE_COLOR", "0")]));
}

#[test]
fn offline_asks_nobody_and_knows_nothing() {
    let stage = Stage::honest();
    stage.pypi("b", "widget", "");
    let run = stage.scan(&["--offline", "--format", "json"]).exits(3);
    let report = run.report();
    for path in ["npx/a/spec.yaml", "uvx/b/spec.yaml"] {
        assert_eq!(report.status(path), "unknown");
        assert_eq!(report.rules(path), ["verification-incomplete"]);
        assert!(report.spec(path)["publisher"].is_null());
    }
    assert_eq!(stage.registry.paths(), [""; 0]);
    let table = stage.scan(&["--offline"]).exits(3).out;
    assert!(table.contains("--offline"), "{table}");
}

#[test]
fn every_mistake_of_the_configuration_is_told_at_once() {
    let stage = Stage::honest();
    stage.write(
        "dockyard-provenance.toml",
        "fail-on = \"sometimes\"\njobz = 3\n[severity]\nno-provenence = \"error\"\nspec-invalid = \"off\"\n",
    );
    let error = stage.scan(&[]).refuses("dockyard-provenance.toml:1:11").err;
    for says in [
        "did you mean `jobs`?",
        "did you mean `no-provenance`?",
        "dockyard-provenance.toml:5:16",
    ] {
        assert!(error.contains(says), "{says}: {error}");
    }
}

#[test]
fn paths_in_the_configuration_are_relative_to_it() {
    let stage = Stage::honest();
    std::fs::copy(stage.trusted_root(), stage.root().join("root.json")).unwrap();
    std::fs::copy(stage.npm_keys(), stage.root().join("keys.json")).unwrap();
    let npm = stage.registry.npm_url();
    stage.write(
        "dockyard-provenance.toml",
        &format!(
            "trusted-root = \"root.json\"\nnpm-keys = \"keys.json\"\nnpm-registry = \"{npm}\"\n"
        ),
    );
    let mut command = stage.program();
    command.args(["verify", "-c", "spec.yaml"]);
    command.current_dir(stage.root().join("npx/a"));
    let run = Run::of(&mut command).exits(0);
    for said in ["trusted-root is ", "npm-keys is ", "npm-registry is "] {
        assert!(
            run.out.contains(&format!("Non-default: {said}")),
            "{}",
            run.out
        );
    }
}
