//! Registries over HTTP: one client, one time budget, one retry policy, bounded bodies.

mod blocks;
mod client;
mod clock;
mod dns;
pub(crate) mod document;
pub(crate) mod failure;
mod limiter;
mod network;
mod request;
mod response;
mod shared;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use reqwest::header::HeaderValue;
use tokio::sync::Semaphore;

use super::EvidenceSource;
use super::cache::entry::Key;
use super::credentials::Credentials;
use super::retry::RetryPolicy;
use super::urls::Registries;
use client::Clients;
use limiter::HostLimiters;
use network::Network;
use package_provenance::evidence::{Asked, EvidenceRequest, FetchError, FetchProblem, Fetched};
use package_provenance::package::PackageVersion;
use shared::SharedDocuments;

pub(super) use network::Answer;
pub(super) use request::HttpRequest;
pub use shared::SharedDocument;

pub use super::urls::{BaseUrl, GoAddresses};

/// The default `User-Agent`.
const USER_AGENT: &str = concat!("dockyard-provenance/", env!("CARGO_PKG_VERSION"));

/// How registries are asked.
#[derive(Debug, Clone)]
pub struct HttpOptions {
    /// npm's registry.
    pub npm_registry: BaseUrl,
    /// The registries of npm's scopes that have their own, by the scope with its `@`.
    pub npm_scopes: BTreeMap<String, BaseUrl>,
    /// PyPI's simple index.
    pub pypi_index: BaseUrl,
    /// Go's module proxies and checksum database.
    pub go: GoAddresses,
    /// The registry that is asked for evidence of npm packages, where `npm_registry` is a mirror of it.
    pub npm_evidence: Option<BaseUrl>,
    /// The index that is asked for evidence, where `pypi_index` is a mirror of it.
    pub pypi_evidence: Option<BaseUrl>,
    /// The credentials, by where each may be sent.
    pub credentials: Credentials,
    /// Time budget of one request, its retries included.
    pub timeout: Duration,
    /// Requests in flight at once to one host, at most.
    pub concurrency: usize,
    /// What requests to one host that end without a document, or the word that there is none, may
    /// cost the run in all. Then that host is not asked again.
    pub failure_budget: Duration,
    /// What time it is, for dates in answers that do not say when they were sent. Without it such a
    /// date is not regarded.
    pub now: Option<Timestamp>,
    /// `User-Agent`.
    pub user_agent: String,
    /// Retries of transient failures.
    pub retry: RetryPolicy,
}

impl HttpOptions {
    /// The defaults: 30 s, 32 requests in flight to each host, five minutes for those that are not
    /// answered, no clock, retries as [`RetryPolicy`] has them.
    pub fn new(npm_registry: BaseUrl, pypi_index: BaseUrl) -> Self {
        Self {
            npm_registry,
            npm_scopes: BTreeMap::new(),
            pypi_index,
            go: GoAddresses::default(),
            npm_evidence: None,
            pypi_evidence: None,
            credentials: Credentials::default(),
            timeout: Duration::from_secs(30),
            concurrency: 32,
            failure_budget: Duration::from_secs(5 * 60),
            now: None,
            user_agent: USER_AGENT.to_owned(),
            retry: RetryPolicy::default(),
        }
    }
}

/// Why the options are not usable.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum HttpOptionsError {
    /// No request could ever be made.
    #[error(
        "at least one request must be allowed at once, and at most {}",
        Semaphore::MAX_PERMITS
    )]
    Concurrency,
    /// No answer could ever arrive.
    #[error("the time limit of a request must be between one millisecond and one day")]
    Timeout,
    /// No header value.
    #[error("the user agent holds characters that no HTTP header may hold")]
    UserAgent,
}

/// Asks registries over HTTP.
pub struct HttpSource {
    registries: Registries,
    credentials: Arc<Credentials>,
    network: Network,
    timeout: Duration,
    shared: SharedDocuments,
}

impl HttpSource {
    /// Prepares a source. No connection is made, and no client built, before the first request.
    ///
    /// # Errors
    /// [`HttpOptionsError`] where the options are not usable.
    pub fn new(options: HttpOptions) -> Result<Self, HttpOptionsError> {
        if !(1..=Semaphore::MAX_PERMITS).contains(&options.concurrency) {
            return Err(HttpOptionsError::Concurrency);
        }
        let day = Duration::from_secs(24 * 60 * 60);
        if !(Duration::from_millis(1)..=day).contains(&options.timeout) {
            return Err(HttpOptionsError::Timeout);
        }
        let user_agent = HeaderValue::try_from(options.user_agent)
            .map_err(|_invalid| HttpOptionsError::UserAgent)?;
        let credentials = Arc::new(options.credentials);
        let clients = Clients::new(user_agent, Arc::clone(&credentials), options.concurrency);
        let limiters = HostLimiters::new(options.concurrency, options.failure_budget);
        Ok(Self {
            registries: Registries {
                npm: options.npm_registry,
                npm_scopes: options.npm_scopes,
                go: options.go,
                pypi: options.pypi_index,
                npm_evidence: options.npm_evidence,
                pypi_evidence: options.pypi_evidence,
            },
            credentials,
            network: Network::new(clients, limiters, options.now, options.retry),
            timeout: options.timeout,
            shared: SharedDocuments::new(),
        })
    }

    /// Asks for the answer to `request` once, for everybody, while the result lives.
    pub fn share(&self, request: EvidenceRequest) -> Arc<SharedDocument> {
        self.shared.share(request)
    }

    /// What is sent for `request`.
    ///
    /// # Errors
    /// [`FetchProblem::NoEndpoint`] where the configured registry has no place for it.
    pub(super) fn prepare(&self, request: &EvidenceRequest) -> Result<HttpRequest, FetchProblem> {
        HttpRequest::new(&self.registries, &self.credentials, request)
    }

    /// Under what the answer to `prepared` may be cached, if it may.
    pub(super) fn key(&self, prepared: &HttpRequest) -> Option<Key> {
        prepared.key(self.network.user_agent())
    }

    /// Sends what was `prepared` for `request`, until there is an answer, the failure is final or the
    /// time is up.
    pub(super) async fn send(
        &self,
        request: &EvidenceRequest,
        prepared: &HttpRequest,
    ) -> Result<Answer, FetchProblem> {
        // Boxed, because what awaits it would hold its 15 KiB in each of several layers, for hundreds of
        // packages.
        let sent = Box::pin(self.network.send(prepared, self.timeout));
        let outcome = self.shared.answer(request, &prepared.headers, sent).await;
        outcome.map_err(|problem| self.with_advice(problem, request, prepared))
    }

    /// Says of a refusal what can be done about it.
    fn with_advice(
        &self,
        problem: FetchProblem,
        request: &EvidenceRequest,
        prepared: &HttpRequest,
    ) -> FetchProblem {
        match problem.status() {
            Some(status @ (401 | 403)) => FetchProblem::Refused {
                status,
                advice: (self.credentials).advice(request.ecosystem(), &prepared.url),
            },
            Some(_) | None => problem,
        }
    }
}

impl EvidenceSource for HttpSource {
    async fn fetch(&self, request: &EvidenceRequest) -> Fetched {
        let prepared = match self.prepare(request) {
            Ok(prepared) => prepared,
            Err(problem) => {
                let asked = request.evidence_path();
                return Fetched::Failed(FetchError { asked, problem });
            }
        };
        let problem = match self.send(request, &prepared).await {
            Ok(Answer::Found(body, _)) => return Fetched::Found(body),
            Ok(Answer::Missing(_)) => return Fetched::Missing,
            Ok(Answer::NotModified(_)) => FetchProblem::Status(304),
            Err(problem) => problem,
        };
        let asked = prepared.shown;
        Fetched::Failed(FetchError { asked, problem })
    }

    fn asked(&self, request: &EvidenceRequest) -> Option<Asked> {
        request::asked(&self.registries, &self.credentials, request)
    }

    fn is_mirrored(&self, package: &PackageVersion) -> bool {
        self.registries.is_mirrored(package)
    }
}
