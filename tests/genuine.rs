//! Genuine documents of npm and PyPI, where they lie beside the project (`../shared/real`); a clone
//! without them says that it skipped.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::print_stdout,
    reason = "helpers of tests fail by panicking, and say what they skip"
)]

use std::path::{Path, PathBuf};
use std::sync::Arc;

use dockyard_registry::trust::{TrustOptions, load};
use package_provenance::evidence::{Fetched, NpmRaw, RawEvidence};
use package_provenance::package::{NpmName, NpmPackage, NpmVersion, PackageVersion};
use package_provenance::trust::TrustMaterial;
use package_provenance::verify::{Observed, Outcome, Status, verify};
use serde_json::{Value, json};

fn corpus() -> Option<PathBuf> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/real");
    if path.is_dir() {
        return Some(path);
    }
    println!("SKIPPED: no genuine documents beside the project");
    None
}

fn embedded() -> TrustMaterial {
    load(&TrustOptions::default()).unwrap()
}

fn now() -> jiff::Timestamp {
    "2026-11-22T00:00:00Z".parse().unwrap()
}

/// The manifest around an attestations document: its digest is the attested one, it has no
/// registry signature.
fn manifest_for(name: &str, version: &str, attestations: &[u8]) -> Value {
    use base64::Engine as _;
    use base64::engine::general_purpose::STANDARD;
    let document: Value = serde_json::from_slice(attestations).unwrap();
    let digest = document["attestations"]
        .as_array()
        .unwrap()
        .iter()
        .find_map(|entry| {
            let payload = STANDARD
                .decode(entry["bundle"]["dsseEnvelope"]["payload"].as_str()?)
                .ok()?;
            let statement: Value = serde_json::from_slice(&payload).ok()?;
            hex::decode(statement["subject"][0]["digest"]["sha512"].as_str()?).ok()
        })
        .unwrap();
    json!({"name": name, "version": version, "dist": {
        "integrity": format!("sha512-{}", STANDARD.encode(digest)),
        "attestations": {"provenance": {"predicateType": "https://slsa.dev/provenance/v1"}},
    }})
}

fn observe(name: &str, version: &str, manifest: &[u8], attestations: &[u8]) -> Observed {
    let package = PackageVersion::Npm(NpmPackage {
        name: NpmName::parse(name).unwrap(),
        version: NpmVersion::parse(version).unwrap(),
    });
    let raw = RawEvidence::Npm(NpmRaw {
        manifest: Fetched::Found(Arc::from(manifest)),
        attestations: Fetched::Found(Arc::from(attestations)),
        packument: None,
    });
    verify(&package, &raw, &embedded(), now())
}

#[test]
fn every_genuine_npm_response_verifies() {
    let Some(corpus) = corpus() else { return };
    let expected_levels = [
        ("@laurentsimon/provenance-npm-test", "1.0.3", 2),
        ("@laurentsimon/provenance-npm-test", "1.0.5", 3),
        ("@modelcontextprotocol/server-filesystem", "2026.7.10", 2),
        ("nuxt", "3.13.0", 2),
        ("nuxt", "4.1.2", 2),
        ("sigstore", "0.4.0", 1),
        ("sigstore", "1.0.0", 1),
        ("sigstore", "2.3.1", 2),
    ];
    for (name, version, level) in expected_levels {
        let body =
            std::fs::read(corpus.join(format!("npm/{name}@{version}.attestations.json"))).unwrap();
        let manifest = manifest_for(name, version, &body).to_string();
        let observed = observe(name, version, manifest.as_bytes(), &body);
        assert_eq!(
            observed.status,
            Status::Verified,
            "{name}@{version}: {observed:#?}"
        );
        assert_eq!(observed.slsa_build_level, Some(level), "{name}@{version}");
    }
}

/// Each tampered twin, served in place of the honest document, is refused; the honest one beside it
/// verifies (above).
#[test]
fn every_tampered_npm_response_is_refused() {
    let Some(corpus) = corpus() else { return };
    let of = |file: &str| match file {
        file if file.starts_with("pacote-") => ("sigstore", "0.4.0"),
        file if file.contains("-ossf-") => ("@laurentsimon/provenance-npm-test", "1.0.5"),
        file if file.contains("-v02-") => ("@laurentsimon/provenance-npm-test", "1.0.3"),
        file if file.contains("-v1-") => ("sigstore", "2.3.1"),
        other => panic!("an unknown twin: {other}"),
    };
    let mut seen = 0;
    for entry in std::fs::read_dir(corpus.join("npm/tampered")).unwrap() {
        let path = entry.unwrap().path();
        let file = path.file_name().unwrap().to_str().unwrap().to_owned();
        let (name, version) = of(&file);
        let body = std::fs::read(&path).unwrap();
        let honest = corpus.join(format!("npm/{name}@{version}.attestations.json"));
        let honest = std::fs::read(honest).unwrap_or_else(|_| body.clone());
        let manifest = manifest_for(name, version, &honest).to_string();
        let observed = observe(name, version, manifest.as_bytes(), &body);
        let reasons: Vec<_> = observed
            .evidence
            .iter()
            .filter_map(|evidence| match &evidence.outcome {
                Outcome::Invalid(reason) => Some(reason.as_str()),
                Outcome::Verified(_)
                | Outcome::Absent
                | Outcome::Unknown(_)
                | Outcome::Unsupported(_) => None,
            })
            .collect();
        println!("{file}: {:?} {reasons:?}", observed.status);
        assert_eq!(observed.status, Status::Invalid, "{file}: {observed:#?}");
        assert_eq!(observed.publisher, None, "{file}");
        seen += 1;
    }
    assert_eq!(seen, 11);
}
