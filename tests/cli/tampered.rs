//! Genuine npm responses that somebody altered, served in place of the honest ones. They lie beside
//! the project (`../shared/real`); a clone without them says that it skipped.

use std::fs;
use std::path::Path;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};
use testkit::{Registry, Response};

use crate::stage::{Run, Stage, spec};

/// The package that a file is about.
fn package(file: &str) -> (&'static str, &'static str) {
    match file {
        file if file.starts_with("pacote-") => ("sigstore", "0.4.0"),
        file if file.contains("-ossf-") => ("@laurentsimon/provenance-npm-test", "1.0.5"),
        file if file.contains("-v02-") => ("@laurentsimon/provenance-npm-test", "1.0.3"),
        file if file.contains("-v1-") => ("sigstore", "2.3.1"),
        other => panic!("an unknown file: {other}"),
    }
}

/// The manifest around the honest response: its digest is the attested one.
fn manifest(name: &str, version: &str, honest: &[u8]) -> Value {
    let document: Value = serde_json::from_slice(honest).unwrap();
    let payload = document["attestations"][0]["bundle"]["dsseEnvelope"]["payload"].as_str();
    let statement: Value =
        serde_json::from_slice(&STANDARD.decode(payload.unwrap()).unwrap()).unwrap();
    let digest = statement["subject"][0]["digest"]["sha512"].as_str();
    let integrity = STANDARD.encode(hex::decode(digest.unwrap()).unwrap());
    json!({"name": name, "version": version, "dist": {
        "integrity": format!("sha512-{integrity}"),
        "attestations": {"provenance": {"predicateType": "https://slsa.dev/provenance/v1"}},
    }})
}

/// Scans one package with the embedded trust.
fn scan(name: &str, version: &str, honest: &[u8], served: &[u8]) -> Run {
    let registry = Registry::start();
    registry.set(
        &format!("/npm/{name}/{version}"),
        Response::json(&manifest(name, version, honest)),
    );
    registry.set(
        &format!("/npm/-/npm/v1/attestations/{name}@{version}"),
        Response::typed("application/json", served),
    );
    let stage = Stage::new();
    stage.write("npx/a/spec.yaml", &spec("npx", name, version, ""));
    stage.run(&[
        "scan",
        "--trust",
        "embedded",
        "--format",
        "json",
        "--npm-registry",
        &registry.npm_url(),
    ])
}

#[test]
fn an_altered_response_is_refused_and_the_honest_one_is_not() {
    let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/real/npm");
    if !corpus.is_dir() {
        println!("SKIPPED: no genuine documents beside the project");
        return;
    }
    let mut seen = 0;
    for entry in fs::read_dir(corpus.join("tampered")).unwrap() {
        let path = entry.unwrap().path();
        let file = path.file_name().unwrap().to_str().unwrap();
        let (name, version) = package(file);
        let honest = fs::read(corpus.join(format!("{name}@{version}.attestations.json"))).unwrap();

        let report = scan(name, version, &honest, &honest).exits(0).report();
        assert_eq!(report.status("npx/a/spec.yaml"), "verified", "{file}");

        let altered = fs::read(&path).unwrap();
        let report = scan(name, version, &honest, &altered).exits(1).report();
        assert_eq!(report.status("npx/a/spec.yaml"), "invalid", "{file}");
        let rules = report.rules("npx/a/spec.yaml");
        assert!(rules.contains(&"attestation-invalid"), "{file}: {rules:?}");
        assert!(report.spec("npx/a/spec.yaml")["publisher"].is_null());
        seen += 1;
    }
    assert_eq!(seen, 11);
}
