//! Why a file is not edited.

use untrusted_text::quoted;

/// Why a spec is left as it is. The text is for people and says what to do.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum EditError {
    /// The spec itself has faults.
    #[error("the spec cannot be edited before its own faults are corrected: {0}")]
    Faulty(String),
    /// A key that nothing reads and that probably belongs to the block.
    #[error(
        "line {line}: nothing reads the key {}, which is probably meant for `provenance`; correct it first", quoted(.key)
    )]
    Stray {
        /// 1-based.
        line: usize,
        /// As written.
        key: String,
    },
    /// An anchor or alias in the block.
    #[error(
        "line {line}: a YAML anchor or alias is part of what would change, and what repeats it would change too; write the values out"
    )]
    Anchor {
        /// 1-based.
        line: usize,
    },
    /// A mapping in braces, or one whose keys do not stand below its name.
    #[error(
        "line {line}: the keys of `{key}` do not stand each on a line below it, indented by spaces; write them so, and run this again"
    )]
    NotABlock {
        /// 1-based.
        line: usize,
        /// The mapping's name.
        key: String,
    },
    /// A tab in the indentation.
    #[error("line {line}: a tab is part of the indentation; use spaces")]
    Tab {
        /// 1-based.
        line: usize,
    },
    /// A carriage return that does not belong to a line feed.
    #[error(
        "line {line}: the line ends with a lone carriage return; save the file with `\\n` or `\\r\\n`"
    )]
    LoneCarriageReturn {
        /// 1-based.
        line: usize,
    },
    /// A value that cannot be replaced.
    #[error("line {line}: the value of `{key}` is not one word on one line; write it by hand")]
    NotOneLine {
        /// 1-based.
        line: usize,
        /// Its key.
        key: String,
    },
    /// The result would not be the old content and the change.
    #[error("the file would mean something else besides the change ({0}); add the keys by hand")]
    Unfaithful(&'static str),
}
