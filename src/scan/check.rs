//! One package, from its requests to what was observed.

use std::sync::Arc;

use jiff::Timestamp;

use super::admission::{Admitted, Metered};
use dockyard_registry::EvidenceSource;
use dockyard_registry::collect::{GoRun, collect, dated};
use dockyard_registry::http::SharedDocument;
use dockyard_registry::trust::TrustHandle;
use package_provenance::evidence::RawEvidence;
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
/// whatever else there may be, and what does not verify is no better for it. Of a Go package there is nothing
/// more than its record, and of its modules and versions no absence counts: neither a 404 nor an empty list.
/// Whether a version was withdrawn is as old as the document that says so, of npm, PyPI and Go alike; the report has
/// the time of the oldest one.
pub(super) fn without_absence(observed: Observed) -> Observed {
    match observed.status {
        Status::Signed if observed.go.is_some() => observed,
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
