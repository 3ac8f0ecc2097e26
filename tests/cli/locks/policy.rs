//! What a configuration requires and exempts in lock files.

use serde_json::json;

use super::{Locked, packages};

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
