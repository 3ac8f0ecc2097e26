//! One package, from its requests to what was observed.

use std::sync::Arc;

use jiff::Timestamp;

use super::admission::{Admitted, Metered};
use dockyard_registry::EvidenceSource;
use dockyard_registry::collect::{GoRun, collect, dated};
use dockyard_registry::http::SharedDocument;
use dockyard_registry::trust::TrustHandle;
use package_provenance::evidence::go::{GoDocument, GoRequest};
use package_provenance::evidence::{Fetched, RawEvidence};
use package_provenance::package::PackageVersion;
use package_provenance::trust::TrustFailure;
use package_provenance::verify::{Observed, Status, verify};

/// One package to check, and what that takes besides a source.
pub(super) struct Check {
    pub(super) package: PackageVersion,
    pub(super) trust: TrustHandle,
    pub(super) go: Arc<GoRun>,
    pub(super) now: Timestamp,
    pub(super) admitted: Admitted,
    /// Whether a requirement asks when it was published.
    pub(super) dated: bool,
    /// The document that it shares with other versions, as long as it may be asked for.
    pub(super) _shared: Option<Arc<SharedDocument>>,
}

/// The evidence of one package, and what it came to; nothing is verified without trust material.
pub(super) struct Checked {
    pub(super) evidence: RawEvidence,
    pub(super) outcome: Result<Observed, TrustFailure>,
}

impl Check {
    /// Asks `source` and verifies the answers.
    pub(super) async fn run(&self, source: &impl EvidenceSource) -> Checked {
        let evidence = self.collect(source, &self.go).await;
        self.verify(evidence).await
    }

    /// As [`Check::run`], whatever was answered about Go before.
    pub(super) async fn run_afresh(&self, source: &impl EvidenceSource) -> Checked {
        let evidence = self.collect(source, &self.go.afresh()).await;
        self.verify(evidence).await
    }

    /// Asks `source` for everything.
    pub(super) async fn collect(&self, source: &impl EvidenceSource, go: &GoRun) -> RawEvidence {
        let metered = Metered {
            source,
            trust: &self.trust,
            admitted: &self.admitted,
        };
        let evidence = collect(&metered, &self.package, &metered, go).await;
        if self.dated {
            dated(&metered, &self.package, evidence).await
        } else {
            evidence
        }
    }

    /// Verifies `evidence` once the trust material is here.
    pub(super) async fn verify(&self, evidence: RawEvidence) -> Checked {
        let trust = self.admitted.wait_for(&self.trust).await;
        let outcome = trust.map(|trust| verify(&self.package, &evidence, &trust, self.now));
        Checked { evidence, outcome }
    }
}

/// What is left of a result where nothing shows that what was not seen is not there: the cache may be
/// older than what it leaves out, and whoever can write to it can leave out more. What verifies does so
/// whatever else there may be, and what does not verify is no better for it. Of a Go package there is
/// nothing more than its record, as long as it is the record of the right module.
pub(super) fn without_absence(observed: Observed, evidence: &RawEvidence) -> Observed {
    match observed.status {
        Status::Signed if is_of_the_right_module(&observed, evidence) => observed,
        Status::Partial | Status::Signed | Status::None | Status::NotFound => Observed {
            // Who did build a file is compared with what is declared all the same.
            builds: observed.builds,
            project_status: observed.project_status,
            go: observed.go,
            ..Observed::undetermined(format!(
                "what earlier runs kept says `{}`, and only the registry can say that there is no \
                 more than that; it was not asked, because of --offline",
                observed.status.as_str()
            ))
        },
        Status::Verified
        | Status::Pinned
        | Status::Invalid
        | Status::Unknown
        | Status::Malformed
        | Status::NotApplicable => observed,
    }
}

/// Whether a Go package's module was found without believing a kept answer that something is not there: of
/// several modules whose path leads to the package the proxies alone know which there are, and a list of
/// versions may name one that retracts this. Nobody signs an absence.
fn is_of_the_right_module(observed: &Observed, evidence: &RawEvidence) -> bool {
    let (Some(_), RawEvidence::Go(raw)) = (&observed.go, evidence) else {
        return false;
    };
    !raw.answers.iter().any(|(request, answer)| {
        matches!(
            (request, answer),
            (
                GoRequest::Proxy(_, GoDocument::Info(_) | GoDocument::List(_)),
                Fetched::Missing
            )
        )
    })
}
