//! Why there is no trust material.

use std::fmt;
use std::sync::Arc;

use super::TrustMaterial;

/// Why trust material could not be loaded: the file and the reason.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct TrustError(pub String);

/// Why there is no trust material, although everything that was asked for could be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TrustFailure {
    /// Whether something was served that does not verify. If not, nothing usable could be had.
    pub refused: bool,
    /// What happened, and what to do.
    pub problem: String,
}

impl fmt::Display for TrustFailure {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            formatter,
            "the trust material could not be established: {}",
            self.problem
        )
    }
}

impl std::error::Error for TrustFailure {}

/// Trust material, or why there is none.
pub type Established = Result<Arc<TrustMaterial>, TrustFailure>;
