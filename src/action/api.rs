//! GitHub's API, about one repository.

pub mod client;

pub use dockyard_registry::github::{ApiError, RepositoryName, is_commit, segment};
