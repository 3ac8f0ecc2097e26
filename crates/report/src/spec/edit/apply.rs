//! The line editor: keys are set in the text, and every other byte stays.

use std::ops::Range;

use super::change::{Change, Route, Value};
use super::error::EditError;
use super::events;
use super::lines::Lines;
use crate::finding::Span;
use crate::spec::parse::yaml::{Entry, Kind, Node};

/// Indentation of a new level, in columns, where nothing in the file shows another.
const STEP: usize = 2;

/// Bytes of the text, and what stands there from now on.
type Edit = (Range<usize>, String);

/// `text` with the changes made. A new key goes directly below the name of the mapping that it
/// belongs to, and a mapping that is not there is written at the end of the file.
///
/// # Errors
/// [`EditError`] where the text is not of a form that can be edited line by line.
pub(super) fn apply(text: &str, root: &Node, changes: &[Change]) -> Result<String, EditError> {
    let lines = Lines::of(text)?;
    let mut edits: Vec<Edit> = Vec::new();
    let mut blocks: Vec<New<'_>> = Vec::new();
    for change in changes {
        match find(root, change.route)? {
            Found::Value(entry) => edits.extend(replace(text, &lines, entry, &change.value)?),
            Found::Below { parent, depth } => {
                let below = change.route.get(depth..).unwrap_or_default();
                let item = (below, &change.value);
                let same = |new: &&mut New<'_>| {
                    new.parent.map(|entry| entry.key.span) == parent.map(|entry| entry.key.span)
                };
                match blocks.iter_mut().find(same) {
                    Some(new) => new.items.push(item),
                    None => blocks.push(New {
                        parent,
                        items: vec![item],
                    }),
                }
            }
        }
    }
    for block in &blocks {
        edits.push(match block.parent {
            Some(parent) => insert(&lines, parent, &block.items)?,
            None => append(text, &lines, root, &block.items)?,
        });
    }
    // From the end, so that the offsets before stay right.
    edits.sort_by_key(|(range, _)| std::cmp::Reverse(range.start));
    let mut result = text.to_owned();
    for (range, new) in edits {
        result.replace_range(range, &new);
    }
    Ok(result)
}

/// Keys that are new below one mapping.
struct New<'a> {
    /// The mapping's key; none for the document.
    parent: Option<&'a Entry>,
    items: Vec<Item<'a>>,
}

/// The rest of a route, and the value at its end.
type Item<'a> = (&'a [&'static str], &'a Value);

enum Found<'a> {
    /// The key is there.
    Value(&'a Entry),
    /// The first `depth` keys of the route are there, the last of them being `parent`.
    Below {
        parent: Option<&'a Entry>,
        depth: usize,
    },
}

fn find(root: &Node, route: Route) -> Result<Found<'_>, EditError> {
    let Kind::Mapping(entries) = &root.kind else {
        return Err(EditError::Unfaithful("the file holds no mapping"));
    };
    let mut entries = entries.as_slice();
    let mut parent = None;
    for (depth, key) in route.iter().enumerate() {
        let Some(entry) = entries.iter().find(|entry| entry.key.value == *key) else {
            return Ok(Found::Below { parent, depth });
        };
        if depth + 1 == route.len() {
            return Ok(Found::Value(entry));
        }
        match &entry.value.kind {
            Kind::Mapping(below) => (entries, parent) = (below.as_slice(), Some(entry)),
            Kind::Scalar { .. } if is_empty(entry) => {
                let parent = Some(entry);
                return Ok(Found::Below {
                    parent,
                    depth: depth + 1,
                });
            }
            Kind::Scalar { .. } | Kind::Sequence(_) => return Err(not_a_block(entry)),
        }
    }
    Ok(Found::Below {
        parent,
        depth: route.len(),
    })
}

/// Whether nothing is written after the key.
fn is_empty(entry: &Entry) -> bool {
    matches!(entry.value.kind, Kind::Scalar { plain: true, .. }) && entry.place() == entry.key.span
}

fn not_a_block(entry: &Entry) -> EditError {
    EditError::NotABlock {
        line: entry.key.span.start_line,
        key: entry.key.value.clone(),
    }
}

/// Another value for a key that is there; the rest of its line stays.
fn replace(
    text: &str,
    lines: &Lines<'_>,
    entry: &Entry,
    value: &Value,
) -> Result<Option<Edit>, EditError> {
    let refuse = || EditError::NotOneLine {
        line: entry.key.span.start_line,
        key: entry.key.value.clone(),
    };
    if !matches!(entry.value.kind, Kind::Scalar { .. }) {
        return Err(refuse());
    }
    if is_empty(entry) {
        let key = entry.key.span;
        let end = lines
            .offset(key.end_line, key.end_column)
            .ok_or_else(refuse)?;
        let rest = text.get(end..).unwrap_or_default();
        let colon = rest.find(':').ok_or_else(refuse)?;
        let between = rest.get(..colon).unwrap_or_default();
        if !between.chars().all(|one| one == ' ') {
            return Err(refuse());
        }
        let at = end + colon + 1;
        return Ok(Some((at..at, format!(" {}", value.yaml()))));
    }
    let Span {
        start_line,
        start_column,
        end_line,
        end_column,
    } = entry.value.span;
    let start = lines.offset(start_line, start_column);
    let range = start
        .filter(|_| start_line == entry.key.span.start_line)
        .and_then(|start| {
            let rest = text.get(start..)?;
            let end = match quoted_length(rest) {
                // The parser's end of a quoted scalar lies behind the comment that follows it.
                Some(length) => start + length,
                None if start_line == end_line => lines.offset(end_line, end_column)?,
                None => return None,
            };
            Some(start..end)
        })
        .ok_or_else(refuse)?;
    let old = text.get(range.clone()).unwrap_or_default();
    let plain = matches!(&entry.value.kind, Kind::Scalar { text, .. } if text == old);
    if old.contains('\n') || !(plain || old.starts_with(['"', '\''])) {
        return Err(refuse());
    }
    Ok(Some((range, value.yaml())))
}

/// The length of the quoted scalar that `text` starts with, quotes included; `None` where it starts with
/// none, or with one that does not end.
fn quoted_length(text: &str) -> Option<usize> {
    let mut characters = text.char_indices().peekable();
    let (_, quote) = characters
        .next()
        .filter(|(_, one)| matches!(one, '"' | '\''))?;
    while let Some((at, one)) = characters.next() {
        match one {
            '\\' if quote == '"' => {
                characters.next();
            }
            // Within single quotes two of them are one.
            '\'' if quote == '\'' && characters.peek().is_some_and(|(_, next)| *next == '\'') => {
                characters.next();
            }
            _ if one == quote => return Some(at + 1),
            _ => {}
        }
    }
    None
}

/// Keys directly below the name of a mapping, before those that are there.
fn insert(lines: &Lines<'_>, parent: &Entry, items: &[Item<'_>]) -> Result<Edit, EditError> {
    let block = parent.block();
    let column = block.column.ok_or_else(|| not_a_block(parent))?;
    let (line, key_column) = (parent.key.span.start_line, parent.key.span.start_column);
    let first = match &parent.value.kind {
        Kind::Mapping(entries) => entries.first().map(|entry| entry.key.span.start_line),
        Kind::Scalar { .. } | Kind::Sequence(_) => None,
    };
    for line in std::iter::once(line).chain(first) {
        let content = lines.line(line);
        let indentation = content.len() - content.trim_start_matches([' ', '\t']).len();
        if content
            .get(..indentation)
            .is_some_and(|it| it.contains('\t'))
        {
            return Err(EditError::Tab { line });
        }
    }
    let step = column.checked_sub(key_column).filter(|step| *step > 0);
    let new = rendered(items, column - 1, step.unwrap_or(STEP));
    let ending = lines.ending(line);
    let at = lines.after(line);
    Ok(if lines.is_terminated(line) {
        (at..at, format!("{}{ending}", new.join(ending)))
    } else {
        (at..at, format!("{ending}{}", new.join(ending)))
    })
}

/// Keys of the document, after everything else.
fn append(
    text: &str,
    lines: &Lines<'_>,
    root: &Node,
    items: &[Item<'_>],
) -> Result<Edit, EditError> {
    let Kind::Mapping(entries) = &root.kind else {
        return Err(EditError::Unfaithful("the file holds no mapping"));
    };
    let column = match entries.first().map(|entry| entry.key.span) {
        Some(first)
            if (first.start_line, first.start_column)
                == (root.span.start_line, root.span.start_column) =>
        {
            first.start_column
        }
        Some(_) | None => return Err(EditError::Unfaithful("the file is written in braces")),
    };
    if events::ends_in_block_scalar(text) && !text.ends_with('\n') {
        return Err(EditError::Unfaithful("the last text would end otherwise"));
    }
    let new = rendered(items, column - 1, STEP);
    let last = lines.last();
    let ending = lines.ending(last);
    let at = text.len();
    let block = new.join(ending);
    Ok(if lines.is_terminated(last) {
        (at..at, format!("{ending}{block}{ending}"))
    } else {
        (at..at, format!("{ending}{ending}{block}"))
    })
}

/// Lines of YAML, with `indent` blanks before the first level.
fn rendered(items: &[Item<'_>], indent: usize, step: usize) -> Vec<String> {
    let mut keys: Vec<&str> = Vec::new();
    for (route, _) in items {
        keys.extend(route.first().filter(|key| !keys.contains(key)));
    }
    keys.into_iter()
        .flat_map(|key| {
            let below: Vec<Item<'_>> = items
                .iter()
                .filter_map(|(route, value)| {
                    let (first, rest) = route.split_first()?;
                    (*first == key).then_some((rest, *value))
                })
                .collect();
            let blanks = " ".repeat(indent);
            match below.as_slice() {
                [([], value)] => vec![format!("{blanks}{key}: {}", value.yaml())],
                below => std::iter::once(format!("{blanks}{key}:"))
                    .chain(rendered(below, indent + step, step))
                    .collect(),
            }
        })
        .collect()
}
