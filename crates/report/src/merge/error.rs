//! Why reports of shards are not merged.

/// A report does not fit.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{name}: {reason}")]
pub struct MergeError {
    /// The report's file.
    pub name: String,
    /// Why, for people.
    pub reason: String,
}
