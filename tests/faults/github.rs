//! GitHub goes wrong, as transports and servers do: GraphQL, and each of the endpoints of REST that are asked where
//! GraphQL has no answer. What the answers can say wrongly is in `tests/cli/skills`.

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

/// What goes wrong: GraphQL, or a question to REST in its place.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Endpoint {
    Graphql,
    Repository,
    Comparison,
    Tree,
}

const ENDPOINTS: [Endpoint; 4] = [
    Endpoint::Graphql,
    Endpoint::Repository,
    Endpoint::Comparison,
    Endpoint::Tree,
];

impl Endpoint {
    fn path(self) -> String {
        let repository = "/repos/acme/skills";
        match self {
            Self::Graphql => "/graphql".to_owned(),
            Self::Repository => repository.to_owned(),
            Self::Comparison => format!("{repository}/compare/refs/heads/main...{PINNED}"),
            Self::Tree => format!("{repository}/git/trees/{PINNED}"),
        }
    }

    /// Its honest answer, long enough to be slow.
    fn honest(self) -> Value {
        let mut answer = match self {
            Self::Graphql => honest(),
            Self::Repository => json!({
                "id": 7, "full_name": "acme/skills", "archived": false, "disabled": false,
                "default_branch": "main", "owner": {"id": 8},
            }),
            Self::Comparison => json!({
                "status": "behind", "base_commit": {"sha": TIP}, "merge_base_commit": {"sha": PINNED},
            }),
            Self::Tree => json!({
                "tree": [{"path": "a/SKILL.md", "type": "blob", "sha": TIP}], "truncated": false,
            }),
        };
        if self != Self::Graphql {
            answer["url"] = "x".repeat(20_000).into();
        }
        answer
    }
}

/// Status of the skill, exit code, how often GitHub was asked, and why it is not known, where `endpoint` is faulty;
/// without GraphQL where it is one of REST's.
fn scan(
    endpoint: Endpoint,
    fault: Option<&testkit::Fault>,
    timeout: &str,
) -> (String, i32, usize, String) {
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
    let served = |endpoint: Endpoint| {
        let body = endpoint.honest().to_string();
        let answer = Response::typed("application/json", body.as_bytes());
        github.set(&endpoint.path(), answer);
    };
    if endpoint == Endpoint::Graphql {
        served(endpoint);
    } else {
        ENDPOINTS.into_iter().for_each(served);
        github.set("/graphql", Response::status(404));
    }
    if let Some(fault) = fault {
        github.fault(&endpoint.path(), fault.clone());
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
    for (endpoint, requests) in [(Endpoint::Graphql, 1), (Endpoint::Tree, 4)] {
        let honest = scan(endpoint, None, "10");
        assert_eq!(
            (honest.0.as_str(), honest.1, honest.2),
            ("pinned", 0, requests),
            "{}",
            honest.3
        );
    }
    let other = Registry::start();
    let cases = matrix::cases(&other);
    let mut rows: Vec<(usize, String)> = Vec::new();
    let share = cases.len().div_ceil(8);
    std::thread::scope(|scope| {
        let parts: Vec<_> = cases
            .chunks(share)
            .enumerate()
            .map(|(part, cases)| {
                scope.spawn(move || {
                    let of = |(number, case): (usize, &matrix::Case)| {
                        let row = ENDPOINTS.map(|endpoint| told(endpoint, case));
                        let row = format!("| {} | {} | 3 |", case.name, row.join(" | "));
                        (part * share + number, row)
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
    let mut page =
        "| fault | GraphQL | repository | comparison | files | exit |\n|---|---|---|---|---|---|\n"
            .to_owned();
    for (_, row) in rows {
        writeln!(page, "{row}").unwrap();
    }
    // The token went to nobody else.
    assert_eq!(other.requests().len(), 0);
    table::hold("github", &page);
}

/// What becomes of the skill: nothing is known of it, and nobody is accused.
fn told(endpoint: Endpoint, case: &matrix::Case) -> String {
    // REST has the time of several queries, and would wait for a limit that names no end.
    let limited = case.name.starts_with("429") && endpoint != Endpoint::Graphql;
    let timeout = if case.timeout == "2" || limited {
        "2"
    } else {
        "20"
    };
    let (status, code, _, why) = scan(endpoint, Some(&case.fault), timeout);
    let what = format!("{} of {endpoint:?}: {why}", case.name);
    assert_eq!((status.as_str(), code), ("unknown", 3), "{what}");
    assert!(why.contains("GitHub"), "{what}");
    status
}
