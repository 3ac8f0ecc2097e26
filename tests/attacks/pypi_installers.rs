//! What pip or uv would install for the pinned version, where the index writes it so that a reader of
//! file names alone would not see it. Every name and address was tried on pip 23.3, pip 26.3 and uv
//! 0.13: at least one of them takes it.

use package_provenance::verify::{Observed, Status};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::{Value, json};
use testkit::pypi::PypiFile;
use testkit::{PypiDraft, PypiRelease};

use crate::support::{Lab, PROJECT, SDIST, VERSION, assert_refused, assert_verified};

const WHEEL: &str = "acme_widget-1.2.3-py3-none-any.whl";

fn address(name: &str) -> String {
    let name = utf8_percent_encode(name, NON_ALPHANUMERIC);
    format!("https://files.pythonhosted.org/packages/{name}")
}

/// An index entry that nobody attested.
fn entry(name: &str, url: &str) -> Value {
    json!({
        "filename": name,
        "url": url,
        "hashes": {"sha256": "00".repeat(32)},
        "yanked": false,
        "provenance": null,
    })
}

fn files(release: &mut PypiRelease) -> &mut Vec<Value> {
    release.index["files"].as_array_mut().unwrap()
}

fn with(lab: &Lab, entry: Value) -> Observed {
    let mut release = lab.world.pypi_release(PROJECT, VERSION);
    files(&mut release).push(entry);
    lab.pypi(&release)
}

/// `==1.2.3` ignores a candidate's local label, and `1.2.3+corp` sorts above `1.2.3` (PEP 440).
#[test]
fn local_versions() {
    let lab = Lab::new();
    for name in [
        "acme_widget-1.2.3+corp.1-py3-none-any.whl",
        "acme_widget-1.2.3+local.tar.gz",
        "acme_widget-1.2.3+a_b.zip",
        "acme_widget-1.2.3+a-b.tar.gz",
        "acme_widget-1.2.3+\u{17f}.tar.gz",
        "acme_widget-v1.2.3.0+corp.tgz",
    ] {
        let observed = with(&lab, entry(name, &address(name)));
        assert_refused(name, &observed, Status::Partial, "absent");
    }
    for name in [
        "acme_widget-1.2.4+corp.1-py3-none-any.whl",
        "acme_widget-1.2.3rc1+corp.1-py3-none-any.whl",
    ] {
        assert_verified(name, &with(&lab, entry(name, &address(name))));
    }
}

/// A release of local versions only is installed for the plain version: it is there.
#[test]
fn only_local_versions() {
    let lab = Lab::new();
    let mut release = lab.world.pypi_release(PROJECT, VERSION);
    let name = "acme_widget-1.2.3+cpu-py3-none-any.whl";
    *files(&mut release) = vec![entry(name, &address(name))];
    release.index["versions"] = json!(["1.2.3+cpu"]);
    assert_refused("only local", &lab.pypi(&release), Status::None, "absent");
}

/// An attested local version is a file like any other; its attestation is about that file only.
#[test]
fn attested_local_versions() {
    let lab = Lab::new();
    let publisher = testkit::PypiPublisher::Github(testkit::GithubIdentity::default());
    let mut draft = PypiDraft::new(&lab.world, PROJECT, VERSION, &publisher);
    let name = "acme_widget-1.2.3+cpu-py3-none-any.whl";
    draft
        .files
        .push(PypiFile::published(&lab.world, name, &publisher));
    assert_verified("attested", &lab.pypi_draft(&draft));
    let wheel = draft.file(WHEEL).clone();
    let local = draft.file(name);
    (local.sha256, local.bundles) = (wheel.sha256, wheel.bundles);
    let observed = lab.pypi_draft(&draft);
    assert_refused("the plain one's", &observed, Status::Invalid, "not about");
}

/// Names that installers trim or fold.
#[test]
fn odd_names() {
    let lab = Lab::new();
    for name in [
        "acme_widget-1.2.3 -1-py3-none-any.whl",
        "acme_widget-1.2.3-1 -py3-none-any.whl",
        "acme_widget- 1.2.3-py3-none-any.whl",
        "acme_widget-1.2.3\u{a0}-py3-none-any.whl",
        "acme_widget-1.2.3\u{3000}.tar.gz",
        "acme_widget-1.2.3\u{85}.tar.gz",
        "acme_widget-1.2.3\u{1f}.tar.gz",
        "acme_widget-1.2.3\n.tar.gz",
        "acme_widget-1.2.3.Tar.gz",
        "acme_widget-1.2.3-py3.9.tar.gz",
        "acme_widget-1.2.3_py3.9-py3-none-any.whl",
        "acme_widget-1.2.3-py3.-none-any.whl",
        "acme_widget-1.2.3-\u{661}-py3-none-any.whl",
        "acme_widget-1.2.3-py3-none-any.whl.whl",
        "acme_widget-0!01.2.03.zip",
    ] {
        let observed = with(&lab, entry(name, &address(name)));
        assert_refused(name, &observed, Status::Partial, "absent");
    }
    for name in [
        "acme_widget-1.2.3.tar.gz.asc",
        "acme_widget-1.2.4 -1-py3-none-any.whl",
        "acme_widget-1.2.3_1-py3-none-any.whl",
    ] {
        assert_verified(name, &with(&lab, entry(name, &address(name))));
    }
}

/// A project with a `k`: U+212A becomes one in small letters.
#[test]
fn names_that_are_equal_in_small_letters() {
    let lab = Lab::new();
    let publisher = testkit::PypiPublisher::Github(testkit::GithubIdentity::default());
    let mut draft = PypiDraft::new(&lab.world, "kit", VERSION, &publisher);
    let judge = |draft: &PypiDraft| {
        let release = lab.world.pypi_release_of(draft);
        let package = crate::support::pypi_package_named("kit");
        lab.pypi_of(&package, &release)
    };
    assert_verified("the control", &judge(&draft));
    let name = "\u{212a}it-1.2.3-py2.py3-none-any.whl";
    draft.files.push(PypiFile::unattested(name));
    assert_refused("kelvin", &judge(&draft), Status::Partial, "absent");
}

/// pip names a file by its address, uv by `filename`.
#[test]
fn addresses() {
    let lab = Lab::new();
    let wheel = "acme_widget-1.2.3-cp313-cp313-any.whl";
    for url in [
        format!("https://x.invalid/{wheel}"),
        format!("https://x.invalid/{wheel}/"),
        format!("https://x.invalid/a%2F{wheel}"),
        format!("https://x.invalid/{}", wheel.replace('-', "%252D")),
        format!("https:{wheel}"),
        format!("{wheel}/x/.."),
        "https://x.invalid/q.txt#egg=acme-widget-1.2.3".to_owned(),
        "https://x.invalid/q.txt?a=b&egg=acme-widget-1.2.3".to_owned(),
    ] {
        for name in ["README.txt", "acme_widget-0.1.tar.gz"] {
            let observed = with(&lab, entry(name, &url));
            assert_refused(&url, &observed, Status::Partial, "absent");
            let listed = format!("listed as {name}");
            let told = observed
                .evidence
                .iter()
                .any(|one| one.artifact.contains(&listed));
            assert!(told, "{url}: {:?}", observed.evidence);
        }
    }
    let mut release = lab.world.pypi_release(PROJECT, VERSION);
    files(&mut release)[0]["url"] = json!("https://x.invalid/other.whl");
    let observed = lab.pypi(&release);
    assert_refused(
        "elsewhere",
        &observed,
        Status::Unknown,
        "names another file",
    );
}

/// The digest that is verified is the one that pip enforces.
#[test]
fn digests() {
    let lab = Lab::new();
    let honest = lab.world.pypi_release(PROJECT, VERSION);
    let sha256 = sdist(&mut honest.clone())["hashes"]["sha256"].clone();
    let sha256 = sha256.as_str().unwrap();
    let zeros = "0".repeat(64);
    let behind = |behind: &str| {
        let mut release = honest.clone();
        let file = sdist(&mut release);
        file["url"] = json!(format!("{}{behind}", file["url"].as_str().unwrap()));
        lab.pypi(&release)
    };
    for same in [
        format!("#sha256={sha256}"),
        "#".to_owned(),
        "?token=1".to_owned(),
    ] {
        assert_verified(&same, &behind(&same));
    }
    for other in [
        format!("#sha256={zeros}"),
        format!("#x=y&sha256={zeros}"),
        format!("?x=y&sha256={zeros}"),
        format!("#SHA256={zeros}"),
        format!("#%73ha256={zeros}"),
        format!("#sha256={sha256}&sha256={zeros}"),
        "#md5=00".to_owned(),
        "#sha1=00".to_owned(),
        "#sha384=00".to_owned(),
        "#subdirectory=evil".to_owned(),
    ] {
        let observed = behind(&other);
        assert_refused(&other, &observed, Status::Unknown, "the address of");
    }
    // JSON objects keep their order on the wire; those of `serde_json` are sorted: `md5` comes first.
    for first in ["md5", "blake2b", "SHA256"] {
        let mut release = honest.clone();
        sdist(&mut release)["hashes"][first] = json!("00");
        let observed = lab.pypi(&release);
        assert_refused(first, &observed, Status::Unknown, "before `sha256`");
    }
    let mut release = honest.clone();
    sdist(&mut release)["hashes"]["sha512"] = json!("00");
    assert_verified("sha256 comes first", &lab.pypi(&release));
    let mut release = honest.clone();
    sdist(&mut release)["hashes"] = json!({});
    assert_refused(
        "none",
        &lab.pypi(&release),
        Status::Unknown,
        "no usable sha256",
    );
}

fn sdist(release: &mut PypiRelease) -> &mut Value {
    files(release)
        .iter_mut()
        .find(|file| file["filename"] == SDIST)
        .unwrap()
}

/// What other versions' files look like says nothing of this one.
#[test]
fn odd_files_of_other_versions() {
    let lab = Lab::new();
    for odd in [
        entry(
            "acme_widget-0.0.1%2Bx.zip",
            &address("acme_widget-0.0.1%2Bx.zip"),
        ),
        entry("acme_widget-0.1.zip", "https://x.invalid/a#b"),
        entry("acme_widget-0.1.zip", "https://x.invalid/other.zip"),
        entry("", ""),
        json!({"filename": "acme_widget-0.1.zip", "url": "x", "hashes": null, "yanked": null, "provenance": 7}),
    ] {
        let name = odd.to_string();
        assert_verified(&name, &with(&lab, odd));
    }
}
