//! How many packages are asked about at once, and what may be held of those that wait for the trust
//! material.
//!
//! A package has a slot from its first question to its result. While the trust is being refreshed,
//! one whose answers are here gives its slot to the next, so that fetches go on; up to [`ROOM`],
//! which bounds the memory. Beyond that it keeps its slot, and fetches wait too.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::large::{Part, Room};
use dockyard_registry::EvidenceSource;
use dockyard_registry::collect::NpmKeySource;
use dockyard_registry::trust::TrustHandle;
use package_provenance::evidence::{Asked, EvidenceRequest, Fetched};
use package_provenance::package::NpmName;
use package_provenance::trust::Established;
use package_provenance::trust::NpmKeys;

/// Most bytes of answers that wait without a slot: some 300 packages of the usual 60 KiB.
const ROOM: usize = 24 << 20;

/// What a package counts at least, and the step in which bytes are counted.
const UNIT: usize = 16 << 10;

/// All slots of a run.
pub(super) struct Slots {
    jobs: Arc<Semaphore>,
    room: Arc<Semaphore>,
    large: Room,
}

impl Slots {
    /// So many slots.
    pub(super) fn new(jobs: usize) -> Self {
        Self {
            jobs: Arc::new(Semaphore::new(jobs.max(1))),
            room: Arc::new(Semaphore::new(Self::most_waiting())),
            large: Room::new(),
        }
    }

    /// Most packages that can wait without a slot.
    pub(super) const fn most_waiting() -> usize {
        ROOM / UNIT
    }

    /// Waits for a slot.
    pub(super) async fn take(&self) -> Slot {
        Slot {
            jobs: Arc::clone(&self.jobs),
            room: Arc::clone(&self.room),
            permit: Mutex::new(slot(&self.jobs).await),
            held: Mutex::default(),
            bytes: AtomicUsize::new(0),
            large: self.large.part(),
        }
    }
}

/// None only when the program ends.
async fn slot(jobs: &Arc<Semaphore>) -> Option<OwnedSemaphorePermit> {
    Arc::clone(jobs).acquire_owned().await.ok()
}

/// One package's slot. It ends when this is dropped.
pub(super) struct Slot {
    jobs: Arc<Semaphore>,
    room: Arc<Semaphore>,
    permit: Mutex<Option<OwnedSemaphorePermit>>,
    /// Its part of [`ROOM`], kept until the answers are gone.
    held: Mutex<Option<OwnedSemaphorePermit>>,
    bytes: AtomicUsize,
    /// Its part of the room for large answers, kept as long.
    large: Part,
}

impl Slot {
    /// Waits for `trust`; without the slot, if there is room for the answers that are held.
    pub(super) async fn wait_for(&self, trust: &TrustHandle) -> Established {
        if let Some(established) = trust.peek() {
            return established;
        }
        let units = 1 + self.bytes.load(Ordering::Relaxed).div_ceil(UNIT);
        let room = u32::try_from(units)
            .ok()
            .and_then(|units| Arc::clone(&self.room).try_acquire_many_owned(units).ok());
        let Some(room) = room else {
            return trust.get().await;
        };
        set(&self.held, Some(room));
        set(&self.permit, None);
        let established = trust.get().await;
        let permit = slot(&self.jobs).await;
        set(&self.permit, permit);
        established
    }
}

fn set(place: &Mutex<Option<OwnedSemaphorePermit>>, permit: Option<OwnedSemaphorePermit>) {
    *place.lock().unwrap_or_else(PoisonError::into_inner) = permit;
}

/// A source whose answers count as held by a slot.
pub(super) struct Metered<'a, S> {
    pub(super) source: &'a S,
    pub(super) slot: &'a Slot,
}

impl<S: EvidenceSource> EvidenceSource for Metered<'_, S> {
    async fn fetch(&self, request: &EvidenceRequest) -> Fetched {
        let fetched = (self.slot.large)
            .fetch(request, self.source.fetch(request))
            .await;
        if let Fetched::Found(body) = &fetched {
            self.slot.bytes.fetch_add(body.len(), Ordering::Relaxed);
        }
        fetched
    }

    fn asked(&self, request: &EvidenceRequest) -> Option<Asked> {
        self.source.asked(request)
    }
}

/// npm's keys, waited for as [`Slot::wait_for`] does.
pub(super) struct Keys<'a> {
    pub(super) trust: &'a TrustHandle,
    pub(super) slot: &'a Slot,
}

impl NpmKeySource for Keys<'_> {
    async fn npm_keys(&self, name: &NpmName) -> Option<NpmKeys> {
        let established = self.slot.wait_for(self.trust).await.ok()?;
        established.npm_keys(name).await
    }
}

#[cfg(test)]
mod tests;
