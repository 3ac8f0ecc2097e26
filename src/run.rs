//! The pipeline, from settings to report: it reads as the picture in [`crate`].

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::Arc;

use futures_util::StreamExt as _;
use futures_util::stream;
use jiff::Timestamp;

use crate::config::Settings;
use crate::package::PackageVersion;
use crate::progress::Progress;
use crate::registry::EvidenceSource;
use crate::registry::collect::collect;
use crate::registry::evidence_dir::{EvidenceDir, EvidenceDirError};
use crate::registry::http::{BaseUrl, HttpOptions, HttpOptionsError, HttpSource};
use crate::registry::offline::OfflineSource;
use crate::report::assemble::spec_report;
use crate::report::{Report, TrustRecord};
use crate::rules::publisher::PUBLIC_GOOD;
use crate::spec::discover::{self, DiscoverError, Found};
use crate::spec::{SpecFile, Subject, parse};
use crate::trust::{self, TrustError, TrustMaterial};
use crate::verify::{Observed, verify};

/// Why a run could not even start: a usage or configuration error. Everything that goes wrong later
/// is a value in the report.
#[derive(Debug, thiserror::Error)]
pub enum RunError {
    /// No specs, or no way to look for them.
    #[error(transparent)]
    Discover(#[from] DiscoverError),
    /// No trust material.
    #[error(transparent)]
    Trust(#[from] TrustError),
    /// No usable evidence folder.
    #[error(transparent)]
    Evidence(#[from] EvidenceDirError),
    /// No usable registry address.
    #[error("{0}")]
    Registry(String),
    /// No usable HTTP settings.
    #[error(transparent)]
    Http(#[from] HttpOptionsError),
}

/// Verifies every spec that `settings` select, as of `now`.
///
/// # Errors
/// [`RunError`], before the first request.
pub async fn scan(settings: &Settings, now: Timestamp) -> Result<Report, RunError> {
    scan_watched(settings, now, &Progress::hidden()).await
}

/// As [`scan`], and tells `progress` of each package that is done.
///
/// # Errors
/// As [`scan`].
pub async fn scan_watched(
    settings: &Settings,
    now: Timestamp,
    progress: &Progress,
) -> Result<Report, RunError> {
    let found = discover::discover(&settings.root, &settings.globs)?;
    report_on(found, settings, now, progress).await
}

/// Verifies the one spec at `path`, as of `now`.
///
/// # Errors
/// As [`scan`].
pub async fn verify_one(
    settings: &Settings,
    path: &Path,
    now: Timestamp,
) -> Result<Report, RunError> {
    let found = vec![discover::named(path)?];
    report_on(found, settings, now, &Progress::hidden()).await
}

async fn report_on(
    found: Vec<Found>,
    settings: &Settings,
    now: Timestamp,
    progress: &Progress,
) -> Result<Report, RunError> {
    let specs: Vec<SpecFile> = found.into_iter().map(read).collect();
    let packages = dedupe(&specs);
    let trust = Arc::new(trust::load(&settings.trust)?);
    progress.begin(packages.len());
    let observed = observe(settings, packages, &trust, now, progress).await?;
    let instance = settings.trust.trusted_root.is_none().then_some(PUBLIC_GOOD);
    let reports = specs
        .iter()
        .map(|spec| {
            spec_report(
                spec,
                observation(spec, &observed),
                &settings.policy,
                instance,
            )
        })
        .collect();
    let trust = TrustRecord {
        source: trust.source.as_str(),
        as_of: trust.as_of.clone(),
    };
    Ok(Report::new(
        &settings.policy,
        trust,
        settings.gate(),
        reports,
    ))
}

fn read(found: Found) -> SpecFile {
    match found.content {
        Ok(bytes) => parse::parse(&found.path, &bytes),
        Err(reason) => parse::unreadable(&found.path, &reason),
    }
}

/// Every package once, however many specs pin it.
fn dedupe(specs: &[SpecFile]) -> BTreeSet<PackageVersion> {
    specs.iter().filter_map(package).cloned().collect()
}

fn package(spec: &SpecFile) -> Option<&PackageVersion> {
    match &spec.subject {
        Subject::Package(package) => Some(&package.package),
        Subject::NotApplicable | Subject::Unusable => None,
    }
}

fn observation<'a>(
    spec: &SpecFile,
    observed: &'a BTreeMap<PackageVersion, Observed>,
) -> Option<&'a Observed> {
    package(spec).and_then(|package| observed.get(package))
}

/// Chooses where evidence comes from: a folder, nowhere, or the registries.
async fn observe(
    settings: &Settings,
    packages: BTreeSet<PackageVersion>,
    trust: &Arc<TrustMaterial>,
    now: Timestamp,
    progress: &Progress,
) -> Result<BTreeMap<PackageVersion, Observed>, RunError> {
    let work = Work {
        packages,
        trust,
        now,
        jobs: settings.jobs,
        progress,
    };
    Ok(if let Some(folder) = &settings.evidence {
        observe_from(EvidenceDir::open(folder)?, work).await
    } else if settings.offline {
        observe_from(OfflineSource, work).await
    } else {
        observe_from(http_source(settings)?, work).await
    })
}

fn http_source(settings: &Settings) -> Result<HttpSource, RunError> {
    let base = |what: &str, text: &str| {
        BaseUrl::parse(text).map_err(|error| RunError::Registry(format!("{what}: {error}")))
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
        .collect::<Result<_, RunError>>()?;
    let options = HttpOptions {
        timeout: settings.timeout,
        npm_scopes,
        credentials: settings.credentials.clone(),
        ..HttpOptions::new(npm, pypi)
    };
    Ok(HttpSource::new(options)?)
}

/// What is to be looked at, and how.
struct Work<'a> {
    packages: BTreeSet<PackageVersion>,
    trust: &'a Arc<TrustMaterial>,
    now: Timestamp,
    jobs: usize,
    progress: &'a Progress,
}

/// Fetches and verifies each package, `jobs` at a time, one package's fetch beside another's
/// verification. The map's order is the packages', whatever finished first.
async fn observe_from<S: EvidenceSource + 'static>(
    source: S,
    work: Work<'_>,
) -> BTreeMap<PackageVersion, Observed> {
    let Work {
        packages,
        trust,
        now,
        jobs,
        progress,
    } = work;
    let source = Arc::new(source);
    stream::iter(packages)
        .map(|package| {
            let (source, trust, asked) = (Arc::clone(&source), Arc::clone(trust), package.clone());
            let task = tokio::spawn(async move {
                let raw = collect(source.as_ref(), &asked, &trust.npm_keys).await;
                verify(&asked, &raw, &trust, now)
            });
            async move {
                let observed = task.await.unwrap_or_else(|error| {
                    Observed::undetermined(format!("the verification was interrupted: {error}"))
                });
                (package, observed)
            }
        })
        .buffer_unordered(jobs.max(1))
        .inspect(|(package, _)| progress.done(package))
        .collect()
        .await
}
