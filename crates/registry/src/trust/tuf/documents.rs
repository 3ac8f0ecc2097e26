//! One walk through a TUF repository: root, timestamp, snapshot, targets, then both documents.

use futures_util::future::try_join;
use jiff::Timestamp;
use sigstore_tuf::UpdaterConfig;
use sigstore_tuf::{Error, Repository, Result, TargetFile, TrustedMetadataSet, Updater};

use super::store::Store;
use package_provenance::trust::TufVersions;

/// Path of the Sigstore root among the targets.
pub(super) const TRUSTED_ROOT: &str = "trusted_root.json";
/// Path of npm's keys among the targets.
pub(super) const NPM_KEYS: &str = "registry.npmjs.org/keys.json";
/// The role that npm signs itself.
const NPM_ROLE: &str = "registry.npmjs.org";

/// Largest document that is fetched, in bytes; the genuine ones have 7 and 2 KiB.
const MAX_TARGET: u64 = 1 << 20;
/// Largest metadata file of any role, in bytes; the genuine ones have at most 7 KiB.
const MAX_METADATA: u64 = 512 << 10;

/// Both documents, each as some verified metadata names it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Documents {
    pub(super) trusted_root: Vec<u8>,
    pub(super) npm_keys: Vec<u8>,
    pub(super) versions: TufVersions,
    /// When the first of the metadata files expires.
    pub(super) expires: Timestamp,
}

impl Documents {
    /// When they were fetched, from when the store says that they were. Nobody signs that, so it is
    /// unknown where no refresh can have been then: none accepts what has expired.
    pub(super) fn fetched(&self, said: Option<Timestamp>) -> Option<Timestamp> {
        said.filter(|said| *said < self.expires)
    }
}

/// An updater that begins at `root` and writes what it verified into `store`.
pub(super) fn updater(
    repository: impl Repository + 'static,
    root: &[u8],
    store: Store,
) -> Result<Updater> {
    let mut config = UpdaterConfig::default();
    config.root_max_length = MAX_METADATA;
    config.snapshot_max_length = MAX_METADATA;
    config.targets_max_length = MAX_METADATA;
    config.target_max_length = MAX_TARGET;
    Ok(Updater::new(repository, root)?
        .with_config(config)
        .with_store(store))
}

/// Walks the repository as of `now`.
///
/// # Errors
/// The first thing that fails: nothing of a walk that did not end is used.
pub(super) async fn walk(updater: &mut Updater, now: Timestamp) -> Result<Documents> {
    updater.refresh(now).await?;
    let root = find(updater, TRUSTED_ROOT, now).await?;
    let keys = find(updater, NPM_KEYS, now).await?;
    let (trusted_root, npm_keys) = try_join(
        get(updater, &root, TRUSTED_ROOT),
        get(updater, &keys, NPM_KEYS),
    )
    .await?;
    let (versions, expires) = summary(updater.trusted()).ok_or(Error::NotRefreshed)?;
    Ok(Documents {
        trusted_root,
        npm_keys,
        versions,
        expires,
    })
}

async fn find(updater: &mut Updater, path: &str, now: Timestamp) -> Result<TargetFile> {
    updater
        .get_target_info(path, now)
        .await?
        .ok_or_else(|| Error::TargetNotFound(path.to_owned()))
}

async fn get(updater: &Updater, target: &TargetFile, path: &str) -> Result<Vec<u8>> {
    match updater.find_cached_target(target, path) {
        Some(bytes) => Ok(bytes),
        None => updater.download_target(target, path).await,
    }
}

fn summary(trusted: &TrustedMetadataSet) -> Option<(TufVersions, Timestamp)> {
    let (root, timestamp, snapshot) = (trusted.root(), trusted.timestamp()?, trusted.snapshot()?);
    let targets = trusted.targets_role("targets")?;
    let npm = trusted.targets_role(NPM_ROLE);
    let versions = TufVersions {
        root: root.version,
        timestamp: timestamp.version,
        snapshot: snapshot.version,
        targets: targets.version,
        npm: npm.map(|npm| npm.version),
    };
    let expires = [
        root.expires,
        timestamp.expires,
        snapshot.expires,
        targets.expires,
    ];
    let expires = expires
        .into_iter()
        .chain(npm.map(|npm| npm.expires))
        .min()?;
    Some((versions, expires))
}
