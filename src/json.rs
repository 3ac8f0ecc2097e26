//! Strict JSON: what an attacker could use to make two readers see two documents is refused.
//!
//! `serde_json` alone keeps the last of two equal keys; a verifier that reads the first and an
//! installer that reads the last would then see different documents. Every document from outside,
//! the signed statement included, passes [`from_slice`] first.

use std::collections::HashSet;
use std::fmt;

use serde::de::{
    DeserializeOwned, DeserializeSeed, Deserializer, Error as _, MapAccess, SeqAccess, Visitor,
};

/// Deepest nesting of arrays and objects that is read.
pub const MAX_DEPTH: usize = 64;

/// Most keys of one object. The largest genuine packuments have some ten thousand versions.
pub const MAX_KEYS: usize = 100_000;

/// Why a document is no acceptable JSON, with the line and column that `serde_json` reports.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct JsonError(String);

/// Reads `T` from `bytes`, refusing duplicate keys anywhere, nesting deeper than [`MAX_DEPTH`]
/// and anything after the document.
///
/// # Errors
/// [`JsonError`] says what is wrong and where; it never quotes the document at length.
pub fn from_slice<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, JsonError> {
    check(bytes)?;
    serde_json::from_slice(bytes).map_err(|error| JsonError(describe(&error)))
}

/// Checks `bytes` for well-formedness, duplicate keys and depth, and keeps nothing.
///
/// # Errors
/// As [`from_slice`].
pub fn check(bytes: &[u8]) -> Result<(), JsonError> {
    let mut reader = serde_json::Deserializer::from_slice(bytes);
    Strict { depth: MAX_DEPTH }
        .deserialize(&mut reader)
        .and_then(|()| reader.end())
        .map_err(|error| JsonError(describe(&error)))
}

/// The message of a `serde_json` error, cut to a length that fits a report. It may quote a key of
/// the document, so it is untrusted text.
fn describe(error: &serde_json::Error) -> String {
    error.to_string().chars().take(200).collect()
}

#[derive(Clone, Copy)]
struct Strict {
    depth: usize,
}

impl Strict {
    fn deeper<E: serde::de::Error>(self) -> Result<Self, E> {
        self.depth.checked_sub(1).map_or_else(
            || Err(E::custom(format!("nested deeper than {MAX_DEPTH} levels"))),
            |depth| Ok(Self { depth }),
        )
    }
}

impl<'de> DeserializeSeed<'de> for Strict {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Strict {
    type Value = ();

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a JSON value")
    }

    fn visit_bool<E>(self, _: bool) -> Result<(), E> {
        Ok(())
    }

    fn visit_i64<E>(self, _: i64) -> Result<(), E> {
        Ok(())
    }

    fn visit_u64<E>(self, _: u64) -> Result<(), E> {
        Ok(())
    }

    fn visit_f64<E>(self, _: f64) -> Result<(), E> {
        Ok(())
    }

    fn visit_str<E>(self, _: &str) -> Result<(), E> {
        Ok(())
    }

    fn visit_unit<E>(self) -> Result<(), E> {
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<(), A::Error> {
        let inner = self.deeper()?;
        while items.next_element_seed(inner)?.is_some() {}
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<(), A::Error> {
        let inner = self.deeper()?;
        let mut seen: HashSet<String> = HashSet::new();
        while let Some(key) = entries.next_key::<String>()? {
            entries.next_value_seed(inner)?;
            if seen.len() >= MAX_KEYS {
                return Err(A::Error::custom(format!(
                    "an object of more than {MAX_KEYS} keys"
                )));
            }
            if let Some(twice) = seen.replace(key) {
                let shown: String = twice.chars().take(40).collect();
                return Err(A::Error::custom(format!("duplicate key `{shown}`")));
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn duplicates_are_refused_at_any_depth() {
        let error = check(br#"{"a":[{"b":1,"b":2}]}"#).unwrap_err();
        assert!(error.to_string().contains("duplicate key `b`"), "{error}");
        let escaped = check(br#"{"version":1,"versio\u006e":2}"#).unwrap_err();
        assert!(escaped.to_string().contains("duplicate key"), "{escaped}");
    }

    #[test]
    fn depth_is_bounded_without_using_the_stack_up() {
        let deep = "[".repeat(100_000);
        assert!(check(deep.as_bytes()).is_err());
        let fine = format!("{}{}", "[".repeat(MAX_DEPTH), "]".repeat(MAX_DEPTH));
        assert_eq!(check(fine.as_bytes()), Ok(()));
        let one_more = format!("{}{}", "[".repeat(MAX_DEPTH + 1), "]".repeat(MAX_DEPTH + 1));
        assert!(check(one_more.as_bytes()).is_err());
    }

    #[test]
    fn nothing_may_follow_the_document() {
        assert!(check(b"{} {}").is_err());
        assert!(check(b"{}x").is_err());
        assert_eq!(check(b" {} \n"), Ok(()));
    }
}
