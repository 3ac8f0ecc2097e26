//! What is said of a scope that has a registry of its own.

use std::fs;

use serde_json::Value;
use testkit::Registry;

use crate::stage::{Run, Stage, spec};

const OWN: &str = "npx/own/spec.yaml";
const PUBLIC: &str = "npx/public/spec.yaml";

/// docs/verification.md#a4: nobody knows whether a private registry signs, unless its keys are named.
#[test]
fn a_private_registry_is_not_said_to_sign() {
    let stage = Stage::new();
    let own = Registry::start();
    let home = tempfile::tempdir().unwrap();
    let npmrc = format!("@own:registry={}\n", own.npm_url());
    fs::write(home.path().join(".npmrc"), npmrc).unwrap();
    for (registry, path, name) in [(&own, OWN, "@own/a"), (&stage.registry, PUBLIC, "@acme/a")] {
        let mut release = stage.world.npm_package(name, "1.2.3");
        let dist = release.manifest["dist"].as_object_mut().unwrap();
        dist.remove("signatures");
        dist.remove("attestations");
        release.attestations = Value::Null;
        registry.publish_npm(&release);
        registry.remove(&format!("/npm/-/npm/v1/attestations/{name}@1.2.3"));
        stage.write(path, &spec("npx", name, "1.2.3", ""));
    }
    let mut command = stage.program();
    command
        .args([
            "scan",
            "--no-cache",
            "--format",
            "json",
            "--trust",
            "embedded",
        ])
        .args(["--npm-registry", &stage.registry.npm_url()])
        .env("HOME", home.path());
    let report = Run::of(&mut command).exits(0).report();
    for path in [OWN, PUBLIC] {
        assert_eq!(report.status(path), "none");
    }
    assert_eq!(report.rules(OWN), ["no-provenance"]);
    let mut rules = report.rules(PUBLIC);
    rules.sort_unstable();
    assert_eq!(rules, ["no-provenance", "registry-signature-missing"]);
}
