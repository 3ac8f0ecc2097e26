//! What travels: a registry over real HTTP that fails, redirects or serves its own keys.

use std::time::Duration;

use dockyard_registry::http::{BaseUrl, HttpOptions, HttpSource};
use dockyard_registry::retry::RetryPolicy;
use package_provenance::package::PackageVersion;
use package_provenance::verify::{Observed, Status};
use serde_json::{Value, json};
use testkit::{Fault, Registry, Response};

use crate::support::{
    Lab, NAME, PROJECT, VERSION, assert_refused, assert_verified, npm_package, pypi_package,
};

const MANIFEST: &str = "/npm/@acme/widget/1.2.3";
const ATTESTATIONS: &str = "/npm/-/npm/v1/attestations/@acme/widget@1.2.3";
const PACKUMENT: &str = "/npm/@acme/widget";
const INDEX: &str = "/simple/acme-widget/";
const PROVENANCE: &str = "/integrity/acme-widget/1.2.3/acme_widget-1.2.3.tar.gz/provenance";

fn ask(lab: &Lab, registry: &Registry, package: &PackageVersion) -> Observed {
    let npm = BaseUrl::parse(&registry.npm_url()).unwrap();
    let pypi = BaseUrl::parse(&registry.pypi_index_url()).unwrap();
    let mut options = HttpOptions::new(npm, pypi);
    options.timeout = Duration::from_millis(1500);
    options.retry = RetryPolicy {
        attempts: 2,
        base: Duration::from_millis(1),
    };
    lab.judge(package, &HttpSource::new(options).unwrap())
}

fn npm(lab: &Lab, registry: &Registry) -> Observed {
    ask(lab, registry, &PackageVersion::Npm(npm_package()))
}

fn pypi(lab: &Lab, registry: &Registry) -> Observed {
    ask(lab, registry, &PackageVersion::Pypi(pypi_package()))
}

/// docs/verification.md#f35, #f36, #f48: no failure of the network is an answer. For each document
/// in turn.
#[test]
fn faults_are_not_answers() {
    let lab = Lab::new();
    let registry = Registry::start();
    registry.publish_npm(&lab.world.npm_package(NAME, VERSION));
    registry.publish_pypi(&lab.world.pypi_release(PROJECT, VERSION));
    assert_verified("npm", &npm(&lab, &registry));
    assert_verified("PyPI", &pypi(&lab, &registry));
    for (path, observe) in [
        (MANIFEST, npm as fn(&Lab, &Registry) -> Observed),
        (ATTESTATIONS, npm),
        (INDEX, pypi),
        (PROVENANCE, pypi),
    ] {
        for (fault, reason) in [
            (Fault::Status(401), "401"),
            (Fault::Status(403), "403"),
            (Fault::Status(406), "406"),
            (Fault::Status(429), "429"),
            (Fault::Status(451), "451"),
            (Fault::Status(500), "500"),
            (Fault::Status(503), "503"),
            (Fault::Status(204), ""),
            (Fault::Truncate, "the connection failed"),
            (Fault::Garbage, ""),
            (Fault::Endless, "larger than"),
            (Fault::Hang, "no complete answer within"),
            (Fault::CloseTimes(9), "the connection failed"),
            (
                Fault::Redirect("https://example.com/x".into()),
                "redirected to another origin",
            ),
            (
                Fault::Redirect("http://169.254.169.254/latest".into()),
                "redirected to another origin",
            ),
        ] {
            registry.fault(path, fault.clone());
            let observed = observe(&lab, &registry);
            registry.heal(path);
            let name = format!("{path}: {fault:?}");
            // A registry that has no address for one version, for which the packument stands in
            // (docs/verification.md#a1).
            if path == MANIFEST && matches!(fault, Fault::Status(406) | Fault::Garbage) {
                assert_verified(&name, &observed);
            } else if reason.is_empty() {
                assert_eq!(observed.status, Status::Unknown, "{name}");
                assert_eq!(observed.publisher, None, "{name}");
            } else {
                assert_refused(&name, &observed, Status::Unknown, reason);
            }
        }
        registry.fault(path, Fault::StatusTimes(503, 1));
        assert_verified("one failure is tried again", &observe(&lab, &registry));
        registry.heal(path);
    }
}

/// docs/verification.md#f36.
#[test]
fn bodies_are_bounded_after_they_are_unpacked() {
    let lab = Lab::new();
    let registry = Registry::start();
    registry.publish_npm(&lab.world.npm_package(NAME, VERSION));
    assert_verified("the control", &npm(&lab, &registry));
    registry.set(ATTESTATIONS, Response::gzip_bomb(64 << 20));
    assert_refused(
        "a bomb",
        &npm(&lab, &registry),
        Status::Unknown,
        "larger than",
    );
}

/// docs/verification.md#f48: "not found" of what is advertised is not "none".
#[test]
fn advertised_and_not_found() {
    let lab = Lab::new();
    let registry = Registry::start();
    registry.publish_npm(&lab.world.npm_package(NAME, VERSION));
    registry.publish_pypi(&lab.world.pypi_release(PROJECT, VERSION));
    registry.remove(ATTESTATIONS);
    registry.remove(PROVENANCE);
    let undelivered = "that the registry does not deliver";
    assert_refused("npm", &npm(&lab, &registry), Status::Unknown, undelivered);
    assert_refused("PyPI", &pypi(&lab, &registry), Status::Unknown, undelivered);
    registry.remove(MANIFEST);
    registry.remove(PACKUMENT);
    registry.remove(INDEX);
    assert_refused(
        "npm",
        &npm(&lab, &registry),
        Status::NotFound,
        "no such package",
    );
    assert_refused(
        "PyPI",
        &pypi(&lab, &registry),
        Status::NotFound,
        "no such project",
    );
}

/// docs/verification.md#f10, docs/verification.md#f35: nothing that an answer says of another host
/// becomes a request; the registry's own keys are never asked for.
#[test]
fn only_constructed_addresses_are_asked() {
    let lab = Lab::new();
    let registry = Registry::start();
    registry.serve_npm_keys(&lab.world);
    let elsewhere = Registry::start();
    let bait = format!("{}/bait", registry.url());
    let mut release = lab.world.npm_package(NAME, VERSION);
    release.manifest["dist"]["tarball"] = json!(bait);
    release.manifest["dist"]["attestations"]["url"] = json!(bait);
    let integrity = release.manifest["dist"]["integrity"]
        .as_str()
        .unwrap()
        .to_owned();
    release.manifest["dist"]["signatures"] = json!([lab
        .world
        .npm
        .unknown
        .sign_manifest(NAME, VERSION, &integrity)]);
    registry.publish_npm(&release);
    let mut pypi_release = lab.world.pypi_release(PROJECT, VERSION);
    for file in pypi_release.index["files"].as_array_mut().unwrap() {
        file["provenance"] = json!(format!("{}/bait", elsewhere.url()));
        file["url"] = json!(format!("{bait}/{}", file["filename"].as_str().unwrap()));
    }
    registry.publish_pypi(&pypi_release);
    let observed = npm(&lab, &registry);
    assert_refused(
        "own keys",
        &observed,
        Status::Unknown,
        "not in the trust material",
    );
    assert_verified("PyPI", &pypi(&lab, &registry));
    let expected = [
        "/integrity/acme-widget/1.2.3/acme_widget-1.2.3-py3-none-any.whl/provenance",
        PROVENANCE,
        ATTESTATIONS,
        MANIFEST,
        INDEX,
    ];
    assert_eq!(registry.paths(), expected);
    assert!(elsewhere.paths().is_empty());
}

/// docs/verification.md#c1: an address on the index's own origin is asked, and what comes from there is
/// worth no more than what comes from anywhere.
#[test]
fn a_stated_address_is_asked_and_not_believed() {
    let lab = Lab::new();
    let registry = Registry::start();
    let mut release = lab.world.pypi_release(PROJECT, VERSION);
    let sdist = "acme_widget-1.2.3.tar.gz";
    let stated = |address: &str, release: &mut testkit::PypiRelease| {
        for file in release.index["files"].as_array_mut().unwrap() {
            if file["filename"] == sdist {
                file["provenance"] = json!(address);
            }
        }
    };
    let beside = format!("{}/files/{sdist}.provenance", registry.url());
    stated(&beside, &mut release);
    registry.publish_pypi(&release);
    registry.remove(PROVENANCE);
    let serve = |document: &Value| {
        registry.set(
            &format!("/files/{sdist}.provenance"),
            Response::json(document),
        );
    };
    serve(&release.provenance[sdist]);
    assert_verified("the control", &pypi(&lab, &registry));
    serve(&release.provenance["acme_widget-1.2.3-py3-none-any.whl"]);
    let other = pypi(&lab, &registry);
    assert_refused(
        "another file's",
        &other,
        Status::Invalid,
        "it is about other content",
    );
    registry.remove(&format!("/files/{sdist}.provenance"));
    let missing = pypi(&lab, &registry);
    let told = format!("for {sdist} it was asked at {beside}, which the index states");
    assert_refused("none there", &missing, Status::Unknown, &told);
    stated("https://u:hunter2@elsewhere.example/x", &mut release);
    registry.publish_pypi(&release);
    registry.remove(PROVENANCE);
    let told = format!(
        "for {sdist} it was asked at {}{PROVENANCE}; the index states https://elsewhere.example/x, \
         which is not on the index's own origin",
        registry.url()
    );
    let elsewhere = pypi(&lab, &registry);
    assert_refused("elsewhere", &elsewhere, Status::Unknown, &told);
}

/// docs/verification.md#f49: what was verified can be held against what is installed.
#[test]
fn the_verified_digest_is_told() {
    let lab = Lab::new();
    let observed = lab.npm(&lab.world.npm_package(NAME, VERSION));
    let digest = hex::encode(testkit::npm::tarball_digest(NAME, VERSION));
    assert_eq!(observed.evidence.len(), 3);
    for evidence in &observed.evidence {
        let package_provenance::verify::Outcome::Verified(facts) = &evidence.outcome else {
            panic!("{evidence:?}")
        };
        assert_eq!(*facts.get().digest, format!("sha512:{digest}"));
    }
}
