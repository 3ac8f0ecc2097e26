//! One step of a workflow: a workspace, an event, the runner's variables and its files.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::LazyLock;

use dockyard_provenance::action::inputs::{names, variable};
use serde_json::{Value, json};
use tempfile::TempDir;
use testkit::GitHub;
use testkit::github::{Pull, Repository};

use crate::packages::PACKAGES;
pub(crate) use crate::packages::{
    answers, asked_about, bad, fails, good, integrity, publish, publish_by, publish_signed,
    publish_unattested, registry_saw_no_token, spec, unclaimed, unknown,
};
pub(crate) use crate::step_run::Run;
use crate::step_run::outputs;

/// The workflow's own token.
pub(crate) const TOKEN: &str = "ghs_thisisasecret";

/// Commits: the pull request's, its base, and the merge of the two.
pub(crate) fn head() -> String {
    "a".repeat(40)
}
pub(crate) fn base() -> String {
    "b".repeat(40)
}
pub(crate) fn merge() -> String {
    "1".repeat(40)
}

/// One GitHub for all tests; each has a repository of its own. `GITHUB_FAKE_LISTEN` gives it a known
/// port, so that `GITHUB_FAKE_PROXY` can stand in front of it.
static GITHUB: LazyLock<GitHub> = LazyLock::new(|| {
    let github = match std::env::var("GITHUB_FAKE_LISTEN") {
        Ok(address) => GitHub::listen(&address),
        Err(_) => GitHub::start(),
    };
    if let Some(file) = std::env::var_os("GITHUB_FAKE_GRAPHQL") {
        github.record_graphql(Path::new(&file));
    }
    github
});

/// The commit that skills pin, and one of a fork.
pub(crate) const SKILL_COMMIT: &str = "8f7e6d5c4b3a29181706f5e4d3c2b1a098765432";
pub(crate) const FORKED_COMMIT: &str = "f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0";

/// A repository of skills beside the step's own; all tests share it.
pub(crate) fn skills<T>(look: impl FnOnce(&mut Repository) -> T) -> T {
    let file = "skills/review/SKILL.md";
    let tip = "e".repeat(40);
    GITHUB.repository("acme/skills", |it| {
        if it.history.commits.is_empty() {
            it.commit(SKILL_COMMIT, &[], &[file]);
            it.commit(&tip, &[SKILL_COMMIT], &[file]);
            it.commit(FORKED_COMMIT, &[SKILL_COMMIT], &[file]);
            it.branch("main", &tip);
        }
        look(it)
    })
}

/// Whether a proxy checks every request and answer.
pub(crate) fn proxied() -> bool {
    std::env::var_os("GITHUB_FAKE_PROXY").is_some()
}

/// Where the API is, as the tests see it.
pub(crate) fn api_url() -> String {
    let own = GITHUB.url();
    std::env::var("GITHUB_FAKE_PROXY").unwrap_or(own)
}

/// A step that is being set up.
pub(crate) struct Job {
    repository: String,
    workspace: TempDir,
    runner: TempDir,
    variables: BTreeMap<String, String>,
}

impl Job {
    /// A step on a push to `main`, in a repository of this name, with one honest spec.
    pub(crate) fn new(name: &str) -> Self {
        let runner = tempfile::tempdir().unwrap();
        let mut job = Self {
            repository: format!("acme/{name}"),
            workspace: tempfile::tempdir().unwrap(),
            variables: names()
                .into_iter()
                .map(|name| (variable(name), String::new()))
                .collect(),
            runner,
        };
        let trust = PACKAGES.trust.path();
        let file = |path: PathBuf| path.display().to_string();
        for (input, value) in [
            ("token", TOKEN.to_owned()),
            ("npm-registry", PACKAGES.registry.npm_url()),
            ("pypi-index", PACKAGES.registry.pypi_index_url()),
            ("trusted-root", file(trust.join("trusted_root.json"))),
            ("npm-keys", file(trust.join("keys.json"))),
        ] {
            job.input(input, &value);
        }
        let (workspace, output) = (file(job.path("")), file(job.runner.path().join("output")));
        let summary = file(job.runner.path().join("summary"));
        let repository = job.repository.clone();
        for (name, value) in [
            ("GITHUB_ACTIONS", "true"),
            ("GITHUB_WORKSPACE", &workspace),
            ("GITHUB_REPOSITORY", &repository),
            ("GITHUB_API_URL", &api_url()),
            ("GITHUB_SERVER_URL", "https://github.example"),
            ("GITHUB_RUN_ID", "4711"),
            ("GITHUB_OUTPUT", &output),
            ("GITHUB_STEP_SUMMARY", &summary),
        ] {
            job.set(name, value);
        }
        job.spec("a", &good());
        job.check_out(&merge());
        job.event("push", "refs/heads/main", &json!({}));
        // A commit that GitHub knows, without a configuration.
        job.github(|repository| {
            let readme = (base(), "README.md".to_owned());
            repository.files.insert(readme, b"readme".to_vec());
        });
        job
    }

    /// A step on pull request 7 of a fork.
    pub(crate) fn pull_request(name: &str) -> Self {
        let mut job = Self::new(name);
        job.event(
            "pull_request",
            "refs/pull/7/merge",
            &payload("fork/catalog"),
        );
        job.pull(7, &["npx/a/spec.yaml"]);
        job
    }

    /// Makes GitHub know a pull request with these files.
    pub(crate) fn pull(&self, number: u64, files: &[&str]) {
        let pull = Pull {
            head_sha: head(),
            head_branch: "patch-1".to_owned(),
            head_repository: "fork/catalog".to_owned(),
            open: true,
            files: files
                .iter()
                .map(|file| ((*file).to_owned(), None))
                .collect(),
            removed: BTreeSet::new(),
            changed_files: None,
        };
        self.github(|repository| repository.pulls.insert(number, pull));
    }

    /// Looks at, or changes, the repository on GitHub.
    pub(crate) fn github<T>(&self, look: impl FnOnce(&mut Repository) -> T) -> T {
        GITHUB.repository(&self.repository, look)
    }

    pub(crate) fn path(&self, path: &str) -> PathBuf {
        self.workspace.path().join(path)
    }

    pub(crate) fn write(&self, path: &str, text: &str) {
        let path = self.path(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    pub(crate) fn spec(&self, server: &str, text: &str) {
        self.write(&format!("npx/{server}/spec.yaml"), text);
    }

    /// What `.git` says is checked out.
    pub(crate) fn check_out(&self, sha: &str) {
        self.write(".git/HEAD", &format!("{sha}\n"));
    }

    /// A file of the base branch.
    pub(crate) fn at_base(&self, path: &str, text: &str) {
        self.at(&base(), path, text);
    }

    /// A file of a commit.
    pub(crate) fn at(&self, commit: &str, path: &str, text: &str) {
        let (key, bytes) = (
            (commit.to_owned(), path.to_owned()),
            text.as_bytes().to_vec(),
        );
        self.github(|repository| repository.files.insert(key, bytes));
    }

    /// The newest commit of a branch; none where there is no such branch.
    pub(crate) fn tip(&self, branch: &str, commit: Option<&str>) {
        let commit = commit.map(ToOwned::to_owned);
        self.github(|repository| repository.branches.insert(branch.to_owned(), commit));
    }

    /// How many uploads there were.
    pub(crate) fn uploads(&self) -> usize {
        self.github(|repository| repository.sarifs.len())
    }

    pub(crate) fn event(&mut self, name: &str, git_ref: &str, payload: &Value) {
        let path = self.runner.path().join("event.json");
        fs::write(&path, payload.to_string()).unwrap();
        self.set("GITHUB_EVENT_NAME", name);
        self.set("GITHUB_EVENT_PATH", path.to_str().unwrap());
        self.set("GITHUB_REF", git_ref);
        self.set("GITHUB_SHA", &merge());
    }

    pub(crate) fn set(&mut self, name: &str, value: &str) {
        self.variables.insert(name.to_owned(), value.to_owned());
    }

    pub(crate) fn variable(&self, name: &str) -> String {
        self.variables[name].clone()
    }

    pub(crate) fn input(&mut self, name: &str, value: &str) {
        assert!(names().contains(&name), "{name}");
        self.set(&variable(name), value);
    }

    /// The program in the workspace, or, where `.ci/check-container` names it, the image with the
    /// runner's folders.
    fn command(&self) -> Command {
        let Some(image) = std::env::var_os("DOCKYARD_PROVENANCE_IMAGE") else {
            let mut command = Command::new(env!("CARGO_BIN_EXE_dockyard-provenance"));
            command.arg("action").env_clear().envs(&self.variables);
            command.current_dir(self.workspace.path());
            return command;
        };
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join(".ci/run-image");
        let mut command = Command::new(script);
        command.arg(image);
        let folders = [
            (self.workspace.path(), "/github/workspace"),
            (self.runner.path(), "/github/file_commands"),
            (PACKAGES.trust.path(), "/github/runner_temp"),
        ];
        for (folder, inside) in folders {
            command
                .arg("--volume")
                .arg(format!("{}:{inside}", folder.display()));
        }
        for (name, value) in &self.variables {
            let value = folders
                .iter()
                .fold(value.clone(), |value, (folder, inside)| {
                    value.replace(&folder.display().to_string(), inside)
                });
            command.arg(format!("{name}={value}"));
        }
        command
    }

    /// The command line on the same workspace, registries and trust.
    pub(crate) fn scan(&self, arguments: &[&str]) {
        let output = self.command_line(arguments);
        assert!(output.status.success(), "{output:?}");
    }

    /// As [`Self::scan`], however it ends.
    pub(crate) fn command_line(&self, arguments: &[&str]) -> std::process::Output {
        let mut command = Command::new(env!("CARGO_BIN_EXE_dockyard-provenance"));
        command.arg("scan").arg(self.workspace.path()).env_clear();
        // Asked only where there are skills.
        command
            .env("GITHUB_API_URL", api_url())
            .env("GITHUB_TOKEN", TOKEN);
        for input in ["npm-registry", "pypi-index", "trusted-root", "npm-keys"] {
            let value = &self.variables[&variable(input)];
            command.arg(format!("--{input}")).arg(value);
        }
        command.args(arguments).output().unwrap()
    }

    /// A file outside of the workspace.
    pub(crate) fn outside(&self, name: &str) -> String {
        self.runner.path().join(name).display().to_string()
    }

    /// Runs the step.
    pub(crate) fn run(&self) -> Run {
        for file in ["output", "summary"] {
            fs::write(self.runner.path().join(file), "").unwrap();
        }
        let output = self.command().stdin(Stdio::null()).output().unwrap();
        let read = |file: &str| fs::read_to_string(self.runner.path().join(file)).unwrap();
        let run = Run {
            code: output.status.code(),
            out: String::from_utf8(output.stdout).unwrap(),
            err: String::from_utf8(output.stderr).unwrap(),
            outputs: outputs(&read("output")),
            summary: read("summary"),
        };
        run.keeps_the_token(&self.variables[&variable("token")]);
        run
    }
}

/// The payload of a merge queue's group for `main`.
pub(crate) fn merge_group() -> Value {
    json!({"merge_group": {
        "base_sha": base(), "base_ref": "refs/heads/main", "head_sha": merge(),
        "head_ref": "refs/heads/gh-readonly-queue/main/pr-7-x",
    }})
}

/// The payload of pull request 7 from `head_repository`.
pub(crate) fn payload(head_repository: &str) -> Value {
    json!({"pull_request": {
        "number": 7,
        "base": {"sha": base(), "ref": "main", "repo": {"full_name": "acme/catalog"}},
        "head": {"sha": head(), "ref": "patch-1", "repo": {"full_name": head_repository}},
    }})
}

/// Reads a file below a folder.
pub(crate) fn read(path: &Path) -> String {
    fs::read_to_string(path).unwrap()
}
