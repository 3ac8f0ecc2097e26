//! The files of Python's locks.

use dockyard_locks::{
    Digests, Entry, Format, IdentityClaim, Lock, LockedFile, Pinned, Place, Platforms, Reach, What,
};
use package_provenance::dist::DistFilename;
use package_provenance::package::PackageVersion;
use testkit::{GithubIdentity, PypiDraft};

use super::stage::{Stage, rules};
use crate::finding::RuleId;
use crate::lock::LockFile;

#[test]
fn python_files_are_held_against_the_index() {
    let mut stage = Stage::new();
    let publisher = testkit::PypiPublisher::Github(GithubIdentity::default());
    let mut draft = PypiDraft::new(&stage.world, "widget", "1.2.3", &publisher);
    draft.files[1].bundles.clear();
    let files: Vec<(String, String)> = draft
        .files
        .iter()
        .map(|file| (file.filename.clone(), hex::encode(&file.sha256)))
        .collect();
    let package = stage.publish_python(&draft);
    let judged = |digests: Digests| {
        let file = python(&package, digests);
        rules(&stage.report(&file, &[]).packages[0])
    };
    let sha256 = |hash: &str| <[u8; 32]>::try_from(hex::decode(hash).unwrap()).unwrap();
    let any = |hashes: &[&str]| Digests::AnyFile(hashes.iter().map(|it| Ok(sha256(it))).collect());
    let named = |files: &[(&str, &str)]| {
        let file = |(name, hash): &(&str, &str)| LockedFile {
            filename: DistFilename::parse(name).map_err(|error| error.to_string()),
            sha256: Ok(sha256(hash)),
            place: place(),
        };
        Digests::Files(files.iter().map(file).collect())
    };
    let (wheel, sdist) = (&files[0], &files[1]);
    let zeros = "0".repeat(64);
    let mismatch = RuleId::LockIntegrityMismatch;
    for honest in [
        any(&[&wheel.1, &sdist.1]),
        any(&[&sdist.1]),
        named(&[(&wheel.0, &wheel.1), (&sdist.0, &sdist.1)]),
    ] {
        assert!(!judged(honest.clone()).contains(&mismatch), "{honest:?}");
    }
    // Neither digest, beside an honest one; digests that are exchanged; a file that nobody lists.
    for forged in [
        any(&[&wheel.1, &zeros]),
        named(&[(&wheel.0, &zeros)]),
        named(&[(&sdist.0, &zeros)]),
        named(&[(&wheel.0, &sdist.1), (&sdist.0, &wheel.1)]),
        named(&[
            (&wheel.0, &wheel.1),
            ("widget-1.2.3-cp39-none-any.whl", &zeros),
        ]),
    ] {
        assert!(judged(forged.clone()).contains(&mismatch), "{forged:?}");
    }
    // pip takes a file for any one of its digests, also for one that cannot be compared.
    let open = Digests::AnyFile(vec![Ok(sha256(&wheel.1)), Err("it is an MD5".to_owned())]);
    let told = judged(open);
    assert!(told.contains(&RuleId::VerificationIncomplete) && !told.contains(&mismatch));
    for nothing in [any(&[]), named(&[])] {
        assert!(judged(nothing).contains(&RuleId::LockEntryWithoutIntegrity));
    }
}

/// Another publisher than the lock claims, and none at all, beside the one that it claims.
#[test]
fn claims_of_a_lock_are_compared_with_what_verifies() {
    let mut stage = Stage::new();
    let publisher = testkit::PypiPublisher::Github(GithubIdentity::default());
    let attested = PypiDraft::new(&stage.world, "widget", "1.2.3", &publisher);
    let bare = PypiDraft::unattested("widget", "1.2.3");
    let claim = |repository: &str| IdentityClaim {
        kind: "GitHub".to_owned(),
        fields: vec![
            ("repository".to_owned(), repository.to_owned()),
            ("workflow".to_owned(), "release.yml".to_owned()),
        ],
    };
    let mut judged = |draft: &PypiDraft, claims: Vec<IdentityClaim>| {
        let package = stage.publish_python(draft);
        let digests = draft
            .files
            .iter()
            .map(|it| Ok(<[u8; 32]>::try_from(it.sha256.clone()).unwrap()));
        let mut file = python(&package, Digests::AnyFile(digests.collect()));
        if let What::Registry(pinned) = &mut file.lock.entries[0].what {
            pinned.claims = claims;
        }
        let report = stage.report(&file, &[]);
        let told = report.packages[0].report.findings.iter();
        assert!(told.clone().all(|it| !it.message.contains("he spec ")));
        rules(&report.packages[0])
    };
    assert_eq!(judged(&attested, vec![claim("acme/widget")]), []);
    assert_eq!(
        judged(&attested, vec![claim("mallory/widget")]),
        [RuleId::PublisherRepositoryMismatch]
    );
    assert_eq!(
        judged(&bare, vec![claim("acme/widget")]),
        [RuleId::DeclaredAttestationsMissing]
    );
    assert_eq!(judged(&bare, Vec::new()), [RuleId::NoProvenance]);
}

fn place() -> Place {
    Place {
        path: "uv.lock".into(),
        line: 3,
        column: 1,
    }
}

/// A lock of the one package.
fn python(package: &PackageVersion, digests: Digests) -> LockFile {
    let entry = Entry {
        name: "widget".to_owned(),
        place: place(),
        what: What::Registry(Pinned {
            package: package.clone(),
            digests,
            alias: None,
            contradiction: None,
            claims: Vec::new(),
        }),
        reach: Reach::Direct,
        dev: false,
        optional: false,
        platforms: Platforms::default(),
        has_install_script: false,
        has_own_lock: false,
    };
    LockFile {
        path: "uv.lock".to_owned(),
        lock: Lock {
            format: Format::UvLock,
            version: Some(1),
            entries: vec![entry],
            notes: Vec::new(),
        },
    }
}
