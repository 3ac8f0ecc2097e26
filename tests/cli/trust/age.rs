//! How old trust material may be.

use super::Trusting;
use crate::stage::{Run, Stage, misdeclared};

#[test]
fn what_is_old_is_told_and_counts_as_far_as_it_may() {
    let trusting = Trusting::new();
    trusting.scan(&[]).exits(0);
    trusting.refreshed_at(&days_ago(89));
    trusting.cut_off();
    let run = trusting.scan(&[]).exits(0);
    for said in ["Trust not refreshed: The TUF repository", "days old"] {
        assert!(run.out.contains(said), "{said}: {}", run.out);
    }
    // The last line says it on its own.
    let verdict = run.out.trim_end().lines().next_back().unwrap();
    assert!(
        verdict.contains(". The trust material was not refreshed; it is ")
            && verdict.ends_with(" days old."),
        "{verdict}"
    );
    // Once, in one line without the client's nested errors, which `-v` has.
    assert!(!run.err.contains("TUF repository"), "{}", run.err);
    assert_eq!(run.out.matches("was not reached").count(), 1, "{}", run.out);
    assert_eq!(trusting.scan(&["--quiet"]).exits(0).err, "");
    let run = trusting.scan(&["--format", "json"]).exits(0);
    assert!(
        run.err.starts_with("warning: The TUF repository"),
        "{}",
        run.err
    );
    let json = run.report().json;
    assert!(
        json["trust"]["fallback"]
            .as_str()
            .unwrap()
            .contains("days old")
    );

    trusting.scan(&["--trust-max-age", "36500"]).exits(0);
    let run = trusting.scan(&["--trust-max-age", "1"]).exits(3);
    assert!(
        run.out.contains("Trust problem: The trust material is"),
        "{}",
        run.out
    );
    assert!(
        run.out
            .contains("INCONCLUSIVE: the trust material does not count"),
        "{}",
        run.out
    );
    assert!(
        run.err.contains("error: The trust material is"),
        "{}",
        run.err
    );
    trusting
        .scan(&["--trust-max-age", "1", "--fail-on-unknown", "false"])
        .exits(3);
    let json = trusting.scan(&["--trust-max-age", "1", "--format", "json"]);
    let json = json.exits(3).report().json;
    assert_eq!(json["verdict"], "inconclusive");
    assert_eq!(json["specs"][0]["status"], "verified");
    assert!(json["trust"]["problem"].is_string());
    // A finding that fails still fails.
    trusting.stage.npm("b", "@acme/b", &misdeclared());
    trusting.scan(&["--trust-max-age", "1"]).exits(1);
}

/// As of when something that old was fetched.
#[expect(
    clippy::disallowed_methods,
    reason = "the program looks at the machine's clock, too"
)]
fn days_ago(days: i64) -> String {
    let now = jiff::Timestamp::now();
    (now - jiff::SignedDuration::from_hours(24 * days)).to_string()
}

#[test]
fn what_stands_in_for_a_refresh_is_too_old_after_ninety_days() {
    let trusting = Trusting::new();
    trusting.scan(&[]).exits(0);
    trusting.refreshed_at(&days_ago(91));
    trusting.cut_off();
    for arguments in [&[][..], &["--fail-on-unknown", "false"]] {
        let run = trusting.scan(arguments).exits(3);
        let says = "Trust problem: The trust material is 91 days old, and what is used because it \
                    could not be refreshed may be 90 days old.";
        assert!(run.out.contains(says), "{}", run.out);
        for advice in ["trust update", "--trust embedded", "--trust-max-age DAYS"] {
            assert!(run.err.contains(advice), "{}", run.err);
        }
    }
    let shown = trusting.trust(&["show"]).exits(0);
    assert!(
        shown.out.contains("Too old: The trust material is 91"),
        "{}",
        shown.out
    );
    assert!(shown.err.contains("91 days old"), "{}", shown.err);
    trusting.scan(&["--trust-max-age", "92"]).exits(0);
    // A time that lies in the future dates nothing.
    trusting.refreshed_at(&days_ago(-91));
    let run = trusting.scan(&[]).exits(3);
    assert!(run.err.contains("is not known"), "{}", run.err);
}

#[test]
fn an_age_limit_holds_for_every_kind_of_trust() {
    let stage = Stage::honest();
    // Files carry no date.
    let run = stage.scan(&["--trust-max-age", "36500"]).exits(3);
    assert!(run.out.contains("carry no date"), "{}", run.out);
    let embedded = |days: &str| {
        let mut command = stage.program();
        command.args(["scan", "--offline", "--trust-max-age", days]);
        Run::of(&mut command).exits(3).out
    };
    assert!(embedded("1").contains("Trust problem"));
    assert!(!embedded("36500").contains("Trust problem"));
}
