//! Keys that would vouch for another registry than their own, and registries that have not every
//! address.

use std::collections::BTreeMap;
use std::path::PathBuf;

use dockyard_registry::EvidenceSource;
use dockyard_registry::trust::{ScopeKeys, read_scopes};
use package_provenance::evidence::{EvidenceRequest, FetchError, FetchProblem, Fetched};
use package_provenance::package::{NpmName, PackageVersion};
use package_provenance::verify::{Observed, Status};
use serde_json::{Value, json};
use testkit::predicate::{NPM_PUBLISH, SLSA_V1};
use testkit::{NpmDraft, NpmRelease, Signer, World};

use crate::support::{
    Lab, NAME, Served, VERSION, assert_refused, assert_verified, npm_package, served,
};

/// A private registry, whose operator signs what they like.
fn private() -> World {
    World::with_label("private", World::new().now)
}

/// A lab in which the packages of `@acme` have those keys.
fn bound(keys: impl FnOnce(PathBuf) -> ScopeKeys) -> Lab {
    let folder = tempfile::tempdir().unwrap();
    let (_, file) = private().write_trust(folder.path());
    let named = BTreeMap::from([("@acme".to_owned(), keys(file))]);
    let mut lab = Lab::new();
    lab.trust = lab.trust.with_scopes(read_scopes(&named, true).unwrap());
    lab
}

/// An honest release but for the keys of its registry.
fn under(lab: &Lab, keys: &World) -> NpmDraft {
    let mut draft = lab.draft();
    draft.signing_keys = vec![keys.npm.current.clone()];
    draft.publish().signer = Signer::RegistryKey(keys.npm.current.clone());
    draft
}

#[test]
fn a_key_vouches_for_its_own_registry_only() {
    let (public, own) = (Lab::new(), bound(ScopeKeys::File));
    let shut = bound(|_| ScopeKeys::Nobody);
    let private = private();
    assert_verified("npm's key", &public.npm_draft(&public.draft()));
    assert_verified("the scope's key", &own.npm_draft(&under(&own, &private)));
    for (name, lab, keys, reason) in [
        (
            "a private key signs for npm",
            &public,
            &private,
            "that is not in the trust material",
        ),
        (
            "npm's key signs for a scope",
            &own,
            &public.world,
            "not among those named for `@acme`",
        ),
        (
            "npm's key, and nobody is named",
            &shut,
            &public.world,
            "--npm-keys @acme=npm",
        ),
        (
            "a private key, and nobody is named",
            &shut,
            &private,
            "--npm-keys @acme=FILE",
        ),
    ] {
        let draft = under(lab, keys);
        assert_refused(name, &lab.npm_draft(&draft), Status::Unknown, reason);
        let mut signed = NpmDraft::signed_only(&lab.world, NAME, VERSION);
        signed.signing_keys.clone_from(&draft.signing_keys);
        assert_refused(name, &lab.npm_draft(&signed), Status::Unknown, reason);
    }
    // Each alone is not enough either.
    let mut mixed = under(&own, &private);
    mixed.signing_keys = vec![own.world.npm.current.clone()];
    assert_refused(
        "npm's signature",
        &own.npm_draft(&mixed),
        Status::Unknown,
        "not among",
    );
    let mut mixed = under(&own, &private);
    mixed.publish().signer = Signer::RegistryKey(own.world.npm.current.clone());
    assert_refused(
        "npm's attestation",
        &own.npm_draft(&mixed),
        Status::Unknown,
        "not among",
    );
}

/// A registry that answers for one version with this, whatever it has.
struct Without(Served, Fetched);

impl EvidenceSource for Without {
    async fn fetch(&self, request: &EvidenceRequest) -> Fetched {
        if matches!(request, EvidenceRequest::NpmManifest(_)) {
            self.1.clone()
        } else {
            self.0.fetch(request).await
        }
    }
}

fn without(lab: &Lab, answer: Fetched, release: &NpmRelease, packument: &Value) -> Observed {
    let package = npm_package();
    let mut served = Served::default();
    let mut add = |request, document: &Value| {
        if !document.is_null() {
            served.add_bytes(&request, document.to_string().as_bytes());
        }
    };
    add(
        EvidenceRequest::NpmAttestations(package.clone()),
        &release.attestations,
    );
    add(
        EvidenceRequest::NpmPackument(NpmName::parse(NAME).unwrap()),
        packument,
    );
    lab.judge(&PackageVersion::Npm(package), &Without(served, answer))
}

/// What a registry has no address for is no word about the package; what its packument says is.
#[test]
fn registries_without_an_address_for_one_version() {
    let lab = Lab::new();
    let release = lab.world.npm_package(NAME, VERSION);
    let mut unattested = release.clone();
    unattested.attestations = Value::Null;
    let status = |status| {
        Fetched::Failed(FetchError {
            asked: "it".to_owned(),
            problem: FetchProblem::Status(status),
        })
    };
    let mut bare = release.packument.clone();
    bare["versions"] = json!({});
    for answer in [Fetched::Missing, status(400), status(405)] {
        let name = format!("{answer:?}");
        let judged = |release, packument| without(&lab, answer.clone(), release, packument);
        assert_verified(&name, &judged(&release, &release.packument));
        let gone = judged(&unattested, &bare);
        assert_refused(
            &name,
            &gone,
            Status::NotFound,
            "the package exists, and this version does",
        );
        let nothing = judged(&unattested, &Value::Null);
        assert_refused(
            &name,
            &nothing,
            Status::NotFound,
            "the registry has no such package",
        );
        // Never where it has attestations of the version.
        for packument in [&bare, &Value::Null] {
            let hidden = judged(&release, packument);
            assert_refused(&name, &hidden, Status::Unknown, "it serves attestations");
        }
        let mut swapped = release.packument.clone();
        swapped["versions"][VERSION] = lab.world.npm_package("@mallory/widget", VERSION).manifest;
        let swapped = judged(&release, &swapped);
        assert_refused(
            &name,
            &swapped,
            Status::Invalid,
            "the manifest of `@mallory/widget@1.2.3`",
        );
        let mut other = release.packument.clone();
        other["name"] = json!("@mallory/widget");
        let other = judged(&release, &other);
        assert_refused(
            &name,
            &other,
            Status::Unknown,
            "the packument of `@mallory/widget`",
        );
        let mut forged = release.packument.clone();
        forged["versions"][VERSION]["dist"]["integrity"] =
            json!(format!("sha512-{}==", "A".repeat(86)));
        let forged = judged(&release, &forged);
        assert_refused(&name, &forged, Status::Invalid, "is not over");
    }
    // A refusal is no such answer.
    for refusal in [401, 403, 429, 500] {
        let refused = without(&lab, status(refusal), &unattested, &release.packument);
        let reason = format!("answered {refusal}");
        assert_refused("refused", &refused, Status::Unknown, &reason);
    }
}

/// What is delivered and not read is named, and does not stand in for what is missing.
#[test]
fn kinds_that_are_not_read() {
    let lab = Lab::new();
    let release = lab.world.npm_package(NAME, VERSION);
    let sbom = "https://spdx.dev/Document/v2.3";
    let mut beside = release.clone();
    let mut entry = served(&mut beside, SLSA_V1).clone();
    entry["predicateType"] = json!(sbom);
    entry["bundle"] = json!({"dsseEnvelope": {"payload": "", "signatures": []}});
    let list = beside.attestations["attestations"].as_array_mut().unwrap();
    list.push(entry.clone());
    assert_verified("an SBOM beside both", &lab.npm(&beside));
    for missing in [SLSA_V1, NPM_PUBLISH] {
        let mut newer = beside.clone();
        let list = newer.attestations["attestations"].as_array_mut().unwrap();
        list.retain(|entry| entry["predicateType"] != missing);
        assert_refused(missing, &lab.npm(&newer), Status::Unknown, sbom);
    }
    // Nor does its name fill a report.
    let mut long = release;
    long.attestations["attestations"] = json!(
        (0..32)
            .map(|at| {
                entry["predicateType"] =
                    json!(format!("https://{at}.example/{}", "x".repeat(9_000)));
                entry.clone()
            })
            .collect::<Vec<_>>()
    );
    let observed = lab.npm(&long);
    assert_refused("long", &observed, Status::Unknown, "https://0.example/xx");
    let told = crate::support::reasons(&observed);
    assert!(told.len() < 3_000, "{} bytes", told.len());
}

/// Without a usable digest nothing can be bound. Without any evidence there is nothing to bind.
#[test]
fn nothing_to_bind_and_nothing_to_bind_it_to() {
    let lab = Lab::new();
    let mut nothing = lab
        .world
        .npm_release(&NpmDraft::signed_only(&lab.world, NAME, VERSION));
    let dist = nothing.manifest["dist"].as_object_mut().unwrap();
    dist.remove("integrity");
    dist.remove("signatures");
    let release = lab.world.npm_package(NAME, VERSION);
    for integrity in [
        Value::Null,
        json!("sha1-yMjWLRNCMYG9gBTfvYdMvGG2KFU="),
        json!("x y"),
    ] {
        nothing.manifest["dist"]["integrity"] = integrity.clone();
        let observed = lab.npm(&nothing);
        assert_eq!(observed.status, Status::None, "{integrity}");
        assert_eq!(observed.evidence.len(), 3, "{integrity}");
        let lies: [(&str, fn(&mut NpmRelease, &NpmRelease)); 3] = [
            ("a signature", |it, honest| {
                it.manifest["dist"]["signatures"] = honest.manifest["dist"]["signatures"].clone();
            }),
            ("an advertisement", |it, honest| {
                it.manifest["dist"]["attestations"] =
                    honest.manifest["dist"]["attestations"].clone();
            }),
            ("attestations", |it, honest| {
                it.attestations = honest.attestations.clone();
            }),
        ];
        for (name, add) in lies {
            let mut some = nothing.clone();
            add(&mut some, &release);
            let observed = lab.npm(&some);
            assert_refused(name, &observed, Status::Unknown, "bound to the package");
            assert_eq!(observed.evidence.len(), 3, "{name}");
        }
    }
}
