use serde_json::{Value, json};

use super::*;
use crate::stored::tests::{document, finding, spec};

const VERIFIER: &str = "https://github.com/acme/catalog/.github/workflows/vsa.yml@refs/heads/main";

fn evidence(kind: &str, artifact: &str, digest: &str) -> Value {
    json!({
        "kind": kind, "artifact": artifact, "outcome": "verified", "reason": null, "digest": digest,
        "log_index": 1, "attestation_digest": format!("sha256:{}", "c".repeat(64)),
    })
}

fn npm(path: &str) -> Value {
    let sha512 = format!("sha512:{}", "a".repeat(128));
    let mut one = spec(
        path,
        "verified",
        &[
            json!({ "kind": "npm-registry-signature", "artifact": "a", "outcome": "verified", "reason": null, "digest": sha512 }),
            evidence("npm-publish-attestation", "@acme/widget@1.2.3", &sha512),
            evidence("slsa-provenance", "@acme/widget@1.2.3", &sha512),
        ],
    );
    one["slsa_build_level"] = json!(2);
    one
}

fn pypi() -> Value {
    let sha256 = |letter: &str| format!("sha256:{}", letter.repeat(64));
    let mut one = spec(
        "uvx/c/spec.yaml",
        "verified",
        &[
            evidence(
                "slsa-provenance",
                "acme_c-1!2.0-py3-none-any.whl",
                &sha256("a"),
            ),
            evidence("slsa-provenance", "acme_c-1!2.0.tar.gz", &sha256("b")),
        ],
    );
    one["package"] = json!("Acme.C");
    one["version"] = json!("1!2.0");
    one["slsa_build_level"] = json!(2);
    one
}

fn of(document: &Value) -> Result<Statements, VsaError> {
    let report = StoredReport::read(document.to_string().as_bytes()).unwrap();
    Statements::of(&VsaSource {
        report: &report,
        verifier: VERIFIER,
        policy: Descriptor {
            uri: Some(
                "https://github.com/acme/catalog/blob/90715a5/dockyard-provenance.toml".to_owned(),
            ),
            digest: digest(&format!("sha256:{}", "d".repeat(64))).unwrap(),
        },
        verified_at: Some("2026-11-26T03:17:00Z".parse().unwrap()),
    })
}

#[test]
fn a_statement_has_every_member_of_the_specification() {
    let statements = of(&document(&[npm("npx/a/spec.yaml")])).unwrap();
    let url = "pkg:npm/%40acme/widget@1.2.3";
    let input = json!({ "digest": { "sha256": "c".repeat(64) } });
    let expected = json!({
        "_type": "https://in-toto.io/Statement/v1",
        "subject": [{ "name": url, "digest": { "sha512": "a".repeat(128) } }],
        "predicateType": "https://slsa.dev/verification_summary/v1",
        "predicate": {
            "verifier": { "id": VERIFIER, "version": { "dockyard-provenance": "1.0.0" } },
            "timeVerified": "2026-11-26T03:17:00Z",
            "resourceUri": url,
            "policy": {
                "uri": "https://github.com/acme/catalog/blob/90715a5/dockyard-provenance.toml",
                "digest": { "sha256": "d".repeat(64) },
            },
            "inputAttestations": [input, input],
            "verificationResult": "PASSED",
            "verifiedLevels": ["SLSA_BUILD_LEVEL_2"],
            "slsaVersion": "1.1",
        },
    });
    assert_eq!(
        serde_json::to_value(&statements.made).unwrap(),
        json!([expected])
    );
    assert_eq!(
        statements.made[0].checksums(),
        format!("{}  {url}\n", "a".repeat(128))
    );
}

#[test]
fn a_release_of_several_files_is_one_statement_about_all() {
    let statements = of(&document(&[pypi()])).unwrap();
    let [statement] = &statements.made[..] else {
        panic!("{statements:?}");
    };
    assert_eq!(statement.predicate.resource_uri, "pkg:pypi/acme-c@1%212.0");
    assert_eq!(statement.checksums().lines().count(), 2);
    assert_eq!(statement.predicate.input_attestations.len(), 2);
}

#[test]
fn nothing_is_stated_of_what_leaves_anything_to_argue_about() {
    let accepted =
        json!({ "reason": "r", "owner": "o", "expires": "2027-01-01", "config_line": 1 });
    let mut below = finding("evidence-below-policy", "error");
    below["exempted"] = accepted;
    for (what, pointer, value) in [
        ("signed only", "/status", json!("signed")),
        ("partial", "/status", json!("partial")),
        ("no level", "/slsa_build_level", json!(null)),
        ("level 0", "/slsa_build_level", json!(0)),
        (
            "an error",
            "/findings",
            json!([finding("publisher-repository-mismatch", "error")]),
        ),
        ("an accepted error", "/findings", json!([below])),
        (
            "a lowered error",
            "/findings",
            json!([finding("publisher-repository-mismatch", "note")]),
        ),
        (
            "a doubt",
            "/findings",
            json!([finding("verification-incomplete", "error")]),
        ),
        (
            "an attestation that failed",
            "/evidence/2/outcome",
            json!("invalid"),
        ),
        (
            "no digest of an attestation",
            "/evidence/2/attestation_digest",
            json!(null),
        ),
        ("no digest of a file", "/evidence/2/digest", json!(null)),
        (
            "another digest",
            "/evidence/2/digest",
            json!(format!("sha512:{}", "b".repeat(128))),
        ),
        ("a short digest", "/evidence/2/digest", json!("sha512:abcd")),
        (
            "a weak digest",
            "/evidence/2/digest",
            json!(format!("sha1:{}", "a".repeat(40))),
        ),
        ("no attestation", "/evidence", json!([])),
        ("no exact version", "/version", json!("latest")),
        ("no package", "/package", json!(null)),
    ] {
        let mut changed = npm("npx/a/spec.yaml");
        *changed.pointer_mut(pointer).unwrap() = value;
        let mut whole = document(&[changed, pypi()]);
        if what == "a doubt" {
            whole["verdict"] = json!("inconclusive");
            whole["determined"] = json!(false);
        }
        let statements = of(&whole).unwrap();
        let made: Vec<&str> = statements
            .made
            .iter()
            .map(|one| one.predicate.resource_uri.as_str())
            .collect();
        assert_eq!(made, ["pkg:pypi/acme-c@1%212.0"], "{what}");
        assert_eq!(statements.left_out.len(), 1, "{what}");
    }
    // The control: a warning is no error.
    let mut warned = npm("npx/a/spec.yaml");
    warned["findings"] = json!([finding("deprecated-release", "warning")]);
    assert_eq!(of(&document(&[warned, pypi()])).unwrap().made.len(), 2);
}

#[test]
fn what_one_spec_is_refused_for_no_other_spec_states() {
    let mut wrong = npm("npx/b/spec.yaml");
    wrong["findings"] = json!([finding("publisher-repository-mismatch", "error")]);
    for specs in [
        [npm("npx/a/spec.yaml"), wrong.clone()],
        [wrong.clone(), npm("npx/c/spec.yaml")],
    ] {
        let statements = of(&document(&specs)).unwrap();
        assert_eq!((statements.made.len(), statements.left_out.len()), (0, 1));
    }
    let twice = of(&document(&[npm("npx/a/spec.yaml"), npm("npx/b/spec.yaml")])).unwrap();
    assert_eq!(twice.made.len(), 1);
}

#[test]
fn what_a_lock_is_refused_for_no_spec_states() {
    let lock = |ecosystem: Value, name: &str, version: &str, of_package: Value, whole: Value| {
        json!({
            "path": "package-lock.json", "format": "package-lock.json", "ecosystem": ecosystem,
            "entries": 1, "by_status": {}, "findings": whole,
            "packages": [{
                "name": name, "version": version, "from": "registry", "entries": 1, "via": [],
                "new": null, "status": "verified", "publisher": null, "slsa_build_level": null,
                "evidence": [], "findings": of_package,
            }],
        })
    };
    let wrong = || json!([finding("lock-integrity-mismatch", "error")]);
    let lowered = || json!([finding("lock-integrity-mismatch", "note")]);
    let warned = || json!([finding("lock-entry-without-integrity", "warning")]);
    let (name, none) = ("@acme/widget", || json!([]));
    for (what, lock, made) in [
        (
            "an error",
            lock(json!("npm"), name, "1.2.3", wrong(), none()),
            1,
        ),
        (
            "a lowered error",
            lock(json!("npm"), name, "1.2.3", lowered(), none()),
            1,
        ),
        (
            "an error of the lock",
            lock(json!("npm"), name, "1.2.3", none(), wrong()),
            1,
        ),
        (
            "no ecosystem",
            lock(json!(null), name, "1.2.3", wrong(), none()),
            1,
        ),
        (
            "PyPI",
            lock(json!("pypi"), "acme_c", "1!2.0", wrong(), none()),
            1,
        ),
        (
            "a warning",
            lock(json!("npm"), name, "1.2.3", warned(), none()),
            2,
        ),
        (
            "another version",
            lock(json!("npm"), name, "1.2.4", wrong(), none()),
            2,
        ),
        (
            "another registry",
            lock(json!("npm"), "acme-c", "1.2.3", wrong(), none()),
            2,
        ),
    ] {
        let mut whole = document(&[npm("npx/a/spec.yaml"), pypi()]);
        let findings = lock.to_string();
        if findings.contains("\"severity\":\"error\"") {
            whole["verdict"] = json!("fail");
        }
        whole["locks"] = json!([lock]);
        let statements = of(&whole).unwrap();
        assert_eq!(statements.made.len(), made, "{what}");
        assert_eq!(statements.left_out.len(), 2 - made, "{what}");
    }
}

#[test]
fn a_part_of_a_repository_is_no_ground() {
    for (pointer, value) in [
        ("/summary/untouched", json!(1)),
        ("/summary/complete", json!(false)),
    ] {
        let mut part = document(&[npm("npx/a/spec.yaml")]);
        assert_eq!(of(&part).unwrap().made.len(), 1);
        *part.pointer_mut(pointer).unwrap() = value;
        assert_eq!(of(&part).unwrap_err(), VsaError::Part, "{pointer}");
    }
}

#[test]
fn a_proposal_and_a_doubtful_run_are_no_ground() {
    let mut proposal = document(&[npm("npx/a/spec.yaml")]);
    proposal["gate"]["base"] = json!({ "branch": "main", "commit": "0".repeat(40) });
    assert_eq!(of(&proposal).unwrap_err(), VsaError::Proposal);
    let mut doubtful = document(&[npm("npx/a/spec.yaml")]);
    doubtful["gate"]["doubts"] = json!(["A sentence."]);
    doubtful["determined"] = json!(false);
    doubtful["verdict"] = json!("inconclusive");
    assert_eq!(of(&doubtful).unwrap_err(), VsaError::Doubt);
    let mut stale = document(&[npm("npx/a/spec.yaml")]);
    stale["trust"]["problem"] = json!("A sentence.");
    stale["determined"] = json!(false);
    stale["verdict"] = json!("inconclusive");
    assert_eq!(of(&stale).unwrap_err(), VsaError::Doubt);
}

#[test]
fn a_file_name_that_reads_as_two_is_not_stated() {
    for name in ["a b.whl", "a\nb.whl", "\u{202e}a.whl", ""] {
        let mut odd = pypi();
        odd["evidence"][0]["artifact"] = json!(name);
        assert_eq!(of(&document(&[odd])).unwrap().made.len(), 0, "{name:?}");
    }
}
