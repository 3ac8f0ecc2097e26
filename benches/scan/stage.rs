//! A repository of specs, the registry that has their packages, and the program's command line.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::thread;

use serde_json::{Value, json};
use tempfile::TempDir;
use testkit::{NpmDraft, Registry, TlsAuthority, World};

use crate::relay::Relay;
use crate::server::{Server, Wire};

/// The program that is measured.
pub(crate) const PROGRAM: &str = env!("CARGO_BIN_EXE_dockyard-provenance");

/// The folder of its cache, in the stage's.
pub(crate) const CACHE: &str = "cache";

/// What the packages of a stage carry.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// npm packages with a registry signature and nothing else.
    NpmSigned,
    /// npm packages with a registry signature, a publish attestation and provenance.
    NpmAttested,
    /// `PyPI` releases of two files with one attestation each.
    Pypi,
}

pub(crate) struct Stage {
    pub(crate) kind: Kind,
    pub(crate) count: usize,
    pub(crate) world: World,
    pub(crate) server: Server,
    wire: Wire,
    pub(crate) relay: Option<Relay>,
    /// The repository, trust files, caches and whatever a peer needs.
    folder: TempDir,
}

impl Stage {
    /// Signs `count` packages and serves them.
    pub(crate) fn new(kind: Kind, count: usize) -> Self {
        Self::over(Wire::Clear, kind, count)
    }

    /// As [`Stage::new`], served so.
    pub(crate) fn over(wire: Wire, kind: Kind, count: usize) -> Self {
        let authority = TlsAuthority::new("benchmark");
        let (world, registry) = (World::new(), Registry::start());
        publish(kind, count, &world, &registry);
        registry.serve_npm_keys(&world);
        let stage = Self {
            kind,
            count,
            server: Server::start(&registry, wire, &authority.certify("127.0.0.1")),
            wire,
            relay: None,
            folder: tempfile::tempdir().unwrap(),
            world,
        };
        stage.write();
        fs::write(stage.authority(), authority.pem()).unwrap();
        stage
    }

    fn write(&self) {
        let trust = self.path("trust");
        fs::create_dir_all(&trust).unwrap();
        self.world.write_trust(&trust);
        let protocol = if self.kind == Kind::Pypi {
            "uvx"
        } else {
            "npx"
        };
        for name in self.names() {
            let folder = self.path("repository").join(protocol).join(&name);
            fs::create_dir_all(&folder).unwrap();
            let spec = format!(
                "metadata:\n  name: {name}\n  description: \"A server\"\n  protocol: {protocol}\n\
                 spec:\n  package: {name:?}\n  version: \"1.2.3\"\n"
            );
            fs::write(folder.join("spec.yaml"), spec).unwrap();
        }
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub(crate) fn names(&self) -> Vec<String> {
        (0..self.count).map(name).collect()
    }

    fn authority(&self) -> PathBuf {
        self.path("authority.pem")
    }

    /// `http://` or `https://`, `127.0.0.1:PORT`.
    pub(crate) fn url(&self) -> String {
        self.server
            .url(self.relay.as_ref().map(|relay| relay.address))
    }

    /// Lets `command` trust the server.
    pub(crate) fn trusting(&self, command: &mut Command) {
        if self.wire != Wire::Clear {
            command.env("SSL_CERT_FILE", self.authority());
        }
    }

    /// `scan` on the repository.
    pub(crate) fn scan(&self) -> Command {
        let url = self.url();
        let mut command = Command::new(PROGRAM);
        command
            .env_clear()
            .arg("scan")
            .arg(self.path("repository"))
            .args(["--format", "json", "--no-config"])
            .args(["--npm-registry", &format!("{url}/npm")])
            .args(["--pypi-index", &format!("{url}/simple")])
            .arg("--trusted-root")
            .arg(self.path("trust/trusted_root.json"))
            .arg("--npm-keys")
            .arg(self.path("trust/keys.json"));
        self.trusting(&mut command);
        command
    }

    /// [`Stage::scan`] that remembers nothing.
    pub(crate) fn cold(&self) -> Command {
        let mut command = self.scan();
        command.arg("--no-cache");
        command
    }

    /// [`Stage::scan`] with the cache that an earlier such run filled.
    pub(crate) fn warm(&self) -> Command {
        let mut command = self.scan();
        command.arg("--cache-dir").arg(self.path(CACHE));
        command
    }

    /// The `integrity` of a package.
    pub(crate) fn integrity(&self, name: &str) -> String {
        NpmDraft::signed_only(&self.world, name, "1.2.3").integrity
    }

    /// The lock of a project that asks for every package.
    pub(crate) fn lock_of(&self, registry: &str) -> Value {
        let mut dependencies = serde_json::Map::new();
        let mut packages = serde_json::Map::new();
        for name in self.names() {
            packages.insert(
                format!("node_modules/{name}"),
                json!({
                    "version": "1.2.3",
                    "resolved": format!("{registry}{name}/-/{name}-1.2.3.tgz"),
                    "integrity": self.integrity(&name),
                }),
            );
            dependencies.insert(name, json!("1.2.3"));
        }
        let root = json!({"name": "tree", "version": "1.0.0", "dependencies": dependencies});
        packages.insert(String::new(), root);
        json!({"name": "tree", "version": "1.0.0", "lockfileVersion": 3, "packages": packages})
    }

    /// `verify-lock` on a lock of all packages, which remembers nothing.
    pub(crate) fn lock(&self) -> Command {
        let url = self.url();
        let folder = self.path("locked");
        fs::create_dir_all(&folder).unwrap();
        let lock = self.lock_of(&format!("{url}/npm/"));
        fs::write(folder.join("package-lock.json"), lock.to_string()).unwrap();
        let mut command = Command::new(PROGRAM);
        command
            .env_clear()
            .current_dir(&folder)
            .args(["verify-lock", "package-lock.json"])
            .args(["--format", "json", "--no-config", "--no-cache"])
            .args(["--npm-registry", &format!("{url}/npm")])
            .arg("--trusted-root")
            .arg(self.path("trust/trusted_root.json"))
            .arg("--npm-keys")
            .arg(self.path("trust/keys.json"));
        self.trusting(&mut command);
        command
    }

    /// Every package of the lock is verified.
    pub(crate) fn accept_lock(&self, report: &str) {
        let report: Value = serde_json::from_str(report).unwrap();
        let lock = &report["locks"][0];
        assert_eq!(
            lock["by_status"]["verified"], self.count,
            "{}",
            lock["by_status"]
        );
    }

    /// Every spec has the status that its packages earn.
    pub(crate) fn accept(&self, report: &str) {
        let report: Value = serde_json::from_str(report).unwrap();
        let status = if self.kind == Kind::NpmSigned {
            "signed"
        } else {
            "verified"
        };
        assert_eq!(
            report["summary"]["by_status"][status], self.count,
            "{}",
            report["summary"]
        );
    }

    /// The URLs that a cold scan has asked for since the last look, in a file for the bare client.
    pub(crate) fn list(&self, asked: &BTreeSet<String>) -> PathBuf {
        let list = self.path("urls.txt");
        let url = self.url();
        let lines: Vec<String> = asked.iter().map(|path| format!("{url}{path}\n")).collect();
        fs::write(&list, lines.concat()).unwrap();
        list
    }
}

/// The name of package number `index`.
fn name(index: usize) -> String {
    format!("server-{index:05}")
}

/// Signing takes most of the preparation, so every core signs.
fn publish(kind: Kind, count: usize, world: &World, registry: &Registry) {
    let cores = thread::available_parallelism().map_or(1, usize::from);
    thread::scope(|scope| {
        for core in 0..cores {
            scope.spawn(move || {
                for name in (core..count).step_by(cores).map(name) {
                    one(kind, &name, world, registry);
                }
            });
        }
    });
}

fn one(kind: Kind, name: &str, world: &World, registry: &Registry) {
    match kind {
        Kind::NpmSigned => {
            let draft = NpmDraft::signed_only(world, name, "1.2.3");
            registry.publish_npm(&world.npm_release(&draft));
        }
        Kind::NpmAttested => registry.publish_npm(&world.npm_package(name, "1.2.3")),
        Kind::Pypi => registry.publish_pypi(&world.pypi_release(name, "1.2.3")),
    }
}

/// A repository in which there is nothing to do: one skill.
pub(crate) fn nothing_to_do(folder: &Path) -> Command {
    let skill = folder.join("skills/example");
    fs::create_dir_all(&skill).unwrap();
    let spec = "metadata:\n  name: example\n  description: \"A skill\"\nspec:\n  repository: \
                \"https://github.com/acme/skills\"\n  ref: \"0123456789012345678901234567890123456789\"\n";
    fs::write(skill.join("spec.yaml"), spec).unwrap();
    let mut command = Command::new(PROGRAM);
    command
        .env_clear()
        .arg("scan")
        .arg(folder)
        .args(["--no-config", "--trust", "embedded"])
        // GitHub is not asked: without a token a skill stays undetermined.
        .args(["--fail-on-unknown", "false"]);
    command
}
