//! What is made of a report after the run that wrote it: numbers and their history, a page with its badge,
//! and statements about what was verified. Pure: the program reads and writes the files.

pub mod badge;
pub mod coverage;
pub mod history;
pub mod page;
pub mod stored;
mod table;
pub mod vsa;

pub use coverage::Coverage;
pub use history::{Entry, History, HistoryError};
pub use stored::{StoredError, StoredReport};
