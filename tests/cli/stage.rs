//! A repository in a folder, registries to ask, and the program run in an empty environment.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use serde_json::Value;
use tempfile::TempDir;
use testkit::{NpmDraft, PypiDraft, Registry, World};

/// What an honest spec of `acme/widget` declares.
pub(crate) const DECLARED: &str = r#"provenance:
  repository_uri: "https://github.com/acme/widget"
  repository_ref: "refs/tags/v1.2.3"
  attestations:
    available: true
    publisher:
      kind: "GitHub"
      repository: "acme/widget"
      workflow: "release.yml"
"#;

/// A spec that declares the wrong repository.
pub(crate) fn misdeclared() -> String {
    DECLARED.replace("\"acme/widget\"", "\"mallory/widget\"")
}

/// The text of a spec.
pub(crate) fn spec(protocol: &str, package: &str, version: &str, rest: &str) -> String {
    format!(
        "metadata:\n  name: server\n  description: \"A server\"\n  protocol: {protocol}\n\
         spec:\n  package: {package:?}\n  version: {version:?}\n{rest}"
    )
}

/// A repository, and the world that its packages come from.
pub(crate) struct Stage {
    pub(crate) world: World,
    pub(crate) registry: Registry,
    root: TempDir,
    trust: TempDir,
}

impl Stage {
    pub(crate) fn new() -> Self {
        let world = World::new();
        let trust = tempfile::tempdir().unwrap();
        world.write_trust(trust.path());
        Self {
            world,
            registry: Registry::start(),
            root: tempfile::tempdir().unwrap(),
            trust,
        }
    }

    /// With one honest npm package, declared as it is: `npx/a/spec.yaml`.
    pub(crate) fn honest() -> Self {
        let stage = Self::new();
        stage.npm("a", "@acme/a", DECLARED);
        stage
    }

    pub(crate) fn root(&self) -> &Path {
        self.root.path()
    }

    pub(crate) fn trusted_root(&self) -> PathBuf {
        self.trust.path().join("trusted_root.json")
    }

    pub(crate) fn npm_keys(&self) -> PathBuf {
        self.trust.path().join("keys.json")
    }

    /// Writes a file below the root.
    pub(crate) fn write(&self, path: &str, text: &str) {
        let path = self.root().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    /// Publishes `name` 1.2.3 and pins it in `npx/{server}/spec.yaml`.
    pub(crate) fn npm(&self, server: &str, name: &str, rest: &str) {
        self.npm_draft(server, &self.world.npm_draft(name, "1.2.3"), rest);
    }

    /// Publishes a draft and pins it in `npx/{server}/spec.yaml`.
    pub(crate) fn npm_draft(&self, server: &str, draft: &NpmDraft, rest: &str) {
        self.registry.publish_npm(&self.world.npm_release(draft));
        self.write(
            &format!("npx/{server}/spec.yaml"),
            &spec("npx", &draft.name, &draft.version, rest),
        );
    }

    /// Publishes an honest release of `name` 1.2.3 and pins it in `uvx/{server}/spec.yaml`.
    pub(crate) fn pypi(&self, server: &str, name: &str, rest: &str) {
        self.registry
            .publish_pypi(&self.world.pypi_release(name, "1.2.3"));
        self.write(
            &format!("uvx/{server}/spec.yaml"),
            &spec("uvx", name, "1.2.3", rest),
        );
    }

    /// Publishes a draft and pins it in `uvx/{server}/spec.yaml`.
    pub(crate) fn pypi_draft(&self, server: &str, draft: &PypiDraft, rest: &str) {
        self.registry
            .publish_pypi(&self.world.pypi_release_of(draft));
        self.write(
            &format!("uvx/{server}/spec.yaml"),
            &spec("uvx", &draft.name, &draft.version, rest),
        );
    }

    /// The program in the root, with nothing in its environment.
    pub(crate) fn program(&self) -> Command {
        let mut command = program();
        command.current_dir(self.root());
        command
    }

    /// Runs the program in the root.
    pub(crate) fn run(&self, arguments: &[&str]) -> Run {
        Run::of(self.program().args(arguments))
    }

    /// The program with `arguments`, this world's registries and its trust files; nothing is kept
    /// between runs.
    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        let mut command = self.asking(arguments);
        command.arg("--no-cache");
        command
    }

    /// As [`Stage::command`], with whatever is kept.
    pub(crate) fn asking(&self, arguments: &[&str]) -> Command {
        let mut command = self.trusting(arguments);
        command
            .args(["--npm-registry", &self.registry.npm_url()])
            .args(["--pypi-index", &self.registry.pypi_index_url()]);
        command
    }

    /// As [`Stage::command`], without registries.
    pub(crate) fn trusting(&self, arguments: &[&str]) -> Command {
        let mut command = self.program();
        command.args(arguments);
        command.arg("--trusted-root").arg(self.trusted_root());
        command.arg("--npm-keys").arg(self.npm_keys());
        command
    }

    /// Runs `scan` with further arguments.
    pub(crate) fn scan(&self, arguments: &[&str]) -> Run {
        Run::of(self.command(&["scan"]).args(arguments))
    }

    /// Runs `verify-provenance -c` on a spec.
    pub(crate) fn verify(&self, spec: &str, arguments: &[&str]) -> Run {
        Run::of(
            self.command(&["verify-provenance", "-c", spec])
                .args(arguments),
        )
    }

    /// The JSON report of a scan.
    pub(crate) fn report(&self) -> Report {
        self.scan(&["--format", "json"]).report()
    }
}

/// The program, with nothing in its environment.
pub(crate) fn program() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_dockyard-provenance"));
    command.env_clear();
    command
}

/// What a process left behind.
#[derive(Debug)]
pub(crate) struct Run {
    /// Exit code; `None` where a signal ended it.
    pub(crate) code: Option<i32>,
    pub(crate) out: String,
    pub(crate) err: String,
}

impl Run {
    pub(crate) fn of(command: &mut Command) -> Self {
        let Output {
            status,
            stdout,
            stderr,
        } = command.output().unwrap();
        Self {
            code: status.code(),
            out: String::from_utf8(stdout).unwrap(),
            err: String::from_utf8(stderr).unwrap(),
        }
    }

    /// As [`Run::of`], with the standard output that the command was given.
    pub(crate) fn of_silent(command: &mut Command) -> Self {
        let child = command.stderr(Stdio::piped()).spawn().unwrap();
        let Output { status, stderr, .. } = child.wait_with_output().unwrap();
        Self {
            code: status.code(),
            out: String::new(),
            err: String::from_utf8(stderr).unwrap(),
        }
    }

    #[track_caller]
    pub(crate) fn exits(self, code: i32) -> Self {
        assert_eq!(self.code, Some(code), "{self:#?}");
        self
    }

    /// Exit 2, nothing on standard output, and what standard error must say.
    #[track_caller]
    pub(crate) fn refuses(self, says: &str) -> Self {
        let run = self.exits(2);
        assert_eq!(run.out, "");
        assert!(run.err.contains(says), "{says:?} is not in {:?}", run.err);
        run
    }

    pub(crate) fn report(&self) -> Report {
        Report {
            json: serde_json::from_str(&self.out).unwrap(),
        }
    }
}

/// A JSON report.
pub(crate) struct Report {
    pub(crate) json: Value,
}

impl Report {
    pub(crate) fn spec(&self, path: &str) -> &Value {
        self.json["specs"]
            .as_array()
            .unwrap()
            .iter()
            .find(|spec| spec["path"] == path)
            .unwrap_or_else(|| panic!("no {path} in {:#}", self.json))
    }

    pub(crate) fn status(&self, path: &str) -> &str {
        self.spec(path)["status"].as_str().unwrap()
    }

    pub(crate) fn rules(&self, path: &str) -> Vec<&str> {
        self.findings(path, "rule")
    }

    pub(crate) fn messages(&self, path: &str) -> Vec<&str> {
        self.findings(path, "message")
    }

    fn findings(&self, path: &str, field: &str) -> Vec<&str> {
        self.spec(path)["findings"]
            .as_array()
            .unwrap()
            .iter()
            .map(|finding| finding[field].as_str().unwrap())
            .collect()
    }
}
