//! Verifies an npm package and a PyPI release from documents in memory: `cargo run --example verify`.
//!
//! The documents come from a virtual Sigstore and registry, so that no network is needed. A program
//! would ask the registries instead, and take the trust material from Sigstore's TUF repository.

use std::collections::BTreeMap;
use std::error::Error;
use std::io::{Write as _, stdout};

use package_provenance::evidence::{Fetched, NpmRaw, PypiRaw, RawEvidence};
use package_provenance::package::{
    NpmName, NpmPackage, NpmVersion, PackageVersion, PypiName, PypiPackage, PypiVersion,
};
use package_provenance::trust::{TrustDocument, TrustMaterial, TrustSource};
use package_provenance::verify::{Observed, verify};
use serde_json::Value;
use testkit::{GithubIdentity, NpmDraft, NpmStyle, World};

fn main() -> Result<(), Box<dyn Error>> {
    let world = World::new();
    let trust = trust(&world)?;

    // npm: the version's manifest and the attestations endpoint's answer.
    let identity = GithubIdentity::new("acme/widget");
    let draft = NpmDraft::new(
        &world,
        "@acme/widget",
        "1.2.3",
        &identity,
        NpmStyle::Current,
    );
    let release = world.npm_release(&draft);
    let package = PackageVersion::Npm(NpmPackage {
        name: NpmName::parse("@acme/widget")?,
        version: NpmVersion::parse("1.2.3")?,
    });
    let evidence = RawEvidence::Npm(NpmRaw {
        manifest: found(&release.manifest),
        attestations: found(&release.attestations),
        packument: None,
    });
    show(&package, &verify(&package, &evidence, &trust, world.now))?;

    // PyPI: the project's index, and the provenance of each of the release's files.
    let release = world.pypi_release("acme-reader", "1.0.0");
    let package = PackageVersion::Pypi(PypiPackage {
        name: PypiName::parse("acme-reader")?,
        version: PypiVersion::parse("1.0.0")?,
    });
    let provenance: BTreeMap<String, Fetched> = release
        .provenance
        .iter()
        .map(|(file, document)| (file.clone(), found(document)))
        .collect();
    let evidence = RawEvidence::Pypi(PypiRaw {
        index: found(&release.index),
        provenance,
        asked: BTreeMap::new(),
    });
    show(&package, &verify(&package, &evidence, &trust, world.now))
}

/// The trust material of the virtual Sigstore.
fn trust(world: &World) -> Result<TrustMaterial, Box<dyn Error>> {
    let root = world.trusted_root_json();
    let keys = world.npm_keys_json();
    let document = |name, json| TrustDocument { name, json };
    Ok(TrustMaterial::new(
        document("trusted root", root.as_bytes()),
        document("npm keys", keys.as_bytes()),
        TrustSource::File,
    )?)
}

fn found(document: &Value) -> Fetched {
    Fetched::Found(document.to_string().into_bytes().into())
}

fn show(package: &PackageVersion, observed: &Observed) -> Result<(), Box<dyn Error>> {
    let mut out = stdout().lock();
    writeln!(out, "{package}: {}", observed.status.as_str())?;
    for evidence in &observed.evidence {
        let outcome = evidence.outcome.as_str();
        writeln!(out, "  {outcome:9}{}", evidence.kind.as_str())?;
    }
    if let Some(publisher) = &observed.publisher {
        let publisher = publisher.get();
        writeln!(out, "  signed by {}", publisher.subject)?;
    }
    Ok(())
}
