//! One `[[require]]` block.

use super::table::{Table, unknown};
use super::{Mistake, Value};
use crate::finding::Span;
use crate::policy::min_age::MinAge;
use crate::policy::pattern::Pattern;
use crate::policy::require::{EvidenceLevel, Requirement};

/// The highest SLSA build level (slsa.dev/spec/v1.0/levels).
const MAX_LEVEL: i64 = 3;

/// What selects the specs that a block holds for.
const SELECTORS: [&str; 4] = ["paths", "except", "packages", "new"];

/// What it asks of them.
const DEMANDS: [&str; 9] = [
    "evidence",
    "evidence-strict",
    "min-age",
    "slsa",
    "publishers",
    "workflows",
    "refs",
    "triggers",
    "runners",
];

/// Every key of a block.
pub(in crate::policy) fn keys() -> Vec<&'static str> {
    SELECTORS.iter().chain(&DEMANDS).copied().collect()
}

/// Reads one block, whose header stands at `span`.
pub(super) fn read(block: &Table<'_>, span: Span) -> Result<Requirement, Vec<Mistake>> {
    let mut mistakes = block.unknown_keys(&keys());
    let mut requirement = Requirement::at(span);
    let mut take =
        |result: Result<(), Vec<Mistake>>| mistakes.extend(result.err().into_iter().flatten());
    take(
        block
            .list("paths", Pattern::of_path)
            .map(|read| requirement.paths = read),
    );
    take(
        block
            .list("except", Pattern::of_path)
            .map(|read| requirement.except = read),
    );
    take(
        block
            .list("packages", Pattern::of_package)
            .map(|read| requirement.packages = read),
    );
    take(
        block
            .boolean("new")
            .map(|read| requirement.new = read.unwrap_or(false)),
    );
    take(
        evidence(block).map(|read| requirement.evidence = read.unwrap_or(EvidenceLevel::Verified)),
    );
    take(
        block
            .boolean("evidence-strict")
            .map(|read| requirement.evidence_strict = read.unwrap_or(false)),
    );
    take(min_age(block).map(|read| requirement.min_age = read));
    take(level(block).map(|read| requirement.slsa = read));
    take(
        block
            .list("publishers", Pattern::of_publisher)
            .map(|read| requirement.publishers = read),
    );
    take(
        block
            .list("workflows", Pattern::of_text)
            .map(|read| requirement.workflows = read),
    );
    take(
        block
            .list("refs", git_ref)
            .map(|read| requirement.refs = read),
    );
    take(
        block
            .list("triggers", word)
            .map(|read| requirement.triggers = read),
    );
    take(
        block
            .list("runners", word)
            .map(|read| requirement.runners = read),
    );
    mistakes.extend(nothing_demanded(block));
    if mistakes.is_empty() {
        Ok(requirement)
    } else {
        Err(mistakes)
    }
}

/// What would be asked of new packages must be written: `new = true` alone may have been meant as a
/// demand of its own.
fn nothing_demanded(block: &Table<'_>) -> Option<Mistake> {
    let demands = DEMANDS.iter().filter(|key| **key != "evidence-strict");
    let demanded = demands.into_iter().any(|key| block.get(key).is_some());
    let new = block
        .get("new")
        .filter(|value| value.get_ref().as_bool() == Some(true))?;
    (!demanded).then(|| {
        Mistake::at(
            new,
            "`new` selects and asks for nothing by itself; add what new packages must have, such as evidence = \"verified\"",
        )
    })
}

fn evidence(block: &Table<'_>) -> Result<Option<EvidenceLevel>, Vec<Mistake>> {
    let words = EvidenceLevel::ALL.map(EvidenceLevel::as_str);
    let Some(word) = block.text("evidence")? else {
        return Ok(None);
    };
    let found = EvidenceLevel::ALL
        .into_iter()
        .find(|level| level.as_str() == word);
    match (found, block.get("evidence")) {
        (None, Some(value)) => Err(vec![Mistake::at(value, unknown("level", word, &words))]),
        (found, _) => Ok(found),
    }
}

fn min_age(block: &Table<'_>) -> Result<Option<MinAge>, Vec<Mistake>> {
    let Some((text, value)) = block.text("min-age")?.zip(block.get("min-age")) else {
        return Ok(None);
    };
    let read = MinAge::parse(text).map(Some);
    read.map_err(|message| vec![Mistake::at(value, message)])
}

fn level(block: &Table<'_>) -> Result<Option<u8>, Vec<Mistake>> {
    let Some(value) = block.get("slsa") else {
        return Ok(None);
    };
    let level = whole(value).filter(|level| (1..=MAX_LEVEL).contains(level));
    let level = level.and_then(|level| u8::try_from(level).ok());
    let wanted = || {
        vec![Mistake::at(
            value,
            format!("expected a whole number from 1 to {MAX_LEVEL}"),
        )]
    };
    level.map(Some).ok_or_else(wanted)
}

fn whole(value: &Value<'_>) -> Option<i64> {
    let number = value.get_ref().as_integer()?;
    i64::from_str_radix(number.as_str(), number.radix()).ok()
}

/// Certificates name refs in full, so that another pattern would never match.
fn git_ref(text: &str) -> Result<Pattern, String> {
    if text.starts_with("refs/") || text.starts_with("**") {
        return Pattern::of_text(text);
    }
    Err("write the whole ref, as in `refs/tags/**` or `refs/heads/main`".to_owned())
}

/// A word that is compared as it is.
fn word(text: &str) -> Result<String, String> {
    if text.contains(['*', '?', '[', '{']) || text.chars().any(char::is_whitespace) {
        return Err("this is compared as it stands: a word, no pattern".to_owned());
    }
    Ok(text.to_owned())
}
