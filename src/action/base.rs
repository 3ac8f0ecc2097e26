//! The base branch of a pull request: its newest commit, its files, and what the pull request changes.

pub mod files;
pub mod novelty;
pub mod protect;
pub mod since;
pub mod tip;
