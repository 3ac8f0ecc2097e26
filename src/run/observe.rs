//! Asking about every package, and verifying what is answered.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use futures_util::StreamExt as _;
use futures_util::stream;
use jiff::Timestamp;

use super::error::RunError;
use super::foresight::Foresight;
use super::history::{self, Histories, Question};
use super::judge::judge;
use super::kept;
use super::slots::Slots;
use crate::progress::Progress;
use crate::settings::Settings;
use dockyard_registry::EvidenceSource;
use dockyard_registry::cache::MAX_BYTES;
use dockyard_registry::cache::visit::CachedSource;
use dockyard_registry::evidence_dir::EvidenceDir;
use dockyard_registry::http::{BaseUrl, HttpOptions, HttpSource};
use dockyard_registry::offline::OfflineSource;
use dockyard_registry::recording::Recording;
use dockyard_registry::trust::TrustHandle;
use dockyard_report::report::{EvidenceOrigin, Gate};
use package_provenance::package::PackageVersion;
use package_provenance::verify::{Observed, Status};

/// What judging one package takes besides its evidence.
#[derive(Clone, Copy)]
pub(super) struct Task<'a> {
    pub(super) trust: &'a TrustHandle,
    pub(super) now: Timestamp,
    pub(super) recording: Option<&'a Arc<Recording>>,
    pub(super) progress: &'a Progress,
}

/// What is asked about.
pub(super) struct Asked {
    pub(super) packages: BTreeSet<PackageVersion>,
    /// Those among them whose earlier versions matter, if they have no provenance.
    pub(super) histories: BTreeSet<PackageVersion>,
}

/// What was found out.
pub(super) type Answers = (BTreeMap<PackageVersion, Observed>, Histories);

/// Chooses where evidence comes from: a folder, what earlier runs kept, or the registries.
pub(super) async fn observe(
    settings: &Settings,
    folder: Option<Arc<EvidenceDir>>,
    asked: Asked,
    task: Task<'_>,
    gate: &mut Gate,
    notes: &mut Vec<String>,
) -> Result<Answers, RunError> {
    let jobs = settings.jobs;
    if let Some(folder) = folder {
        return Ok(observe_from(|| Arc::clone(&folder), asked, task, jobs).await);
    }
    let cache = kept::open(settings, &asked.packages, task.now).unwrap_or_else(|note| {
        notes.push(note);
        None
    });
    let http = http_source(settings, task.now)?;
    if settings.offline {
        let Some(cache) = cache else {
            let nothing = Arc::new(OfflineSource::empty());
            return Ok(observe_from(|| Arc::clone(&nothing), asked, task, jobs).await);
        };
        let source = Arc::new(OfflineSource::of(cache, http));
        let observed = observe_from(|| Arc::clone(&source), asked, task, jobs).await;
        gate.evidence = EvidenceOrigin::Cache;
        gate.evidence_as_of = source.oldest().map(|time| time.to_string());
        return Ok(observed);
    }
    let Some(cache) = cache else {
        let http = Arc::new(http);
        return Ok(observe_from(|| Arc::clone(&http), asked, task, jobs).await);
    };
    let source = Arc::new(CachedSource::new(http, Arc::clone(&cache)));
    let observed = observe_from(|| source.visit(), asked, task, jobs).await;
    notes.extend(cache.finish(MAX_BYTES));
    Ok(observed)
}

fn http_source(settings: &Settings, now: Timestamp) -> Result<HttpSource, RunError> {
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
        concurrency: settings.per_host,
        now: Some(now),
        npm_scopes,
        credentials: settings.credentials.clone(),
        ..HttpOptions::new(npm, pypi)
    };
    Ok(HttpSource::new(options)?)
}

/// Fetches and verifies each package, `jobs` at a time, one package's fetch beside another's
/// verification; those that wait for the trust material do not count. `open` gives the source for
/// one package. The map's order is the packages', whatever finished first.
async fn observe_from<S: EvidenceSource + 'static>(
    open: impl Fn() -> S,
    asked: Asked,
    task: Task<'_>,
    jobs: usize,
) -> Answers {
    // The first packages need not wait for it.
    task.trust.begin();
    let (slots, foresight) = (Slots::new(jobs), Foresight::new());
    let Asked {
        packages,
        histories,
    } = asked;
    let all: Vec<_> = stream::iter(packages)
        .then(async |package| (slots.take().await, package))
        .map(|(slot, package)| {
            let (source, asked) = (open(), package.clone());
            // An earlier version is a package of its own, and so are its questions.
            let history = histories.contains(&package).then(|| (open(), open()));
            let (trust, recording) = (task.trust.clone(), task.recording.cloned());
            let (now, foresight) = (task.now, foresight.clone());
            let task = tokio::spawn(async move {
                let recording = recording.as_deref();
                let observed =
                    judge(&source, &asked, &trust, now, recording, &slot, &foresight).await;
                let bare = matches!(observed.status, Status::Signed | Status::None);
                let history = match history.filter(|_| bare) {
                    Some((list, source)) => {
                        let question = Question {
                            trust: &trust,
                            now,
                            recording,
                            slot: &slot,
                            foresight: &foresight,
                        };
                        Some(history::ask(&list, source, &asked, question).await)
                    }
                    None => None,
                };
                (observed, history)
            });
            async move {
                let (observed, history) = task.await.unwrap_or_else(|error| {
                    let cause = format!("the verification was interrupted: {error}");
                    (Observed::undetermined(cause), None)
                });
                (package, observed, history)
            }
        })
        .buffer_unordered(jobs.saturating_add(Slots::most_waiting()))
        .inspect(|(package, ..)| task.progress.done(package))
        .collect()
        .await;
    let mut answers = Answers::default();
    for (package, observed, history) in all {
        if let Some(history) = history {
            answers.1.insert(package.clone(), history);
        }
        answers.0.insert(package, observed);
    }
    answers
}
