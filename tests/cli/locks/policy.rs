//! What a configuration requires and exempts in lock files.

use serde_json::json;
use testkit::NpmDraft;

use super::{Locked, PATH, lock, packages};
use crate::stage::Run;

#[test]
fn an_exemption_is_about_one_package_of_the_lock() {
    let locked = Locked::new();
    let mut lock = locked.lock();
    let entries = lock["packages"].as_object_mut().unwrap();
    for name in ["node_modules/@acme/widget", "node_modules/left"] {
        entries[name].as_object_mut().unwrap().remove("integrity");
    }
    locked.write(&lock);
    let configuration = "[[exempt]]\npath = \"web/package-lock.json\"\npackage = \"npm:left\"\n\
                         rules = [\"lock-entry-without-integrity\"]\nreason = \"x\"\nowner = \"y\"\nexpires = 2099-01-01\n";
    locked
        .stage
        .write("dockyard-provenance.toml", configuration);
    let run = locked
        .run(&["--fail-on", "warning", "--format", "json"])
        .exits(1);
    let report = run.report();
    assert_eq!(report.json["exemptions"][0]["state"], "used");
    let open: Vec<bool> = (0..2)
        .map(|at| {
            let findings = &report.json["locks"][0]["packages"][at]["findings"];
            let mut findings = findings.as_array().unwrap().iter();
            findings
                .any(|it| it["rule"] == "lock-entry-without-integrity" && it["exempted"].is_null())
        })
        .collect();
    assert_eq!(open, [true, false]);
}

#[test]
fn a_requirement_selects_packages_of_a_lock() {
    let locked = Locked::new();
    locked.write(&locked.lock());
    let require = |packages: &str| {
        let text = format!(
            "[[require]]\npaths = [\"**/package-lock.json\"]\npackages = [\"{packages}\"]\n"
        );
        locked.stage.write("dockyard-provenance.toml", &text);
        locked.run(&["--format", "json"])
    };
    let report = require("npm:left").exits(1).report();
    assert_eq!(packages(&report)[1].2, ["evidence-below-policy"]);
    require("npm:@acme/*").exits(0);
    // A scan of the specs does not call a requirement for locks a mistake.
    locked.stage.npm("a", "@acme/a", crate::stage::DECLARED);
    let scan = locked.stage.scan(&["--format", "json"]).exits(0).report();
    assert_eq!(scan.json["config_findings"], json!([]));
}

#[test]
fn exemptions_for_a_lock_are_suggested_and_hold_once_they_are_filled_in() {
    let locked = Locked::new();
    let world = &locked.stage.world;
    let plain = |name: &str, version: &str| {
        let draft = NpmDraft::signed_only(world, name, version);
        locked
            .stage
            .registry
            .publish_npm(&world.npm_release(&draft));
        draft.integrity
    };
    let right = plain("right", "1.0.0");
    let newer = plain("left", "2.0.0");
    let mut lock = lock(&[
        ("@acme/widget", "1.2.3", &locked.attested),
        ("left", "1.0.0", &locked.signed),
        ("right", "1.0.0", &right),
    ]);
    let mut nested = lock["packages"]["node_modules/left"].clone();
    nested["version"] = json!("2.0.0");
    nested["resolved"] = json!("https://registry.npmjs.org/left/-/left-2.0.0.tgz");
    nested["integrity"] = json!(newer);
    lock["packages"]["node_modules/right/node_modules/left"] = nested;
    // What can be accepted by nobody.
    lock["packages"]["node_modules/@acme/widget"]["integrity"] = json!(locked.signed);
    locked.write(&lock);
    let require = "[[require]]\n";
    let config = "dockyard-provenance.toml";
    locked.stage.write(config, require);
    let suggest = || {
        let mut command = locked.stage.command(&["policy", "suggest", "--lock", PATH]);
        Run::of(&mut command).exits(1).out
    };
    let suggested = suggest();
    assert_eq!(suggested.matches("[[exempt]]").count(), 3, "{suggested}");
    assert!(
        suggested.contains("lock-integrity-mismatch: cannot be exempted"),
        "{suggested}"
    );
    assert!(
        suggested.contains("# web/package-lock.json, npm:@acme/widget"),
        "{suggested}"
    );
    for version in ["\nversion = \"1.0.0\"", "\nversion = \"2.0.0\""] {
        assert_eq!(suggested.matches(version).count(), 1, "{suggested}");
    }
    let filled = suggested
        .replace("reason = \"\"", "reason = \"by hand\"")
        .replace("owner = \"\"", "owner = \"@acme\"");
    locked.stage.write(config, &format!("{require}{filled}"));
    locked.run(&[]).exits(1);
    lock["packages"]["node_modules/@acme/widget"]["integrity"] = json!(locked.attested);
    locked.write(&lock);
    locked.run(&[]).exits(0);
    // The same package twice is one too many.
    let twice = format!(
        "{require}{filled}{}",
        filled.replace("version = \"1.0.0\"\n", "")
    );
    locked.stage.write(config, &twice);
    locked.run(&[]).refuses("is exempted twice");
    let both = locked
        .stage
        .command(&["policy", "suggest", "--lock", PATH, "web"])
        .output();
    assert_eq!(both.unwrap().status.code(), Some(2));
}
