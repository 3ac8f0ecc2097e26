use super::*;
use crate::cache::entry::Kept;

fn entry(url: &str) -> Entry {
    Entry {
        key: Key {
            url: url.to_owned(),
            accept: "application/json".to_owned(),
            agent: "test/1".to_owned(),
        },
        stored_at: Timestamp::UNIX_EPOCH,
        headers: Vec::new(),
        kept: Kept::Found(b"{}".as_slice().into()),
    }
}

#[test]
fn what_was_put_is_had_until_it_is_removed() {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::open(folder.path()).unwrap();
    let one = entry("https://registry.example/a");
    assert_eq!(store.get(&one.key, 10), None);
    assert!(!store.has_grown());
    store.put(&one);
    assert!(store.has_grown());
    assert_eq!(store.get(&one.key, 10), Some(one.clone()));
    assert_eq!(
        store.get(&entry("https://registry.example/b").key, 10),
        None
    );
    store.remove(&one.key);
    assert_eq!(store.get(&one.key, 10), None);
    assert_eq!(store.trouble(), None);
}

#[test]
fn an_entry_over_the_limit_is_a_miss() {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::open(folder.path()).unwrap();
    let mut large = entry("https://registry.example/a");
    large.kept = Kept::Found(vec![b' '; 2 * MAX_OVERHEAD].into());
    store.put(&large);
    assert!(store.get(&large.key, 2 * MAX_OVERHEAD).is_some());
    assert_eq!(store.get(&large.key, 10), None);
    assert!(!store.path(&large.key).exists());
}

#[test]
fn a_failure_to_keep_something_is_told_once() {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::open(folder.path()).unwrap();
    fs::remove_dir(store.root().join(UNFINISHED)).unwrap();
    fs::write(store.root().join(UNFINISHED), "").unwrap();
    store.put(&entry("https://registry.example/a"));
    let first = store.trouble().unwrap();
    assert!(first.contains("nothing can be kept"), "{first}");
    store.put(&entry("https://registry.example/b"));
    assert_eq!(store.trouble(), Some(first));
    assert!(!store.has_grown());
}

#[test]
fn use_is_marked_once_an_hour() {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::open(folder.path()).unwrap();
    let one = entry("https://registry.example/a");
    store.put(&one);
    let path = store.path(&one.key);
    let used = || Timestamp::try_from(fs::metadata(&path).unwrap().modified().unwrap()).unwrap();
    let at = |second: i64| Timestamp::from_second(1_800_000_000 + second).unwrap();
    store.mark_used(&one.key, at(0));
    assert_eq!(used(), at(0));
    store.mark_used(&one.key, at(3600));
    assert_eq!(used(), at(0));
    store.mark_used(&one.key, at(3601));
    assert_eq!(used(), at(3601));
    store.mark_used(&one.key, at(10));
    assert_eq!(used(), at(10), "a mark from the future is not believed");
}
