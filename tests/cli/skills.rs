//! Skills: a commit that the declared branch contains, beside everything that only looks like one.

mod beside_packages;
mod histories;
mod many;
mod rest;
mod undetermined;

use testkit::GitHub;
use testkit::github::Fault;

use crate::stage::{Report, Run, Stage};

const TOKEN: &str = "ghs_secret_of_the_job";

/// Commits of `acme/skills`: the first, a later one, the newest, and one that only a fork has.
const FIRST: &str = "1111111111111111111111111111111111111111";
const LATER: &str = "2222222222222222222222222222222222222222";
const TIP: &str = "3333333333333333333333333333333333333333";
const FORKED: &str = "f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0";
const ORPHAN: &str = "0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a";

const FILE: &str = "skills/review/SKILL.md";
const SPEC: &str = "skills/review/spec.yaml";

/// A GitHub with a repository, its fork's commits and its history.
fn github() -> GitHub {
    let github = GitHub::start();
    github.repository("acme/skills", |it| {
        it.commit(FIRST, &[], &[FILE]);
        it.commit(LATER, &[FIRST], &[FILE]);
        it.commit(TIP, &[LATER], &[FILE]);
        it.commit(FORKED, &[FIRST], &[FILE]);
        it.commit(ORPHAN, &[], &[FILE]);
        it.branch("main", TIP);
    });
    github
}

fn skill(repository: &str, commit: &str, path: &str, branch: &str) -> String {
    format!(
        "metadata:\n  name: review\n  description: \"A skill\"\nspec:\n  repository: \"{repository}\"\n  \
         ref: \"{commit}\"\n  path: \"{path}\"\n  version: \"0.1.0\"\nprovenance:\n  \
         repository_uri: \"{repository}\"\n  repository_ref: \"{branch}\"\n"
    )
}

const URL: &str = "https://github.com/acme/skills";

fn pinned(commit: &str) -> String {
    skill(URL, commit, "skills/review", "refs/heads/main")
}

/// Scans one skill, asking `github`.
fn scan(github: &GitHub, text: &str) -> (i32, Report) {
    let stage = Stage::new();
    stage.write(SPEC, text);
    let run = run(&stage, github, &["scan", "--format", "json"]);
    (run.code.unwrap(), run.report())
}

fn run(stage: &Stage, github: &GitHub, arguments: &[&str]) -> Run {
    let mut command = stage.command(arguments);
    command.args(["--github-api", &github.url()]);
    command.env("GITHUB_TOKEN", TOKEN);
    Run::of(&mut command)
}

#[track_caller]
fn is(github: &GitHub, text: &str, code: i32, status: &str, rules: &[&str]) -> Report {
    let (found, report) = scan(github, text);
    let messages = report.messages(SPEC);
    assert_eq!(report.status(SPEC), status, "{messages:?}");
    assert_eq!(
        (found, report.rules(SPEC)),
        (code, rules.to_vec()),
        "{messages:?}"
    );
    report
}

/// `status` for every such request. Where that is a limit, it is over at once.
fn fault(method: &'static str, path: &'static str, status: u16) -> Fault {
    let mut fault = Fault::new(method, path, status, 999);
    if status == 429 {
        fault.headers.push(("retry-after", "0".to_owned()));
    }
    fault
}
