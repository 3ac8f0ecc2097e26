//! Whether, and after how long, a request to GitHub is made again. Pure.
//!
//! GitHub limits in two ways: so many requests an hour (`x-ratelimit-remaining: 0`, until
//! `x-ratelimit-reset`), and so much at once (`retry-after`). Both come as 403 or 429, and a 403
//! without either means that the token may not.

use std::time::Duration;

use crate::retry::{self, Retry};

/// Attempts in all, the first included.
pub const ATTEMPTS: u32 = 3;

/// Longest that GitHub holds one run, its answers and all waits together. A step that waits for the
/// hour's end costs more than the comment is worth.
pub const BUDGET: Duration = Duration::from_secs(100);

/// How much of it may be gone where something is still asked that a report can do without.
pub const HURRIED: Duration = Duration::from_secs(40);

/// Longest that is waited for that, all waits together.
pub const HURRIED_WAITS: Duration = Duration::from_secs(5);

/// Where GitHub names no time, it asks for a minute.
const UNNAMED: Duration = Duration::from_secs(60);

/// The first wait after a failure that may be of the moment.
const FIRST: Duration = Duration::from_millis(200);

/// What an answer says of limits: the headers as they came.
#[derive(Debug, Clone, Copy, Default)]
pub struct Limits<'a> {
    /// `retry-after`.
    pub retry_after: Option<&'a str>,
    /// `date`.
    pub date: Option<&'a str>,
    /// `x-ratelimit-remaining`.
    pub remaining: Option<&'a str>,
    /// `x-ratelimit-reset`, seconds since 1970.
    pub reset: Option<&'a str>,
    /// The message speaks of a rate limit.
    pub told: bool,
}

impl Limits<'_> {
    /// Whether an answer with this status is a limit, and none of permission.
    pub fn apply(&self, status: u16) -> bool {
        let marked = self.retry_after.is_some() || self.remaining == Some("0") || self.told;
        status == 429 || (status == 403 && marked)
    }

    /// How long GitHub asks to wait.
    pub fn wait(&self) -> Duration {
        if let Retry::NotBefore(wait) = retry::after(self.retry_after, self.date, None) {
            return wait;
        }
        let seconds = |text: Option<&str>| text?.parse::<i64>().ok();
        let date = self
            .date
            .and_then(|date| jiff::fmt::rfc2822::parse(date).ok())
            .map(|date| date.timestamp().as_second());
        match (self.remaining, seconds(self.reset), date) {
            // Measured from the answer's own clock; one second more, because it has no fractions.
            (Some("0"), Some(reset), Some(now)) => {
                Duration::from_secs(u64::try_from(reset - now).unwrap_or(0) + 1)
            }
            _ => UNNAMED,
        }
    }
}

/// How long to wait before the next attempt, or nothing to give up. `attempt` counts from one;
/// `repeatable` is whether asking twice does no more than asking once.
pub fn next(
    status: Option<u16>,
    limits: &Limits<'_>,
    attempt: u32,
    repeatable: bool,
) -> Option<Duration> {
    if attempt >= ATTEMPTS {
        return None;
    }
    match status {
        // What was refused for a limit was not done, so it may be asked for again.
        Some(status) if limits.apply(status) => Some(limits.wait()),
        Some(status) if !retry::is_transient(status) => None,
        Some(_) | None => repeatable.then(|| FIRST * 4_u32.pow(attempt - 1)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refusal_is_not_a_limit() {
        let limits = Limits::default();
        assert_eq!(next(Some(403), &limits, 1, true), None);
        assert_eq!(next(Some(404), &limits, 1, true), None);
        assert_eq!(next(Some(422), &limits, 1, true), None);
    }

    #[test]
    fn limits_are_waited_for_as_long_as_github_says() {
        let secondary = Limits {
            retry_after: Some("7"),
            ..Limits::default()
        };
        for status in [403, 429] {
            let wait = next(Some(status), &secondary, 1, false);
            assert_eq!(wait, Some(Duration::from_secs(7)));
        }
        let primary = Limits {
            remaining: Some("0"),
            reset: Some("1767225610"),
            date: Some("Thu, 01 Jan 2026 00:00:00 GMT"),
            ..Limits::default()
        };
        let wait = next(Some(403), &primary, 1, false);
        assert_eq!(wait, Some(Duration::from_secs(11)));
        let undated = Limits {
            date: None,
            ..primary
        };
        assert_eq!(next(Some(403), &undated, 1, false), Some(UNNAMED));
        assert_eq!(next(Some(403), &secondary, ATTEMPTS, false), None);
    }

    #[test]
    fn only_what_may_be_asked_twice_is_repeated_after_an_unclear_failure() {
        let limits = Limits::default();
        for status in [Some(500), Some(502), Some(503), None] {
            assert_eq!(next(status, &limits, 1, true), Some(FIRST));
            assert_eq!(next(status, &limits, 2, true), Some(FIRST * 4));
            assert_eq!(next(status, &limits, 1, false), None);
        }
    }
}
