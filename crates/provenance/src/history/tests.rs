use serde_json::{Value, json};

use super::*;
use crate::package::{NpmName, PypiName};

fn npm(version: &str) -> NpmPackage {
    NpmPackage {
        name: NpmName::parse("widget").unwrap(),
        version: NpmVersion::parse(version).unwrap(),
    }
}

fn pypi(version: &str) -> PypiPackage {
    PypiPackage {
        name: PypiName::parse("Widget").unwrap(),
        version: PypiVersion::parse(version).unwrap(),
    }
}

/// A packument of versions; those that end in `+` have provenance.
fn packument(versions: &[&str]) -> Vec<u8> {
    let versions: serde_json::Map<String, Value> = versions
        .iter()
        .map(|text| {
            let version = text.trim_end_matches('+');
            let mut dist = json!({"integrity": "sha512-x"});
            if text.ends_with('+') {
                dist["attestations"] = json!({"url": "x", "provenance": {"predicateType": "x"}});
            }
            let manifest = json!({"name": "widget", "version": version, "dist": dist});
            (version.to_owned(), manifest)
        })
        .collect();
    json!({"name": "widget", "versions": versions})
        .to_string()
        .into_bytes()
}

/// An index with one file of each version.
fn index(versions: &[&str]) -> Vec<u8> {
    let files: Vec<Value> = versions
        .iter()
        .map(|text| {
            let name = format!("widget-{}.tar.gz", text.trim_end_matches('*'));
            let provenance = text.ends_with('*').then_some("https://pypi.org/x");
            json!({"filename": name, "url": name, "provenance": provenance})
        })
        .collect();
    json!({"meta": {"api-version": "1.4"}, "name": "widget", "files": files})
        .to_string()
        .into_bytes()
}

fn shown(earlier: Vec<Earlier>) -> Vec<String> {
    let said = |said| match said {
        Said::Attested => "*",
        Said::NotAttested => "",
    };
    earlier
        .into_iter()
        .map(|one| format!("{}{}", one.package, said(one.said)))
        .collect()
}

#[test]
fn only_stable_versions_of_the_line_the_nearest_first() {
    let listed = packument(&[
        "0.9.0+",
        "1.0.0",
        "1.2.0+",
        "1.10.0+",
        "1.11.0-rc.1+",
        "1.11.0",
        "1.12.0+",
        "2.0.0+",
        "x",
    ]);
    for (pinned, expected) in [
        (
            "1.11.0",
            &["widget@1.10.0*", "widget@1.2.0*", "widget@1.0.0"][..],
        ),
        ("1.0.0", &[]),
        // A pre-release is held against the stable versions below it.
        (
            "1.11.0-rc.2",
            &["widget@1.10.0*", "widget@1.2.0*", "widget@1.0.0"],
        ),
        ("2.0.0-rc.1", &[]),
        ("2.0.0", &[]),
        ("3.0.0", &[]),
        ("0.10.0", &[]),
        ("0.9.1", &["widget@0.9.0*"]),
    ] {
        let found = of_npm(&listed, &npm(pinned)).unwrap();
        assert_eq!(shown(found), expected, "{pinned}");
    }
    let listed = index(&[
        "0.9*",
        "1.0",
        "1.2*",
        "1.2.post1",
        "1.3rc1*",
        "1!1.0*",
        "1.2+corp",
    ]);
    for (pinned, expected) in [
        (
            "1.3",
            &["Widget@1.2.post1", "Widget@1.2*", "Widget@1.0"][..],
        ),
        ("1.2", &["Widget@1.0"]),
        ("1!1.1", &["Widget@1!1.0*"]),
        ("0.9.1", &["Widget@0.9*"]),
        ("0.10", &[]),
    ] {
        let found = of_pypi(&listed, &pypi(pinned)).unwrap();
        assert_eq!(shown(found), expected, "{pinned}");
    }
}

#[test]
fn no_more_than_ten() {
    let versions: Vec<String> = (0..40).map(|minor| format!("1.{minor}.0")).collect();
    let versions: Vec<&str> = versions.iter().map(String::as_str).collect();
    let found = of_npm(&packument(&versions), &npm("1.39.0")).unwrap();
    assert_eq!(found.len(), MOST);
    assert_eq!(shown(found)[9], "widget@1.29.0");
}

#[test]
fn what_is_about_something_else_lists_nothing() {
    let other = json!({"name": "gadget", "versions": {}}).to_string();
    let error = of_npm(other.as_bytes(), &npm("1.0.0")).unwrap_err();
    assert_eq!(error, VersionsError::OtherPackage);
    assert!(of_npm(b"[]", &npm("1.0.0")).is_err());
    let other = json!({"meta": {"api-version": "1.0"}, "name": "gadget", "files": []});
    assert!(of_pypi(other.to_string().as_bytes(), &pypi("1.0")).is_err());
    assert!(of_pypi(b"{}", &pypi("1.0")).is_err());
}

/// Every version of the genuine packuments beside the project that has no provenance, and whether an
/// earlier one of its line is said to have it: those would be asked about, and warned of if it verifies.
#[test]
fn genuine_packuments_raise_no_false_alarms() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/real/npm");
    let mut files = Vec::new();
    for folder in [folder.clone(), folder.join("@nuxt"), folder.join("@types")] {
        let Ok(entries) = std::fs::read_dir(folder) else {
            continue;
        };
        let paths = entries.filter_map(|entry| Some(entry.ok()?.path()));
        files.extend(paths.filter(|path| path.to_string_lossy().ends_with(".packument.json")));
    }
    if files.is_empty() {
        println!("SKIPPED the genuine packuments, which do not lie beside the project");
        return;
    }
    let (mut stable, mut prereleases, mut attested, mut alarms) = (0, 0, 0, Vec::new());
    for file in files {
        let bytes = std::fs::read(&file).unwrap();
        let document: Value = serde_json::from_slice(&bytes).unwrap();
        let name = NpmName::parse(document["name"].as_str().unwrap()).unwrap();
        let listed = npm::Versions::parse(&bytes, &name).unwrap();
        for text in listed.names() {
            let Ok(version) = NpmVersion::parse(text) else {
                continue;
            };
            if text.contains('-') {
                prereleases += 1;
            } else {
                stable += 1;
            }
            if listed.is_attested(&version) {
                attested += 1;
                continue;
            }
            let package = NpmPackage {
                name: name.clone(),
                version,
            };
            let earlier = among(&listed, &package);
            if earlier.iter().any(|one| one.said == Said::Attested) {
                alarms.push(format!("{}@{text}", name.as_str()));
            }
        }
    }
    println!("{stable} stable versions, {prereleases} pre-releases, {attested} attested");
    assert!(stable > 300 && prereleases > 100 && attested > 90);
    assert_eq!(alarms, [""; 0]);
}
