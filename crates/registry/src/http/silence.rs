//! Whether a host has stopped answering: time-outs in a row, without an answer in between.

/// After how many requests in a row that were waited for in vain a host is not asked again. Each of
/// them has cost its whole time budget, so that a host that swallows everything would cost as many
/// budgets as there are requests.
pub(super) const MOST: usize = 8;

/// How long, in requests, nothing came from a host.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Silence {
    answers: u64,
    in_vain: usize,
}

impl Silence {
    /// What a request that is sent now hands back to [`Silence::timed_out`].
    pub(super) const fn answers(&self) -> u64 {
        self.answers
    }

    /// An answer of any status came. A host that was given up stays so: what is reported about the
    /// others would else depend on what was still under way.
    pub(super) const fn answered(&mut self) {
        self.answers += 1;
        if self.given_up().is_none() {
            self.in_vain = 0;
        }
    }

    /// A request was waited for in vain that was sent after `sent` answers. One that was overtaken
    /// by an answer says something about its document, not about the host.
    pub(super) const fn timed_out(&mut self, sent: u64) {
        if sent == self.answers && self.in_vain < MOST {
            self.in_vain += 1;
        }
    }

    /// How many requests were waited for in vain, where that is reason enough to ask no more.
    pub(super) const fn given_up(&self) -> Option<usize> {
        if self.in_vain < MOST {
            return None;
        }
        Some(self.in_vain)
    }
}

#[cfg(test)]
mod tests;
