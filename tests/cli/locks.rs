//! `verify-lock`: every package of a lock file, against registries over HTTP.

mod baseline;
mod go;
mod hostile;
mod policy;
mod python;

use std::fs;

use serde_json::{Map, Value, json};
use testkit::{NpmDraft, Response};

use crate::stage::{Report, Run, Stage};

/// A lock of packages that the registry has: name, version, integrity.
fn lock(packages: &[(&str, &str, &str)]) -> Value {
    let mut entries = Map::new();
    let mut direct = Map::new();
    for (name, version, integrity) in packages {
        direct.insert((*name).to_owned(), json!(version));
        let bare = name.rsplit('/').next().unwrap();
        let entry = json!({
            "version": version,
            "resolved": format!("https://registry.npmjs.org/{name}/-/{bare}-{version}.tgz"),
            "integrity": integrity,
        });
        entries.insert(format!("node_modules/{name}"), entry);
    }
    let mut all = Map::new();
    all.insert(
        String::new(),
        json!({"name": "web", "version": "1.0.0", "dependencies": direct}),
    );
    all.append(&mut entries);
    json!({"name": "web", "version": "1.0.0", "lockfileVersion": 3, "packages": all})
}

fn written(lock: &Value) -> String {
    serde_json::to_string_pretty(lock).unwrap()
}

struct Locked {
    stage: Stage,
    attested: String,
    signed: String,
}

/// The lock's path, below the root.
const PATH: &str = "web/package-lock.json";

impl Locked {
    fn new() -> Self {
        let stage = Stage::new();
        let attested = stage.world.npm_draft("@acme/widget", "1.2.3");
        let signed = NpmDraft::signed_only(&stage.world, "left", "1.0.0");
        for draft in [&attested, &signed] {
            stage.registry.publish_npm(&stage.world.npm_release(draft));
        }
        Self {
            stage,
            attested: attested.integrity,
            signed: signed.integrity,
        }
    }

    fn lock(&self) -> Value {
        lock(&[
            ("@acme/widget", "1.2.3", &self.attested),
            ("left", "1.0.0", &self.signed),
        ])
    }

    fn write(&self, lock: &Value) -> &Self {
        self.stage.write(PATH, &written(lock));
        self
    }

    fn run(&self, arguments: &[&str]) -> Run {
        let mut command = self.stage.command(&["verify-lock", PATH]);
        Run::of(command.args(arguments))
    }

    fn report(&self, code: i32) -> Report {
        self.run(&["--format", "json"]).exits(code).report()
    }
}

fn packages(report: &Report) -> Vec<(String, String, Vec<String>)> {
    let packages = report.json["locks"][0]["packages"].as_array().unwrap();
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let told = packages.iter().map(|package| {
        let findings = package["findings"].as_array().unwrap();
        let rules = findings.iter().map(|it| text(&it["rule"])).collect();
        (text(&package["name"]), text(&package["status"]), rules)
    });
    told.collect()
}

#[test]
fn an_honest_lock_passes_with_its_numbers() {
    let locked = Locked::new();
    locked.write(&locked.lock());
    let run = locked.run(&[]).exits(0);
    let numbers =
        "web/package-lock.json: 2 packages of a registry in 2 entries: 1 verified · 1 signed only";
    assert!(run.out.contains(numbers), "{run:#?}");
    assert!(
        run.out.contains("PASS: 1 of 2 locked packages verified"),
        "{run:#?}"
    );
    let report = locked.report(0);
    let owned = |name: &str, status: &str, rules: &[&str]| {
        let rules: Vec<String> = rules.iter().map(|it| (*it).to_owned()).collect();
        (name.to_owned(), status.to_owned(), rules)
    };
    assert_eq!(
        packages(&report),
        [
            owned("@acme/widget", "verified", &[]),
            owned("left", "signed", &["no-provenance"]),
        ]
    );
}

#[test]
fn one_changed_integrity_is_exit_1_at_its_line() {
    let locked = Locked::new();
    let mut lock = locked.lock();
    // That of another package, which is well-formed.
    lock["packages"]["node_modules/@acme/widget"]["integrity"] = json!(locked.signed);
    locked.write(&lock);
    let report = locked.report(1);
    let found = &report.json["locks"][0]["packages"][0]["findings"][0];
    assert_eq!(found["rule"], "lock-integrity-mismatch");
    let text = fs::read_to_string(locked.stage.root().join(PATH)).unwrap();
    let at = found["location"]["start_line"].as_u64().unwrap();
    let line = text.lines().nth(usize::try_from(at).unwrap() - 1).unwrap();
    assert!(line.contains("node_modules/@acme/widget"), "{line}");
    let sarif = locked.run(&["--format", "sarif"]).exits(1).out;
    assert!(sarif.contains("web/package-lock.json"), "{sarif}");
    // Whatever else may be unknown, and whatever is exempted, it fails.
    let configuration = "[[exempt]]\npath = \"web/package-lock.json\"\npackage = \"npm:@acme/widget\"\n\
                         rules = [\"lock-integrity-mismatch\"]\nreason = \"x\"\nowner = \"y\"\nexpires = 2099-01-01\n";
    locked
        .stage
        .write("dockyard-provenance.toml", configuration);
    locked.run(&[]).refuses("lock-integrity-mismatch");
}

#[test]
fn what_cannot_be_read_is_exit_2_and_an_empty_lock_exit_3() {
    let locked = Locked::new();
    locked.stage.write(
        PATH,
        "{\"lockfileVersion\": 3, \"packages\": {\"a\": 1, \"a\": 2}}",
    );
    locked.run(&[]).refuses("web/package-lock.json:1:");
    locked
        .stage
        .write(PATH, "{\"lockfileVersion\": 1, \"dependencies\": {}}");
    locked.run(&[]).refuses("this lock is of version 1");
    let missing = locked
        .stage
        .command(&["verify-lock", "none/package-lock.json"])
        .output()
        .unwrap();
    assert_eq!(missing.status.code(), Some(2));
    locked.write(&lock(&[]));
    let run = locked.run(&[]).exits(3);
    assert!(run.out.contains("no entry to look up"), "{run:#?}");
    let twice =
        Run::of(
            &mut locked
                .stage
                .command(&["verify-lock", PATH, "web/../web/package-lock.json"]),
        );
    twice.refuses("named twice");
}

#[test]
fn a_lock_that_npm_does_not_read_is_refused() {
    let locked = Locked::new();
    let shrinkwrap = "web/npm-shrinkwrap.json";
    locked.write(&locked.lock());
    locked.stage.write(shrinkwrap, &written(&locked.lock()));
    let run = locked.run(&[]).refuses("npm reads it in its place");
    assert!(run.err.contains(shrinkwrap), "{run:#?}");
    // The controls: what npm reads is named, and another folder's is not read.
    for named in [&[PATH, shrinkwrap][..], &[shrinkwrap]] {
        let mut command = locked.stage.command(&["verify-lock"]);
        Run::of(command.args(named)).exits(0);
    }
    let file = locked.stage.root().join(shrinkwrap);
    fs::rename(&file, locked.stage.root().join("npm-shrinkwrap.json")).unwrap();
    locked.run(&[]).exits(0);
    // Whatever it is, npm looks at it first.
    fs::create_dir(&file).unwrap();
    locked.run(&[]).refuses("npm reads it in its place");
}

#[test]
fn an_outage_and_a_package_that_is_gone_are_told_apart() {
    let locked = Locked::new();
    let mut lock = locked.lock();
    let gone = json!({
        "version": "9.9.9", "resolved": "https://registry.npmjs.org/gone/-/gone-9.9.9.tgz",
        "integrity": locked.signed,
    });
    lock["packages"]["node_modules/gone"] = gone;
    lock["packages"][""]["dependencies"]["gone"] = json!("9.9.9");
    locked.write(&lock);
    let report = locked.report(1);
    let told = packages(&report);
    let gone = told.iter().find(|(name, ..)| name == "gone").unwrap();
    assert_eq!(gone.1, "not-found");
    // The registry fails about one of them.
    locked.write(&locked.lock());
    locked
        .stage
        .registry
        .set("/npm/left/1.0.0", Response::status(403));
    let report = locked.report(3);
    assert_eq!(packages(&report)[1].1, "unknown");
    assert_eq!(packages(&report)[0].1, "verified");
}

#[test]
fn every_package_is_asked_for_once() {
    let locked = Locked::new();
    let mut lock = locked.lock();
    let entry = lock["packages"]["node_modules/left"].clone();
    lock["packages"]["node_modules/@acme/widget/node_modules/left"] = entry;
    lock["packages"]["node_modules/@acme/widget"]["dependencies"] = json!({"left": "1.0.0"});
    locked.write(&lock);
    let report = locked.report(0);
    assert_eq!(report.json["locks"][0]["entries"], 3);
    let of_left = |path: &String| path.contains("left");
    let asked = locked.stage.registry.requests();
    let asked: Vec<String> = asked
        .iter()
        .map(|it| it.path.clone())
        .filter(of_left)
        .collect();
    assert_eq!(asked.len(), 2, "{asked:?}");
}
