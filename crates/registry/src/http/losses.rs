//! How much time a host has cost a run in vain.
//!
//! While several requests are under way, time is shared equally among them: what is lost is then
//! time of the run, whatever is asked at once. Eight requests that are waited for together in vain
//! for 30 s cost 30 s; one that is waited for while seven others are answered costs a part of that.

use std::time::Duration;

/// What the requests to one host cost. Times are ages of the host, which only grow.
#[derive(Debug, Default)]
pub(super) struct Losses {
    under_way: u32,
    /// Until when `share` is counted.
    counted: Duration,
    /// What one request that was always under way would have cost.
    share: Duration,
    lost: Duration,
}

impl Losses {
    fn count(&mut self, now: Duration) {
        let passed = now.saturating_sub(self.counted);
        self.counted = self.counted.max(now);
        self.share += passed.checked_div(self.under_way).unwrap_or_default();
    }

    /// A request begins. Gives what [`Losses::ends`] wants back.
    pub(super) fn begins(&mut self, now: Duration) -> Duration {
        self.count(now);
        self.under_way = self.under_way.saturating_add(1);
        self.share
    }

    /// A request ends that began at this `share`: with an answer, or in vain.
    pub(super) fn ends(&mut self, now: Duration, share: Duration, in_vain: bool) {
        self.count(now);
        self.under_way = self.under_way.saturating_sub(1);
        if in_vain {
            self.lost += self.share.saturating_sub(share);
        }
    }

    /// What the requests cost that ended in vain.
    pub(super) const fn lost(&self) -> Duration {
        self.lost
    }
}

#[cfg(test)]
mod tests;
