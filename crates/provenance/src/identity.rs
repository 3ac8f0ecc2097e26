//! Who built it and from where: repositories, workflows, refs and publishers, parsed and compared
//! as values, never as text with prefixes (docs/verification.md#e).

pub mod escaping;
mod git_ref;
mod issuer;
mod publisher;
mod repository;
mod signer;
#[cfg(test)]
mod tests;
mod workflow;

pub use git_ref::GitRef;
pub use issuer::{is_github_enterprise, kind_of_issuer, may_be_issuer_of};
pub use publisher::PublisherKind;
pub use repository::{Repository, RepositoryError};
pub use signer::SignerIdentity;
pub use workflow::{same_workflow, workflow_from_config_uri};
