//! The HTTP client, made when the first request needs it.

use std::sync::OnceLock;

use reqwest::header::HeaderValue;
use reqwest::redirect::{Attempt, Policy};
use reqwest::{Client, ClientBuilder};
use url::Url;

use super::failure;
use crate::registry::FetchProblem;
use crate::registry::urls::is_loopback;

/// Redirects that are followed, all within the origin that was asked.
const MAX_REDIRECTS: usize = 3;

/// One client for the network, with the system's proxy, and one for this machine, without.
pub(super) struct Clients {
    user_agent: HeaderValue,
    network: OnceLock<Result<Client, FetchProblem>>,
    loopback: OnceLock<Result<Client, FetchProblem>>,
}

impl Clients {
    pub(super) const fn new(user_agent: HeaderValue) -> Self {
        Self {
            user_agent,
            network: OnceLock::new(),
            loopback: OnceLock::new(),
        }
    }

    /// The `User-Agent` of every request.
    pub(super) const fn user_agent(&self) -> &HeaderValue {
        &self.user_agent
    }

    /// The client for `url`.
    ///
    /// # Errors
    /// [`FetchProblem::Connection`], which says why none could be made.
    pub(super) fn for_url(&self, url: &Url) -> Result<&Client, FetchProblem> {
        let client = if is_loopback(url) {
            self.loopback
                .get_or_init(|| finish(self.builder().no_proxy()))
        } else {
            self.network.get_or_init(|| finish(self.builder()))
        };
        client.as_ref().map_err(Clone::clone)
    }

    fn builder(&self) -> ClientBuilder {
        Client::builder()
            .user_agent(self.user_agent.clone())
            .redirect(Policy::custom(same_origin))
            .referer(false)
            // Retries are decided in one place: `registry::retry`.
            .retry(reqwest::retry::never())
    }
}

fn finish(builder: ClientBuilder) -> Result<Client, FetchProblem> {
    builder.build().map_err(|error| {
        let cause = failure::describe(error);
        FetchProblem::Connection(format!("no HTTP client could be made: {cause}"))
    })
}

/// Follows a redirect only to the scheme, host and port that were asked: anything else would let an
/// answer choose where evidence comes from (verification.md F 35). After [`MAX_REDIRECTS`] the
/// redirect itself is the answer.
fn same_origin(attempt: Attempt<'_>) -> reqwest::redirect::Action {
    let target = attempt.url();
    let same = attempt
        .previous()
        .first()
        .is_some_and(|asked| asked.origin() == target.origin());
    if !same || !target.username().is_empty() || target.password().is_some() {
        attempt.error("another origin")
    } else if attempt.previous().len() > MAX_REDIRECTS {
        attempt.stop()
    } else {
        attempt.follow()
    }
}
