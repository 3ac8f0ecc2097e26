//! The lines of a text: where they start, and how they end.

use super::error::EditError;

/// A text whose lines end with `\n` or `\r\n`, the last one perhaps with neither.
pub(super) struct Lines<'a> {
    text: &'a str,
    /// Byte offset of each line's first character.
    starts: Vec<usize>,
}

impl<'a> Lines<'a> {
    /// # Errors
    /// [`EditError::LoneCarriageReturn`]: YAML ends a line there and most editors do not.
    pub(super) fn of(text: &'a str) -> Result<Self, EditError> {
        let mut starts = vec![0];
        let mut bytes = text.bytes().enumerate().peekable();
        while let Some((at, byte)) = bytes.next() {
            match byte {
                b'\n' => starts.push(at + 1),
                b'\r' if bytes.peek().is_none_or(|(_, next)| *next != b'\n') => {
                    return Err(EditError::LoneCarriageReturn { line: starts.len() });
                }
                _ => {}
            }
        }
        Ok(Self { text, starts })
    }

    /// The line without its ending; empty where there is none.
    pub(super) fn line(&self, line: usize) -> &'a str {
        let whole = self.whole(line);
        whole.trim_end_matches(['\r', '\n'])
    }

    fn whole(&self, line: usize) -> &'a str {
        self.text
            .get(self.start(line)..self.after(line))
            .unwrap_or_default()
    }

    fn start(&self, line: usize) -> usize {
        let index = line.saturating_sub(1);
        self.starts.get(index).copied().unwrap_or(self.text.len())
    }

    /// The byte offset after the line and its ending.
    pub(super) fn after(&self, line: usize) -> usize {
        self.starts.get(line).copied().unwrap_or(self.text.len())
    }

    /// The byte offset of a column, 1-based and in characters; `None` behind the line's end.
    pub(super) fn offset(&self, line: usize, column: usize) -> Option<usize> {
        let content = self.line(line);
        let mut offsets = content.char_indices().map(|(offset, _)| offset);
        let within = offsets
            .nth(column.saturating_sub(1))
            .or_else(|| (content.chars().count() + 1 == column).then_some(content.len()))?;
        Some(self.start(line) + within)
    }

    /// How the line ends; where it is the last one and does not end, as the one before it does.
    pub(super) fn ending(&self, line: usize) -> &'static str {
        let end_of = |line: usize| {
            let whole = self.whole(line);
            match () {
                () if whole.ends_with("\r\n") => Some("\r\n"),
                () if whole.ends_with('\n') => Some("\n"),
                () => None,
            }
        };
        end_of(line)
            .or_else(|| end_of(line.saturating_sub(1).max(1)))
            .unwrap_or("\n")
    }

    /// Whether anything ends the line.
    pub(super) fn is_terminated(&self, line: usize) -> bool {
        self.whole(line).ends_with('\n')
    }

    /// The number of the last line that has text or an ending.
    pub(super) fn last(&self) -> usize {
        let trailing = self.text.is_empty() || self.text.ends_with('\n');
        self.starts.len() - usize::from(trailing && self.starts.len() > 1)
    }
}
