//! How many requests a host is sent at once: additive increase, multiplicative decrease, as TCP
//! does it (RFC 5681) and as a registry that answers 429 asks for it.

use tokio::sync::Semaphore;

/// The number of requests that may be in flight, learnt from the answers. The permits themselves are a
/// semaphore's; a permit that is in use cannot be taken back, so that it is owed until it ends.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Window {
    most: usize,
    limit: usize,
    answered: usize,
    shrunk_at: u64,
    owed: usize,
}

impl Window {
    /// Starts at `most`, which is never exceeded.
    pub(super) const fn new(most: usize) -> Self {
        Self {
            most,
            limit: most,
            answered: 0,
            shrunk_at: 0,
            owed: 0,
        }
    }

    /// How many may be in flight.
    pub(super) const fn limit(&self) -> usize {
        self.limit
    }

    /// A request succeeded. Whether one more permit is to be given out: after as many successes in a
    /// row as may be in flight, which is one round.
    pub(super) const fn succeeded(&mut self) -> bool {
        if self.limit >= self.most {
            return false;
        }
        self.answered += 1;
        if self.answered < self.limit {
            return false;
        }
        self.answered = 0;
        self.limit += 1;
        !self.take_owed()
    }

    /// A request that was sent at event `sent` was asked to slow down, which is event `now`: half as
    /// many of `permits` from now on, and never none. Whether that is so: refusals of requests that were
    /// under way already when the limit was last halved say nothing new.
    pub(super) fn shrink(&mut self, sent: u64, now: u64, permits: &Semaphore) -> bool {
        self.answered = 0;
        if sent < self.shrunk_at {
            return false;
        }
        self.shrunk_at = now;
        let half = (self.limit / 2).max(1);
        let fewer = self.limit.saturating_sub(half);
        self.limit = half;
        self.owed += fewer.saturating_sub(permits.forget_permits(fewer));
        true
    }

    /// Whether a permit is owed; it is not given out again, and owed no more.
    pub(super) const fn take_owed(&mut self) -> bool {
        let owed = self.owed > 0;
        if owed {
            self.owed -= 1;
        }
        owed
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// A window and its permits, none in use.
    fn window(most: usize) -> (Window, Semaphore) {
        (Window::new(most), Semaphore::new(most))
    }

    impl Window {
        /// A request that was sent after the last halving is refused.
        fn refused(&mut self, permits: &Semaphore) -> bool {
            self.shrink(self.shrunk_at, self.shrunk_at + 1, permits)
        }

        /// One that was sent before it.
        fn refused_late(&mut self, permits: &Semaphore) -> bool {
            self.shrink(
                self.shrunk_at.saturating_sub(1),
                self.shrunk_at + 1,
                permits,
            )
        }
    }

    #[test]
    fn a_refusal_halves_once_per_round() {
        let (mut window, permits) = window(32);
        assert!(window.refused(&permits));
        for _ in 1..32 {
            assert!(!window.refused_late(&permits));
            assert_eq!((window.limit, permits.available_permits()), (16, 16));
        }
        assert!(window.refused(&permits));
        assert_eq!((window.limit, permits.available_permits()), (8, 8));
    }

    #[test]
    fn the_last_one_is_never_taken() {
        let (mut window, permits) = window(3);
        for _ in 0..4 {
            window.refused(&permits);
            assert_eq!((window.limit, permits.available_permits()), (1, 1));
        }
    }

    #[test]
    fn a_round_of_answers_gives_one_back() {
        let (mut window, permits) = window(8);
        assert!(!window.succeeded(), "never above the start");
        window.refused(&permits);
        let mut rounds = Vec::new();
        for answers in 1.. {
            if window.succeeded() {
                rounds.push(answers);
            }
            if window.limit == 8 {
                break;
            }
        }
        assert_eq!(rounds, [4, 9, 15, 22]);
        assert!(!window.succeeded());
    }

    #[test]
    fn a_refusal_ends_the_row_of_answers() {
        let (mut window, permits) = window(4);
        window.refused(&permits);
        assert!(!window.succeeded());
        assert!(!window.refused_late(&permits));
        assert_eq!(window.limit, 2);
        assert!(!window.succeeded(), "counted from the start");
        assert!(window.succeeded());
    }

    proptest! {
        #[test]
        fn the_limit_is_what_was_given_and_taken(
            most in 1_usize..100,
            used in 0_usize..100,
            steps in prop::collection::vec(any::<Option<bool>>(), 0..500),
        ) {
            let (mut window, permits) = window(most);
            let used = used.min(most);
            permits.try_acquire_many(u32::try_from(used).unwrap()).unwrap().forget();
            for step in steps {
                match step {
                    None => if window.succeeded() { permits.add_permits(1) },
                    Some(true) => { window.refused(&permits); }
                    Some(false) => { window.refused_late(&permits); }
                }
                prop_assert_eq!(permits.available_permits() + used, window.limit + window.owed);
                prop_assert!((1..=most).contains(&window.limit));
            }
        }
    }
}
