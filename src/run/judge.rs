//! One package from questions to result.

use jiff::Timestamp;

use super::foresight::Foresight;
use super::slots::{Keys, Metered, Slot};
use dockyard_registry::collect::{GoRun, collect};
use dockyard_registry::recording::Recording;
use dockyard_registry::trust::TrustHandle;
use dockyard_registry::{EvidenceSource, Review};
use package_provenance::evidence::{EvidenceRequest, RawEvidence};
use package_provenance::package::{Ecosystem, PackageVersion};
use package_provenance::verify::{Observed, Outcome, Status, verify};

/// Asks `source` about `package` and verifies the answers, within `slot`; once more, where the source
/// had kept an answer that does not stand. Records the answers that the result rests on.
pub(super) async fn judge<S: EvidenceSource>(
    source: &S,
    package: &PackageVersion,
    trust: &TrustHandle,
    now: Timestamp,
    recording: Option<&Recording>,
    slot: &Slot,
    foresight: &Foresight,
    go: &GoRun,
) -> Observed {
    let foreseen = source
        .kept()
        .and_then(|kept| foresight.begin(kept, package, trust, now));
    let (metered, keys) = (Metered { source, slot }, Keys { trust, slot });
    let mut raw = collect(&metered, package, &keys, go).await;
    let trust = match slot.wait_for(trust).await {
        Ok(trust) => trust,
        Err(failure) => {
            // Nothing was verified, so nothing speaks against the answers.
            if let Some(recording) = recording {
                recording.record(package, &raw);
            }
            return Observed::undetermined(failure.to_string());
        }
    };
    let foreseen = match foreseen {
        Some(foreseen) => foreseen.await.ok().flatten(),
        None => None,
    };
    let foreseen = foreseen.and_then(|foreseen| foreseen.of_these(&raw, &trust));
    let mut observed = foreseen.unwrap_or_else(|| verify(package, &raw, &trust, now));
    if source.review(&|request| stands(request, &observed)) == Review::AskAgain {
        drop(raw);
        raw = collect(&metered, package, trust.as_ref(), &go.afresh()).await;
        observed = verify(package, &raw, &trust, now);
        source.review(&|request| stands(request, &observed));
    }
    if let RawEvidence::Go(raw) = &raw
        && observed.status == Status::Signed
    {
        go.verified(raw);
    }
    if let Some(recording) = recording {
        recording.record(package, &raw);
    }
    // A record of the checksum database is all that there is to a Go package.
    if source.shows_absence() || package.ecosystem() == Ecosystem::Go {
        observed
    } else {
        without_absence(observed)
    }
}

/// What is left of a result where nothing shows that what was not seen is not there. What verifies
/// does so whatever else there may be, and what does not verify is no better for it.
fn without_absence(observed: Observed) -> Observed {
    match observed.status {
        Status::Partial | Status::Signed | Status::None | Status::NotFound => Observed {
            // Who did build a file is compared with what is declared all the same.
            builds: observed.builds,
            project_status: observed.project_status,
            ..Observed::undetermined(format!(
                "what earlier runs kept says `{}`, and only the registry can say that there is no \
                 more than that; it was not asked, because of --offline",
                observed.status.as_str()
            ))
        },
        Status::Verified
        | Status::Invalid
        | Status::Unknown
        | Status::Malformed
        | Status::NotApplicable => observed,
    }
}

/// Whether nothing speaks against the answer to `request`: the package is verified, or what is
/// wrong with it is in other answers. A file's attestations stand by themselves where they verify and
/// agree with those of all other files.
fn stands(request: &EvidenceRequest, observed: &Observed) -> bool {
    match (observed.status, request) {
        (Status::Verified, _) | (Status::Signed, EvidenceRequest::Go(_)) => true,
        (
            Status::Partial,
            EvidenceRequest::PypiProvenance(_, file)
            | EvidenceRequest::PypiProvenanceAt(_, file, _),
        ) => {
            let of_file = |artifact: &str| artifact == file.as_str();
            let mut evidence = observed
                .evidence
                .iter()
                .filter(|one| of_file(&one.artifact));
            let verified = |one| matches!(one, &Outcome::Verified(_));
            observed.publisher.is_some()
                && evidence.next().is_some_and(|one| verified(&one.outcome))
                && evidence.all(|one| verified(&one.outcome))
        }
        _ => false,
    }
}
