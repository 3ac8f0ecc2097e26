//! One honest package per kind of document, and a scan of a repository that pins them.

use std::fs;
use std::path::Path;
use std::process::Command as Process;

use dockyard_provenance::cli::{self, Command};
use dockyard_provenance::scan;
use dockyard_provenance::settings::{Environment, settle};
use dockyard_report::report::Report;
use jiff::Timestamp;
use tempfile::TempDir;
use testkit::{NpmDraft, NpmRelease, PypiRelease, Registry, World, at};

/// The documents that a result can depend on.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Document {
    Manifest,
    Attestations,
    Packument,
    Index,
    Provenance,
}

pub(crate) const DOCUMENTS: [Document; 5] = [
    Document::Manifest,
    Document::Attestations,
    Document::Packument,
    Document::Index,
    Document::Provenance,
];

impl Document {
    /// The package whose scan asks for this document, and only in its case.
    const fn package(self) -> &'static str {
        match self {
            Self::Manifest => "manifest",
            Self::Attestations => "attestations",
            Self::Packument => "packument",
            Self::Index => "index",
            Self::Provenance => "provenance",
        }
    }

    pub(crate) fn spec(self) -> String {
        let protocol = match self {
            Self::Manifest | Self::Attestations | Self::Packument => "npx",
            Self::Index | Self::Provenance => "uvx",
        };
        format!("{protocol}/{}/spec.yaml", self.package())
    }

    /// Where the virtual registry serves it.
    pub(crate) const fn path(self) -> &'static str {
        match self {
            Self::Manifest => "/npm/manifest/1.2.3",
            Self::Attestations => "/npm/-/npm/v1/attestations/attestations@1.2.3",
            Self::Packument => "/npm/packument",
            Self::Index => "/simple/index/",
            Self::Provenance => {
                "/integrity/provenance/1.2.3/provenance-1.2.3-py3-none-any.whl/provenance"
            }
        }
    }
}

/// What the registries serve, signed once, and what makes a scan believe it.
pub(crate) struct Honest {
    trust: TempDir,
    npm: Vec<NpmRelease>,
    pypi: Vec<PypiRelease>,
}

impl Honest {
    pub(crate) fn new() -> Self {
        let world = World::new();
        let trust = tempfile::tempdir().unwrap();
        world.write_trust(trust.path());
        // Signed with a key that has ended, and no attestation says when: the packument must.
        let mut undated = NpmDraft::signed_only(&world, "packument", "1.2.3");
        undated.signing_keys = vec![world.npm.old.clone()];
        undated.published = at("2024-05-01T00:00:00Z");
        Self {
            trust,
            npm: vec![
                world.npm_package("manifest", "1.2.3"),
                world.npm_package("attestations", "1.2.3"),
                world.npm_release(&undated),
            ],
            pypi: vec![
                world.pypi_release("index", "1.2.3"),
                world.pypi_release("provenance", "1.2.3"),
            ],
        }
    }

    /// A registry that serves all of it.
    pub(crate) fn serve(&self) -> Registry {
        let registry = Registry::start();
        for release in &self.npm {
            registry.publish_npm(release);
        }
        for release in &self.pypi {
            registry.publish_pypi(release);
        }
        registry
    }

    /// Scans a repository that pins all of it.
    pub(crate) async fn scan(&self, npm: &str, pypi: &str, arguments: &[&str]) -> Scan {
        let root = Self::root();
        let cache = tempfile::tempdir().unwrap();
        let folder = cache.path().to_str().unwrap();
        let arguments = [arguments, &["--cache-dir", folder]].concat();
        let report = scan(root.path(), self.trust.path(), npm, pypi, &arguments).await;
        let text = dockyard_report::report::json::render(&report).unwrap();
        Scan {
            json: serde_json::from_str(&text).unwrap(),
            exit_code: dockyard_report::policy::exit_code(report.verdict),
            kept: files(cache.path()),
        }
    }

    fn root() -> TempDir {
        let root = tempfile::tempdir().unwrap();
        for document in DOCUMENTS {
            pin(root.path(), &document.spec(), document.package());
        }
        root
    }

    /// As [`Honest::scan`] of the registries below `base`, by a process that trusts the `authority`
    /// (PEM).
    pub(crate) async fn run(&self, base: &str, authority: &str, arguments: &[&str]) -> Scan {
        self.run_in(&Self::root(), base, authority, arguments).await
    }

    /// As [`Honest::run`], of another repository.
    pub(crate) async fn run_in(
        &self,
        root: &TempDir,
        base: &str,
        authority: &str,
        arguments: &[&str],
    ) -> Scan {
        let cache = tempfile::tempdir().unwrap();
        let certificates = root.path().join("authority.pem");
        fs::write(&certificates, authority).unwrap();
        let mut process = Process::new(env!("CARGO_BIN_EXE_dockyard-provenance"));
        process
            .env_clear()
            .env("SSL_CERT_FILE", certificates)
            .args(["scan", "--format", "json"])
            .arg(root.path())
            .arg("--trusted-root")
            .arg(self.trust.path().join("trusted_root.json"))
            .arg("--npm-keys")
            .arg(self.trust.path().join("keys.json"))
            .args(["--npm-registry", &format!("{base}/npm")])
            .args(["--pypi-index", &format!("{base}/simple")])
            .arg("--cache-dir")
            .arg(cache.path())
            .args(arguments);
        let ran = tokio::task::spawn_blocking(move || process.output().unwrap());
        let output = ran.await.unwrap();
        let told = String::from_utf8_lossy(&output.stderr).into_owned();
        Scan {
            json: serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{told}")),
            exit_code: output.status.code().unwrap().try_into().unwrap(),
            kept: files(cache.path()),
        }
    }
}

/// Files below a folder.
fn files(folder: &Path) -> usize {
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap());
    entries
        .map(|entry| {
            let kind = entry.file_type().unwrap();
            if kind.is_dir() {
                files(&entry.path())
            } else {
                1
            }
        })
        .sum()
}

/// Writes a spec that pins version 1.2.3 of `package` and declares nothing about it.
pub(crate) fn pin(root: &Path, path: &str, package: &str) {
    let (protocol, _) = path.split_once('/').unwrap();
    let path = root.join(path);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    let text = format!(
        "metadata:\n  name: server\n  description: \"A server\"\n  protocol: {protocol}\n\
         spec:\n  package: {package:?}\n  version: \"1.2.3\"\n"
    );
    fs::write(path, text).unwrap();
}

/// What the command line `scan ROOT … ARGUMENTS` does with these registries, and trust material from
/// the files of a folder, in an empty environment.
pub(crate) async fn scan(
    root: &Path,
    trust: &Path,
    npm: &str,
    pypi: &str,
    arguments: &[&str],
) -> Report {
    let text = |path: &Path| path.to_str().unwrap().to_owned();
    let (trusted_root, keys) = (trust.join("trusted_root.json"), trust.join("keys.json"));
    let (trusted_root, keys) = (text(&trusted_root), text(&keys));
    let files = ["--trusted-root", &trusted_root, "--npm-keys", &keys];
    let registries = ["--npm-registry", npm, "--pypi-index", pypi];
    let arguments = [&files[..], &registries, arguments].concat();
    scan_as_of(root, &arguments, now()).await
}

/// What the command line `scan ROOT ARGUMENTS` does at `now`, in an empty environment.
pub(crate) async fn scan_as_of(root: &Path, arguments: &[&str], now: Timestamp) -> Report {
    let line = [
        &["dockyard-provenance", "scan", root.to_str().unwrap()],
        arguments,
    ];
    let Command::Scan(flags, None) = cli::parse(line.concat()).unwrap() else {
        panic!("this is a scan");
    };
    let settings = settle(flags, &Environment::default()).unwrap();
    scan::scan(&settings, now).await.unwrap()
}

/// After everything in the virtual world happened.
fn now() -> Timestamp {
    at("2026-03-02T00:00:00Z")
}

/// What came of a scan.
pub(crate) struct Scan {
    json: serde_json::Value,
    pub(crate) exit_code: u8,
    /// Answers that are kept for the next one.
    pub(crate) kept: usize,
}

impl Scan {
    pub(crate) fn status(&self, document: Document) -> String {
        let spec = self.of(document);
        spec["status"].as_str().unwrap().to_owned()
    }

    /// Rules and messages of the findings.
    pub(crate) fn findings(&self, document: Document) -> Vec<(String, String)> {
        let spec = self.of(document);
        let findings = spec["findings"].as_array().unwrap().iter();
        let text = |value: &serde_json::Value| value.as_str().unwrap().to_owned();
        findings
            .map(|finding| (text(&finding["rule"]), text(&finding["message"])))
            .collect()
    }

    fn of(&self, document: Document) -> &serde_json::Value {
        let specs = self.json["specs"].as_array().unwrap();
        let path = document.spec();
        let spec = specs.iter().find(|spec| spec["path"] == path.as_str());
        spec.unwrap_or_else(|| panic!("no {path} in {}", self.json))
    }
}
