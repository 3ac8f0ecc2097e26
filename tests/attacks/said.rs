//! The program's word and exit code about what a registry serves over real HTTP.

use std::path::Path;
use std::process::{Command, Output};

use serde_json::{Value, json};
use testkit::predicate::SLSA_V1;
use testkit::{NpmRelease, Registry, tamper};

use crate::support::{Lab, NAME, VERSION, bundle};

/// A repository with one spec, what trusts the lab's world, and the program run on them.
struct Scan {
    folder: tempfile::TempDir,
    registry: Registry,
}

impl Scan {
    fn new(lab: &Lab, release: &NpmRelease) -> Self {
        let folder = tempfile::tempdir().unwrap();
        lab.world.write_trust(folder.path());
        let place = folder.path().join("root/npx/widget");
        std::fs::create_dir_all(&place).unwrap();
        let spec = "metadata:\n  name: widget\n  protocol: npx\nspec:\n  package: \"@acme/widget\"\n  version: \"1.2.3\"\nprovenance:\n  repository_uri: \"https://github.com/acme/widget\"\n  attestations:\n    available: true\n    publisher:\n      kind: GitHub\n      repository: acme/widget\n      workflow: release.yml\n";
        std::fs::write(place.join("spec.yaml"), spec).unwrap();
        let registry = Registry::start();
        registry.publish_npm(release);
        Self { folder, registry }
    }

    fn run(&self, format: &str) -> Output {
        let file = |name: &str| self.folder.path().join(name);
        let empty: &Path = &file("home");
        Command::new(env!("CARGO_BIN_EXE_dockyard-provenance"))
            .arg("scan")
            .arg(file("root"))
            .args([
                "--format",
                format,
                "--npm-registry",
                &self.registry.npm_url(),
            ])
            .arg("--trusted-root")
            .arg(file("trusted_root.json"))
            .arg("--npm-keys")
            .arg(file("keys.json"))
            .args(["--timeout", "5"])
            .env_clear()
            .env("HOME", empty)
            .output()
            .unwrap()
    }

    /// Exit code, status and text.
    fn judge(&self) -> (Option<i32>, String, String) {
        let output = self.run("json");
        let text = String::from_utf8(output.stdout).unwrap();
        let report: Value = serde_json::from_str(&text)
            .unwrap_or_else(|error| panic!("{error}: {}", String::from_utf8_lossy(&output.stderr)));
        let status = report["specs"][0]["status"].as_str().unwrap().to_owned();
        (output.status.code(), status, text)
    }
}

type Change = fn(&mut NpmRelease);

/// docs/verification.md#f50: the program's word and its exit code are those of the evidence.
#[test]
fn exit_codes() {
    let lab = Lab::new();
    let honest = lab.world.npm_package(NAME, VERSION);
    let (code, status, text) = Scan::new(&lab, &honest).judge();
    assert_eq!((code, status.as_str()), (Some(0), "verified"), "{text}");
    let mut fork = testkit::GithubIdentity::new("mallory/widget");
    fork.trigger = "release".into();
    let fork = testkit::NpmDraft::new(&lab.world, NAME, VERSION, &fork, testkit::NpmStyle::Current);
    for (name, change, expected) in [
        (
            "an empty list",
            (|it| it.attestations["attestations"] = json!([])) as Change,
            (3, "unknown"),
        ),
        (
            "a changed signature",
            |it| {
                tamper::bytes(
                    &mut bundle(it, SLSA_V1)["dsseEnvelope"]["signatures"][0]["sig"],
                    |sig| sig[20] ^= 1,
                );
            },
            (1, "invalid"),
        ),
        (
            "another manifest",
            |it| it.manifest["version"] = json!("1.2.2"),
            (1, "invalid"),
        ),
        (
            "all stripped",
            |it| {
                it.attestations = Value::Null;
                it.manifest["dist"]
                    .as_object_mut()
                    .unwrap()
                    .remove("attestations");
            },
            (1, "signed"),
        ),
    ] {
        let mut release = honest.clone();
        change(&mut release);
        let (code, status, text) = Scan::new(&lab, &release).judge();
        assert_eq!(
            (code, status.as_str()),
            (Some(expected.0), expected.1),
            "{name}: {text}"
        );
    }
    let (code, status, text) = Scan::new(&lab, &lab.world.npm_release(&fork)).judge();
    assert_eq!((code, status.as_str()), (Some(1), "verified"), "{text}");
    assert!(text.contains("publisher-repository-mismatch"), "{text}");
}

/// docs/verification.md#f51: text from a registry or a certificate cannot speak to a terminal or a
/// workflow log.
#[test]
fn hostile_text_is_neutralised() {
    let lab = Lab::new();
    let mut release = lab.world.npm_package(NAME, VERSION);
    release.manifest["version"] =
        json!("\u{1b}[2J\u{1b}]0;x\u{7}\n::error::x\r\n##[error]x\u{202e}\u{2066}\u{9b}31m");
    let scan = Scan::new(&lab, &release);
    for format in ["table", "json"] {
        let output = scan.run(format);
        assert_eq!(output.status.code(), Some(1));
        let text = String::from_utf8(output.stdout).unwrap();
        assert!(
            text.contains("the registry answered with the manifest of") || format == "table",
            "{text}"
        );
        let spoken: Vec<char> = text
            .chars()
            .filter(|character| {
                (character.is_control() && *character != '\n')
                    || matches!(character, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
            })
            .collect();
        assert!(spoken.is_empty(), "{format}: {spoken:?} in {text}");
        let command = text.lines().find(|line| {
            let line = line.trim_start();
            line.starts_with("::") || line.starts_with("##[")
        });
        assert_eq!(command, None, "{format}");
    }
}
