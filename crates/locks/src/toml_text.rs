//! TOML with the places of what is read.

use serde::de::DeserializeOwned;
use toml::Spanned;
use toml::de::{DeTable, DeValue, Deserializer};

use crate::error::LockError;
use crate::limits::MAX_DEPTH;
use crate::lines::Lines;

/// Most values of a part that is parsed at once, counted before by the signs that separate them. Each costs memory:
/// `[a1]`, `b=1` and so on some 1.7 KB for each table.
const MAX_VALUES: usize = 500_000;

/// Reads a document in parts, each with its offset: the first ends where the first `header` stands, such as
/// `[[package]]`, and each of the others is one table of that array with what lies below it. So the memory is that of a
/// part and of what is kept of it. A line that starts with the header is one wherever it stands, except within a text
/// of several lines, so that a document with such a text is one part. What TOML refuses only as a whole, such as a table
/// that stands in two parts, is not refused here; installers do.
pub(crate) fn read<T: DeserializeOwned>(
    lines: &Lines<'_>,
    header: &str,
) -> Result<Vec<(usize, T)>, LockError> {
    let parts = parts(lines.text(), header).into_iter();
    parts
        .map(|(offset, text)| Ok((offset, part(lines, offset, text)?)))
        .collect()
}

fn parts<'a>(text: &'a str, header: &str) -> Vec<(usize, &'a str)> {
    let mut starts = vec![0];
    if !text.contains("\"\"\"") && !text.contains("'''") {
        let ends = text.match_indices('\n').map(|(at, _)| at + 1);
        starts.extend(ends.filter(|at| {
            let rest = text.get(*at..).unwrap_or_default();
            rest.starts_with(header)
        }));
    }
    let ends = starts.iter().skip(1).copied().chain([text.len()]);
    let parts = starts.iter().copied().zip(ends);
    parts
        .map(|(start, end)| (start, text.get(start..end).unwrap_or_default()))
        .collect()
}

fn part<T: DeserializeOwned>(lines: &Lines<'_>, offset: usize, text: &str) -> Result<T, LockError> {
    let signs = text
        .bytes()
        .filter(|byte| matches!(byte, b',' | b'=' | b'['))
        .count();
    if signs > MAX_VALUES {
        let message =
            format!("one of its parts has some {signs} values; at most {MAX_VALUES} are read");
        return Err(LockError::too_large(lines.path(), message).at(lines.at(offset)));
    }
    let malformed = |error: &toml::de::Error| {
        let message: String = error.message().chars().take(200).collect();
        let found = LockError::malformed(lines.path(), message);
        match error.span() {
            Some(span) => found.at(lines.at(offset + span.start)),
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

#[cfg(test)]
mod tests {
    use super::parts;

    #[test]
    fn a_document_is_parted_at_its_tables() {
        let parted = |text| {
            let parts = parts(text, "[[package]]").into_iter();
            parts.map(|(_, part)| part).collect::<Vec<&str>>()
        };
        assert_eq!(parted(""), [""]);
        assert_eq!(
            parted("a = 1\n[[package]]\nb = 1\n[package.c]\n[[package]]\n"),
            [
                "a = 1\n",
                "[[package]]\nb = 1\n[package.c]\n",
                "[[package]]\n"
            ]
        );
        assert_eq!(parted("[[package]]\n"), ["[[package]]\n"]);
        // In a text of several lines it is no table, and with a blank the parser finds it.
        assert_eq!(parted("a = \"\"\"\n[[package]]\n\"\"\"\n").len(), 1);
        assert_eq!(parted("a = '''\n[[package]]\n'''\n").len(), 1);
        assert_eq!(parted("a = 1\n[[ package ]]\n").len(), 1);
    }
}
