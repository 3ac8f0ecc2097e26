//! Text of strangers reaches neither a terminal nor a CI runner as anything but text.

use std::fs;

use serde_json::json;
use testkit::{GithubIdentity, PypiDraft, PypiPublisher};
use untrusted_text::is_hidden;

use crate::stage::{DECLARED, Run, Stage, spec};

/// Clears the screen, reorders a line, hides, and speaks to three CI runners.
const HOSTILE: &str =
    "\u{1b}[2J\u{9b}31m\u{202e}\u{200b}\r\n::error::owned\n##[error]owned\n##vso[task]owned\u{7}";

/// YAML's double-quoted form of [`HOSTILE`].
fn quoted() -> String {
    "\"\\e[2J\\x9b31m\\u202e\\u200b\\r\\n::error::owned\\n##[error]owned\\n##vso[task]owned\\a\""
        .to_owned()
}

#[track_caller]
fn harmless(run: &Run) {
    for text in [&run.out, &run.err] {
        let hidden = text
            .chars()
            .find(|character| *character != '\n' && is_hidden(*character));
        assert_eq!(hidden, None, "{text:?}");
        for command in ["##[", "##vso["] {
            assert!(!text.contains(command), "{text:?}");
        }
        for line in text.lines() {
            assert!(!line.trim_start().starts_with("::"), "{line:?}");
        }
    }
}

/// Without the head of our own commands, in which nothing else may be one.
#[track_caller]
fn commands(mut run: Run) -> Run {
    let without = |line: &str| {
        let head = ["::error ", "::warning ", "::notice "]
            .into_iter()
            .find(|head| line.starts_with(head));
        let rest = line
            .strip_prefix(head.unwrap_or_else(|| panic!("{line:?}")))
            .unwrap();
        let (properties, message) = rest.split_once("::").unwrap();
        format!("{properties}\n{message}\n")
    };
    run.out = run.out.lines().map(without).collect();
    run
}

/// Every format and command of a repository; says whether the hostile text is shown at all.
#[track_caller]
fn all_harmless(stage: &Stage, spec: &str) -> bool {
    let mut shown = true;
    for run in [
        stage.scan(&["-v", "--format", "table"]),
        stage.scan(&["-v", "--format", "json"]),
        stage.verify(spec, &["-v"]),
    ] {
        harmless(&run);
        shown &= run.out.contains("owned");
    }
    harmless(&stage.scan(&["--format", "sarif"]));
    harmless(&stage.scan(&["--format", "markdown"]));
    harmless(&commands(stage.scan(&["--format", "github"])));
    shown
}

#[test]
fn in_every_value_of_a_spec() {
    let hostile = quoted();
    let honest = spec("npx", "@acme/a", "1.2.3", DECLARED);
    let mut shown = Vec::new();
    for value in [
        "\"@acme/a\"",
        "\"1.2.3\"",
        "\"https://github.com/acme/widget\"",
        "\"refs/tags/v1.2.3\"",
        "\"GitHub\"",
        "\"acme/widget\"",
        "\"release.yml\"",
        "available",
        "protocol: npx",
    ] {
        let stage = Stage::honest();
        let replacement = match value {
            "protocol: npx" => format!("protocol: {hostile}"),
            _ => hostile.clone(),
        };
        let text = honest.replacen(value, &replacement, 1);
        assert_ne!(text, honest, "{value}");
        stage.write("npx/a/spec.yaml", &text);
        if all_harmless(&stage, "npx/a/spec.yaml") {
            shown.push(value);
        }
    }
    // The others are told of without being quoted.
    for value in ["\"@acme/a\"", "\"1.2.3\"", "protocol: npx"] {
        assert!(shown.contains(&value), "{shown:?}");
    }
}

#[test]
fn in_the_path_of_a_spec() {
    let stage = Stage::new();
    let name = HOSTILE.replace('/', "");
    let path = format!("npx/{name}/spec.yaml");
    stage.write(&path, &spec("npx", "absent", "1.2.3", ""));
    assert!(all_harmless(&stage, &path));
    let report = stage.report();
    assert_eq!(
        report.status(&path),
        "not-found",
        "JSON reads back as it was"
    );
}

#[test]
fn in_the_answers_of_a_registry() {
    let lies: [fn(&mut testkit::NpmRelease); 4] = [
        |release| release.manifest["name"] = json!(HOSTILE),
        |release| release.manifest["version"] = json!(HOSTILE),
        |release| release.manifest["dist"]["integrity"] = json!(HOSTILE),
        |release| {
            release.manifest["dist"]["signatures"][0]["keyid"] = json!(HOSTILE);
        },
    ];
    let mut shown = 0;
    for lie in lies {
        let stage = Stage::honest();
        let mut release = stage.world.npm_package("@acme/a", "1.2.3");
        lie(&mut release);
        stage.registry.publish_npm(&release);
        shown += usize::from(all_harmless(&stage, "npx/a/spec.yaml"));
    }
    // A name, a version; the digest is quoted in part and the key's id not at all.
    assert!(shown >= 2, "{shown}");
}

#[test]
fn in_the_reason_of_a_withdrawal() {
    let stage = Stage::new();
    let publisher = PypiPublisher::Github(GithubIdentity::default());
    let mut draft = PypiDraft::new(&stage.world, "widget", "1.2.3", &publisher);
    for file in &mut draft.files {
        file.yanked = json!(HOSTILE);
    }
    stage.pypi_draft("a", &draft, DECLARED);
    assert!(all_harmless(&stage, "uvx/a/spec.yaml"));
}

#[test]
fn in_a_certificate() {
    // Signed, and still a stranger's text.
    let stage = Stage::new();
    let mut identity = GithubIdentity::new("acme/widget");
    identity.git_ref = Some(format!("refs/tags/{HOSTILE}"));
    let draft = testkit::NpmDraft::new(
        &stage.world,
        "@acme/a",
        "1.2.3",
        &identity,
        testkit::NpmStyle::Current,
    );
    stage.npm_draft("a", &draft, DECLARED);
    for format in ["table", "json"] {
        harmless(&stage.scan(&["-v", "--format", format]));
    }
    harmless(&stage.verify("npx/a/spec.yaml", &["-v"]));
}

#[test]
fn in_arguments_and_settings() {
    let stage = Stage::honest();
    // No argument holds a line break where a runner would take what follows for a command.
    let report = format!("json={HOSTILE}/a");
    for arguments in [
        &["scan", HOSTILE] as &[&str],
        &["scan", "--format", HOSTILE],
        &["scan", "--fail-on", HOSTILE],
        &["scan", "--spec-glob", HOSTILE],
        &["scan", "--report", HOSTILE],
        &["scan", "--config", HOSTILE],
        &["scan", "--trusted-root", HOSTILE],
        &["scan", "--npm-registry", HOSTILE],
        &["scan", "--jobs", HOSTILE],
        &["verify-provenance", "-c", HOSTILE],
        &["explain", HOSTILE],
        &[HOSTILE],
        &[
            "verify-bundle",
            "--bundle",
            HOSTILE,
            "--key",
            HOSTILE,
            HOSTILE,
        ],
    ] {
        let run = stage.run(arguments).exits(2);
        assert!(!run.err.is_empty());
        harmless(&run);
    }
    harmless(&stage.scan(&["--report", &report]).exits(2));

    let config = format!("{HOSTILE} = 1\n\"{HOSTILE}\" = 2\n");
    stage.write("dockyard-provenance.toml", &config);
    harmless(&stage.scan(&[]).exits(2));
    stage.write(
        "dockyard-provenance.toml",
        "\"::error::owned\\u001b[31m\" = 2\n",
    );
    harmless(&stage.scan(&[]).exits(2));
}

#[test]
fn in_trust_files() {
    let stage = Stage::honest();
    let path = stage.root().join("root.json");
    let mut root = stage.world.trusted_root();
    root["tlogs"][0]["baseUrl"] = json!(HOSTILE);
    fs::write(&path, root.to_string()).unwrap();
    let path = path.to_str().unwrap();
    harmless(&stage.run(&["scan", "--trusted-root", path]).exits(2));
    let keys = json!({"keys": [{"keyId": HOSTILE, "keyUsage": HOSTILE, "publicKey": {}}]});
    fs::write(path, keys.to_string()).unwrap();
    harmless(&stage.run(&["scan", "--npm-keys", path]).exits(2));
}
