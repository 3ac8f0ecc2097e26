//! The client: octocrab on our transport.

use std::sync::Arc;
use std::time::Duration;

use http_body_util::BodyExt as _;
use octocrab::{AuthState, Octocrab, OctocrabBuilder};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::json;

use super::budget::Budget;
use super::connections::Connections;
use super::error::{self, ApiError};
use super::graphql::Envelope;
use super::transport::Transport;
use crate::credentials::Secret;
use crate::http::BaseUrl;
use package_provenance::json;

const SEGMENT: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'_')
    .remove(b'.')
    .remove(b'~');

/// Asks one GitHub.
#[derive(Clone)]
pub struct Client {
    api: Octocrab,
    transport: Transport,
    token: Option<Secret>,
}

impl Client {
    /// A client for the GitHub whose API is at `base`. Without a token, only what is public can be
    /// read; without https, nothing is asked. Wants a tokio runtime.
    ///
    /// # Errors
    /// A sentence for people.
    pub fn new(base: &str, token: Option<&str>) -> Result<Self, String> {
        let base = origin(base).map_err(|error| format!("GITHUB_API_URL: {error}"))?;
        // http is accepted for this machine only.
        let local = base
            .as_ref()
            .is_some_and(|base| base.to_string().starts_with("http:"));
        if token.is_some_and(|token| !token.bytes().all(|byte| byte.is_ascii_graphic())) {
            return Err("the token cannot be sent in a header".to_owned());
        }
        let token = token.map(|token| Secret::new(token.to_owned()));
        let transport = Transport::new(Connections::new(local), base, Budget::whole());
        Ok(Self::over(transport, token))
    }

    fn over(transport: Transport, token: Option<Secret>) -> Self {
        let auth = token.as_ref().map_or(AuthState::None, |token| {
            // octocrab sends it with addresses that name no host only, which is how all of ours are
            // written; the transport then adds the one host that there is.
            AuthState::AccessToken {
                token: token.expose().to_owned().into(),
            }
        });
        let Ok(api) = OctocrabBuilder::new_empty()
            .with_service(transport.clone())
            .with_auth(auth)
            .build();
        Self {
            api,
            transport,
            token,
        }
    }

    /// The same for what is not worth a long wait: it never uses up the time that the delivery of
    /// the report may need.
    #[must_use]
    pub fn hurried(&self) -> Self {
        let budget = self.transport.budget().hurried();
        let transport = self.transport.with_budget(Arc::new(budget));
        Self::over(transport, self.token.clone())
    }

    /// The same with `time` of its own, from now on, for all of its requests and waits together, however many of
    /// them there are at once.
    #[must_use]
    pub fn within(&self, time: Duration) -> Self {
        let transport = self.transport.with_budget(Arc::new(Budget::from_now(time)));
        Self::over(transport, self.token.clone())
    }

    /// What is left of its time.
    pub(super) fn left(&self) -> Duration {
        self.transport.budget().left()
    }

    /// The same with a share of at most `time` for one question after the other.
    #[must_use]
    pub fn share(&self, time: Duration) -> Self {
        let budget = self.transport.budget().share(time);
        let transport = self.transport.with_budget(Arc::new(budget));
        Self::over(transport, self.token.clone())
    }

    /// Whether there is a token.
    pub const fn has_token(&self) -> bool {
        self.token.is_some()
    }

    /// The host of the repositories that this API knows, such as `github.com`; none where nothing may be
    /// asked. An API at an address of which that cannot be said, such as a proxy's, is taken for
    /// github.com's.
    pub fn host(&self) -> Option<String> {
        let base = self.transport.base()?.folder();
        let host = base.host_str()?;
        Some(if base.path().trim_end_matches('/') == "/api/v3" {
            // GitHub Enterprise Server.
            host.to_owned()
        } else if let Some(tenant) = host
            .strip_prefix("api.")
            .filter(|it| it.ends_with(".ghe.com"))
        {
            // GitHub Enterprise Cloud with data residency.
            tenant.to_owned()
        } else {
            "github.com".to_owned()
        })
    }

    /// Takes `wait` from the run's budget, if it is there.
    pub fn may_wait(&self, wait: Duration) -> bool {
        self.transport.budget().may_wait(wait)
    }

    /// octocrab itself, for what it has a typed function for. Its results go through `checked`.
    pub const fn api(&self) -> &Octocrab {
        &self.api
    }

    /// Reads `route`, which starts with a slash and is encoded already.
    ///
    /// # Errors
    /// [`ApiError`].
    pub async fn get<T: DeserializeOwned>(
        &self,
        route: &str,
        query: &[(&str, &str)],
    ) -> Result<T, ApiError> {
        let query = Some(query).filter(|query| !query.is_empty());
        checked(self.api.get(route, query).await)
    }

    /// Makes something at `route`.
    ///
    /// # Errors
    /// [`ApiError`].
    pub async fn post<B: Serialize, T: DeserializeOwned>(
        &self,
        route: &str,
        body: &B,
    ) -> Result<T, ApiError> {
        checked(self.api.post(route, Some(body)).await)
    }

    /// Changes something at `route`.
    ///
    /// # Errors
    /// [`ApiError`].
    pub async fn patch<B: Serialize, T: DeserializeOwned>(
        &self,
        route: &str,
        body: &B,
    ) -> Result<T, ApiError> {
        checked(self.api.patch(route, Some(body)).await)
    }

    /// Asks GraphQL, which answers in part: what could not be had is among the errors.
    ///
    /// # Errors
    /// [`ApiError`] where there is no answer at all.
    pub async fn graphql(&self, query: &str) -> Result<Envelope, ApiError> {
        let answer = self
            .api
            ._post("/graphql", Some(&json!({ "query": query })))
            .await;
        let answer = checked(match answer {
            Ok(answer) => octocrab::map_github_error(answer).await,
            Err(error) => Err(error),
        })?;
        let body = checked(answer.into_body().collect().await)?.to_bytes();
        json::from_slice(&body).map_err(|error| ApiError::Unreadable(error.to_string()))
    }
}

/// What octocrab says, in our words.
///
/// # Errors
/// [`ApiError`].
pub(super) fn checked<T>(result: octocrab::Result<T>) -> Result<T, ApiError> {
    result.map_err(|error| error::of(&error))
}

/// The API's address; none where it is right but for its `http:`. A server without https can still be
/// scanned on, and what it would have been asked says why it was not.
fn origin(text: &str) -> Result<Option<BaseUrl>, String> {
    BaseUrl::parse(text).map(Some).or_else(|error| {
        let secured = text
            .strip_prefix("http://")
            .map(|rest| format!("https://{rest}"));
        let right = secured.is_some_and(|text| BaseUrl::parse(&text).is_ok());
        right.then_some(None).ok_or(error)
    })
}

/// A part of a path, encoded.
pub fn segment(text: &str) -> String {
    utf8_percent_encode(text, SEGMENT).to_string()
}

#[cfg(test)]
mod tests {
    use std::net::TcpListener;
    use std::time::Instant;

    use super::*;

    /// A GitHub that takes connections and says nothing.
    #[tokio::test]
    async fn a_github_that_hangs_holds_a_run_no_longer_than_its_budget() {
        let silent = TcpListener::bind("127.0.0.1:0").unwrap();
        let base = format!("http://{}", silent.local_addr().unwrap());
        let most = Duration::from_millis(300);
        let client = Client::new(&base, None).unwrap().within(most);
        let begun = Instant::now();
        let late = client.get::<serde_json::Value>("/a", &[]).await;
        assert!(matches!(late, Err(ApiError::Late(_))), "{late:?}");
        for _ in 0..5 {
            let spent = client.get::<serde_json::Value>("/a", &[]).await;
            assert_eq!(spent, Err(ApiError::Spent));
            let hurried = client.hurried().graphql("query { viewer { login } }").await;
            assert!(matches!(hurried, Err(ApiError::Spent)));
        }
        assert!(begun.elapsed() < 20 * most, "{:?}", begun.elapsed());
    }

    #[tokio::test]
    async fn an_api_knows_the_repositories_of_one_host() {
        for (base, host) in [
            ("https://api.github.com", Some("github.com")),
            ("https://ghe.example/api/v3", Some("ghe.example")),
            ("https://ghe.example/api/v3/", Some("ghe.example")),
            ("https://api.acme.ghe.com", Some("acme.ghe.com")),
            ("http://127.0.0.1:9", Some("github.com")),
            ("http://ghe.example/api/v3", None),
        ] {
            let client = Client::new(base, None).unwrap();
            assert_eq!(client.host().as_deref(), host, "{base}");
        }
        assert!(Client::new("https://u:p@ghe.example", None).is_err());
        assert!(Client::new("https://api.github.com", Some("a\nb")).is_err());
    }
}
