//! How many large answers are held at once, whatever the number of jobs: an index or a packument can
//! have tens of MiB, and a registry that lies can give every package one.
//!
//! Who may be answered so takes its part of [`ROOM`] before it asks, and not while it has a request's
//! turn or time. What comes back small gives it back at once; the rest is kept until the package is
//! judged. A package that has a part waits for nobody's part but the one extra place, and who has that
//! waits for nothing more, so that one of them can always go on.

use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use package_provenance::evidence::limits::max_body;
use package_provenance::evidence::{EvidenceRequest, Fetched};

/// Bytes of large answers that are held, or may be on their way, at most.
const ROOM: usize = 512 << 20;

/// The step in which they are counted.
const UNIT: usize = 1 << 20;

/// Answers up to this size do not count.
const SMALL: usize = 4 << 20;

/// The room of a run.
#[derive(Clone)]
pub(super) struct Room {
    units: Arc<Semaphore>,
    /// The place for one large answer beside another one of the same package.
    extra: Arc<Semaphore>,
}

impl Room {
    pub(super) fn new() -> Self {
        Self::of(ROOM)
    }

    fn of(bytes: usize) -> Self {
        Self {
            units: Arc::new(Semaphore::new(bytes / UNIT)),
            extra: Arc::new(Semaphore::new(1)),
        }
    }

    /// What one package holds of it: nothing yet.
    pub(super) fn part(&self) -> Part {
        Part {
            room: self.clone(),
            held: Mutex::default(),
        }
    }
}

/// What one package holds. It is given back when this is dropped.
pub(super) struct Part {
    room: Room,
    held: Mutex<Vec<OwnedSemaphorePermit>>,
}

impl Part {
    /// Has `request` answered by `ask` when there is room for the largest answer.
    pub(super) async fn fetch(
        &self,
        request: &EvidenceRequest,
        ask: impl Future<Output = Fetched>,
    ) -> Fetched {
        let most = max_body(request);
        if most <= SMALL {
            return ask.await;
        }
        let parts = self.held().len();
        // None where it waits for nothing more; otherwise only when the program ends.
        let taken = match parts {
            0 => {
                let units = u32::try_from(most.div_ceil(UNIT)).unwrap_or(u32::MAX);
                let room = Arc::clone(&self.room.units);
                room.acquire_many_owned(units).await.ok()
            }
            1 => Arc::clone(&self.room.extra).acquire_owned().await.ok(),
            _ => None,
        };
        let fetched = ask.await;
        if matches!(&fetched, Fetched::Found(body) if body.len() > SMALL) {
            self.held().extend(taken);
        }
        fetched
    }

    fn held(&self) -> std::sync::MutexGuard<'_, Vec<OwnedSemaphorePermit>> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use std::future::{pending, ready};

    use futures_util::FutureExt as _;

    use super::*;
    use package_provenance::package::{NpmName, PypiName};

    fn index() -> EvidenceRequest {
        EvidenceRequest::PypiIndex(PypiName::parse("widget").unwrap())
    }

    fn packument() -> EvidenceRequest {
        EvidenceRequest::NpmPackument(NpmName::parse("widget").unwrap())
    }

    fn answer(size: usize) -> impl Future<Output = Fetched> {
        ready(Fetched::Found(vec![0; size].into()))
    }

    fn answered(part: &Part, request: &EvidenceRequest, size: usize) -> bool {
        part.fetch(request, answer(size)).now_or_never().is_some()
    }

    #[test]
    fn large_answers_wait_until_there_is_room() {
        // Five indexes, or one packument.
        let room = Room::of(160 << 20);
        let others: Vec<Part> = (0..3).map(|_| room.part()).collect();
        assert!(
            others
                .iter()
                .all(|part| answered(part, &index(), SMALL + 1))
        );
        let (first, second, third) = (room.part(), room.part(), room.part());
        assert!(answered(&first, &index(), SMALL + 1));
        assert!(answered(&second, &index(), SMALL + 1));
        assert!(!answered(&third, &index(), 1), "it may be large");
        drop((first, others));
        assert!(!answered(&third, &packument(), 1));
        assert!(answered(&third, &index(), 1));
        drop(second);
        assert!(answered(&third, &packument(), 1));
    }

    #[test]
    fn only_one_package_at_a_time_holds_a_second_large_answer() {
        let room = Room::of(64 << 20);
        let (first, second) = (room.part(), room.part());
        for part in [&first, &second] {
            assert!(answered(part, &index(), SMALL + 1));
        }
        assert!(answered(&first, &packument(), SMALL + 1));
        assert!(
            answered(&first, &index(), SMALL + 1),
            "it waits for nothing more"
        );
        assert!(!answered(&second, &packument(), 1));
        drop(first);
        assert!(answered(&second, &packument(), 1));
    }

    #[test]
    fn small_answers_and_failures_hold_nothing() {
        let room = Room::of(32 << 20);
        let parts: Vec<Part> = (0..9).map(|_| room.part()).collect();
        assert!(parts.iter().all(|part| answered(part, &index(), SMALL)));
        let index = &index();
        let missing = parts[0].fetch(index, ready(Fetched::Missing));
        assert!(missing.now_or_never().is_some());
        // Nor what is given up on its way.
        assert!(parts[1].fetch(index, pending()).now_or_never().is_none());
        assert!(answered(&parts[2], index, SMALL + 1));
        assert!(!answered(&parts[3], index, 1), "the control");
    }

    #[test]
    fn the_largest_answer_fits_into_an_empty_room() {
        for request in [index(), packument()] {
            assert!(answered(&Room::new().part(), &request, SMALL + 1));
        }
    }
}
