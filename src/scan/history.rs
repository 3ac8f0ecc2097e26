//! Whether an earlier version of a package without provenance has it, as its registry shows.

use std::collections::{BTreeMap, BTreeSet};

use super::check::{Check, Checked};
use super::sources::{Source, common_document};
use dockyard_registry::recording::Recording;
use dockyard_report::spec::{SpecFile, Subject};
use package_provenance::evidence::{FetchProblem, Fetched};
use package_provenance::history::{self, Earlier, Said};
use package_provenance::package::PackageVersion;
use package_provenance::verify::{Limit, Observed, Status};

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
pub(super) fn candidates(specs: &[SpecFile]) -> BTreeSet<&PackageVersion> {
    let packages = specs.iter().filter_map(|spec| match &spec.subject {
        Subject::Package(package) if !spec.claimed => Some(&package.package),
        Subject::Package(_) | Subject::Skill(_) | Subject::Unusable => None,
    });
    packages.collect()
}

/// Asks `source` which versions there are, and for the nearest that is said to have provenance: two round
/// trips, and one where there is none. `check` was that of the package itself.
pub(super) async fn ask(source: &Source, check: Check, recording: Option<&Recording>) -> History {
    let package = &check.package;
    // Go's checksum database tells of every version alike.
    let Some(request) = common_document(package) else {
        return History::Nothing;
    };
    let answer = Box::pin(check.admitted.fetch(&request, source.ask(&request))).await;
    if let Some(recording) = recording {
        recording.record_answer(&request.evidence_path(), &answer);
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
    drop(answer);
    let check = Check {
        package: earlier,
        ..check
    };
    let Checked { evidence, outcome } = Box::pin(source.check(&check)).await;
    if let Some(recording) = recording {
        recording.record(&check.package, &evidence);
    }
    let earlier = check.package;
    let observed = match outcome {
        Ok(observed) => observed,
        Err(failure) => return History::Undetermined(failure.to_string()),
    };
    told_by(earlier, observed)
}

/// What `observed` of the version `earlier` says.
fn told_by(earlier: PackageVersion, observed: Observed) -> History {
    match observed.status {
        Status::Verified | Status::Partial => History::Attested(earlier, Box::new(observed)),
        // Evidence of a kind that this program does not verify: the next run knows no more.
        Status::Unknown if observed.limit == Limit::Unsupported => History::Nothing,
        Status::Unknown if is_recorded_nowhere(&observed) => History::Nothing,
        Status::Unknown => {
            let cause = observed.cause.clone();
            let cause = cause.unwrap_or_else(|| "its evidence is incomplete".to_owned());
            History::Undetermined(format!("{earlier}: {cause}"))
        }
        Status::Signed
        | Status::Pinned
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

/// Whether recorded evidence and earlier runs say nothing of a package, because no run asked for it.
pub(super) fn is_recorded_nowhere(observed: &Observed) -> bool {
    let told = [
        FetchProblem::NotRecorded.to_string(),
        FetchProblem::NotCached.to_string(),
        FetchProblem::Offline.to_string(),
    ];
    let mut causes = dockyard_report::rules::causes(observed).into_iter();
    causes.any(|cause| told.iter().any(|told| cause.contains(told.as_str())))
}

#[cfg(test)]
mod tests {
    use super::*;
    use package_provenance::package::{NpmName, NpmPackage, NpmVersion};

    #[test]
    fn evidence_that_is_not_supported_is_no_doubt_for_ever() {
        let earlier = || {
            PackageVersion::Npm(NpmPackage {
                name: NpmName::parse("widget").unwrap(),
                version: NpmVersion::parse("1.2.2").unwrap(),
            })
        };
        let outside = Observed::undetermined("the registry answered 503");
        let unsupported = Observed {
            limit: Limit::Unsupported,
            ..outside.clone()
        };
        let told = told_by(earlier(), unsupported);
        assert!(matches!(told, History::Nothing));
        // The control.
        let told = told_by(earlier(), outside);
        assert!(matches!(told, History::Undetermined(_)));
    }
}
