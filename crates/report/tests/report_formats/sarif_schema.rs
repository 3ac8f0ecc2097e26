//! SARIF files against the standard's schema, and files for other validators.

use std::fs;
use std::path::Path;
use std::process::Command;

use dockyard_report::policy::FailOn;
use serde_json::{Value, json};

use crate::hostile::{TRICKS, everywhere, sarif_of};
use crate::sample::sample;
use crate::sarif::parsed;

/// Files for `.ci/check-sarif`, which has validators that are not written in Rust.
#[test]
fn samples_are_left_for_other_validators() {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("sarif");
    fs::create_dir_all(&folder).unwrap();
    fs::write(
        folder.join("sample.sarif"),
        sarif_of(&sample(FailOn::Error)),
    )
    .unwrap();
    for (number, trick) in TRICKS.iter().enumerate() {
        let text = sarif_of(&everywhere(trick));
        fs::write(folder.join(format!("trick-{number:02}.sarif")), text).unwrap();
    }
}

/// The schema of SARIF 2.1.0 as the crate of its types carries it.
fn schema() -> Option<Value> {
    let output = Command::new(env!("CARGO"))
        .args(["metadata", "--format-version", "1", "--offline", "--locked"])
        .current_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/../.."))
        .output()
        .ok()?;
    let metadata: Value = serde_json::from_slice(&output.stdout).ok()?;
    let manifest = metadata["packages"]
        .as_array()?
        .iter()
        .find(|package| package["name"] == "serde-sarif")?["manifest_path"]
        .as_str()?;
    let path = Path::new(manifest)
        .with_file_name("src")
        .join("schema.json");
    // The standard's pattern of languages has an unbalanced bracket, which some engines refuse.
    let text = fs::read_to_string(path)
        .ok()?
        .replace("[a-zA-Z]{2}]?$", "[a-zA-Z]{2}?$");
    serde_json::from_str(&text).ok()
}

#[test]
fn every_sample_follows_the_schema() {
    let Some(schema) = schema() else {
        println!("SKIPPED: the sources of serde-sarif, which hold the schema, are not here");
        return;
    };
    let validator = jsonschema::draft7::new(&schema).unwrap();
    let mut samples = vec![parsed(&sample(FailOn::Error))];
    samples.extend(TRICKS.map(|trick| parsed(&everywhere(trick))));
    for value in &samples {
        let errors: Vec<String> = validator
            .iter_errors(value)
            .map(|error| format!("{}: {error}", error.instance_path()))
            .collect();
        assert_eq!(errors, [""; 0]);
    }
    // The control: the schema does refuse.
    for (pointer, wrong) in [
        ("/runs/0/results/0/level", json!("fatal")),
        ("/runs/0/columnKind", json!("bytes")),
        (
            "/runs/0/results/0/locations/0/physicalLocation/region/startLine",
            json!(0),
        ),
        ("/runs/0/tool/driver/rules/0/id", json!(null)),
    ] {
        let mut broken = samples[0].clone();
        *broken.pointer_mut(pointer).unwrap() = wrong;
        assert!(!validator.is_valid(&broken), "{pointer}");
    }
}
