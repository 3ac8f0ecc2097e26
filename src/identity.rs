//! Who built it and from where: repositories, workflows, refs and publishers, parsed and compared
//! as values, never as text with prefixes (verification.md E).

use std::fmt;

use serde::{Serialize, Serializer};

/// A code repository: a host and a path such as `owner/name`.
///
/// Compared ASCII-case-insensitively, because GitHub's and GitLab's names are; shown as written.
#[derive(Debug, Clone)]
pub struct Repository {
    host: String,
    path: String,
}

/// Why a text names no repository. The text is for people.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct RepositoryError(pub String);

/// The service whose identity signed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
pub enum PublisherKind {
    /// GitHub Actions.
    GitHub,
    /// GitLab CI/CD on gitlab.com.
    GitLab,
    /// A Google account or service account.
    Google,
    /// CircleCI.
    CircleCI,
}

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

impl Repository {
    /// Reads what a person declared: `owner/name` (on `default_host`), a web address, a git URL in
    /// any of npm's and git's spellings, or `github:`/`gitlab:` shorthands.
    ///
    /// # Errors
    /// [`RepositoryError`] says what is wrong and what to write instead.
    pub fn declared(text: &str, default_host: &str) -> Result<Self, RepositoryError> {
        let _ = (text, default_host);
        todo!()
    }

    /// Reads a certificate's source repository URI, which must be exactly `https://host/path`
    /// (CircleCI writes it without a scheme: `host/path`).
    ///
    /// # Errors
    /// [`RepositoryError`] where it is anything else.
    pub fn certified(text: &str, kind: PublisherKind) -> Result<Self, RepositoryError> {
        let _ = (text, kind);
        todo!()
    }

    /// The host, in lower case.
    pub fn host(&self) -> &str {
        &self.host
    }

    /// The path as written, such as `owner/name`.
    pub fn path(&self) -> &str {
        &self.path
    }

    /// `https://host/path`.
    pub fn url(&self) -> String {
        format!("https://{}/{}", self.host, self.path)
    }
}

impl PartialEq for Repository {
    fn eq(&self, other: &Self) -> bool {
        self.host.eq_ignore_ascii_case(&other.host) && self.path.eq_ignore_ascii_case(&other.path)
    }
}

impl Eq for Repository {}

impl fmt::Display for Repository {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.url())
    }
}

impl PublisherKind {
    /// Reads a declared kind, whatever its case.
    pub fn parse(text: &str) -> Option<Self> {
        [Self::GitHub, Self::GitLab, Self::Google, Self::CircleCI]
            .into_iter()
            .find(|kind| kind.as_str().eq_ignore_ascii_case(text))
    }

    /// The word that PyPI and dockyard use.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::GitHub => "GitHub",
            Self::GitLab => "GitLab",
            Self::Google => "Google",
            Self::CircleCI => "CircleCI",
        }
    }

    /// The host on which a bare `owner/name` of this kind lies.
    pub const fn default_host(self) -> &'static str {
        match self {
            Self::GitHub | Self::Google | Self::CircleCI => "github.com",
            Self::GitLab => "gitlab.com",
        }
    }
}

impl fmt::Display for PublisherKind {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.as_str())
    }
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
