//! What is trusted: the Sigstore root and npm's keys, where they come from and as of when.

pub mod age;
pub mod contents;
mod failure;
pub mod npm_keys;
pub mod registry_keys;
pub mod sigstore;
pub mod sumdb;

use std::sync::Arc;

use jiff::Timestamp;

pub use failure::{Established, TrustError, TrustFailure};
pub use npm_keys::{KeyUsage, NpmKey, NpmKeys};
pub use registry_keys::{Keyring, Scopes};
pub use sigstore::SigstoreRoot;
pub use sumdb::{Sumdb, SumdbKey};

/// Where trust material came from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub enum TrustSource {
    /// Built into the program.
    Embedded,
    /// A TUF repository, now or at an earlier run.
    Tuf,
    /// Files that the user named.
    File,
}

impl TrustSource {
    /// The word used in reports and arguments.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Embedded => "embedded",
            Self::Tuf => "tuf",
            Self::File => "file",
        }
    }
}

/// Everything that verification believes without proof.
pub struct TrustMaterial {
    /// Sigstore's certificate authorities, logs and timestamp authorities.
    pub sigstore: SigstoreRoot,
    /// The keys of the default npm registry; [`TrustMaterial::keyring`] gives those of a package.
    pub npm_keys: NpmKeys,
    /// The keys of scopes that have registries of their own.
    pub scopes: Scopes,
    /// Go's checksum database.
    pub sumdb: Sumdb,
    /// Where it came from: [`TrustSource::File`] as soon as one part was named by the user.
    pub source: TrustSource,
    /// As of when, for people: the date of the embedded material, the last refresh, or the newest key
    /// in a file.
    pub as_of: String,
    /// The `trusted_root.json` that [`TrustMaterial::sigstore`] was read from.
    pub trusted_root_json: Arc<[u8]>,
    /// The `keys.json` that [`TrustMaterial::npm_keys`] were read from.
    pub npm_keys_json: Arc<[u8]>,
    /// How old it is.
    pub freshness: Freshness,
}

/// How old trust material is, as far as that is known.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Freshness {
    /// As of when it was what its publishers publish. Unknown for files.
    pub as_of: Option<Timestamp>,
    /// When TUF confirmed it last.
    pub refreshed_at: Option<Timestamp>,
    /// When the first of the TUF metadata files behind it expires.
    pub expires: Option<Timestamp>,
    /// Versions of the TUF metadata behind it.
    pub versions: Option<TufVersions>,
    /// Why this material and no newer one, as a sentence; nothing where it is what was asked for.
    pub fallback: Option<String>,
}

/// The versions that were verified.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
pub struct TufVersions {
    /// Of `root.json`.
    pub root: u64,
    /// Of `timestamp.json`.
    pub timestamp: u64,
    /// Of `snapshot.json`.
    pub snapshot: u64,
    /// Of `targets.json`.
    pub targets: u64,
    /// Of npm's delegated role, where the repository has one.
    pub npm: Option<u64>,
}

impl std::fmt::Display for TufVersions {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            formatter,
            "root {}, timestamp {}, snapshot {}, targets {}",
            self.root, self.timestamp, self.snapshot, self.targets
        )?;
        self.npm
            .map_or(Ok(()), |npm| write!(formatter, ", npm keys {npm}"))
    }
}

/// A document that trust material is read from.
#[derive(Debug, Clone, Copy)]
pub struct TrustDocument<'a> {
    /// What it is and where it is from, for errors.
    pub name: &'a str,
    /// Its bytes.
    pub json: &'a [u8],
}

impl TrustMaterial {
    /// Reads both documents, of unknown age.
    ///
    /// # Errors
    /// [`TrustError`] names the document that cannot be used, and says why.
    pub fn new(
        trusted_root: TrustDocument<'_>,
        npm_keys: TrustDocument<'_>,
        source: TrustSource,
    ) -> Result<Self, TrustError> {
        let fail =
            |name: &str, error: &dyn std::fmt::Display| TrustError(format!("{name}: {error}"));
        Ok(Self {
            sigstore: SigstoreRoot::from_bytes(trusted_root.json)
                .map_err(|error| fail(trusted_root.name, &error))?,
            npm_keys: NpmKeys::from_json(npm_keys.json)
                .map_err(|error| fail(npm_keys.name, &error))?,
            scopes: Scopes::default(),
            sumdb: Sumdb::public().map_err(TrustError)?,
            source,
            as_of: "undated".to_owned(),
            trusted_root_json: trusted_root.json.into(),
            npm_keys_json: npm_keys.json.into(),
            freshness: Freshness::default(),
        })
    }

    /// The same with another checksum database than Go's public one.
    #[must_use]
    pub fn with_sumdb(self, sumdb: Sumdb) -> Self {
        Self { sumdb, ..self }
    }
}
