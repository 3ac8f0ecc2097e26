//! Trust material through The Update Framework (TUF 1.0): Sigstore's `trusted_root.json` and npm's
//! delegated `registry.npmjs.org/keys.json`.
//!
//! Root rotation, thresholds, expiry, rollback and delegation are `sigstore-tuf`'s. What is decided
//! here is where bytes come from, when they are fetched, and what is used where they cannot be
//! (`docs/trust.md`, `docs/decisions/0007-trust-refresh.md`).

mod documents;
mod embedded;
mod establish;
mod fallback;
mod repository;
mod store;

use std::path::{Path, PathBuf};
use std::time::Duration;

use sigstore_tuf::TrustedMetadataSet;

pub use establish::Refresh;

use super::load::read;
use crate::cache::private::claim;
use crate::urls::BaseUrl;
use embedded::Embedded;
use package_provenance::trust::TrustError;
use store::Store;

/// The repository of Sigstore's public instance.
pub const PUBLIC_URL: &str = "https://tuf-repo-cdn.sigstore.dev";

/// Folder below the cache folder. Another layout gets another name.
const FOLDER: &str = "tuf-v1";

/// How the trust material is refreshed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TufOptions {
    /// The repository as written; [`Session::prepare`] checks the address.
    pub url: String,
    /// The root to begin with, instead of the embedded one of Sigstore's public instance.
    pub root: Option<PathBuf>,
    /// The program's cache folder; none remembers nothing.
    pub cache: Option<PathBuf>,
    /// Whether the network may be used.
    pub network: bool,
    /// Time budget of a whole refresh, its retries included.
    pub timeout: Duration,
}

/// A repository, the root that it is verified from, and what is remembered of it.
pub struct Session {
    url: BaseUrl,
    root: Vec<u8>,
    root_version: u64,
    store: Store,
    /// Where the store lies, for people.
    folder: Option<PathBuf>,
    /// Why nothing is remembered although it was asked for, for people.
    note: Option<String>,
    /// The material of this program, where it is of the same instance.
    embedded: Option<Embedded>,
    network: bool,
    timeout: Duration,
}

impl Session {
    /// The repository's address as it may be shown.
    pub fn repository(&self) -> String {
        self.url.to_string()
    }

    /// Reads the root, checks the address and opens the folder. Nothing is asked yet.
    ///
    /// # Errors
    /// [`TrustError`] names the argument that cannot be used, and why.
    pub fn prepare(options: &TufOptions) -> Result<Self, TrustError> {
        let url = BaseUrl::parse(&options.url)
            .map_err(|problem| TrustError(format!("--tuf-url: {problem}")))?;
        let (root, embedded) = match &options.root {
            Some(path) => (read(path, "TUF root")?, None),
            None => (embedded::ROOT.to_vec(), Some(Embedded::new()?)),
        };
        let trusted = TrustedMetadataSet::from_root(&root).map_err(|error| {
            let file = options.root.as_deref().unwrap_or(Path::new("embedded"));
            let file = file.display();
            TrustError(format!(
                "TUF root {file}: {}; a root.json that its own keys signed is needed",
                fallback::chain(&error)
            ))
        })?;
        let claimed = options.cache.as_ref().map(|cache| {
            let id = embedded::instance_id(&url, options.root.is_some().then_some(&root));
            claim(cache, &[FOLDER, &id])
        });
        let (folder, note) = match claimed.transpose() {
            Ok(folder) => (folder, None),
            Err(refused) => (
                None,
                Some(format!("{refused}; no trust material is kept between runs")),
            ),
        };
        let offered: &[(&str, &[u8])] = match embedded {
            Some(_) => &[(documents::TRUSTED_ROOT, embedded::TRUSTED_ROOT)],
            None => &[],
        };
        Ok(Self {
            url,
            root_version: trusted.root().version,
            root,
            store: Store::new(folder.clone(), offered),
            folder,
            note,
            embedded,
            network: options.network,
            timeout: options.timeout,
        })
    }

    /// Why nothing is remembered between runs although it was asked for, as a sentence for people.
    pub fn note(&self) -> Option<&str> {
        self.note.as_deref()
    }
}
