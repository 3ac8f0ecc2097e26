//! The pipeline, from settings to report: it reads as the picture in [`crate`].

mod admission;
mod cached;
mod check;
mod error;
mod keyless;
mod scope;
mod skills;
mod sources;
mod stripped;
mod trust;

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::Arc;

use futures_util::StreamExt as _;
use futures_util::future::join;
use futures_util::stream;
use jiff::Timestamp;

use crate::discover::{self, DiscoverError, Found};
use crate::progress::Progress;
use crate::settings::{Elsewhere, Settings};
use admission::{Admission, MAX_WAITING};
use check::{Check, Checked};
use dockyard_registry::collect::GoRun;
use dockyard_registry::evidence_dir::EvidenceDir;
use dockyard_registry::recording::Recording;
use dockyard_registry::trust::TrustHandle;
use dockyard_report::policy::blocks::Blocks;
use dockyard_report::policy::exempt::day_of;
use dockyard_report::policy::undetermined;
use dockyard_report::policy::usage::usage;
use dockyard_report::report::assemble::{AllObserved, Judging, spec_report, trust_record};
use dockyard_report::report::skill;
use dockyard_report::report::{EvidenceOrigin, Report};
use dockyard_report::rules::publisher::PUBLIC_GOOD;
use dockyard_report::spec::{SpecFile, SpecPackage, Subject, parse};
use keyless::is_keyless;
use package_provenance::package::PackageVersion;
use package_provenance::verify::Observed;
pub use scope::Scope;
use sources::{Source, Target};
use trust::{max_age, trust_material, trusts_public_good};

pub use error::ScanError;

/// Verifies every spec that `settings` select, as of `now`.
///
/// # Errors
/// [`ScanError`], before the first request but where evidence cannot be saved.
pub async fn scan(settings: &Settings, now: Timestamp) -> Result<Report, ScanError> {
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
) -> Result<Report, ScanError> {
    let found = discover::discover(&settings.root, &settings.globs)?;
    report_on(found, settings, now, progress, &Scope::whole(settings)).await
}

/// Every spec that `settings` select, read and not verified.
///
/// # Errors
/// [`DiscoverError`].
pub fn specs(settings: &Settings) -> Result<Vec<SpecFile>, DiscoverError> {
    let found = discover::discover(&settings.root, &settings.globs)?;
    Ok(found.into_iter().map(read).collect())
}

/// Verifies the one spec at `path`, as of `now`.
///
/// # Errors
/// As [`scan`].
pub async fn verify_one(
    settings: &Settings,
    path: &Path,
    now: Timestamp,
) -> Result<Report, ScanError> {
    let found = vec![discover::named(path)?];
    report_on(found, settings, now, &Progress::hidden(), &Scope::part()).await
}

/// Verifies what was found, as of `now`. Without specs the report is inconclusive.
///
/// # Errors
/// As [`scan`].
pub async fn report_on(
    found: Vec<Found>,
    settings: &Settings,
    now: Timestamp,
    progress: &Progress,
    scope: &Scope,
) -> Result<Report, ScanError> {
    Ok(examine(found, settings, now, progress, scope).await?.report)
}

/// Specs, what was found out about their packages, and the report on them.
#[derive(Debug, Clone)]
pub struct Examined {
    /// The report.
    pub report: Report,
    /// The specs, as they were found.
    pub specs: Vec<SpecFile>,
    observed: AllObserved,
}

impl Examined {
    /// What was found out about a package that one of the specs pins, by itself or by an override.
    pub fn observed(&self, package: &PackageVersion) -> Option<&Observed> {
        self.observed.get(package)
    }

    /// What was found out about the package of `spec`, with the issuer that it accepts.
    pub fn observed_of(&self, spec: &SpecPackage) -> Option<&Observed> {
        let observed = self.observed(&spec.package)?;
        Some(match spec.declared.accepted_issuer() {
            Some(issuer) => observed.accepting(issuer),
            None => observed,
        })
    }
}

/// As [`report_on`], and keeps what the report was made from.
///
/// # Errors
/// As [`scan`].
pub async fn examine(
    found: Vec<Found>,
    settings: &Settings,
    now: Timestamp,
    progress: &Progress,
    scope: &Scope,
) -> Result<Examined, ScanError> {
    let specs: Vec<SpecFile> = found.into_iter().map(read).collect();
    let packages = dedupe(&specs);
    let dated = dated(&settings.policy.blocks, &specs);
    let doubts = doubts(settings, &specs);
    let folder = settings.evidence.as_deref().map(EvidenceDir::open);
    let folder = folder.transpose()?.map(Arc::new);
    let (trust, note) = trust_material(settings, folder.as_deref(), now)?;
    let recording = settings.save_evidence.as_deref().map(Recording::start);
    let recording = recording.transpose()?.map(Arc::new);
    let mut gate = settings.gate();
    let mut notes = Vec::from_iter(note);
    let go = Arc::new(settings.go.run(&settings.cache, folder.is_some()));
    let run = Run {
        trust: &trust,
        go: &go,
        now,
        recording: recording.as_ref(),
        progress,
        jobs: settings.jobs,
        dated: &dated,
    };
    progress.begin(packages.len());
    let of_skills = skills::observe(settings, folder.as_deref(), &specs, recording.as_deref());
    let of_packages = observe(settings, folder.clone(), packages, run);
    let (observations, of_skills) = join(of_packages, of_skills).await;
    let observations = observations?;
    let mut observed = observations.packages;
    for (package, observed) in &mut observed {
        observed.mark_keyless(is_keyless(settings, package));
    }
    if let Some(CacheOnly { oldest }) = observations.cache_only {
        gate.evidence = EvidenceOrigin::Cache;
        gate.evidence_as_of = oldest.map(|time| time.to_string());
    }
    gate.changes.extend(stripped::hints(settings, &observed));
    notes.extend(observations.notes);
    notes.extend(go.finish());
    let trusted = trust.get().await;
    let instance = trusts_public_good(settings).then_some(PUBLIC_GOOD);
    let policy = &settings.policy;
    let judging = Judging {
        policy,
        instance,
        novelty: &scope.novelty,
        now,
    };
    let reports = specs
        .iter()
        .map(|spec| match &spec.subject {
            Subject::Skill(one) => skill::report(spec, one, &of_skills, judging),
            Subject::Package(_) | Subject::Unusable => spec_report(spec, &observed, judging),
        })
        .collect();
    if let Some(recording) = &recording {
        notes.extend(match &trusted {
            Ok(trust) => recording.finish(trust, now)?,
            Err(failure) => Some(format!("the evidence was not saved: {failure}")),
        });
    }
    let mut trust = trust_record(&trusted, max_age(settings), now);
    trust.private_instance = instance.is_none();
    gate.changes.extend(scope.novelty.unjudged(&policy.blocks));
    let mut report = Report::new(policy, trust, gate, reports);
    let (extent, today) = (scope.extent, day_of(now));
    let usage = usage(&policy.blocks, &report.specs, undetermined, extent, today);
    notes.extend(usage.notes.iter().cloned());
    report.tell_usage(policy, usage);
    report.notes = notes;
    for (claimed, doubt) in doubts {
        report.doubt_about(claimed, doubt);
    }
    Ok(Examined {
        report,
        specs,
        observed,
    })
}

/// What makes installers look elsewhere for packages of the run, and whether it concerns one whose spec
/// claims attestations.
fn doubts(settings: &Settings, specs: &[SpecFile]) -> Vec<(bool, String)> {
    let concerned = |elsewhere: &Elsewhere| {
        let mut claims = specs
            .iter()
            .filter(|spec| artifacts(spec).any(|package| elsewhere.concerns(package)))
            .map(|spec| spec.claimed)
            .peekable();
        claims.peek()?;
        Some((claims.any(|claimed| claimed), elsewhere.doubt()))
    };
    settings.elsewhere.iter().filter_map(concerned).collect()
}

fn read(found: Found) -> SpecFile {
    match found.content {
        Ok(bytes) => parse::parse(&found.path, &bytes),
        Err(reason) => parse::unreadable(&found.path, &reason),
    }
}

/// Every package once, however many specs pin it, by themselves or by their overrides.
fn dedupe(specs: &[SpecFile]) -> BTreeSet<PackageVersion> {
    specs.iter().flat_map(artifacts).cloned().collect()
}

/// The packages of which a requirement asks when they were published.
fn dated(blocks: &Blocks, specs: &[SpecFile]) -> BTreeSet<PackageVersion> {
    let packages = specs.iter().filter_map(|spec| match &spec.subject {
        Subject::Package(package) if blocks.ask_for_dates(&spec.path, &package.package) => {
            Some(artifacts(spec))
        }
        Subject::Package(_) | Subject::Skill(_) | Subject::Unusable => None,
    });
    packages.flatten().cloned().collect()
}

/// What is verified of a spec: its package, and the packages that its overrides pin.
fn artifacts(spec: &SpecFile) -> impl Iterator<Item = &PackageVersion> {
    let package = match &spec.subject {
        Subject::Package(package) => Some(package),
        Subject::Skill(_) | Subject::Unusable => None,
    };
    package
        .into_iter()
        .flat_map(|package| std::iter::once(&package.package).chain(package.pinned_overrides()))
}

/// What every check of a run takes besides a source.
#[derive(Clone, Copy)]
struct Run<'a> {
    trust: &'a TrustHandle,
    go: &'a Arc<GoRun>,
    now: Timestamp,
    recording: Option<&'a Arc<Recording>>,
    progress: &'a Progress,
    jobs: usize,
    /// The packages of which a requirement asks when they were published.
    dated: &'a BTreeSet<PackageVersion>,
}

/// The cache, in the place of the registries.
struct CacheOnly {
    /// When the oldest answer that was used came, where any was.
    oldest: Option<Timestamp>,
}

/// What was observed of each package, and of the sources.
struct Observations {
    packages: BTreeMap<PackageVersion, Observed>,
    /// Where nothing but the cache was asked.
    cache_only: Option<CacheOnly>,
    /// For people.
    notes: Vec<String>,
}

/// Chooses where evidence comes from, and checks every package there.
async fn observe(
    settings: &Settings,
    folder: Option<Arc<EvidenceDir>>,
    packages: BTreeSet<PackageVersion>,
    run: Run<'_>,
) -> Result<Observations, ScanError> {
    let (source, note) = Source::open(settings, folder, &packages, run.now)?;
    let targets = source.targets(packages);
    let packages = check_all(&source, targets, run).await;
    let cache_only = match &source {
        Source::Cache(offline) => Some(CacheOnly {
            oldest: offline.oldest(),
        }),
        Source::Folder(_) | Source::Registries(_) | Source::Cached(_) | Source::Nothing(_) => None,
    };
    Ok(Observations {
        packages,
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
) -> BTreeMap<PackageVersion, Observed> {
    // The first packages need not wait for it.
    run.trust.begin();
    let admission = Admission::new(run.jobs);
    stream::iter(targets)
        .then(async |target| (target, admission.admit().await))
        .map(|((package, shared), admitted)| {
            let check = Check {
                package: package.clone(),
                trust: run.trust.clone(),
                go: Arc::clone(run.go),
                now: run.now,
                admitted,
                dated: run.dated.contains(&package),
                _shared: shared,
            };
            let (source, recording) = (source.clone(), run.recording.cloned());
            let task = tokio::spawn(async move {
                let Checked { evidence, outcome } = source.check(&check).await;
                if let Some(recording) = recording {
                    recording.record(&check.package, &evidence);
                }
                outcome.unwrap_or_else(|failure| Observed::undetermined(failure.to_string()))
            });
            async move {
                let observed = task.await.unwrap_or_else(|error| {
                    Observed::undetermined(format!("the verification was interrupted: {error}"))
                });
                (package, observed)
            }
        })
        .buffer_unordered(run.jobs.saturating_add(MAX_WAITING))
        .inspect(|(package, _)| run.progress.done(package))
        .collect()
        .await
}
