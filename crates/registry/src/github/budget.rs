//! How long a run may be held by GitHub: requests and the waits between them, all together.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use super::waits;

/// How it is told what was spent.
#[derive(Debug, Clone)]
enum Spent {
    /// Milliseconds of requests and waits, which follow each other: what a run does between them is no fault of
    /// GitHub's.
    Counted(Arc<AtomicU64>),
    /// All that has gone by since, where many requests are made at once: their times must not be added up.
    Since(Instant),
}

impl Spent {
    fn so_far(&self) -> Duration {
        match self {
            Self::Counted(millis) => Duration::from_millis(millis.load(Ordering::Relaxed)),
            Self::Since(begun) => begun.elapsed(),
        }
    }
}

/// The time of one run; what is in a hurry has a share of it.
#[derive(Debug)]
pub(crate) struct Budget {
    /// What the run has spent so far.
    spent: Spent,
    /// How much the run may have spent where this share is still used.
    most: Duration,
    /// Milliseconds that this share has waited, and how many it may.
    waited: AtomicU64,
    most_waits: Duration,
}

impl Budget {
    pub(crate) fn whole() -> Self {
        Self::new(waits::BUDGET, Spent::Counted(Arc::default()))
    }

    /// `time` from now on, whatever is made of it and however much of that at once.
    pub(crate) fn from_now(time: Duration) -> Self {
        Self::new(time, Spent::Since(Instant::now()))
    }

    fn new(time: Duration, spent: Spent) -> Self {
        Self {
            spent,
            most: time,
            waited: AtomicU64::default(),
            most_waits: time,
        }
    }

    /// A share that leaves the rest of the run the time that it needs.
    pub(crate) fn hurried(&self) -> Self {
        Self {
            spent: self.spent.clone(),
            most: self.most.min(waits::HURRIED),
            waited: AtomicU64::default(),
            most_waits: self.most_waits.min(waits::HURRIED_WAITS),
        }
    }

    /// A share of at most `time` from now on. What others spend at the same time is taken from it too.
    pub(crate) fn share(&self, time: Duration) -> Self {
        Self {
            spent: self.spent.clone(),
            most: self.most.min(self.spent.so_far().saturating_add(time)),
            waited: AtomicU64::default(),
            most_waits: self.most_waits.min(time),
        }
    }

    /// What is left.
    pub(crate) fn left(&self) -> Duration {
        self.most.saturating_sub(self.spent.so_far())
    }

    /// Takes note of time that has gone by.
    pub(crate) fn spend(&self, time: Duration) {
        match &self.spent {
            Spent::Counted(spent) => drop(spent.fetch_add(millis(time), Ordering::Relaxed)),
            Spent::Since(_) => {}
        }
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
        let there = match &self.spent {
            Spent::Counted(spent) => spent
                .fetch_update(order, order, |spent| after(spent, self.most))
                .is_ok(),
            // Others may wait at the same time.
            Spent::Since(_) => return wait <= self.left(),
        };
        if there {
            self.waited.store(waited, order);
        }
        there
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
        let counted = |time| Budget::new(time, Spent::Counted(Arc::default()));
        let whole = counted(4 * second);
        for _ in 0..4 {
            let share = whole.share(second);
            assert_eq!(share.left(), second);
            share.spend(second);
            assert!(share.left().is_zero() && !share.may_wait(second));
        }
        assert!(whole.left().is_zero() && whole.share(second).left().is_zero());
        // The honest control: one that was not used up leaves its time to the others.
        let whole = counted(4 * second);
        assert!(whole.share(second).may_wait(second / 2));
        assert_eq!(
            whole.share(9 * second).left(),
            (4 * second).checked_sub(second / 2).unwrap()
        );
    }

    #[test]
    fn what_is_made_at_once_is_not_added_up() {
        let minute = Duration::from_secs(60);
        let ago = |time: Duration| Budget {
            spent: Spent::Since(Instant::now().checked_sub(time).unwrap()),
            ..Budget::from_now(2 * minute)
        };
        let budget = ago(Duration::ZERO);
        for _ in 0..82 {
            budget.spend(Duration::from_millis(1_500));
            assert!(budget.may_wait(Duration::from_millis(1_500)));
        }
        assert!(budget.left() > minute, "{:?}", budget.left());
        assert!(budget.share(minute / 2).left() <= minute / 2);
        // The control: what has gone by is gone, for shares too.
        let budget = ago(2 * minute);
        assert!(budget.left().is_zero() && budget.share(minute).left().is_zero());
        assert!(!budget.may_wait(minute) && budget.hurried().left().is_zero());
        assert!(!ago(minute).may_wait(2 * minute) && ago(minute).may_wait(minute / 2));
    }
}
