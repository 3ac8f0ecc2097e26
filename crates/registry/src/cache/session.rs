//! The requests about one package, answered by the cache where it may and by the registry where it
//! must.
//!
//! A session has at most two rounds. In the first, cached answers are used as HTTP allows. Once they
//! have been verified, [`Session::review`] learns which of them stand: those are cached, and if a
//! cached answer does not stand, the second round asks the registry for it, unconditionally. Nothing
//! that the registry answered in the first round is asked again.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use http::HeaderMap;

use super::Cache;
use super::entry::{Entry, Key};
use super::freshness::{self, Use};
use crate::EvidenceSource;
use crate::collect;
use crate::exchange;
use crate::http::{Answer, HttpRequest, HttpSource};
use package_provenance::evidence::{
    Asked, Body, EvidenceRequest, FetchError, FetchProblem, Fetched,
};
use package_provenance::package::PackageVersion;

/// Most bytes of answers that are held for one package until they are reviewed; collecting one stops
/// below it.
const MAX_HELD: usize = 192 << 20;

/// Registries over HTTP, with the answers of earlier runs.
pub struct CachedSource {
    http: HttpSource,
    cache: Arc<Cache>,
}

impl CachedSource {
    /// Asks `http` for what `cache` cannot answer.
    pub const fn new(http: HttpSource, cache: Arc<Cache>) -> Self {
        Self { http, cache }
    }

    /// The registries behind the cache.
    pub const fn http(&self) -> &HttpSource {
        &self.http
    }

    /// The cache before them.
    pub fn cache(&self) -> &Cache {
        &self.cache
    }

    /// Starts the requests about one package.
    pub fn session(self: &Arc<Self>) -> Session {
        Session {
            source: Arc::clone(self),
            state: Mutex::default(),
        }
    }

    /// What is cached of the answer to `request`, however old. Nobody is asked.
    pub(crate) fn entry(&self, request: &EvidenceRequest) -> Result<Entry, FetchProblem> {
        let key = self.http.key(&self.http.prepare(request)?);
        key.and_then(|key| self.cache.entry(&key, request))
            .filter(|entry| !freshness::is_absence(entry, request))
            .ok_or(FetchProblem::NotCached)
    }
}

/// What is to be done after a review.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Review {
    /// Nothing: the result holds.
    Done,
    /// Ask and verify once more: the result may rest on a cached answer that is wrong.
    AskAgain,
}

/// The requests about one package.
pub struct Session {
    source: Arc<CachedSource>,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    second_round: bool,
    held: usize,
    seen: BTreeMap<EvidenceRequest, Seen>,
}

/// One answer.
struct Seen {
    fetched: Fetched,
    /// Where it is cached; none where it may not be.
    key: Option<Key>,
    origin: Origin,
}

enum Origin {
    /// From the registry. The entry that it would make, where it may be cached.
    Registry(Option<Entry>),
    /// From the cache, without a request.
    Cached,
    /// From the cache, and confirmed by the registry: the entry that this makes, where it would now last.
    Confirmed(Option<Entry>),
}

impl Seen {
    fn failed(asked: String, problem: FetchProblem) -> Self {
        Self {
            fetched: Fetched::Failed(FetchError { asked, problem }),
            key: None,
            origin: Origin::Registry(None),
        }
    }
}

impl Session {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn answer(&self, request: &EvidenceRequest) -> Seen {
        let CachedSource { http, cache } = self.source.as_ref();
        let mut prepared = match http.prepare(request) {
            Ok(prepared) => prepared,
            Err(problem) => return Seen::failed(request.evidence_path(), problem),
        };
        let key = http.key(&prepared);
        if self.state().second_round {
            return self.ask(request, &prepared, key).await;
        }
        let cached = key.as_ref().and_then(|key| cache.look(key, request));
        let (entry, conditions) = match cached {
            None | Some((_, Use::Not)) => return self.ask(request, &prepared, key).await,
            Some((entry, Use::AsItIs)) => {
                exchange::cached(&prepared.shown, entry.kept.length());
                return Seen {
                    fetched: entry.kept.answer(),
                    key,
                    origin: Origin::Cached,
                };
            }
            Some((entry, Use::IfConfirmed(conditions))) => (entry, conditions),
        };
        prepared.headers.extend(conditions.clone());
        let headers = match http.send(request, &prepared).await {
            Ok(Answer::NotModified(headers)) => headers,
            Ok(Answer::Found(body, headers)) => return self.found(request, body, &headers, key),
            Ok(Answer::Missing(headers)) => return self.missing(request, &headers, key),
            Err(problem) => return Seen::failed(prepared.shown, problem),
        };
        let Some(confirmed) = freshness::confirmed(&entry, &headers, cache.now) else {
            // It speaks of a body that is not here.
            for name in conditions.keys() {
                prepared.headers.remove(name);
            }
            return self.ask(request, &prepared, key).await;
        };
        Seen {
            fetched: confirmed.kept.answer(),
            key,
            origin: Origin::Confirmed(freshness::lasts(&confirmed).then_some(confirmed)),
        }
    }

    /// Asks the registry, whatever is cached.
    async fn ask(
        &self,
        request: &EvidenceRequest,
        prepared: &HttpRequest,
        key: Option<Key>,
    ) -> Seen {
        let problem = match self.source.http.send(request, prepared).await {
            Ok(Answer::Found(body, headers)) => return self.found(request, body, &headers, key),
            Ok(Answer::Missing(headers)) => return self.missing(request, &headers, key),
            // Nothing was said of a version that we had.
            Ok(Answer::NotModified(_)) => FetchProblem::Status(304),
            Err(problem) => problem,
        };
        Seen::failed(prepared.shown.clone(), problem)
    }

    fn found(
        &self,
        request: &EvidenceRequest,
        body: Body,
        headers: &HeaderMap,
        key: Option<Key>,
    ) -> Seen {
        let now = self.source.cache.now;
        let entry = key
            .clone()
            .filter(|_| collect::answers(request, &body))
            .and_then(|key| freshness::entry(key, headers, &body, now));
        Seen {
            fetched: Fetched::Found(body),
            key,
            origin: Origin::Registry(entry),
        }
    }

    /// That there is none, which only a run without a network takes from the cache.
    fn missing(&self, request: &EvidenceRequest, headers: &HeaderMap, key: Option<Key>) -> Seen {
        let now = self.source.cache.now;
        let entry = key
            .clone()
            .and_then(|key| freshness::absence(key, request, headers, now));
        Seen {
            fetched: Fetched::Missing,
            key,
            origin: Origin::Registry(entry),
        }
    }

    /// Whether everything is to be asked once more because of answers that another package's session gave
    /// from the cache; no more than once. What the registry answered stays.
    pub fn doubt(&self) -> Review {
        let mut state = self.state();
        if state.second_round {
            return Review::Done;
        }
        state.second_round = true;
        state
            .seen
            .retain(|_, seen| matches!(seen.origin, Origin::Registry(_)));
        Review::AskAgain
    }

    /// Takes, once the answers have been verified, which of them stand: nothing about them is in
    /// doubt. Those are cached. Where one that was cached before does not stand, everything is to be
    /// asked once more; no more than once.
    pub fn review(&self, stands: impl Fn(&EvidenceRequest) -> bool) -> Review {
        let mut state = self.state();
        if !state.second_round {
            let before = state.seen.len();
            state.seen.retain(|request, seen| {
                matches!(seen.origin, Origin::Registry(_)) || stands(request)
            });
            if state.seen.len() < before {
                state.second_round = true;
                return Review::AskAgain;
            }
        }
        let cache = &self.source.cache;
        let seen = std::mem::take(&mut state.seen);
        // A failure says nothing about what is cached.
        let complete = !seen
            .values()
            .any(|seen| matches!(seen.fetched, Fetched::Failed(_)));
        for (request, seen) in seen {
            let Some(key) = seen.key else { continue };
            match seen.origin {
                Origin::Registry(Some(entry)) if stands(&request) => cache.store.put(&entry),
                // Another package may share the document, and have been verified with it.
                Origin::Registry(Some(entry)) => {
                    let cached = cache.entry(&key, &request);
                    if complete && cached.is_some_and(|cached| cached.kept != entry.kept) {
                        cache.store.remove(&key);
                    }
                }
                Origin::Registry(None) if complete => cache.store.remove(&key),
                Origin::Registry(None) => {}
                Origin::Confirmed(Some(entry)) => cache.store.put(&entry),
                Origin::Confirmed(None) | Origin::Cached => cache.store.mark_used(&key, cache.now),
            }
        }
        Review::Done
    }
}

impl EvidenceSource for Session {
    async fn fetch(&self, request: &EvidenceRequest) -> Fetched {
        if let Some(seen) = self.state().seen.get(request) {
            return seen.fetched.clone();
        }
        let mut seen = self.answer(request).await;
        let mut state = self.state();
        if let Fetched::Found(body) = &seen.fetched {
            state.held = state.held.saturating_add(body.len());
            if state.held > MAX_HELD {
                let problem = FetchProblem::TooLarge { limit: MAX_HELD };
                seen = Seen::failed(request.evidence_path(), problem);
            }
        }
        let fetched = seen.fetched.clone();
        state.seen.insert(request.clone(), seen);
        fetched
    }

    fn asked(&self, request: &EvidenceRequest) -> Option<Asked> {
        self.source.http.asked(request)
    }

    fn is_from_disk(&self, request: &EvidenceRequest) -> bool {
        let state = self.state();
        let seen = state.seen.get(request);
        seen.is_some_and(|seen| !matches!(seen.origin, Origin::Registry(_)))
    }

    fn is_mirrored(&self, package: &PackageVersion) -> bool {
        self.source.http.is_mirrored(package)
    }
}
