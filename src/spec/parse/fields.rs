//! Reading typed fields out of mappings, with every problem written down.

use super::keys::{self, Known};
use super::scalar::{Plain, classify};
use super::spec_invalid;
use super::yaml::{Entry, Kind, Node, join};
use crate::quote::{quoted, shortened};
use crate::rules::{Draft, RuleId};
use crate::spec::model::{Block, Span, Spanned};

/// What a field gave. A problem is written down already where it is [`Read::Wrong`].
pub(super) enum Read<T> {
    Value(T),
    /// Not there, or null.
    Missing,
    /// There, and of no use.
    Wrong,
}

/// Collects the problems of a file.
pub(super) struct Reader {
    problems: Vec<Draft>,
}

/// A mapping whose keys are known.
pub(super) struct Section<'a> {
    known: &'static Known,
    entries: &'a [Entry],
    /// Its key, or the start of the file.
    pub(super) span: Span,
}

impl<'a> Section<'a> {
    /// The document itself.
    pub(super) fn root(node: &'a Node, reader: &mut Reader) -> Option<Self> {
        let (Kind::Mapping(entries), Some(known)) = (&node.kind, keys::known("")) else {
            reader.push(spec_invalid(
                "",
                Span::START,
                "The file holds no mapping.",
                "Write `metadata`, `spec` and `provenance` as keys.",
            ));
            return None;
        };
        Some(Self::checked(known, entries, Span::START, reader))
    }

    /// The mapping below `key`, whose keys are checked.
    pub(super) fn section(&self, key: &str, reader: &mut Reader) -> Read<Self> {
        let Some(entry) = self.entry(key) else {
            return Read::Missing;
        };
        let route = self.route(key);
        match (&entry.value.kind, keys::known(&route)) {
            (Kind::Mapping(entries), Some(known)) => {
                Read::Value(Self::checked(known, entries, entry.key.span, reader))
            }
            (Kind::Scalar { text, plain: true }, _) if classify(text) == Plain::Null => {
                Read::Missing
            }
            (Kind::Scalar { .. } | Kind::Sequence | Kind::Mapping(_), _) => {
                reader.push(spec_invalid(
                    &route,
                    entry.place(),
                    format!("`{route}` is not a mapping."),
                    format!("Write keys and values below `{key}:`, indented."),
                ));
                Read::Wrong
            }
        }
    }

    fn checked(
        known: &'static Known,
        entries: &'a [Entry],
        span: Span,
        reader: &mut Reader,
    ) -> Self {
        let section = Self {
            known,
            entries,
            span,
        };
        for entry in entries {
            let key = entry.key.value.as_str();
            if !known.keys.contains(&key) {
                reader.push(Draft {
                    rule: RuleId::UnknownKey,
                    route: section.route(key),
                    span: entry.key.span,
                    message: format!(
                        "Nothing reads the key {}, so {}.",
                        quoted(key),
                        known.consequence
                    ),
                    help: keys::advice(known, key),
                });
            }
        }
        section
    }

    pub(super) fn entry(&self, key: &str) -> Option<&'a Entry> {
        self.entries.iter().find(|entry| entry.key.value == key)
    }

    /// The mapping below `key` as a place to write to, if the key is there.
    pub(super) fn block(&self, key: &str) -> Option<Block> {
        self.entry(key).map(Entry::block)
    }

    /// Where `key` stands, or where this mapping does.
    pub(super) fn key_span(&self, key: &str) -> Span {
        self.entry(key).map_or(self.span, |entry| entry.key.span)
    }

    /// The route of `key`.
    pub(super) fn route(&self, key: &str) -> String {
        let mut route = self.known.route.to_owned();
        join(&mut route, key);
        route
    }
}

impl Entry {
    /// As a place to write keys to: below its key, where those that are there stand too.
    fn block(&self) -> Block {
        let (key, value) = (self.key.span, &self.value);
        let column = match &value.kind {
            // Braces start before the first key, and what an alias repeats stands elsewhere.
            Kind::Mapping(entries) => entries.first().and_then(|first| {
                let (start, first) = (value.span, first.key.span);
                let by_indentation = (start.start_line, start.start_column)
                    == (first.start_line, first.start_column);
                (by_indentation && first.start_line > key.start_line).then_some(first.start_column)
            }),
            Kind::Scalar { .. } if self.place() == key => Some(key.start_column + 2),
            Kind::Scalar { .. } | Kind::Sequence => None,
        };
        Block { key, column }
    }

    /// The place of a scalar that is written out, else of the key: a finding about a whole block
    /// points at its name.
    fn place(&self) -> Span {
        let Span {
            start_line,
            start_column,
            end_line,
            end_column,
        } = self.value.span;
        let empty = (start_line, start_column) == (end_line, end_column);
        match self.value.kind {
            Kind::Scalar { .. } if !empty => self.value.span,
            Kind::Scalar { .. } | Kind::Sequence | Kind::Mapping(_) => self.key.span,
        }
    }
}

impl Reader {
    pub(super) fn new(problems: Vec<Draft>) -> Self {
        Self { problems }
    }

    pub(super) fn push(&mut self, problem: Draft) {
        self.problems.push(problem);
    }

    /// Every problem, in the order of the file.
    pub(super) fn into_problems(mut self) -> Vec<Draft> {
        self.problems.sort_by_key(|problem| problem.span);
        self.problems
    }

    /// A text. What either version of YAML reads as something else has to be quoted.
    pub(super) fn text(&mut self, section: &Section<'_>, key: &str) -> Read<Spanned<String>> {
        let Some(entry) = section.entry(key) else {
            return Read::Missing;
        };
        let (text, plain) = match &entry.value.kind {
            Kind::Scalar { text, plain } => (text, *plain),
            Kind::Sequence => return self.wrong(section, entry, "a list", "Write one value."),
            Kind::Mapping(_) => return self.wrong(section, entry, "a mapping", "Write one value."),
        };
        let what = match (plain, classify(text)) {
            (false, _) | (true, Plain::Text) => {
                return Read::Value(Spanned {
                    value: text.clone(),
                    span: entry.place(),
                });
            }
            (true, Plain::Null) => return Read::Missing,
            (true, Plain::Number) => "a number in YAML",
            (true, Plain::Boolean(_)) => "a boolean in YAML",
            (true, Plain::OldBoolean) => "a boolean in YAML 1.1",
            (true, Plain::Date) => "a date in YAML 1.1",
        };
        let shown = crate::text::terminal(&shortened(text), 100);
        let help = format!("Put it in quotes: `{key}: \"{shown}\"`.");
        self.wrong(section, entry, what, &help)
    }

    /// A boolean: plain `true` or `false`.
    pub(super) fn boolean(&mut self, section: &Section<'_>, key: &str) -> Read<Spanned<bool>> {
        const HELP: &str = "Write `true` or `false`, without quotes.";
        let Some(entry) = section.entry(key) else {
            return Read::Missing;
        };
        let (text, plain) = match &entry.value.kind {
            Kind::Scalar { text, plain } => (text, *plain),
            Kind::Sequence => return self.wrong(section, entry, "a list", HELP),
            Kind::Mapping(_) => return self.wrong(section, entry, "a mapping", HELP),
        };
        let what = match (plain, classify(text)) {
            (true, Plain::Boolean(value)) => {
                return Read::Value(Spanned {
                    value,
                    span: entry.place(),
                });
            }
            (true, Plain::Null) => return Read::Missing,
            (true, Plain::Number) => "a number",
            (true, Plain::OldBoolean) => "a boolean in YAML 1.1 only",
            (true, Plain::Date | Plain::Text) | (false, _) => "text",
        };
        self.wrong(section, entry, what, HELP)
    }

    fn wrong<T>(
        &mut self,
        section: &Section<'_>,
        entry: &Entry,
        what: &str,
        help: &str,
    ) -> Read<T> {
        let route = section.route(&entry.key.value);
        let value = match &entry.value.kind {
            Kind::Scalar { text, .. } => format!(" {}", quoted(text)),
            Kind::Sequence | Kind::Mapping(_) => String::new(),
        };
        let message = format!("The value{value} of `{route}` is {what}.");
        self.push(spec_invalid(route, entry.place(), message, help));
        Read::Wrong
    }
}
