//! The comment on a pull request and the step's summary.

pub mod conversation;
pub mod decision;
pub mod publish;
pub mod pulls;
pub mod sticky;
