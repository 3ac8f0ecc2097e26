//! The commands that make something of a report.

pub mod coverage;
mod files;
pub mod merge;
pub mod page;
pub mod vsa;

pub use files::FileError;

/// What to say, and the exit code.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Told {
    /// For standard output; safe to show.
    pub shown: String,
    /// For standard error, worst first: a kind and a text, which may quote input.
    pub notes: Vec<(&'static str, String)>,
    /// The exit code.
    pub code: u8,
}
