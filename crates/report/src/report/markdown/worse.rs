//! What a change makes worse, for the first line.

use super::inline::code;
use crate::report::Report;
use crate::report::lines::place;
use crate::report::worse::worse;

/// Most specs that are told.
const MOST: usize = 3;

/// Longest name of a spec, in characters.
const MAX_NAME: usize = 80;

/// `npx/a lost its provenance; npx/b is now published by somebody else`: the worst of each spec.
pub(super) fn line(report: &Report) -> Option<String> {
    let mut told: Vec<(&str, &str)> = Vec::new();
    for (spec, worse) in worse(report) {
        if !told.iter().any(|(known, _)| *known == place(spec)) {
            told.push((place(spec), worse.what.words()));
        }
    }
    let mut parts: Vec<String> = told
        .iter()
        .take(MOST)
        .map(|(name, what)| format!("{} {what}", code(name, MAX_NAME)))
        .collect();
    let more = told.len().saturating_sub(MOST);
    if more > 0 {
        parts.push(format!("and {more} more specs became worse"));
    }
    (!parts.is_empty()).then(|| parts.join("; "))
}
