//! Documents of servers that are no registries, with the registries' client, limits and retries.

use std::sync::Arc;

use jiff::Timestamp;
use reqwest::header::{HeaderMap, HeaderValue};
use tokio::time::{Instant, timeout};
use url::Url;

use super::USER_AGENT;
use super::client::Clients;
use super::limiter::HostLimiters;
use super::network::{Answer, Network, late};
use super::request::{Form, HttpRequest};
use crate::credentials::Credentials;
use crate::retry::RetryPolicy;
use package_provenance::evidence::{Body, FetchProblem};

/// Requests in flight to a server, and idle connections kept to it.
const CONNECTIONS: usize = 2;

/// Attempts in all. Fewer than a registry gets: something else is used where a server stays away,
/// and everybody waits for that.
const ATTEMPTS: usize = 4;

/// Asks for documents. No credential is ever sent.
#[derive(Clone)]
pub(crate) struct Documents(Arc<Network>);

impl Documents {
    /// Prepares to ask, at `now`. No connection is made, and no client built, before the first
    /// request. How long a server may fail is up to the deadlines.
    pub(crate) fn new(now: Timestamp) -> Self {
        let clients = Clients::new(
            HeaderValue::from_static(USER_AGENT),
            Arc::new(Credentials::default()),
            CONNECTIONS,
        );
        let retry = RetryPolicy {
            attempts: ATTEMPTS,
            ..RetryPolicy::default()
        };
        let limiters = HostLimiters::new(CONNECTIONS, std::time::Duration::MAX);
        Self(Arc::new(Network::new(clients, limiters, Some(now), retry)))
    }

    /// Asks the address, which may be shown as `shown`, until there is an answer of at most `limit`
    /// bytes, the failure is final or `deadline` has come. `Ok(None)`: the server says that there is
    /// no such document.
    pub(crate) async fn get(
        &self,
        (url, shown): (&Url, &str),
        limit: usize,
        deadline: Instant,
    ) -> Result<Option<Body>, FetchProblem> {
        let request = HttpRequest {
            url: url.clone(),
            shown: shown.to_owned(),
            headers: HeaderMap::new(),
            limit,
            form: Form::TrustDocument,
        };
        let budget = deadline.saturating_duration_since(Instant::now());
        // Waiting for a permit costs no budget, but the deadline holds all the same.
        let answer = timeout(budget, self.0.send(&request, budget)).await;
        match answer.unwrap_or_else(|_elapsed| Err(late(budget)))? {
            Answer::Found(body, _) => Ok(Some(body)),
            Answer::Missing(_) => Ok(None),
            Answer::NotModified(_) => Err(FetchProblem::Status(304)),
        }
    }
}
