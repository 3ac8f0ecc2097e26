//! GitHub's API: who is asked, with which token, within which bounds, and the three questions that are
//! asked in bulk.
//!
//! [`Client`] is [`octocrab`] on a transport of our own (`transport`): octocrab authenticates, writes
//! requests and reads answers and refusals; the transport decides where they go, how long and how often
//! is asked, and how much is read (`docs/decisions/0013-github.md`).

pub mod branch;
mod budget;
mod client;
mod connections;
mod error;
pub mod files;
pub mod folders;
mod graphql;
mod name;
pub mod tags;
mod transport;
pub mod waits;

/// All questions that are asked in bulk have this many times the time of one together.
pub const SHARES: u32 = 4;

pub use client::{Client, segment};
pub use error::ApiError;
pub use graphql::{Envelope, GraphqlError};
pub use name::{RepositoryName, is_commit};
