//! The bundle cases of <https://github.com/sigstore/sigstore-conformance>, through `verify-bundle`.
//!
//! The suite is not part of this project: name a checkout in `SIGSTORE_CONFORMANCE` to run it.
#![expect(clippy::print_stdout, reason = "what is skipped is said aloud")]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use sigstore_verify::crypto::sha256;

/// Who signs unless a case names somebody else (the suite's `test/client.py`).
const IDENTITY: &str = "https://github.com/sigstore-conformance/extremely-dangerous-public-oidc-beacon/.github/workflows/extremely-dangerous-oidc-beacon.yml@refs/heads/main";
const ISSUER: &str = "https://token.actions.githubusercontent.com";

/// Cases of the suite when this was last run; a newer suite has no fewer.
const CASES: usize = 70;

#[expect(
    clippy::disallowed_methods,
    reason = "a maintainer names the suite in the environment"
)]
fn suite() -> Option<PathBuf> {
    let Some(checkout) = std::env::var_os("SIGSTORE_CONFORMANCE") else {
        println!("SKIPPED: SIGSTORE_CONFORMANCE names no checkout of sigstore-conformance");
        return None;
    };
    Some(Path::new(&checkout).join("test/assets/bundle-verify"))
}

/// The arguments of one case, but for the artifact, as the suite's client gives them.
fn command(case: &Path) -> Command {
    let word = |file: &str, default: &str| {
        fs::read_to_string(case.join(file))
            .map_or_else(|_absent| default.to_owned(), |text| text.trim().to_owned())
    };
    let mut command = Command::new(env!("CARGO_BIN_EXE_dockyard-provenance"));
    command.env_clear().arg("verify-bundle");
    command
        .arg("--bundle")
        .arg(case.join("bundle.sigstore.json"));
    let key = case.join("key.pub");
    if key.exists() {
        command.arg("--key").arg(key);
    } else {
        command.args(["--certificate-identity", &word("identity", IDENTITY)]);
        command.args(["--certificate-oidc-issuer", &word("issuer", ISSUER)]);
    }
    let root = case.join("trusted_root.json");
    if root.exists() {
        command.arg("--trusted-root").arg(root);
    }
    command
}

#[test]
fn every_bundle_case_by_path_and_by_digest() {
    let Some(assets) = suite() else { return };
    let mut cases: Vec<PathBuf> = fs::read_dir(&assets)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.is_dir())
        .collect();
    cases.sort();
    assert!(cases.len() >= CASES, "only {} cases", cases.len());
    let mut wrong = Vec::new();
    for case in &cases {
        let name = case.file_name().unwrap().to_str().unwrap();
        let own = case.join("artifact");
        let artifact = if own.exists() {
            own
        } else {
            assets.join("a.txt")
        };
        let digest = hex::encode(sha256(&fs::read(&artifact).unwrap()).as_bytes());
        for argument in [artifact.into_os_string(), format!("sha256:{digest}").into()] {
            let output = command(case).arg(&argument).output().unwrap();
            // A refusal is exit 1; a case that cannot be read is refused as well.
            let refused = output.status.code() != Some(0);
            if refused != name.ends_with("_fail") || output.status.code().is_none() {
                wrong.push(format!("{name} {argument:?}: {output:?}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
    println!("{} bundle checks", 2 * cases.len());
}
