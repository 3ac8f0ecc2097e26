//! Reads our own sources and keeps the shape that `docs/ARCHITECTURE.md` promises.
#![expect(clippy::unwrap_used, reason = "helpers of tests fail by panicking")]

use std::fs;
use std::path::{Path, PathBuf};

/// Longest source file, in lines.
const MAX_LINES: usize = 400;

/// What touches the outside world. The dependencies of the pure crates leave most of it out; these are
/// the parts of `std`, and what `jiff` could do.
const IMPURE: [&str; 10] = [
    "reqwest",
    "tokio",
    "std::fs",
    "std::env",
    "std::net::Tcp",
    "std::net::ToSocketAddrs",
    "std::process",
    "SystemTime",
    "Instant::now",
    "Timestamp::now",
];

/// Where the product's code lies.
const CODE: [&str; 8] = [
    "crates/locks/src",
    "crates/pages/src",
    "crates/pin/src",
    "crates/provenance/src",
    "crates/registry/src",
    "crates/report/src",
    "crates/text/src",
    "src",
];

/// Functions of their arguments: crates as a whole, and in the others files or folders.
const PURE: &[&str] = &[
    "crates/text/src",
    "crates/provenance/src",
    "crates/report/src",
    "crates/pages/src",
    "crates/pin/src",
    "crates/locks/src",
    "crates/registry/src/cache/entry.rs",
    "crates/registry/src/cache/freshness.rs",
    "crates/registry/src/collect/budget.rs",
    "crates/registry/src/credentials",
    "crates/registry/src/credentials.rs",
    "crates/registry/src/evidence_manifest.rs",
    "crates/registry/src/exchange.rs",
    "crates/registry/src/http/blocks.rs",
    "crates/registry/src/http/limiter/failures.rs",
    "crates/registry/src/retry.rs",
    "crates/registry/src/trust/tuf/fallback.rs",
    "crates/registry/src/urls.rs",
    "src/action/comment/decision.rs",
    "src/action/event.rs",
    "src/action/inputs",
    "src/action/inputs.rs",
    "src/action/outputs.rs",
    "src/action/runner.rs",
    "src/action/inputs/table.rs",
    "crates/registry/src/github/waits.rs",
];

struct Source {
    /// Relative to the project, `/`-separated.
    path: String,
    text: String,
}

impl Source {
    fn without_tests(&self) -> &str {
        self.text
            .split("#[cfg(test)]\nmod tests {")
            .next()
            .unwrap_or_default()
    }

    /// The code without comments and without unit tests.
    fn code(&self) -> String {
        self.without_tests()
            .lines()
            .filter(|line| !line.trim_start().starts_with("//"))
            .collect::<Vec<_>>()
            .join("\n")
    }

    fn is_test(&self) -> bool {
        self.path.ends_with("tests.rs") || self.path.contains("/tests/")
    }

    fn is_below(&self, part: &str) -> bool {
        self.path == part
            || self
                .path
                .strip_prefix(part)
                .is_some_and(|rest| rest.starts_with('/'))
    }
}

fn sources() -> Vec<Source> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut folders: Vec<PathBuf> = CODE.map(|folder| root.join(folder)).into();
    let mut sources = Vec::new();
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                sources.push(Source {
                    path: path
                        .strip_prefix(root)
                        .unwrap()
                        .to_str()
                        .unwrap()
                        .to_owned(),
                    text: fs::read_to_string(&path).unwrap(),
                });
            }
        }
    }
    assert!(sources.len() > 80, "{}", sources.len());
    sources
}

fn code() -> impl Iterator<Item = (String, String)> {
    sources()
        .into_iter()
        .filter(|source| !source.is_test())
        .map(|source| (source.path.clone(), source.code()))
}

#[test]
fn pure_modules_touch_nothing() {
    let sources = sources();
    for part in PURE {
        let files: Vec<&Source> = sources
            .iter()
            .filter(|source| source.is_below(part) && !source.is_test())
            .collect();
        assert!(!files.is_empty(), "there is no {part} any more");
        for file in files {
            let code = file.code();
            for word in IMPURE {
                assert!(!code.contains(word), "{}: {word}", file.path);
            }
        }
    }
    // What is looked for is written that way where it is used.
    let writer = sources
        .iter()
        .find(|source| source.path == "crates/registry/src/http.rs");
    assert!(writer.unwrap().code().contains("reqwest"));
}

#[test]
fn only_verification_verifies() {
    let mut seen = 0;
    for (path, code) in code() {
        let attests = code.contains("Verified::attest");
        assert!(
            !attests || path.starts_with("crates/provenance/src/verify/"),
            "{path}"
        );
        seen += usize::from(attests);
    }
    assert!(seen > 0, "`Verified::attest` has another name");
}

#[test]
fn clock_environment_and_exit_have_one_home() {
    for (word, home) in [
        ("Timestamp::now", "src/main.rs"),
        ("env::args", "src/main.rs"),
        ("env::var", "src/cli/environment.rs"),
        ("process::exit", ""),
        ("SystemTime", ""),
    ] {
        for (path, code) in code() {
            assert!(path == home || !code.contains(word), "{path}: {word}");
        }
    }
}

#[test]
fn nothing_prints_past_the_writer() {
    for (path, code) in code() {
        for word in ["println!", "print!(", "eprintln!", "eprint!(", "dbg!"] {
            assert!(!code.contains(word), "{path}: {word}");
        }
    }
}

#[test]
fn files_are_small() {
    let mut lengths: Vec<usize> = Vec::new();
    for source in sources() {
        let lines = source.text.lines().count();
        assert!(lines <= MAX_LINES, "{}: {lines} lines", source.path);
        if !source.is_test() {
            lengths.push(source.without_tests().lines().count());
        }
    }
    lengths.sort_unstable();
    let median = lengths.get(lengths.len() / 2).copied().unwrap_or_default();
    assert!(median <= 150, "the median file has {median} lines");
}
