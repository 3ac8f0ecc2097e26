//! Who opens the connection to a host: with HTTP/2 one is enough for everything, but that is known
//! only once there is one (ALPN).

use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::timeout;

use super::lock::lock;

/// How long the first request of a connection is waited for, before others open connections of
/// their own.
const FIRST: Duration = Duration::from_secs(5);

/// Whether requests may be sent together, or one has to go ahead.
#[derive(Debug)]
pub(super) struct Opening {
    state: Mutex<State>,
    first: Arc<Semaphore>,
}

#[derive(Debug)]
struct State {
    open: bool,
    /// One connection carries everything.
    shared: bool,
    /// How many shared connections were lost.
    lost: u64,
}

impl Opening {
    /// Of a host that is not asked yet: whether one request goes ahead.
    pub(super) fn new(one_opens: bool) -> Self {
        Self {
            state: Mutex::new(State {
                open: !one_opens,
                shared: false,
                lost: 0,
            }),
            first: Arc::new(Semaphore::new(1)),
        }
    }

    /// Waits until a request may be sent. The one that goes ahead gets what it holds until its answer
    /// begins.
    pub(super) async fn pass(&self) -> Option<OwnedSemaphorePermit> {
        if self.is_open() {
            return None;
        }
        match timeout(FIRST, Arc::clone(&self.first).acquire_owned()).await {
            Ok(first) => first.ok().filter(|_| !self.is_open()),
            Err(_elapsed) => {
                lock(&self.state).open = true;
                None
            }
        }
    }

    fn is_open(&self) -> bool {
        lock(&self.state).open
    }

    /// What a request that is sent now hands back.
    pub(super) fn connection(&self) -> u64 {
        lock(&self.state).lost
    }

    /// An answer began to a request that was sent on `connection`, which others may share or not.
    pub(super) fn begun(&self, connection: u64, shared: bool) {
        let mut state = lock(&self.state);
        state.shared |= shared;
        // One that was sent before the last loss says nothing about a new connection.
        state.open |= connection == state.lost;
    }

    /// `connection` ended below a request. Where it was shared, many want another one now.
    pub(super) fn lost(&self, connection: u64) {
        let mut state = lock(&self.state);
        if state.shared && connection == state.lost {
            state.lost += 1;
            state.open = false;
        }
    }
}
