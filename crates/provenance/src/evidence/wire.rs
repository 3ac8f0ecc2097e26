//! Pieces shared by the wire shapes of npm and PyPI.

use std::fmt;
use std::marker::PhantomData;

use serde::de::{Error as _, SeqAccess, Unexpected, Visitor};
use serde::{Deserialize, Deserializer};

use super::limits::MAX_LIST;

/// A list that stops being read, with an error, at its `MAX`-and-first entry.
struct Bounded<T, const MAX: usize>(Vec<T>);

impl<'de, T: Deserialize<'de>, const MAX: usize> Deserialize<'de> for Bounded<T, MAX> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_seq(BoundedVisitor(PhantomData))
    }
}

struct BoundedVisitor<T, const MAX: usize>(PhantomData<T>);

impl<'de, T: Deserialize<'de>, const MAX: usize> Visitor<'de> for BoundedVisitor<T, MAX> {
    type Value = Bounded<T, MAX>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "a list of at most {MAX} entries")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Self::Value, A::Error> {
        let mut list = Vec::new();
        while let Some(item) = items.next_element()? {
            if list.len() == MAX {
                return Err(A::Error::custom(format!("more than {MAX} entries")));
            }
            list.push(item);
        }
        Ok(Bounded(list))
    }
}

/// Reads a list of at most [`MAX_LIST`] entries.
pub(super) fn bounded<'de, D, T>(deserializer: D) -> Result<Vec<T>, D::Error>
where
    D: Deserializer<'de>,
    T: Deserialize<'de>,
{
    at_most::<MAX_LIST, D, T>(deserializer)
}

/// Reads a list of at most `MAX` entries.
pub(super) fn at_most<'de, const MAX: usize, D, T>(deserializer: D) -> Result<Vec<T>, D::Error>
where
    D: Deserializer<'de>,
    T: Deserialize<'de>,
{
    Bounded::<T, MAX>::deserialize(deserializer).map(|list| list.0)
}

/// As [`bounded`], with `null` for the empty list.
pub(super) fn bounded_or_null<'de, D, T>(deserializer: D) -> Result<Vec<T>, D::Error>
where
    D: Deserializer<'de>,
    T: Deserialize<'de>,
{
    Option::<Bounded<T, MAX_LIST>>::deserialize(deserializer)
        .map(|list| list.map_or_else(Vec::new, |list| list.0))
}

/// Reads a document version that must be 1: another one may mean anything.
pub(super) fn version_one<'de, D: Deserializer<'de>>(deserializer: D) -> Result<u64, D::Error> {
    let version = u64::deserialize(deserializer)?;
    if version == 1 {
        Ok(version)
    } else {
        Err(D::Error::invalid_value(
            Unexpected::Unsigned(version),
            &"version 1",
        ))
    }
}
