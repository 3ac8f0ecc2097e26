//! What the tree of values does not show of a text.

use saphyr_parser::{Event, Parser, ScalarStyle};

/// The lines on which something with an anchor starts, or an alias stands: one text there stands for
/// several values. `text` is YAML.
pub(super) fn anchors(text: &str) -> Vec<usize> {
    let mut found = Vec::new();
    let mut parser = Parser::new_from_str(text);
    while let Some(Ok((event, span))) = parser.next_event() {
        let anchored = match event {
            Event::Alias(_) => true,
            Event::Scalar(_, _, anchor, _)
            | Event::SequenceStart(anchor, _)
            | Event::MappingStart(anchor, _) => anchor > 0,
            Event::Nothing
            | Event::StreamStart
            | Event::StreamEnd
            | Event::DocumentStart(_)
            | Event::DocumentEnd
            | Event::SequenceEnd
            | Event::MappingEnd => false,
        };
        if anchored {
            found.push(span.start.line());
        }
    }
    found
}

/// Whether the last value is a block scalar (`|`, `>`): what follows the text may become part of it, and
/// whether its last line ends is part of it to some readers.
pub(super) fn ends_in_block_scalar(text: &str) -> bool {
    let mut last = false;
    let mut parser = Parser::new_from_str(text);
    while let Some(Ok((event, _))) = parser.next_event() {
        if let Event::Scalar(_, style, ..) = event {
            last = matches!(style, ScalarStyle::Literal | ScalarStyle::Folded);
        }
    }
    last
}
