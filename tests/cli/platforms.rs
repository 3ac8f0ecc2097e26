//! Launchers and the packages of their binaries, one for each platform.

use serde_json::json;
use testkit::{NpmDraft, Response};

use crate::stage::{DECLARED, Stage};

#[test]
fn the_binaries_of_a_specs_launcher_are_looked_at_too() {
    let stage = Stage::new();
    let launcher = stage.world.npm_draft("@acme/a", "1.2.3");
    let mut release = stage.world.npm_release(&launcher);
    release.manifest["optionalDependencies"] =
        json!({"@acme/a-linux-x64": "1.2.3", "@acme/a-darwin": "1.2.3"});
    release.refresh_packument();
    stage.npm_draft("a", &launcher, DECLARED);
    stage.registry.publish_npm(&release);
    for (name, draft) in [
        (
            "linux",
            NpmDraft::signed_only(&stage.world, "@acme/a-linux-x64", "1.2.3"),
        ),
        ("darwin", stage.world.npm_draft("@acme/a-darwin", "1.2.3")),
    ] {
        let mut release = stage.world.npm_release(&draft);
        release.manifest["os"] = json!([name]);
        release.refresh_packument();
        stage.registry.publish_npm(&release);
    }
    let report = stage.scan(&["--format", "json"]).exits(0).report();
    assert_eq!(
        report.rules("npx/a/spec.yaml"),
        ["unattested-platform-package"]
    );
    let message = report.messages("npx/a/spec.yaml")[0];
    assert!(
        message.contains("@acme/a-linux-x64@1.2.3") && !message.contains("darwin"),
        "{message}"
    );
    // What cannot be asked is a note where the rule fails nothing, and a doubt where it does.
    let manifest = "/npm/@acme/a-linux-x64/1.2.3";
    stage.registry.set(manifest, Response::status(403));
    stage.scan(&[]).exits(0);
    stage.scan(&["--fail-on", "warning"]).exits(3);
}

#[test]
fn other_optional_dependencies_hide_no_binary() {
    let told = |fillers: usize, version: &str| {
        let stage = Stage::new();
        let launcher = stage.world.npm_draft("@acme/a", "1.2.3");
        let mut release = stage.world.npm_release(&launcher);
        let mut optional = json!({"@acme/a-linux-x64": "1.2.3"});
        for number in 0..fillers {
            optional[format!("@aaa/filler-{number:03}")] = json!(version);
        }
        release.manifest["optionalDependencies"] = optional;
        release.refresh_packument();
        stage.npm_draft("a", &launcher, DECLARED);
        stage.registry.publish_npm(&release);
        let binary = NpmDraft::signed_only(&stage.world, "@acme/a-linux-x64", "1.2.3");
        let mut release = stage.world.npm_release(&binary);
        release.manifest["os"] = json!(["linux"]);
        release.refresh_packument();
        stage.registry.publish_npm(&release);
        let report = stage.scan(&["--format", "json"]).report();
        report.messages("npx/a/spec.yaml").join("\n")
    };
    // The control, and as many others in front of it as are kept of platforms.
    for fillers in [0, 64] {
        let message = told(fillers, "9.9.9");
        assert!(message.contains("@acme/a-linux-x64@1.2.3"), "{message}");
        assert!(!message.contains("more of them"), "{message}");
    }
    // Where they may be for platforms as well, there are more than are looked at.
    let message = told(64, "1.2.3");
    assert!(
        message.contains("it names more of them than are looked at"),
        "{message}"
    );
}
