use super::*;
use crate::package::{NpmName, NpmVersion, PypiName, PypiVersion};
use serde_json::{Value, json};

const SDIST: &str = "widget-1.0.tar.gz";

fn widget() -> PypiPackage {
    PypiPackage {
        name: PypiName::parse("widget").unwrap(),
        version: PypiVersion::parse("1.0").unwrap(),
    }
}

fn served(files: &[(&str, Option<char>)]) -> PypiRaw {
    let files: Vec<Value> = files
        .iter()
        .map(|(name, digit)| {
            let hashes = digit.map_or_else(
                || json!({}),
                |digit| json!({ "sha256": digit.to_string().repeat(64) }),
            );
            let url = format!("https://files.example/{name}");
            json!({ "filename": name, "url": url, "hashes": hashes, "provenance": null })
        })
        .collect();
    let index = json!({ "meta": { "api-version": "1.0" }, "name": "widget", "files": files });
    PypiRaw {
        index: Fetched::Found(index.to_string().into_bytes().into()),
        provenance: BTreeMap::new(),
        asked: BTreeMap::new(),
    }
}

/// What is known of files that nobody attested.
fn unattested(names: &[&str]) -> Observed {
    let evidence = names.iter().map(|name| Evidence {
        kind: EvidenceKind::PypiPublishAttestation,
        artifact: (*name).to_owned(),
        outcome: Outcome::Absent,
    });
    let mut observed = Observed::from_evidence(Status::None, evidence.collect());
    observed.words.published = Some(Timestamp::UNIX_EPOCH);
    observed
}

fn compared(origin: &[(&str, Option<char>)], mirror: &[(&str, Option<char>)]) -> Observed {
    let names: Vec<&str> = origin.iter().map(|(name, _)| *name).collect();
    pypi(
        &widget(),
        &served(origin),
        &served(mirror),
        unattested(&names),
    )
}

#[test]
fn what_only_the_mirror_has_is_not_known_and_not_old() {
    let origin = [(SDIST, Some('a'))];
    let control = compared(&origin, &origin);
    assert_eq!(control.status, Status::None);
    assert!(control.words.published.is_some());
    for extra in ["widget-1.0-99-py3-none-any.whl", "widget-1.0.tar.bz2"] {
        let observed = compared(&origin, &[(SDIST, Some('a')), (extra, Some('b'))]);
        assert_eq!(observed.status, Status::Unknown, "{extra}");
        assert_eq!(observed.words.published, None, "{extra}");
        let of_extra = observed.evidence.iter().find(|one| one.artifact == extra);
        let expected = Outcome::Unknown("only the mirror has it".to_owned());
        assert_eq!(of_extra.map(|one| &one.outcome), Some(&expected));
        let forged = compared(&origin, &[(SDIST, Some('f')), (extra, Some('b'))]);
        assert_eq!(forged.status, Status::Invalid, "{extra}");
    }
}

#[test]
fn files_that_nobody_can_attest_are_compared_too() {
    const OLD: &str = "widget-1.0.tar.bz2";
    let with = |digit| [(SDIST, Some('a')), (OLD, digit)];
    for (origin, mirror, status) in [
        (Some('b'), Some('b'), Status::None),
        (Some('b'), Some('c'), Status::Invalid),
        (Some('b'), None, Status::Unknown),
        (None, Some('b'), Status::Unknown),
    ] {
        let observed = compared(&with(origin), &with(mirror));
        assert_eq!(observed.status, status, "{origin:?} {mirror:?}");
    }
    let without = compared(&[(SDIST, None)], &[(SDIST, Some('a'))]);
    assert_eq!(without.status, Status::Unknown);
}

fn gadget() -> NpmPackage {
    NpmPackage {
        name: NpmName::parse("gadget").unwrap(),
        version: NpmVersion::parse("1.0.0").unwrap(),
    }
}

fn integrity(letter: char) -> String {
    format!("sha512-{}Q==", letter.to_string().repeat(85))
}

fn manifest(letter: Option<char>, besides: &Value) -> Value {
    let dist = letter.map_or_else(
        || json!({}),
        |letter| json!({ "integrity": integrity(letter) }),
    );
    let mut manifest = json!({ "name": "gadget", "version": "1.0.0", "dist": dist });
    for (key, value) in besides.as_object().unwrap() {
        manifest[key] = value.clone();
    }
    manifest
}

fn found(document: &Value) -> Fetched {
    Fetched::Found(document.to_string().into_bytes().into())
}

fn raw(manifest: Fetched, packument: Option<&Value>) -> NpmRaw {
    let packument = packument
        .map(|manifest| found(&json!({ "name": "gadget", "versions": { "1.0.0": manifest } })));
    NpmRaw {
        manifest,
        attestations: Fetched::Missing,
        packument,
    }
}

fn judged(origin: &Value, mirror: &NpmRaw, status: Status) -> Observed {
    let evidence = Evidence {
        kind: EvidenceKind::NpmRegistrySignature,
        artifact: artifact_of(&gadget()),
        outcome: Outcome::Absent,
    };
    let words = npm_manifest::words(
        &gadget(),
        Manifest::parse(origin.to_string().as_bytes()).unwrap(),
    );
    let observed = Observed {
        words: RegistryWords {
            published: Some(Timestamp::UNIX_EPOCH),
            ..words
        },
        ..Observed::from_evidence(status, vec![evidence])
    };
    npm(&gadget(), &raw(found(origin), None), mirror, observed)
}

#[test]
fn npm_installs_what_the_packument_says() {
    let plain = |letter| manifest(Some(letter), &json!({}));
    let origin = plain('A');
    for (version, packument, status) in [
        (Some('A'), 'A', Status::Signed),
        (None, 'A', Status::Signed),
        (Some('A'), 'B', Status::Invalid),
        (Some('B'), 'A', Status::Invalid),
    ] {
        let version = version.map_or(Fetched::Missing, |letter| found(&plain(letter)));
        let mirror = raw(version, Some(&plain(packument)));
        let observed = judged(&origin, &mirror, Status::Signed);
        assert_eq!(observed.status, status, "{packument}");
    }
    let unseen = judged(&origin, &raw(found(&origin), None), Status::Signed);
    assert_eq!(unseen.status, Status::Unknown);
}

#[test]
fn what_has_no_digest_cannot_be_compared() {
    let none = manifest(None, &json!({}));
    let mirror = raw(Fetched::Missing, Some(&manifest(Some('B'), &json!({}))));
    assert_eq!(judged(&none, &mirror, Status::None).status, Status::Unknown);
    let same = manifest(Some('B'), &json!({}));
    assert_eq!(judged(&same, &mirror, Status::None).status, Status::None);
}

#[test]
fn a_mirror_takes_back_no_word_of_the_registry() {
    let warned = manifest(
        Some('A'),
        &json!({ "deprecated": "old", "scripts": { "postinstall": "x" } }),
    );
    let scripted = manifest(Some('A'), &json!({ "scripts": { "install": "x" } }));
    let mirror = raw(Fetched::Missing, Some(&scripted));
    let words = judged(&warned, &mirror, Status::Signed).words;
    assert_eq!(words.deprecated.as_deref(), Some("old"));
    assert_eq!(words.install_scripts, Some(vec!["postinstall", "install"]));
    assert_eq!(words.published, Some(Timestamp::UNIX_EPOCH));
    let mirror = raw(Fetched::Missing, Some(&warned));
    let words = judged(&scripted, &mirror, Status::Signed).words;
    assert_eq!(words.deprecated.as_deref(), Some("old"));
}

#[test]
fn the_binaries_that_a_mirror_names_are_looked_at_beside_the_registrys() {
    let words = |names: &[&str]| RegistryWords {
        platform_packages: names
            .iter()
            .map(|name| NpmPackage {
                name: NpmName::parse(name).unwrap(),
                version: NpmVersion::parse("1.0.0").unwrap(),
            })
            .collect(),
        more_platform_packages: names.len() > 2,
        ..RegistryWords::default()
    };
    let together = both(words(&["a", "b"]), words(&["b", "c", "d"]));
    let kept: Vec<&str> = together
        .platform_packages
        .iter()
        .map(|one| one.name.as_str())
        .collect();
    assert_eq!(kept, ["a", "b", "c", "d"]);
    assert!(together.more_platform_packages);
    assert!(!both(words(&["a"]), words(&["a"])).more_platform_packages);
}
