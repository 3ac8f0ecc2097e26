//! The commands of docs/migrating-from-dockhand.md and docs/build.md, as they are pasted.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::Command;

use crate::stage::{Run, Stage, misdeclared};

const DOCKERFILE: &str = "FROM node:22-alpine AS builder\nRUN npm install --save @acme/a@1.2.3\n";

fn page(name: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("docs")
        .join(name);
    fs::read_to_string(path).unwrap()
}

/// The script of the last step in the workflow that is marked with `name`.
fn script(name: &str) -> String {
    let page = page("migrating-from-dockhand.md");
    let marker = format!("<!-- workflow: {name} -->\n```yaml\n");
    let (_, rest) = page.split_once(&marker).unwrap();
    let (yaml, _) = rest.split_once("\n```").unwrap();
    let (_, script) = yaml.rsplit_once("run: |\n").unwrap();
    let lines: Vec<&str> = script.lines().map(str::trim_start).collect();
    lines.join(
        "
",
    )
}

/// Tools as the workflow finds them: this program with the stage's registries and trust, and a dockhand
/// that prints what it prints.
fn tools(stage: &Stage) {
    let tool = |name: &str, text: &str| {
        let path = stage.root().join("bin").join(name);
        stage.write(&format!("bin/{name}"), &format!("#!/bin/sh\n{text}\n"));
        fs::set_permissions(path, fs::Permissions::from_mode(0o755)).unwrap();
    };
    let words: Vec<String> = stage
        .command(&[])
        .get_args()
        .map(|word| format!("'{}'", word.to_str().unwrap()))
        .collect();
    let program = env!("CARGO_BIN_EXE_dockyard-provenance");
    tool(
        "dockyard-provenance",
        &format!("exec '{program}' \"$@\" {}", words.join(" ")),
    );
    tool(
        "dockhand",
        "[ \"$1 $2 $4 $6\" = 'build --config --output --warn-no-provenance=false' ] || exit 9\nprintf '%s' \"$DOCKERFILE\" > \"$5\"",
    );
}

fn run(stage: &Stage, script: &str) -> Run {
    tools(stage);
    let script = script.replace("/tmp/dockhand", "dockhand");
    let path = format!("{}:/usr/bin:/bin", stage.root().join("bin").display());
    Run::of(
        Command::new("bash")
            .args(["-e", "-c", &script])
            .current_dir(stage.root())
            .env_clear()
            .env("PATH", path)
            .env("DOCKERFILE", DOCKERFILE)
            .env("CONFIG_FILE", "npx/a/spec.yaml")
            .env("dockerfile_path", "Dockerfile")
            .env("GITHUB_STEP_SUMMARY", "summary.md"),
    )
}

#[test]
fn the_job_that_replaces_the_matrix_fails_where_it_should() {
    let script = script("verify");
    assert!(script.contains("dockyard-provenance scan"), "{script}");
    let stage = Stage::honest();
    run(&stage, &script).exits(0);
    let summary = fs::read_to_string(stage.root().join("summary.md")).unwrap();
    assert!(summary.contains("@acme/a"), "{summary}");
    let stage = Stage::new();
    stage.npm("a", "@acme/a", &misdeclared());
    run(&stage, &script).exits(1);
}

#[test]
fn the_two_lines_of_the_build_pin_it() {
    let script = script("build");
    let stage = Stage::honest();
    run(&stage, &script).exits(0);
    let dockerfile = fs::read_to_string(stage.root().join("Dockerfile")).unwrap();
    assert!(dockerfile.contains("--package-lock-only"), "{dockerfile}");
    let stage = Stage::new();
    stage.npm("a", "@acme/a", &misdeclared());
    run(&stage, &script).exits(1);
    let dockerfile = fs::read_to_string(stage.root().join("Dockerfile")).unwrap();
    assert_eq!(dockerfile, DOCKERFILE);
}

#[test]
fn options_of_the_pages_exist() {
    let help = |command: &str| {
        let run = Run::of(
            Command::new(env!("CARGO_BIN_EXE_dockyard-provenance")).args([command, "--help"]),
        );
        run.exits(0).out
    };
    let all = ["pin", "declare", "scan"].map(help).concat();
    let dockhands = [
        "--no-deps",
        "--require-hashes",
        "--no-cache-dir",
        "--save",
        "--package-lock-only",
        "--ignore-scripts",
        "--hash",
        "--config",
        "--output",
    ];
    for page in ["build.md", "migrating-from-dockhand.md"].map(page) {
        for word in page.split(|one: char| !(one.is_ascii_alphanumeric() || one == '-')) {
            if word.starts_with("--")
                && word.len() > 3
                && !dockhands.contains(&word)
                && !word.starts_with("---")
            {
                assert!(all.contains(word), "{word}");
            }
        }
    }
}
