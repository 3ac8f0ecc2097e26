//! One package from questions to result.

use jiff::Timestamp;

use crate::package::PackageVersion;
use crate::registry::collect::collect;
use crate::registry::recording::Recording;
use crate::registry::{EvidenceRequest, EvidenceSource, Review};
use crate::trust::TrustHandle;
use crate::verify::{Observed, Outcome, Status, verify};

/// Asks `source` about `package` and verifies the answers; once more, where the source had kept an
/// answer that does not stand. Records the answers that the result rests on.
pub(super) async fn judge<S: EvidenceSource>(
    source: &S,
    package: &PackageVersion,
    trust: &TrustHandle,
    now: Timestamp,
    recording: Option<&Recording>,
) -> Observed {
    let mut raw = collect(source, package, trust).await;
    let trust = match trust.get().await {
        Ok(trust) => trust,
        Err(failure) => {
            // Nothing was verified, so nothing speaks against the answers.
            if let Some(recording) = recording {
                recording.record(package, &raw);
            }
            return Observed::undetermined(failure.to_string());
        }
    };
    let mut observed = verify(package, &raw, &trust, now);
    if source.review(&|request| stands(request, &observed)) == Review::AskAgain {
        raw = collect(source, package, &trust.npm_keys).await;
        observed = verify(package, &raw, &trust, now);
        source.review(&|request| stands(request, &observed));
    }
    if let Some(recording) = recording {
        recording.record(package, &raw);
    }
    observed
}

/// Whether nothing speaks against the answer to `request`: the package is verified, or what is
/// wrong with it is in other answers. A file's attestations stand by themselves where they verify and
/// agree with those of all other files.
fn stands(request: &EvidenceRequest, observed: &Observed) -> bool {
    match (observed.status, request) {
        (Status::Verified, _) => true,
        (Status::Partial, EvidenceRequest::PypiProvenance(_, file)) => {
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
