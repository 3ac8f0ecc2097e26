//! Documents of servers that are no registries, with the registries' client, limits and retries.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use backon::Retryable as _;
use jiff::Timestamp;
use reqwest::Client;
use reqwest::header::HeaderValue;
use tokio::time::{Instant, timeout_at};
use url::Url;

use super::USER_AGENT;
use super::answer;
use super::client::Clients;
use super::clock::Clock;
use super::failure::Failure;
use crate::credentials::Credentials;
use crate::exchange::{Exchange, Origin};
use crate::retry::{Retry, RetryPolicy};
use package_provenance::evidence::{Body, FetchProblem};

/// Idle connections kept to a server.
const CONNECTIONS: usize = 2;

/// Attempts in all. Fewer than a registry gets: something else is used where a server stays away,
/// and everybody waits for that.
const ATTEMPTS: usize = 4;

/// Asks for documents. No credential is ever sent.
#[derive(Clone)]
pub(crate) struct Documents {
    clients: Arc<Clients>,
    clock: Clock,
    retry: RetryPolicy,
}

impl Documents {
    /// Prepares to ask, at `now`. No connection is made, and no client built, before the first
    /// question.
    pub(crate) fn new(now: Timestamp) -> Self {
        Self {
            clock: Clock::set(Some(now)),
            clients: Arc::new(Clients::new(
                HeaderValue::from_static(USER_AGENT),
                Arc::new(Credentials::default()),
                CONNECTIONS,
            )),
            retry: RetryPolicy {
                attempts: ATTEMPTS,
                ..RetryPolicy::default()
            },
        }
    }

    /// Asks the address, which may be shown as `shown`, until there is an answer of at most `limit` bytes, the failure is final or `deadline`
    /// has come. `Ok(None)`: the server says that there is no such document.
    pub(crate) async fn get(
        &self,
        (url, shown): (&Url, &str),
        limit: usize,
        deadline: Instant,
    ) -> Result<Option<Body>, FetchProblem> {
        let client = self.clients.for_url(url)?;
        let budget = deadline.saturating_duration_since(Instant::now());
        let attempts = AtomicUsize::new(0);
        let asked = async || {
            let number = attempts.fetch_add(1, Ordering::Relaxed) + 1;
            self.attempt(client, (url, shown), limit, number, (deadline, budget))
                .await
        };
        let retried = asked
            .retry(self.retry.bounds())
            .when(|failure: &Failure| failure.retry != Retry::Never)
            .adjust(|failure, bound| {
                let remaining = deadline.saturating_duration_since(Instant::now());
                RetryPolicy::delay(failure.retry, bound, remaining, fastrand::f64())
            });
        retried.await.map_err(|failure| failure.problem)
    }

    /// Asks once, and tells of it.
    async fn attempt(
        &self,
        client: &Client,
        (url, shown): (&Url, &str),
        limit: usize,
        attempt: usize,
        (deadline, budget): (Instant, Duration),
    ) -> Result<Option<Body>, Failure> {
        let started = Instant::now();
        let mut status = None;
        let asked = async {
            let response = client.get(url.clone()).send().await.map_err(Failure::of)?;
            status = Some(response.status().as_u16());
            answer::document(response, url, limit, self.clock.now()).await
        };
        let outcome = timeout_at(deadline, asked).await;
        let exchange = Exchange {
            url: shown,
            status,
            took: started.elapsed(),
            attempt,
            bytes: None,
            origin: Origin::Network,
        };
        let Ok(outcome) = outcome else {
            exchange.tell("not in time");
            let seconds = budget.as_secs();
            return Err(Failure {
                problem: FetchProblem::Timeout { seconds },
                retry: Retry::Never,
            });
        };
        match &outcome {
            Ok(body) => {
                let bytes = Some(body.as_ref().map_or(0, |body| body.len()));
                Exchange { bytes, ..exchange }.tell("");
            }
            Err(failure) => exchange.tell(&failure.problem.to_string()),
        }
        outcome
    }
}
