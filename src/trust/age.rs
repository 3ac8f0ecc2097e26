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

/// Why `trust` cannot count as at most `max_days` days old, as a sentence. What cannot be dated is
/// not young: neither a file, nor anything under a clock that is behind it.
pub fn objection(trust: &Freshness, max_days: u32, now: Timestamp) -> Option<String> {
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
    (age > i64::from(max_days) * SECONDS_PER_DAY).then(|| {
        format!(
            "The trust material is {}, and --trust-max-age allows {max_days}. Run \
             `dockyard-provenance trust update` with a network.",
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
            let objection = objection(&trust, 7, now.parse().unwrap());
            assert_eq!(objection.is_some(), says.is_some(), "{now}: {objection:?}");
            assert!(objection.unwrap_or_default().contains(says.unwrap_or("")));
        }
    }

    #[test]
    fn what_has_no_date_is_not_young() {
        let now = "2026-08-01T00:00:00Z".parse().unwrap();
        assert!(objection(&trust(None), u32::MAX, now).is_some());
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
