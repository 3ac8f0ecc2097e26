use std::fs::File;

use tempfile::TempDir;

use super::*;
use crate::cache::entry::{Entry, Kept, Key};

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(1_800_000_000 + second).unwrap()
}

/// Ten entries of 1,000 bytes and a little, each used a second after the one before.
fn ten() -> (TempDir, Store, Vec<Key>) {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::open(folder.path()).unwrap();
    let keys: Vec<Key> = (0..10)
        .map(|number| Key {
            url: format!("https://registry.example/{number}"),
            accept: "application/json".to_owned(),
            agent: "test/1".to_owned(),
        })
        .collect();
    for (key, second) in keys.iter().zip(0..) {
        store.put(&Entry {
            key: key.clone(),
            stored_at: at(0),
            headers: Vec::new(),
            kept: Kept::Found(vec![b' '; 1000].into()),
        });
        store.mark_used(key, at(100_000 - 10_000 * second));
    }
    (folder, store, keys)
}

fn left(store: &Store, keys: &[Key]) -> Vec<usize> {
    (0..keys.len())
        .filter(|number| store.get(&keys[*number], 1000).is_some())
        .collect()
}

#[test]
fn what_was_not_used_for_longest_goes_first() {
    let (_folder, store, keys) = ten();
    prune(&store, 100_000, at(100_000));
    assert_eq!(left(&store, &keys).len(), 10);
    prune(&store, 7_000, at(100_000));
    assert_eq!(left(&store, &keys), [0, 1, 2, 3, 4]);
    prune(&store, 0, at(100_000));
    assert_eq!(left(&store, &keys), [0_usize; 0]);
}

#[test]
fn only_a_run_that_kept_something_looks() {
    let (folder, _, keys) = ten();
    let store = Store::open(folder.path()).unwrap();
    prune(&store, 0, at(0));
    assert_eq!(left(&store, &keys).len(), 10);
}

#[test]
fn what_was_never_finished_goes_after_an_hour() {
    let (_folder, store, _) = ten();
    let abandoned = store.root().join(UNFINISHED).join("abandoned");
    let file = File::create(&abandoned).unwrap();
    file.set_modified(at(0).into()).unwrap();
    for now in [-10, 0, 3600] {
        prune(&store, 100_000, at(now));
        assert!(abandoned.exists(), "{now}");
    }
    prune(&store, 100_000, at(3601));
    assert!(!abandoned.exists());
}
