//! Documents of servers that are no registries, with the registries' client, limits and retries.

use std::sync::Arc;

use backon::Retryable as _;
use reqwest::header::HeaderValue;
use tokio::time::{Instant, timeout_at};
use url::Url;

use super::USER_AGENT;
use super::answer;
use super::client::Clients;
use super::failure::Failure;
use crate::registry::credentials::Credentials;
use crate::registry::exchange::{Exchange, Origin};
use crate::registry::retry::{Retry, RetryPolicy};
use crate::registry::{Body, FetchProblem};

/// Idle connections kept to a server.
const CONNECTIONS: usize = 2;

/// Attempts in all. Fewer than a registry gets: something else is used where a server stays away,
/// and everybody waits for that.
const ATTEMPTS: usize = 4;

/// Asks for documents. No credential is ever sent.
#[derive(Clone)]
pub(crate) struct Documents {
    clients: Arc<Clients>,
    retry: RetryPolicy,
}

impl Documents {
    /// Prepares to ask. No connection is made, and no client built, before the first question.
    pub(crate) fn new() -> Self {
        Self {
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

    /// Asks until there is an answer of at most `limit` bytes, the failure is final or `deadline`
    /// has come. `Ok(None)`: the server says that there is no such document.
    pub(crate) async fn get(
        &self,
        url: &Url,
        limit: usize,
        deadline: Instant,
    ) -> Result<Option<Body>, FetchProblem> {
        let client = self.clients.for_url(url)?;
        let started = Instant::now();
        let attempt = async || {
            let sent = client.get(url.clone()).send().await;
            answer::document(sent.map_err(Failure::of)?, limit).await
        };
        let retried = attempt
            .retry(self.retry.bounds())
            .when(|failure: &Failure| failure.retry != Retry::Never)
            .adjust(|failure, bound| {
                let remaining = deadline.saturating_duration_since(Instant::now());
                RetryPolicy::delay(failure.retry, bound, remaining, fastrand::f64())
            });
        let outcome = timeout_at(deadline, retried).await;
        let told = |status, bytes, follows: &str| {
            let took = started.elapsed();
            let (attempt, origin) = (1, Origin::Network);
            Exchange {
                url,
                status,
                took,
                attempt,
                bytes,
                origin,
            }
            .tell(follows);
        };
        match outcome {
            Ok(Ok(body)) => {
                let bytes = body.as_ref().map(|body| body.len());
                told(Some(if body.is_some() { 200 } else { 404 }), bytes, "");
                Ok(body)
            }
            Ok(Err(failure)) => {
                told(None, None, &failure.problem.to_string());
                Err(failure.problem)
            }
            Err(_elapsed) => Err(FetchProblem::Timeout {
                seconds: deadline.duration_since(started).as_secs(),
            }),
        }
    }
}
