//! Skills: a tree shaped like dockyard's, and a GitHub that takes 50 ms for each answer.

use std::cell::Cell;
use std::fs;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use serde_json::Value;
use testkit::GitHub;
use testkit::github::{Fault, REPOSITORIES, SKILLS, vendor};

use crate::stage::PROGRAM;
use crate::{alternated, heading};

const ROUNDS: usize = 5;

/// What a GitHub does not answer, and the requests that this takes.
const WITHOUT: [(&str, &str, usize); 3] = [
    ("GraphQL answers", "", 1),
    ("it compares no commits", "comparisons", 1 + 28),
    ("it does not answer", "GraphQL", 1 + 82),
];

pub(crate) fn run() {
    heading("189 skills of 26 repositories, 50 ms for each answer");
    for (name, without, requests) in WITHOUT {
        let github = GitHub::start();
        let folder = tempfile::tempdir().unwrap();
        for (path, text) in github.publish_vendors() {
            let path = folder.path().join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        }
        for number in 0..REPOSITORIES {
            github.repository(&vendor(number), |it| {
                it.history.only_refs_compare = without == "comparisons";
                if without == "GraphQL" {
                    let fault = Fault::new("POST", "graphql", 404, usize::MAX);
                    it.knobs.faults.push(fault);
                }
            });
        }
        github.delay(Duration::from_millis(50));
        let command = scan(folder.path(), &github);
        let before = Cell::new(github.requests());
        let asked = || {
            let now = github.requests();
            let asked = now - before.replace(now);
            assert!(asked == 0 || asked == requests, "{name}: {asked}");
            u64::try_from(asked).unwrap()
        };
        alternated(name, ROUNDS, &asked, &command, &accept);
    }
}

fn scan(folder: &Path, github: &GitHub) -> Command {
    let mut command = Command::new(PROGRAM);
    command
        .env_clear()
        .env("GITHUB_TOKEN", "ghs_token")
        .arg("scan")
        .arg(folder)
        .args(["--format", "json", "--no-config", "--no-cache"])
        .args(["--trust", "embedded", "--github-api", &github.url()]);
    command
}

/// Every skill is judged.
fn accept(report: &str) {
    let report: Value = serde_json::from_str(report).unwrap();
    let pinned = &report["summary"]["by_status"]["pinned"];
    assert_eq!(pinned.as_u64(), u64::try_from(SKILLS).ok(), "{report}");
}
