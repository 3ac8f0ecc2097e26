//! Suggestions in the review of a pull request: which change of a spec fits which lines of the diff.
//!
//! GitHub takes a whole review or nothing of it: one comment on a line outside the diff's hunks is an
//! error for all (REST API, "Create a review for a pull request": `line` is a line of the diff). So a
//! suggestion is made only where every line that it replaces stands in one hunk of the pull request, and
//! there reads exactly as in the file that was verified, which may be that of a merge commit.

mod hunk;
mod section;

use std::collections::BTreeSet;

use serde_json::{Value, json};

use untrusted_text::{short_digest, terminal};

use crate::declare::dispute;
use crate::finding::{Finding, RuleId};

pub use hunk::{Hunk, hunks};
pub use section::section;

/// Most suggestions of one review.
pub const MOST: usize = 10;

/// What every comment of ours starts with; a digest and the end of the comment follow.
const MARKER: &str = "<!-- dockyard-provenance:suggestion:";

/// Longest line of a suggestion, in characters.
const MAX_LINE: usize = 4_000;

/// Whether one of the findings says that the package comes from somebody else than before, or that the
/// spec says less of its publisher: what is proven then is not to be accepted by one click, whatever a
/// person may decide with `declare`.
pub fn has_other_publisher(findings: &[Finding]) -> bool {
    dispute(findings).is_some()
        || findings.iter().any(|finding| {
            matches!(
                finding.rule,
                RuleId::PublisherRedeclared
                    | RuleId::PublisherRenamed
                    | RuleId::DeclarationWeakened
            )
        })
}

/// A spec that could declare what is proven: a [`crate::declare::Decision::Change`], which no disputed
/// publisher is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Candidate {
    /// Path in the repository, `/`-separated.
    pub path: String,
    /// Its content.
    pub before: String,
    /// Its content with everything proven declared.
    pub after: String,
    /// The pull request's hunks of it; none where it is not part of the diff, or GitHub shows none.
    pub hunks: Vec<Hunk>,
}

/// One comment of a review.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Suggestion {
    /// Path in the repository.
    pub path: String,
    /// First line that it replaces, 1-based, in the new file.
    pub start_line: usize,
    /// Last line that it replaces.
    pub end_line: usize,
    /// Markdown: a sentence, the suggestion, the hidden marker.
    pub body: String,
}

/// What is suggested, and what is not.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Review {
    /// At most [`MOST`], in the order of the candidates.
    pub suggestions: Vec<Suggestion>,
    /// The places of candidates among those given whose diff belongs into a comment instead.
    pub rest: Vec<usize>,
}

impl Review {
    /// Sorts `candidates`. `known` are the bodies of review comments that are there: what was suggested
    /// once is not suggested again, and is no part of the rest.
    pub fn of<'a>(candidates: &[Candidate], known: impl IntoIterator<Item = &'a str>) -> Self {
        let known: BTreeSet<&str> = known.into_iter().filter_map(marker_in).collect();
        let mut review = Self::default();
        for (index, candidate) in candidates.iter().enumerate() {
            match suggestion(candidate) {
                Some(suggestion)
                    if marker_in(&suggestion.body).is_some_and(|it| known.contains(it)) => {}
                Some(suggestion) if review.suggestions.len() < MOST => {
                    review.suggestions.push(suggestion);
                }
                Some(_) | None => review.rest.push(index),
            }
        }
        review
    }

    /// The body of the request that creates the review, which neither approves nor blocks; none where
    /// nothing is suggested.
    pub fn request(&self, commit: &str) -> Option<Value> {
        let comments: Vec<Value> = self.suggestions.iter().map(Suggestion::json).collect();
        (!comments.is_empty()).then(|| {
            json!({
                "commit_id": commit,
                "event": "COMMENT",
                "body": "Verified packages prove what these specs do not declare yet. Check first \
                         that each is the project's own publisher.",
                "comments": comments,
            })
        })
    }
}

impl Suggestion {
    fn json(&self) -> Value {
        let Self {
            path,
            start_line,
            end_line,
            body,
        } = self;
        // GitHub refuses a range of one line.
        if start_line < end_line {
            json!({
                "path": path,
                "start_side": "RIGHT",
                "start_line": start_line,
                "side": "RIGHT",
                "line": end_line,
                "body": body,
            })
        } else {
            json!({"path": path, "side": "RIGHT", "line": end_line, "body": body})
        }
    }
}

/// The marker in a comment, if it is one of ours.
fn marker_in(body: &str) -> Option<&str> {
    let start = body.find(MARKER)?;
    let rest = body.get(start..)?;
    let end = rest.find("-->")?;
    rest.get(..end)
}

/// The suggestion for a candidate, where its change fits into one hunk.
fn suggestion(candidate: &Candidate) -> Option<Suggestion> {
    let before = lines(&candidate.before)?;
    let after = lines(&candidate.after)?;
    let same = |pairs: &mut dyn Iterator<Item = (&&str, &&str)>| {
        pairs.take_while(|(one, other)| one == other).count()
    };
    let head = same(&mut before.iter().zip(&after));
    let tail = same(&mut before.iter().rev().zip(after.iter().rev()))
        .min(before.len().min(after.len()).saturating_sub(head));
    // An insertion replaces the line above it.
    let inserts = head + tail == before.len();
    let start = if inserts { head.checked_sub(1)? } else { head };
    let (old, new) = (
        before.get(start..before.len() - tail)?,
        after.get(start..after.len() - tail)?,
    );
    let (start_line, end_line) = (start + 1, before.len() - tail);
    let fits = candidate
        .hunks
        .iter()
        .any(|hunk| hunk.reads(start_line, old));
    let is_safe = new.iter().all(|line| {
        let parts = line.split('\t');
        let shown: Vec<String> = parts.map(|part| terminal(part, MAX_LINE)).collect();
        shown.join("\t") == **line
    });
    if !fits || !is_safe || new.is_empty() {
        return None;
    }
    let text = new.join("\n");
    let fence = fence(&text);
    let digest = short_digest(&json!([candidate.path, old, new]).to_string(), 32);
    Some(Suggestion {
        path: candidate.path.clone(),
        start_line,
        end_line,
        body: format!(
            "The verified package proves this, and the spec does not declare it.\n\n\
             {fence}suggestion\n{text}\n{fence}\n{MARKER}{digest} -->"
        ),
    })
}

/// Lines of a text that ends with `\n` alone: a suggestion cannot hold other endings.
fn lines(text: &str) -> Option<Vec<&str>> {
    if text.contains('\r') || text.starts_with('\u{feff}') {
        return None;
    }
    Some(text.strip_suffix('\n')?.split('\n').collect())
}

/// A fence of backticks that `text` cannot end.
fn fence(text: &str) -> String {
    let longest = text.split(|one| one != '`').map(str::len).max();
    "`".repeat(longest.unwrap_or(0).max(2) + 1)
}

#[cfg(test)]
mod tests;
