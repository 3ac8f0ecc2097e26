//! What is made of the options' definitions: the reference page and the schema of the configuration file.
#![expect(clippy::disallowed_methods, reason = "BLESS is told by a variable")]

use std::fs;
use std::path::{Path, PathBuf};

use dockyard_provenance::settings::file;
use dockyard_provenance::settings::reference::options_table;
use dockyard_provenance::settings::schema::config_schema;
use serde_json::{Value, json};

fn path(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(name)
}

/// The file holds `text`, or is made to with `BLESS=1`.
#[track_caller]
fn holds(name: &str, text: &str) {
    if std::env::var_os("BLESS").is_some() {
        fs::write(path(name), text).unwrap();
    }
    let found = fs::read_to_string(path(name)).unwrap_or_default();
    assert_eq!(
        found, text,
        "{name} has drifted: BLESS=1 cargo test --test cli reference::"
    );
}

#[test]
fn the_page_lists_every_option() {
    let name = "docs/configuration.md";
    let page = fs::read_to_string(path(name)).unwrap();
    let (start, end) = ("<!-- options -->\n", "<!-- /options -->");
    let (before, rest) = page.split_once(start).unwrap();
    let (_, after) = rest.split_once(end).unwrap();
    let table = options_table();
    holds(name, &format!("{before}{start}{table}{end}{after}"));
}

#[test]
fn the_schema_is_made_from_the_definitions() {
    let text = serde_json::to_string_pretty(&config_schema()).unwrap();
    holds("docs/config.schema.json", &(text + "\n"));
}

/// The reader and the schema agree on what a configuration is.
#[test]
fn the_schema_takes_what_the_program_takes() {
    let schema = jsonschema::validator_for(&config_schema()).unwrap();
    let page = fs::read_to_string(path("docs/configuration.md")).unwrap();
    let (_, rest) = page.split_once("```toml\n").unwrap();
    let example = rest.split_once("```").unwrap().0;
    assert!(file::parse("page", example, Path::new("")).is_ok());
    for (toml, value) in [
        ("fail-on = \"never\"", json!({ "fail-on": "never" })),
        ("fail-on = \"off\"", json!({ "fail-on": "off" })),
        (
            "fail-on-unknown = false",
            json!({ "fail-on-unknown": false }),
        ),
        (
            "fail-on-unknown = \"no\"",
            json!({ "fail-on-unknown": "no" }),
        ),
        ("jobs = 32", json!({ "jobs": 32 })),
        ("jobs = 33", json!({ "jobs": 33 })),
        ("timeout = 0", json!({ "timeout": 0 })),
        ("spec-glob = [\"a/*\"]", json!({ "spec-glob": ["a/*"] })),
        ("spec-glob = []", json!({ "spec-glob": [] })),
        ("npm-keys = \"k\"", json!({ "npm-keys": "k" })),
        (
            "npm-keys = [\"k\", \"@a=b\"]",
            json!({ "npm-keys": ["k", "@a=b"] }),
        ),
        ("npm-keys = 3", json!({ "npm-keys": 3 })),
        ("evidence = \" \"", json!({ "evidence": " " })),
        ("offline = true", json!({ "offline": true })),
        (
            "tuf-url = \"https://evil.example\"",
            json!({ "tuf-url": "https://evil.example" }),
        ),
        (
            "[severity]\nno-provenance = \"note\"",
            json!({ "severity": { "no-provenance": "note" } }),
        ),
        (
            "[severity]\nno-provenance = \"off\"",
            json!({ "severity": { "no-provenance": "off" } }),
        ),
        (
            "[severity]\nno-such = \"note\"",
            json!({ "severity": { "no-such": "note" } }),
        ),
    ] {
        let taken = file::parse("c.toml", toml, Path::new("")).is_ok();
        let value: Value = value;
        assert_eq!(schema.is_valid(&value), taken, "{toml}");
    }
}
