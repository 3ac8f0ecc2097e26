//! The HTTP client, made when the first request needs it.

use std::sync::{Arc, OnceLock};
use std::time::Duration;

use reqwest::header::HeaderValue;
use reqwest::redirect::{Attempt, Policy};
use reqwest::{Client, ClientBuilder};
use url::Url;

use super::dns::Names;
use super::failure;
use crate::credentials::Credentials;
use crate::urls::is_loopback;
use package_provenance::evidence::FetchProblem;

/// Redirects that are followed, all within the origin that was asked.
const MAX_REDIRECTS: usize = 3;

/// How long one connection may take to be made, so that a host that swallows packets leaves time
/// to say so.
const CONNECT: Duration = Duration::from_secs(10);

/// How often an HTTP/2 connection with requests under way is asked whether it still lives, and how
/// long that answer may take: one connection carries everything, and it may die without a word.
const PING: Duration = Duration::from_secs(5);

/// One client for the network, with the system's proxy, and one for this machine, without.
pub(super) struct Clients {
    user_agent: HeaderValue,
    credentials: Arc<Credentials>,
    per_host: usize,
    names: Names,
    network: OnceLock<Result<Client, FetchProblem>>,
    loopback: OnceLock<Result<Client, FetchProblem>>,
}

impl Clients {
    /// Clients that keep up to `per_host` idle connections to a host, and every one of
    /// `credentials` within its scope.
    pub(super) fn new(
        user_agent: HeaderValue,
        credentials: Arc<Credentials>,
        per_host: usize,
    ) -> Self {
        Self {
            user_agent,
            credentials,
            per_host,
            names: Names::default(),
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

    /// What is not set here is as it should be in reqwest: TLS by the platform's certificates (or
    /// `SSL_CERT_FILE`), HTTP/2 where ALPN offers it, `TCP_NODELAY`, gzip. HTTP/2's
    /// receive windows stay fixed (2 MiB per document, 5 MiB in all): adaptive ones start at
    /// 64 KiB and cost the first documents their round trips.
    fn builder(&self) -> ClientBuilder {
        let credentials = Arc::clone(&self.credentials);
        Client::builder()
            .dns_resolver(self.names.clone())
            .connect_timeout(CONNECT)
            .pool_max_idle_per_host(self.per_host)
            .http2_keep_alive_interval(PING)
            .http2_keep_alive_timeout(PING)
            .user_agent(self.user_agent.clone())
            .redirect(Policy::custom(move |attempt| {
                within_reach(attempt, &credentials)
            }))
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

/// Follows a redirect only to the scheme, host and port that were asked, and only where the same
/// credential belongs: anything else would let an answer choose where evidence comes from
/// (docs/verification.md#f35) or who gets the credential. After [`MAX_REDIRECTS`] the redirect
/// itself is the answer.
fn within_reach(attempt: Attempt<'_>, credentials: &Credentials) -> reqwest::redirect::Action {
    let target = attempt.url();
    let same = attempt.previous().first().is_some_and(|asked| {
        asked.origin() == target.origin() && credentials.may_follow(asked, target)
    });
    if !same || !target.username().is_empty() || target.password().is_some() {
        attempt.error("another origin")
    } else if attempt.previous().len() > MAX_REDIRECTS {
        attempt.stop()
    } else {
        attempt.follow()
    }
}
