//! Stories: what a spec was, what it is, and what is said of it; by the base, and by an earlier report.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "helpers of tests fail as tests do"
)]

mod releases;
mod stage;
mod stories;
mod told;
