//! Limits, beyond which a lock is refused.

/// Largest lock file, in bytes; those that it includes count with it.
pub const MAX_BYTES: usize = 64 * 1024 * 1024;

/// Most entries of a lock.
pub const MAX_ENTRIES: usize = 200_000;

/// Deepest nesting of a document, and of folders in a path.
pub const MAX_DEPTH: usize = 64;
