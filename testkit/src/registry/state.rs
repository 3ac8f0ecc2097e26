//! What the virtual registry knows and what it was asked.

use std::collections::BTreeMap;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use super::request::Request;
use super::response::{Fault, Response};
use crate::keys::sha256;

#[derive(Debug, Default)]
struct Inner {
    ended: bool,
    routes: BTreeMap<String, Response>,
    faults: BTreeMap<String, Fault>,
    everywhere: Option<Fault>,
    counts: BTreeMap<String, usize>,
    connections: usize,
    close_every_second: bool,
    sent: usize,
    requests: Vec<Request>,
}

/// Shared by the registry and its connections.
#[derive(Debug, Default)]
pub(super) struct State {
    inner: Mutex<Inner>,
    end: Condvar,
}

impl State {
    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn set(&self, path: &str, response: Response) {
        self.lock().routes.insert(path.into(), response);
    }

    pub(super) fn get(&self, path: &str) -> Option<Response> {
        self.lock().routes.get(path).cloned()
    }

    pub(super) fn routes(&self) -> BTreeMap<String, Response> {
        self.lock().routes.clone()
    }

    pub(super) fn remove(&self, path: &str) {
        self.lock().routes.remove(path);
    }

    pub(super) fn set_fault(&self, path: &str, fault: Option<Fault>) {
        let mut inner = self.lock();
        match fault {
            Some(fault) => inner.faults.insert(path.into(), fault),
            None => inner.faults.remove(path),
        };
    }

    pub(super) fn set_fault_everywhere(&self, fault: Fault) {
        self.lock().everywhere = Some(fault);
    }

    pub(super) fn close_every_second_connection(&self) {
        self.lock().close_every_second = true;
    }

    pub(super) fn connections(&self) -> usize {
        self.lock().connections
    }

    pub(super) fn sent(&self) -> usize {
        self.lock().sent
    }

    /// Counts a connection; says whether it is served.
    pub(super) fn connected(&self) -> bool {
        let mut inner = self.lock();
        inner.connections += 1;
        !(inner.close_every_second && inner.connections.is_multiple_of(2))
    }

    pub(super) fn count_sent(&self, bytes: usize) {
        self.lock().sent += bytes;
    }

    pub(super) fn requests(&self) -> Vec<Request> {
        self.lock().requests.clone()
    }

    /// Records the request; gives what to answer, and how that goes wrong.
    pub(super) fn answer(&self, request: Request) -> (Option<Fault>, Response) {
        let mut inner = self.lock();
        let response = inner
            .routes
            .get(&request.path)
            .cloned()
            .unwrap_or_else(|| Response::status(404));
        let count = inner.counts.entry(request.path.clone()).or_default();
        *count += 1;
        let chance = Chance::of(&request.path, *count);
        let Inner {
            faults, everywhere, ..
        } = &mut *inner;
        let fault = faults.get_mut(&request.path).or(everywhere.as_mut());
        let fault = fault.and_then(|fault| happens(fault, &chance));
        inner.requests.push(request);
        self.end.notify_all();
        (fault, response)
    }

    pub(super) fn end(&self) {
        self.lock().ended = true;
        self.end.notify_all();
    }

    /// Waits for the end, or until there were so many requests.
    pub(super) fn wait_for_requests(&self, count: usize) {
        let inner = self.lock();
        let few = |inner: &mut Inner| !inner.ended && inner.requests.len() < count;
        drop(
            self.end
                .wait_while(inner, few)
                .unwrap_or_else(PoisonError::into_inner),
        );
    }

    pub(super) fn has_ended(&self) -> bool {
        self.lock().ended
    }

    pub(super) fn wait_for_end(&self) {
        let inner = self.lock();
        drop(
            self.end
                .wait_while(inner, |inner| !inner.ended)
                .unwrap_or_else(PoisonError::into_inner),
        );
    }

    pub(super) fn ended_within(&self, time: Duration) -> bool {
        let inner = self.lock();
        let (inner, _) = self
            .end
            .wait_timeout_while(inner, time, |inner| !inner.ended)
            .unwrap_or_else(PoisonError::into_inner);
        inner.ended
    }
}

/// What decides by chance, and is the same in every run.
struct Chance(Vec<u8>);

impl Chance {
    fn of(path: &str, count: usize) -> Self {
        Self(format!("{path} {count}").into_bytes())
    }

    /// Whether this is one of `percent` in a hundred.
    fn is_within(&self, percent: u8, seed: u64) -> bool {
        self.number(seed) % 100 < u64::from(percent)
    }

    /// One of the faults of [`Fault::Mixed`].
    fn one(&self, seed: u64) -> Fault {
        match self.number(seed.wrapping_add(1)) % 5 {
            0 => Fault::Reset,
            1 => Fault::CloseTimes(1),
            2 => Fault::Truncate,
            3 => Fault::Status(503),
            _ => Fault::Answer(Response::status(429).with("retry-after", "0")),
        }
    }

    fn number(&self, seed: u64) -> u64 {
        let digest = sha256(&[&seed.to_be_bytes(), self.0.as_slice()].concat());
        digest
            .iter()
            .take(8)
            .fold(0_u64, |number, byte| number << 8 | u64::from(*byte))
    }
}

/// The fault, if it has not ended and chance does not spare this request.
fn happens(fault: &mut Fault, chance: &Chance) -> Option<Fault> {
    let now = fault.clone();
    if let Fault::StatusTimes(_, left) | Fault::CloseTimes(left) = fault {
        *left = left.checked_sub(1)?;
    }
    if let Fault::Sometimes { percent, seed, .. } = now {
        return chance.is_within(percent, seed).then_some(now);
    }
    if let Fault::Mixed { percent, seed } = now {
        return chance.is_within(percent, seed).then(|| chance.one(seed));
    }
    Some(now)
}
