//! No source at all: what was not recorded is not known.

use super::{EvidenceRequest, EvidenceSource, FetchError, FetchProblem, Fetched};

/// Answers every question with [`FetchProblem::Offline`].
#[derive(Debug, Clone, Copy, Default)]
pub struct OfflineSource;

impl EvidenceSource for OfflineSource {
    async fn fetch(&self, request: &EvidenceRequest) -> Fetched {
        Fetched::Failed(FetchError {
            asked: request.evidence_path(),
            problem: FetchProblem::Offline,
        })
    }
}
