//! Why evidence does not count: it fails, or it cannot be judged.

use super::observed::Outcome;

/// Why a bundle, an attestation or a publisher does not count. Both keep it from being verified; only
/// the first accuses. The texts may hold untrusted text.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Failure {
    /// A check failed: which, and how.
    #[error("{0}")]
    Invalid(String),
    /// It is of a kind, or rests on trust material, that this program does not know.
    #[error("{0}")]
    Undetermined(String),
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
        }
    }
}

/// Of several failures the one that counts: what fails is never hidden behind what is not known.
pub(super) fn worst(failures: impl IntoIterator<Item = Failure>) -> Option<Failure> {
    failures
        .into_iter()
        .reduce(|worst, one| match (&worst, &one) {
            (Failure::Undetermined(_), Failure::Invalid(_)) => one,
            _ => worst,
        })
}
