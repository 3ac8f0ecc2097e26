//! Files that a lock includes, or that lie beside it.

/// How an included file is read: its path, relative to the root and without `.` and `..`, to its bytes, or
/// to the sentence that says why it cannot be read.
pub type Include<'a> = &'a dyn Fn(&str) -> Result<Vec<u8>, String>;
