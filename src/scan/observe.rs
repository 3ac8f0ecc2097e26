//! Asking about every package, and verifying what is answered.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use futures_util::StreamExt as _;
use futures_util::stream;
use jiff::Timestamp;

use super::ScanError;
use super::admission::{Admission, MAX_WAITING};
use super::check::{Check, Checked};
use super::history::{self, Histories};
use super::platforms;
use super::sources::{Source, Target};
use crate::progress::Progress;
use crate::settings::Settings;
use dockyard_registry::collect::GoRun;
use dockyard_registry::evidence_dir::EvidenceDir;
use dockyard_registry::recording::Recording;
use dockyard_registry::trust::TrustHandle;
use package_provenance::package::PackageVersion;
use package_provenance::verify::{Observed, Status};

/// What every check of a run takes besides a source.
#[derive(Clone, Copy)]
pub(super) struct Run<'a> {
    pub(super) trust: &'a TrustHandle,
    pub(super) go: &'a Arc<GoRun>,
    pub(super) now: Timestamp,
    pub(super) recording: Option<&'a Arc<Recording>>,
    pub(super) progress: &'a Progress,
    pub(super) jobs: usize,
    /// Packages whose earlier versions matter, if they have no provenance.
    pub(super) candidates: &'a BTreeSet<&'a PackageVersion>,
    /// The packages of which a requirement asks when they were published.
    pub(super) dated: &'a BTreeSet<PackageVersion>,
    /// The packages of specs: of a launcher the packages for each platform are looked at too.
    pub(super) launchers: &'a BTreeSet<&'a PackageVersion>,
    /// The packages of lock files, whose digests are held against what the registry lists.
    pub(super) locked: &'a BTreeSet<PackageVersion>,
}

/// The cache, in the place of the registries.
pub(super) struct CacheOnly {
    /// When the oldest answer that was used came, where any was.
    pub(super) oldest: Option<Timestamp>,
}

/// What was observed of each package, and of the sources.
pub(super) struct Observations {
    pub(super) packages: BTreeMap<PackageVersion, Box<Observed>>,
    pub(super) histories: Histories,
    /// Where nothing but the cache was asked.
    pub(super) cache_only: Option<CacheOnly>,
    /// For people.
    pub(super) notes: Vec<String>,
}

/// Chooses where evidence comes from, and checks every package there.
pub(super) async fn observe(
    settings: &Settings,
    folder: Option<Arc<EvidenceDir>>,
    packages: BTreeSet<PackageVersion>,
    run: Run<'_>,
) -> Result<Observations, ScanError> {
    let (source, note) = Source::open(settings, folder, &packages, run.now)?;
    let targets = source.targets(packages);
    let (mut packages, histories) = check_all(&source, targets, run).await;
    let (platforms, beyond) = platforms::wanted(run.launchers, &packages);
    packages.extend(beyond);
    if !platforms.is_empty() {
        let (found, _) = check_all(&source, source.targets(platforms), run).await;
        packages.extend(found.into_iter().filter(|(_, it)| platforms::was_asked(it)));
    }
    let cache_only = match &source {
        Source::Cache(offline) => Some(CacheOnly {
            oldest: offline.oldest(),
        }),
        Source::Folder(_) | Source::Registries(_) | Source::Cached(_) | Source::Nothing(_) => None,
    };
    Ok(Observations {
        packages,
        histories,
        cache_only,
        notes: note.into_iter().chain(source.finish()).collect(),
    })
}

/// Checks each package, so many at a time, one package's fetch beside another's verification; those
/// that wait for the trust material do not count. The map's order is the packages', whatever finished
/// first.
async fn check_all(
    source: &Source,
    targets: Vec<Target>,
    run: Run<'_>,
) -> (BTreeMap<PackageVersion, Box<Observed>>, Histories) {
    // The first packages need not wait for it.
    run.trust.begin();
    let admission = Admission::new(run.jobs);
    let (packages, histories) = stream::iter(targets)
        .then(async |target| (target, admission.admit().await))
        .map(|((package, shared), admitted)| {
            let matters = run.candidates.contains(&package);
            let check = Check {
                package: package.clone(),
                trust: run.trust.clone(),
                go: Arc::clone(run.go),
                now: run.now,
                admitted,
                dated: run.dated.contains(&package),
                // Its list of versions may be asked for by each step, and is sent once.
                _shared: shared.or_else(|| matters.then(|| source.share(&package)).flatten()),
            };
            let (source, recording) = (source.clone(), run.recording.cloned());
            let task = tokio::spawn(async move {
                let Checked { evidence, outcome } = Box::pin(source.check(&check)).await;
                if let Some(recording) = &recording {
                    recording.record(&check.package, &evidence);
                }
                let observed =
                    outcome.unwrap_or_else(|failure| Observed::undetermined(failure.to_string()));
                if !matters || !matches!(observed.status, Status::Signed | Status::None) {
                    return (observed, None);
                }
                drop(evidence);
                let history = Box::pin(history::ask(&source, check, recording.as_deref())).await;
                (observed, Some(history))
            });
            async move {
                let (observed, history) = task.await.unwrap_or_else(|error| {
                    let cause = format!("the verification was interrupted: {error}");
                    (Observed::undetermined(cause), None)
                });
                (package, observed, history)
            }
        })
        .buffer_unordered(run.jobs.saturating_add(MAX_WAITING))
        .fold(
            (Vec::new(), Histories::new()),
            async |(mut packages, mut histories), (package, mut observed, history)| {
                run.progress.done(&package);
                if !run.locked.contains(&package) {
                    observed.forget_files();
                }
                if let Some(history) = history {
                    histories.insert(package.clone(), history);
                }
                packages.push((package, Box::new(observed)));
                (packages, histories)
            },
        )
        .await;
    (packages.into_iter().collect(), histories)
}
