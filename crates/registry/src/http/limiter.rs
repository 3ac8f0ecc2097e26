//! How many requests a host is sent, and when: one [`HostLimiter`] per scheme, name and port.
//!
//! | part | question | states |
//! |---|---|---|
//! | [`Window`] | how many requests may be in flight? | a number, learnt by AIMD (RFC 5681) |
//! | `paused_until` | may anything be sent now? | `Retry-After` of a 429 or 503 |
//! | [`Connection`] | may requests be sent at once, or has one to open the connection? | four, see there |
//! | [`Circuit`] | is the host still asked at all? | closed, open |
//! | [`FailureBudget`] | how much time have its failures cost the run? | a duration |

mod failures;
mod window;

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::{Instant, sleep_until, timeout};
use url::Url;

use failures::FailureBudget;
use package_provenance::evidence::FetchProblem;
use window::Window;

/// How long one host may hold everybody back, all its pauses added up. After that each request
/// waits for itself alone, within its own time budget: a host that asked for a pause each time
/// would else be waited for once per request.
const MAX_PAUSES: Duration = Duration::from_secs(5 * 60);

/// How long the first request of a connection is waited for, before others open connections of
/// their own.
const FIRST_REQUEST: Duration = Duration::from_secs(5);

/// After how many time-outs in a row a host is not asked again. Each of them has cost its whole time
/// budget, so that a host that swallows everything would cost as many budgets as there are requests.
const MAX_TIMEOUTS: usize = 8;

/// The limiters of every host that was asked so far: as many as there are configured registries.
pub(super) struct HostLimiters {
    concurrency: usize,
    failure_budget: Duration,
    hosts: Mutex<HashMap<String, Arc<HostLimiter>>>,
}

impl HostLimiters {
    /// At most `concurrency` requests in flight per host, which may lose `failure_budget`.
    pub(super) fn new(concurrency: usize, failure_budget: Duration) -> Self {
        Self {
            concurrency,
            failure_budget,
            hosts: Mutex::default(),
        }
    }

    /// The limiter of `url`'s scheme, name and port.
    pub(super) fn of(&self, url: &Url) -> Arc<HostLimiter> {
        let origin = url.origin().ascii_serialization();
        let mut hosts = self.hosts.lock().unwrap_or_else(PoisonError::into_inner);
        let host = hosts.entry(origin).or_insert_with(|| {
            // Only TLS tells whether all requests can share one connection (ALPN).
            let connection = match url.scheme() {
                "https" => Connection::Unknown,
                _ => Connection::Separate,
            };
            Arc::new(HostLimiter::new(
                self.concurrency,
                self.failure_budget,
                connection,
            ))
        });
        Arc::clone(host)
    }
}

/// One host, and what was learnt about how it wants to be asked.
pub(super) struct HostLimiter {
    permits: Arc<Semaphore>,
    /// Held by the request that opens a connection.
    gate: Arc<Semaphore>,
    since: Instant,
    state: Mutex<State>,
}

struct State {
    window: Window,
    circuit: Circuit,
    connection: Connection,
    /// What was learnt so far is numbered: it says nothing about requests that were sent before.
    events: u64,
    answered_at: u64,
    connection_lost_at: u64,
    failures: FailureBudget,
    paused_until: Option<Instant>,
    /// What is left of [`MAX_PAUSES`].
    pauses_left: Duration,
}

/// Whether a host is still asked. An open circuit stays open: what is reported about the other
/// requests would else depend on what was still under way.
#[derive(Debug)]
enum Circuit {
    /// It is, after so many time-outs without an answer in between.
    Closed { timeouts: usize },
    /// It is not, and this is why.
    Open(FetchProblem),
}

/// What is known of the connections to a host.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Connection {
    /// Not yet whether one can carry everything: one request goes ahead.
    Unknown,
    /// Each request in flight has its own (HTTP/1.1).
    Separate,
    /// One carries everything (HTTP/2).
    Shared,
    /// The shared one was lost: one request goes ahead and opens the next.
    Reopening,
}

impl Connection {
    const fn is_open(self) -> bool {
        matches!(self, Self::Separate | Self::Shared)
    }

    /// An answer began on a connection that others may share or not.
    const fn answered(self, shared: bool) -> Self {
        match self {
            Self::Unknown | Self::Separate if !shared => Self::Separate,
            Self::Unknown | Self::Separate | Self::Shared | Self::Reopening => Self::Shared,
        }
    }
}

impl State {
    fn heard(&mut self) {
        self.events += 1;
        self.answered_at = self.events;
        if let Circuit::Closed { timeouts } = &mut self.circuit {
            *timeouts = 0;
        }
    }

    /// A request was waited for in vain that was `sent` then. One that an answer overtook says
    /// something about its document, not about the host.
    fn timed_out(&mut self, sent: u64) {
        if let Circuit::Closed { timeouts } = &mut self.circuit
            && self.answered_at <= sent
        {
            *timeouts += 1;
            if *timeouts >= MAX_TIMEOUTS {
                let requests = *timeouts;
                self.circuit = Circuit::Open(FetchProblem::Silent { requests });
            }
        }
    }

    /// The connection was lost below a request that was `sent` then.
    fn connection_lost(&mut self, sent: u64) {
        let shared = matches!(self.connection, Connection::Shared | Connection::Reopening);
        if shared && self.connection_lost_at <= sent {
            self.events += 1;
            self.connection_lost_at = self.events;
            self.connection = Connection::Reopening;
        }
    }

    /// The host asks for less, or cannot deliver as much, of a request that was `sent` then.
    fn slow_down(&mut self, sent: u64, permits: &Semaphore) {
        if self.window.shrink(sent, self.events + 1, permits) {
            self.events += 1;
        }
    }

    /// Why the host is not asked any more, where it is not.
    fn refusal(&mut self) -> Option<FetchProblem> {
        if let (Circuit::Closed { .. }, Some(problem)) = (&self.circuit, self.failures.exceeded()) {
            self.circuit = Circuit::Open(problem);
        }
        match &self.circuit {
            Circuit::Closed { .. } => None,
            Circuit::Open(problem) => Some(problem.clone()),
        }
    }

    fn pause(&mut self, pause: Duration) {
        let now = Instant::now();
        let before = self.paused_until.map_or(now, |until| until.max(now));
        let Some(until) = now.checked_add(pause) else {
            return;
        };
        let longer = until.saturating_duration_since(before);
        if let Some(left) = self.pauses_left.checked_sub(longer) {
            self.pauses_left = left;
            self.paused_until = Some(until.max(before));
        }
    }
}

impl HostLimiter {
    fn new(concurrency: usize, failure_budget: Duration, connection: Connection) -> Self {
        Self {
            permits: Arc::new(Semaphore::new(concurrency)),
            gate: Arc::new(Semaphore::new(1)),
            since: Instant::now(),
            state: Mutex::new(State {
                window: Window::new(concurrency),
                circuit: Circuit::Closed { timeouts: 0 },
                connection,
                events: 0,
                answered_at: 0,
                connection_lost_at: 0,
                failures: FailureBudget::new(failure_budget),
                paused_until: None,
                pauses_left: MAX_PAUSES,
            }),
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // What is behind the lock is whole after every statement.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits until one request may be sent. Over TLS the first one goes alone until its answer
    /// begins, so that with HTTP/2 there is one connection and not one for each request that came
    /// before ALPN told that one is enough. So does the first one after such a connection was lost.
    ///
    /// # Errors
    /// Why the host is not asked any more.
    pub(super) async fn acquire(self: &Arc<Self>) -> Result<Permit, FetchProblem> {
        let ending = || FetchProblem::Connection("the program is ending".to_owned());
        let in_flight = Arc::clone(&self.permits).acquire_owned().await;
        let mut permit = Permit {
            in_flight: Some(in_flight.map_err(|_closed| ending())?),
            host: Arc::clone(self),
            gate: None,
            sent: 0,
            alone: false,
        };
        while let Some(until) = self.paused_until() {
            sleep_until(until).await;
        }
        permit.gate = self.open_connection().await;
        let mut state = self.state();
        permit.sent = state.events;
        permit.alone = state.window.limit() == 1;
        let refusal = state.refusal();
        drop(state);
        refusal.map_or(Ok(permit), Err)
    }

    fn paused_until(&self) -> Option<Instant> {
        let until = self.state().paused_until;
        until.filter(|until| *until > Instant::now())
    }

    /// Waits until requests may be sent at once. The one that goes ahead holds what this gives until its
    /// answer begins.
    async fn open_connection(&self) -> Option<OwnedSemaphorePermit> {
        let is_open = || self.state().connection.is_open();
        if is_open() {
            return None;
        }
        if let Ok(gate) = timeout(FIRST_REQUEST, Arc::clone(&self.gate).acquire_owned()).await {
            return gate.ok().filter(|_| !is_open());
        }
        let mut state = self.state();
        state.connection = state.connection.answered(false);
        None
    }

    /// Counts the time of a request, from now until this is dropped, its pauses included, against the
    /// failure budget; unless the request succeeds.
    pub(super) fn charge(self: &Arc<Self>) -> Charge {
        let share = self.state().failures.begins(self.since.elapsed());
        Charge {
            host: Arc::clone(self),
            share,
            failed: true,
        }
    }
}

/// What one request costs the failure budget.
pub(super) struct Charge {
    host: Arc<HostLimiter>,
    share: Duration,
    failed: bool,
}

impl Charge {
    /// The request has succeeded and costs nothing.
    pub(super) const fn waive(&mut self) {
        self.failed = false;
    }
}

impl Drop for Charge {
    fn drop(&mut self) {
        let now = self.host.since.elapsed();
        let mut state = self.host.state();
        state.failures.ends(now, self.share, self.failed);
    }
}

/// How an attempt ended, for the limiter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Ending {
    /// With what was asked for, or the word that there is none.
    Answered,
    /// With any other complete or broken answer.
    Heard,
    /// With a redirect that is not followed: an answer too.
    Redirected,
    /// The host asks to be sent less, and nothing for so long.
    SlowDown(Duration),
    /// No answer began in time.
    Silent,
    /// An answer began and did not end in time.
    Unfinished,
    /// The connection ended before an answer began.
    ConnectionLost,
    /// In a way that says nothing about the host.
    Unknown,
}

/// The permission to have one request in flight. It ends when this is dropped.
pub(super) struct Permit {
    host: Arc<HostLimiter>,
    in_flight: Option<OwnedSemaphorePermit>,
    gate: Option<OwnedSemaphorePermit>,
    /// How many events there were when it was given.
    sent: u64,
    /// Nothing else may be in flight with it.
    alone: bool,
}

impl Permit {
    /// The answer has begun, on a connection that others may share or not: whoever waited for it
    /// goes on. Where none begins, the end of this permit lets the next one go alone.
    pub(super) fn began(&mut self, shared: bool) {
        let mut state = self.host.state();
        // A request that was sent before the last loss says nothing about a new connection.
        if state.connection_lost_at <= self.sent {
            state.connection = state.connection.answered(shared);
        }
        drop(state);
        // After that: who has waited for it must find the way open.
        self.gate = None;
    }

    /// Tells the limiter how the attempt ended.
    pub(super) fn finish(mut self, ending: Ending) {
        if ending == Ending::Redirected {
            self.began(false);
        }
        let mut state = self.host.state();
        match ending {
            Ending::Answered => {
                state.heard();
                if state.window.succeeded() {
                    self.host.permits.add_permits(1);
                }
            }
            Ending::Heard | Ending::Redirected => state.heard(),
            Ending::SlowDown(pause) => {
                state.heard();
                state.slow_down(self.sent, &self.host.permits);
                state.pause(pause);
            }
            Ending::Silent => state.timed_out(self.sent),
            // One alone is waited for in vain; many at once may be too many for the link.
            Ending::Unfinished if self.alone => state.timed_out(self.sent),
            Ending::Unfinished => state.slow_down(self.sent, &self.host.permits),
            Ending::ConnectionLost => state.connection_lost(self.sent),
            Ending::Unknown => {}
        }
    }
}

impl Drop for Permit {
    fn drop(&mut self) {
        let owed = self.host.state().window.take_owed();
        if let Some(permit) = self.in_flight.take().filter(|_| owed) {
            permit.forget();
        }
    }
}

#[cfg(test)]
mod tests;
