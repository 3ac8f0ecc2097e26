//! The report's files and their way to code scanning.

pub mod code_scanning;
pub mod deliver;
pub mod withheld;
