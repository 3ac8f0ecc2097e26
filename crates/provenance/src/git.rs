//! Content that is pinned by a git commit: which repository, which commit, which folder of it.
//!
//! A value of these types can be put into a question to a forge without a further look: a commit is a
//! whole object id, a ref is a branch or a tag by git's own grammar, and a path stays inside the
//! repository (docs/verification.md#g).

mod path;
mod refname;
mod tag;
#[cfg(test)]
mod tests;

use std::fmt;

pub use path::TreePath;
pub use refname::FollowedRef;
pub use tag::{RepositoryTag, pseudo_revision};

use crate::identity::Repository;

/// Why a text is not what it has to be. The text is for people.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct GitError(pub String);

/// A whole commit id: 40 (SHA-1) or 64 (SHA-256) hexadecimal digits, in lower case.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct CommitId(String);

impl CommitId {
    /// Reads a commit id. An abbreviation, a branch and a tag are none: what they mean can change.
    ///
    /// # Errors
    /// What it is instead, as the end of a sentence about the text.
    pub fn parse(text: &str) -> Result<Self, GitError> {
        let hexadecimal = text.bytes().all(|byte| byte.is_ascii_hexdigit());
        match (text.len(), hexadecimal) {
            (40 | 64, true) => Ok(Self(text.to_ascii_lowercase())),
            (0, _) => Err(GitError("is empty".to_owned())),
            (4..64, true) => Err(GitError(
                "is an abbreviated commit id, which may come to mean another commit".to_owned(),
            )),
            _ => Err(GitError(
                "is not a commit id; a branch or a tag can be moved to another commit".to_owned(),
            )),
        }
    }

    /// The id, in lower case.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Its first seven digits, for people.
    pub fn short(&self) -> &str {
        self.0.get(..7).unwrap_or(&self.0)
    }
}

impl fmt::Display for CommitId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

/// A folder of a repository at one commit, and the branch or tag whose history the commit has to be in.
/// The key by which specs share what a forge answers.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct PinnedFolder {
    /// Where it lies.
    pub repository: Repository,
    /// The commit.
    pub commit: CommitId,
    /// The branch or tag whose history must contain the commit; the repository's default branch
    /// where none is declared.
    pub followed: Option<FollowedRef>,
    /// The folder.
    pub path: TreePath,
}

impl fmt::Display for PinnedFolder {
    /// `owner/name@0123456`.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            formatter,
            "{}@{}",
            self.repository.path(),
            self.commit.short()
        )
    }
}
