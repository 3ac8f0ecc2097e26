//! The documents have the shapes of the genuine ones.

use std::collections::BTreeSet;

use serde_json::Value;
use testkit::{CircleCiIdentity, GithubIdentity, NpmDraft, NpmStyle, PypiPublisher, World, tamper};
use testkit::{PypiDraft, predicate};

/// Every path to a scalar, with array positions left out and base64 documents opened.
fn paths(value: &Value) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    walk(value, "", &mut found);
    found
}

fn walk(value: &Value, path: &str, found: &mut BTreeSet<String>) {
    match value {
        Value::Object(fields) => {
            for (key, inner) in fields {
                let mut inner = inner.clone();
                if ["payload", "statement", "canonicalizedBody"].contains(&key.as_str()) {
                    let mut opened = Value::Null;
                    tamper::json(&mut inner, |document| opened = document.clone());
                    inner = opened;
                }
                walk(&inner, &format!("{path}/{key}"), found);
            }
        }
        Value::Array(items) => items.iter().for_each(|item| walk(item, path, found)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {
            found.insert(path.to_owned());
        }
    }
}

fn genuine(name: &str) -> Option<Value> {
    let path = std::path::Path::new("../../shared/real").join(name);
    let Ok(text) = std::fs::read_to_string(&path) else {
        println!("skipped: {} is not there", path.display());
        return None;
    };
    Some(serde_json::from_str(&text).expect("JSON"))
}

/// `left` and `right` differ in nothing but these paths.
fn assert_same(name: &str, ours: &Value, genuine: &Value, except: &[&str]) {
    let (ours, genuine) = (paths(ours), paths(genuine));
    let difference: Vec<&String> = ours
        .symmetric_difference(&genuine)
        .filter(|path| !except.iter().any(|known| path.contains(known)))
        .collect();
    assert!(difference.is_empty(), "{name}: {difference:#?}");
}

#[test]
fn npm_attestations() {
    let world = World::new();
    for (style, name, except) in [
        (
            NpmStyle::Current,
            "npm/nuxt@4.1.2.attestations.json",
            &[][..],
        ),
        (
            NpmStyle::Earliest,
            "npm/sigstore@1.0.0.attestations.json",
            // The genuine document spells absent things out; its provenance says less.
            &[
                "inclusionProof",
                "timestampVerificationData",
                "signedAccess",
                "/environment/",
            ][..],
        ),
    ] {
        let Some(genuine) = genuine(name) else {
            continue;
        };
        let identity = GithubIdentity::default();
        let draft = NpmDraft::new(&world, "widget", "1.0.0", &identity, style);
        let ours = world.npm_release(&draft).attestations;
        assert_same(name, &ours, &genuine, except);
    }
}

#[test]
fn pypi_provenance() {
    let world = World::new();
    for (publisher, name) in [
        (
            PypiPublisher::Github(GithubIdentity::default()),
            "pypi/sampleproject-4.0.0.tar.gz.provenance.json",
        ),
        (
            PypiPublisher::CircleCi(CircleCiIdentity::default()),
            "pypi/circleci_sign_publish_example-0.0.1.dev137-py3-none-any.whl.provenance.json",
        ),
    ] {
        let Some(genuine) = genuine(name) else {
            continue;
        };
        let release = world.pypi_release_of(&PypiDraft::new(&world, "a", "1", &publisher));
        assert_same(name, &release.provenance["a-1.tar.gz"], &genuine, &[]);
    }
}

#[test]
fn trust_files() {
    let world = World::new();
    for (ours, name, except) in [
        (
            world.trusted_root(),
            "tuf/targets/trusted_root.json",
            // One genuine CT log has ended.
            &["/ctlogs/publicKey/validFor/end"][..],
        ),
        (
            world.npm.json(),
            "tuf/targets/registry.npmjs.org/keys.json",
            &[],
        ),
        (world.npm.served_json(), "npm/keys.json", &[]),
    ] {
        let Some(genuine) = genuine(name) else {
            continue;
        };
        assert_same(name, &ours, &genuine, except);
    }
}

#[test]
fn purls_escape_only_the_leading_at() {
    assert_eq!(predicate::npm_purl("@a/b", "1.0.0"), "pkg:npm/%40a/b@1.0.0");
    assert_eq!(predicate::npm_purl("b", "1.0.0"), "pkg:npm/b@1.0.0");
}
