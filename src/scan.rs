//! The pipeline, from settings to report: it reads as the picture in [`crate`].

mod admission;
mod baseline;
mod cached;
mod check;
mod error;
mod examined;
mod history;
mod join;
mod keyless;
mod locks;
mod observe;
mod platforms;
mod remembered;
mod results;
mod scope;
mod shard;
mod skills;
mod sources;
mod stripped;
mod tags;
mod trust;

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Arc;

use futures_util::future::join3;
use jiff::Timestamp;

use crate::discover::{self, DiscoverError, Found};
use crate::progress::Progress;
use crate::settings::{Elsewhere, Settings};
use dockyard_registry::evidence_dir::EvidenceDir;
use dockyard_registry::recording::Recording;
use dockyard_report::lock::LockFile;
use dockyard_report::policy::blocks::Blocks;
use dockyard_report::policy::exempt::day_of;
use dockyard_report::policy::undetermined;
use dockyard_report::policy::usage::usage;
use dockyard_report::report::assemble::{Judging, spec_report, spec_report_since, trust_record};
use dockyard_report::report::skill;
use dockyard_report::report::{EvidenceOrigin, Report, Shard, SpecReport};
use dockyard_report::rules::publisher::PUBLIC_GOOD;
use dockyard_report::spec::{SpecFile, Subject, parse};
use keyless::is_keyless;
use observe::{CacheOnly, Run, observe};
use package_provenance::package::PackageVersion;
pub use remembered::Remembered;
use results::{Keep, Results};
pub use scope::Scope;
use trust::{max_age, trust_material, trusts_public_good};

pub use error::ScanError;
pub use examined::Examined;
pub use join::join_shards;

/// Verifies every spec that `settings` select, as of `now`.
///
/// # Errors
/// [`ScanError`], before the first request but where evidence cannot be saved.
pub async fn scan(settings: &Settings, now: Timestamp) -> Result<Report, ScanError> {
    scan_watched(settings, None, now, &Progress::hidden()).await
}

/// As [`scan`] of one part, where a shard is named, and tells `progress` of each package that is done.
///
/// # Errors
/// As [`scan`].
pub async fn scan_watched(
    settings: &Settings,
    shard: Option<Shard>,
    now: Timestamp,
    progress: &Progress,
) -> Result<Report, ScanError> {
    let found = discover::discover(&settings.root, &settings.globs)?;
    let scope = Scope {
        shard,
        ..Scope::whole(settings)
    };
    report_on(found, settings, now, progress, &scope).await
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

/// Verifies the packages of `locks`, as of `now`, and tells `progress` of each that is done.
///
/// # Errors
/// As [`scan`].
pub async fn verify_locks(
    settings: &Settings,
    locks: Vec<LockFile>,
    now: Timestamp,
    progress: &Progress,
) -> Result<Report, ScanError> {
    let scope = Scope::part().with_locks(locks);
    report_on(Vec::new(), settings, now, progress, &scope).await
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
    let remembered = Remembered::default();
    let run = run(
        found,
        remembered,
        settings,
        now,
        progress,
        scope,
        Keep::Reports,
    );
    Ok(run.await?.report)
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
    let remembered = Remembered::default();
    examine_since(found, remembered, settings, now, progress, scope).await
}

/// As [`examine`], against what is remembered of the specs, which is judged beside them.
///
/// # Errors
/// As [`scan`].
pub async fn examine_since(
    found: Vec<Found>,
    remembered: Remembered,
    settings: &Settings,
    now: Timestamp,
    progress: &Progress,
    scope: &Scope,
) -> Result<Examined, ScanError> {
    let keep = Keep::Results;
    run(found, remembered, settings, now, progress, scope, keep).await
}

#[expect(
    clippy::too_many_lines,
    reason = "the pipeline, which reads from top to bottom"
)]
async fn run(
    found: Vec<Found>,
    mut remembered: Remembered,
    settings: &Settings,
    now: Timestamp,
    progress: &Progress,
    scope: &Scope,
    keep: Keep,
) -> Result<Examined, ScanError> {
    remembered.read(settings)?;
    let (found, of_run) = shard::part(found, scope, settings, &mut remembered);
    let specs: Vec<SpecFile> = found.into_iter().map(read).collect();
    let base = remembered.base.take().unwrap_or_default();
    let base: Vec<SpecFile> = base.into_iter().map(read).collect();
    let novelty = remembered.novelty(&scope.novelty, &specs);
    let launchers: BTreeSet<&PackageVersion> = specs.iter().flat_map(artifacts).collect();
    let locked = locks::packages(&scope.locks, &remembered.locks);
    let is_go = |package: &&PackageVersion| matches!(package, PackageVersion::Go(_));
    let pinned = launchers.iter().copied();
    let modules = pinned.clone().filter(is_go).cloned().collect();
    // Every package once, however many specs pin it, by themselves or by their overrides.
    let pinned = pinned.chain(base.iter().flat_map(artifacts)).chain(&locked);
    let packages: BTreeSet<PackageVersion> = pinned.cloned().collect();
    let mut dated = dated(&settings.policy.blocks, &specs);
    dated.append(&mut locks::dated(&settings.policy.blocks, &scope.locks));
    let doubts = doubts(settings, &specs, &locked);
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
        candidates: &history::candidates(&specs),
        dated: &dated,
        launchers: &launchers,
        locked: &locked,
    };
    progress.begin(packages.len());
    let all = specs.iter().chain(&base);
    let of_skills = skills::observe(settings, folder.as_deref(), all, recording.as_deref());
    let of_tags = tags::ask(settings, folder.as_deref(), &modules, recording.as_deref());
    let of_packages = observe(settings, folder.clone(), packages, run);
    let (observations, of_skills, of_tags) = join3(of_packages, of_skills, of_tags).await;
    let observations = observations?;
    let histories = observations.histories;
    let mut observed = observations.packages;
    for (package, observed) in &mut observed {
        observed.mark_keyless(is_keyless(settings, package));
    }
    if let Some(CacheOnly { oldest }) = observations.cache_only {
        gate.evidence = EvidenceOrigin::Cache;
        gate.evidence_as_of = oldest.map(|time| time.to_string());
    }
    notes.extend(of_tags.tell(&mut observed));
    gate.changes.extend(stripped::hints(settings, &observed));
    notes.extend(observations.notes);
    notes.extend(go.finish());
    let trusted = trust.get().await;
    let instance = trusts_public_good(settings).then_some(PUBLIC_GOOD);
    let policy = &settings.policy;
    let judging = Judging {
        policy,
        instance,
        novelty: &novelty,
        now,
    };
    let before = remembered::Base::new(&base, &specs);
    let baseline = remembered.baseline.as_deref();
    let pinned = specs.iter().chain(&base).flat_map(artifacts);
    let mut results = Results::new(observed, pinned.chain(&locked), keep);
    // Whether the baseline is about these specs at all only the merge can tell.
    let doubt = match scope.shard {
        Some(_) => None,
        None => remembered.doubt(&specs, &scope.locks),
    };
    let mut kept = Vec::new();
    let mut reports = Vec::with_capacity(specs.len());
    for spec in specs {
        let observed = results.all();
        reports.push(match &spec.subject {
            Subject::Skill(one) => skill::report(&spec, one, &of_skills, judging),
            Subject::Package(_) | Subject::Unusable => {
                let memories = remembered::memories(&spec, &before, baseline, &histories, observed);
                spec_report_since(&spec, observed, judging, &memories)
            }
        });
        results.reported(&spec);
        if keep == Keep::Results {
            kept.push(spec);
        }
    }
    let locks = locks::reports(&scope.locks, &remembered, results.all(), judging);
    let of_base = Judging::by(policy, now);
    let base_locks = locks::base_reports(&remembered, results.all(), of_base);
    let base = base
        .iter()
        .map(|spec| match &spec.subject {
            Subject::Skill(one) => skill::report(spec, one, &of_skills, of_base),
            Subject::Package(_) | Subject::Unusable => spec_report(spec, results.all(), of_base),
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
    gate.changes.extend(novelty.unjudged(&policy.blocks));
    let mut report = Report::with_locks(policy, trust, gate, reports, locks);
    if let Some((shard, digests)) = of_run {
        shard::tell(&mut report, shard, digests, now);
    } else {
        let (extent, today) = (scope.extent, day_of(now));
        let judged: Vec<&SpecReport> = report.judged().collect();
        let usage = usage(&policy.blocks, &judged, undetermined, extent, today);
        notes.extend(usage.notes.iter().cloned());
        report.tell_usage(policy, usage);
        report.summary.complete = extent.whole;
    }
    report.notes = notes;
    for (claimed, doubt) in doubts {
        report.doubt_about(claimed, doubt);
    }
    if let Some(doubt) = doubt {
        report.doubt(doubt);
    }
    let observed = results.kept();
    Ok(Examined {
        report,
        specs: kept,
        base,
        base_locks,
        observed,
    })
}

/// What makes installers look elsewhere for packages of the run, and whether it concerns one whose spec
/// claims attestations.
fn doubts(
    settings: &Settings,
    specs: &[SpecFile],
    locked: &BTreeSet<PackageVersion>,
) -> Vec<(bool, String)> {
    let concerned = |elsewhere: &Elsewhere| {
        let in_locks = locked.iter().any(|package| elsewhere.concerns(package));
        let mut claims = specs
            .iter()
            .filter(|spec| artifacts(spec).any(|package| elsewhere.concerns(package)))
            .map(|spec| spec.claimed)
            .chain(in_locks.then_some(false))
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
