//! Usage errors: exit 2, nothing on standard output, and a sentence that helps.

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt as _;

use crate::stage::{Run, Stage, program};

#[test]
fn arguments_that_mean_nothing_are_refused() {
    let stage = Stage::honest();
    let cases: [(&[&str], &str); 25] = [
        (&["frobnicate"], "unrecognized subcommand"),
        (&["scan", "--frobnicate"], "unexpected argument"),
        (&["scan", ".", "extra"], "unexpected argument"),
        (&["scan", "--format", "xml"], "possible values"),
        (&["scan", "--fail-on", "sometimes"], "possible values"),
        (&["scan", "--fail-on-unknown", "maybe"], "possible values"),
        (&["scan", "--fail-on-unknown"], "a value is required"),
        (&["scan", "--trust", "anybody"], "possible values"),
        (&["scan", "--color", "sometimes"], "possible values"),
        (&["scan", "--jobs", "0"], "from 1 to 256"),
        (&["scan", "--jobs", "many"], "--jobs"),
        (&["scan", "--timeout", "0"], "from 1 to 3600"),
        (&["scan", "--timeout", "-1"], "unexpected argument"),
        (&["scan", "--report", "json"], "write FORMAT=PATH"),
        (&["scan", "--report", "xml=a"], "table, json"),
        (&["scan", "--report", "json="], "name a file"),
        (&["scan", "--report", "json=-"], "--format"),
        (&["scan", "--spec-glob", ""], "--spec-glob"),
        (&["scan", "--spec-glob", "../*"], "relative to the root"),
        (
            &["scan", "--config", "a", "--no-config"],
            "cannot be used with",
        ),
        (&["scan", "--config", "missing.toml"], "missing.toml"),
        (&["scan", "-v", "-q"], "cannot be used with"),
        (&["verify-provenance"], "--spec"),
        (
            &["verify-provenance", "-c", "npx/b/spec.yaml"],
            "cannot read the spec npx/b/spec.yaml",
        ),
        (
            &["verify-provenance", "-c", "npx/a"],
            "name a {protocol}/{server}/spec.yaml",
        ),
    ];
    for (arguments, says) in cases {
        println!("{arguments:?}");
        stage.run(arguments).refuses(says);
    }
    assert_eq!(stage.registry.paths(), [""; 0]);
}

#[test]
fn no_command_is_an_error_and_shows_the_help() {
    Run::of(&mut program()).refuses("Usage: dockyard-provenance <COMMAND>");
}

#[test]
fn help_and_version_are_no_error() {
    for arguments in [
        &["--help"] as &[&str],
        &["-h"],
        &["--version"],
        &["scan", "--help"],
        &["verify-provenance", "--help"],
        &["verify-bundle", "--help"],
        &["explain", "--help"],
    ] {
        let run = Run::of(program().args(arguments)).exits(0);
        assert_eq!(run.err, "");
        assert!(!run.out.is_empty());
    }
}

#[test]
fn no_spec_is_an_error_that_says_what_was_searched() {
    let stage = Stage::new();
    stage.scan(&[]).refuses("`*/*/spec.yaml`");
    let root = stage.root().display().to_string();
    stage.scan(&[&root]).refuses(&root);
    stage
        .scan(&["--spec-glob", "servers/*.yaml"])
        .refuses("`servers/*.yaml`");
    let error = stage.scan(&["nowhere"]).refuses("nowhere").err;
    assert_eq!(error.matches("No such file").count(), 1, "{error}");
}

#[test]
fn trust_is_chosen_without_contradiction() {
    let stage = Stage::honest();
    let root = stage.trusted_root().display().to_string();
    let keys = stage.npm_keys().display().to_string();
    let registry = stage.registry.npm_url();
    let scan = |arguments: &[&str]| {
        let registry: &[&str] = &["scan", "--npm-registry", &registry];
        stage.run(&[registry, arguments].concat())
    };
    scan(&["--trust", "file"]).refuses("--trusted-root");
    scan(&["--trust", "file", "--npm-keys", &keys]).refuses("--trusted-root");
    scan(&["--trust", "embedded", "--trusted-root", &root]).refuses("leave one side out");
    scan(&["--trust", "embedded", "--npm-keys", &keys]).refuses("leave one side out");
    scan(&["--trusted-root", "missing.json"]).refuses("missing.json");
    scan(&["--trusted-root", &keys]).refuses("trusted root");
    scan(&["--npm-keys", &root]).refuses("npm keys");

    scan(&["--trusted-root", &root, "--npm-keys", &keys]).exits(0);
    scan(&[
        "--trust",
        "file",
        "--trusted-root",
        &root,
        "--npm-keys",
        &keys,
    ])
    .exits(0);
    // Who is trusted decides: these signatures are not npm's, and these logs not Sigstore's. Neither
    // is a forgery by itself, so nothing is determined.
    scan(&["--trust", "embedded"]).exits(3);
    scan(&["--npm-keys", &keys]).exits(3);
}

#[test]
fn registry_addresses_must_be_safe() {
    let stage = Stage::honest();
    for (address, says) in [
        ("http://registry.example", "https"),
        ("ftp://registry.example", "https"),
        ("file:///etc", "https"),
        ("registry.example", "the npm registry"),
        (
            "https://user:hunter2@registry.example",
            "user name or password",
        ),
        (
            "https://registry.example/?token=hunter2",
            "the npm registry",
        ),
    ] {
        let run = stage
            .run(&["scan", "--npm-registry", address])
            .refuses(says);
        assert!(!run.err.contains("hunter2"), "{}", run.err);
    }
}

#[test]
fn an_environment_that_cannot_be_read_is_refused() {
    let stage = Stage::honest();
    let mut command = stage.trusting(&["scan"]);
    command.env("NPM_CONFIG_REGISTRY", OsStr::from_bytes(b"https://\xff"));
    Run::of(&mut command).refuses("NPM_CONFIG_REGISTRY is not Unicode");
}

/// What was named is told of, with what fits.
#[test]
fn a_file_and_a_folder_are_told_apart() {
    let stage = Stage::honest();
    let file = "npx/a/spec.yaml";
    let advice = format!("use `verify-provenance -c {file}`");
    stage.run(&["scan", file]).refuses(&advice);
    let missing = "cannot read the spec nowhere/spec.yaml: ";
    let run = stage.run(&["verify-provenance", "-c", "nowhere/spec.yaml"]);
    run.refuses(missing)
        .refuses("name a {protocol}/{server}/spec.yaml");
    let run = stage.run(&["verify-provenance", "-c", "npx"]);
    run.refuses("cannot read the spec npx: is a directory");
}

#[test]
fn the_help_says_what_holds_without_a_flag() {
    let stage = Stage::new();
    let help = stage.run(&["scan", "--help"]).exits(0).out;
    for flag in [
        "--jobs <N>",
        "--per-host <N>",
        "--timeout <SECONDS>",
        "--format <FORMAT>",
        "--fail-on <SEVERITY>",
        "--color <WHEN>",
    ] {
        let of_flag = help.split(flag).nth(1).unwrap();
        let of_flag = of_flag.split("\n      --").next().unwrap();
        assert!(of_flag.contains("[default: "), "{flag}: {of_flag}");
    }
}

/// Libraries pass over what they cannot use of these.
#[test]
fn variables_of_the_network_that_cannot_be_used_are_told_of() {
    let stage = Stage::honest();
    for (name, value) in [
        ("SSL_CERT_FILE", "/nope"),
        ("HTTPS_PROXY", "ftp://u:hunter2@x"),
    ] {
        let run = Run::of(stage.command(&["scan"]).env(name, value));
        assert!(
            run.err.contains(&format!("warning: {name} ")),
            "{}",
            run.err
        );
        assert!(!run.err.contains("hunter2"), "{}", run.err);
    }
}

/// A file of the user's own is not what is wrong with a folder that is not there.
#[test]
fn a_missing_folder_is_told_as_such_whoever_asks() {
    let home = tempfile::tempdir().unwrap();
    std::fs::write(home.path().join(".npmrc"), "registry=https://r.example\n").unwrap();
    let mut command = program();
    let missing = home.path().join("repositry");
    command.env("HOME", home.path()).arg("scan").arg(missing);
    let run = Run::of(&mut command).exits(2);
    assert!(run.err.contains("cannot read the folder"), "{run:#?}");
    assert!(run.err.contains("repositry"), "{run:#?}");
    assert!(!run.err.contains(".npmrc"), "{run:#?}");
}

/// Who has read enough of a page closes the pipe.
#[test]
fn a_page_that_nobody_reads_to_its_end_is_no_error() {
    for arguments in [&["explain"][..], &["completions", "bash"], &["--help"]] {
        let mut child = program();
        let mut child = child
            .args(arguments)
            .stdout(std::process::Stdio::piped())
            .stderr(std::process::Stdio::piped())
            .spawn()
            .unwrap();
        drop(child.stdout.take());
        let output = child.wait_with_output().unwrap();
        let err = String::from_utf8(output.stderr).unwrap();
        assert_eq!(
            (output.status.code(), err.as_str()),
            (Some(0), ""),
            "{arguments:?}"
        );
    }
}

#[test]
fn completions_know_commands_and_options() {
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        let run = Run::of(program().args(["completions", shell])).exits(0);
        for says in ["verify-provenance", "npm-registry"] {
            assert!(run.out.contains(says), "{shell}: {says}");
        }
    }
    Run::of(program().args(["completions", "sh"])).refuses("possible values");
}
