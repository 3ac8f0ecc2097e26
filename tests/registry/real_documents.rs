//! Genuine documents are read, where a checkout has them beside it.

use std::fs;
use std::path::Path;

use package_provenance::evidence::npm::{Attestations, Manifest};
use package_provenance::evidence::pypi::Provenance;

/// Reads every document of `folder` whose name ends in `suffix` with `parse`.
fn read_all(folder: &str, suffix: &str, parse: impl Fn(&[u8]) -> Result<(), String>) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../shared/real")
        .join(folder);
    let Ok(entries) = fs::read_dir(&folder) else {
        let mut stderr = std::io::stderr();
        let told = "skipped: the genuine documents are not beside this checkout";
        std::io::Write::write_all(&mut stderr, format!("{told}\n").as_bytes()).unwrap();
        return;
    };
    let mut seen = 0;
    for entry in entries.map(Result::unwrap) {
        let name = entry.file_name().into_string().unwrap();
        if name.ends_with(suffix) {
            let outcome = parse(&fs::read(entry.path()).unwrap());
            assert_eq!(outcome, Ok(()), "{name}");
            seen += 1;
        }
    }
    assert!(seen > 0, "no `*{suffix}` in {}", folder.display());
}

#[test]
fn npm_manifests_are_read() {
    read_all("npm", ".manifest.json", |bytes| {
        Manifest::parse(bytes)
            .map(drop)
            .map_err(|error| error.to_string())
    });
}

#[test]
fn npm_attestations_are_read() {
    for folder in ["npm", "npm/@laurentsimon", "npm/@modelcontextprotocol"] {
        read_all(folder, ".attestations.json", |bytes| {
            let document = Attestations::parse(bytes).map_err(|error| error.to_string())?;
            assert!(!document.attestations.is_empty());
            Ok(())
        });
    }
}

#[test]
fn pypi_provenance_is_read() {
    read_all("pypi", ".provenance.json", |bytes| {
        let document = Provenance::parse(bytes).map_err(|error| error.to_string())?;
        assert!(!document.attestation_bundles.is_empty());
        Ok(())
    });
}
