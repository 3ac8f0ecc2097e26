use std::collections::BTreeMap;
use std::sync::Mutex;

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD};
use sigstore_verify::crypto::sha256;

use super::*;
use package_provenance::evidence::go::sources::GoSources;
use package_provenance::evidence::limits::max_body;
use package_provenance::evidence::{FetchError, FetchProblem};
use package_provenance::package::{NpmName, NpmVersion, PypiName, PypiVersion};
use package_provenance::trust::Sumdb;

mod mirrored;

/// Answers by evidence path, `Missing` for any other, and remembers what was asked.
struct Scripted {
    answers: BTreeMap<&'static str, Fetched>,
    asked: Mutex<Vec<String>>,
}

impl Scripted {
    fn new<const N: usize>(answers: [(&'static str, Fetched); N]) -> Self {
        Self {
            answers: answers.into(),
            asked: Mutex::default(),
        }
    }

    fn asked(&self) -> Vec<String> {
        self.asked.lock().unwrap().clone()
    }
}

impl EvidenceSource for Scripted {
    async fn fetch(&self, request: &EvidenceRequest) -> Fetched {
        let path = request.evidence_path();
        let answer = self.answers.get(path.as_str()).cloned();
        self.asked.lock().unwrap().push(path);
        answer.unwrap_or(Fetched::Missing)
    }
}

fn found(text: &str) -> Fetched {
    Fetched::Found(text.as_bytes().into())
}

fn go() -> GoRun {
    GoRun::new(GoSources::default(), Sumdb::public().unwrap())
}

fn failed() -> Fetched {
    Fetched::Failed(FetchError {
        asked: "x".to_owned(),
        problem: FetchProblem::Status(403),
    })
}

/// A key document with one key, and its id. The key is the generator of P-256: valid, and of no
/// use to anyone.
fn keys(end: Option<&str>) -> (NpmKeys, String) {
    const POINT: &str = "046b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296\
                         4fe342e2fe1a7f9b8ee7eb4a7c0f9e162bce33576b315ececbb6406837bf51f5";
    const SPKI: &str = "3059301306072a8648ce3d020106082a8648ce3d030107034200";
    let point = hex::decode(POINT).unwrap();
    let mut wire = Vec::new();
    for part in [b"ecdsa-sha2-nistp256", b"nistp256".as_slice(), &point] {
        wire.extend(u32::try_from(part.len()).unwrap().to_be_bytes());
        wire.extend(part);
    }
    let id = format!(
        "SHA256:{}",
        STANDARD_NO_PAD.encode(sha256(&wire).as_bytes())
    );
    let der = [hex::decode(SPKI).unwrap(), point].concat();
    let mut validity = serde_json::json!({"start": "1999-01-01T00:00:00.000Z"});
    if let Some(end) = end {
        validity["end"] = end.into();
    }
    let document = serde_json::json!({"keys": [{
        "keyId": id,
        "keyUsage": "npm:signatures",
        "publicKey": {
            "rawBytes": STANDARD.encode(der),
            "keyDetails": "PKIX_ECDSA_P256_SHA_256",
            "validFor": validity,
        },
    }]});
    let keys = NpmKeys::from_json(document.to_string().as_bytes()).unwrap();
    (keys, id)
}

fn manifest(keyid: &str) -> Fetched {
    found(&format!(
        r#"{{"name":"a","version":"1.0.0","dist":{{"signatures":[{{"keyid":"{keyid}","sig":"x"}}]}}}}"#
    ))
}

const MANIFEST: &str = "npm/a/1.0.0/manifest.json";
const ATTESTATIONS: &str = "npm/a/1.0.0/attestations.json";
const PACKUMENT: &str = "npm/a/packument.json";

async fn npm_asks(keys: &NpmKeys, manifest: Fetched, attestations: Fetched) -> Vec<String> {
    let source = Scripted::new([(MANIFEST, manifest), (ATTESTATIONS, attestations)]);
    let package = PackageVersion::Npm(NpmPackage {
        name: NpmName::parse("a").unwrap(),
        version: NpmVersion::parse("1.0.0").unwrap(),
    });
    collect(&source, &package, keys, &go()).await;
    source.asked()
}

fn publish(kind: &str) -> Fetched {
    let entry = format!(r#"{{"predicateType":"{kind}","bundle":{{}}}}"#);
    found(&format!(r#"{{"attestations":[{entry}]}}"#))
}

#[tokio::test]
async fn the_packument_is_asked_for_only_where_a_time_is_needed() {
    let (ended, id) = keys(Some("2025-01-29T00:00:00.000Z"));
    let (current, _) = keys(None);
    let two = [MANIFEST, ATTESTATIONS];
    let three = [MANIFEST, ATTESTATIONS, PACKUMENT];
    assert_eq!(
        npm_asks(&current, manifest(&id), Fetched::Missing).await,
        two
    );
    assert_eq!(
        npm_asks(&ended, manifest("SHA256:other"), Fetched::Missing).await,
        two
    );
    assert_eq!(
        npm_asks(&ended, manifest(&id), Fetched::Missing).await,
        three
    );
    assert_eq!(npm_asks(&ended, manifest(&id), failed()).await, three);
    assert_eq!(
        npm_asks(
            &ended,
            manifest(&id),
            publish("https://slsa.dev/provenance/v1")
        )
        .await,
        three
    );
    let dated = publish("https://github.com/npm/attestation/tree/main/specs/publish/v0.1");
    assert_eq!(npm_asks(&ended, manifest(&id), dated).await, two);
    assert_eq!(npm_asks(&ended, failed(), Fetched::Missing).await, two);
    let broken = found(r#"{"version":1}"#);
    assert_eq!(npm_asks(&ended, broken, Fetched::Missing).await, two);
}

/// Not every registry has an address for one version, and what such a registry answers there is no
/// word about the package.
#[tokio::test]
async fn the_packument_says_what_no_other_address_does() {
    let package = NpmPackage {
        name: NpmName::parse("a").unwrap(),
        version: NpmVersion::parse("1.0.0").unwrap(),
    };
    let status = |status| {
        Fetched::Failed(FetchError {
            asked: MANIFEST.to_owned(),
            problem: FetchProblem::Status(status),
        })
    };
    let not_recorded = Fetched::Failed(FetchError {
        asked: MANIFEST.to_owned(),
        problem: FetchProblem::NotRecorded,
    });
    for (manifest, packument, asks, then) in [
        (Fetched::Missing, found("{}"), true, Fetched::Missing),
        (Fetched::Missing, failed(), true, Fetched::Missing),
        (status(400), found("{}"), true, Fetched::Missing),
        (status(405), Fetched::Missing, true, Fetched::Missing),
        (status(405), failed(), true, status(405)),
        (status(406), found("{}"), true, Fetched::Missing),
        (status(501), found("{}"), true, Fetched::Missing),
        // A page, a packument, an error, nothing.
        (found("<html>"), found("{}"), true, Fetched::Missing),
        (
            found(r#"{"versions":{}}"#),
            found("{}"),
            true,
            Fetched::Missing,
        ),
        (
            found(r#"{"error":"not found"}"#),
            found("{}"),
            true,
            Fetched::Missing,
        ),
        (found("<html>"), Fetched::Missing, true, found("<html>")),
        (found("<html>"), failed(), true, found("<html>")),
        // A manifest, however broken.
        (
            found(r#"{"version":1}"#),
            found("{}"),
            false,
            found(r#"{"version":1}"#),
        ),
        (
            found(r#"{"version":"1.0.0","version":"1.0.1"}"#),
            found("{}"),
            false,
            found(r#"{"version":"1.0.0","version":"1.0.1"}"#),
        ),
        (not_recorded.clone(), found("{}"), true, not_recorded),
        (status(401), found("{}"), false, status(401)),
        (status(403), found("{}"), false, status(403)),
        (status(500), found("{}"), false, status(500)),
        (failed(), found("{}"), false, failed()),
    ] {
        let source = Scripted::new([
            (MANIFEST, manifest.clone()),
            (ATTESTATIONS, Fetched::Missing),
            (PACKUMENT, packument.clone()),
        ]);
        let raw = npm(&source, &package, &NpmKeys::default()).await;
        assert_eq!(raw.manifest, then, "{manifest:?}");
        let expected = asks.then_some(packument);
        assert_eq!(raw.packument, expected, "{manifest:?}");
    }
}

const INDEX: &str = "pypi/a/index.json";

async fn pypi_raw(index: Fetched) -> (PypiRaw, Vec<String>) {
    let source = Scripted::new([
        (INDEX, index),
        ("pypi/a/a-1.zip.provenance.json", found("{}")),
        ("pypi/a/a-1.tar.gz.provenance.json", failed()),
    ]);
    let package = PackageVersion::Pypi(PypiPackage {
        name: PypiName::parse("a").unwrap(),
        version: PypiVersion::parse("1").unwrap(),
    });
    let RawEvidence::Pypi(raw) = collect(&source, &package, &NpmKeys::default(), &go()).await
    else {
        panic!("of another ecosystem");
    };
    (raw, source.asked())
}

#[tokio::test]
async fn every_provenance_that_may_exist_is_asked_for() {
    let sha = "0".repeat(64);
    let file = |name: &str, more: &str| {
        format!(
            r#"{{"filename":"{name}","url":"https://x.invalid/{name}","hashes":{{"sha256":"{sha}"}}{more}}}"#
        )
    };
    let files = [
        file("a-1.zip", r#","provenance":"https://elsewhere.invalid/x""#),
        file("a-1.tar.gz", ""),
        file("a-1-py3-none-any.whl", r#","provenance":null"#),
        file("a-2.zip", r#","provenance":"https://elsewhere.invalid/x""#),
    ];
    let files = files.join(",");
    let index = format!(r#"{{"meta":{{"api-version":"1.0"}},"name":"a","files":[{files}]}}"#);
    let (raw, asked) = pypi_raw(found(&index)).await;
    assert_eq!(
        asked,
        [
            INDEX,
            "pypi/a/a-1.tar.gz.provenance.json",
            "pypi/a/a-1.zip.provenance.json"
        ]
    );
    assert_eq!(raw.provenance["a-1.zip"], found("{}"));
    assert_eq!(raw.provenance["a-1.tar.gz"], failed());
    assert_eq!(raw.provenance.len(), 2);
}

#[tokio::test]
async fn an_index_that_says_nothing_is_handed_on_as_it_is() {
    for index in [Fetched::Missing, failed(), found("<html>")] {
        let (raw, asked) = pypi_raw(index.clone()).await;
        assert_eq!(raw.index, index);
        assert_eq!(asked, [INDEX]);
        assert!(raw.provenance.is_empty());
    }
}

/// A release of 80 files, none of whose provenance is answered before all were asked for, and that of
/// the first file not before all others were answered.
struct Together {
    index: Fetched,
    asked: tokio::sync::Barrier,
    answered: tokio::sync::Semaphore,
}

const FILES: u32 = 80;

impl EvidenceSource for Together {
    async fn fetch(&self, request: &EvidenceRequest) -> Fetched {
        let path = request.evidence_path();
        if path == INDEX {
            return self.index.clone();
        }
        self.asked.wait().await;
        if path.contains("a-1-0-py3") {
            drop(self.answered.acquire_many(FILES - 1).await.unwrap());
        } else {
            self.answered.add_permits(1);
        }
        found(&path)
    }
}

#[tokio::test]
async fn provenance_of_all_files_is_asked_for_at_once() {
    let sha = "0".repeat(64);
    let name = |at: u32| format!("a-1-{at}-py3-none-any.whl");
    let files: Vec<String> = (0..FILES)
        .map(|at| {
            let name = name(at);
            format!(
                r#"{{"filename":"{name}","url":"https://x.invalid/{name}","hashes":{{"sha256":"{sha}"}}}}"#
            )
        })
        .collect();
    let files = files.join(",");
    let index = format!(r#"{{"meta":{{"api-version":"1.0"}},"name":"a","files":[{files}]}}"#);
    let source = Together {
        index: found(&index),
        asked: tokio::sync::Barrier::new(FILES as usize),
        answered: tokio::sync::Semaphore::new(0),
    };
    let package = PackageVersion::Pypi(PypiPackage {
        name: PypiName::parse("a").unwrap(),
        version: PypiVersion::parse("1").unwrap(),
    });
    let keys = NpmKeys::default();
    let go = go();
    let collected = collect(&source, &package, &keys, &go);
    let collected = tokio::time::timeout(std::time::Duration::from_secs(60), collected).await;
    let Ok(RawEvidence::Pypi(raw)) = collected else {
        panic!("some were not asked for");
    };
    assert_eq!(raw.provenance.len(), FILES as usize);
    for at in 0..FILES {
        let path = format!("pypi/a/{}.provenance.json", name(at));
        assert_eq!(raw.provenance[&name(at)], found(&path), "{at}");
    }
}
