//! Genuine specs, where they are at hand.

use std::path::{Path, PathBuf};

use super::super::parse;
use super::{package, problems};
use crate::finding::RuleId;
use crate::spec::model::{Protocol, Subject};

/// Spec files below a folder of real ones, or `None` where they are not at hand.
pub(super) fn real(folder: &str) -> Option<Vec<(String, Vec<u8>)>> {
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR"))
        .join("../../../shared/real")
        .join(folder);
    if !root.is_dir() {
        println!("SKIPPED: the real specs of {folder} are not at hand");
        return None;
    }
    let mut files = Vec::new();
    for protocol in folders(&root) {
        for server in folders(&protocol) {
            let path = server.join("spec.yaml");
            let name = path.strip_prefix(&root).unwrap().to_str().unwrap();
            files.push((name.to_owned(), std::fs::read(&path).unwrap()));
        }
    }
    files.sort();
    Some(files)
}

/// The folders in `folder`.
fn folders(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).unwrap();
    let paths = entries.map(|entry| entry.unwrap().path());
    paths.filter(|path| path.is_dir()).collect()
}

#[test]
fn real_specs_are_read_without_a_complaint() {
    let Some(files) = real("dockyard") else {
        return;
    };
    assert_eq!(files.len(), 47);
    for (path, bytes) in &files {
        let file = parse(path, bytes);
        assert_eq!(problems(&file), [], "{path}");
        match file.protocol {
            Protocol::Other(_) => assert!(matches!(file.subject, Subject::Skill(_)), "{path}"),
            Protocol::Npx | Protocol::Uvx | Protocol::Go => {
                assert!(package(&file).declared.repository_uri.is_some(), "{path}");
            }
        }
    }
}

#[test]
fn the_catalogue_is_read_as_expected() {
    let Some(files) = real("catalog") else { return };
    let expected = PathBuf::from(env!("CARGO_MANIFEST_DIR"))
        .join("../../../shared/real/catalog/EXPECTED.json");
    let expected: serde_json::Value =
        serde_json::from_slice(&std::fs::read(expected).unwrap()).unwrap();
    assert_eq!(files.len(), 34);
    let ours = [
        RuleId::SpecInvalid,
        RuleId::UnknownKey,
        RuleId::ProtocolFolderMismatch,
        RuleId::InvalidPackageName,
        RuleId::VersionNotPinned,
    ];
    for (path, bytes) in &files {
        let file = parse(path, bytes);
        let case = &expected[path.as_str()];
        let rules: Vec<&str> = case["rules"]
            .as_array()
            .unwrap()
            .iter()
            .map(|rule| rule.as_str().unwrap())
            .filter(|id| ours.iter().any(|rule| rule.as_str() == *id))
            .collect();
        let found: Vec<&str> = file.problems.iter().map(|one| one.rule.as_str()).collect();
        assert_eq!(found, rules, "{path}");
        let status = match file.subject {
            Subject::Unusable => "malformed",
            // EXPECTED.json says so of the only one, which was not looked at when it was written.
            Subject::Skill(_) => "not-applicable",
            Subject::Package(_) => "another",
        };
        let stated = case["status"].as_str().unwrap();
        assert_eq!(
            status == "another",
            !matches!(stated, "malformed" | "not-applicable"),
            "{path}"
        );
        assert!(status == "another" || status == stated, "{path}");
    }
}
