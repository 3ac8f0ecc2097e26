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

    /// What people mean by it: a bare name that looks like a version is a tag, any other bare name a
    /// branch.
    #[must_use]
    pub fn meant(&self) -> Self {
        match self {
            Self::Other(name) if name.starts_with("refs/") => self.clone(),
            Self::Other(name) if is_version(name) => Self::Tag(name.clone()),
            Self::Other(name) => Self::Branch(name.clone()),
            Self::Tag(_) | Self::Branch(_) | Self::Commit(_) => self.clone(),
        }
    }

    /// Whether it is what a pull request (GitHub) or merge request (GitLab) proposes: code that nobody
    /// may have accepted. GitLab's certificates write `refs/heads/` before whatever was built (Fulcio's
    /// template), so that is looked through.
    pub fn is_proposed(&self) -> bool {
        const PROPOSED: [&str; 2] = ["refs/pull/", "refs/merge-requests/"];
        let (Self::Branch(name) | Self::Other(name)) = self else {
            return false;
        };
        PROPOSED.iter().any(|prefix| name.starts_with(prefix))
    }
}

/// `1.2`, `v1.2.3`, and in monorepos `name@1.2.3`.
fn is_version(name: &str) -> bool {
    let version = name.rsplit('@').next().unwrap_or(name);
    let number = version.strip_prefix('v').unwrap_or(version);
    number.starts_with(|first: char| first.is_ascii_digit()) && number.contains('.')
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
