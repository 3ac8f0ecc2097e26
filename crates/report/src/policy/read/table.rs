//! Values of one block, each with its mistake if it has one.

use std::ops::Range;

use jiff::civil::Date;
use toml::de::DeTable;

use super::{Mistake, Value};
use untrusted_text as text;

/// Most values of a list.
const MOST_VALUES: usize = 500;

/// Longest text, in characters.
const LONGEST_TEXT: usize = 500;

/// A block: its table, and the place of its header.
pub(super) struct Table<'a> {
    pub(super) table: &'a DeTable<'a>,
    pub(super) place: Range<usize>,
}

/// A value that may be missing, or what is wrong with it.
pub(super) type Read<T> = Result<Option<T>, Vec<Mistake>>;

impl<'a> Table<'a> {
    /// The value of `key`.
    pub(super) fn get(&self, key: &str) -> Option<&'a Value<'a>> {
        self.table.get(key)
    }

    /// What is wrong with the block as a whole.
    pub(super) fn mistake(&self, message: impl Into<String>) -> Mistake {
        Mistake {
            place: self.place.clone(),
            message: message.into(),
        }
    }

    /// A mistake for each key that is not among `known`.
    pub(super) fn unknown_keys(&self, known: &[&str]) -> Vec<Mistake> {
        self.table
            .keys()
            .filter(|key| !known.contains(&key.get_ref().as_ref()))
            .map(|key| Mistake {
                place: key.span(),
                message: unknown("key", key.get_ref(), known),
            })
            .collect()
    }

    pub(super) fn boolean(&self, key: &str) -> Read<bool> {
        let Some(value) = self.get(key) else {
            return Ok(None);
        };
        let found = value.get_ref().as_bool();
        let found = found.ok_or_else(|| vec![Mistake::at(value, "expected true or false")])?;
        Ok(Some(found))
    }

    /// A text that is not blank and holds nothing invisible.
    pub(super) fn text(&self, key: &str) -> Read<&'a str> {
        let Some(value) = self.get(key) else {
            return Ok(None);
        };
        text(value).map(Some).map_err(|mistake| vec![mistake])
    }

    /// A text that must be there.
    pub(super) fn required(&self, key: &str, why: &str) -> Result<&'a str, Vec<Mistake>> {
        match self.text(key)? {
            Some(text) => Ok(text),
            None => Err(vec![self.mistake(format!("`{key}` is missing: {why}"))]),
        }
    }

    /// A list of texts, each read by `item`; every mistake at its place.
    pub(super) fn list<T>(
        &self,
        key: &str,
        item: impl Fn(&'a str) -> Result<T, String>,
    ) -> Result<Vec<T>, Vec<Mistake>> {
        let Some(value) = self.get(key) else {
            return Ok(Vec::new());
        };
        let wrong = |message: &str| vec![Mistake::at(value, message)];
        let list = value.get_ref().as_array();
        let list = list.ok_or_else(|| wrong("expected a list, as in [\"…\"]"))?;
        if list.is_empty() {
            return Err(wrong("the list is empty; leave the key out"));
        }
        if list.len() > MOST_VALUES {
            return Err(wrong(&format!("a list has at most {MOST_VALUES} values")));
        }
        super::collected(list.iter().map(|value| {
            let read = text(value)
                .and_then(|text| item(text).map_err(|message| Mistake::at(value, message)));
            read.map_err(|mistake| vec![mistake])
        }))
    }

    /// A date without a time.
    pub(super) fn date(&self, key: &str) -> Read<Date> {
        let Some(value) = self.get(key) else {
            return Ok(None);
        };
        let wrong = |message: &str| Err(vec![Mistake::at(value, message)]);
        let Some(found) = value.get_ref().as_datetime() else {
            return wrong("expected a date, without quotes, as in 2027-03-31");
        };
        let (Some(date), None, None) = (found.date, found.time, found.offset) else {
            return wrong("expected a date without a time, as in 2027-03-31");
        };
        let whole = (
            i16::try_from(date.year),
            i8::try_from(date.month),
            i8::try_from(date.day),
        );
        let (Ok(year), Ok(month), Ok(day)) = whole else {
            return wrong("there is no such day");
        };
        match Date::new(year, month, day) {
            Ok(date) => Ok(Some(date)),
            Err(_) => wrong("there is no such day"),
        }
    }
}

fn text<'a>(value: &'a Value<'a>) -> Result<&'a str, Mistake> {
    let found = value.get_ref().as_str();
    let found = found.ok_or_else(|| Mistake::at(value, "expected a text in quotes"))?;
    if found.trim().is_empty() || found.chars().any(text::is_hidden) {
        let message = "this text is empty or holds invisible characters";
        return Err(Mistake::at(value, message));
    }
    if found.chars().count() > LONGEST_TEXT {
        let message = format!("a text has at most {LONGEST_TEXT} characters");
        return Err(Mistake::at(value, message));
    }
    Ok(found)
}

/// What is said of a word that is not known.
pub(super) fn unknown(what: &str, word: &str, known: &[&str]) -> String {
    let hint = text::nearest(word, known.iter().copied()).map_or_else(
        || format!("known are: {}", known.join(", ")),
        |near| format!("did you mean `{near}`?"),
    );
    format!("unknown {what} `{word}`; {hint}")
}
