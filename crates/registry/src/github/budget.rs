//! How long a run may be held by GitHub: requests and the waits between them, all together.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use super::waits;

/// The time of one run; what is in a hurry has a share of it.
#[derive(Debug)]
pub(crate) struct Budget {
    /// Milliseconds that the run has spent so far.
    spent: Arc<AtomicU64>,
    /// How much the run may have spent where this share is still used.
    most: Duration,
    /// Milliseconds that this share has waited, and how many it may.
    waited: AtomicU64,
    most_waits: Duration,
}

impl Budget {
    pub(crate) fn whole() -> Self {
        Self::of(waits::BUDGET)
    }

    pub(crate) fn of(time: Duration) -> Self {
        Self {
            spent: Arc::default(),
            most: time,
            waited: AtomicU64::default(),
            most_waits: time,
        }
    }

    /// A share that leaves the rest of the run the time that it needs.
    pub(crate) fn hurried(&self) -> Self {
        Self {
            spent: Arc::clone(&self.spent),
            most: self.most.min(waits::HURRIED),
            waited: AtomicU64::default(),
            most_waits: self.most_waits.min(waits::HURRIED_WAITS),
        }
    }

    /// A share of at most `time` from now on. What others spend at the same time is taken from it too.
    pub(crate) fn share(&self, time: Duration) -> Self {
        let spent = Duration::from_millis(self.spent.load(Ordering::Relaxed));
        Self {
            spent: Arc::clone(&self.spent),
            most: self.most.min(spent.saturating_add(time)),
            waited: AtomicU64::default(),
            most_waits: self.most_waits.min(time),
        }
    }

    /// What is left.
    pub(crate) fn left(&self) -> Duration {
        let spent = Duration::from_millis(self.spent.load(Ordering::Relaxed));
        self.most.saturating_sub(spent)
    }

    /// Takes note of time that has gone by.
    pub(crate) fn spend(&self, time: Duration) {
        self.spent.fetch_add(millis(time), Ordering::Relaxed);
    }

    /// Takes `wait`, if it is there.
    pub(crate) fn may_wait(&self, wait: Duration) -> bool {
        let after = |taken: u64, most: Duration| {
            let sum = taken.checked_add(millis(wait))?;
            (sum <= millis(most)).then_some(sum)
        };
        // Only this share changes the one, and other shares the other.
        let Some(waited) = after(self.waited.load(Ordering::Relaxed), self.most_waits) else {
            return false;
        };
        let order = Ordering::Relaxed;
        let there = self
            .spent
            .fetch_update(order, order, |spent| after(spent, self.most));
        if there.is_ok() {
            self.waited.store(waited, order);
        }
        there.is_ok()
    }
}

fn millis(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_in_a_hurry_leaves_time_for_the_rest() {
        let second = Duration::from_secs(1);
        let whole = Budget::whole();
        let hurried = whole.hurried();
        assert!(hurried.may_wait(waits::HURRIED_WAITS) && !hurried.may_wait(second));
        hurried.spend(waits::HURRIED);
        assert!(hurried.left().is_zero() && whole.hurried().left().is_zero());
        assert!(whole.left() >= 50 * second);
        assert!(!whole.may_wait(waits::BUDGET) && whole.may_wait(second));
    }

    #[test]
    fn shares_are_of_one_time() {
        let second = Duration::from_secs(1);
        let whole = Budget::of(4 * second);
        for _ in 0..4 {
            let share = whole.share(second);
            assert_eq!(share.left(), second);
            share.spend(second);
            assert!(share.left().is_zero() && !share.may_wait(second));
        }
        assert!(whole.left().is_zero() && whole.share(second).left().is_zero());
        // The honest control: one that was not used up leaves its time to the others.
        let whole = Budget::of(4 * second);
        assert!(whole.share(second).may_wait(second / 2));
        assert_eq!(
            whole.share(9 * second).left(),
            (4 * second).checked_sub(second / 2).unwrap()
        );
    }
}
