//! Moments, written as text.

use jiff::Timestamp;

/// The moment that this RFC 3339 text names.
///
/// # Panics
/// Where it names none: the test is wrong then.
pub fn at(text: &str) -> Timestamp {
    text.parse().expect("an RFC 3339 timestamp")
}
