//! GitHub's API: one origin, one token, bounded answers and waits.

pub mod client;
pub mod waits;
