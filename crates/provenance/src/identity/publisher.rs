//! The services whose identities sign.

use std::fmt;

use serde::{Deserialize, Serialize};

/// The service whose identity signed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub enum PublisherKind {
    /// GitHub Actions.
    GitHub,
    /// GitLab CI/CD on gitlab.com.
    GitLab,
    /// A Google account or service account.
    Google,
    /// `CircleCI`.
    CircleCI,
}

impl PublisherKind {
    /// Every kind.
    pub const ALL: [Self; 4] = [Self::GitHub, Self::GitLab, Self::Google, Self::CircleCI];

    /// Reads a declared kind, whatever its case.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL
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
