//! Branches and tags by git's grammar.

use std::fmt;

use super::GitError;
use crate::identity::GitRef;

/// Longest name, in bytes.
const LONGEST: usize = 255;

/// A branch or a tag: a full ref name by the grammar of `git check-ref-format`. Nothing else is taken,
/// in particular not `refs/pull/…`, which holds what anybody proposes, and neither `owner:branch` nor
/// `a...b`, by which GitHub's addresses mean something else.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct FollowedRef(String);

impl FollowedRef {
    /// The branch or tag that a spec's ref means; none where it means a commit or something that is
    /// neither.
    ///
    /// # Errors
    /// What is wrong with a name, as the end of a sentence about it.
    pub fn of(git_ref: &GitRef) -> Result<Option<Self>, GitError> {
        match git_ref.meant() {
            GitRef::Branch(name) => Self::checked("refs/heads/", &name).map(Some),
            GitRef::Tag(name) => Self::checked("refs/tags/", &name).map(Some),
            GitRef::Commit(_) | GitRef::Other(_) => Ok(None),
        }
    }

    /// The branch of this name.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn branch(name: &str) -> Result<Self, GitError> {
        Self::checked("refs/heads/", name)
    }

    /// The tag of this name.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn tag(name: &str) -> Result<Self, GitError> {
        Self::checked("refs/tags/", name)
    }

    /// Rules 1 to 10 of `git check-ref-format`.
    fn checked(prefix: &str, name: &str) -> Result<Self, GitError> {
        let part = |part: &str| {
            !part.is_empty()
                && !part.starts_with('.')
                && !part.to_ascii_lowercase().ends_with(".lock")
        };
        let forbidden =
            |c: char| c.is_control() || matches!(c, ' ' | '~' | '^' | ':' | '?' | '*' | '[' | '\\');
        let sound = name.len() <= LONGEST
            && name.split('/').all(part)
            && !name.contains(forbidden)
            && !name.contains("..")
            && !name.contains("@{")
            && !name.ends_with('.')
            && name != "@";
        // A branch whose name begins so is read as another ref by some of git's own tools.
        if !sound || name.starts_with('-') || name.starts_with("refs/") {
            return Err(GitError("is not a name that git allows".to_owned()));
        }
        Ok(Self(format!("{prefix}{name}")))
    }

    /// `refs/heads/…` or `refs/tags/…`.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// `branch` or `tag`.
    pub fn kind(&self) -> &'static str {
        if self.0.starts_with("refs/tags/") {
            "tag"
        } else {
            "branch"
        }
    }

    /// The name without its kind.
    pub fn name(&self) -> &str {
        let name = self.0.strip_prefix("refs/heads/");
        name.or_else(|| self.0.strip_prefix("refs/tags/"))
            .unwrap_or(&self.0)
    }
}

impl fmt::Display for FollowedRef {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}
