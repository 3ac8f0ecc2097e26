//! Why GitHub gave no answer.

use std::time::Duration;

/// Longest text of GitHub's that is repeated, in characters.
const MAX_MESSAGE: usize = 300;

/// Why GitHub gave no usable answer, for people.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ApiError {
    /// It refused.
    #[error("GitHub answered {status}: {message}")]
    Status {
        /// The status.
        status: u16,
        /// GitHub's words.
        message: String,
    },
    /// Its rate limit holds for longer than a step waits.
    #[error("GitHub's rate limit holds for another {} s, longer than a step waits", wait.as_secs())]
    Limited {
        /// How long it asks to wait.
        wait: Duration,
    },
    /// It has taken all of the time that a step has for it.
    #[error("GitHub is not asked any more: it has taken all of the time that this step has for it")]
    Spent,
    /// It may not be asked.
    #[error(
        "GitHub is not asked: GITHUB_API_URL begins with `http:`, and no token is sent in clear text"
    )]
    ClearText,
    /// There was no answer.
    #[error("GitHub could not be reached: {0}")]
    Connection(String),
    /// There was no whole answer in time.
    #[error("GitHub could not be reached: no answer within {} s", .0.as_secs())]
    Late(Duration),
    /// The answer is not what GitHub documents.
    #[error("GitHub's answer cannot be read: {0}")]
    Unreadable(String),
}

impl ApiError {
    /// The status of a refusal.
    pub fn status(&self) -> Option<u16> {
        match self {
            Self::Status { status, .. } => Some(*status),
            Self::Limited { .. }
            | Self::Spent
            | Self::ClearText
            | Self::Connection(_)
            | Self::Late(_)
            | Self::Unreadable(_) => None,
        }
    }

    /// GitHub's words in a refusal.
    pub fn message(&self) -> Option<&str> {
        match self {
            Self::Status { message, .. } => Some(message),
            Self::Limited { .. }
            | Self::Spent
            | Self::ClearText
            | Self::Connection(_)
            | Self::Late(_)
            | Self::Unreadable(_) => None,
        }
    }

    /// Whether the token may not do this, as far as GitHub lets it be known: 404 stands for "not
    /// yours to see" too.
    pub fn is_refusal(&self) -> bool {
        matches!(self.status(), Some(401 | 403 | 404))
    }

    /// Whether it may have been done all the same.
    pub fn is_unclear(&self) -> bool {
        match self {
            Self::Status { status, .. } => *status >= 500,
            Self::Connection(_) | Self::Late(_) | Self::Unreadable(_) => true,
            Self::Limited { .. } | Self::Spent | Self::ClearText => false,
        }
    }
}

/// What octocrab's error means.
#[expect(
    clippy::wildcard_enum_match_arm,
    reason = "octocrab has more kinds in every version, and each has a text"
)]
pub(crate) fn of(error: &octocrab::Error) -> ApiError {
    match error {
        octocrab::Error::GitHub { source, .. } => {
            let status = source.status_code.as_u16();
            let message = match (status, source.message.as_str()) {
                (300..=399, _) => {
                    "it leads elsewhere, which is not followed; has the repository been renamed?"
                }
                // What is no JSON is a proxy's page.
                (_, message) if source.documentation_url.is_none() && message.starts_with('<') => {
                    "without a reason"
                }
                (_, message) => message,
            };
            ApiError::Status {
                status,
                message: message.chars().take(MAX_MESSAGE).collect(),
            }
        }
        octocrab::Error::Service { source, .. } => source
            .downcast_ref::<ApiError>()
            .cloned()
            .unwrap_or_else(|| failed(source.as_ref())),
        octocrab::Error::Json { source, .. } => {
            let text = source.to_string();
            ApiError::Unreadable(text.chars().take(MAX_MESSAGE).collect())
        }
        other => failed(other),
    }
}

/// The causes of an error in one line, without what octocrab adds for its developers.
pub(crate) fn failed(error: &dyn std::error::Error) -> ApiError {
    let mut text = String::new();
    let mut cause: Option<&dyn std::error::Error> = Some(error);
    while let Some(next) = cause {
        let line = next.to_string();
        let line = line.lines().next().unwrap_or_default();
        if !text.contains(line) {
            let separator = if text.is_empty() { "" } else { ": " };
            text.push_str(separator);
            text.push_str(line);
        }
        cause = next.source();
    }
    ApiError::Connection(text.chars().take(MAX_MESSAGE).collect())
}
