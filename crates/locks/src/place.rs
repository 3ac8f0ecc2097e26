//! A place in a file.

use std::fmt;
use std::sync::Arc;

/// A place in a file, for people and reports.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Place {
    /// The file, as it was named: the lock, or one that it includes.
    pub path: Arc<str>,
    /// 1-based.
    pub line: usize,
    /// 1-based, in characters. A byte order mark is none.
    pub column: usize,
}

/// `path:line:column`.
impl fmt::Display for Place {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}:{}:{}", self.path, self.line, self.column)
    }
}
