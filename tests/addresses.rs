//! Whose project this is stands in `Cargo.toml`; documents, examples and the action follow it.
#![expect(clippy::unwrap_used, reason = "helpers of tests fail by panicking")]

use std::fs;
use std::path::{Path, PathBuf};

/// Every text of the project that names it.
fn texts() -> Vec<(PathBuf, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut files = vec![root.join("README.md"), root.join("action.yml")];
    for folder in [
        "docs",
        "docs/decisions",
        "examples/workflows",
        ".github/workflows",
    ] {
        let entries = fs::read_dir(root.join(folder)).unwrap();
        files.extend(entries.map(|entry| entry.unwrap().path()));
    }
    let files = files.into_iter().filter(|path| path.is_file());
    files
        .map(|path| {
            let text = fs::read_to_string(&path).unwrap();
            (path, text)
        })
        .collect()
}

/// What stands before `owner/name` where it is an address and no path of a file.
const LEADS: [&str; 5] = ["uses: ", "ghcr.io/", "github.com/", "--repo ", "`"];

#[test]
fn the_owner_is_the_one_of_the_manifest() {
    let repository = env!("CARGO_PKG_REPOSITORY");
    let own = repository.strip_prefix("https://github.com/").unwrap();
    let name = format!("/{}", env!("CARGO_PKG_NAME"));
    assert!(own.ends_with(&name), "{own}");
    let mut seen = 0;
    for (path, text) in texts() {
        for line in text.lines() {
            for named in LEADS.iter().flat_map(|lead| line.split(lead).skip(1)) {
                let Some((owner, _)) = named.split_once(&name) else {
                    continue;
                };
                let plain = |letter: char| letter.is_ascii_alphanumeric() || letter == '-';
                if !owner.is_empty() && owner.chars().all(plain) {
                    assert_eq!(format!("{owner}{name}"), own, "{}: {line}", path.display());
                    seen += 1;
                }
            }
        }
    }
    assert!(seen > 8, "{seen}");
}
