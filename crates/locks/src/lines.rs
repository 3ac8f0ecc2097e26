//! Places in a text: lines and columns of byte offsets.

use std::sync::Arc;

use crate::error::LockError;
use crate::place::Place;

/// Bytes between two places that are remembered.
const STRIDE: usize = 4096;

/// A text in which offsets have places. Looking one up costs at most [`STRIDE`] bytes, however long the
/// lines are.
pub(crate) struct Lines<'a> {
    path: Arc<str>,
    text: &'a str,
    /// Line and column, 1-based, at every multiple of [`STRIDE`].
    marks: Vec<(usize, usize)>,
}

impl<'a> Lines<'a> {
    pub(crate) fn new(path: &str, text: &'a str) -> Self {
        let mut marks = vec![(1, 1)];
        let (mut at, mut from) = ((1, 1), 0);
        while let Some(next) = text.as_bytes().get(from..from + STRIDE) {
            at = advanced(at, next);
            from += STRIDE;
            marks.push(at);
        }
        Self {
            path: path.into(),
            text,
            marks,
        }
    }

    pub(crate) fn text(&self) -> &'a str {
        self.text
    }

    pub(crate) fn path(&self) -> &str {
        &self.path
    }

    /// The place of a byte offset.
    pub(crate) fn at(&self, offset: usize) -> Place {
        let offset = offset.min(self.text.len());
        let mark = (offset / STRIDE).min(self.marks.len().saturating_sub(1));
        let before = self.text.as_bytes().get(mark * STRIDE..offset);
        let start = self.marks.get(mark).copied().unwrap_or((1, 1));
        let (line, column) = advanced(start, before.unwrap_or_default());
        Place {
            path: Arc::clone(&self.path),
            line,
            column,
        }
    }

    /// The place of `part`, which is a slice of the text; the text's start where it is none.
    pub(crate) fn of(&self, part: &str) -> Place {
        let start = self.text.as_ptr().addr();
        self.at(part.as_ptr().addr().saturating_sub(start))
    }

    /// The place of a line, 1-based, and a column in bytes, as `serde_json` gives them.
    pub(crate) fn place(&self, line: usize, column: usize) -> Place {
        let newlines = self.text.match_indices('\n').map(|(at, _)| at + 1);
        let start = std::iter::once(0)
            .chain(newlines)
            .nth(line.saturating_sub(1));
        self.at(start.unwrap_or_default() + column.saturating_sub(1))
    }
}

/// The place after `bytes`, where a character counts when its first byte is passed.
fn advanced((mut line, mut column): (usize, usize), bytes: &[u8]) -> (usize, usize) {
    for byte in bytes {
        match byte {
            b'\n' => (line, column) = (line + 1, 1),
            0x80..=0xBF => {}
            _ => column += 1,
        }
    }
    (line, column)
}

/// The text of a file, with its byte order mark.
pub(crate) fn text<'a>(path: &str, bytes: &'a [u8]) -> Result<&'a str, LockError> {
    std::str::from_utf8(bytes).map_err(|error| {
        let valid = bytes.get(..error.valid_up_to()).unwrap_or_default();
        let (line, column) = advanced((1, 1), valid);
        let place = Place {
            path: path.into(),
            line,
            column,
        };
        LockError::malformed(path, "the file is not UTF-8".to_owned()).at(place)
    })
}

/// A text without a byte order mark, as npm, uv and pip read it.
pub(crate) fn unmarked(text: &str) -> &str {
    text.strip_prefix('\u{feff}').unwrap_or(text)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{Lines, STRIDE};

    proptest! {
        #[test]
        fn places_are_those_that_counting_gives(
            unit in "[a-zé\n]{1,9}",
            times in 1_usize..2000,
            part in 0.0..1.0_f64,
        ) {
            let text = unit.repeat(times);
            #[expect(clippy::cast_sign_loss, clippy::cast_possible_truncation, clippy::cast_precision_loss, reason = "a position in the text")]
            let mut offset = (text.len() as f64 * part) as usize;
            while !text.is_char_boundary(offset) {
                offset -= 1;
            }
            let (before, _) = text.split_at(offset);
            let line = before.matches('\n').count() + 1;
            let column = before.rsplit('\n').next().unwrap().chars().count() + 1;
            let place = Lines::new("f", &text).at(offset);
            prop_assert_eq!((place.line, place.column), (line, column));
        }
    }

    #[test]
    fn a_long_line_is_found_quickly() {
        let text = "x".repeat(20 * STRIDE);
        let lines = Lines::new("f", &text);
        assert_eq!(lines.at(20 * STRIDE).column, 20 * STRIDE + 1);
        assert_eq!(lines.at(usize::MAX).line, 1);
    }
}
