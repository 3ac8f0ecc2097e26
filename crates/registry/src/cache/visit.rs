//! The questions about one package, answered by the cache where it may and by the registry where it
//! must.
//!
//! A visit has at most two rounds. In the first, kept answers are used as HTTP allows. Once they have
//! been verified, [`EvidenceSource::review`] is told which of them stand: those are kept, and if a
//! kept answer does not stand, the second round asks the registry for it, unconditionally. Nothing
//! that the registry answered in the first round is asked again.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use http::HeaderMap;

use super::Cache;
use super::entry::{Entry, Key};
use super::freshness::{self, Use};
use crate::exchange;
use crate::http::{Answer, HttpSource, Question};
use crate::{EvidenceSource, Review};
use package_provenance::evidence::{
    Asked, Body, EvidenceRequest, FetchError, FetchProblem, Fetched,
};

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

    /// Starts the questions about one package.
    pub fn visit(self: &Arc<Self>) -> Visit {
        Visit {
            source: Arc::clone(self),
            state: Mutex::default(),
        }
    }
}

/// What earlier runs kept, however old. Nobody is asked.
pub struct Kept(Arc<CachedSource>);

impl Kept {
    fn answer(&self, request: &EvidenceRequest) -> Result<Fetched, FetchProblem> {
        let CachedSource { http, cache } = self.0.as_ref();
        let key = http.key(&http.question(request)?);
        key.and_then(|key| cache.entry(&key, request))
            .map(|entry| Fetched::Found(entry.body))
            .ok_or(FetchProblem::NotCached)
    }
}

impl EvidenceSource for Kept {
    async fn fetch(&self, request: &EvidenceRequest) -> Fetched {
        self.answer(request).unwrap_or_else(|problem| {
            let asked = request.evidence_path();
            Fetched::Failed(FetchError { asked, problem })
        })
    }

    fn shows_absence(&self) -> bool {
        false
    }
}

/// The questions about one package.
pub struct Visit {
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
    /// Where it is kept; none where it may not be.
    key: Option<Key>,
    origin: Origin,
}

enum Origin {
    /// From the registry. The entry that it would make, where it may be kept.
    Registry(Option<Entry>),
    /// Kept, and used without a request.
    Kept,
    /// Kept, and confirmed by the registry: the entry that this makes, where it would now last.
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

impl Visit {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn answer(&self, request: &EvidenceRequest) -> Seen {
        let CachedSource { http, cache } = self.source.as_ref();
        let mut question = match http.question(request) {
            Ok(question) => question,
            Err(problem) => return Seen::failed(request.evidence_path(), problem),
        };
        let key = http.key(&question);
        if self.state().second_round {
            return self.ask(&question, key).await;
        }
        let kept = key.as_ref().and_then(|key| cache.look(key, request));
        let (entry, conditions) = match kept {
            None | Some((_, Use::Not)) => return self.ask(&question, key).await,
            Some((entry, Use::AsItIs)) => {
                exchange::kept(&question.shown, entry.body.len());
                return Seen {
                    fetched: Fetched::Found(entry.body),
                    key,
                    origin: Origin::Kept,
                };
            }
            Some((entry, Use::IfConfirmed(conditions))) => (entry, conditions),
        };
        question.headers.extend(conditions.clone());
        let headers = match http.ask(&question).await {
            Ok(Answer::NotModified(headers)) => headers,
            Ok(Answer::Found(body, headers)) => return self.found(body, &headers, key),
            Ok(Answer::Missing) => return missing(key),
            Err(problem) => return Seen::failed(question.shown.clone(), problem),
        };
        let Some(confirmed) = freshness::confirmed(&entry, &headers, cache.now) else {
            // It speaks of a body that is not here.
            for name in conditions.keys() {
                question.headers.remove(name);
            }
            return self.ask(&question, key).await;
        };
        Seen {
            fetched: Fetched::Found(Body::clone(&confirmed.body)),
            key,
            origin: Origin::Confirmed(freshness::lasts(&confirmed).then_some(confirmed)),
        }
    }

    /// Asks the registry, whatever is kept.
    async fn ask(&self, question: &Question<'_>, key: Option<Key>) -> Seen {
        let problem = match self.source.http.ask(question).await {
            Ok(Answer::Found(body, headers)) => return self.found(body, &headers, key),
            Ok(Answer::Missing) => return missing(key),
            // Nothing was said of a version that we had.
            Ok(Answer::NotModified(_)) => FetchProblem::Status(304),
            Err(problem) => problem,
        };
        Seen::failed(question.shown.clone(), problem)
    }

    fn found(&self, body: Body, headers: &HeaderMap, key: Option<Key>) -> Seen {
        let now = self.source.cache.now;
        let entry = key
            .clone()
            .and_then(|key| freshness::entry(key, headers, &body, now));
        Seen {
            fetched: Fetched::Found(body),
            key,
            origin: Origin::Registry(entry),
        }
    }
}

const fn missing(key: Option<Key>) -> Seen {
    Seen {
        fetched: Fetched::Missing,
        key,
        origin: Origin::Registry(None),
    }
}

impl EvidenceSource for Visit {
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

    fn kept(&self) -> Option<impl EvidenceSource + 'static> {
        Some(Kept(Arc::clone(&self.source)))
    }

    fn review(&self, stands: &(dyn Fn(&EvidenceRequest) -> bool + Sync)) -> Review {
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
        // A failure says nothing about what is kept.
        let complete = !seen
            .values()
            .any(|seen| matches!(seen.fetched, Fetched::Failed(_)));
        for (request, seen) in seen {
            let Some(key) = seen.key else { continue };
            match seen.origin {
                Origin::Registry(Some(entry)) if stands(&request) => cache.store.put(&entry),
                // Another package may share the document, and have been verified with it.
                Origin::Registry(Some(entry)) => {
                    let kept = cache.entry(&key, &request);
                    if complete && kept.is_some_and(|kept| kept.body != entry.body) {
                        cache.store.remove(&key);
                    }
                }
                Origin::Registry(None) if complete => cache.store.remove(&key),
                Origin::Registry(None) => {}
                Origin::Confirmed(Some(entry)) => cache.store.put(&entry),
                Origin::Confirmed(None) | Origin::Kept => cache.store.mark_used(&key, cache.now),
            }
        }
        Review::Done
    }
}
