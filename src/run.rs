//! The pipeline, from settings to report: it reads as the picture in [`crate`].

mod baseline;
mod error;
mod foresight;
mod history;
mod judge;
mod kept;
mod keyless;
mod large;
mod observe;
pub mod remembered;
mod slots;

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Arc;

use jiff::Timestamp;

use crate::discover::{self, Found};
use crate::progress::Progress;
use crate::settings::{Elsewhere, Settings};
use dockyard_registry::evidence_dir::EvidenceDir;
use dockyard_registry::recording::Recording;
use dockyard_registry::trust::tuf::{Refresh, Session};
use dockyard_registry::trust::{ScopeKeys, TrustHandle, load, read_scopes};
use dockyard_report::report::assemble::{spec_report, spec_report_since, trust_record};
use dockyard_report::report::{Report, SpecReport};
use dockyard_report::rules::publisher::PUBLIC_GOOD;
use dockyard_report::spec::{SpecFile, Subject, parse};
pub use error::RunError;
use keyless::is_keyless;
use observe::{Asked, Task, observe};
use package_provenance::package::PackageVersion;
use package_provenance::trust::TrustError;
use package_provenance::trust::age::MaxAge;
use remembered::Remembered;

/// Verifies every spec that `settings` select, as of `now`.
///
/// # Errors
/// [`RunError`], before the first request but where evidence cannot be saved.
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

/// Verifies what was found, as of `now`. Without specs the report is inconclusive.
///
/// # Errors
/// As [`scan`].
pub async fn report_on(
    found: Vec<Found>,
    settings: &Settings,
    now: Timestamp,
    progress: &Progress,
) -> Result<Report, RunError> {
    let remembered = Remembered::default();
    let judged = report_since(found, remembered, settings, now, progress).await?;
    Ok(judged.report)
}

/// What came of a run.
pub struct Judged {
    /// The report.
    pub report: Report,
    /// The reports on the base's specs, as far as they were remembered.
    pub base: Vec<SpecReport>,
}

/// As [`report_on`], against what is remembered of the specs, which is judged beside them.
///
/// # Errors
/// As [`scan`].
pub async fn report_since(
    found: Vec<Found>,
    mut remembered: Remembered,
    settings: &Settings,
    now: Timestamp,
    progress: &Progress,
) -> Result<Judged, RunError> {
    if let Some(path) = &settings.baseline {
        remembered.baseline = Some(Arc::new(baseline::read(path)?));
    }
    let specs: Vec<SpecFile> = found.into_iter().map(read).collect();
    let base = remembered.base.take().unwrap_or_default();
    let base: Vec<SpecFile> = base.into_iter().map(read).collect();
    let mut packages = dedupe(&specs);
    packages.append(&mut dedupe(&base));
    let doubts = doubts(settings, &specs);
    let folder = settings.evidence.as_deref().map(EvidenceDir::open);
    let folder = folder.transpose()?.map(Arc::new);
    let (trust, note) = trust_material(settings, folder.as_deref(), now)?;
    let recording = settings.save_evidence.as_deref().map(Recording::start);
    let recording = recording.transpose()?.map(Arc::new);
    let mut gate = settings.gate();
    let mut notes = Vec::from_iter(note);
    let task = Task {
        trust: &trust,
        now,
        recording: recording.as_ref(),
        progress,
    };
    progress.begin(packages.len());
    let asked = Asked {
        packages,
        histories: history::candidates(&specs),
    };
    let (mut observed, histories) =
        observe(settings, folder, asked, task, &mut gate, &mut notes).await?;
    for (package, observed) in &mut observed {
        observed.mark_keyless(is_keyless(settings, package));
    }
    let trusted = trust.get().await;
    let instance = trusts_public_good(settings).then_some(PUBLIC_GOOD);
    let before = remembered::Base::new(&base, &specs);
    let baseline = remembered.baseline.as_deref();
    let reports = specs
        .iter()
        .map(|spec| {
            let memories = remembered::memories(spec, &before, baseline, &histories, &observed);
            spec_report_since(spec, &observed, &settings.policy, instance, &memories)
        })
        .collect();
    let base = base
        .iter()
        .map(|spec| spec_report(spec, &observed, &settings.policy, instance))
        .collect();
    if let Some(recording) = &recording {
        notes.extend(match &trusted {
            Ok(trust) => recording.finish(trust, now)?,
            Err(failure) => Some(format!("the evidence was not saved: {failure}")),
        });
    }
    let mut trust = trust_record(&trusted, max_age(settings), now);
    trust.private_instance = instance.is_none();
    let mut report = Report::new(&settings.policy, trust, gate, reports);
    report.notes = notes;
    for (claimed, doubt) in doubts {
        report.doubt_about(claimed, doubt);
    }
    if let Some(doubt) = remembered.doubt(&specs) {
        report.doubt(doubt);
    }
    Ok(Judged { report, base })
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

/// Reads the trust material, or prepares to refresh it; with a note for people, if there is one.
fn trust_material(
    settings: &Settings,
    folder: Option<&EvidenceDir>,
    now: Timestamp,
) -> Result<(TrustHandle, Option<String>), TrustError> {
    let mut named = settings.npm_scope_keys.clone();
    // Who wrote the folder may say whom not to trust, and no more.
    for scope in folder.into_iter().flat_map(EvidenceDir::scopes) {
        named.entry(scope.to_owned()).or_insert(ScopeKeys::Nobody);
    }
    let scopes = read_scopes(&named, settings.trust.npm_keys.is_some())?;
    let Some(options) = &settings.tuf else {
        let material = load(&settings.trust)?.with_scopes(scopes);
        return Ok((TrustHandle::ready(material), None));
    };
    let session = Session::prepare(options)?;
    let note = session.note().map(str::to_owned);
    let trust = TrustHandle::of(async move {
        let material = session.establish(Refresh::WhenOld, now).await?;
        Ok(material.with_scopes(scopes))
    });
    Ok((trust, note))
}

/// How old the trust material may be.
fn max_age(settings: &Settings) -> MaxAge {
    match settings.trust_max_age {
        Some(days) => MaxAge::Asked(days),
        None => MaxAge::OfFallback,
    }
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

/// Every package once, however many specs pin it, by themselves or by their overrides.
fn dedupe(specs: &[SpecFile]) -> BTreeSet<PackageVersion> {
    specs.iter().flat_map(artifacts).cloned().collect()
}

/// What is verified of a spec: its package, and the packages that its overrides pin.
fn artifacts(spec: &SpecFile) -> impl Iterator<Item = &PackageVersion> {
    let package = match &spec.subject {
        Subject::Package(package) => Some(package),
        Subject::NotApplicable | Subject::Unusable => None,
    };
    package
        .into_iter()
        .flat_map(|package| std::iter::once(&package.package).chain(package.pinned_overrides()))
}
