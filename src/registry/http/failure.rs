//! What a failed exchange means: whether it may pass, and how it is told.

use std::error::Error;
use std::io;
use std::time::Duration;

use crate::registry::FetchProblem;
use crate::registry::retry::Retry;

/// Longest description of a failed connection, in characters.
const MAX_DESCRIPTION: usize = 200;

/// Why one attempt brought no answer, and whether another may.
#[derive(Debug)]
pub(super) struct Failure {
    pub(super) problem: FetchProblem,
    pub(super) retry: Retry,
}

impl Failure {
    /// Of an exchange that broke. A reset and a truncated or undecodable body may pass the next
    /// time. A refused redirect, a name that does not resolve, a certificate that is not trusted
    /// and a proxy that says no are final.
    pub(super) fn of(error: reqwest::Error) -> Self {
        if error.is_redirect() {
            return Self {
                problem: FetchProblem::Redirect,
                retry: Retry::Never,
            };
        }
        let lasting = error.is_builder() || (error.is_connect() && !was_torn(&error));
        Self {
            retry: if lasting {
                Retry::Never
            } else {
                Retry::Backoff
            },
            problem: FetchProblem::Connection(describe(error)),
        }
    }

    /// Whether the host asked to be sent less (RFC 6585, 4; RFC 9110, 15.6.4), and the pause that
    /// it asked for.
    pub(super) const fn slow_down(&self) -> Option<Option<Duration>> {
        match (&self.problem, self.retry) {
            (FetchProblem::Status(429 | 503), Retry::NotBefore(pause)) => Some(Some(pause)),
            (FetchProblem::Status(429), _) => Some(None),
            _ => None,
        }
    }
}

/// Whether the other side, or something on the way, ended the connection.
fn was_torn(error: &reqwest::Error) -> bool {
    causes(error)
        .filter_map(|cause| cause.downcast_ref::<io::Error>())
        .any(|error| {
            matches!(
                error.kind(),
                io::ErrorKind::ConnectionReset
                    | io::ErrorKind::ConnectionAborted
                    | io::ErrorKind::ConnectionRefused
                    | io::ErrorKind::BrokenPipe
                    | io::ErrorKind::UnexpectedEof
            )
        })
}

fn causes(error: &reqwest::Error) -> impl Iterator<Item = &(dyn Error + 'static)> {
    std::iter::successors(error.source(), |&cause| cause.source())
}

/// An error and its causes in one line, without the URL, which stands beside it already.
pub(super) fn describe(error: reqwest::Error) -> String {
    let error = error.without_url();
    let mut text = error.to_string();
    for cause in causes(&error) {
        text.push_str(": ");
        text.push_str(&cause.to_string());
    }
    text.chars().take(MAX_DESCRIPTION).collect()
}
