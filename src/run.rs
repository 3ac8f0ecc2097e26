//! The pipeline, from settings to report: it reads as the picture in [`crate`].

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::Arc;

use futures_util::StreamExt as _;
use futures_util::stream;
use jiff::Timestamp;

use crate::config::Settings;
use crate::package::PackageVersion;
use crate::registry::EvidenceSource;
use crate::registry::collect::collect;
use crate::registry::evidence_dir::{EvidenceDir, EvidenceDirError};
use crate::registry::http::{BaseUrl, HttpOptions, HttpOptionsError, HttpSource};
use crate::registry::offline::OfflineSource;
use crate::report::Report;
use crate::report::assemble::{spec_report, trust_record};
use crate::rules::publisher::PUBLIC_GOOD;
use crate::spec::discover::{self, DiscoverError, Found};
use crate::spec::{SpecFile, Subject, parse};
use crate::trust::tuf::{Refresh, Session};
use crate::trust::{self, TrustError, TrustHandle};
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
    let found = discover::discover(&settings.root, &settings.globs)?;
    report_on(found, settings, now).await
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
    report_on(vec![discover::named(path)?], settings, now).await
}

async fn report_on(
    found: Vec<Found>,
    settings: &Settings,
    now: Timestamp,
) -> Result<Report, RunError> {
    let specs: Vec<SpecFile> = found.into_iter().map(read).collect();
    let packages = dedupe(&specs);
    let trust = begin_trust(settings, now)?;
    let observed = observe(settings, packages, &trust, now).await?;
    let trusted = trust.get().await;
    let instance = trusts_public_good(settings).then_some(PUBLIC_GOOD);
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
    Ok(Report::new(
        &settings.policy,
        trust_record(&trusted, settings.trust_max_age, now),
        settings.gate(),
        reports,
    ))
}

/// Reads the trust material, or begins to refresh it: the first packages need not wait for that.
fn begin_trust(settings: &Settings, now: Timestamp) -> Result<TrustHandle, TrustError> {
    let Some(options) = &settings.tuf else {
        return trust::load(&settings.trust).map(TrustHandle::ready);
    };
    let session = Session::prepare(options)?;
    Ok(TrustHandle::spawn(async move {
        session.establish(Refresh::WhenOld, now).await
    }))
}

/// Whether the trust material is of Sigstore's public instance.
fn trusts_public_good(settings: &Settings) -> bool {
    settings.tuf.as_ref().map_or_else(
        || settings.trust.trusted_root.is_none(),
        |tuf| tuf.root.is_none(),
    )
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
    trust: &TrustHandle,
    now: Timestamp,
) -> Result<BTreeMap<PackageVersion, Observed>, RunError> {
    let jobs = settings.jobs;
    Ok(if let Some(folder) = &settings.evidence {
        observe_from(EvidenceDir::open(folder)?, packages, trust, now, jobs).await
    } else if settings.offline {
        observe_from(OfflineSource, packages, trust, now, jobs).await
    } else {
        observe_from(http_source(settings)?, packages, trust, now, jobs).await
    })
}

fn http_source(settings: &Settings) -> Result<HttpSource, RunError> {
    let base = |what: &str, text: &str| {
        BaseUrl::parse(text).map_err(|error| RunError::Registry(format!("{what}: {error}")))
    };
    let npm = base("the npm registry", &settings.npm_registry)?;
    let pypi = base("the PyPI index", &settings.pypi_index)?;
    let options = HttpOptions {
        timeout: settings.timeout,
        ..HttpOptions::new(npm, pypi)
    };
    Ok(HttpSource::new(options)?)
}

/// Fetches and verifies each package, `jobs` at a time, one package's fetch beside another's
/// verification. The map's order is the packages', whatever finished first.
async fn observe_from<S: EvidenceSource + 'static>(
    source: S,
    packages: BTreeSet<PackageVersion>,
    trust: &TrustHandle,
    now: Timestamp,
    jobs: usize,
) -> BTreeMap<PackageVersion, Observed> {
    let source = Arc::new(source);
    stream::iter(packages)
        .map(|package| {
            let (source, trust, asked) = (Arc::clone(&source), trust.clone(), package.clone());
            let task = tokio::spawn(async move {
                let raw = collect(source.as_ref(), &asked, &trust).await;
                match trust.get().await {
                    Ok(trust) => verify(&asked, &raw, &trust, now),
                    Err(failure) => Observed::undetermined(failure.to_string()),
                }
            });
            async move {
                let observed = task.await.unwrap_or_else(|error| {
                    Observed::undetermined(format!("the verification was interrupted: {error}"))
                });
                (package, observed)
            }
        })
        .buffer_unordered(jobs.max(1))
        .collect()
        .await
}
