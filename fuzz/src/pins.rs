//! The honest releases as what a build is held to.

use std::sync::{Arc, LazyLock};

use dockyard_pin::Pin;
use package_provenance::evidence::{Fetched, NpmRaw, PypiRaw, RawEvidence};
use package_provenance::package::PackageVersion;
use package_provenance::verify::verify;
use serde_json::Value;

use crate::{NPM, PYPI, WORLD, WORLD_TRUST, go_evidence, npm_package, pypi_package};

/// Of npm, PyPI and Go, with the digest that each holds a build to.
pub static PINS: LazyLock<[(Pin, Arc<str>); 3]> = LazyLock::new(|| {
    let bytes = |document: &Value| Fetched::Found(Arc::from(document.to_string().into_bytes()));
    let npm = WORLD.npm_package(NPM.0, NPM.1);
    let npm = NpmRaw {
        manifest: bytes(&npm.manifest),
        attestations: bytes(&npm.attestations),
        packument: None,
    };
    let pypi = WORLD.pypi_release(PYPI.0, PYPI.1);
    let pypi = PypiRaw {
        index: bytes(&pypi.index),
        provenance: pypi
            .provenance
            .iter()
            .map(|(name, document)| (name.clone(), bytes(document)))
            .collect(),
        asked: std::collections::BTreeMap::new(),
    };
    [
        (PackageVersion::Npm(npm_package()), RawEvidence::Npm(npm)),
        (
            PackageVersion::Pypi(pypi_package()),
            RawEvidence::Pypi(pypi),
        ),
        go_evidence(|_| None),
    ]
    .map(|(package, raw)| {
        let observed = verify(&package, &raw, &WORLD_TRUST, WORLD.now);
        let digest = match observed.evidence.first().map(|one| &one.outcome) {
            Some(package_provenance::verify::Outcome::Verified(facts)) => {
                facts.get().digest.clone()
            }
            other => panic!("{other:?}"),
        };
        (Pin::of(&package, &observed).expect("a pin"), digest)
    })
});
