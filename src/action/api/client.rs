//! The repository that a step runs for, at GitHub.

use std::time::Duration;

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::{ApiError, RepositoryName};
use crate::action::inputs::Token;
use dockyard_registry::github;

/// Asks GitHub about one repository.
pub struct Client {
    github: github::Client,
    repository: RepositoryName,
}

impl Client {
    /// A client for `repository` on the GitHub whose API is at `base`. Without a token, only what
    /// is public can be read; without https, nothing is asked.
    ///
    /// # Errors
    /// A sentence for people.
    pub fn new(
        base: &str,
        token: Option<&Token>,
        repository: RepositoryName,
    ) -> Result<Self, String> {
        let github = github::Client::new(base, token.map(Token::reveal))?;
        Ok(Self { github, repository })
    }

    /// The same for what is not worth a long wait: it never uses up the time that the delivery of
    /// the report may need.
    #[must_use]
    pub fn hurried(&self) -> Self {
        Self {
            github: self.github.hurried(),
            repository: self.repository.clone(),
        }
    }

    /// The repository that is asked about.
    pub const fn repository(&self) -> &RepositoryName {
        &self.repository
    }

    /// GitHub, whatever it is asked about.
    pub const fn github(&self) -> &github::Client {
        &self.github
    }

    /// Whether there is a token.
    pub const fn has_token(&self) -> bool {
        self.github.has_token()
    }

    /// Takes `wait` from the run's budget, if it is there.
    pub fn may_wait(&self, wait: Duration) -> bool {
        self.github.may_wait(wait)
    }

    /// Reads something of the repository. `path` is relative to it, already encoded.
    ///
    /// # Errors
    /// [`ApiError`].
    pub async fn get<T: DeserializeOwned>(
        &self,
        path: &str,
        query: &[(&str, &str)],
    ) -> Result<T, ApiError> {
        self.github.get(&self.route(path), query).await
    }

    /// Reads who the token is.
    ///
    /// # Errors
    /// [`ApiError`].
    pub async fn user<T: DeserializeOwned>(&self) -> Result<T, ApiError> {
        self.github.get("/user", &[]).await
    }

    /// Makes something in the repository.
    ///
    /// # Errors
    /// [`ApiError`].
    pub async fn post<B: Serialize, T: DeserializeOwned>(
        &self,
        path: &str,
        body: &B,
    ) -> Result<T, ApiError> {
        self.github.post(&self.route(path), body).await
    }

    /// Changes something in the repository.
    ///
    /// # Errors
    /// [`ApiError`].
    pub async fn patch<B: Serialize, T: DeserializeOwned>(
        &self,
        path: &str,
        body: &B,
    ) -> Result<T, ApiError> {
        self.github.patch(&self.route(path), body).await
    }

    /// The login of the app whose installation token it is, such as `github-actions[bot]`: where REST
    /// does not say whose token it is, GraphQL answers installation tokens too.
    ///
    /// # Errors
    /// [`ApiError`].
    pub async fn viewer(&self) -> Result<String, ApiError> {
        let answer = self.github.graphql("query { viewer { login } }").await?;
        if let Some(error) = answer.errors().first() {
            return Err(ApiError::Unreadable(error.sentence()));
        }
        let viewer = answer.data.as_ref().and_then(|data| data.get("viewer"));
        let login = viewer.and_then(|viewer| viewer.get("login"));
        let login = login
            .and_then(Value::as_str)
            .ok_or_else(|| ApiError::Unreadable("no login".to_owned()))?;
        let suffix = if login.ends_with("[bot]") {
            ""
        } else {
            "[bot]"
        };
        Ok(format!("{login}{suffix}"))
    }

    fn route(&self, path: &str) -> String {
        let separator = if path.is_empty() { "" } else { "/" };
        format!("/repos/{}{separator}{path}", self.repository.full())
    }
}
