//! What is remembered between runs: verified metadata, both documents, and when they were fetched.
//!
//! Nothing in it is believed. The updater verifies every byte again from the bootstrap root. Nobody
//! signs the time of the last refresh; `Documents::fetched` bounds it by the metadata's expiry.

use std::io::ErrorKind;
use std::path::{Component, Path, PathBuf};
use std::sync::Arc;

use jiff::Timestamp;
use sigstore_tuf::transport::FetchFuture;
use sigstore_tuf::{Error, FileStore, MemoryStore, MetadataStore, Repository, Result};

use crate::cache::private;

/// Largest remembered file that is read, in bytes: more than any file that is accepted.
const MAX_FILE: usize = 8 << 20;

/// Where the time of the last refresh stands. Names of roles end in `.json`, so none is this one.
const REFRESHED_AT: &str = "refreshed-at";

/// This run's memory, and behind it a folder where something may be remembered.
///
/// Memory comes first: what was verified in this run must be known to it, also where the folder
/// takes nothing.
#[derive(Clone)]
pub(super) struct Store {
    memory: Arc<MemoryStore>,
    folder: Option<PathBuf>,
    /// Targets that need not be fetched if they are the ones that the metadata names.
    offered: Arc<[(&'static str, &'static [u8])]>,
    writable: bool,
}

impl Store {
    /// A store in `folder`, if there is one.
    pub(super) fn new(folder: Option<PathBuf>, offered: &[(&'static str, &'static [u8])]) -> Self {
        Self {
            memory: Arc::new(MemoryStore::new()),
            folder,
            offered: offered.into(),
            writable: true,
        }
    }

    /// The same store, to read from only.
    pub(super) fn read_only(&self) -> Self {
        Self {
            writable: false,
            ..self.clone()
        }
    }

    /// When everything was fetched last, as the store says. Unreadable is unknown.
    pub(super) fn refreshed_at(&self) -> Option<Timestamp> {
        let bytes = self.load(REFRESHED_AT).ok().flatten()?;
        std::str::from_utf8(&bytes).ok()?.trim().parse().ok()
    }

    /// Remembers that everything was fetched at `now`.
    pub(super) fn set_refreshed_at(&self, now: Timestamp) -> Result<()> {
        self.store(REFRESHED_AT, now.to_string().as_bytes())
    }
}

impl MetadataStore for Store {
    fn load(&self, name: &str) -> Result<Option<Vec<u8>>> {
        plain(name)?;
        let on_disk = || read(&self.folder.as_ref()?.join(name));
        let remembered = self.memory.load(name)?.or_else(on_disk);
        let offered = || {
            let path = name.strip_prefix("targets/")?;
            let (_, bytes) = self.offered.iter().find(|(known, _)| *known == path)?;
            Some(bytes.to_vec())
        };
        Ok(remembered.or_else(offered))
    }

    fn store(&self, name: &str, bytes: &[u8]) -> Result<()> {
        plain(name)?;
        // The updater keeps each snapshot under its version too, which would never be removed.
        if !self.writable || unversioned(name).is_some_and(|name| name == "snapshot.json") {
            return Ok(());
        }
        self.memory.store(name, bytes)?;
        let keep = |folder| FileStore::new(folder).store(name, bytes);
        self.folder.as_ref().map_or(Ok(()), keep)
    }
}

/// Refuses a name that leads out of the folder.
fn plain(name: &str) -> Result<()> {
    let plain = |part| matches!(part, Component::Normal(_));
    if Path::new(name).components().all(plain) {
        Ok(())
    } else {
        Err(Error::Malformed(format!("unsafe file name {name:?}")))
    }
}

/// A remembered file. One that cannot be read, or that somebody else may have written, is not there.
fn read(path: &Path) -> Option<Vec<u8>> {
    match private::read(path, MAX_FILE) {
        Ok(bytes) => Some(bytes),
        Err(error) => {
            if error.kind() != ErrorKind::NotFound {
                tracing::warn!(path = %path.display(), %error, "a remembered file is not read");
            }
            None
        }
    }
}

/// `8.registry.npmjs.org.json` without its version.
fn unversioned(name: &str) -> Option<&str> {
    let (version, rest) = name.split_once('.')?;
    let digits = !version.is_empty() && version.bytes().all(|byte| byte.is_ascii_digit());
    digits.then_some(rest)
}

/// A store as the repository of a refresh without a network. With consistent snapshots the updater
/// asks for versioned names, while stores hold unversioned ones.
pub(super) struct Remembered(pub(super) Store);

impl Remembered {
    fn get(&self, name: &str, max_length: u64) -> Result<Option<Vec<u8>>> {
        let found = match unversioned(name) {
            // `root.json` is the newest one, whatever its version.
            Some("root.json") => self.0.load(&format!("root_history/{name}"))?,
            Some(plain) => self.0.load(plain)?,
            None => self.0.load(name)?,
        };
        let fits = |bytes: &Vec<u8>| u64::try_from(bytes.len()).is_ok_and(|len| len <= max_length);
        Ok(found.filter(fits))
    }
}

impl Repository for Remembered {
    fn fetch_metadata<'a>(&'a self, name: &'a str, max_length: u64) -> FetchFuture<'a> {
        let found = self.get(name, max_length);
        Box::pin(async move { found })
    }

    /// Targets come out of the updater's store, without a request to the repository.
    fn fetch_target<'a>(&'a self, _path: &'a str, _max_length: u64) -> FetchFuture<'a> {
        Box::pin(async { Ok(None) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_told_from_names() {
        for (name, plain) in [
            ("8.registry.npmjs.org.json", Some("registry.npmjs.org.json")),
            ("14.targets.json", Some("targets.json")),
            ("targets.json", None),
            (".json", None),
            ("registry.npmjs.org.json", None),
        ] {
            assert_eq!(unversioned(name), plain, "{name}");
        }
    }

    #[test]
    fn a_folder_keeps_what_it_is_given_and_nothing_leads_out_of_it() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::new(Some(folder.path().join("new")), &[("a/b", b"offered")]);
        assert_eq!(store.load("x.json").unwrap(), None);
        store.store("root_history/2.root.json", b"2").unwrap();
        store.store("7.snapshot.json", b"7").unwrap();
        store.read_only().store("root.json", b"no").unwrap();
        let later = Store::new(Some(folder.path().join("new")), &[]);
        for store in [&store, &later] {
            let stored = store.load("root_history/2.root.json").unwrap();
            assert_eq!(stored.unwrap(), b"2");
        }
        assert_eq!(store.load("7.snapshot.json").unwrap(), None);
        assert_eq!(store.load("root.json").unwrap(), None);
        assert_eq!(store.load("targets/a/b").unwrap().unwrap(), b"offered");
        for name in ["../x", "/etc/passwd", "a/../../x"] {
            assert!(store.load(name).is_err() && store.store(name, b"").is_err());
        }
    }

    #[test]
    fn what_a_folder_does_not_take_is_known_all_the_same() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("file");
        std::fs::write(&file, "").unwrap();
        let store = Store::new(Some(file.join("below")), &[]);
        assert!(store.store("timestamp.json", b"2").is_err());
        assert_eq!(store.load("timestamp.json").unwrap().unwrap(), b"2");
        let other = Store::new(Some(file.join("below")), &[]);
        assert_eq!(other.load("timestamp.json").unwrap(), None);
    }

    #[cfg(unix)]
    #[test]
    fn only_a_regular_file_of_bounded_size_is_read() {
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str| folder.path().join(name);
        std::fs::write(path("a.json"), "a").unwrap();
        std::os::unix::fs::symlink(path("a.json"), path("b.json")).unwrap();
        std::fs::create_dir(path("c.json")).unwrap();
        let large = std::fs::File::create(path("d.json")).unwrap();
        large.set_len(MAX_FILE as u64 + 1).unwrap();
        let store = Store::new(Some(folder.path().to_owned()), &[]);
        assert_eq!(store.load("a.json").unwrap().unwrap(), b"a");
        for name in ["b.json", "c.json", "d.json"] {
            assert_eq!(store.load(name).unwrap(), None, "{name}");
        }
    }

    #[test]
    fn a_time_that_is_none_is_unknown() {
        let store = Store::new(None, &[]);
        assert_eq!(store.refreshed_at(), None);
        let now = "2026-08-22T10:00:00Z".parse().unwrap();
        store.set_refreshed_at(now).unwrap();
        assert_eq!(store.refreshed_at(), Some(now));
        store.store(REFRESHED_AT, b"yesterday").unwrap();
        assert_eq!(store.refreshed_at(), None);
    }
}
