//! Whose project this is stands in `Cargo.toml`; documents, examples and the action follow it.

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

#[test]
fn the_owner_is_the_one_of_the_manifest() {
    let repository = env!("CARGO_PKG_REPOSITORY");
    let own = repository.strip_prefix("https://github.com/").unwrap();
    let (owner, name) = own.split_once('/').unwrap();
    assert_eq!(name, env!("CARGO_PKG_NAME"));
    let mut seen = 0;
    for (path, text) in texts() {
        for (at, _) in text.match_indices(&format!("/{name}")) {
            let before = &text[..at];
            let start = before.rfind(|letter: char| {
                !(letter.is_ascii_alphanumeric() || matches!(letter, '-' | '_' | '.' | '}'))
            });
            let word = &before[start.map_or(0, |start| start + 1)..];
            let line = before.lines().count();
            // Paths of files and expressions are no owners.
            let context = &before[before.rfind('\n').map_or(0, |start| start + 1)..];
            let named = ["uses: ", "ghcr.io/", "github.com/", "--repo ", "docker://"]
                .iter()
                .any(|lead| context.ends_with(&format!("{lead}{word}")));
            if named && !word.ends_with('}') {
                assert_eq!(word, owner, "{}:{line}", path.display());
                seen += 1;
            }
        }
    }
    assert!(seen > 8, "{seen}");
}
