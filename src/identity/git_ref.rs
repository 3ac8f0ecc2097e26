//! Git refs.

use std::fmt;

use serde::{Serialize, Serializer};

/// A git ref.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum GitRef {
    /// `refs/tags/…`: the tag's name.
    Tag(String),
    /// `refs/heads/…`: the branch's name.
    Branch(String),
    /// A commit id.
    Commit(String),
    /// Anything else, as written.
    Other(String),
}

impl GitRef {
    /// Reads a ref as a certificate or a spec writes it. A bare name is neither branch nor tag for
    /// sure: it is kept as [`GitRef::Other`].
    pub fn parse(text: &str) -> Self {
        if let Some(tag) = text.strip_prefix("refs/tags/") {
            Self::Tag(tag.to_owned())
        } else if let Some(branch) = text.strip_prefix("refs/heads/") {
            Self::Branch(branch.to_owned())
        } else if matches!(text.len(), 40 | 64) && text.bytes().all(|byte| byte.is_ascii_hexdigit())
        {
            Self::Commit(text.to_ascii_lowercase())
        } else {
            Self::Other(text.to_owned())
        }
    }
}

impl fmt::Display for GitRef {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Tag(tag) => write!(formatter, "refs/tags/{tag}"),
            Self::Branch(branch) => write!(formatter, "refs/heads/{branch}"),
            Self::Commit(other) | Self::Other(other) => formatter.write_str(other),
        }
    }
}

impl Serialize for GitRef {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}
