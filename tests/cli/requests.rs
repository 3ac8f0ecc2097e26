//! Which questions are asked, and that none is asked twice.

use serde_json::json;
use testkit::{GithubIdentity, NpmDraft, NpmStyle, PypiDraft, PypiFile, PypiPublisher};

use crate::stage::{DECLARED, Stage, spec};

#[test]
fn npm_is_asked_twice_for_a_package_however_many_specs_pin_it() {
    let stage = Stage::honest();
    for server in ["b", "c"] {
        let text = spec("npx", "@acme/a", "1.2.3", DECLARED);
        stage.write(&format!("npx/{server}/spec.yaml"), &text);
    }
    let report = stage.report();
    for server in ["a", "b", "c"] {
        let path = format!("npx/{server}/spec.yaml");
        assert_eq!(report.status(&path), "verified");
    }
    assert_eq!(
        stage.registry.paths(),
        [
            "/npm/-/npm/v1/attestations/@acme/a@1.2.3",
            "/npm/@acme/a/1.2.3"
        ]
    );
}

#[test]
fn the_packument_is_asked_for_only_where_a_key_has_ended() {
    let stage = Stage::new();
    let mut draft = NpmDraft::signed_only(&stage.world, "old", "1.2.3");
    draft.signing_keys = vec![stage.world.npm.old.clone()];
    draft.published = testkit::at("2023-06-01T09:00:00Z");
    stage.npm_draft("a", &draft, "");
    assert_eq!(stage.report().status("npx/a/spec.yaml"), "signed");
    assert_eq!(
        stage.registry.paths(),
        [
            "/npm/-/npm/v1/attestations/old@1.2.3",
            "/npm/old",
            "/npm/old/1.2.3"
        ]
    );
}

#[test]
fn a_dated_attestation_makes_the_packument_needless() {
    let stage = Stage::new();
    let identity = GithubIdentity::default();
    let draft = NpmDraft::new(&stage.world, "old", "1.2.3", &identity, NpmStyle::Early);
    stage.npm_draft("a", &draft, DECLARED);
    assert_eq!(stage.report().status("npx/a/spec.yaml"), "verified");
    assert_eq!(stage.registry.paths().len(), 2);
}

#[test]
fn pypi_is_asked_for_the_index_and_once_per_attested_file() {
    let stage = Stage::new();
    let publisher = PypiPublisher::Github(GithubIdentity::default());
    let mut draft = PypiDraft::new(&stage.world, "Some.Widget", "1.2.3", &publisher);
    let unattested = PypiFile::unattested("some_widget-1.2.3-cp313-cp313-linux_x86_64.whl");
    draft.files.push(unattested);
    stage.pypi_draft("a", &draft, "");
    // The same project by another of its names.
    stage.write("uvx/b/spec.yaml", &spec("uvx", "some_widget", "1.2.3", ""));
    let report = stage.report();
    assert_eq!(report.status("uvx/a/spec.yaml"), "partial");
    assert_eq!(report.status("uvx/b/spec.yaml"), "partial");
    assert_eq!(
        stage.registry.paths(),
        [
            "/integrity/some-widget/1.2.3/some_widget-1.2.3-py3-none-any.whl/provenance",
            "/integrity/some-widget/1.2.3/some_widget-1.2.3.tar.gz/provenance",
            "/simple/some-widget/",
        ]
    );
}

/// With one job, every version but the first comes when the others are done.
#[test]
fn an_index_is_asked_for_once_however_many_versions_are_pinned() {
    let versions = ["1.2.3", "1.2.4", "1.2.5"];
    for jobs in ["1", "9"] {
        let stage = Stage::new();
        for version in versions {
            let release = stage.world.pypi_release("widget", version);
            stage.registry.publish_pypi(&release);
            let text = spec("uvx", "widget", version, DECLARED);
            stage.write(&format!("uvx/{version}/spec.yaml"), &text);
        }
        let scan = stage.scan(&["--jobs", jobs, "--format", "json"]);
        let report = scan.exits(0).report();
        for version in versions {
            let path = format!("uvx/{version}/spec.yaml");
            assert_eq!(report.status(&path), "verified");
        }
        let paths = stage.registry.paths();
        let indexes = paths.iter().filter(|path| path.starts_with("/simple"));
        assert_eq!(indexes.count(), 1, "{jobs} jobs");
        assert_eq!(paths.len(), 1 + 2 * versions.len(), "{jobs} jobs");
    }
}

#[test]
fn a_packument_is_asked_for_once_however_many_versions_are_pinned() {
    for jobs in ["1", "9"] {
        let stage = Stage::new();
        for version in ["1.2.3", "1.2.4", "1.2.5"] {
            let mut draft = NpmDraft::signed_only(&stage.world, "old", version);
            draft.signing_keys = vec![stage.world.npm.old.clone()];
            draft.published = testkit::at("2023-06-01T09:00:00Z");
            stage.npm_draft(version, &draft, "");
        }
        let scan = stage.scan(&["--jobs", jobs, "--format", "json"]);
        let report = scan.report();
        assert_eq!(report.status("npx/1.2.5/spec.yaml"), "signed");
        let paths = stage.registry.paths();
        let packuments = paths.iter().filter(|path| *path == "/npm/old");
        assert_eq!(packuments.count(), 1, "{jobs} jobs");
    }
}

#[test]
fn a_spec_that_cannot_be_used_asks_nothing() {
    let stage = Stage::new();
    stage.write(
        "npx/a/spec.yaml",
        &spec("npx", "../../etc/passwd", "1.2.3", ""),
    );
    stage.write("npx/b/spec.yaml", &spec("npx", "widget", "latest", ""));
    stage.write("uvx/c/spec.yaml", &spec("uvx", "widget", ">=1", ""));
    stage.write("go/d/spec.yaml", &spec("go", "example.com/mod", "v1", ""));
    let report = stage.report();
    for path in [
        "npx/a/spec.yaml",
        "npx/b/spec.yaml",
        "uvx/c/spec.yaml",
        "go/d/spec.yaml",
    ] {
        assert_eq!(report.status(path), "malformed", "{path}");
    }
    assert_eq!(stage.registry.paths(), [""; 0]);
}

#[test]
fn no_address_in_an_answer_is_followed() {
    let stage = Stage::new();
    let stranger = testkit::Registry::start();
    let mut release = stage.world.npm_package("@acme/a", "1.2.3");
    release.manifest["dist"]["attestations"]["url"] = json!(format!("{}/x", stranger.url()));
    release.manifest["dist"]["tarball"] = json!(format!("{}/y", stranger.url()));
    stage.registry.publish_npm(&release);
    stage.write(
        "npx/a/spec.yaml",
        &spec("npx", "@acme/a", "1.2.3", DECLARED),
    );
    let mut release = stage.world.pypi_release("widget", "1.2.3");
    for file in release.index["files"].as_array_mut().unwrap() {
        file["provenance"] = json!(format!("{}/z", stranger.url()));
    }
    stage.registry.publish_pypi(&release);
    stage.write("uvx/b/spec.yaml", &spec("uvx", "widget", "1.2.3", DECLARED));
    stage.scan(&[]).exits(0);
    assert_eq!(stranger.paths(), [""; 0]);
}
