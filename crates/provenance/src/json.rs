//! Strict JSON: what an attacker could use to make two readers see two documents is refused.
//!
//! `serde_json` alone keeps the last of two equal keys; a verifier that reads the first and an
//! installer that reads the last would then see different documents. Every document from outside,
//! the signed statement included, passes [`from_slice`] first.

use std::borrow::Cow;
use std::collections::HashSet;
use std::fmt;

use serde::Deserialize;
use serde::de::{DeserializeSeed, Deserializer, Error as _, MapAccess, SeqAccess, Visitor};

/// Deepest nesting of arrays and objects that is read.
pub const MAX_DEPTH: usize = 64;

/// Keys by which `serde_json` passes raw text through its data model: what such a text holds would be
/// read without having been checked.
const PRIVATE: &str = "$serde_json::private::";

/// Most keys of one object. The largest genuine packuments have some ten thousand versions.
pub const MAX_KEYS: usize = 100_000;

/// How the message of an object with too many keys starts.
const TOO_MANY: &str = "an object of more than";

/// Keys of one object that are compared one by one, without an allocation each; further ones are
/// hashed, so that a hostile object costs no quadratic time.
const FEW_KEYS: usize = 16;

/// Why a document is no acceptable JSON, with the line and column that `serde_json` reports.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{text}")]
pub struct JsonError {
    text: String,
    line: usize,
    column: usize,
}

impl JsonError {
    /// Line, 1-based, and column, in bytes, up to which the document was read; zero where none of it was.
    pub fn place(&self) -> (usize, usize) {
        (self.line, self.column)
    }

    /// Whether an object has more keys than the limit.
    pub fn is_too_many_keys(&self) -> bool {
        self.text.starts_with(TOO_MANY)
    }

    /// What is wrong, without the place.
    pub fn reason(&self) -> &str {
        let place = format!(" at line {} column {}", self.line, self.column);
        self.text.strip_suffix(&place).unwrap_or(&self.text)
    }
}

/// Reads `T` from `bytes`, refusing duplicate keys anywhere, nesting deeper than [`MAX_DEPTH`]
/// and anything after the document.
///
/// # Errors
/// [`JsonError`] says what is wrong and where; it never quotes the document at length.
pub fn from_slice<'de, T: Deserialize<'de>>(bytes: &'de [u8]) -> Result<T, JsonError> {
    check(bytes)?;
    serde_json::from_slice(bytes).map_err(|error| describe(&error))
}

/// Checks `bytes` for well-formedness, duplicate keys and depth, and keeps nothing.
///
/// # Errors
/// As [`from_slice`].
pub fn check(bytes: &[u8]) -> Result<(), JsonError> {
    check_with(bytes, MAX_KEYS)
}

/// As [`check`], with another limit than [`MAX_KEYS`].
///
/// # Errors
/// As [`from_slice`].
pub fn check_with(bytes: &[u8], keys: usize) -> Result<(), JsonError> {
    let mut reader = serde_json::Deserializer::from_slice(bytes);
    let depth = MAX_DEPTH;
    Strict { depth, keys }
        .deserialize(&mut reader)
        .and_then(|()| reader.end())
        .map_err(|error| describe(&error))
}

/// The message of a `serde_json` error, cut to a length that fits a report. It may quote a key of
/// the document, so it is untrusted text.
fn describe(error: &serde_json::Error) -> JsonError {
    JsonError {
        text: error.to_string().chars().take(200).collect(),
        line: error.line(),
        column: error.column(),
    }
}

#[derive(Clone, Copy)]
struct Strict {
    depth: usize,
    keys: usize,
}

impl Strict {
    fn deeper<E: serde::de::Error>(self) -> Result<Self, E> {
        self.depth.checked_sub(1).map_or_else(
            || Err(E::custom(format!("nested deeper than {MAX_DEPTH} levels"))),
            |depth| Ok(Self { depth, ..self }),
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
        let (mut few, mut more) = (Vec::new(), HashSet::new());
        while let Some(key) = entries.next_key_seed(Key)? {
            if key.starts_with(PRIVATE) {
                return Err(A::Error::custom("a key of serde_json's own"));
            }
            if few.contains(&key) || more.contains(&key) {
                let shown: String = key.chars().take(40).collect();
                return Err(A::Error::custom(format!("duplicate key `{shown}`")));
            }
            if few.len() < FEW_KEYS {
                few.push(key);
            } else if few.len() + more.len() < self.keys {
                more.insert(key);
            } else {
                return Err(A::Error::custom(format!("{TOO_MANY} {} keys", self.keys)));
            }
            entries.next_value_seed(inner)?;
        }
        Ok(())
    }
}

/// A key with its escapes undone, borrowed where it has none.
pub(crate) struct Key;

impl<'de> DeserializeSeed<'de> for Key {
    type Value = Cow<'de, str>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl<'de> Visitor<'de> for Key {
    type Value = Cow<'de, str>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a key")
    }

    fn visit_borrowed_str<E>(self, key: &'de str) -> Result<Self::Value, E> {
        Ok(Cow::Borrowed(key))
    }

    fn visit_str<E>(self, key: &str) -> Result<Self::Value, E> {
        Ok(Cow::Owned(key.to_owned()))
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
    fn a_duplicate_is_found_wherever_the_first_one_stands() {
        let keys: Vec<String> = (0..3 * FEW_KEYS)
            .map(|number| format!("k{number}"))
            .collect();
        assert_eq!(check(object(&keys).as_bytes()), Ok(()));
        for (first, key) in keys.iter().enumerate() {
            for second in first + 1..=keys.len() {
                let mut twice = keys.clone();
                twice.insert(second, key.clone());
                let error = check(object(&twice).as_bytes()).unwrap_err();
                let told = error.to_string();
                assert!(told.contains(&format!("duplicate key `{key}`")), "{told}");
            }
        }
    }

    #[test]
    fn the_number_of_keys_is_bounded() {
        let mut keys: Vec<String> = (0..MAX_KEYS).map(|number| number.to_string()).collect();
        assert_eq!(check(object(&keys).as_bytes()), Ok(()));
        keys.push("one more".to_owned());
        let error = check(object(&keys).as_bytes()).unwrap_err();
        assert!(
            error.to_string().contains("more than 100000 keys"),
            "{error}"
        );
    }

    fn object(keys: &[String]) -> String {
        let entries: Vec<String> = keys.iter().map(|key| format!("{key:?}:0")).collect();
        format!("{{{}}}", entries.join(","))
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
    fn nothing_is_smuggled_in_as_raw_text() {
        let smuggled = br#"{"a":{"$serde_json::private::RawValue":"{\"k\":1,\"k\":2}"}}"#;
        assert!(
            check(smuggled)
                .unwrap_err()
                .to_string()
                .contains("serde_json")
        );
        assert_eq!(check(br#"{"a":{"$serde_json":"{}"}}"#), Ok(()));
    }

    #[test]
    fn nothing_may_follow_the_document() {
        assert!(check(b"{} {}").is_err());
        assert!(check(b"{}x").is_err());
        assert_eq!(check(b" {} \n"), Ok(()));
    }
}
