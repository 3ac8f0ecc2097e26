//! The one way to the network: an admitted request, its attempts within one time budget, and the only
//! loop that retries.

use std::time::Duration;

use backon::BackoffBuilder as _;
use jiff::Timestamp;
use reqwest::header::{HeaderMap, HeaderValue};
use reqwest::{Client, Version};
use tokio::time::{Instant, sleep, timeout};

use super::client::Clients;
use super::clock::Clock;
use super::failure::{self, Failure};
use super::limiter::{Ending, HostLimiters, Permit};
use super::request::HttpRequest;
use super::response;
use crate::exchange::{Exchange, Origin};
use crate::retry::RetryPolicy;
use package_provenance::evidence::{Body, FetchProblem};

/// What a server answered.
#[derive(Debug, Clone)]
pub(crate) enum Answer {
    /// The document, with the headers of the answer.
    Found(Body, HeaderMap),
    /// There is no such document; the headers of the answer that says so.
    Missing(HeaderMap),
    /// It is the one that the conditions in the request name.
    NotModified(HeaderMap),
}

impl Answer {
    /// Bytes of the document.
    pub(super) fn length(&self) -> usize {
        match self {
            Self::Found(body, _) => body.len(),
            Self::Missing(_) | Self::NotModified(_) => 0,
        }
    }
}

/// Sends requests, with one retry policy and one limiter for each host.
pub(super) struct Network {
    clients: Clients,
    limiters: HostLimiters,
    clock: Clock,
    retry: RetryPolicy,
}

impl Network {
    /// Prepares to send requests, at `now`. No connection is made, and no client built, before the
    /// first one.
    pub(super) fn new(
        clients: Clients,
        limiters: HostLimiters,
        now: Option<Timestamp>,
        retry: RetryPolicy,
    ) -> Self {
        Self {
            clients,
            limiters,
            clock: Clock::set(now),
            retry,
        }
    }

    /// The `User-Agent` of every request.
    pub(super) const fn user_agent(&self) -> &HeaderValue {
        self.clients.user_agent()
    }

    /// Sends `request` until there is an answer, the failure is final or the time is up. Only attempts
    /// and the pauses between them spend the time `budget`, not the wait for a permit: a long queue is
    /// no failure of the host.
    pub(super) async fn send(
        &self,
        request: &HttpRequest,
        budget: Duration,
    ) -> Result<Answer, FetchProblem> {
        let client = self.clients.for_url(&request.url)?;
        let host = self.limiters.of(&request.url);
        let mut bounds = self.retry.bounds().build();
        let mut remaining = budget;
        let mut attempts = 0_usize;
        let mut charge = None;
        let mut last = None;
        loop {
            let permit = match host.acquire().await {
                Ok(permit) => permit,
                // What was asked already has failed by itself.
                Err(refusal) => return Err(last.unwrap_or(refusal)),
            };
            let charge = charge.get_or_insert_with(|| host.charge());
            attempts += 1;
            // With little of the budget left, a host that is well may be too slow.
            let hurried = remaining.saturating_mul(3) < budget;
            let started = Instant::now();
            let (status, outcome) = self
                .attempt(client, request, permit, (remaining, budget), hurried)
                .await;
            let took = started.elapsed();
            remaining = remaining.saturating_sub(took);
            let exchange = Exchange {
                url: &request.shown,
                status,
                took,
                attempt: attempts,
                bytes: None,
                origin: Origin::Network,
            };
            let failure = match outcome {
                Some(Ok(answer)) => {
                    let bytes = Some(answer.length());
                    Exchange { bytes, ..exchange }.log("");
                    charge.waive();
                    return Ok(answer);
                }
                Some(Err(failure)) => failure,
                None => {
                    exchange.log("not in time");
                    let earlier = last.filter(|_| hurried);
                    return Err(earlier.unwrap_or_else(|| late(budget)));
                }
            };
            let delay =
                RetryPolicy::delay(failure.retry, bounds.next(), remaining, fastrand::f64());
            let Some(delay) = delay else {
                exchange.log(&failure.problem.to_string());
                return Err(failure.problem);
            };
            let again = delay.as_millis();
            exchange.log(&format!("{}; again in {again} ms", failure.problem));
            last = Some(failure.problem);
            sleep(delay).await;
            remaining = remaining.saturating_sub(delay);
        }
    }

    /// Sends `request` once, and tells the limiter how that ended: the answer's status, where one
    /// began, and what it came to, unless it was not complete within `remaining`.
    async fn attempt(
        &self,
        client: &Client,
        request: &HttpRequest,
        mut permit: Permit,
        (remaining, budget): (Duration, Duration),
        hurried: bool,
    ) -> (Option<u16>, Option<Result<Answer, Failure>>) {
        let mut status = None;
        let exchange = self.exchange(client, request, &mut permit, &mut status, budget);
        let (ending, outcome) = match timeout(remaining, exchange).await {
            Ok((ending, outcome)) => (ending, Some(outcome)),
            Err(_elapsed) if hurried => (Ending::Unknown, None),
            Err(_elapsed) if status.is_some() => (Ending::Unfinished, None),
            Err(_elapsed) => (Ending::Silent, None),
        };
        permit.finish(ending);
        (status, outcome)
    }

    async fn exchange(
        &self,
        client: &Client,
        request: &HttpRequest,
        permit: &mut Permit,
        status: &mut Option<u16>,
        budget: Duration,
    ) -> (Ending, Result<Answer, Failure>) {
        let sent = client
            .get(request.url.clone())
            .headers(request.headers.clone());
        let response = match sent.send().await {
            Ok(response) => response,
            Err(error) => return (failure::ending(&error), Err(Failure::of(error))),
        };
        permit.began(response.version() == Version::HTTP_2);
        *status = Some(response.status().as_u16());
        let outcome = response::read(response, request, self.clock.now()).await;
        // Not before the answer is complete: a host that begins answers and ends none keeps waiting too.
        let ending = match &outcome {
            Ok(_) => Ending::Answered,
            Err(failure) => failure.slow_down().map_or(Ending::Heard, |pause| {
                // A pause beyond the budget of any request would only be waited for in vain.
                let fits = pause < budget;
                Ending::SlowDown(if fits { pause } else { Duration::ZERO })
            }),
        };
        (ending, outcome)
    }
}

/// The time is up.
pub(super) fn late(budget: Duration) -> FetchProblem {
    let seconds = budget.as_millis().div_ceil(1000);
    FetchProblem::Timeout {
        seconds: seconds.try_into().unwrap_or(u64::MAX),
    }
}
