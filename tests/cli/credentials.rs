//! Credentials: where each comes from, that it reaches the registry it is for, and nobody else.

mod index;
mod logs;
mod npmrc;

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use tempfile::TempDir;
use testkit::{Fault, Registry};

use crate::stage::{DECLARED, Run, Stage};

const TOKEN: &str = "npm_s3cretT0ken";
const BEARER: &str = "Bearer npm_s3cretT0ken";
/// `ann:s3cretPassw0rd`.
const BASIC: &str = "Basic YW5uOnMzY3JldFBhc3N3MHJk";
/// What must not be seen anywhere: token, password, and the password as it is sent.
const SECRETS: [&str; 3] = [TOKEN, "s3cretPassw0rd", "YW5uOnMzY3JldFBhc3N3MHJk"];

const MANIFEST: &str = "/npm/@acme/a/1.2.3";
const ATTESTATIONS: &str = "/npm/-/npm/v1/attestations/@acme/a@1.2.3";

/// A repository with an npm and a PyPI package, and the home folder of whoever scans it.
struct Desk {
    stage: Stage,
    home: TempDir,
}

impl Desk {
    fn new() -> Self {
        let stage = Stage::honest();
        stage.pypi("b", "widget", DECLARED);
        Self {
            stage,
            home: tempfile::tempdir().unwrap(),
        }
    }

    /// Writes a file of the home folder. `{npm}` stands for `//host:port/npm/`.
    fn file(&self, name: &str, text: &str) -> PathBuf {
        let npm = nerf(&self.stage.registry);
        let path = self.home.path().join(name);
        fs::write(&path, text.replace("{npm}", &npm)).unwrap();
        path
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = self.stage.command(&["scan"]);
        command.args(arguments).env("HOME", self.home.path());
        command
    }

    fn scan(&self, arguments: &[&str]) -> Run {
        Run::of(&mut self.command(arguments))
    }

    /// As [`Desk::scan`], the index named by a variable instead of a flag.
    fn scan_index(&self, variables: &[(&str, String)]) -> Run {
        let mut command = self
            .stage
            .trusting(&["scan", "--no-cache", "--format", "json"]);
        command.args(["--npm-registry", &self.stage.registry.npm_url()]);
        command.env("HOME", self.home.path());
        command.envs(variables.iter().map(|(name, value)| (name, value)));
        Run::of(&mut command)
    }

    /// The index with a user name and a password in it.
    fn index_of_ann(&self) -> String {
        self.stage
            .registry
            .pypi_index_url()
            .replace("//", "//ann:s3cretPassw0rd@")
    }

    /// What was sent with requests whose path starts with `path`.
    #[track_caller]
    fn sent(&self, path: &str) -> Vec<Option<String>> {
        let sent = authorizations(&self.stage.registry, path);
        assert!(!sent.is_empty(), "nothing was asked below {path}");
        sent
    }
}

/// `//host:port/npm/`.
fn nerf(registry: &Registry) -> String {
    format!("{}/", registry.npm_url().replace("http:", ""))
}

fn authorizations(registry: &Registry, path: &str) -> Vec<Option<String>> {
    registry
        .requests()
        .iter()
        .filter(|request| request.path.starts_with(path))
        .map(|request| request.header("authorization").map(str::to_owned))
        .collect()
}

#[track_caller]
fn all(sent: &[Option<String>], expected: Option<&str>) {
    assert!(
        sent.iter().all(|sent| sent.as_deref() == expected),
        "{sent:?}"
    );
}

#[track_caller]
fn silent(run: &Run) {
    for secret in SECRETS {
        for text in [&run.out, &run.err] {
            assert!(!text.contains(secret), "{secret}: {text}");
        }
    }
}

#[test]
fn what_a_credential_opened_is_not_kept_for_the_next() {
    let desk = Desk::new();
    let asked = |npmrc: &str| {
        desk.file(".npmrc", npmrc);
        let before = authorizations(&desk.stage.registry, ATTESTATIONS).len();
        let mut command = desk.stage.asking(&["scan"]);
        Run::of(command.env("HOME", desk.home.path())).exits(0);
        authorizations(&desk.stage.registry, ATTESTATIONS).len() - before
    };
    let token = format!("{{npm}}:_authToken={TOKEN}\n");
    assert_eq!((asked(&token), asked(&token)), (1, 1));
    // Not even for the one who may read everything without.
    assert_eq!((asked(""), asked("")), (1, 0));
    assert_eq!(asked(&token), 1);
}

#[test]
fn a_redirect_keeps_the_credential_within_its_area_only() {
    let desk = Desk::new();
    desk.file(".npmrc", &format!("{{npm}}:_authToken={TOKEN}\n"));
    let registry = &desk.stage.registry;
    let manifest = registry.documents()[MANIFEST].clone();
    registry.set("/npm/moved", manifest.clone());
    registry.set("/elsewhere", manifest.clone());
    let stranger = Registry::start();
    stranger.set("/npm/moved", manifest);

    registry.fault(MANIFEST, Fault::Redirect("/npm/moved".to_owned()));
    let run = desk.scan(&["--format", "json"]).exits(0);
    assert_eq!(run.report().status("npx/a/spec.yaml"), "verified");
    all(&desk.sent("/npm/moved"), Some(BEARER));

    for target in [
        "/elsewhere".to_owned(),
        format!("{}/npm/moved", stranger.url()),
        format!(
            "{}/npm/moved",
            stranger.url().replace("127.0.0.1", "localhost")
        ),
    ] {
        registry.fault(MANIFEST, Fault::Redirect(target));
        let run = desk.scan(&["--format", "json"]).exits(3);
        assert_eq!(run.report().status("npx/a/spec.yaml"), "unknown");
        silent(&run);
    }
    assert_eq!(stranger.paths(), [""; 0]);
    assert_eq!(authorizations(registry, "/elsewhere"), []);
}

#[test]
fn a_refusal_says_what_could_be_configured() {
    let desk = Desk::new();
    for status in [401, 403] {
        for path in [MANIFEST, ATTESTATIONS, "/simple/widget/"] {
            desk.stage.registry.fault(path, Fault::Status(status));
        }
        desk.file(".npmrc", "");
        let report = desk.scan(&["--format", "json"]).exits(3).report();
        let told = report.messages("npx/a/spec.yaml").join("\n");
        assert!(told.contains(&status.to_string()), "{told}");
        assert!(
            told.contains("no credential is configured") && told.contains("~/.npmrc"),
            "{told}"
        );
        let told = report.messages("uvx/b/spec.yaml").join("\n");
        assert!(
            told.contains("no credential is configured") && told.contains("~/.netrc"),
            "{told}"
        );

        desk.file(".npmrc", &format!("{{npm}}:_authToken={TOKEN}\n"));
        let run = desk.scan(&["--format", "json"]).exits(3);
        silent(&run);
        let report = run.report();
        let told = report.messages("npx/a/spec.yaml").join("\n");
        assert!(
            told.contains("the credential from ~/.npmrc:1 was refused"),
            "{told}"
        );
    }
}
