//! `min-age`: how long a version must have been published.

use std::fmt;

use jiff::{SignedDuration, Timestamp};

use package_provenance::verify::{Observed, Outcome};

/// Longest waiting time.
const MOST_DAYS: u64 = 365;

const UNITS: [(&str, u64); 4] = [
    ("minute", 60),
    ("hour", 3_600),
    ("day", 86_400),
    ("week", 604_800),
];

/// A waiting time, such as `3 days`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MinAge {
    /// In seconds.
    seconds: u64,
    /// As it was written.
    text: String,
}

impl MinAge {
    /// Reads a whole number and a unit: minutes, hours, days or weeks.
    ///
    /// # Errors
    /// What to write, for people.
    pub fn parse(text: &str) -> Result<Self, String> {
        let wanted = || {
            "write a number and a unit, as in \"3 days\" (minutes, hours, days, weeks)".to_owned()
        };
        let (number, unit) = text.split_once(' ').ok_or_else(wanted)?;
        let digits = !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit());
        let number = digits.then(|| number.parse::<u64>().ok()).flatten();
        let unit = unit.strip_suffix('s').unwrap_or(unit);
        let unit = UNITS.iter().find(|(word, _)| *word == unit);
        let (number, (_, seconds)) = number.zip(unit).ok_or_else(wanted)?;
        let most = MOST_DAYS * 86_400;
        let seconds = number
            .checked_mul(*seconds)
            .filter(|all| (1..=most).contains(all));
        Ok(Self {
            seconds: seconds.ok_or_else(|| format!("from 1 minute to {MOST_DAYS} days"))?,
            text: text.to_owned(),
        })
    }

    /// When a version that was published at `time` is old enough; none where no calendar holds that.
    pub fn over(&self, time: Timestamp) -> Option<Timestamp> {
        let seconds = i64::try_from(self.seconds).ok()?;
        time.checked_add(SignedDuration::from_secs(seconds)).ok()
    }
}

/// As it was written.
impl fmt::Display for MinAge {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.text)
    }
}

/// When a release was published, and who says so.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Published {
    /// By the verified log time of its youngest file.
    Logged(Timestamp),
    /// By the registry's word: it says so of a file that no log has.
    Stated(Timestamp),
    /// At this time or earlier: the log has no dates, but had every file by then.
    By(Timestamp),
    /// Nobody says so of every file. The time is that of the youngest file that has one.
    Unknown(Option<Timestamp>),
}

/// When the youngest file of a release was published: by the log, where each file is in it, and else by
/// the registry's word for the rest. Where there is neither for a file, it may be the youngest. Who signs
/// early and uploads late would have waited unseen, so that the registry's word counts wherever it is the
/// later one: unsigned, it may hold a release back, and never clears one.
pub fn published(observed: &Observed) -> Published {
    let by = logged_by(observed);
    let mut files: Vec<(&str, Option<Timestamp>)> = Vec::new();
    for evidence in &observed.evidence {
        let logged = match &evidence.outcome {
            Outcome::Verified(facts) => facts.get().logged_at,
            Outcome::Absent
            | Outcome::Invalid(_)
            | Outcome::Unknown(_)
            | Outcome::Unsupported(_) => None,
        };
        match files
            .iter_mut()
            .find(|(name, _)| *name == evidence.artifact)
        {
            Some((_, time)) => *time = (*time).max(logged),
            None => files.push((&evidence.artifact, logged)),
        }
    }
    let youngest = files.iter().filter_map(|(_, time)| *time).max();
    let all = !files.is_empty() && files.iter().all(|(_, time)| time.is_some());
    match (combined(youngest, all, observed.words.published), by) {
        (Published::Unknown(None), Some(by)) => Published::By(by),
        (known, _) => known,
    }
}

/// When the log had all of the evidence at the latest, where that is all that is known of each.
fn logged_by(observed: &Observed) -> Option<Timestamp> {
    let by = |outcome: &Outcome| match outcome {
        Outcome::Verified(facts) => facts.get().logged_by,
        Outcome::Absent | Outcome::Invalid(_) | Outcome::Unknown(_) | Outcome::Unsupported(_) => {
            None
        }
    };
    let all: Option<Vec<Timestamp>> = observed.evidence.iter().map(|it| by(&it.outcome)).collect();
    all?.into_iter().max()
}

/// `all` is whether each file has a log time, of which `youngest` is the latest.
fn combined(youngest: Option<Timestamp>, all: bool, stated: Option<Timestamp>) -> Published {
    match (youngest, stated) {
        (Some(youngest), Some(stated)) if youngest >= stated => Published::Logged(youngest),
        (_, Some(stated)) => Published::Stated(stated),
        (Some(youngest), None) if all => Published::Logged(youngest),
        (youngest, None) => Published::Unknown(youngest),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Nobody signed the registry's word: it may hold a release back, and never clears one.
    #[test]
    fn the_registrys_word_counts_where_it_is_the_later_one() {
        let time = |day: u8| format!("2026-11-{day:02}T00:00:00Z").parse::<Timestamp>();
        let (first, third) = (time(1).unwrap(), time(3).unwrap());
        // Signed on the first, uploaded on the third.
        assert_eq!(
            combined(Some(first), true, Some(third)),
            Published::Stated(third)
        );
        assert_eq!(
            combined(Some(third), true, Some(first)),
            Published::Logged(third)
        );
        assert_eq!(combined(Some(first), true, None), Published::Logged(first));
        assert_eq!(
            combined(Some(first), false, Some(third)),
            Published::Stated(third)
        );
        assert_eq!(
            combined(Some(first), false, None),
            Published::Unknown(Some(first))
        );
        assert_eq!(combined(None, false, None), Published::Unknown(None));
    }

    #[test]
    fn waiting_times_are_a_number_and_a_unit() {
        for (text, seconds) in [
            ("3 days", 259_200),
            ("1 day", 86_400),
            ("12 hours", 43_200),
            ("2 weeks", 1_209_600),
            ("90 minutes", 5_400),
            ("365 days", 31_536_000),
        ] {
            assert_eq!(MinAge::parse(text).unwrap().seconds, seconds, "{text}");
        }
        for wrong in [
            "",
            "3",
            "days",
            "3days",
            "3  days",
            "-3 days",
            "+3 days",
            "3.5 days",
            "0 days",
            "366 days",
            "3 months",
            "3 dayss",
            "P3D",
            "99999999999999999999 days",
            "18446744073709551615 weeks",
        ] {
            assert!(MinAge::parse(wrong).is_err(), "{wrong}");
        }
    }
}
