//! npm's manifest and its registry signatures: swaps, keys that do not count, times that are made up.

use package_provenance::verify::Status;
use serde_json::json;
use testkit::NpmRelease;

use crate::support::{
    Lab, Lie, NAME, Served, VERSION, assert_refused, assert_verified, npm_package,
};

/// docs/verification.md#f4, #f5, #f24, #f41, #f40.
#[test]
fn manifests() {
    let lab = Lab::new();
    let lies: &[Lie<NpmRelease>] = &[
        (
            "another package's manifest",
            |world, it| {
                it.manifest = world.npm_package("@mallory/widget", VERSION).manifest;
            },
            Status::Invalid,
            "the registry answered with the manifest of `@mallory/widget@1.2.3`",
        ),
        (
            "an older version's manifest",
            |world, it| {
                it.manifest = world.npm_package(NAME, "1.2.2").manifest;
            },
            Status::Invalid,
            "the registry answered with the manifest of `@acme/widget@1.2.2`",
        ),
        (
            "other case",
            |_, it| it.manifest["name"] = json!("@acme/Widget"),
            Status::Invalid,
            "the registry answered with the manifest of `@acme/Widget@1.2.3`",
        ),
        (
            "version with a v",
            |_, it| it.manifest["version"] = json!("v1.2.3"),
            Status::Invalid,
            "the registry answered with the manifest of `@acme/widget@v1.2.3`",
        ),
        (
            "an older version's manifest, renamed",
            |world, it| {
                it.manifest = world.npm_package(NAME, "1.2.2").manifest;
                it.manifest["version"] = json!(VERSION);
            },
            Status::Invalid,
            "is not over `@acme/widget@1.2.3:sha512-",
        ),
        (
            "no integrity",
            |_, it| {
                it.manifest["dist"]
                    .as_object_mut()
                    .unwrap()
                    .remove("integrity");
            },
            Status::Unknown,
            "no `dist.integrity`",
        ),
        (
            "sha1 only",
            |_, it| integrity(it, |_| "sha1-yMjWLRNCMYG9gBTfvYdMvGG2KFU=".into()),
            Status::Unknown,
            "not exactly one sha512",
        ),
        (
            "two hashes",
            |_, it| {
                integrity(it, |honest| {
                    format!("sha512-{} {honest}", "A".repeat(86) + "==")
                });
            },
            Status::Unknown,
            "not exactly one sha512",
        ),
        (
            "two hashes, the honest one first",
            |_, it| {
                integrity(it, |honest| {
                    format!("{honest} sha1-yMjWLRNCMYG9gBTfvYdMvGG2KFU=")
                });
            },
            Status::Unknown,
            "not exactly one sha512",
        ),
        (
            "short sha512",
            |_, it| integrity(it, |_| "sha512-AAAA".into()),
            Status::Unknown,
            "not exactly one sha512",
        ),
        (
            "an option after the hash",
            |_, it| integrity(it, |honest| format!("{honest}?x")),
            Status::Unknown,
            "not exactly one sha512",
        ),
        (
            "a line break",
            |_, it| integrity(it, |honest| format!("{honest}\n")),
            Status::Unknown,
            "not exactly one sha512",
        ),
        (
            "no padding",
            |_, it| integrity(it, |honest| honest.trim_end_matches('=').into()),
            Status::Unknown,
            "not exactly one sha512",
        ),
        (
            "URL alphabet",
            |_, it| {
                integrity(it, |honest| {
                    let other = honest
                        .replace("sha512-", "")
                        .replace('+', "-")
                        .replace('/', "_");
                    format!("sha512-{other}")
                });
            },
            Status::Unknown,
            "not exactly one sha512",
        ),
        (
            "another digest",
            |_, it| integrity(it, |_| format!("sha512-{}==", "A".repeat(86))),
            Status::Invalid,
            "is not over `@acme/widget@1.2.3:sha512-AAAA",
        ),
    ];
    lab.served_npm_lies(&lab.world.npm_package(NAME, VERSION), lies);
}

fn integrity(release: &mut NpmRelease, change: fn(&str) -> String) {
    let honest = release.manifest["dist"]["integrity"]
        .as_str()
        .unwrap()
        .to_owned();
    let changed = change(&honest);
    assert_ne!(honest, changed);
    release.manifest["dist"]["integrity"] = json!(changed);
}

/// docs/verification.md#f38, #f39: a manifest that two readers read differently is nothing to judge
/// by.
#[test]
fn two_faced_manifests() {
    let lab = Lab::new();
    let release = lab.world.npm_package(NAME, VERSION);
    let honest = release.manifest.to_string();
    let judge = |manifest: &str| {
        let mut served = Served::default();
        let manifest_request =
            package_provenance::evidence::EvidenceRequest::NpmManifest(npm_package());
        let attestations =
            package_provenance::evidence::EvidenceRequest::NpmAttestations(npm_package());
        served.add_bytes(&manifest_request, manifest.as_bytes());
        served.add_bytes(&attestations, release.attestations.to_string().as_bytes());
        lab.judge(
            &package_provenance::package::PackageVersion::Npm(npm_package()),
            &served,
        )
    };
    assert_verified("the control", &judge(&honest));
    let mallory = r#""dist":{"integrity":"sha512-x"},"dist":"#;
    let deep = format!(r#""deep":{}1{},"dist":"#, "[".repeat(70), "]".repeat(70));
    for (name, replacement, reason) in [
        ("dist twice", mallory, "duplicate key `dist`"),
        (
            "dist twice, once escaped",
            r#""d\u0069st":{},"dist":"#,
            "duplicate key `dist`",
        ),
        ("deep", deep.as_str(), "nested deeper"),
        ("not a number", r#""x":NaN,"dist":"#, "unreadable"),
    ] {
        let lie = honest.replacen(r#""dist":"#, replacement, 1);
        assert_ne!(lie, honest);
        assert_refused(name, &judge(&lie), Status::Unknown, reason);
    }
    assert_refused(
        "trailing",
        &judge(&format!("{honest}{{}}")),
        Status::Unknown,
        "trailing",
    );
}

/// docs/verification.md#f9, #f10, #f40, and pnpm's rule made stricter: a failing signature by a
/// known key is never outweighed.
#[test]
fn signatures() {
    let lab = Lab::new();
    let lies: &[Lie<NpmRelease>] = &[
        (
            "wrong usage",
            |world, it| sign(it, &[&world.npm.attestations_only]),
            Status::Invalid,
            "which is not for registry signatures",
        ),
        (
            "wrong usage beside a good one",
            |world, it| sign(it, &[&world.npm.current, &world.npm.attestations_only]),
            Status::Invalid,
            "which is not for registry signatures",
        ),
        (
            "a key of the registry's own",
            |world, it| sign(it, &[&world.npm.unknown]),
            Status::Unknown,
            "that is not in the trust material",
        ),
        (
            "a key that has not started",
            |world, it| sign(it, &[&world.npm.future]),
            Status::Invalid,
            "but the key is valid from 2040-01-01",
        ),
        (
            "an ended key, dated by the log",
            |world, it| sign(it, &[&world.npm.old]),
            Status::Invalid,
            "at 2026-03-01T12:00:00Z, but the key is valid from 1999-01-01T00:00:00Z until 2025-01-29",
        ),
        (
            "a good one and one over something else",
            |world, it| {
                sign(it, &[&world.npm.current]);
                let other = world.npm.current.sign_manifest(NAME, "1.2.2", "sha512-x");
                it.manifest["dist"]["signatures"]
                    .as_array_mut()
                    .unwrap()
                    .push(other);
            },
            Status::Invalid,
            "is not over `@acme/widget@1.2.3",
        ),
        (
            "a stranger's signature under the key's id",
            |world, it| {
                sign(it, &[&world.npm.unknown]);
                it.manifest["dist"]["signatures"][0]["keyid"] = json!(world.npm.current.id());
            },
            Status::Invalid,
            "is not over",
        ),
        (
            "URL alphabet",
            |_, it| signature(it, |honest| honest.replace('+', "-").replace('/', "_")),
            Status::Invalid,
            "not standard base64",
        ),
        (
            "line breaks",
            |_, it| signature(it, |honest| format!("{}\n{}", &honest[..40], &honest[40..])),
            Status::Invalid,
            "not standard base64",
        ),
        (
            "no padding",
            |_, it| signature(it, |honest| honest.trim_end_matches('=').to_owned()),
            Status::Invalid,
            "not standard base64",
        ),
        (
            "empty",
            |_, it| signature(it, |_| String::new()),
            Status::Invalid,
            "is not over",
        ),
        (
            "no text",
            |_, it| it.manifest["dist"]["signatures"][0]["sig"] = json!(1),
            Status::Unknown,
            "manifest is unreadable",
        ),
        (
            "too many",
            |_, it| {
                let one = it.manifest["dist"]["signatures"][0].clone();
                it.manifest["dist"]["signatures"] = json!(vec![one; 33]);
            },
            Status::Unknown,
            "more than 32 entries",
        ),
    ];
    let release = lab.world.npm_package(NAME, VERSION);
    lab.served_npm_lies(&release, lies);

    let mut rotated = release;
    sign(
        &mut rotated,
        &[&lab.world.npm.unknown, &lab.world.npm.current],
    );
    assert_verified(
        "a key that is not known yet, beside one that is",
        &lab.npm(&rotated),
    );
}

fn sign(release: &mut NpmRelease, keys: &[&testkit::NpmKey]) {
    let integrity = release.manifest["dist"]["integrity"].as_str().unwrap();
    let signatures: Vec<_> = keys
        .iter()
        .map(|key| key.sign_manifest(NAME, VERSION, integrity))
        .collect();
    release.manifest["dist"]["signatures"] = json!(signatures);
}

/// Changes the signature's text; a change that changes nothing fails the test.
fn signature(release: &mut NpmRelease, change: fn(&str) -> String) {
    let signature = &mut release.manifest["dist"]["signatures"][0]["sig"];
    let honest = signature.as_str().unwrap().to_owned();
    let changed = change(&honest);
    assert_ne!(honest, changed);
    *signature = json!(changed);
}
