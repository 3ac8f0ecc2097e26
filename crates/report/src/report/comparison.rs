//! What a pull request changes: each spec before and now, what became worse, and which findings are
//! new.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use super::before::BeforeSource;
use super::names::override_name;
use super::style::count;
use super::{LockReport, PublisherRecord, Report, SpecReport};
use crate::drift::worse::Worsening;
use crate::finding::{Finding, Severity};
use package_provenance::verify::Status;

/// The runner that needs no word.
pub(super) const HOSTED: &str = "github-hosted";

/// Most packages of lock files that are told as changed: the numbers tell the rest.
const MAX_LOCKED: usize = 50;

/// The report on the base of a pull request beside the report on its head.
#[derive(Debug, Clone)]
pub struct Comparison<'a> {
    /// The specs that are not what they were, those that became worse first, then in path order.
    pub changed: Vec<Changed<'a>>,
    /// Packages that lock files did not have.
    pub new_in_locks: usize,
    /// Fingerprints of the base's findings that nobody has accepted.
    known: BTreeSet<&'a str>,
}

/// One spec before and now.
#[derive(Debug, Clone)]
pub struct Changed<'a> {
    /// What it was; none where the pull request adds it.
    pub before: Option<&'a SpecReport>,
    /// What it is; none where the pull request removes it.
    pub now: Option<&'a SpecReport>,
    /// What became worse.
    pub worse: Vec<Worse>,
}

/// Something that a pull request makes worse.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Worse {
    /// The package was attested and is not any more.
    LostProvenance,
    /// The registry's signature was there and is not any more.
    LostSignature,
    /// All installable files were attested, and some are not any more.
    PartlyAttested,
    /// Evidence fails verification.
    FailsVerification,
    /// The registry does not have it.
    NotFound,
    /// It cannot be determined any more.
    NotDetermined,
    /// The spec cannot be used any more.
    Unusable,
    /// Another repository or account published it.
    OtherPublisher,
    /// Another workflow of the same repository published it.
    OtherWorkflow,
    /// It was built on another kind of runner than the forge's own.
    OtherRunner,
    /// The SLSA build level is lower.
    LowerLevel,
    /// What is remembered of the spec shows it (`docs/drift.md`).
    Drift(Worsening),
    /// There are so many new errors and warnings.
    Findings(usize),
}

impl Worse {
    /// What follows the spec's name: `lost its provenance`.
    pub fn phrase(self) -> String {
        match self {
            Self::LostProvenance => "lost its provenance".to_owned(),
            Self::LostSignature => "lost its registry signature".to_owned(),
            Self::PartlyAttested => "is attested only in part now".to_owned(),
            Self::FailsVerification => "has evidence that fails verification".to_owned(),
            Self::NotFound => "is not in the registry".to_owned(),
            Self::NotDetermined => "can no longer be determined".to_owned(),
            Self::Unusable => "can no longer be used as it is".to_owned(),
            Self::OtherPublisher => "is now published by somebody else".to_owned(),
            Self::OtherWorkflow => "is now published by another workflow".to_owned(),
            Self::OtherRunner => "is now built on another kind of runner".to_owned(),
            Self::LowerLevel => "has a lower SLSA build level now".to_owned(),
            Self::Drift(what) => what.words().to_owned(),
            Self::Findings(number) => format!("has {}", count(number, "new finding")),
        }
    }
}

impl Changed<'_> {
    /// The path of the spec.
    pub fn path(&self) -> &str {
        let spec = self.now.or(self.before);
        spec.map_or("", |spec| spec.path.as_str())
    }
}

impl<'a> Comparison<'a> {
    /// Compares `now` with `base`, which has looked at the same specs.
    pub fn between(base: &'a Report, now: &'a Report) -> Self {
        let findings = base.judged().flat_map(SpecReport::open_findings);
        let known: BTreeSet<&str> = findings.map(|one| one.fingerprint.as_str()).collect();
        let (before, after) = (by_path(base), by_path(now));
        let paths: BTreeSet<&str> = before.keys().chain(after.keys()).copied().collect();
        let mut changed: Vec<Changed<'_>> = paths
            .into_iter()
            .map(|path| (before.get(path).copied(), after.get(path).copied()))
            .filter(|(before, now)| {
                let both = before.zip(*now);
                before.map(state) != now.map(state)
                    || both.is_some_and(|(before, now)| published(before, now).is_some())
            })
            .map(|(before, now)| Changed {
                before,
                now,
                worse: worse(before, now, &known),
            })
            .collect();
        let of_locks = now.locks.iter().flat_map(|lock| &lock.packages);
        let of_locks = of_locks.filter_map(|package| worse_in_lock(&package.report, &known));
        changed.extend(of_locks.take(MAX_LOCKED));
        // Stable: the order of paths stays.
        changed.sort_by_key(|changed| changed.worse.is_empty());
        let new_in_locks = now.locks.iter().filter_map(LockReport::new_packages).sum();
        Self {
            changed,
            new_in_locks,
            known,
        }
    }

    /// Whether a finding is not on the base.
    pub fn is_new(&self, finding: &Finding) -> bool {
        !self.known.contains(finding.fingerprint.as_str())
    }

    /// The specs that became worse.
    pub fn worse(&self) -> impl Iterator<Item = &Changed<'a>> {
        self.changed
            .iter()
            .filter(|changed| !changed.worse.is_empty())
    }

    /// Whether any spec became worse.
    pub fn is_worse(&self) -> bool {
        self.worse().next().is_some()
    }
}

/// A package of a lock file that became worse, by what is remembered of it or by a new finding.
fn worse_in_lock<'a>(now: &'a SpecReport, known: &BTreeSet<&str>) -> Option<Changed<'a>> {
    let worse = worse(None, Some(now), known);
    (!worse.is_empty()).then_some(Changed {
        before: None,
        now: Some(now),
        worse,
    })
}

fn by_path(report: &Report) -> BTreeMap<&str, &SpecReport> {
    let specs = report.specs.iter();
    specs.map(|spec| (spec.path.as_str(), spec)).collect()
}

/// What is compared: everything that a reviewer would want to know of. Fingerprints stand for the
/// findings, so that another wording is no change.
fn state(spec: &SpecReport) -> impl PartialEq {
    let publisher = spec.publisher.as_deref();
    (
        spec.package.as_deref(),
        spec.version.as_deref(),
        spec.status,
        spec.slsa_build_level,
        publisher.map(|publisher| {
            (
                publisher.kind,
                comparable(publisher),
                publisher.workflow.as_deref(),
                publisher.runner_environment.as_deref(),
            )
        }),
        spec.overrides
            .iter()
            .map(|one| (override_name(spec, one), one.status.as_str()))
            .collect::<BTreeSet<_>>(),
        spec.findings
            .iter()
            .map(|finding| {
                let accepted = finding.exempted.is_some();
                (finding.fingerprint.as_str(), finding.severity, accepted)
            })
            .collect::<BTreeSet<_>>(),
    )
}

/// The repository, or without one who signed.
pub(super) fn source(publisher: &PublisherRecord) -> &str {
    let repository = publisher.repository.as_deref();
    repository.unwrap_or(&publisher.subject)
}

/// The same to compare: repositories' names do not tell upper case from lower case
/// (`identity::Repository`), signers' may.
fn comparable(publisher: &PublisherRecord) -> Cow<'_, str> {
    match &publisher.repository {
        Some(repository) => Cow::Owned(repository.to_ascii_lowercase()),
        None => Cow::Borrowed(&publisher.subject),
    }
}

/// Whether two certificates are of one repository or account. The forge's number decides where both have
/// it: a renamed repository keeps it, and one made again under an old name has another.
fn is_same_source(before: &PublisherRecord, now: &PublisherRecord) -> bool {
    let numbers = before
        .repository_id
        .as_ref()
        .zip(now.repository_id.as_ref());
    before.kind == now.kind
        && numbers.map_or_else(
            || comparable(before) == comparable(now),
            |(before, now)| before == now,
        )
}

fn worse(
    before: Option<&SpecReport>,
    now: Option<&SpecReport>,
    known: &BTreeSet<&str>,
) -> Vec<Worse> {
    let Some(now) = now else { return Vec::new() };
    // What the rules about drift made of it is more exact than what two reports show.
    let since_base = now.worse.iter().filter(|it| it.since == BeforeSource::Base);
    let mut found: Vec<Worse> = since_base.map(|it| Worse::Drift(it.what)).collect();
    if let (Some(before), true) = (before, found.is_empty()) {
        found.extend(weaker(before.status, now.status));
        found.extend(published(before, now));
        let levels = before.slsa_build_level.zip(now.slsa_build_level);
        found.extend(
            levels
                .filter(|(before, now)| now < before)
                .map(|_| Worse::LowerLevel),
        );
    }
    let brought = |finding: &&Finding| {
        finding.severity > Severity::Note && !known.contains(finding.fingerprint.as_str())
    };
    let new = now.open_findings().filter(brought).count();
    if new > 0 && found.is_empty() {
        found.push(Worse::Findings(new));
    }
    found
}

/// What a change of the status means, where it is one for the worse.
fn weaker(before: Status, now: Status) -> Option<Worse> {
    if strength(now)? >= strength(before)? {
        return None;
    }
    Some(match now {
        Status::Partial => Worse::PartlyAttested,
        Status::None if before == Status::Signed => Worse::LostSignature,
        Status::Signed | Status::None => Worse::LostProvenance,
        Status::Invalid => Worse::FailsVerification,
        Status::NotFound => Worse::NotFound,
        Status::Unknown => Worse::NotDetermined,
        Status::Malformed => Worse::Unusable,
        Status::Verified | Status::Pinned | Status::NotApplicable => return None,
    })
}

/// How much a status proves; nothing of a spec without a package.
const fn strength(status: Status) -> Option<u8> {
    match status {
        Status::Verified | Status::Pinned => Some(5),
        Status::Partial => Some(4),
        Status::Signed => Some(3),
        Status::None => Some(2),
        Status::Unknown => Some(1),
        Status::Invalid | Status::NotFound | Status::Malformed => Some(0),
        Status::NotApplicable => None,
    }
}

/// What a change of the publisher means, where both are known.
fn published(before: &SpecReport, now: &SpecReport) -> Option<Worse> {
    let (before, now) = (before.publisher.as_deref()?, now.publisher.as_deref()?);
    let is_hosted = |publisher: &PublisherRecord| {
        let runner = publisher.runner_environment.as_deref();
        runner.is_none_or(|runner| runner == HOSTED)
    };
    if !is_same_source(before, now) {
        Some(Worse::OtherPublisher)
    } else if before.workflow != now.workflow {
        Some(Worse::OtherWorkflow)
    } else if is_hosted(before) && !is_hosted(now) {
        Some(Worse::OtherRunner)
    } else {
        None
    }
}
