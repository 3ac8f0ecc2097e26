//! Writing what is proven into a spec, line by line: every byte that is not part of the change stays.
//!
//! The editor works on the places that the parser gives, and is not believed: its result is read
//! again, and taken only if it means exactly what the file meant before, and the change
//! (docs/decisions/0014-line-editor.md).

mod apply;
mod change;
mod error;
mod events;
mod lines;
mod proven;
#[cfg(test)]
mod tests;
mod tree;

use super::model::Subject;
use super::parse::{decode, parse, yaml};
use crate::finding::RuleId;
use change::Change;
use package_provenance::verify::{Publisher, Verified};
use tree::Tree;

pub use error::EditError;
pub use proven::Difference;

/// What happens to keys that say something else than what is proven.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Differences {
    /// The file is left alone.
    #[default]
    Keep,
    /// They are changed.
    Update,
}

/// What became of a spec.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Edited {
    /// Everything proven is declared already.
    Same,
    /// The new content of the file.
    Changed(Vec<u8>),
    /// It declares something else. Nothing is added to it either: two publishers would be mixed.
    Differs(Vec<Difference>),
}

/// The spec at `path` with everything declared that `publisher` proves.
///
/// # Errors
/// [`EditError`]: the file cannot be edited, and why.
pub fn declare(
    path: &str,
    bytes: &[u8],
    publisher: &Verified<Publisher>,
    differences: Differences,
) -> Result<Edited, EditError> {
    declare_publisher(path, bytes, publisher.get(), differences)
}

fn declare_publisher(
    path: &str,
    bytes: &[u8],
    publisher: &Publisher,
    differences: Differences,
) -> Result<Edited, EditError> {
    let before = Reading::of(path, bytes)?;
    let plan = proven::plan(&before.document.root, publisher);
    let (different, updates): (Vec<_>, Vec<_>) = plan.differences.into_iter().unzip();
    if !different.is_empty() && differences == Differences::Keep {
        return Ok(Edited::Differs(different));
    }
    let changes: Vec<Change> = updates.into_iter().chain(plan.additions).collect();
    if changes.is_empty() {
        return Ok(Edited::Same);
    }
    set(path, bytes, &before, &changes).map(Edited::Changed)
}

/// A file as it is read.
struct Reading<'a> {
    text: &'a str,
    document: yaml::Document,
    /// Rule, route and message of what is wrong with it.
    problems: Vec<(RuleId, String, String)>,
}

impl<'a> Reading<'a> {
    /// # Errors
    /// [`EditError::Faulty`] where it is not known what the file means, or what it declares.
    fn of(path: &str, bytes: &'a [u8]) -> Result<Self, EditError> {
        let file = parse(path, bytes);
        let problem = |of_provenance: bool| {
            let mut problems = file.problems.iter();
            problems
                .find(|one| !of_provenance || one.route.starts_with("provenance"))
                .map_or_else(String::new, |one| one.message.clone())
        };
        match &file.subject {
            Subject::Package(package) if package.declared.unreadable => {
                return Err(EditError::Faulty(problem(true)));
            }
            Subject::Package(package) => {
                if let Some(stray) = &package.declared.stray {
                    return Err(EditError::Stray {
                        line: stray.span.start_line,
                        key: stray.value.clone(),
                    });
                }
            }
            Subject::Skill(_) => {}
            Subject::Unusable => return Err(EditError::Faulty(problem(false))),
        }
        let faulty = |draft: &crate::finding::Draft| EditError::Faulty(draft.message.clone());
        let text = decode(bytes).map_err(|draft| faulty(&draft))?;
        let document = yaml::read(text).map_err(|drafts| {
            drafts
                .last()
                .map_or_else(|| EditError::Faulty(String::new()), faulty)
        })?;
        Ok(Self {
            text,
            document,
            problems: file
                .problems
                .into_iter()
                .map(|draft| (draft.rule, draft.route, draft.message))
                .collect(),
        })
    }
}

/// The file with every change made.
fn set(
    path: &str,
    bytes: &[u8],
    before: &Reading<'_>,
    changes: &[Change],
) -> Result<Vec<u8>, EditError> {
    refuse_anchors(before)?;
    let text = apply::apply(before.text, &before.document.root, changes)?;
    // A byte order mark stands before the text.
    let mark = bytes.len().saturating_sub(before.text.len());
    let mut result = bytes.get(..mark).unwrap_or_default().to_vec();
    result.extend_from_slice(text.as_bytes());
    let after = Reading::of(path, &result)
        .map_err(|_faulty| EditError::Unfaithful("it could not be read any more"))?;
    let expected = Tree::of(&before.document.root).with(changes);
    if Tree::of(&after.document.root) != expected {
        return Err(EditError::Unfaithful("another value would change too"));
    }
    if !after.problems.iter().all(|it| before.problems.contains(it)) {
        return Err(EditError::Unfaithful("it would have a fault"));
    }
    Ok(result)
}

/// An anchor or alias in the block `provenance`, or the document as a whole.
fn refuse_anchors(before: &Reading<'_>) -> Result<(), EditError> {
    let root = &before.document.root;
    let yaml::Kind::Mapping(entries) = &root.kind else {
        return Err(EditError::Unfaithful("the file holds no mapping"));
    };
    let block = entries
        .iter()
        .find(|entry| entry.key.value == "provenance")
        .map(|entry| {
            entry.key.span.start_line..=entry.value.span.end_line.max(entry.key.span.start_line)
        });
    let mut lines = events::anchors(before.text).into_iter();
    let concerned = |line: &usize| {
        *line == root.span.start_line || block.as_ref().is_some_and(|block| block.contains(line))
    };
    match lines.find(concerned) {
        Some(line) => Err(EditError::Anchor { line }),
        None => Ok(()),
    }
}
