//! Reading `[[require]]` and `[[exempt]]` from a configuration: strictly, every mistake at once.
//!
//! TOML's parser gives every key and value its place in the text; mistakes are told there.

mod exempt;
mod require;
mod table;

use std::collections::BTreeMap;
use std::ops::Range;

use toml::Spanned;
use toml::de::DeValue;

use super::exempt::Exemption;
use super::require::Requirement;
use crate::finding::{RuleId, Span};
use table::Table;

/// Most blocks of either kind.
const MOST_BLOCKS: usize = 2_000;

/// A value of the document and its place in bytes.
pub type Value<'a> = Spanned<DeValue<'a>>;

/// What is wrong with a configuration, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mistake {
    /// The bytes that it is about.
    pub place: Range<usize>,
    /// What is wrong and what to write. May hold untrusted text.
    pub message: String,
}

impl Mistake {
    fn at(value: &Value<'_>, message: impl Into<String>) -> Self {
        Self {
            place: value.span(),
            message: message.into(),
        }
    }
}

/// Reads the value of the key `require` in `text`.
///
/// # Errors
/// Every mistake.
pub fn requirements(value: &Value<'_>, text: &str) -> Result<Vec<Requirement>, Vec<Mistake>> {
    collected(blocks(value, "require")?.into_iter().map(|block| {
        let span = span(text, &block.place);
        require::read(&block, span)
    }))
}

/// Reads the value of the key `exempt` in `text`.
///
/// # Errors
/// Every mistake.
pub fn exemptions(value: &Value<'_>, text: &str) -> Result<Vec<Exemption>, Vec<Mistake>> {
    let blocks = blocks(value, "exempt")?;
    let read = blocks
        .iter()
        .map(|block| exempt::read(block, span(text, &block.place)));
    let exemptions = collected(read)?;
    // A lock file has many packages, and a package in several versions.
    let mut seen: BTreeMap<(&str, String, RuleId), Vec<&Exemption>> = BTreeMap::new();
    let mut mistakes = Vec::new();
    for (exemption, block) in exemptions.iter().zip(&blocks) {
        for rule in &exemption.rules {
            let key = (
                exemption.path.as_str(),
                exemption.package.to_string(),
                *rule,
            );
            let earlier = seen.entry(key).or_default();
            let same = |it: &&&Exemption| match (&it.version, &exemption.version) {
                (Some(one), Some(other)) => one == other,
                (None, _) | (_, None) => true,
            };
            if let Some(first) = earlier.iter().find(same) {
                mistakes.push(Mistake {
                    place: block.place.clone(),
                    message: format!(
                        "`{rule}` of {} in `{}` is exempted twice, first on line {}; keep one",
                        exemption.package,
                        exemption.path,
                        first.line()
                    ),
                });
            }
            earlier.push(exemption);
        }
    }
    if mistakes.is_empty() {
        Ok(exemptions)
    } else {
        Err(mistakes)
    }
}

/// The tables of an array of tables.
fn blocks<'a>(value: &'a Value<'a>, key: &str) -> Result<Vec<Table<'a>>, Vec<Mistake>> {
    let wanted = || {
        vec![Mistake::at(
            value,
            format!("write `[[{key}]]`, in two brackets"),
        )]
    };
    let array = value.get_ref().as_array().ok_or_else(wanted)?;
    if array.is_empty() {
        let message = format!("an empty list says nothing; remove `{key}`");
        return Err(vec![Mistake::at(value, message)]);
    }
    if array.len() > MOST_BLOCKS {
        let message = format!("more than {MOST_BLOCKS} blocks");
        return Err(vec![Mistake::at(value, message)]);
    }
    collected(array.iter().map(|item| {
        let table = item.get_ref().as_table().map(|table| Table {
            table,
            place: item.span(),
        });
        table.ok_or_else(|| vec![Mistake::at(item, format!("write `[[{key}]]` blocks here"))])
    }))
}

/// All values, or all mistakes.
fn collected<T>(
    results: impl Iterator<Item = Result<T, Vec<Mistake>>>,
) -> Result<Vec<T>, Vec<Mistake>> {
    let (mut values, mut mistakes) = (Vec::new(), Vec::new());
    for result in results {
        match result {
            Ok(value) => values.push(value),
            Err(wrong) => mistakes.extend(wrong),
        }
    }
    if mistakes.is_empty() {
        Ok(values)
    } else {
        Err(mistakes)
    }
}

/// The place of `bytes` of `text` in lines and columns.
fn span(text: &str, bytes: &Range<usize>) -> Span {
    let (start_line, start_column) = line_and_column(text, bytes.start);
    let (end_line, end_column) = line_and_column(text, bytes.end);
    Span {
        start_line,
        start_column,
        end_line,
        end_column,
    }
}

/// The line and column of the byte at `offset` of `text`: 1-based, columns in characters.
pub fn line_and_column(text: &str, offset: usize) -> (usize, usize) {
    let before = text.get(..offset).unwrap_or(text);
    let line = before.matches('\n').count() + 1;
    let column = before
        .chars()
        .rev()
        .take_while(|each| *each != '\n')
        .count()
        + 1;
    (line, column)
}

#[cfg(test)]
mod tests;
