//! Waiting times.

use super::*;

#[test]
fn a_waiting_time_counts_from_the_log_and_else_from_the_registry() {
    let acme = build("acme/a");
    let text = "[[require]]\nmin-age = \"3 days\"\n";
    let of = |published: Published| {
        let facts = Facts {
            published,
            ..facts(Status::Verified, &[&acme])
        };
        judged(text, "npm:a", facts, None)
    };
    let (young, just, old) = (
        "2026-11-23T12:00:01Z",
        "2026-11-23T12:00:00Z",
        "2026-11-01T00:00:00Z",
    );
    for (published, result, rule) in [
        (
            Published::Logged(time(young)),
            Some(false),
            &["too-recent"][..],
        ),
        (Published::Logged(time(just)), Some(true), &[]),
        (Published::Stated(time(young)), Some(false), &["too-recent"]),
        (Published::Stated(time(old)), Some(true), &[]),
        (Published::Unknown(None), None, &["verification-incomplete"]),
        (
            Published::Unknown(Some(time(old))),
            None,
            &["verification-incomplete"],
        ),
        // Too young by what is known already.
        (
            Published::Unknown(Some(time(young))),
            Some(false),
            &["too-recent"],
        ),
        // A log without dates had it by then: it may be older, and is not known to be younger.
        (Published::By(time(just)), Some(true), &[]),
        (
            Published::By(time(young)),
            None,
            &["verification-incomplete"],
        ),
        // A clock that is behind.
        (
            Published::Logged(time("2027-01-01T00:00:00Z")),
            Some(false),
            &["too-recent"],
        ),
    ] {
        let found = of(published);
        assert_eq!(
            (met(&found), rules(&found)),
            (vec![result], rule.to_vec()),
            "{published:?}"
        );
    }
    let message = |published| of(published).drafts[0].message.clone();
    let stated = message(Published::Stated(time(young)));
    assert!(stated.contains("by the registry's word"), "{stated}");
    let logged = message(Published::Logged(time(young)));
    assert!(
        !logged.contains("registry") && logged.contains("2026-11-26T12:00:01Z"),
        "{logged}"
    );
}

/// What is installed in place of a dependency is as new as a package of its own.
#[test]
fn an_override_waits_too() {
    let (pinned, other) = (package("npm:a"), package("npm:b"));
    let acme = build("acme/a");
    let of = |published: Published| {
        let one = |package, route, published| Judged {
            package,
            route,
            span: Span::START,
            facts: Facts {
                published,
                ..facts(Status::Verified, &[&acme])
            },
        };
        let old = Published::Logged(time("2026-01-01T00:00:00Z"));
        let subject = Subject {
            path: "npx/a/spec.yaml",
            judged: Some(one(&pinned, "spec.version", old)),
            overrides: vec![one(&other, "spec.overrides.b", published)],
            new: None,
            now: time(NOW),
        };
        evaluate(&blocks("[[require]]\nmin-age = \"3 days\"\n"), &subject)
    };
    let young = of(Published::Logged(time("2026-11-26T00:00:00Z")));
    assert_eq!(
        (met(&young), rules(&young)),
        (vec![Some(false)], vec!["too-recent"])
    );
    assert_eq!(young.drafts[0].route, "spec.overrides.b");
    let unknown = of(Published::Unknown(None));
    assert_eq!(
        (met(&unknown), rules(&unknown)),
        (vec![None], vec!["verification-incomplete"])
    );
    let old = of(Published::Logged(time("2026-11-01T00:00:00Z")));
    assert_eq!((met(&old), rules(&old)), (vec![Some(true)], vec![]));
}
