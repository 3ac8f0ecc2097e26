//! Why evidence does not count: it fails, or it cannot be judged.

use super::observed::{Outcome, Unsupported};

/// Why a bundle, an attestation or a publisher does not count. Both keep it from being verified; only
/// the first accuses. The texts may hold untrusted text.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Failure {
    /// A check failed: which, and how.
    #[error("{0}")]
    Invalid(String),
    /// It cannot be judged now: the trust material may be older than what it rests on.
    #[error("{0}")]
    Undetermined(String),
    /// It cannot be judged by this program, however often it is asked.
    #[error("{0}")]
    Unsupported(Unsupported),
}

impl Failure {
    /// A kind, version or type that this program does not know; `cause` says which.
    pub(super) fn unsupported(cause: impl Into<String>) -> Self {
        Self::Unsupported(Unsupported::Other(cause.into()))
    }

    /// The one of both that counts, as [`worst`]: this one where neither is worse.
    pub(super) fn or_worse(self, other: Self) -> Self {
        if rank(&other) > rank(&self) {
            other
        } else {
            self
        }
    }
}

impl From<String> for Failure {
    fn from(reason: String) -> Self {
        Self::Invalid(reason)
    }
}

impl From<Failure> for Outcome {
    fn from(failure: Failure) -> Self {
        match failure {
            Failure::Invalid(reason) => Self::Invalid(reason),
            Failure::Undetermined(cause) => Self::Unknown(cause),
            Failure::Unsupported(cause) => Self::Unsupported(cause),
        }
    }
}

/// Of several failures the one that counts: what fails is never hidden behind what is not known, nor
/// what may be known the next time behind what this program never knows.
pub(super) fn worst(failures: impl IntoIterator<Item = Failure>) -> Option<Failure> {
    failures.into_iter().reduce(Failure::or_worse)
}

const fn rank(failure: &Failure) -> u8 {
    match failure {
        Failure::Unsupported(_) => 0,
        Failure::Undetermined(_) => 1,
        Failure::Invalid(_) => 2,
    }
}
