//! How many requests a host is sent at once: additive increase, multiplicative decrease, as TCP
//! does it (RFC 5681) and as a registry that answers 429 asks for it.

/// The number of requests that may be in flight, learnt from the answers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Aimd {
    most: usize,
    limit: usize,
    answered: usize,
    epoch: u64,
}

impl Aimd {
    /// Starts at `most`, which is never exceeded.
    pub(super) const fn new(most: usize) -> Self {
        Self {
            most,
            limit: most,
            answered: 0,
            epoch: 0,
        }
    }

    /// What a request that is sent now hands back to [`Aimd::refused`].
    pub(super) const fn epoch(&self) -> u64 {
        self.epoch
    }

    /// How many may be in flight.
    pub(super) const fn limit(&self) -> usize {
        self.limit
    }

    /// An answer came. Says whether one more may be in flight from now on: after as many answers
    /// in a row as may be in flight, which is one round.
    pub(super) const fn answered(&mut self) -> bool {
        if self.limit >= self.most {
            return false;
        }
        self.answered += 1;
        if self.answered < self.limit {
            return false;
        }
        self.answered = 0;
        self.limit += 1;
        true
    }

    /// The host asked a request of epoch `sent` to slow down. Says how many fewer may be in flight
    /// from now on: half, and never the last one. Refusals of requests that were under way already
    /// when the limit was last halved tell nothing new.
    pub(super) fn refused(&mut self, sent: u64) -> usize {
        self.answered = 0;
        if sent < self.epoch {
            return 0;
        }
        self.epoch += 1;
        let half = (self.limit / 2).max(1);
        let fewer = self.limit.saturating_sub(half);
        self.limit = half;
        fewer
    }
}

#[cfg(test)]
mod tests;
