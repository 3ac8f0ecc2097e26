//! What the virtual registry knows and what it was asked.

use std::collections::BTreeMap;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use super::http::Request;
use super::response::{Fault, Response};

#[derive(Debug, Default)]
struct Inner {
    ended: bool,
    routes: BTreeMap<String, Response>,
    faults: BTreeMap<String, Fault>,
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
        let fault = match inner.faults.get_mut(&request.path) {
            None | Some(Fault::StatusTimes(_, 0) | Fault::CloseTimes(0)) => None,
            Some(fault) => {
                let now = fault.clone();
                if let Fault::StatusTimes(_, left) | Fault::CloseTimes(left) = fault {
                    *left -= 1;
                }
                Some(now)
            }
        };
        inner.requests.push(request);
        (fault, response)
    }

    pub(super) fn end(&self) {
        self.lock().ended = true;
        self.end.notify_all();
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
