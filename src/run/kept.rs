//! Opening what earlier runs kept.

use std::collections::BTreeSet;
use std::sync::Arc;

use jiff::Timestamp;

use crate::settings::{CacheChoice, Settings};
use dockyard_registry::cache::Cache;
use package_provenance::package::PackageVersion;

/// The cache that `settings` ask for, where there is anything to ask. The error is a note: the run
/// goes on without.
pub(super) fn open(
    settings: &Settings,
    packages: &BTreeSet<PackageVersion>,
    now: Timestamp,
) -> Result<Option<Arc<Cache>>, String> {
    match &settings.cache {
        _ if packages.is_empty() => Ok(None),
        CacheChoice::Off => Ok(None),
        CacheChoice::Nowhere => Err(
            "nothing is kept between runs, because the environment names no cache folder; name one \
             with --cache-dir, or say --no-cache"
                .to_owned(),
        ),
        CacheChoice::Folder(folder) => match Cache::open(folder, now) {
            Ok(cache) => Ok(Some(Arc::new(cache))),
            Err(refused) => Err(format!(
                "{refused}; nothing is kept between runs. Name another folder with --cache-dir, or \
                 say --no-cache"
            )),
        },
    }
}
