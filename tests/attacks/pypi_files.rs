//! PyPI's index: which files a release has, and whether all of them were built by one publisher.

use package_provenance::evidence::EvidenceRequest;
use package_provenance::package::PackageVersion;
use package_provenance::verify::Status;
use serde_json::{Value, json};
use testkit::pypi::PypiFile;
use testkit::{
    CircleCiIdentity, GithubIdentity, GitlabIdentity, GoogleIdentity, PypiBundle, PypiDraft,
    PypiPublisher, PypiRelease, World,
};

use crate::support::{
    Lab, Lie, PROJECT, SDIST, Served, VERSION, assert_refused, assert_verified, pypi_package,
};

const WHEEL: &str = "acme_widget-1.2.3-py3-none-any.whl";

fn github(repository: &str) -> PypiPublisher {
    PypiPublisher::Github(GithubIdentity::new(repository))
}

/// docs/verification.md#f28: a file that nobody attested, beside those that somebody did.
#[test]
fn unattested_files() {
    let lab = Lab::new();
    let honest = PypiDraft::new(&lab.world, PROJECT, VERSION, &github("acme/widget"));
    assert_verified("the control", &lab.pypi_draft(&honest));
    for name in [
        "acme_widget-1.2.3-cp313-cp313-manylinux_2_28_x86_64.whl",
        "acme_widget-1.2.3-1-py3-none-any.whl",
        "Acme.Widget-1.2.3.0.tar.gz",
        "acme_widget-1.2.3.zip",
        "acme_widget-v1.2.3.tar.gz",
        "acme_widget-1.2.3.tar.bz2",
        "acme_widget-1.2.3.tgz",
        "acme-widget-1.2.3.tar",
        // `==1.2.3` takes it, and prefers it.
        "acme_widget-1.2.3+local.tar.gz",
    ] {
        let mut draft = honest.clone();
        draft.files.push(PypiFile::unattested(name));
        assert_refused(name, &lab.pypi_draft(&draft), Status::Partial, "absent");
    }
    for name in [
        "acme_widget-1.2.4.tar.gz",
        "acme_widget-11.2.3.tar.gz",
        "acme_widget-1.2.30.tar.gz",
        "acme_widget-1.2.3rc1.tar.gz",
        "acme_widget-1.2.3.post1.tar.gz",
        "acme_widget-1!1.2.3.tar.gz",
        "acme_widget_extra-1.2.3.tar.gz",
        "acme_widget-1.2.3.win-amd64.exe",
    ] {
        let mut draft = honest.clone();
        draft.files.push(PypiFile::unattested(name));
        assert_verified(name, &lab.pypi_draft(&draft));
    }
    let none = PypiDraft::unattested(PROJECT, VERSION);
    assert_refused(
        "nothing is attested",
        &lab.pypi_draft(&none),
        Status::None,
        "absent",
    );
}

/// docs/verification.md#f28: two files of one release by two publishers, whatever the kinds.
#[test]
fn differing_publishers() {
    let lab = Lab::new();
    let publishers = [
        github("acme/widget"),
        github("mallory/widget"),
        PypiPublisher::Github(GithubIdentity {
            workflow: ".github/workflows/pr.yml".into(),
            ..GithubIdentity::default()
        }),
        PypiPublisher::Github(GithubIdentity {
            repository_id: "1".into(),
            ..GithubIdentity::default()
        }),
        PypiPublisher::Gitlab(GitlabIdentity::default()),
        PypiPublisher::Gitlab(GitlabIdentity::new("mallory/widget")),
        PypiPublisher::Google(GoogleIdentity::default()),
        PypiPublisher::Google(GoogleIdentity {
            email: "mallory@example.com".into(),
            ..GoogleIdentity::default()
        }),
        PypiPublisher::CircleCi(CircleCiIdentity::default()),
        // A project of CircleCI may check out a repository that is not its own.
        PypiPublisher::CircleCi(CircleCiIdentity {
            project_id: "ffffffff-9b8c-4d2e-8f3a-6c5b4a392817".into(),
            ..CircleCiIdentity::default()
        }),
        PypiPublisher::CircleCi(CircleCiIdentity {
            pipeline_definition_id: "ffffffff-0c9d-4e3f-9a4b-7d6c5b4a3928".into(),
            ..CircleCiIdentity::default()
        }),
        PypiPublisher::CircleCi(CircleCiIdentity {
            issuer: "https://oidc.circleci.com/org/1d7e5f4a-9b8c-4d2e-8f3a-6c5b4a392817".into(),
            ..CircleCiIdentity::default()
        }),
    ];
    for one in &publishers {
        for other in &publishers {
            let mut draft = PypiDraft::new(&lab.world, PROJECT, VERSION, one);
            *draft.file(SDIST) = PypiFile::published(&lab.world, SDIST, other);
            let observed = lab.pypi_draft(&draft);
            let name = format!("{one:?} and {other:?}");
            if one == other {
                assert_verified(&name, &observed);
            } else {
                assert_eq!(observed.status, Status::Partial, "{name}");
                assert_eq!(observed.publisher, None, "{name}");
            }
        }
    }
}

/// Two bundles of one file by two publishers.
#[test]
fn a_second_bundle() {
    let lab = Lab::new();
    let honest = PypiDraft::new(&lab.world, PROJECT, VERSION, &github("acme/widget"));
    assert_verified("the control", &lab.pypi_draft(&honest));
    let second = PypiFile::published(&lab.world, SDIST, &github("mallory/widget"))
        .bundles
        .remove(0);
    for first in [true, false] {
        let mut draft = honest.clone();
        let bundles = &mut draft.file(SDIST).bundles;
        bundles.insert(usize::from(!first), second.clone());
        let observed = lab.pypi_draft(&draft);
        assert_eq!(observed.status, Status::Partial);
        assert_eq!(observed.publisher, None);
    }
    let mut draft = honest.clone();
    draft.file(SDIST).bundles.push(PypiBundle {
        attestations: Vec::new(),
        ..second.clone()
    });
    assert_verified(
        "a second bundle that is empty says nothing",
        &lab.pypi_draft(&draft),
    );
    let mut forged = second;
    forged.attestations[0].envelope_key = testkit::EnvelopeKey::Stranger;
    let mut draft = honest;
    draft.file(SDIST).bundles.push(forged);
    assert_refused(
        "forged",
        &lab.pypi_draft(&draft),
        Status::Invalid,
        "ignature",
    );
}

/// docs/verification.md#f2, #f3, #f24, #f29, #f39: what the index itself can say.
#[test]
fn indexes() {
    let lab = Lab::new();
    let lies: &[Lie<PypiRelease>] = &[
        (
            "another digest",
            |_, it| file(it, SDIST)["hashes"]["sha256"] = json!("00".repeat(32)),
            Status::Invalid,
            "it is about other content",
        ),
        (
            "a short digest",
            |_, it| file(it, SDIST)["hashes"]["sha256"] = json!("00"),
            Status::Unknown,
            "no usable sha256 for `acme_widget-1.2.3.tar.gz`",
        ),
        (
            "no digest",
            |_, it| file(it, SDIST)["hashes"] = json!({"md5": "00"}),
            Status::Unknown,
            "no usable sha256",
        ),
        (
            "provenance null",
            |_, it| file(it, SDIST)["provenance"] = Value::Null,
            Status::Partial,
            "absent",
        ),
        (
            "provenance null, for all",
            |_, it| {
                file(it, SDIST)["provenance"] = Value::Null;
                file(it, WHEEL)["provenance"] = Value::Null;
            },
            Status::None,
            "absent",
        ),
        (
            "provenance not mentioned, and not there",
            |_, it| {
                file(it, SDIST)
                    .as_object_mut()
                    .unwrap()
                    .remove("provenance");
                it.provenance.remove(SDIST);
            },
            Status::Unknown,
            "does not say whether there is provenance",
        ),
        (
            "provenance no text",
            |_, it| file(it, SDIST)["provenance"] = json!(true),
            Status::Unknown,
            "does not describe `acme_widget-1.2.3.tar.gz` as PEP 691 asks",
        ),
        (
            "the next API",
            |_, it| it.index["meta"]["api-version"] = json!("2.0"),
            Status::Unknown,
            "speaks version 2.0",
        ),
        (
            "an API version that starts alike",
            |_, it| it.index["meta"]["api-version"] = json!("10.0"),
            Status::Unknown,
            "speaks version 10.0",
        ),
        (
            "no API version",
            |_, it| it.index["meta"] = json!({}),
            Status::Unknown,
            "not PEP 691 JSON",
        ),
        (
            "another project's index",
            |_, it| it.index["name"] = json!("acme-gadget"),
            Status::Unknown,
            "describes another project than `acme-widget`",
        ),
        (
            "a file twice",
            |_, it| twice(it, |_| ()),
            Status::Unknown,
            "lists `acme_widget-1.2.3.tar.gz` twice",
        ),
        (
            "a file twice, with another digest",
            |_, it| twice(it, |file| file["hashes"]["sha256"] = json!("00".repeat(32))),
            Status::Unknown,
            "lists `acme_widget-1.2.3.tar.gz` twice",
        ),
        (
            "no files",
            |_, it| it.index["files"] = json!([]),
            Status::NotFound,
            "neither an sdist nor a wheel",
        ),
        (
            "no such version",
            |_, it| {
                it.index["files"] = json!([]);
                it.index["versions"] = json!(["11.2.3", "1.2.30"]);
            },
            Status::NotFound,
            "no such version",
        ),
    ];
    lab.served_pypi_lies(&lab.world.pypi_release(PROJECT, VERSION), lies);

    let mut unmentioned = lab.world.pypi_release(PROJECT, VERSION);
    file(&mut unmentioned, SDIST)
        .as_object_mut()
        .unwrap()
        .remove("provenance");
    assert_verified("not mentioned, but there", &lab.pypi(&unmentioned));
    let mut elsewhere = lab.world.pypi_release(PROJECT, VERSION);
    file(&mut elsewhere, SDIST)["provenance"] = json!("https://example.com/x");
    assert_verified("an address that is not used", &lab.pypi(&elsewhere));
    let mut upper = lab.world.pypi_release(PROJECT, VERSION);
    upper.index["name"] = json!("Acme_Widget");
    assert_verified("another spelling of the project", &lab.pypi(&upper));
}

fn file<'a>(release: &'a mut PypiRelease, name: &str) -> &'a mut Value {
    release.index["files"]
        .as_array_mut()
        .unwrap()
        .iter_mut()
        .find(|file| file["filename"] == name)
        .unwrap()
}

fn twice(release: &mut PypiRelease, change: fn(&mut Value)) {
    let mut copy = file(release, SDIST).clone();
    change(&mut copy);
    release.index["files"].as_array_mut().unwrap().push(copy);
}

/// docs/verification.md#f38, #f39.
#[test]
fn two_faced_indexes() {
    let lab = Lab::new();
    let release = lab.world.pypi_release(PROJECT, VERSION);
    let honest = release.index.to_string();
    let judge = |index: &str| {
        let mut served = Served::default();
        served.add_bytes(
            &EvidenceRequest::PypiIndex(pypi_package().name),
            index.as_bytes(),
        );
        for (name, provenance) in &release.provenance {
            let name = package_provenance::dist::DistFilename::parse(name).unwrap();
            let request = EvidenceRequest::PypiProvenance(pypi_package(), name);
            served.add_bytes(&request, provenance.to_string().as_bytes());
        }
        lab.judge(&PackageVersion::Pypi(pypi_package()), &served)
    };
    assert_verified("the control", &judge(&honest));
    for (from, to, reason) in [
        (
            r#""sha256":"#,
            r#""sha256":"00","sha256":"#,
            "duplicate key `sha256`",
        ),
        (
            r#""files":"#,
            r#""files":[],"files":"#,
            "duplicate key `files`",
        ),
        (
            r#""provenance":"#,
            r#""provenance":null,"provenance":"#,
            "duplicate key `provenance`",
        ),
        (
            r#""filename":"#,
            r#""filename":"x-1.tar.gz","filename":"#,
            "duplicate key `filename`",
        ),
    ] {
        let lie = honest.replacen(from, to, 1);
        assert_ne!(lie, honest);
        assert_refused(from, &judge(&lie), Status::Unknown, reason);
    }
}

/// The same version, spelled otherwise by the index, is the same release; another one is not.
#[test]
fn versions_are_parsed() {
    let world = World::new();
    let lab = Lab::trusting(world, &World::new().trusted_root());
    for spelled in ["1.2.3", "1.2.3.0", "v1.2.3", "01.2.3"] {
        let draft = PypiDraft::new(&lab.world, PROJECT, spelled, &github("acme/widget"));
        assert_verified(spelled, &lab.pypi_draft(&draft));
    }
    for other in [
        "1.2.4",
        "1.2.30",
        "11.2.3",
        "1.2.3rc1",
        "1.2.3.dev1",
        "1.2.3.post1",
    ] {
        let draft = PypiDraft::new(&lab.world, PROJECT, other, &github("acme/widget"));
        assert_refused(
            other,
            &lab.pypi_draft(&draft),
            Status::NotFound,
            "no such version",
        );
    }
}
