//! What the fuzz targets share: two sets of trust material and one honest release of each registry,
//! so that a target can say what must never verify and what alone may.

mod go;
mod pins;
pub mod shards;

use std::path::Path;
use std::sync::{Arc, LazyLock};

use dockyard_registry::trust::{TrustOptions, load};
use dockyard_report::drift::Memory;
use dockyard_report::finding::Severity;
use dockyard_report::policy::Policy;
use dockyard_report::policy::novelty::Novelty;
use dockyard_report::report::SpecReport;
use dockyard_report::report::assemble::{AllObserved, Judging, spec_report_since};
use dockyard_report::spec::{SpecFile, parse};
use package_provenance::evidence::{Fetched, NpmRaw, PypiRaw, RawEvidence};
use package_provenance::package::{
    NpmName, NpmPackage, NpmVersion, PackageVersion, PypiName, PypiPackage, PypiVersion,
};
use package_provenance::trust::{
    Freshness, NpmKeys, Scopes, SigstoreRoot, Sumdb, TrustMaterial, TrustSource,
};
use package_provenance::verify::{Observed, Outcome, Status, verify};
use testkit::pypi::filenames;
use testkit::{PypiDraft, World};

pub use go::go_evidence;
pub use pins::PINS;

/// Separates the documents of one input. JSON holds no such byte.
pub const SEPARATOR: u8 = 0;

/// The npm package that every seed is about.
pub const NPM: (&str, &str) = ("@acme/widget", "1.2.3");
/// The PyPI release that every seed is about.
pub const PYPI: (&str, &str) = ("acme-widget", "1.2.3");

/// The Go module that every seed is about.
pub static GO_RELEASE: LazyLock<testkit::GoRelease> =
    LazyLock::new(|| testkit::GoRelease::new("example.com/tool", "v1.2.3", &[""]));

/// The checksum database that signed the seeds: seven records, of which the module's is the fourth.
pub static GO_DATABASE: LazyLock<testkit::Sumdb> = LazyLock::new(|| {
    let mut database = testkit::Sumdb::new("fuzz", 3);
    database.add(&GO_RELEASE);
    database.add_others(3);
    database
});

/// The virtual Sigstore that signed the seeds.
pub static WORLD: LazyLock<World> = LazyLock::new(World::new);

/// Trust in that virtual Sigstore.
pub static WORLD_TRUST: LazyLock<TrustMaterial> = LazyLock::new(|| TrustMaterial {
    sigstore: SigstoreRoot::from_json(&WORLD.trusted_root_json()).expect("a trusted root"),
    npm_keys: NpmKeys::from_json(WORLD.npm_keys_json().as_bytes()).expect("npm's keys"),
    trusted_root_json: WORLD.trusted_root_json().into_bytes().into(),
    npm_keys_json: WORLD.npm_keys_json().into_bytes().into(),
    source: TrustSource::File,
    as_of: String::new(),
    scopes: Scopes::default(),
    sumdb: Sumdb::parse(&GO_DATABASE.verifier_key()).expect("a key"),
    freshness: Freshness::default(),
});

/// The product's own trust: nothing that the fuzzer holds was signed under it.
pub static EMBEDDED_TRUST: LazyLock<TrustMaterial> =
    LazyLock::new(|| load(&TrustOptions::default()).expect("embedded trust"));

/// [`NPM`], parsed.
pub fn npm_package() -> NpmPackage {
    NpmPackage {
        name: NpmName::parse(NPM.0).expect("a name"),
        version: NpmVersion::parse(NPM.1).expect("a version"),
    }
}

/// [`PYPI`], parsed.
pub fn pypi_package() -> PypiPackage {
    PypiPackage {
        name: PypiName::parse(PYPI.0).expect("a name"),
        version: PypiVersion::parse(PYPI.1).expect("a version"),
    }
}

/// The documents of one input.
pub fn documents(data: &[u8]) -> impl Iterator<Item = &[u8]> {
    data.split(|byte| *byte == SEPARATOR)
}

fn fetched(body: Option<&[u8]>) -> Fetched {
    body.map_or(Fetched::Missing, |body| Fetched::Found(Arc::from(body)))
}

/// An input as npm's answers: manifest, attestations, packument.
pub fn npm_evidence(data: &[u8]) -> (PackageVersion, RawEvidence) {
    let mut documents = documents(data);
    let raw = NpmRaw {
        manifest: fetched(documents.next()),
        attestations: fetched(documents.next()),
        packument: documents.next().map(|body| fetched(Some(body))),
    };
    (PackageVersion::Npm(npm_package()), RawEvidence::Npm(raw))
}

/// An input as PyPI's answers: index, then the provenance of the wheel and of the sdist.
pub fn pypi_evidence(data: &[u8]) -> (PackageVersion, RawEvidence) {
    let mut documents = documents(data);
    let raw = PypiRaw {
        index: fetched(documents.next()),
        provenance: filenames(PYPI.0, PYPI.1)
            .into_iter()
            .zip(documents)
            .map(|(name, body)| (name, fetched(Some(body))))
            .collect(),
        asked: std::collections::BTreeMap::new(),
    };
    (PackageVersion::Pypi(pypi_package()), RawEvidence::Pypi(raw))
}

/// What holds of every judgement, whatever the registry answered. `genuine` are the digests that
/// the virtual world signed; with none, nothing may verify.
pub fn require_sound(observed: &Observed, genuine: &[String]) {
    let mut attested = 0;
    for evidence in &observed.evidence {
        if let Outcome::Verified(facts) = &evidence.outcome {
            let facts = facts.get();
            assert!(
                genuine.iter().any(|digest| **digest == *facts.digest),
                "forged: {evidence:?}"
            );
            attested += usize::from(facts.predicate_type.is_some());
        }
    }
    let outcomes = |word| {
        let mut evidence = observed.evidence.iter();
        evidence.any(|one| one.outcome.as_str() == word)
    };
    if let Some(publisher) = &observed.publisher {
        let repository = publisher.get().repository.as_ref().expect("a repository");
        // What the seeds' certificates name, on GitHub and on GitLab.
        assert!(matches!(
            repository.path(),
            "acme/widget" | "acme/tools/widget"
        ));
        assert!(attested > 0, "a publisher without an attestation");
        assert!(matches!(
            observed.status,
            Status::Verified | Status::Partial
        ));
    }
    if observed.status == Status::Verified {
        assert!(attested > 0 && observed.publisher.is_some());
        assert!(!outcomes("invalid") && !outcomes("unknown"), "{observed:?}");
    }
    if outcomes("invalid") {
        assert_eq!(observed.status, Status::Invalid);
    }
    assert!(observed.slsa_build_level.is_none() || observed.status == Status::Verified);
}

/// The digests of the two honest releases, as evidence states them.
pub static GENUINE: LazyLock<Vec<String>> = LazyLock::new(|| {
    let hex = |bytes: &[u8]| {
        bytes
            .iter()
            .map(|byte| format!("{byte:02x}"))
            .collect::<String>()
    };
    let npm = testkit::npm::tarball_digest(NPM.0, NPM.1);
    let files = filenames(PYPI.0, PYPI.1);
    let pypi = files.map(|name| testkit::PypiFile::unattested(&name).sha256);
    let mut all = vec![format!("sha512:{}", hex(&npm))];
    all.extend(pypi.iter().map(|digest| format!("sha256:{}", hex(digest))));
    all
});

/// The folder in which configuration files are read, for messages only.
pub fn folder() -> &'static Path {
    Path::new("folder")
}

/// The report on the spec at `path`, below `npx` or `uvx`, as of the virtual world's time: [`NPM`] is attested,
/// [`PYPI`] has no provenance.
pub fn judged(path: &str, policy: &Policy, memories: &[Memory]) -> SpecReport {
    let (package, protocol) = if path.starts_with("npx/") {
        (NPM, "npx")
    } else {
        (PYPI, "uvx")
    };
    let spec = spec(path, protocol, package);
    let novelty = Novelty::New([path.to_owned()].into());
    let judging = Judging {
        policy,
        instance: None,
        novelty: &novelty,
        now: WORLD.now,
    };
    spec_report_since(&spec, &OBSERVED, judging, memories)
}

/// The spec at `path` that pins `package`, a name and a version.
pub(crate) fn spec(path: &str, protocol: &str, package: (&str, &str)) -> SpecFile {
    let text = format!(
        "metadata:\n  name: widget\n  protocol: {protocol}\nspec:\n  package: \"{}\"\n  version: \"{}\"\n",
        package.0, package.1
    );
    parse::parse(path, text.as_bytes())
}

/// The worst of what nobody has accepted.
pub fn worst(report: &SpecReport) -> Option<Severity> {
    let findings = report.findings.iter();
    let heard = findings.filter(|finding| finding.exempted.is_none());
    heard.map(|finding| finding.severity).max()
}

static OBSERVED: LazyLock<AllObserved> = LazyLock::new(|| {
    let bytes =
        |document: &serde_json::Value| Fetched::Found(document.to_string().into_bytes().into());
    let npm = WORLD.npm_package(NPM.0, NPM.1);
    let pypi = WORLD.pypi_release_of(&PypiDraft::unattested(PYPI.0, PYPI.1));
    let raw = [
        (
            PackageVersion::Npm(npm_package()),
            RawEvidence::Npm(NpmRaw {
                manifest: bytes(&npm.manifest),
                attestations: bytes(&npm.attestations),
                packument: None,
            }),
        ),
        (
            PackageVersion::Pypi(pypi_package()),
            RawEvidence::Pypi(PypiRaw {
                index: bytes(&pypi.index),
                provenance: std::collections::BTreeMap::new(),
                asked: std::collections::BTreeMap::new(),
            }),
        ),
    ];
    let judged = raw.map(|(package, raw)| {
        let observed = verify(&package, &raw, &WORLD_TRUST, WORLD.now);
        (package, Box::new(observed))
    });
    judged.into()
});
