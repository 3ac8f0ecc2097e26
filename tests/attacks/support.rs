//! A world, the trust files it writes, and releases judged as the product judges them.

use std::collections::BTreeMap;
use std::sync::Arc;

use dockyard_registry::EvidenceSource;
use dockyard_registry::collect::{GoRun, collect};
use dockyard_registry::trust::{TrustOptions, load};
use package_provenance::evidence::go::sources::GoSources;
use package_provenance::evidence::{EvidenceRequest, Fetched};
use package_provenance::package::{
    NpmName, NpmPackage, NpmVersion, PackageVersion, PypiName, PypiPackage, PypiVersion,
};
use package_provenance::trust::TrustMaterial;
use package_provenance::verify::{Observed, Outcome, Status, verify};
use serde_json::Value;
use testkit::{NpmDraft, NpmRelease, PypiDraft, PypiRelease, World};

/// The package that is asked for.
pub(crate) const NAME: &str = "@acme/widget";
/// Its version.
pub(crate) const VERSION: &str = "1.2.3";
/// The PyPI project that is asked for.
pub(crate) const PROJECT: &str = "acme-widget";

/// The sdist of the usual release.
pub(crate) const SDIST: &str = "acme_widget-1.2.3.tar.gz";

/// A virtual Sigstore, and who believes it.
pub(crate) struct Lab {
    pub world: World,
    pub trust: TrustMaterial,
}

/// One lie: its name, how it is told, the status and a part of the reason.
pub(crate) type Lie<T> = (&'static str, fn(&World, &mut T), Status, &'static str);

impl Lab {
    pub(crate) fn new() -> Self {
        let world = World::new();
        let root = world.trusted_root();
        Self::trusting(world, &root)
    }

    /// A lab whose verifier trusts another root than the world's own.
    pub(crate) fn trusting(world: World, root: &Value) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let (root_file, keys) = world.write_trust(folder.path());
        std::fs::write(&root_file, root.to_string()).unwrap();
        let trust = load(&TrustOptions {
            trusted_root: Some(root_file),
            npm_keys: Some(keys),
        })
        .unwrap();
        Self { world, trust }
    }

    pub(crate) fn draft(&self) -> NpmDraft {
        self.world.npm_draft(NAME, VERSION)
    }

    /// What is found out about [`NAME`] at [`VERSION`] if the registry serves this.
    pub(crate) fn npm(&self, release: &NpmRelease) -> Observed {
        let package = npm_package();
        let mut served = Served::default();
        served.add(
            &EvidenceRequest::NpmManifest(package.clone()),
            &release.manifest,
        );
        served.add(
            &EvidenceRequest::NpmAttestations(package.clone()),
            &release.attestations,
        );
        served.add(
            &EvidenceRequest::NpmPackument(package.name.clone()),
            &release.packument,
        );
        self.judge(&PackageVersion::Npm(package), &served)
    }

    /// What is found out if the draft is signed and served as it is.
    pub(crate) fn npm_draft(&self, draft: &NpmDraft) -> Observed {
        self.npm(&self.world.npm_release(draft))
    }

    /// What is found out about [`PROJECT`] at [`VERSION`] if the index serves this.
    pub(crate) fn pypi(&self, release: &PypiRelease) -> Observed {
        self.pypi_of(&pypi_package(), release)
    }

    /// As [`Lab::pypi`], about another package.
    pub(crate) fn pypi_of(&self, package: &PypiPackage, release: &PypiRelease) -> Observed {
        let mut served = Served::default();
        served.add(
            &EvidenceRequest::PypiIndex(package.name.clone()),
            &release.index,
        );
        for (filename, provenance) in &release.provenance {
            let filename = package_provenance::dist::DistFilename::parse(filename).unwrap();
            let request = EvidenceRequest::PypiProvenance(package.clone(), filename);
            served.add(&request, provenance);
        }
        self.judge(&PackageVersion::Pypi(package.clone()), &served)
    }

    /// What is found out if the draft is signed and served as it is.
    pub(crate) fn pypi_draft(&self, draft: &PypiDraft) -> Observed {
        self.pypi(&self.world.pypi_release_of(draft))
    }

    fn go(&self) -> GoRun {
        GoRun::new(GoSources::default(), self.trust.sumdb.clone())
    }

    /// Collects and verifies, as a scan does.
    pub(crate) fn judge<S: EvidenceSource>(
        &self,
        package: &PackageVersion,
        source: &S,
    ) -> Observed {
        let raw = block_on(collect(source, package, &self.trust, &self.go()));
        verify(package, &raw, &self.trust, today())
    }

    /// Tells each lie before anything is signed, beside the honest draft.
    pub(crate) fn npm_lies(&self, honest: &NpmDraft, lies: &[Lie<NpmDraft>]) {
        assert_verified("the control", &self.npm_draft(honest));
        for (name, lie, status, reason) in lies {
            let mut draft = honest.clone();
            lie(&self.world, &mut draft);
            assert_refused(name, &self.npm_draft(&draft), *status, reason);
        }
    }

    /// Tells each lie on what is served, after all was signed, as a mirror would.
    pub(crate) fn served_npm_lies(&self, honest: &NpmRelease, lies: &[Lie<NpmRelease>]) {
        assert_verified("the control", &self.npm(honest));
        for (name, lie, status, reason) in lies {
            let mut release = honest.clone();
            lie(&self.world, &mut release);
            assert_refused(name, &self.npm(&release), *status, reason);
        }
    }

    /// As [`Lab::npm_lies`].
    pub(crate) fn pypi_lies(&self, honest: &PypiDraft, lies: &[Lie<PypiDraft>]) {
        assert_verified("the control", &self.pypi_draft(honest));
        for (name, lie, status, reason) in lies {
            let mut draft = honest.clone();
            lie(&self.world, &mut draft);
            assert_refused(name, &self.pypi_draft(&draft), *status, reason);
        }
    }

    /// As [`Lab::served_npm_lies`].
    pub(crate) fn served_pypi_lies(&self, honest: &PypiRelease, lies: &[Lie<PypiRelease>]) {
        assert_verified("the control", &self.pypi(honest));
        for (name, lie, status, reason) in lies {
            let mut release = honest.clone();
            lie(&self.world, &mut release);
            assert_refused(name, &self.pypi(&release), *status, reason);
        }
    }
}

/// A registry in memory: what it does not hold is missing.
#[derive(Default)]
pub(crate) struct Served(BTreeMap<String, Fetched>);

impl Served {
    fn add(&mut self, request: &EvidenceRequest, document: &Value) {
        if !document.is_null() {
            self.add_bytes(request, document.to_string().as_bytes());
        }
    }

    pub(crate) fn add_bytes(&mut self, request: &EvidenceRequest, bytes: &[u8]) {
        self.0
            .insert(request.evidence_path(), Fetched::Found(Arc::from(bytes)));
    }
}

impl EvidenceSource for Served {
    async fn fetch(&self, request: &EvidenceRequest) -> Fetched {
        let path = request.evidence_path();
        self.0.get(&path).cloned().unwrap_or(Fetched::Missing)
    }
}

pub(crate) fn npm_package() -> NpmPackage {
    NpmPackage {
        name: NpmName::parse(NAME).unwrap(),
        version: NpmVersion::parse(VERSION).unwrap(),
    }
}

pub(crate) fn pypi_package() -> PypiPackage {
    pypi_package_named(PROJECT)
}

pub(crate) fn pypi_package_named(name: &str) -> PypiPackage {
    PypiPackage {
        name: PypiName::parse(name).unwrap(),
        version: PypiVersion::parse(VERSION).unwrap(),
    }
}

/// Later than everything that the world signs.
pub(crate) fn today() -> jiff::Timestamp {
    testkit::at("2026-06-01T00:00:00Z")
}

pub(crate) fn block_on<F: Future>(future: F) -> F::Output {
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap()
        .block_on(future)
}

/// Everything that says why something is not verified.
pub(crate) fn reasons(observed: &Observed) -> String {
    let of_evidence = observed.evidence.iter().map(|one| match &one.outcome {
        Outcome::Invalid(reason) | Outcome::Unknown(reason) => reason.clone(),
        Outcome::Unsupported(cause) => cause.to_string(),
        Outcome::Absent => "absent".to_owned(),
        Outcome::Verified(facts) => facts.get().note.clone().unwrap_or_default(),
    });
    let all: Vec<String> = observed
        .cause
        .clone()
        .into_iter()
        .chain(of_evidence)
        .collect();
    all.join(" | ")
}

#[track_caller]
pub(crate) fn assert_verified(name: &str, observed: &Observed) {
    assert_eq!(
        observed.status,
        Status::Verified,
        "{name}: {}",
        reasons(observed)
    );
    assert!(observed.publisher.is_some(), "{name} has no publisher");
}

/// Refused with this status and for this reason; and nothing that was not verified is told as a fact.
#[track_caller]
pub(crate) fn assert_refused(name: &str, observed: &Observed, status: Status, reason: &str) {
    assert_ne!(status, Status::Verified, "{name}: no refusal is expected");
    let reasons = reasons(observed);
    assert_eq!(observed.status, status, "{name}: {reasons}");
    assert!(
        !reason.is_empty() && reasons.contains(reason),
        "{name}: {reasons}"
    );
    assert_eq!(observed.slsa_build_level, None, "{name}");
    if status != Status::Partial {
        assert_eq!(observed.publisher, None, "{name}");
    }
}

/// The attestation with this unsigned label among those served.
pub(crate) fn served<'a>(release: &'a mut NpmRelease, predicate_type: &str) -> &'a mut Value {
    release.attestations["attestations"]
        .as_array_mut()
        .unwrap()
        .iter_mut()
        .find(|attestation| attestation["predicateType"] == predicate_type)
        .unwrap()
}

/// Its bundle.
pub(crate) fn bundle<'a>(release: &'a mut NpmRelease, predicate_type: &str) -> &'a mut Value {
    &mut served(release, predicate_type)["bundle"]
}
