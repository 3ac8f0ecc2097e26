//! GitHub's GraphQL goes wrong, as transports and servers do; what its answers can say wrongly is in
//! `tests/cli/skills`.

use std::fmt::Write as _;
use std::process::Command;

use serde_json::{Value, json};
use testkit::{Registry, Response, World};

use super::{matrix, table};

const TIP: &str = "1111111111111111111111111111111111111111";
const PINNED: &str = "2222222222222222222222222222222222222222";

/// An honest answer about the skill.
fn honest() -> Value {
    json!({"data": {"r0": {
        "nameWithOwner": "acme/skills", "databaseId": 7, "isArchived": false, "isDisabled": false,
        "owner": {"databaseId": 8},
        "b0": {
            "prefix": "refs/heads/", "name": "main", "target": {"__typename": "Commit", "oid": TIP},
            "co0": {"status": "BEHIND", "baseTarget": {"oid": TIP}, "headTarget": {"oid": PINNED}},
        },
        "o0": {"__typename": "Commit", "oid": PINNED, "signature": null},
        "f0": {"__typename": "Blob", "oid": TIP},
    }}})
}

/// Status of the skill, exit code, how often GitHub was asked, and why it is not known.
fn scan(fault: Option<&testkit::Fault>, timeout: &str) -> (String, i32, usize, String) {
    let (world, github, root) = (
        World::new(),
        Registry::start(),
        tempfile::tempdir().unwrap(),
    );
    let spec = root.path().join("skills/a/spec.yaml");
    std::fs::create_dir_all(spec.parent().unwrap()).unwrap();
    let text = format!(
        "metadata:\n  name: a\nspec:\n  repository: https://github.com/acme/skills\n  ref: \"{PINNED}\"\n  \
         path: a\nprovenance:\n  repository_ref: refs/heads/main\n"
    );
    std::fs::write(spec, text).unwrap();
    world.write_trust(root.path());
    let body = honest().to_string();
    github.set(
        "/graphql",
        Response::typed("application/json", body.as_bytes()),
    );
    if let Some(fault) = fault {
        github.fault("/graphql", fault.clone());
    }
    let mut command = Command::new(env!("CARGO_BIN_EXE_dockyard-provenance"));
    command.env_clear().env("GITHUB_TOKEN", "ghs_token");
    command
        .arg("scan")
        .arg(root.path())
        .args(["--format", "json", "--no-cache"]);
    command.args(["--timeout", timeout, "--github-api", &github.url()]);
    command
        .arg("--trusted-root")
        .arg(root.path().join("trusted_root.json"));
    command.arg("--npm-keys").arg(root.path().join("keys.json"));
    let output = command.output().unwrap();
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    let spec = &report["specs"][0];
    let status = spec["status"].as_str().unwrap().to_owned();
    let why = spec["findings"][0]["message"].as_str().unwrap_or_default();
    let asked = github.requests().len();
    (status, output.status.code().unwrap(), asked, why.to_owned())
}

#[test]
fn a_github_that_fails_is_unknown_whatever_the_fault() {
    let honest = scan(None, "10");
    assert_eq!(
        (honest.0.as_str(), honest.1, honest.2),
        ("pinned", 0, 1),
        "{}",
        honest.3
    );
    let other = Registry::start();
    let cases = matrix::cases(&other);
    let mut rows: Vec<(usize, String)> = Vec::new();
    let half = cases.len().div_ceil(4);
    std::thread::scope(|scope| {
        let parts: Vec<_> = cases
            .chunks(half)
            .enumerate()
            .map(|(part, cases)| {
                scope.spawn(move || {
                    let of = |(number, case): (usize, &matrix::Case)| {
                        let timeout = if case.timeout == "2" { "2" } else { "20" };
                        let (status, code, _, why) = scan(Some(&case.fault), timeout);
                        assert_eq!(
                            (status.as_str(), code),
                            ("unknown", 3),
                            "{}: {why}",
                            case.name
                        );
                        assert!(why.contains("GitHub"), "{}: {why}", case.name);
                        (
                            part * half + number,
                            format!("| {} | {status} | {code} |", case.name),
                        )
                    };
                    cases.iter().enumerate().map(of).collect::<Vec<_>>()
                })
            })
            .collect();
        for part in parts {
            rows.extend(part.join().unwrap());
        }
    });
    rows.sort();
    let mut page = "| fault | skill | exit |\n|---|---|---|\n".to_owned();
    for (_, row) in rows {
        writeln!(page, "{row}").unwrap();
    }
    // The token went to nobody else.
    assert_eq!(other.requests().len(), 0);
    table::hold("github", &page);
}
