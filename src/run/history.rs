//! Whether an earlier version of a package without provenance has it, as its registry shows.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;

use super::foresight::Foresight;
use super::judge::judge;
use super::slots::{Metered, Slot};
use dockyard_registry::recording::Recording;
use dockyard_registry::trust::TrustHandle;
use dockyard_registry::{EvidenceSource, Review};
use dockyard_report::spec::{SpecFile, Subject};
use package_provenance::evidence::{Asked, EvidenceRequest, FetchProblem, Fetched};
use package_provenance::history::{self, Earlier, Said};
use package_provenance::package::PackageVersion;
use package_provenance::verify::{Observed, Status};

/// What came of asking, by package.
pub(super) type Histories = BTreeMap<PackageVersion, History>;

/// What a registry's history says.
pub(super) enum History {
    /// An earlier version has provenance, which verifies.
    Attested(PackageVersion, Box<Observed>),
    /// None is known to have.
    Nothing,
    /// Why it is not known.
    Undetermined(String),
}

/// The packages whose history matters if they turn out to have no provenance: those that specs pin
/// without claiming attestations, whose absence is said anyhow.
pub(super) fn candidates(specs: &[SpecFile]) -> BTreeSet<PackageVersion> {
    let package = |spec: &SpecFile| match &spec.subject {
        Subject::Package(package) if !spec.claimed => Some(package.package.clone()),
        Subject::Package(_) | Subject::NotApplicable | Subject::Unusable => None,
    };
    specs.iter().filter_map(package).collect()
}

/// What the history is asked with.
pub(super) struct Question<'a> {
    pub(super) trust: &'a TrustHandle,
    pub(super) now: Timestamp,
    pub(super) recording: Option<&'a Recording>,
    pub(super) slot: &'a Slot,
    pub(super) foresight: &'a Foresight,
}

/// Asks `list` which versions there are, and `source` for the nearest that is said to have provenance:
/// two round trips, and one where there is none.
pub(super) async fn ask<L: EvidenceSource, S: EvidenceSource>(
    list: &L,
    source: S,
    package: &PackageVersion,
    question: Question<'_>,
) -> History {
    let (request, of_index): (EvidenceRequest, bool) = match package {
        PackageVersion::Npm(package) => {
            (EvidenceRequest::NpmPackument(package.name.clone()), false)
        }
        PackageVersion::Pypi(package) => (EvidenceRequest::PypiIndex(package.name.clone()), true),
        // The checksum database tells of every version alike.
        PackageVersion::Go(_) => return History::Nothing,
    };
    let metered = Metered {
        source: list,
        slot: question.slot,
    };
    let answer = metered.fetch(&request).await;
    if let Some(recording) = question.recording {
        recording.record_answer(&request, &answer);
    }
    let listed = match &answer {
        Fetched::Found(body) => earlier(body, package),
        Fetched::Missing => Err("the registry has no list of its versions".to_owned()),
        Fetched::Failed(error) if not_there(&error.problem) => return History::Nothing,
        Fetched::Failed(error) => Err(error.to_string()),
    };
    let listed = match listed {
        Ok(listed) => listed,
        Err(cause) => return History::Undetermined(cause),
    };
    let mut attested = listed.into_iter().filter(|one| one.said == Said::Attested);
    let Some(Earlier {
        package: earlier, ..
    }) = attested.next()
    else {
        return History::Nothing;
    };
    let source = Given {
        source,
        // An index tells of all versions; a packument is not asked for one.
        answer: of_index.then_some((request, answer)),
    };
    let Question {
        trust,
        now,
        recording,
        slot,
        foresight,
    } = question;
    let observed = judge(&source, &earlier, trust, now, recording, slot, foresight).await;
    match observed.status {
        Status::Verified | Status::Partial => History::Attested(earlier, Box::new(observed)),
        Status::Unknown if is_recorded_nowhere(&observed) => History::Nothing,
        Status::Unknown => {
            let cause = observed.cause.clone();
            let cause = cause.unwrap_or_else(|| "its evidence is incomplete".to_owned());
            History::Undetermined(format!("{earlier}: {cause}"))
        }
        Status::Signed
        | Status::None
        | Status::Invalid
        | Status::NotFound
        | Status::Malformed
        | Status::NotApplicable => History::Nothing,
    }
}

fn earlier(body: &[u8], package: &PackageVersion) -> Result<Vec<Earlier>, String> {
    match package {
        PackageVersion::Npm(package) => {
            history::of_npm(body, package).map_err(|error| error.to_string())
        }
        PackageVersion::Pypi(package) => {
            history::of_pypi(body, package).map_err(|error| error.to_string())
        }
        PackageVersion::Go(_) => Ok(Vec::new()),
    }
}

/// Whether nobody was to be asked: recorded evidence and earlier runs hold what a run asked for, and an
/// older one did not ask for this.
const fn not_there(problem: &FetchProblem) -> bool {
    matches!(
        problem,
        FetchProblem::NotRecorded | FetchProblem::NotCached | FetchProblem::Offline
    )
}

fn is_recorded_nowhere(observed: &Observed) -> bool {
    let told = [
        FetchProblem::NotRecorded.to_string(),
        FetchProblem::NotCached.to_string(),
        FetchProblem::Offline.to_string(),
    ];
    let mut causes = dockyard_report::rules::causes(observed).into_iter();
    causes.any(|cause| told.iter().any(|told| cause.contains(told.as_str())))
}

/// A source that has one answer already.
struct Given<S> {
    source: S,
    answer: Option<(EvidenceRequest, Fetched)>,
}

impl<S: EvidenceSource> EvidenceSource for Given<S> {
    async fn fetch(&self, request: &EvidenceRequest) -> Fetched {
        match &self.answer {
            Some((known, answer)) if known == request => answer.clone(),
            Some(_) | None => self.source.fetch(request).await,
        }
    }

    fn asked(&self, request: &EvidenceRequest) -> Option<Asked> {
        self.source.asked(request)
    }

    fn review(&self, stands: &(dyn Fn(&EvidenceRequest) -> bool + Sync)) -> Review {
        self.source.review(stands)
    }

    fn shows_absence(&self) -> bool {
        self.source.shows_absence()
    }
}
