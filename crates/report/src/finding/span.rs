//! Places in a spec file.

/// A place in a spec file: 1-based lines and columns, columns in characters, the end exclusive.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Span {
    /// First line, 1-based.
    pub start_line: usize,
    /// First column, 1-based, in characters.
    pub start_column: usize,
    /// Last line, 1-based.
    pub end_line: usize,
    /// Column after the last character, 1-based.
    pub end_column: usize,
}

impl Span {
    /// The first character of a file, for what concerns the file as a whole.
    pub const START: Self = Self {
        start_line: 1,
        start_column: 1,
        end_line: 1,
        end_column: 1,
    };
}

/// A value and where it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Spanned<T> {
    /// The value.
    pub value: T,
    /// Its place in the file.
    pub span: Span,
}
