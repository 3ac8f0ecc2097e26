//! Work without a network: what earlier runs cached, or nothing. What is not there is not known.

use std::sync::{Arc, Mutex, PoisonError};

use jiff::Timestamp;

use super::EvidenceSource;
use super::cache::session::CachedSource;
use package_provenance::evidence::{EvidenceRequest, FetchError, FetchProblem, Fetched};
use package_provenance::package::PackageVersion;

/// Answers from the cache, however old; without one, every request with [`FetchProblem::Offline`].
#[derive(Default)]
pub struct OfflineSource {
    cached: Option<Arc<CachedSource>>,
    oldest: Mutex<Option<Timestamp>>,
}

impl OfflineSource {
    /// A source that has what is in the cache of `cached`. Nothing is asked.
    pub const fn of(cached: Arc<CachedSource>) -> Self {
        Self {
            cached: Some(cached),
            oldest: Mutex::new(None),
        }
    }

    /// When the oldest of the answers that were used came, or was last confirmed.
    pub fn oldest(&self) -> Option<Timestamp> {
        *self.oldest.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn answer(&self, request: &EvidenceRequest) -> Result<Fetched, FetchProblem> {
        let cached = self.cached.as_ref().ok_or(FetchProblem::Offline)?;
        let entry = cached.entry(request)?;
        let mut oldest = self.oldest.lock().unwrap_or_else(PoisonError::into_inner);
        *oldest = Some(oldest.map_or(entry.stored_at, |time| time.min(entry.stored_at)));
        Ok(entry.kept.answer())
    }
}

impl EvidenceSource for OfflineSource {
    async fn fetch(&self, request: &EvidenceRequest) -> Fetched {
        self.answer(request).unwrap_or_else(|problem| {
            Fetched::Failed(FetchError {
                asked: request.evidence_path(),
                problem,
            })
        })
    }

    fn is_mirrored(&self, package: &PackageVersion) -> bool {
        let cached = self.cached.as_ref();
        cached.is_some_and(|cached| cached.http().is_mirrored(package))
    }
}
