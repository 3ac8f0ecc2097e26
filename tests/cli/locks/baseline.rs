//! A lock file against what an earlier report says of it.

use std::fs;

use testkit::NpmDraft;

use super::{Locked, lock, packages};

#[test]
fn a_baseline_shows_what_an_update_changes() {
    let locked = Locked::new();
    let was = locked.lock();
    locked.write(&was);
    let baseline = locked.stage.root().join("before.json");
    let target = format!("json={}", baseline.display());
    locked.run(&["--report", &target]).exits(0);
    let arguments = ["--baseline", baseline.to_str().unwrap(), "--format", "json"];
    // The control: nothing has changed.
    let report = locked.run(&arguments).exits(0).report();
    assert_eq!(report.json["locks"][0]["packages"][0]["new"], false);
    // An update without provenance, and a package that is new.
    let update = NpmDraft::signed_only(&locked.stage.world, "@acme/widget", "1.2.4");
    locked
        .stage
        .registry
        .publish_npm(&locked.stage.world.npm_release(&update));
    locked.write(&lock(&[
        ("@acme/widget", "1.2.4", &update.integrity),
        ("left", "1.0.0", &locked.signed),
    ]));
    let report = locked.run(&arguments).exits(1).report();
    assert!(
        packages(&report)[0]
            .2
            .contains(&"provenance-lost".to_owned())
    );
    assert_eq!(
        report.json["locks"][0]["packages"][0]["before"]["version"],
        "1.2.3"
    );
    // A report that does not tell of the lock compares nothing, which is said.
    fs::write(&baseline, r#"{"schema_version": 1, "specs": []}"#).unwrap();
    let run = locked
        .run(&["--baseline", baseline.to_str().unwrap()])
        .exits(3);
    assert!(
        run.out.contains("does not tell of the lock file"),
        "{run:#?}"
    );
}
