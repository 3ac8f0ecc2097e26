//! Documents that several versions of one package need, an index or a packument: each is asked for once
//! in a run.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};

use reqwest::header::HeaderMap;
use tokio::sync::{OnceCell, OwnedSemaphorePermit, Semaphore};

use super::network::Answer;
use package_provenance::evidence::{EvidenceRequest, FetchProblem};

/// Most bytes that are held for packages whose turn has not come. What does not fit is shared by those
/// that wait for it, and asked for again by later ones.
const MAX_HELD: usize = 64 << 20;

/// The step in which they are counted.
const UNIT: usize = 64 << 10;

type Outcome = Result<Answer, FetchProblem>;

/// The documents that are shared at the moment.
pub(super) struct SharedDocuments {
    documents: Mutex<HashMap<EvidenceRequest, Weak<SharedDocument>>>,
    memory: Arc<Semaphore>,
}

/// While this lives, what it was made for is asked for once.
#[derive(Default)]
pub struct SharedDocument {
    /// One for each form of the request: with conditions, without.
    answers: Mutex<Vec<(HeaderMap, Arc<OnceCell<SharedAnswer>>)>>,
    /// What is asked of the mirror in the same words, where one is asked.
    _of_the_mirror: Option<Arc<Self>>,
}

struct SharedAnswer {
    outcome: Outcome,
    /// None where there is no room to hold it.
    held: Option<OwnedSemaphorePermit>,
}

impl SharedDocuments {
    pub(super) fn new() -> Self {
        Self {
            documents: Mutex::default(),
            memory: Arc::new(Semaphore::new(MAX_HELD / UNIT)),
        }
    }

    /// Shares the answer to `request`, and the mirror's to the same, while the result lives.
    pub(super) fn share(&self, request: EvidenceRequest) -> Arc<SharedDocument> {
        let of_the_mirror = request.of_the_mirror();
        let document = Arc::new(SharedDocument {
            answers: Mutex::default(),
            _of_the_mirror: of_the_mirror.map(|request| self.share(request)),
        });
        let mut documents = lock(&self.documents);
        // Those that nobody shares any more make room before more is taken.
        if documents.len() == documents.capacity() {
            documents.retain(|_, shared| shared.strong_count() > 0);
        }
        documents.insert(request, Arc::downgrade(&document));
        drop(documents);
        document
    }

    /// The outcome of `send`, which sends `headers`, or the one that another package has had.
    pub(super) async fn answer(
        &self,
        request: &EvidenceRequest,
        headers: &HeaderMap,
        send: impl Future<Output = Outcome>,
    ) -> Outcome {
        let document = lock(&self.documents).get(request).and_then(Weak::upgrade);
        let Some(document) = document else {
            return send.await;
        };
        let answer = document.of(headers);
        let shared = answer.get_or_init(|| async {
            let outcome = send.await;
            let bytes = outcome.as_ref().map_or(0, Answer::length);
            let units = u32::try_from(bytes.div_ceil(UNIT)).unwrap_or(u32::MAX);
            let held = Arc::clone(&self.memory).try_acquire_many_owned(units).ok();
            SharedAnswer { outcome, held }
        });
        let SharedAnswer { outcome, held } = shared.await;
        if held.is_none() {
            lock(&document.answers).retain(|(_, held)| !Arc::ptr_eq(held, &answer));
        }
        outcome.clone()
    }
}

impl SharedDocument {
    fn of(&self, headers: &HeaderMap) -> Arc<OnceCell<SharedAnswer>> {
        let mut answers = lock(&self.answers);
        if let Some((_, answer)) = answers.iter().find(|(of, _)| of == headers) {
            return Arc::clone(answer);
        }
        let answer = Arc::default();
        answers.push((headers.clone(), Arc::clone(&answer)));
        answer
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    // What is behind the locks here is whole after every statement.
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use std::future::{pending, ready};

    use futures_util::FutureExt as _;
    use futures_util::future::join;
    use reqwest::header::{HeaderValue, IF_NONE_MATCH};

    use super::*;
    use package_provenance::package::PypiName;

    fn index() -> EvidenceRequest {
        EvidenceRequest::PypiIndex(PypiName::parse("widget").unwrap())
    }

    fn body(size: usize) -> impl Future<Output = Outcome> {
        ready(Ok(Answer::Found(vec![0; size].into(), HeaderMap::new())))
    }

    fn length(outcome: Option<Outcome>) -> Option<usize> {
        outcome.map(|outcome| outcome.unwrap().length())
    }

    #[test]
    fn what_nobody_shares_any_more_takes_no_room() {
        let documents = SharedDocuments::new();
        let held = documents.share(index());
        for number in 0..1_000 {
            let name = PypiName::parse(&format!("widget-{number}")).unwrap();
            drop(documents.share(EvidenceRequest::PypiIndex(name)));
        }
        assert!(lock(&documents.documents).len() < 10);
        assert!(lock(&documents.documents).contains_key(&index()));
        drop(held);
    }

    #[test]
    fn an_answer_is_had_once_while_it_is_shared() {
        let (documents, request, plain) = (SharedDocuments::new(), index(), HeaderMap::new());
        let ask = |send| length(documents.answer(&request, &plain, send).now_or_never());
        assert_eq!(ask(body(1)), Some(1));
        assert_eq!(ask(body(2)), Some(2), "nobody shares it");
        let document = documents.share(request.clone());
        assert_eq!(ask(body(3)), Some(3));
        assert_eq!(ask(body(4)), Some(3));
        let conditions = [(IF_NONE_MATCH, HeaderValue::from_static("x"))];
        let conditions = conditions.into_iter().collect();
        let conditional = documents.answer(&request, &conditions, body(5));
        assert_eq!(
            length(conditional.now_or_never()),
            Some(5),
            "another request"
        );
        let of_the_mirror = request.of_the_mirror().unwrap();
        let ask_the_mirror = |send| {
            length(
                documents
                    .answer(&of_the_mirror, &plain, send)
                    .now_or_never(),
            )
        };
        assert_eq!(ask_the_mirror(body(7)), Some(7));
        assert_eq!(ask_the_mirror(body(8)), Some(7));
        drop(document);
        assert_eq!(ask(body(6)), Some(6));
        assert_eq!(ask_the_mirror(body(9)), Some(9));
        assert_eq!(documents.memory.available_permits(), MAX_HELD / UNIT);
    }

    #[test]
    fn whoever_gives_up_lets_the_next_one_ask() {
        let (documents, request, plain) = (SharedDocuments::new(), index(), HeaderMap::new());
        let _shared = documents.share(request.clone());
        let hung = documents.answer(&request, &plain, pending());
        assert!(hung.now_or_never().is_none());
        let next = documents.answer(&request, &plain, body(1));
        assert_eq!(length(next.now_or_never()), Some(1));
    }

    #[test]
    fn what_there_is_no_room_for_is_shared_by_those_that_wait() {
        let (documents, request, plain) = (SharedDocuments::new(), index(), HeaderMap::new());
        let _shared = documents.share(request.clone());
        let once = async |size| {
            tokio::task::yield_now().await;
            body(size).await
        };
        let both = join(
            documents.answer(&request, &plain, once(MAX_HELD + 1)),
            documents.answer(&request, &plain, once(1)),
        );
        let runtime = tokio::runtime::Builder::new_current_thread()
            .build()
            .unwrap();
        let (first, second) = runtime.block_on(both);
        assert_eq!(length(Some(first)), Some(MAX_HELD + 1));
        assert_eq!(length(Some(second)), Some(MAX_HELD + 1));
        let later = documents.answer(&request, &plain, body(2));
        assert_eq!(length(later.now_or_never()), Some(2));
    }
}
