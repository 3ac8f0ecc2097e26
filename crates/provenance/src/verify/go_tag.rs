//! What a forge says of the tag that a Go module's version is made from. Nobody signs it: it warns.

use crate::evidence::Fetched;
use crate::evidence::git::TagAnswer;
use crate::git::{CommitId, RepositoryTag};
use crate::json;

/// A tag as the forge has it now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TagNow {
    /// Its full name, such as `refs/tags/v1.2.3`.
    pub name: String,
    /// The commit that it comes to; none where the repository has no such tag.
    pub commit: Option<CommitId>,
}

impl TagNow {
    /// Reads the answer about `tag`.
    ///
    /// # Errors
    /// Why it is not known, for people. May hold untrusted text.
    pub fn read(tag: &RepositoryTag, answer: &Fetched) -> Result<Self, String> {
        let name = tag.name.as_str().to_owned();
        let body = match answer {
            Fetched::Found(body) => body,
            Fetched::Missing => return Ok(Self { name, commit: None }),
            Fetched::Failed(error) => return Err(error.to_string()),
        };
        let told: TagAnswer = json::from_slice(body)
            .map_err(|error| format!("what is said of {tag} cannot be read: {error}"))?;
        if told.name != name {
            return Err(format!("what is said of {tag} is about another tag"));
        }
        let commit = CommitId::parse(&told.commit)
            .map_err(|error| format!("what is said of {tag}: the commit {error}"))?;
        Ok(Self {
            name,
            commit: Some(commit),
        })
    }
}
