//! Which packages are worked on, and how much memory their evidence may take.
//!
//! A package is admitted when one of the `jobs` is free and holds it while it fetches and verifies.
//! There is one byte budget, [`MEMORY`]. A request that may return a large body reserves it before it is
//! sent, so that it waits neither with a permit of the host nor on its own time; what comes back small
//! gives the reservation back at once, the rest is held until the package is done. While the trust
//! material is still on its way, a package whose answers are here reserves what they take and passes its
//! job on, so that fetches go on.
//!
//! Nobody waits for ever: who has reserved anything waits for no job and no other reservation but the
//! overdraft, and who has the overdraft waits for nothing more.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use dockyard_registry::EvidenceSource;
use dockyard_registry::collect::NpmKeySource;
use dockyard_registry::trust::TrustHandle;
use package_provenance::evidence::limits::max_body;
use package_provenance::evidence::{Asked, EvidenceRequest, Fetched};
use package_provenance::package::{NpmName, PackageVersion};
use package_provenance::trust::{Established, NpmKeys};

/// Bytes of evidence that are held, or may be on their way, at most; answers up to [`SMALL`] do not count
/// while their package has a job.
const MEMORY: usize = 512 << 20;

/// The step in which they are counted.
const UNIT: usize = 16 << 10;

/// Answers up to this size are not reserved for.
const SMALL: usize = 4 << 20;

/// Most packages that wait for the trust material without a job: some 20 MiB, at the usual 60 KiB.
pub(super) const MAX_WAITING: usize = 320;

/// The jobs and the memory of a run.
pub(super) struct Admission {
    jobs: Arc<Semaphore>,
    memory: Arc<Semaphore>,
    /// For one large answer beside what the same package has reserved.
    overdraft: Arc<Semaphore>,
}

impl Admission {
    /// So many jobs.
    pub(super) fn new(jobs: usize) -> Arc<Self> {
        Self::with_memory(jobs, MEMORY)
    }

    fn with_memory(jobs: usize, bytes: usize) -> Arc<Self> {
        Arc::new(Self {
            jobs: Arc::new(Semaphore::new(jobs.max(1))),
            memory: Arc::new(Semaphore::new(bytes / UNIT)),
            overdraft: Arc::new(Semaphore::new(1)),
        })
    }

    /// Waits for a job.
    pub(super) async fn admit(self: &Arc<Self>) -> Admitted {
        // None only when the program ends.
        let job = Arc::clone(&self.jobs).acquire_owned().await.ok();
        Admitted {
            admission: Arc::clone(self),
            job: Mutex::new(job),
            reserved: Mutex::default(),
            unreserved: AtomicUsize::new(0),
        }
    }
}

/// One package's job and reservations. They are given back when this is dropped.
pub(super) struct Admitted {
    admission: Arc<Admission>,
    job: Mutex<Option<OwnedSemaphorePermit>>,
    reserved: Mutex<Vec<Reservation>>,
    /// Bytes of answers that nothing is reserved for.
    unreserved: AtomicUsize,
}

/// Room for answers, given back when this is dropped.
#[expect(dead_code, reason = "a permit does its work when it is dropped")]
enum Reservation {
    Memory(OwnedSemaphorePermit),
    Overdraft(OwnedSemaphorePermit),
}

impl Admitted {
    /// Has `request` answered by `send` when there is room for the largest answer.
    pub(super) async fn fetch(
        &self,
        request: &EvidenceRequest,
        send: impl Future<Output = Fetched>,
    ) -> Fetched {
        let largest = max_body(request);
        let reservation = if largest > SMALL {
            self.reserve(largest).await
        } else {
            None
        };
        let fetched = send.await;
        if let Fetched::Found(body) = &fetched {
            if body.len() > SMALL {
                lock(&self.reserved).extend(reservation);
            } else {
                self.unreserved.fetch_add(body.len(), Ordering::Relaxed);
            }
        }
        fetched
    }

    /// None where it waits for nothing more; otherwise only when the program ends.
    async fn reserve(&self, bytes: usize) -> Option<Reservation> {
        let Admission {
            memory, overdraft, ..
        } = self.admission.as_ref();
        let (first, second) = {
            let reserved = lock(&self.reserved);
            let is_overdraft = |one| matches!(one, &Reservation::Overdraft(_));
            (reserved.is_empty(), !reserved.iter().any(is_overdraft))
        };
        if first {
            let permits = Arc::clone(memory).acquire_many_owned(units(bytes)).await;
            permits.ok().map(Reservation::Memory)
        } else if second {
            let permit = Arc::clone(overdraft).acquire_owned().await;
            permit.ok().map(Reservation::Overdraft)
        } else {
            None
        }
    }

    /// Waits for `trust` once everything is fetched; without the job, if there is room for the answers
    /// that are held.
    pub(super) async fn wait_for(&self, trust: &TrustHandle) -> Established {
        if let Some(established) = trust.peek() {
            return established;
        }
        let bytes = self.unreserved.load(Ordering::Relaxed);
        let memory = Arc::clone(&self.admission.memory);
        if let Ok(room) = memory.try_acquire_many_owned(units(bytes)) {
            lock(&self.reserved).push(Reservation::Memory(room));
            *lock(&self.job) = None;
        }
        trust.get().await
    }
}

fn units(bytes: usize) -> u32 {
    u32::try_from(bytes.div_ceil(UNIT)).unwrap_or(u32::MAX)
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A source within what a package is admitted to.
pub(super) struct Metered<'a, S> {
    pub(super) source: &'a S,
    pub(super) trust: &'a TrustHandle,
    pub(super) admitted: &'a Admitted,
}

impl<S: EvidenceSource> EvidenceSource for Metered<'_, S> {
    async fn fetch(&self, request: &EvidenceRequest) -> Fetched {
        let send = self.source.fetch(request);
        self.admitted.fetch(request, send).await
    }

    fn asked(&self, request: &EvidenceRequest) -> Option<Asked> {
        self.source.asked(request)
    }

    fn is_from_disk(&self, request: &EvidenceRequest) -> bool {
        self.source.is_from_disk(request)
    }

    fn is_mirrored(&self, package: &PackageVersion) -> bool {
        self.source.is_mirrored(package)
    }
}

/// Whoever waits for the keys in the middle of its requests holds nobody's job meanwhile.
impl<S: EvidenceSource> NpmKeySource for Metered<'_, S> {
    async fn npm_keys(&self, name: &NpmName) -> Option<NpmKeys> {
        let established = self.admitted.wait_for(self.trust).await.ok()?;
        established.npm_keys(name).await
    }
}

#[cfg(test)]
mod tests;
