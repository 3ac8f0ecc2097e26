//! Mirrors as they really are: no attestations, no signatures, no dates, no document for one version.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use serde_json::{Value, json};
use testkit::{Registry, Response};

use crate::stage::{DECLARED, Run, Stage, program, spec};

/// A world's registry, and a mirror of it that leaves everything out that it does not need.
struct Mirrored {
    stage: Stage,
    mirror: Registry,
}

const NPM: &str = "/npm/@acme/a";
const PYPI: &str = "/simple/widget/";

impl Mirrored {
    fn new() -> Self {
        let stage = Stage::honest();
        stage.pypi("b", "widget", DECLARED);
        let mirror = Registry::start();
        let mirrored = Self { stage, mirror };
        mirrored.serve(NPM, |_| {});
        mirrored.serve(PYPI, |_| {});
        mirrored
    }

    /// The document as a mirror has it, `changed` besides.
    fn serve(&self, path: &str, changed: impl FnOnce(&mut Value)) {
        let documents = self.stage.registry.documents();
        let mut document: Value = serde_json::from_slice(&documents[path].body).unwrap();
        strip(&mut document);
        changed(&mut document);
        let response = match path {
            NPM => Response::json(&document),
            _ => Response::typed("application/vnd.pypi.simple.v1+json", document.to_string()),
        };
        self.mirror.set(path, response);
    }

    fn scan(&self, arguments: &[&str]) -> Run {
        let mut command = self.stage.trusting(&["scan", "--no-cache"]);
        command
            .args(["--npm-registry", &self.mirror.npm_url()])
            .args(["--pypi-index", &self.mirror.pypi_index_url()])
            .args(arguments);
        Run::of(&mut command)
    }

    /// With the evidence of the origin.
    fn by_origin(&self, arguments: &[&str]) -> Run {
        let (npm, pypi) = (
            self.stage.registry.npm_url(),
            self.stage.registry.pypi_index_url(),
        );
        let evidence = ["--npm-evidence", &npm, "--pypi-evidence", &pypi];
        self.scan(&[&evidence[..], arguments].concat())
    }

    /// What `npx/a` and `uvx/b` come to by the origin's evidence.
    fn statuses(&self, code: i32) -> [String; 2] {
        let report = self.by_origin(&["--format", "json"]).exits(code).report();
        ["npx/a/spec.yaml", "uvx/b/spec.yaml"].map(|path| report.status(path).to_owned())
    }
}

fn strip(document: &mut Value) {
    if let Some(map) = document.as_object_mut() {
        for key in ["signatures", "attestations", "time", "provenance"] {
            map.remove(key);
        }
        map.values_mut().for_each(strip);
    }
    if let Some(list) = document.as_array_mut() {
        list.iter_mut().for_each(strip);
    }
}

#[test]
fn a_mirror_that_strips_accuses_nobody_and_says_what_would_help() {
    let mirrored = Mirrored::new();
    let report = mirrored.scan(&["--format", "json"]).report();
    assert_eq!(report.status("npx/a/spec.yaml"), "none");
    assert_eq!(report.status("uvx/b/spec.yaml"), "unknown");
    let table = mirrored.scan(&[]).out;
    for option in ["npm-evidence", "pypi-evidence"] {
        assert!(table.contains(option), "{option}: {table}");
    }
}

#[test]
fn the_origin_proves_what_the_mirror_serves() {
    let mirrored = Mirrored::new();
    let run = mirrored.by_origin(&[]).exits(0);
    for setting in ["npm-evidence is http://", "pypi-evidence is http://"] {
        assert!(run.out.contains(setting), "{}", run.out);
    }
    assert!(!run.out.contains("leaves them out"), "{}", run.out);
    assert_eq!(mirrored.statuses(0), ["verified", "verified"]);
    let asked = mirrored.mirror.paths();
    assert!(
        !asked.iter().any(|path| path.contains("integrity")),
        "{asked:?}"
    );
    assert!(
        !asked.iter().any(|path| path.contains("attestations")),
        "{asked:?}"
    );
}

#[test]
fn another_file_than_the_proven_one_is_invalid() {
    let mirrored = Mirrored::new();
    let zeros = |bytes: usize| "A".repeat(bytes.div_ceil(3) * 4 - 2) + "==";
    mirrored.serve(NPM, |packument| {
        packument["versions"]["1.2.3"]["dist"]["integrity"] =
            format!("sha512-{}", zeros(64)).into();
    });
    mirrored.serve(PYPI, |index| {
        index["files"][0]["hashes"]["sha256"] = "0".repeat(64).into();
    });
    assert_eq!(mirrored.statuses(1), ["invalid", "invalid"]);
    let run = mirrored.by_origin(&[]).exits(1);
    assert!(run.out.contains("serves another file"), "{}", run.out);
}

#[test]
fn what_the_mirror_does_not_say_is_not_known() {
    let mirrored = Mirrored::new();
    mirrored.serve(NPM, |packument| {
        let dist = &mut packument["versions"]["1.2.3"]["dist"];
        dist.as_object_mut().unwrap().remove("integrity");
    });
    mirrored.serve(PYPI, |index| index["files"][0]["hashes"] = json!({}));
    assert_eq!(mirrored.statuses(3), ["unknown", "unknown"]);
}

#[test]
fn a_file_that_only_the_mirror_has_is_not_known() {
    let mirrored = Mirrored::new();
    mirrored.serve(PYPI, |index| {
        let files = index["files"].as_array_mut().unwrap();
        let mut extra = files[0].clone();
        let name = "widget-1.2.3-cp39-none-any.whl";
        extra["filename"] = name.into();
        extra["url"] = format!("https://files.example/{name}").into();
        files.push(extra);
    });
    assert_eq!(mirrored.statuses(3), ["verified", "unknown"]);
}

#[test]
fn what_only_one_of_them_has_is_told_apart() {
    let mirrored = Mirrored::new();
    mirrored.mirror.remove(NPM);
    mirrored.mirror.remove(PYPI);
    assert_eq!(mirrored.statuses(1), ["not-found", "not-found"]);
    let mirrored = Mirrored::new();
    for path in mirrored.stage.registry.documents().into_keys() {
        mirrored.stage.registry.remove(&path);
    }
    assert_eq!(mirrored.statuses(3), ["unknown", "unknown"]);
}

#[test]
fn the_configuration_names_them_and_recorded_evidence_repeats_it() {
    let mirrored = Mirrored::new();
    mirrored.stage.write(
        "dockyard-provenance.toml",
        &format!(
            "npm-registry = \"{}\"\npypi-index = \"{}\"\nnpm-evidence = \"{}\"\npypi-evidence = \"{}\"\n",
            mirrored.mirror.npm_url(),
            mirrored.mirror.pypi_index_url(),
            mirrored.stage.registry.npm_url(),
            mirrored.stage.registry.pypi_index_url()
        ),
    );
    let scan = |folder: &str| {
        let mut command = mirrored.stage.trusting(&["scan", "--no-cache"]);
        Run::of(command.args(["--save-evidence", folder]))
    };
    // Who names the registry is not sent elsewhere by the file.
    let named = mirrored.scan(&[]);
    assert!(named.err.contains("is not used"), "{named:#?}");
    scan("honest").exits(0);
    mirrored.serve(NPM, |packument| {
        packument["versions"]["1.2.3"]["dist"]["integrity"] =
            format!("sha512-{}==", "A".repeat(86)).into();
    });
    scan("forged").exits(1);
    for (folder, code) in [("honest", 0), ("forged", 1)] {
        let run = mirrored
            .stage
            .trusting(&["scan", "--no-config", "--evidence", folder]);
        Run::of(&mut { run }).exits(code);
    }
    mirrored
        .stage
        .run(&["scan", "--npm-evidence", "http://u:hunter2@x.example"])
        .refuses("--npm-evidence");
}

/// Every package of a real repository, against a mirror that has them all and no evidence.
#[test]
fn a_real_repository_behind_such_a_mirror_is_not_accused() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/real/dockyard");
    if !root.is_dir() {
        println!("SKIPPED: no repository of genuine specs beside the project");
        return;
    }
    let mirror = Registry::start();
    for protocol in ["npx", "uvx"] {
        let mut versions: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        for entry in fs::read_dir(root.join(protocol)).unwrap() {
            let text = fs::read_to_string(entry.unwrap().path().join("spec.yaml")).unwrap();
            for (name, version) in pinned(&text) {
                versions.entry(name).or_default().insert(version);
            }
        }
        for (package, versions) in &versions {
            serve(&mirror, protocol, package, versions);
        }
    }
    let scan = |arguments: &[&str]| {
        let mut command = program();
        command
            .args([
                "scan",
                root.to_str().unwrap(),
                "--no-cache",
                "--trust",
                "embedded",
            ])
            .args(["--npm-registry", &mirror.npm_url()])
            .args(["--pypi-index", &mirror.pypi_index_url()])
            .args(arguments);
        Run::of(&mut command)
    };
    let report = scan(&["--format", "json"]).report();
    let by_status = &report.json["summary"]["by_status"];
    for accusing in ["invalid", "not-found"] {
        assert_eq!(by_status[accusing], 0, "{by_status}");
    }
    for spec in report.json["specs"].as_array().unwrap() {
        for finding in spec["findings"].as_array().unwrap() {
            let rule = finding["rule"].as_str().unwrap();
            let accuses = rule.ends_with("-invalid") || rule == "package-not-found";
            assert!(!accuses, "{finding:#}");
        }
    }
    // Said before the table, and in every format among the settings.
    let run = scan(&[]);
    for option in ["npm-evidence", "pypi-evidence"] {
        let first: Vec<&str> = run.err.lines().take(4).collect();
        assert!(first.concat().contains(option), "{option}: {run:#?}");
        let changes = &report.json["gate"]["changes"];
        assert!(changes.to_string().contains(option), "{changes}");
    }
}

/// The packages of a spec with their versions, those of its overrides too: each version follows its name.
fn pinned(spec: &str) -> Vec<(String, String)> {
    let (mut found, mut name) = (Vec::new(), None);
    for line in spec.lines() {
        let line = line.trim().trim_start_matches("- ");
        let value = |key: &str| {
            let value = line.strip_prefix(key)?.split(" #").next()?;
            Some(value.trim().trim_matches('"').to_owned())
        };
        name = value("package:").or(name);
        if let Some(version) = value("version:") {
            found.extend(name.take().map(|name| (name, version)));
        }
    }
    found
}

/// A mirror's document for one package.
fn serve(mirror: &Registry, protocol: &str, package: &str, versions: &BTreeSet<String>) {
    if protocol == "npx" {
        let integrity = format!("sha512-{}==", "A".repeat(86));
        let dist = json!({ "integrity": integrity, "tarball": "https://mirror.example/x.tgz" });
        let manifests: BTreeMap<&String, Value> = versions
            .iter()
            .map(|version| {
                let manifest = json!({ "name": package, "version": version, "dist": dist });
                (version, manifest)
            })
            .collect();
        let packument = json!({ "name": package, "versions": manifests });
        mirror.set(&format!("/npm/{package}"), Response::json(&packument));
        return;
    }
    let name = package.to_lowercase().replace(['_', '.'], "-");
    let files: Vec<Value> = versions
        .iter()
        .map(|version| {
            let file = format!("{}-{version}-py3-none-any.whl", name.replace('-', "_"));
            let hashes = json!({ "sha256": "0".repeat(64) });
            let url = format!("https://mirror.example/{file}");
            json!({ "filename": file, "url": url, "hashes": hashes })
        })
        .collect();
    let index = json!({ "meta": { "api-version": "1.0" }, "name": name, "files": files });
    mirror.set(
        &format!("/simple/{name}/"),
        Response::typed("application/vnd.pypi.simple.v1+json", index.to_string()),
    );
}

/// The index is the same for every version, the mirror's too.
#[test]
fn several_versions_of_a_project_are_one_question_to_each() {
    let mirrored = Mirrored::new();
    for version in ["1.2.4", "1.2.5"] {
        let path = format!("uvx/w{}/spec.yaml", version.replace('.', "-"));
        let text = spec("uvx", "widget", version, "");
        mirrored.stage.write(&path, &text);
    }
    let asked = |registry: &Registry| {
        let paths = registry.paths();
        paths.iter().filter(|path| *path == PYPI).count()
    };
    let before = asked(&mirrored.stage.registry);
    mirrored.by_origin(&[]).exits(1);
    assert_eq!(asked(&mirrored.mirror), 1);
    assert_eq!(asked(&mirrored.stage.registry) - before, 1);
}
