//! What is used where the repository cannot be reached. Pure.
//!
//! Only material that is not known to be superseded: neither by the other candidate, nor by metadata
//! that was verified and names something that could not be had.

use std::error::Error as _;

use jiff::Timestamp;
use serde_json::Value;

use super::documents::Documents;
use super::embedded::Embedded;
use package_provenance::json;

/// How far verified metadata reaches, its expiry not regarded.
pub(super) enum Known {
    /// Nothing beyond the root that it begins with.
    Nothing,
    /// Some metadata, but not all that it names: what is missing.
    Incomplete(String),
    /// Both documents.
    Complete(Box<Documents>),
}

/// What to use.
pub(super) enum Choice {
    /// The remembered documents, as of then.
    Remembered(Box<Documents>, Timestamp),
    /// The embedded ones.
    Embedded(Timestamp),
    /// Neither, and why.
    Neither(String),
}

/// Chooses. `refreshed_at` is when the remembered documents were fetched, as the store says, where
/// that is not in the future.
pub(super) fn choose(
    known: Known,
    refreshed_at: Option<Timestamp>,
    embedded: Option<&Embedded>,
) -> Choice {
    let documents = match known {
        Known::Complete(documents) => documents,
        Known::Incomplete(missing) => {
            return Choice::Neither(format!(
                "newer material was announced and could not be fetched ({missing}), so that what is \
                 known here may be superseded"
            ));
        }
        Known::Nothing => {
            return embedded.map_or_else(
                || Choice::Neither("nothing was fetched from it before".to_owned()),
                |embedded| Choice::Embedded(embedded.as_of),
            );
        }
    };
    match (documents.fetched(refreshed_at), embedded) {
        (Some(fetched), Some(embedded)) if superseded(&documents, fetched, embedded) => {
            Choice::Embedded(embedded.as_of)
        }
        (Some(fetched), _) => Choice::Remembered(documents, fetched),
        (None, Some(embedded)) if unchanged(&documents, embedded) => {
            Choice::Embedded(embedded.as_of)
        }
        (None, _) => Choice::Neither(
            "when the remembered material was fetched is not known (no time is kept, or one at which \
             it had expired), so that it cannot be told from older material"
                .to_owned(),
        ),
    }
}

/// Whether documents that were fetched then are older than other ones that the program holds.
pub(super) fn superseded(documents: &Documents, fetched: Timestamp, embedded: &Embedded) -> bool {
    fetched < embedded.as_of && !unchanged(documents, embedded)
}

fn unchanged(documents: &Documents, embedded: &Embedded) -> bool {
    same(&documents.trusted_root, embedded.trusted_root)
        && same(&documents.npm_keys, embedded.npm_keys)
}

/// Whether two documents say the same, however they are laid out.
fn same(one: &[u8], other: &[u8]) -> bool {
    let value = |bytes| json::from_slice::<Value>(bytes).ok();
    one == other || value(one).is_some_and(|one| value(other).is_some_and(|other| one == other))
}

/// An error and its causes in one line.
pub(super) fn chain(error: &sigstore_tuf::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(next) = cause {
        text.push_str(": ");
        text.push_str(&next.to_string());
        cause = next.source();
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use package_provenance::trust::TufVersions;

    const BUILT: &str = "2026-08-21T00:00:00Z";
    const BEFORE: &str = "2026-08-20T23:59:59Z";
    const LAST: &str = "2026-08-27T23:59:59Z";
    const EXPIRED: &str = "2026-08-28T00:00:00Z";

    fn time(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    fn remembered(trusted_root: &str) -> Known {
        Known::Complete(Box::new(Documents {
            trusted_root: trusted_root.into(),
            npm_keys: b"{}".to_vec(),
            versions: TufVersions {
                root: 1,
                timestamp: 1,
                snapshot: 1,
                targets: 1,
                npm: None,
            },
            expires: time(EXPIRED),
        }))
    }

    fn embedded() -> Embedded {
        Embedded {
            as_of: time(BUILT),
            trusted_root: br#"{"a": 1, "b": 2}"#,
            npm_keys: b"{ }",
        }
    }

    fn chosen(known: Known, fetched: Option<&str>, embedded: Option<&Embedded>) -> &'static str {
        match choose(known, fetched.map(time), embedded) {
            Choice::Remembered(_, as_of) => {
                assert_eq!(Some(as_of), fetched.map(time));
                "remembered"
            }
            Choice::Embedded(as_of) => {
                assert_eq!(as_of, time(BUILT));
                "embedded"
            }
            Choice::Neither(_) => "neither",
        }
    }

    #[test]
    fn the_newer_of_two_that_differ_is_used() {
        let built = embedded();
        for (fetched, expected) in [
            (Some(LAST), "remembered"),
            (Some(EXPIRED), "neither"),
            (Some("2027-08-22T00:00:00Z"), "neither"),
            (Some(BUILT), "remembered"),
            (Some(BEFORE), "embedded"),
            (None, "neither"),
        ] {
            let chosen = chosen(remembered(r#"{"a": 2}"#), fetched, Some(&built));
            assert_eq!(chosen, expected, "{fetched:?}");
        }
    }

    #[test]
    fn what_says_the_same_supersedes_nothing() {
        let built = embedded();
        for (fetched, expected) in [
            (Some(BUILT), "remembered"),
            (Some(BEFORE), "remembered"),
            (Some(EXPIRED), "embedded"),
            (None, "embedded"),
        ] {
            let chosen = chosen(remembered(r#"{"b":2,"a":1}"#), fetched, Some(&built));
            assert_eq!(chosen, expected, "{fetched:?}");
        }
    }

    #[test]
    fn without_an_embedded_candidate_only_what_was_fetched_is_left() {
        assert_eq!(chosen(remembered("{}"), Some(BEFORE), None), "remembered");
        assert_eq!(chosen(remembered("{}"), None, None), "neither");
        assert_eq!(chosen(remembered("{}"), Some(EXPIRED), None), "neither");
        assert_eq!(chosen(Known::Nothing, None, None), "neither");
        assert_eq!(chosen(Known::Nothing, Some(BUILT), None), "neither");
    }

    #[test]
    fn half_of_something_newer_rules_out_both() {
        let (built, half) = (embedded(), || {
            Known::Incomplete("2.targets.json".to_owned())
        });
        assert_eq!(chosen(half(), Some(BUILT), Some(&built)), "neither");
        assert_eq!(chosen(half(), None, Some(&built)), "neither");
        assert_eq!(chosen(Known::Nothing, None, Some(&built)), "embedded");
    }
}
