//! Answers cached between runs, with the rules of HTTP, in a folder of this user.
//!
//! **Nothing is believed because it was cached.** What is cached is what a registry answered, never what
//! verification made of it; every run verifies it again. Only answers that a verification has just
//! confirmed are cached at all, and where a cached one leads to anything but `verified` the registry is
//! asked again within the same run ([`session`]), so that a damaged or poisoned folder cannot turn a
//! good package bad. `docs/cache.md` tells it to users, `docs/decisions/0006-cache.md` says why.

pub mod entry;
mod freshness;
pub(crate) mod private;
mod prune;
pub mod session;
mod store;

use std::path::Path;

use jiff::Timestamp;

use entry::{Entry, Kept, Key};
use freshness::Use;
use package_provenance::evidence::EvidenceRequest;
use store::Store;

pub use private::Refused;
pub use prune::MAX_BYTES;
pub use store::FOLDER;

/// The answers of earlier runs.
#[derive(Debug)]
pub struct Cache {
    store: Store,
    now: Timestamp,
}

impl Cache {
    /// Opens the part of the cache folder that holds answers, or makes it. `now` is the time of
    /// this run.
    ///
    /// # Errors
    /// [`Refused`] where the folder cannot be used, or should not be trusted.
    pub fn open(folder: &Path, now: Timestamp) -> Result<Self, Refused> {
        let store = Store::open(folder)?;
        Ok(Self { store, now })
    }

    /// Ends a run: prunes the folder to `limit` bytes if this run made it grow. The first failure to
    /// keep something, for people.
    pub fn finish(&self, limit: u64) -> Option<String> {
        prune::prune(&self.store, limit, self.now);
        self.store.trouble()
    }

    /// What there is for `key`, and how it may be used.
    fn look(&self, key: &Key, request: &EvidenceRequest) -> Option<(Entry, Use)> {
        let entry = self.entry(key, request)?;
        let how = freshness::usable(&entry, request, self.now);
        Some((entry, how))
    }

    /// What there is for `key`, however old.
    pub(super) fn entry(&self, key: &Key, request: &EvidenceRequest) -> Option<Entry> {
        let largest = package_provenance::evidence::limits::max_body(request);
        let entry = self.store.get(key, largest)?;
        (entry.kept != Kept::Missing || freshness::absence_is_kept(request)).then_some(entry)
    }
}
