//! The formats for GitHub, as the program writes them.

use std::fs;

use serde_json::Value;

use crate::stage::{Run, Stage, misdeclared, program};

/// Where the finding of [`misdeclared`] stands.
fn place(sarif: &str) -> (String, u64) {
    let json: Value = serde_json::from_str(sarif).unwrap();
    let results = json["runs"][0]["results"].as_array().unwrap();
    assert_eq!(results.len(), 1, "{results:#?}");
    assert_eq!(results[0]["ruleId"], "publisher-repository-mismatch");
    let place = &results[0]["locations"][0]["physicalLocation"];
    (
        place["artifactLocation"]["uri"]
            .as_str()
            .unwrap()
            .to_owned(),
        place["region"]["startLine"].as_u64().unwrap(),
    )
}

fn line_of(stage: &Stage, text: &str) -> u64 {
    let spec = fs::read_to_string(stage.root().join("npx/a/spec.yaml")).unwrap();
    let line = spec.lines().position(|line| line.contains(text)).unwrap();
    u64::try_from(line).unwrap() + 1
}

#[test]
fn every_format_has_the_same_exit_code_and_prints_nothing_else() {
    let bad = Stage::new();
    bad.npm("a", "@acme/a", &misdeclared());
    for (stage, code) in [(&Stage::honest(), 0), (&bad, 1)] {
        for format in ["table", "json", "sarif", "markdown", "github"] {
            let run = stage.scan(&["--format", format]).exits(code);
            assert!(
                run.err.is_empty() && !run.out.is_empty(),
                "{format}: {run:?}"
            );
        }
    }
    let run = bad.scan(&["--format", "github"]);
    let lines: Vec<&str> = run.out.lines().collect();
    assert_eq!(lines.len(), 2, "{}", run.out);
    let line = line_of(&bad, "mallory/widget");
    assert!(
        lines[0].starts_with(&format!(
            "::error file=npx/a/spec.yaml,line={line},endLine={line},"
        )),
        "{}",
        lines[0]
    );
    assert!(
        lines[1].starts_with("::notice title=dockyard-provenance::FAIL: "),
        "{}",
        lines[1]
    );
}

#[test]
fn what_is_not_known_is_no_pass_in_any_format() {
    let stage = Stage::honest();
    for (format, says) in [
        ("sarif", "\"executionSuccessful\": false"),
        ("markdown", "**🟠 Package provenance: INCONCLUSIVE**"),
        (
            "github",
            "::notice title=dockyard-provenance::INCONCLUSIVE: ",
        ),
    ] {
        let run = Run::of(
            stage
                .trusting(&["scan", "--offline", "--format", format])
                .arg("."),
        );
        let run = run.exits(3);
        assert!(run.out.contains(says), "{format}: {}", run.out);
    }
}

#[test]
fn files_hold_what_standard_output_would() {
    let stage = Stage::new();
    stage.npm("a", "@acme/a", &misdeclared());
    let formats = ["sarif", "markdown", "github"];
    let targets = formats.map(|format| format!("{format}=a.{format}"));
    let mut command = stage.command(&["scan"]);
    for target in &targets {
        command.args(["--report", target]);
    }
    Run::of(&mut command).exits(1);
    for format in formats {
        let written = fs::read_to_string(stage.root().join(format!("a.{format}"))).unwrap();
        assert_eq!(written, stage.scan(&["--format", format]).out);
    }
}

#[test]
fn one_spec_has_every_format_too() {
    let stage = Stage::new();
    stage.npm("a", "@acme/a", &misdeclared());
    let of = |format: &str| {
        stage
            .verify("npx/a/spec.yaml", &["--format", format])
            .exits(1)
            .out
    };
    for format in ["sarif", "markdown", "github"] {
        assert_eq!(
            of(format),
            stage.scan(&["--format", format]).out,
            "{format}"
        );
    }
}

/// Paths are those of the repository, which the program runs in, whatever folder is scanned and
/// however it is written.
#[test]
fn paths_are_relative_to_where_the_program_runs() {
    let stage = Stage::new();
    stage.npm("a", "@acme/a", &misdeclared());
    let line = line_of(&stage, "mallory/widget");
    let root = stage.root().canonicalize().unwrap();
    let (parent, name) = (
        root.parent().unwrap(),
        root.file_name().unwrap().to_str().unwrap(),
    );
    let from = |folder: &std::path::Path, scanned: &str| {
        let mut command = program();
        command
            .current_dir(folder)
            .args(["scan", scanned, "--format", "sarif"])
            .args(["--npm-registry", &stage.registry.npm_url()])
            .args(["--pypi-index", &stage.registry.pypi_index_url()])
            .arg("--trusted-root")
            .arg(stage.trusted_root())
            .arg("--npm-keys")
            .arg(stage.npm_keys());
        place(&Run::of(&mut command).exits(1).out)
    };
    let absolute = root.to_str().unwrap();
    let below = (format!("{name}/npx/a/spec.yaml"), line);
    for scanned in [
        name,
        &format!("./{name}/"),
        &format!("{name}/npx/.."),
        absolute,
    ] {
        assert_eq!(from(parent, scanned), below, "{scanned}");
    }
    let inside = ("npx/a/spec.yaml".to_owned(), line);
    for scanned in [".", "./", absolute] {
        assert_eq!(from(&root, scanned), inside, "{scanned}");
    }
    // Not below where the program runs: relative to what is scanned.
    assert_eq!(from(&root.join("npx"), ".."), inside);
}

#[test]
fn a_format_that_does_not_exist_is_refused_with_those_that_do() {
    let stage = Stage::honest();
    stage
        .scan(&["--report", "html=a.html"])
        .refuses("table, json, sarif, markdown, github");
    stage.scan(&["--format", "html"]).refuses("sarif");
}
