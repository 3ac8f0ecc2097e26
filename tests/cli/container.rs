//! The container image, run as GitHub's runner runs it: mounted folders, another user's workspace,
//! GitHub's environment, registries on loopback.
//!
//! `.ci/check-container` builds the image and names it in `DOCKYARD_PROVENANCE_IMAGE`; without it
//! these tests say that they are skipped.

use std::ffi::OsString;
use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::Command;

use serde_json::Value;
use tempfile::TempDir;
use testkit::Fault;

use crate::stage::{DECLARED, Run, Stage, misdeclared};

/// A repository, registries, the runner's folders and the image.
struct Runner {
    stage: Stage,
    folder: TempDir,
    image: OsString,
}

impl Runner {
    /// With one honest npm package and one honest `PyPI` package; `None` where there is no image.
    #[expect(
        clippy::disallowed_methods,
        clippy::print_stdout,
        reason = "the script that built the image names it; a skipped test says so aloud"
    )]
    fn new() -> Option<Self> {
        let Some(image) = std::env::var_os("DOCKYARD_PROVENANCE_IMAGE") else {
            println!("SKIPPED: DOCKYARD_PROVENANCE_IMAGE names no image; run .ci/check-container");
            return None;
        };
        let stage = Stage::honest();
        stage.pypi("b", "widget", DECLARED);
        let folder = tempfile::tempdir().unwrap();
        let temporary = folder.path().join("runner_temp");
        for part in [&folder.path().join("home"), &temporary] {
            fs::create_dir(part).unwrap();
        }
        fs::copy(stage.trusted_root(), temporary.join("trusted_root.json")).unwrap();
        fs::copy(stage.npm_keys(), temporary.join("keys.json")).unwrap();
        Some(Self {
            stage,
            folder,
            image,
        })
    }

    /// `.ci/run-image` with GitHub's variables and the registries.
    fn command(&self) -> Command {
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join(".ci/run-image");
        let mut command = Command::new(script);
        command.arg(&self.image);
        for (folder, part) in [
            (self.stage.root(), "workspace"),
            (&self.folder.path().join("home"), "home"),
            (&self.folder.path().join("runner_temp"), "runner_temp"),
        ] {
            command.arg("--volume");
            command.arg(format!("{}:/github/{part}", folder.display()));
        }
        command.args([
            "CI=true",
            "GITHUB_ACTIONS=true",
            "GITHUB_WORKSPACE=/github/workspace",
            "RUNNER_TEMP=/github/runner_temp",
            "RUNNER_OS=Linux",
        ]);
        for (name, url) in [
            ("NPM_CONFIG_REGISTRY", self.stage.registry.npm_url()),
            ("UV_DEFAULT_INDEX", self.stage.registry.pypi_index_url()),
        ] {
            command.arg(format!("{name}={url}"));
        }
        command
    }

    /// `scan` with this world's trust and a JSON report in the workspace.
    fn scan(&self) -> Run {
        Run::of(self.command().args([
            "--",
            "scan",
            "--report",
            "json=report.json",
            "--trusted-root",
            "/github/runner_temp/trusted_root.json",
            "--npm-keys",
            "/github/runner_temp/keys.json",
        ]))
    }

    fn report(&self) -> Value {
        let text = fs::read_to_string(self.stage.root().join("report.json")).unwrap();
        serde_json::from_str(&text).unwrap()
    }
}

#[test]
fn verifies_what_the_registries_serve() {
    let Some(runner) = Runner::new() else { return };
    runner.scan().exits(0);
    let report = runner.report();
    assert_eq!(report["verdict"], "pass");
    assert_eq!(report["summary"]["by_status"]["verified"], 2);
}

#[test]
fn a_finding_fails_the_step() {
    let Some(runner) = Runner::new() else { return };
    runner.stage.npm("c", "@acme/c", &misdeclared());
    runner.scan().exits(1);
    assert_eq!(runner.report()["verdict"], "fail");
}

#[test]
fn what_cannot_be_determined_is_inconclusive() {
    let Some(runner) = Runner::new() else { return };
    runner
        .stage
        .registry
        .fault("/npm/@acme/a/1.2.3", Fault::Status(403));
    runner.scan().exits(3);
    assert_eq!(runner.report()["verdict"], "inconclusive");
}

/// The container is root, the steps after it are not.
#[test]
fn what_it_leaves_behind_is_readable_by_the_steps_after_it() {
    let Some(runner) = Runner::new() else { return };
    runner.scan().exits(0);
    let report = runner.stage.root().join("report.json");
    let mode = fs::metadata(report).unwrap().permissions().mode();
    assert_eq!(mode & 0o444, 0o444, "{mode:o}");
}
