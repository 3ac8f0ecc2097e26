//! What a failed exchange means: whether it may pass, and how it is described.

use std::error::Error;
use std::io;
use std::time::Duration;

use super::limiter::Ending;
use crate::retry::Retry;
use package_provenance::evidence::FetchProblem;

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

    /// The pause that a host asks for which asks to be sent less (RFC 6585, 4; RFC 9110, 15.6.4):
    /// none at all is zero.
    pub(super) const fn slow_down(&self) -> Option<Duration> {
        match (&self.problem, self.retry) {
            (FetchProblem::Status(429 | 503), Retry::NotBefore(pause)) => Some(pause),
            (FetchProblem::Status(429), _) => Some(Duration::ZERO),
            _ => None,
        }
    }
}

/// What an attempt says about its host that brought no answer.
pub(super) fn ending(error: &reqwest::Error) -> Ending {
    if error.is_redirect() {
        Ending::Redirected
    } else if error.is_connect() && error.is_timeout() {
        // That is final: the request has waited in vain.
        Ending::Silent
    } else if ended_connection(error) {
        Ending::ConnectionLost
    } else {
        Ending::Unknown
    }
}

/// Whether a connection ended that there was, and not one stream of it only (RFC 9113, 5.4.1).
fn ended_connection(error: &reqwest::Error) -> bool {
    let of_stream = causes(error)
        .filter_map(|cause| cause.downcast_ref::<h2::Error>())
        .any(h2::Error::is_reset);
    !error.is_builder() && !error.is_connect() && !of_stream
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

/// An error and its causes in one line, without the URL, which stands beside it already, and what
/// to do about it.
pub(super) fn describe(error: reqwest::Error) -> String {
    let error = error.without_url();
    let mut text = error.to_string();
    for cause in causes(&error) {
        text.push_str(": ");
        text.push_str(&cause.to_string());
    }
    let advice = advice(&text, error.is_dns());
    let described = text.chars().take(MAX_DESCRIPTION);
    described
        .chain(advice.into_iter().flat_map(str::chars))
        .collect()
}

/// The last word of [`describe`], or what it comes to: for a place where another line has the rest.
pub(crate) fn in_short(described: &str) -> String {
    let (causes, advice) = described.split_once("; ").unwrap_or((described, ""));
    let known = if causes.contains("tunnel error: failed to create") {
        "the proxy was not reached (HTTPS_PROXY, NO_PROXY)"
    } else if advice.starts_with("the host name could not be resolved") {
        "its host name could not be resolved"
    } else if causes.contains("UnknownIssuer") || causes.contains("CaUsedAsEndEntity") {
        "this machine does not trust its certificate (SSL_CERT_FILE can name whom to trust)"
    } else if causes.contains("invalid peer certificate") {
        "its certificate is not valid"
    } else if causes.contains("No CA certificates") {
        "this machine has no CA certificates (SSL_CERT_FILE can name some)"
    } else if causes.contains("tunnel error") {
        "the proxy refused (HTTPS_PROXY, NO_PROXY)"
    } else {
        causes.rsplit(": ").next().unwrap_or(causes)
    };
    known.to_owned()
}

/// What to do about failures that people can do something about. TLS and proxy errors have no type
/// that reqwest gives out; the tests hold their words over real connections.
fn advice(text: &str, is_dns: bool) -> Option<&'static str> {
    Some(
        if text.contains("tunnel error: failed to create underlying connection") {
            "; the proxy was not reached: check HTTPS_PROXY and NO_PROXY"
        } else if is_dns {
            "; the host name could not be resolved: check the registry's address, the network and, \
         where one is needed, HTTPS_PROXY"
        } else if text.contains("UnknownIssuer") || text.contains("CaUsedAsEndEntity") {
            "; no authority that this machine trusts vouches for the host: where a company's proxy or \
         a private registry has an authority of its own, set SSL_CERT_FILE to a PEM file with its \
         certificate"
        } else if text.contains("invalid peer certificate") {
            "; the host's certificate is not valid: check the registry's address and the clock of this \
         machine"
        } else if text.contains("No CA certificates") {
            "; install the system's CA certificates (ca-certificates), or set SSL_CERT_FILE to a PEM \
         file that holds some"
        } else if text.contains("tunnel error") {
            "; the proxy refused: check HTTPS_PROXY and NO_PROXY"
        } else {
            return None;
        },
    )
}
