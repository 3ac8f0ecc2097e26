//! Why a lock cannot be read.

use std::fmt;

use crate::place::Place;

/// Why a file as a whole cannot be read. Its text is for people and holds untrusted words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LockError {
    /// What sort of error it is.
    pub kind: LockErrorKind,
    /// The file, as it was named.
    pub path: String,
    /// Where in the file, where there is such a place.
    pub place: Option<Place>,
    /// What is wrong and what to do, without the place.
    pub message: String,
}

/// The sorts of errors.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LockErrorKind {
    /// No name of a known format.
    Unknown,
    /// A known format in a version that is not read.
    Unsupported,
    /// Beyond a limit.
    TooLarge,
    /// Not well-formed.
    Malformed,
}

impl LockError {
    fn of(kind: LockErrorKind, path: &str, message: String) -> Self {
        Self {
            kind,
            path: path.to_owned(),
            place: None,
            message,
        }
    }

    pub(crate) fn unknown(path: &str) -> Self {
        let message = "this is no lock file that is known; known are package-lock.json, \
                       npm-shrinkwrap.json, uv.lock, pylock.toml, requirements.txt with hashes, go.sum";
        Self::of(LockErrorKind::Unknown, path, message.to_owned())
    }

    pub(crate) fn unsupported(path: &str, message: String) -> Self {
        Self::of(LockErrorKind::Unsupported, path, message)
    }

    pub(crate) fn too_large(path: &str, message: String) -> Self {
        Self::of(LockErrorKind::TooLarge, path, message)
    }

    pub(crate) fn malformed(path: &str, message: String) -> Self {
        Self::of(LockErrorKind::Malformed, path, message)
    }

    pub(crate) fn at(self, place: Place) -> Self {
        Self {
            place: Some(place),
            ..self
        }
    }
}

impl std::error::Error for LockError {}

/// `path:line:column: message`.
impl fmt::Display for LockError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.place {
            Some(place) => write!(formatter, "{place}: {}", self.message),
            None => write!(formatter, "{}: {}", self.path, self.message),
        }
    }
}
