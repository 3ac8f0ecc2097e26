//! How old trust is, and whether that is too old. Pure.

use jiff::Timestamp;

use super::Freshness;

const SECONDS_PER_DAY: i64 = 24 * 60 * 60;

/// `3 days old`, `less than a day old`.
pub fn in_words(as_of: Timestamp, now: Timestamp) -> String {
    match days(as_of, now) {
        ..=0 => "less than a day old".to_owned(),
        1 => "1 day old".to_owned(),
        days => format!("{days} days old"),
    }
}

fn days(as_of: Timestamp, now: Timestamp) -> i64 {
    now.duration_since(as_of).as_secs() / SECONDS_PER_DAY
}

/// Days after which what is used because a refresh failed makes a run inconclusive, unless
/// `--trust-max-age` says another number. Whoever can keep a machine from refreshing could otherwise
/// have it believe keys that were withdrawn years ago.
pub const MAX_FALLBACK_DAYS: u32 = 90;

/// How old trust material may be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MaxAge {
    /// So many days, whatever it is.
    Asked(u32),
    /// [`MAX_FALLBACK_DAYS`] where it stands in for what a refresh would have brought. Material that
    /// was asked for by name may have any age.
    OfFallback,
}

/// Why `trust` is too old, or cannot be dated, as a sentence that says what to do. What cannot be
/// dated is not young: neither a file, nor anything under a clock that is behind it.
pub fn objection(trust: &Freshness, max_age: MaxAge, now: Timestamp) -> Option<String> {
    let (max_days, allowed) = match max_age {
        MaxAge::Asked(days) => (days, format!("--trust-max-age allows {days}")),
        MaxAge::OfFallback if trust.fallback.is_none() => return None,
        MaxAge::OfFallback => (
            MAX_FALLBACK_DAYS,
            format!(
                "what is used because it could not be refreshed may be {MAX_FALLBACK_DAYS} days old"
            ),
        ),
    };
    let Some(as_of) = trust.as_of else {
        return Some(format!(
            "The trust material comes from files, which carry no date; whether it is older than \
             {max_days} days (--trust-max-age) cannot be told."
        ));
    };
    let age = now.duration_since(as_of).as_secs();
    if age < 0 {
        return Some(format!(
            "The trust material is of {as_of}, and this machine's clock says {now}; how old it is \
             cannot be told. Set the clock."
        ));
    }
    let advice = match max_age {
        MaxAge::Asked(_) => "Run `dockyard-provenance trust update` with a network.",
        MaxAge::OfFallback => {
            "Run `dockyard-provenance trust update` where the TUF repository can be reached, check \
             this machine's clock, or install a newer version of this program. To use old material \
             deliberately, say --trust embedded, or allow more with --trust-max-age DAYS."
        }
    };
    (age > i64::from(max_days) * SECONDS_PER_DAY).then(|| {
        format!(
            "The trust material is {}, and {allowed}. {advice}",
            in_words(as_of, now)
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn trust(as_of: Option<&str>) -> Freshness {
        Freshness {
            as_of: as_of.map(|time| time.parse().unwrap()),
            ..Freshness::default()
        }
    }

    #[test]
    fn the_last_second_of_the_last_day_is_young_enough() {
        let trust = trust(Some("2026-08-01T00:00:00Z"));
        for (now, says) in [
            ("2026-08-01T00:00:00Z", None),
            ("2026-08-08T00:00:00Z", None),
            ("2026-08-08T00:00:01Z", Some("7 days old")),
            ("2026-07-31T23:59:59Z", Some("clock")),
        ] {
            let objection = objection(&trust, MaxAge::Asked(7), now.parse().unwrap());
            assert_eq!(objection.is_some(), says.is_some(), "{now}: {objection:?}");
            assert!(objection.unwrap_or_default().contains(says.unwrap_or("")));
        }
    }

    #[test]
    fn what_has_no_date_is_not_young() {
        let now = "2026-08-01T00:00:00Z".parse().unwrap();
        assert!(objection(&trust(None), MaxAge::Asked(u32::MAX), now).is_some());
        assert_eq!(objection(&trust(None), MaxAge::OfFallback, now), None);
    }

    #[test]
    fn what_stands_in_for_a_refresh_grows_too_old_and_what_was_asked_for_does_not() {
        let asked_for = trust(Some("2026-08-01T00:00:00Z"));
        let fallback = Freshness {
            fallback: Some("not reached".to_owned()),
            ..asked_for.clone()
        };
        for (now, says) in [
            ("2026-10-30T00:00:00Z", None),
            ("2026-10-30T00:00:01Z", Some("--trust embedded")),
            ("2030-01-01T00:00:00Z", Some("trust update")),
            ("2020-01-01T00:00:00Z", Some("Set the clock")),
        ] {
            let now = now.parse().unwrap();
            let told = objection(&fallback, MaxAge::OfFallback, now);
            assert_eq!(told.is_some(), says.is_some(), "{now}: {told:?}");
            assert!(told.unwrap_or_default().contains(says.unwrap_or("")));
            assert_eq!(objection(&asked_for, MaxAge::OfFallback, now), None);
        }
    }

    #[test]
    fn days_are_counted_whole() {
        let as_of = "2026-08-01T12:00:00Z".parse().unwrap();
        for (now, words) in [
            ("2026-08-02T11:59:59Z", "less than a day old"),
            ("2026-08-02T12:00:00Z", "1 day old"),
            ("2026-10-01T12:00:00Z", "61 days old"),
        ] {
            assert_eq!(in_words(as_of, now.parse().unwrap()), words);
        }
    }
}
