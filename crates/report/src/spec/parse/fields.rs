//! Reading typed fields out of mappings, with every problem written down.

use super::keys::{self, Known};
use super::scalar::{Plain, classify};
use super::spec_invalid;
use super::yaml::{Entry, Kind, Node, join};
use crate::finding::{Draft, RuleId};
use crate::finding::{Span, Spanned};
use crate::spec::model::Block;
use untrusted_text::{quoted, shortened};

/// Most entries of a list or mapping: dockyard's longest has two.
const MAX_ITEMS: usize = 100;

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
    stray: Option<Spanned<String>>,
}

/// A mapping whose keys are known.
pub(super) struct Section<'a> {
    route: String,
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
        Some(Self::checked(
            known,
            String::new(),
            entries,
            Span::START,
            reader,
        ))
    }

    /// An item of the list at `list`, whose keys are checked.
    pub(super) fn item(list: &str, item: &Item<'a>, reader: &mut Reader) -> Option<Self> {
        let known = keys::known(&format!("{list}[]"));
        let (Kind::Mapping(entries), Some(known)) = (&item.node.kind, known) else {
            reader.push(spec_invalid(
                &item.route,
                item.place(),
                format!("`{}` is not a mapping.", item.route),
                known.map_or_else(String::new, |known| {
                    format!("Write `{}` as keys of each item.", known.keys.join("`, `"))
                }),
            ));
            return None;
        };
        Some(Self::checked(
            known,
            item.route.clone(),
            entries,
            item.place(),
            reader,
        ))
    }

    /// The mapping below `key`, whose keys are checked.
    pub(super) fn section(&self, key: &str, reader: &mut Reader) -> Read<Self> {
        let Some(entry) = self.entry(key) else {
            return Read::Missing;
        };
        let route = self.route(key);
        match (&entry.value.kind, keys::known(&route)) {
            (Kind::Mapping(entries), Some(known)) => {
                Read::Value(Self::checked(known, route, entries, entry.key.span, reader))
            }
            (Kind::Scalar { text, plain: true }, _) if classify(text) == Plain::Null => {
                Read::Missing
            }
            (Kind::Scalar { .. } | Kind::Sequence(_) | Kind::Mapping(_), _) => {
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
        route: String,
        entries: &'a [Entry],
        span: Span,
        reader: &mut Reader,
    ) -> Self {
        let section = Self {
            route,
            entries,
            span,
        };
        for entry in entries {
            let key = entry.key.value.as_str();
            if !known.keys.contains(&key) {
                if keys::is_meant_for_provenance(known, key) {
                    reader.stray.get_or_insert_with(|| entry.key.clone());
                }
                reader.push(Draft {
                    rule: RuleId::UnknownKey,
                    route: section.route(key),
                    span: entry.key.span,
                    message: format!("Unknown key {}, so {}.", quoted(key), known.consequence),
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
    pub(super) fn block(&self, key: &str) -> Option<Box<Block>> {
        self.entry(key).map(|entry| Box::new(entry.block()))
    }

    /// Where `key` stands, or where this mapping does.
    pub(super) fn key_span(&self, key: &str) -> Span {
        self.entry(key).map_or(self.span, |entry| entry.key.span)
    }

    /// The route of `key`.
    pub(super) fn route(&self, key: &str) -> String {
        let mut route = self.route.clone();
        join(&mut route, key);
        route
    }
}

/// An item of a list, with its own route.
pub(super) struct Item<'a> {
    pub(super) route: String,
    pub(super) node: &'a Node,
    /// Of the list's key.
    list: Span,
}

impl Item<'_> {
    /// The item's first character, where it is written out, else the list's key.
    pub(super) fn place(&self) -> Span {
        let span = self.node.span;
        let start = (span.start_line, span.start_column);
        if matches!(self.node.kind, Kind::Scalar { .. }) {
            let empty = start == (span.end_line, span.end_column);
            return if empty { self.list } else { span };
        }
        Span {
            end_line: span.start_line,
            end_column: span.start_column + 1,
            ..span
        }
    }
}

impl Entry {
    /// As a place to write keys to: below its key, where those that are there stand too.
    pub(in crate::spec) fn block(&self) -> Block {
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
            Kind::Scalar { .. } | Kind::Sequence(_) => None,
        };
        Block { key, column }
    }

    /// The place of a scalar that is written out, else of the key: a finding about a whole block
    /// points at its name.
    pub(in crate::spec) fn place(&self) -> Span {
        let Span {
            start_line,
            start_column,
            end_line,
            end_column,
        } = self.value.span;
        let empty = (start_line, start_column) == (end_line, end_column);
        match self.value.kind {
            Kind::Scalar { .. } if !empty => self.value.span,
            Kind::Scalar { .. } | Kind::Sequence(_) | Kind::Mapping(_) => self.key.span,
        }
    }
}

impl Reader {
    pub(super) fn new(problems: Vec<Draft>) -> Self {
        let stray = None;
        Self { problems, stray }
    }

    /// The first unknown key so far that is probably meant for the block `provenance`.
    pub(super) fn stray(&self) -> Option<Spanned<String>> {
        self.stray.clone()
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
            Kind::Sequence(_) => return self.wrong(section, entry, "a list", "Write one value."),
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
        let shown = untrusted_text::terminal(&shortened(text), 100);
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
            Kind::Sequence(_) => return self.wrong(section, entry, "a list", HELP),
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

    /// The items of the list at `key`: at most [`MAX_ITEMS`].
    pub(super) fn items<'a>(&mut self, section: &Section<'a>, key: &str) -> Read<Vec<Item<'a>>> {
        const HELP: &str = "Write a list: each item on its own line, after `- `.";
        let Some(entry) = section.entry(key) else {
            return Read::Missing;
        };
        let nodes = match &entry.value.kind {
            Kind::Sequence(nodes) => nodes,
            Kind::Scalar { text, plain: true } if classify(text) == Plain::Null => {
                return Read::Missing;
            }
            Kind::Scalar { .. } => return self.wrong(section, entry, "not a list", HELP),
            Kind::Mapping(_) => return self.wrong(section, entry, "a mapping", HELP),
        };
        if !self.is_bounded(section, entry, nodes.len()) {
            return Read::Wrong;
        }
        let route = section.route(key);
        let item = |(index, node)| Item {
            route: format!("{route}[{index}]"),
            node,
            list: entry.key.span,
        };
        Read::Value(nodes.iter().enumerate().map(item).collect())
    }

    /// The keys and values of the mapping at `key`, whatever they are: at most [`MAX_ITEMS`].
    pub(super) fn entries<'a>(&mut self, section: &Section<'a>, key: &str) -> Read<&'a [Entry]> {
        const HELP: &str = "Write names and values below it, indented.";
        let Some(entry) = section.entry(key) else {
            return Read::Missing;
        };
        match &entry.value.kind {
            Kind::Mapping(entries) if self.is_bounded(section, entry, entries.len()) => {
                Read::Value(entries)
            }
            Kind::Mapping(_) => Read::Wrong,
            Kind::Scalar { text, plain: true } if classify(text) == Plain::Null => Read::Missing,
            Kind::Scalar { .. } => self.wrong(section, entry, "not a mapping", HELP),
            Kind::Sequence(_) => self.wrong(section, entry, "a list", HELP),
        }
    }

    fn is_bounded(&mut self, section: &Section<'_>, entry: &Entry, length: usize) -> bool {
        if length > MAX_ITEMS {
            let route = section.route(&entry.key.value);
            let message = format!("`{route}` has {length} entries; at most {MAX_ITEMS} are read.");
            self.push(spec_invalid(
                &route,
                entry.key.span,
                message,
                "Make it shorter.",
            ));
        }
        length <= MAX_ITEMS
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
            Kind::Sequence(_) | Kind::Mapping(_) => String::new(),
        };
        let message = format!("The value{value} of `{route}` is {what}.");
        self.push(spec_invalid(route, entry.place(), message, help));
        Read::Wrong
    }
}
