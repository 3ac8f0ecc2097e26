//! Where evidence comes from, by the settings: a folder, the registries, the cache.

use std::collections::BTreeSet;
use std::sync::Arc;

use jiff::Timestamp;

use super::cached::Cached;
use super::check::{Check, Checked, without_absence};
use super::error::ScanError;
use crate::settings::{CacheChoice, Settings};
use dockyard_registry::EvidenceSource as _;
use dockyard_registry::cache::Cache;
use dockyard_registry::cache::session::CachedSource;
use dockyard_registry::evidence_dir::EvidenceDir;
use dockyard_registry::http::{BaseUrl, HttpOptions, HttpSource, SharedDocument};
use dockyard_registry::offline::OfflineSource;
use package_provenance::evidence::{EvidenceRequest, Fetched};
use package_provenance::package::PackageVersion;

/// Where evidence comes from.
#[derive(Clone)]
pub(super) enum Source {
    /// A folder of recorded evidence.
    Folder(Arc<EvidenceDir>),
    /// The registries alone.
    Registries(Arc<HttpSource>),
    /// The registries, with what earlier runs cached.
    Cached(Cached),
    /// What earlier runs cached alone.
    Cache(Arc<OfflineSource>),
    /// Nothing.
    Nothing(Arc<OfflineSource>),
}

impl Source {
    /// The source that `settings` ask for, and a note for people where they cannot have their cache.
    /// `folder` is the evidence folder, where one is named.
    pub(super) fn open(
        settings: &Settings,
        folder: Option<Arc<EvidenceDir>>,
        packages: &BTreeSet<PackageVersion>,
        now: Timestamp,
    ) -> Result<(Self, Option<String>), ScanError> {
        if let Some(folder) = folder {
            return Ok((Self::Folder(folder), None));
        }
        let (cache, note) = match cache(settings, now) {
            _ if packages.is_empty() => (None, None),
            Ok(cache) => (cache, None),
            Err(note) => (None, Some(note)),
        };
        let http = http(settings, now)?;
        let source = match cache {
            Some(cache) => {
                let cached = Arc::new(CachedSource::new(http, cache));
                if settings.offline {
                    Self::Cache(Arc::new(OfflineSource::of(cached)))
                } else {
                    Self::Cached(Cached::new(cached))
                }
            }
            None if settings.offline => Self::Nothing(Arc::default()),
            None => Self::Registries(Arc::new(http)),
        };
        Ok((source, note))
    }

    /// Checks one package.
    pub(super) async fn check(&self, check: &Check) -> Checked {
        match self {
            Self::Folder(folder) => check.run(folder).await,
            Self::Registries(http) => check.run(http).await,
            Self::Cached(cached) => cached.check(check).await,
            Self::Cache(offline) | Self::Nothing(offline) => {
                let Checked { evidence, outcome } = check.run(offline).await;
                let outcome = outcome.map(without_absence);
                Checked { evidence, outcome }
            }
        }
    }

    /// Answers one request; nothing of the answer is cached.
    pub(super) async fn ask(&self, request: &EvidenceRequest) -> Fetched {
        match self {
            Self::Folder(folder) => folder.fetch(request).await,
            Self::Registries(http) => http.fetch(request).await,
            Self::Cached(cached) => cached.http().fetch(request).await,
            Self::Cache(offline) | Self::Nothing(offline) => offline.fetch(request).await,
        }
    }

    /// What to check. Several versions of a package share their index or packument while there are any
    /// left to check.
    pub(super) fn targets(&self, packages: BTreeSet<PackageVersion>) -> Vec<Target> {
        let packages: Vec<PackageVersion> = packages.into_iter().collect();
        let documents: Vec<_> = packages
            .chunk_by(|one, other| common_document(one) == common_document(other))
            .flat_map(|versions| {
                let document = match versions {
                    [several, _, ..] => self.share(several),
                    [] | [_] => None,
                };
                std::iter::repeat_n(document, versions.len())
            })
            .collect();
        packages.into_iter().zip(documents).collect()
    }

    /// The document that tells of every version of `package`, asked for once as long as this is held.
    pub(super) fn share(&self, package: &PackageVersion) -> Option<Arc<SharedDocument>> {
        let http = match self {
            Self::Registries(http) => http,
            Self::Cached(cached) => cached.http(),
            Self::Folder(_) | Self::Cache(_) | Self::Nothing(_) => return None,
        };
        common_document(package).map(|request| http.share(request))
    }

    /// Ends a run: tidies the cache. A note for people, where something could not be cached.
    pub(super) fn finish(&self) -> Option<String> {
        match self {
            Self::Cached(cached) => cached.finish(),
            Self::Folder(_) | Self::Registries(_) | Self::Cache(_) | Self::Nothing(_) => None,
        }
    }
}

/// A package, and the document that it shares with other versions, where there are any.
pub(super) type Target = (PackageVersion, Option<Arc<SharedDocument>>);

/// What is asked for in the same words for every version of a package.
pub(super) fn common_document(package: &PackageVersion) -> Option<EvidenceRequest> {
    match package {
        PackageVersion::Npm(package) => Some(EvidenceRequest::NpmPackument(package.name.clone())),
        PackageVersion::Pypi(package) => Some(EvidenceRequest::PypiIndex(package.name.clone())),
        PackageVersion::Go(_) => None,
    }
}

/// The cache that `settings` ask for. The error is a note: the run goes on without.
fn cache(settings: &Settings, now: Timestamp) -> Result<Option<Arc<Cache>>, String> {
    match &settings.cache {
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

/// The registries.
fn http(settings: &Settings, now: Timestamp) -> Result<HttpSource, ScanError> {
    let base = |what: &str, text: &str| {
        BaseUrl::parse(text).map_err(|error| ScanError::Registry(format!("{what}: {error}")))
    };
    let npm = base("the npm registry", &settings.npm_registry)?;
    let pypi = base("the PyPI index", &settings.pypi_index)?;
    let npm_scopes = settings
        .npm_scopes
        .iter()
        .map(|(scope, text)| {
            Ok((
                scope.clone(),
                base(&format!("the npm registry of {scope}"), text)?,
            ))
        })
        .collect::<Result<_, ScanError>>()?;
    let evidence = |what: &str, text: &Option<String>| {
        text.as_deref().map(|text| base(what, text)).transpose()
    };
    let options = HttpOptions {
        npm_evidence: evidence("the registry of npm's evidence", &settings.npm_evidence)?,
        pypi_evidence: evidence("the index of PyPI's evidence", &settings.pypi_evidence)?,
        timeout: settings.timeout,
        concurrency: settings.per_host,
        now: Some(now),
        npm_scopes,
        go: settings.go.addresses.clone(),
        credentials: settings.credentials.clone(),
        ..HttpOptions::new(npm, pypi)
    };
    Ok(HttpSource::new(options)?)
}
