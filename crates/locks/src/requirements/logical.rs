//! Physical lines to logical ones: continuations and comments, as pip's `join_lines` and `ignore_comments` do it.

use crate::error::LockError;
use crate::lines::Lines;

/// A line without comments, as pip parses it.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Logical {
    /// Its text; never empty.
    pub(super) text: String,
    /// Where its first physical line starts with something, in bytes.
    pub(super) at: usize,
    /// Whether a comment hides an end of line from pip that others see.
    pub(super) hides: bool,
}

/// What Python's `splitlines` takes for the end of a line, and others do not.
const ENDS: [char; 8] = [
    '\u{b}', '\u{c}', '\u{1c}', '\u{1d}', '\u{1e}', '\u{85}', '\u{2028}', '\u{2029}',
];

/// # Errors
/// [`LockError`] where readers would see other lines than pip.
pub(super) fn read(lines: &Lines<'_>) -> Result<Vec<Logical>, LockError> {
    let text = lines.text();
    let refuse = |message: &str, at: usize| {
        Err(LockError::malformed(lines.path(), message.to_owned()).at(lines.at(at)))
    };
    if let Some(at) = text.find(ENDS) {
        return refuse("a character ends a line for pip and not for others", at);
    }
    if let Some((at, _)) = text.match_indices('\r').find(|(at, _)| {
        let next = text.as_bytes().get(at + 1);
        next.is_some_and(|next| *next != b'\n')
    }) {
        return refuse(
            "a carriage return ends a line for pip and not for others",
            at,
        );
    }
    if let Some(at) = foreign_coding(text) {
        return refuse("the file says that it is not written in UTF-8", at);
    }
    Ok(join(text))
}

/// Where a comment in the first two lines names another encoding, by which pip would decode the file.
fn foreign_coding(text: &str) -> Option<usize> {
    let mut at = 0;
    for line in text.split('\n').take(2) {
        let named = ["coding:", "coding="]
            .iter()
            .filter_map(|word| line.find(word))
            .min();
        if let (true, Some(found)) = (line.starts_with('#'), named) {
            let rest = line
                .get(found + "coding:".len()..)
                .unwrap_or_default()
                .trim_start();
            let part = |c: char| c.is_alphanumeric() || matches!(c, '-' | '_' | '.');
            let name = rest.split(|c: char| !part(c)).next().unwrap_or_default();
            let known = ["", "utf-8", "utf8", "ascii", "us-ascii"];
            if !known.contains(&name.to_ascii_lowercase().as_str()) {
                return Some(at + found);
            }
        }
        at += line.len() + 1;
    }
    None
}

fn join(text: &str) -> Vec<Logical> {
    let mut joined = Vec::new();
    let mut open: Option<(usize, String)> = None;
    let mut at = 0;
    for line in text.split('\n') {
        let start = at;
        at += line.len() + 1;
        let line = line.strip_suffix('\r').unwrap_or(line);
        let comment = line.trim_start().starts_with('#');
        if line.ends_with('\\') && !comment {
            let part = line.trim_matches('\\');
            open.get_or_insert_with(|| (start, String::new()))
                .1
                .push_str(part);
            continue;
        }
        match open.take() {
            Some((first, mut whole)) => {
                // So that the comment is one after what it is joined to.
                whole.push_str(if comment { " " } else { "" });
                whole.push_str(line);
                joined.extend(logical(text, first, &whole));
            }
            None => joined.extend(logical(text, start, line)),
        }
    }
    if let Some((first, whole)) = open {
        joined.extend(logical(text, first, &whole));
    }
    joined
}

/// Without its comment; none where nothing is left.
fn logical(text: &str, start: usize, whole: &str) -> Option<Logical> {
    let comment = whole.match_indices('#').map(|(at, _)| at).find(|at| {
        let before = whole.get(..*at).unwrap_or_default();
        before.is_empty() || before.ends_with(char::is_whitespace)
    });
    let bare = whole
        .get(..comment.unwrap_or(whole.len()))
        .unwrap_or_default()
        .trim();
    // A comment that goes on beyond its physical line: what stands there is none to readers that know no
    // continued comments.
    let physical = text.get(start..).unwrap_or_default();
    let hides = comment.is_some_and(|at| continued_comment(physical, at));
    if bare.is_empty() && !hides {
        return None;
    }
    let blank = physical.len() - physical.trim_start().len();
    Some(Logical {
        text: bare.to_owned(),
        at: start + blank,
        hides,
    })
}

/// Whether the comment that starts at `at` of the joined line ends in a backslash in its physical line.
fn continued_comment(physical: &str, at: usize) -> bool {
    let mut joined = 0;
    for line in physical.split('\n') {
        let line = line.strip_suffix('\r').unwrap_or(line);
        if line.trim_start().starts_with('#') || !line.ends_with('\\') {
            return false;
        }
        joined += line.trim_matches('\\').len();
        if joined > at {
            return true;
        }
    }
    false
}
