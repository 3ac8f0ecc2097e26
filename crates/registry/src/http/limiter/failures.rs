//! How much time a host's failures have cost a run, and when that is enough.

use std::time::Duration;

use package_provenance::evidence::FetchProblem;

/// What the failed requests to one host have cost the run. While several requests are under way,
/// time is shared equally among them: eight that are waited for at once in vain for 30 s cost 30 s;
/// one that is waited for while seven others are answered costs a part of that. Times are ages of the
/// host, which only grow.
#[derive(Debug)]
pub(super) struct FailureBudget {
    limit: Duration,
    spent: Duration,
    in_flight: u32,
    /// Until when `share` is counted.
    counted: Duration,
    /// What one request that was always in flight would have cost.
    share: Duration,
}

impl FailureBudget {
    /// So much may be lost.
    pub(super) const fn new(limit: Duration) -> Self {
        Self {
            limit,
            spent: Duration::ZERO,
            in_flight: 0,
            counted: Duration::ZERO,
            share: Duration::ZERO,
        }
    }

    fn count(&mut self, now: Duration) {
        let passed = now.saturating_sub(self.counted);
        self.counted = self.counted.max(now);
        self.share += passed.checked_div(self.in_flight).unwrap_or_default();
    }

    /// A request begins. Gives what [`FailureBudget::ends`] wants back.
    pub(super) fn begins(&mut self, now: Duration) -> Duration {
        self.count(now);
        self.in_flight = self.in_flight.saturating_add(1);
        self.share
    }

    /// A request ends that began at this `share`.
    pub(super) fn ends(&mut self, now: Duration, share: Duration, failed: bool) {
        self.count(now);
        self.in_flight = self.in_flight.saturating_sub(1);
        if failed {
            self.spent += self.share.saturating_sub(share);
        }
    }

    /// Why the host is not asked any more, where the budget is spent.
    pub(super) fn exceeded(&self) -> Option<FetchProblem> {
        (self.spent >= self.limit).then_some(FetchProblem::Wasteful {
            seconds: self.limit.as_secs(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn at(seconds: u64) -> Duration {
        Duration::from_secs(seconds)
    }

    #[test]
    fn requests_that_are_waited_for_together_cost_their_time_once() {
        let mut budget = FailureBudget::new(at(31));
        let begun: Vec<Duration> = (0..8).map(|_| budget.begins(at(10))).collect();
        for share in begun {
            budget.ends(at(40), share, true);
        }
        assert_eq!(budget.spent, at(30));
        assert_eq!(budget.exceeded(), None);
        let share = budget.begins(at(50));
        budget.ends(at(51), share, true);
        let seconds = 31;
        assert_eq!(budget.exceeded(), Some(FetchProblem::Wasteful { seconds }));
    }

    #[test]
    fn one_after_another_they_cost_all_of_it() {
        let mut budget = FailureBudget::new(Duration::MAX);
        for turn in 0..4 {
            let share = budget.begins(at(30 * turn));
            budget.ends(at(30 * (turn + 1)), share, true);
        }
        assert_eq!(budget.spent, at(120));
    }

    #[test]
    fn what_is_answered_meanwhile_takes_its_part() {
        let mut budget = FailureBudget::new(Duration::MAX);
        let hangs = budget.begins(at(0));
        for turn in 0..3 {
            let share = budget.begins(at(10 * turn));
            budget.ends(at(10 * (turn + 1)), share, false);
        }
        budget.ends(at(30), hangs, true);
        assert_eq!(budget.spent, at(15));
    }

    #[test]
    fn answers_and_idle_times_cost_nothing() {
        let mut budget = FailureBudget::new(Duration::MAX);
        let share = budget.begins(at(5));
        budget.ends(at(500), share, false);
        assert_eq!(budget.spent, at(0));
        let share = budget.begins(at(1_000));
        budget.ends(at(1_001), share, true);
        assert_eq!(budget.spent, at(1));
        // Ages come from several threads; an earlier one changes nothing.
        let share = budget.begins(at(1_002));
        budget.ends(at(900), share, true);
        assert_eq!(budget.spent, at(1));
    }
}
