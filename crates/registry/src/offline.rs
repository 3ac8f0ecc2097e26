//! Work without a network: what earlier runs kept, or nothing. What is not there is not known.

use std::sync::{Arc, Mutex, PoisonError};

use jiff::Timestamp;

use super::EvidenceSource;
use super::cache::Cache;
use super::http::HttpSource;
use package_provenance::evidence::{EvidenceRequest, FetchError, FetchProblem, Fetched};

/// Answers from the cache, however old; without one, every question with [`FetchProblem::Offline`].
pub struct OfflineSource {
    kept: Option<(Arc<Cache>, HttpSource)>,
    oldest: Mutex<Option<Timestamp>>,
}

impl OfflineSource {
    /// A source that has nothing.
    pub const fn empty() -> Self {
        Self {
            kept: None,
            oldest: Mutex::new(None),
        }
    }

    /// A source that has what `cache` holds for the questions as `http` would ask them. Nothing is
    /// asked.
    pub const fn of(cache: Arc<Cache>, http: HttpSource) -> Self {
        Self {
            kept: Some((cache, http)),
            oldest: Mutex::new(None),
        }
    }

    /// When the oldest of the answers that were used came, or was last confirmed.
    pub fn oldest(&self) -> Option<Timestamp> {
        *self.oldest.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn answer(&self, request: &EvidenceRequest) -> Result<Fetched, FetchProblem> {
        let Some((cache, http)) = &self.kept else {
            return Err(FetchProblem::Offline);
        };
        let entry = http
            .key(&http.question(request)?)
            .and_then(|key| cache.entry(&key, request))
            .ok_or(FetchProblem::NotCached)?;
        let mut oldest = self.oldest.lock().unwrap_or_else(PoisonError::into_inner);
        *oldest = Some(oldest.map_or(entry.stored_at, |time| time.min(entry.stored_at)));
        Ok(Fetched::Found(entry.body))
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
    fn shows_absence(&self) -> bool {
        false
    }
}
