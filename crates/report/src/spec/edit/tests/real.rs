//! Genuine specs, where they are at hand.

use std::path::PathBuf;

use super::super::{Differences, Edited, declare_publisher};
use super::github;

#[test]
fn real_specs_keep_every_byte() {
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared/real/dockyard");
    if !root.is_dir() {
        println!("SKIPPED: the real specs are not at hand");
        return;
    }
    let mut count = 0;
    for protocol in ["npx", "uvx"] {
        for server in std::fs::read_dir(root.join(protocol)).unwrap() {
            let path = server.unwrap().path().join("spec.yaml");
            let name = path.strip_prefix(&root).unwrap().to_str().unwrap();
            let bytes = std::fs::read(&path).unwrap();
            let edit = |bytes: &[u8], differences| {
                declare_publisher(name, bytes, &github(), differences).unwrap()
            };
            let new = match edit(&bytes, Differences::Keep) {
                Edited::Changed(new) => {
                    assert_only_lines_added(&bytes, &new, name);
                    new
                }
                Edited::Differs(_) => match edit(&bytes, Differences::Update) {
                    Edited::Changed(new) => new,
                    other @ (Edited::Same | Edited::Differs(_)) => panic!("{name}: {other:?}"),
                },
                Edited::Same => panic!("{name} cannot declare this already"),
            };
            assert_eq!(edit(&new, Differences::Keep), Edited::Same, "{name}");
            count += 1;
        }
    }
    assert_eq!(count, 44);
}

/// The old file is the new one without the lines of one place.
#[track_caller]
fn assert_only_lines_added(before: &[u8], after: &[u8], name: &str) {
    let common = before
        .iter()
        .zip(after)
        .take_while(|(one, other)| one == other);
    let start = common.count();
    let added = after.len() - before.len();
    // The first byte of what was added may be that of what follows.
    let fits = (0..=start).rev().any(|at| {
        let mut rest = after[..at].to_vec();
        rest.extend_from_slice(&after[at + added..]);
        rest == before
    });
    assert!(fits, "{name}");
}
