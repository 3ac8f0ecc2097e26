//! Every genuine bundle that the corpus' index calls verified verifies through the code of
//! `verify-bundle` and of npm's and `PyPI`'s paths ([`bundle::check`]), but for the few of [`REFUSED`].
//! Whether a signer is a publisher is another question: the two signed by a person's e-mail address
//! verify here, and npm's and `PyPI`'s paths refuse to call that person a build.
//!
//! The corpus lies beside the project (`../shared/real`); a clone without it says that it skipped.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stdout,
    clippy::case_sensitive_file_extension_comparisons,
    reason = "helpers of tests fail by panicking, and say aloud what they skip; the corpus' names are in lower case"
)]

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use dockyard_registry::trust::load::load_sigstore;
use dockyard_registry::trust::{TrustOptions, load};
use package_provenance::trust::{KeyUsage, NpmKeys, SigstoreRoot};
use package_provenance::verify::bundle::{self, Signer};
use serde_json::Value;
use sigstore_verify::types::{ArtifactDigest, HashAlgorithm};

/// Genuine, verified by another program, and refused here: the path, and what is said.
const REFUSED: [(&str, &str); 3] = [
    // Its statement has `type` where in-toto has `_type`, so it is no statement at all.
    (
        "github/carabiner-dev__org-snapshot.attestations.json",
        "failed to parse in-toto statement: missing field `_type`",
    ),
    // GitHub's own authority for private repositories: neither in Sigstore's root, nor logged.
    // npm and PyPI take public attestations only.
    (
        "github/github_provenance_demo-0.0.12.private-ca.bundle.jsonl",
        "log entr",
    ),
    // A DSSE envelope of plain text, logged in a form that `sigstore-verify` does not read.
    (
        "sigstore/rekor-v2.dsse-0.0.2.bundle.json",
        "a log entry of the kind `dsse/0.0.2`, which this program does not know",
    ),
];

fn corpus() -> Option<PathBuf> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/real");
    if path.join("INDEX.json").is_file() {
        return Some(path);
    }
    println!("SKIPPED: no genuine documents beside the project");
    None
}

/// A document that the index calls verified and that holds bundles.
struct Document {
    path: String,
    /// Sigstore bundles; PEP 740 attestations as the bundles they stand for.
    bundles: Vec<String>,
    digest: ArtifactDigest,
    /// Subject and issuer of the certificate, where the index names both.
    signer: Option<(String, String)>,
}

impl Document {
    fn read(corpus: &Path, entry: &Value) -> Option<Self> {
        let path = entry["path"].as_str().unwrap();
        let text = || fs::read_to_string(corpus.join(path)).unwrap();
        let json = || serde_json::from_str::<Value>(&text()).unwrap();
        let bundles = if entry["verdict"] != "verified" || path.contains("/tampered/") {
            return None;
        } else if path.ends_with(".attestations.json") {
            entries(&json()["attestations"])
                .map(|entry| entry["bundle"].to_string())
                .collect()
        } else if path.ends_with(".provenance.json") {
            entries(&json()["attestation_bundles"])
                .flat_map(|bundle| {
                    entries(&bundle["attestations"])
                        .cloned()
                        .collect::<Vec<_>>()
                })
                .map(|attestation| testkit::pypi::to_bundle(&attestation).to_string())
                .collect()
        } else if path.ends_with(".attestation.json") {
            vec![testkit::pypi::to_bundle(&json()).to_string()]
        } else if path.ends_with(".jsonl") {
            text().lines().map(str::to_owned).collect()
        } else if path.ends_with(".bundle.json") {
            vec![text()]
        } else {
            return None;
        };
        let publisher = &entry["publisher"];
        let signer = publisher["san"].as_str().zip(publisher["issuer"].as_str());
        Some(Self {
            path: path.to_owned(),
            bundles,
            digest: digest(entry),
            signer: signer.map(|(san, issuer)| (san.to_owned(), issuer.to_owned())),
        })
    }

    /// The reason why one of the bundles is refused.
    fn refusal(&self, root: &SigstoreRoot, keys: &NpmKeys) -> Option<String> {
        assert!(!self.bundles.is_empty(), "{}", self.path);
        self.bundles.iter().find_map(|json| {
            let hint = bundle::key_hint(json).ok().flatten();
            let key = hint.map(|hint| keys.find(&hint, KeyUsage::Attestations).unwrap());
            let signer = match (key, &self.signer) {
                (Some(key), _) => Signer::Key(&key.public_key),
                (None, Some((identity, issuer))) => Signer::Certificate { identity, issuer },
                (None, None) => Signer::AnyCertificate,
            };
            let checked = bundle::check(root, json, self.digest.clone(), signer);
            checked.err().map(|error| error.to_string())
        })
    }
}

fn entries(list: &Value) -> std::slice::Iter<'_, Value> {
    list.as_array().unwrap().iter()
}

/// The digest of the first subject; zeros where the bundle has none.
fn digest(entry: &Value) -> ArtifactDigest {
    let subject = entry["subject_digests"][0].as_str().unwrap_or_default();
    let (algorithm, text) = match subject.rsplit(' ').next().and_then(|d| d.split_once(':')) {
        Some(("sha512", hex)) => (HashAlgorithm::Sha2512, hex.to_owned()),
        Some(("sha256", hex)) => (HashAlgorithm::Sha2256, hex.to_owned()),
        Some(other) => panic!("{other:?}"),
        None => (HashAlgorithm::Sha2256, "00".repeat(32)),
    };
    ArtifactDigest::new(algorithm, hex::decode(text).unwrap()).unwrap()
}

#[test]
fn what_the_index_calls_verified_verifies() {
    let Some(corpus) = corpus() else { return };
    let index: Value =
        serde_json::from_slice(&fs::read(corpus.join("INDEX.json")).unwrap()).unwrap();
    let trust = load(&TrustOptions::default()).unwrap();
    let staging = load_sigstore(None, true).unwrap();
    let mut seen = BTreeSet::new();
    let documents = entries(&index["files"]).filter_map(|entry| Document::read(&corpus, entry));
    for document in documents {
        let path = document.path.as_str();
        let root = if path.contains("staging") {
            &staging
        } else {
            &trust.sigstore
        };
        let refusal = document.refusal(root, &trust.npm_keys);
        match REFUSED.iter().find(|(refused, _)| *refused == path) {
            None => assert_eq!(refusal, None, "{path}"),
            Some((_, says)) => {
                let refusal = refusal.unwrap_or_else(|| panic!("{path} verifies by now"));
                assert!(refusal.contains(says), "{path}: {refusal}");
            }
        }
        assert!(seen.insert(path.to_owned()));
    }
    assert_eq!(seen.len(), 35, "{seen:#?}");
    for (path, _) in REFUSED {
        assert!(seen.contains(path), "{path}");
    }
}
