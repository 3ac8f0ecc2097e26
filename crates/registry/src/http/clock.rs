//! What time it is, from when the run began.

use jiff::Timestamp;
use tokio::time::Instant;

/// A clock that was set once, if it was.
#[derive(Debug, Clone, Copy)]
pub(super) struct Clock(Option<(Timestamp, Instant)>);

impl Clock {
    /// Sets it to `now`.
    pub(super) fn set(now: Option<Timestamp>) -> Self {
        Self(now.map(|now| (now, Instant::now())))
    }

    /// The time, if it is known.
    pub(super) fn now(self) -> Option<Timestamp> {
        let (set, at) = self.0?;
        set.checked_add(at.elapsed()).ok()
    }
}
