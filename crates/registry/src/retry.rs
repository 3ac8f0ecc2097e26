//! Which failures are worth another try, and after how long. The only place that decides it.

use std::time::Duration;

use backon::ExponentialBuilder;
use jiff::Timestamp;

/// Upper bound of any delay of our own. A registry may ask for a longer one.
const MAX_DELAY: Duration = Duration::from_secs(2);

/// How often, and after how long, a failed request is made again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RetryPolicy {
    /// Attempts in all, the first included.
    pub attempts: usize,
    /// Upper bound of the first delay; doubles with each further one, up to two seconds.
    pub base: Duration,
}

/// Seven attempts: where a registry fails one request in ten by chance, a scan of 500 packages asks
/// a thousand requests and has all of them answered but for a chance of 1000 × 0.1⁷ = 10⁻⁴ (with
/// six it would be 10⁻³). The delays are below 0.2, 0.4, 0.8, 1.6, 2 and 2 s: 3.5 s on average and
/// 7 s at most for a registry that never answers, within the default time budget of 30 s.
impl Default for RetryPolicy {
    fn default() -> Self {
        Self {
            attempts: 7,
            base: Duration::from_millis(200),
        }
    }
}

/// Whether, and when, one failure may be followed by another try.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Retry {
    /// It would fail again.
    Never,
    /// It may pass; wait as the policy says.
    Backoff,
    /// It may pass; the registry says not to come back earlier (`Retry-After`).
    NotBefore(Duration),
}

impl RetryPolicy {
    /// Upper bounds of the delays, one per further attempt. [`RetryPolicy::delay`] adds the jitter.
    pub fn bounds(&self) -> ExponentialBuilder {
        ExponentialBuilder::new()
            .with_min_delay(self.base)
            .with_max_delay(MAX_DELAY.max(self.base))
            .with_factor(2.0)
            .with_max_times(self.attempts.saturating_sub(1))
    }

    /// The delay before the next attempt, or `None` to give up: full jitter below `bound`, after
    /// the time that the registry asks for, and never past the `remaining` time budget. `chance` is
    /// in 0..1.
    pub fn delay(
        retry: Retry,
        bound: Option<Duration>,
        remaining: Duration,
        chance: f64,
    ) -> Option<Duration> {
        let jitter = bound?.mul_f64(chance.clamp(0.0, 1.0));
        let delay = match retry {
            Retry::Never => return None,
            Retry::Backoff => jitter,
            Retry::NotBefore(wait) => wait.saturating_add(jitter),
        };
        (delay < remaining).then_some(delay)
    }
}

/// Whether a status speaks of the moment rather than of the document (RFC 9110; 425 is RFC 8470).
pub const fn is_transient(status: u16) -> bool {
    matches!(status, 408 | 425 | 429 | 500 | 502..=599)
}

/// Reads `Retry-After` (RFC 9110, 10.2.3): seconds, or a date. The date is measured from the
/// answer's own `Date`, so that a wrong clock here does not matter; without one from when it was
/// received (RFC 9110, 6.6.1), `now`. Where that is not known either, it is ignored.
pub fn after(retry_after: Option<&str>, date: Option<&str>, now: Option<Timestamp>) -> Retry {
    let Some(text) = retry_after.map(str::trim) else {
        return Retry::Backoff;
    };
    let wait = if !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit()) {
        // More seconds than a number holds are more than any time budget.
        Some(Duration::from_secs(text.parse().unwrap_or(u64::MAX)))
    } else {
        http_date(text)
            .zip(date.and_then(http_date).or(now))
            .map(|(then, now)| Duration::try_from(then.duration_since(now)).unwrap_or_default())
    };
    wait.map_or(Retry::Backoff, Retry::NotBefore)
}

/// Reads a date in any of the three forms that recipients must accept (RFC 9110, 5.6.7).
fn http_date(text: &str) -> Option<Timestamp> {
    let date = httpdate::parse_http_date(text.trim()).ok()?;
    Timestamp::try_from(date).ok()
}

#[cfg(test)]
mod tests;
