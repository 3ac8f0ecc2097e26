//! The YAML crate behind a small tree with places, and the limits and prohibitions that make every
//! reader of a file see the same (docs/decisions/0002-yaml-parser.md).

use std::collections::HashMap;

use saphyr_parser::{Event, Marker, Parser, ScalarStyle, ScanError, Tag};

use super::spec_invalid;
use crate::finding::Draft;
use crate::finding::{Span, Spanned};
use untrusted_text::{quoted, shortened};

/// Deepest nesting of a document.
const MAX_DEPTH: usize = 32;
/// Most values of a document, those that aliases repeat included.
const MAX_NODES: usize = 10_000;
/// Most aliases of a document.
const MAX_ALIASES: usize = 16;

const CORE: &str = "tag:yaml.org,2002:";

/// A document that is YAML, and what is ambiguous in it.
pub(in crate::spec) struct Document {
    pub(in crate::spec) root: Node,
    pub(in crate::spec) problems: Vec<Draft>,
}

/// A value.
#[derive(Debug, Clone)]
pub(in crate::spec) struct Node {
    pub(in crate::spec) kind: Kind,
    /// Its place; empty where nothing is written.
    pub(in crate::spec) span: Span,
    /// Values in it, itself included.
    size: usize,
}

#[derive(Debug, Clone)]
pub(in crate::spec) enum Kind {
    /// A scalar; `plain` where nothing says that it is text.
    Scalar { text: String, plain: bool },
    /// A list.
    Sequence(Vec<Node>),
    /// Keys and values, in the order of the file, each key once.
    Mapping(Vec<Entry>),
}

/// A key and its value.
#[derive(Debug, Clone)]
pub(in crate::spec) struct Entry {
    pub(in crate::spec) key: Spanned<String>,
    pub(in crate::spec) value: Node,
}

/// Reads the one document of `text`.
///
/// # Errors
/// What was found up to where the text is no YAML, or exceeds a limit.
pub(in crate::spec) fn read(text: &str) -> Result<Document, Vec<Draft>> {
    let mut builder = Builder::default();
    let mut parser = Parser::new_from_str(text);
    while let Some(event) = parser.next_event() {
        let result = match event {
            Ok((event, span)) => builder.take(event, place(span.start, span.end)),
            Err(error) => Err(syntax(&error)),
        };
        if let Err(fatal) = result {
            builder.problems.push(fatal);
            return Err(builder.problems);
        }
    }
    match builder.root {
        Some(root) => Ok(Document {
            root,
            problems: builder.problems,
        }),
        None => Err(vec![spec_invalid(
            "",
            Span::START,
            "The file is empty.",
            "Write `metadata`, `spec` and `provenance`, or delete the file.",
        )]),
    }
}

fn place(start: Marker, end: Marker) -> Span {
    Span {
        start_line: start.line(),
        start_column: start.col() + 1,
        end_line: end.line(),
        end_column: end.col() + 1,
    }
}

fn syntax(error: &ScanError) -> Draft {
    let mut span = place(*error.marker(), *error.marker());
    span.end_column += 1;
    spec_invalid(
        "",
        span,
        format!("This is not YAML: {}.", shortened(error.info())),
        "Correct the syntax here or just above; indentation is by spaces, never by tabs.",
    )
}

/// A sequence or mapping that is still open.
struct Frame {
    start: Span,
    anchor: usize,
    size: usize,
    content: Content,
}

enum Content {
    Sequence {
        items: Vec<Node>,
    },
    Mapping {
        entries: Vec<Entry>,
        /// Line of each key, for naming the first of two.
        seen: HashMap<String, usize>,
        key: Option<Key>,
    },
}

struct Key {
    key: Spanned<String>,
    /// The key is refused, so its value is checked and dropped.
    refused: bool,
}

#[derive(Default)]
struct Builder {
    frames: Vec<Frame>,
    anchors: HashMap<usize, Node>,
    aliases: usize,
    nodes: usize,
    documents: usize,
    root: Option<Node>,
    problems: Vec<Draft>,
}

impl Builder {
    /// Takes one event. An error ends the reading.
    fn take(&mut self, event: Event<'_>, span: Span) -> Result<(), Draft> {
        match event {
            Event::DocumentStart(_) => {
                self.documents += 1;
                if self.documents > 1 {
                    return Err(spec_invalid(
                        "",
                        span,
                        "A second YAML document starts here.",
                        "Keep one document per spec file: remove the `---` and what follows it.",
                    ));
                }
                Ok(())
            }
            Event::Scalar(text, style, anchor, tag) => {
                self.charge(1, span)?;
                let text_tag = self.check_tag(tag.as_deref(), &["str"], span);
                let node = Node {
                    kind: Kind::Scalar {
                        text: text.into_owned(),
                        plain: style == ScalarStyle::Plain && !text_tag,
                    },
                    span,
                    size: 1,
                };
                self.complete(node, anchor);
                Ok(())
            }
            Event::SequenceStart(anchor, tag) => {
                self.check_tag(tag.as_deref(), &["seq"], span);
                self.open(anchor, span, Content::Sequence { items: Vec::new() })
            }
            Event::MappingStart(anchor, tag) => {
                self.check_tag(tag.as_deref(), &["map"], span);
                let content = Content::Mapping {
                    entries: Vec::new(),
                    seen: HashMap::new(),
                    key: None,
                };
                self.open(anchor, span, content)
            }
            Event::SequenceEnd | Event::MappingEnd => {
                self.close(span);
                Ok(())
            }
            Event::Alias(anchor) => self.alias(anchor, span),
            Event::Nothing | Event::StreamStart | Event::StreamEnd | Event::DocumentEnd => Ok(()),
        }
    }

    /// Whether there is a tag; one that is not expected is a problem.
    fn check_tag(&mut self, tag: Option<&Tag>, expected: &[&str], span: Span) -> bool {
        let Some(tag) = tag else { return false };
        let name = format!("{}{}", tag.handle, tag.suffix);
        if !name
            .strip_prefix(CORE)
            .is_some_and(|core| expected.contains(&core))
        {
            self.problems.push(spec_invalid(
                self.route(),
                span,
                format!("The YAML tag {} is not read here.", quoted(&name)),
                "Remove the tag and write the value plainly.",
            ));
        }
        true
    }

    fn open(&mut self, anchor: usize, start: Span, content: Content) -> Result<(), Draft> {
        if self.frames.len() >= MAX_DEPTH {
            return Err(spec_invalid(
                self.route(),
                start,
                format!("The YAML is nested deeper than {MAX_DEPTH} levels."),
                "Flatten it.",
            ));
        }
        self.charge(1, start)?;
        self.frames.push(Frame {
            start,
            anchor,
            size: 1,
            content,
        });
        Ok(())
    }

    fn close(&mut self, end: Span) {
        let Some(frame) = self.frames.pop() else {
            return;
        };
        let kind = match frame.content {
            Content::Sequence { items } => Kind::Sequence(items),
            Content::Mapping { entries, .. } => Kind::Mapping(entries),
        };
        let node = Node {
            kind,
            span: Span {
                end_line: end.end_line,
                end_column: end.end_column,
                ..frame.start
            },
            size: frame.size,
        };
        self.complete(node, frame.anchor);
    }

    fn alias(&mut self, anchor: usize, span: Span) -> Result<(), Draft> {
        self.aliases += 1;
        if self.aliases > MAX_ALIASES {
            return Err(spec_invalid(
                self.route(),
                span,
                format!("The file has more than {MAX_ALIASES} YAML aliases."),
                "Write the values out.",
            ));
        }
        let Some(node) = self.anchors.get(&anchor) else {
            return Err(spec_invalid(
                self.route(),
                span,
                "The YAML alias stands inside what it repeats.",
                "Write the value out.",
            ));
        };
        let node = Node {
            span,
            ..node.clone()
        };
        self.charge(node.size, span)?;
        self.complete(node, 0);
        Ok(())
    }

    /// Puts a finished value where it belongs.
    fn complete(&mut self, node: Node, anchor: usize) {
        if anchor > 0 {
            self.anchors.insert(anchor, node.clone());
        }
        let route = self.route();
        let Some(frame) = self.frames.last_mut() else {
            self.root = Some(node);
            return;
        };
        frame.size = frame.size.saturating_add(node.size);
        match &mut frame.content {
            Content::Sequence { items } => items.push(node),
            Content::Mapping { entries, seen, key } => match key.take() {
                None => {
                    let (taken, problem) = take_key(node, &route, seen);
                    *key = Some(taken);
                    self.problems.extend(problem);
                }
                Some(Key { refused: true, .. }) => {}
                Some(Key { key, .. }) => entries.push(Entry { key, value: node }),
            },
        }
    }

    /// Takes values from the budget.
    fn charge(&mut self, size: usize, span: Span) -> Result<(), Draft> {
        self.nodes = self.nodes.saturating_add(size);
        if self.nodes <= MAX_NODES {
            return Ok(());
        }
        Err(spec_invalid(
            self.route(),
            span,
            format!("The file holds more than {MAX_NODES} values."),
            "Make it smaller.",
        ))
    }

    /// The route to the value that is being read.
    fn route(&self) -> String {
        let mut route = String::new();
        for frame in &self.frames {
            match &frame.content {
                Content::Sequence { items } => {
                    route.push('[');
                    route.push_str(&items.len().to_string());
                    route.push(']');
                }
                Content::Mapping { key: None, .. } => {}
                Content::Mapping { key: Some(key), .. } => {
                    join(&mut route, &key.key.value);
                }
            }
        }
        route
    }
}

/// Appends a key to a route.
pub(super) fn join(route: &mut String, key: &str) {
    if !route.is_empty() {
        route.push('.');
    }
    route.push_str(&shortened(key));
}

/// A key, and what is wrong with it.
fn take_key(node: Node, route: &str, seen: &mut HashMap<String, usize>) -> (Key, Option<Draft>) {
    let span = node.span;
    let refuse = |text: String, message: String, help: &str| {
        let mut route = route.to_owned();
        join(&mut route, &text);
        let key = Spanned { value: text, span };
        let problem = spec_invalid(route, span, message, help);
        (Key { key, refused: true }, Some(problem))
    };
    let Kind::Scalar { text, plain } = node.kind else {
        return refuse(
            String::new(),
            "A list or mapping stands where a key belongs.".to_owned(),
            "Use a plain word as the key.",
        );
    };
    if plain && text == "<<" {
        return refuse(
            text,
            "The merge key `<<` is not read: readers of YAML disagree on it.".to_owned(),
            "Write the keys out.",
        );
    }
    if let Some(line) = seen.get(&text) {
        let message = format!("Duplicate key {} (first on line {line}).", quoted(&text));
        return refuse(text, message, "Keep one of the two.");
    }
    seen.insert(text.clone(), span.start_line);
    let key = Spanned { value: text, span };
    (
        Key {
            key,
            refused: false,
        },
        None,
    )
}
