use backon::BackoffBuilder;

use super::*;

const SECOND: Duration = Duration::from_secs(1);
const NOW: &str = "Sun, 06 Nov 1994 08:49:37 GMT";

#[test]
fn retry_after_is_read_in_both_forms() {
    let read = |text| after(Some(text), Some(NOW), None);
    assert_eq!(read("7"), Retry::NotBefore(7 * SECOND));
    assert_eq!(read(" 0 "), Retry::NotBefore(Duration::ZERO));
    assert_eq!(
        read("Sun, 06 Nov 1994 08:50:37 GMT"),
        Retry::NotBefore(60 * SECOND)
    );
    assert_eq!(
        read("Sun, 06 Nov 1994 08:48:37 GMT"),
        Retry::NotBefore(Duration::ZERO)
    );
    assert_eq!(
        read("99999999999999999999999"),
        Retry::NotBefore(Duration::from_secs(u64::MAX))
    );
    for unusable in ["", "-1", "1.5", "soon", "+3"] {
        assert_eq!(read(unusable), Retry::Backoff, "{unusable}");
    }
    assert_eq!(after(None, Some(NOW), None), Retry::Backoff);
}

#[test]
fn a_date_is_measured_from_the_answers_own_or_else_from_here() {
    let minute_later = Some("Sun, 06 Nov 1994 08:50:37 GMT");
    let here = |text: &str| Some(text.parse().unwrap());
    for (date, now, expected) in [
        (Some(NOW), here("2026-01-01T00:00:00Z"), Some(60)),
        (None, here("1994-11-06T08:50:30Z"), Some(7)),
        (Some("yesterday"), here("1994-11-06T08:50:30Z"), Some(7)),
        (None, here("2026-01-01T00:00:00Z"), Some(0)),
        (None, None, None),
    ] {
        let wait = expected.map_or(Retry::Backoff, |seconds: u32| {
            Retry::NotBefore(seconds * SECOND)
        });
        assert_eq!(after(minute_later, date, now), wait, "{date:?} {now:?}");
    }
}

#[test]
fn every_form_of_a_date_that_http_has_is_read() {
    // RFC 9110, 5.6.7: IMF-fixdate, RFC 850, asctime.
    let forms = [
        "Sun, 06 Nov 1994 08:50:37 GMT",
        "Sunday, 06-Nov-94 08:50:37 GMT",
        "Sun Nov  6 08:50:37 1994",
    ];
    for form in forms {
        let wait = Retry::NotBefore(60 * SECOND);
        assert_eq!(after(Some(form), Some(NOW), None), wait, "{form}");
        let later = Some("Sun, 06 Nov 1994 08:51:37 GMT");
        assert_eq!(after(later, Some(form), None), wait, "{form}");
    }
    for none in [
        "Sunday, 06-Nov-94",
        "Sun Nov 6",
        "Sun, 32 Nov 1994 08:50:37 GMT",
    ] {
        assert_eq!(after(Some(none), Some(NOW), None), Retry::Backoff, "{none}");
    }
}

#[test]
fn delays_grow_are_jittered_and_end() {
    let policy = RetryPolicy::default();
    let bounds = policy.bounds().build().map(|bound| bound.as_millis());
    assert_eq!(
        bounds.collect::<Vec<_>>(),
        [200, 400, 800, 1600, 2000, 2000]
    );
    let delay = |retry, chance| RetryPolicy::delay(retry, Some(SECOND), 10 * SECOND, chance);
    assert_eq!(delay(Retry::Backoff, 0.0), Some(Duration::ZERO));
    assert_eq!(delay(Retry::Backoff, 0.5), Some(SECOND / 2));
    assert_eq!(delay(Retry::NotBefore(SECOND), 0.5), Some(SECOND * 3 / 2));
    assert_eq!(delay(Retry::Never, 0.5), None);
    assert_eq!(
        RetryPolicy::delay(Retry::Backoff, None, 10 * SECOND, 0.5),
        None
    );
}

#[test]
fn nothing_is_waited_for_beyond_the_budget() {
    let wait = |seconds: u64| {
        let retry = Retry::NotBefore(Duration::from_secs(seconds));
        RetryPolicy::delay(retry, Some(Duration::ZERO), 10 * SECOND, 0.0)
    };
    assert_eq!(wait(9), Some(9 * SECOND));
    assert_eq!(wait(10), None);
    assert_eq!(wait(u64::MAX), None);
}

#[test]
fn a_scan_of_500_packages_survives_ten_percent_of_failures() {
    let attempts = i32::try_from(RetryPolicy::default().attempts).unwrap();
    let questions = 2.0 * 500.0;
    assert!(questions * 0.1_f64.powi(attempts) < 1e-3);
}

#[test]
fn every_delay_of_our_own_fits_the_default_time_budget() {
    let longest: Duration = RetryPolicy::default().bounds().build().sum();
    assert!(longest < 10 * SECOND, "{longest:?}");
}
