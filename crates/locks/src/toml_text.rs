//! TOML with the places of what is read.

use serde::de::DeserializeOwned;
use toml::Spanned;
use toml::de::{DeTable, DeValue, Deserializer};

use crate::error::LockError;
use crate::limits::MAX_DEPTH;
use crate::lines::Lines;

/// Most values of a document, counted before it is read by the signs that separate them: each costs memory.
const MAX_VALUES: usize = 4_000_000;

/// Reads a document. TOML itself has no duplicate keys.
pub(crate) fn read<T: DeserializeOwned>(lines: &Lines<'_>) -> Result<T, LockError> {
    let text = lines.text();
    let signs = text
        .bytes()
        .filter(|byte| matches!(byte, b',' | b'=' | b'['))
        .count();
    if signs > MAX_VALUES {
        let message = format!("it has some {signs} values; at most {MAX_VALUES} are read");
        return Err(LockError::too_large(lines.path(), message));
    }
    let malformed = |error: &toml::de::Error| {
        let message: String = error.message().chars().take(200).collect();
        let found = LockError::malformed(lines.path(), message);
        match error.span() {
            Some(span) => found.at(lines.at(span.start)),
            None => found,
        }
    };
    let table = DeTable::parse(text).map_err(|error| malformed(&error))?;
    let deepest = table.get_ref().values().map(|value| depth(value.get_ref()));
    if deepest.max().unwrap_or_default() >= MAX_DEPTH {
        let message = format!("it is nested deeper than {MAX_DEPTH} levels");
        return Err(LockError::too_large(lines.path(), message));
    }
    T::deserialize(Deserializer::from(table)).map_err(|error| malformed(&error))
}

/// Levels of arrays and tables; the parser refuses more than it can go down.
fn depth(value: &DeValue<'_>) -> usize {
    let inner: &mut dyn Iterator<Item = &DeValue<'_>> = match value {
        DeValue::Array(items) => &mut items.iter().map(Spanned::get_ref),
        DeValue::Table(table) => &mut table.values().map(Spanned::get_ref),
        DeValue::String(_)
        | DeValue::Integer(_)
        | DeValue::Float(_)
        | DeValue::Boolean(_)
        | DeValue::Datetime(_) => return 0,
    };
    1 + inner.map(depth).max().unwrap_or_default()
}
