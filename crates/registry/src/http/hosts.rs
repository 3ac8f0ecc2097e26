//! Whose turn it is at a host: so many requests in flight at once, fewer when the host asks for it,
//! none while it asks for a pause.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::{Instant, sleep_until};
use url::Url;

use super::aimd::Aimd;
use super::lock::lock;
use super::losses::Losses;
use super::opening::Opening;
use super::silence::Silence;

/// How long one host may hold everybody back, all its pauses together. After that each request
/// waits for itself alone, within its own time budget: a host that asked for a pause each time
/// would else be waited for once per request.
const PAUSES: Duration = Duration::from_secs(5 * 60);

/// Every host that was asked so far. There are as many as there are configured registries.
pub(super) struct Hosts {
    most: usize,
    hosts: Mutex<HashMap<String, Arc<Host>>>,
}

impl Hosts {
    /// At most `most` requests in flight per host.
    pub(super) fn new(most: usize) -> Self {
        Self {
            most,
            hosts: Mutex::default(),
        }
    }

    /// The host of `url`: its scheme, name and port.
    pub(super) fn of(&self, url: &Url) -> Arc<Host> {
        let origin = url.origin().ascii_serialization();
        let mut hosts = lock(&self.hosts);
        let host = hosts.entry(origin).or_insert_with(|| {
            // Only TLS tells whether all requests can share one connection (ALPN).
            Arc::new(Host::new(self.most, url.scheme() == "https"))
        });
        Arc::clone(host)
    }
}

/// One host, and what was learnt about how it wants to be asked.
pub(super) struct Host {
    turns: Arc<Semaphore>,
    load: Mutex<Load>,
    since: Instant,
    opening: Opening,
}

struct Load {
    aimd: Aimd,
    silence: Silence,
    losses: Losses,
    /// Turns to be taken back once they end.
    owed: usize,
    paused_until: Option<Instant>,
    /// How much of [`PAUSES`] is left.
    patience: Duration,
}

impl Host {
    fn new(most: usize, one_opens: bool) -> Self {
        Self {
            turns: Arc::new(Semaphore::new(most)),
            since: Instant::now(),
            load: Mutex::new(Load {
                aimd: Aimd::new(most),
                silence: Silence::default(),
                losses: Losses::default(),
                owed: 0,
                paused_until: None,
                patience: PAUSES,
            }),
            opening: Opening::new(one_opens),
        }
    }

    /// Waits until one request may be sent. Over TLS the first one goes alone until its answer
    /// begins, so that with HTTP/2 there is one connection and not one for each request that came
    /// before ALPN told that one is enough. So does the first one after such a connection was lost.
    /// `None` when the program ends.
    pub(super) async fn turn(self: &Arc<Self>) -> Option<Turn> {
        let permit = Arc::clone(&self.turns).acquire_owned().await.ok()?;
        let mut turn = Turn {
            host: Arc::clone(self),
            permit: Some(permit),
            first: None,
            connection: 0,
            epoch: 0,
            answers: 0,
            alone: false,
        };
        while let Some(until) = self.pause() {
            sleep_until(until).await;
        }
        turn.first = self.opening.pass().await;
        turn.connection = self.opening.connection();
        {
            let load = lock(&self.load);
            turn.epoch = load.aimd.epoch();
            turn.answers = load.silence.answers();
            turn.alone = load.aimd.limit() == 1;
        }
        Some(turn)
    }

    /// How many requests in a row were not answered, where the host is asked no more because of it.
    pub(super) fn given_up(&self) -> Option<usize> {
        lock(&self.load).silence.given_up()
    }

    /// What the requests have cost that ended without an answer.
    pub(super) fn lost(&self) -> Duration {
        lock(&self.load).losses.lost()
    }

    /// Counts what a request costs, from now until this is dropped, its pauses included. It is
    /// lost unless the request is answered.
    pub(super) fn cost(self: &Arc<Self>) -> Cost {
        let share = lock(&self.load).losses.begins(self.since.elapsed());
        Cost {
            host: Arc::clone(self),
            share,
            in_vain: true,
        }
    }

    /// Until when nothing may be sent.
    fn pause(&self) -> Option<Instant> {
        let until = lock(&self.load).paused_until;
        until.filter(|until| *until > Instant::now())
    }
}

/// What one request costs.
pub(super) struct Cost {
    host: Arc<Host>,
    share: Duration,
    in_vain: bool,
}

impl Cost {
    /// It ends with an answer.
    pub(super) const fn answered(&mut self) {
        self.in_vain = false;
    }
}

impl Drop for Cost {
    fn drop(&mut self) {
        let now = self.host.since.elapsed();
        let mut load = lock(&self.host.load);
        load.losses.ends(now, self.share, self.in_vain);
    }
}

/// One request's turn. It ends when this is dropped.
pub(super) struct Turn {
    host: Arc<Host>,
    permit: Option<OwnedSemaphorePermit>,
    first: Option<OwnedSemaphorePermit>,
    connection: u64,
    epoch: u64,
    answers: u64,
    /// Nothing else may be in flight with it.
    alone: bool,
}

impl Turn {
    /// The answer has begun, on a connection that others may share or not: whoever waited for it
    /// goes on. Where none begins, the end of this turn lets the next one go alone.
    pub(super) fn begun(&mut self, shared: bool) {
        // Before `first` is given back: who has waited for it must find the way open.
        self.host.opening.begun(self.connection, shared);
        self.first = None;
    }

    /// The connection has ended.
    pub(super) fn lost(&self) {
        self.host.opening.lost(self.connection);
    }

    /// The host said something, whatever it was.
    pub(super) fn heard(&self) {
        lock(&self.host.load).silence.answered();
    }

    /// The host was waited for in vain.
    pub(super) fn timed_out(&self) {
        lock(&self.host.load).silence.timed_out(self.answers);
    }

    /// An answer began and did not end in time. Many at once may be too many for the link, so that
    /// fewer are sent. One alone is waited for in vain.
    pub(super) fn unfinished(&self) {
        if self.alone {
            self.timed_out();
        } else {
            self.refused(Duration::ZERO);
        }
    }

    /// The host answered: after a row of answers it is sent more at once.
    pub(super) fn answered(&self) {
        let mut load = lock(&self.host.load);
        if load.aimd.answered() {
            if load.owed > 0 {
                load.owed -= 1;
            } else {
                self.host.turns.add_permits(1);
            }
        }
    }

    /// The host asked to be sent less, and nothing for `pause`.
    pub(super) fn refused(&self, pause: Duration) {
        let mut load = lock(&self.host.load);
        let fewer = load.aimd.refused(self.epoch);
        let free = self.host.turns.forget_permits(fewer);
        load.owed += fewer.saturating_sub(free);
        load.pause(pause);
    }
}

impl Load {
    fn pause(&mut self, pause: Duration) {
        let now = Instant::now();
        let before = self.paused_until.map_or(now, |until| until.max(now));
        let Some(until) = now.checked_add(pause) else {
            return;
        };
        let longer = until.saturating_duration_since(before);
        if let Some(left) = self.patience.checked_sub(longer) {
            self.patience = left;
            self.paused_until = Some(until.max(before));
        }
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        let mut load = lock(&self.host.load);
        if load.owed > 0
            && let Some(permit) = self.permit.take()
        {
            load.owed -= 1;
            permit.forget();
        }
    }
}

#[cfg(test)]
mod tests;
