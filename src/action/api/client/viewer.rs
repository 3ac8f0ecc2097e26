//! Whose token it is, where REST does not say: GitHub's GraphQL answers installation tokens too.

use http::Method;
use serde::Deserialize;
use serde_json::json;

use super::{ApiError, Client};

/// `POST /graphql` with `{ viewer { login } }`.
#[derive(Deserialize)]
struct ViewerWire {
    data: ViewerData,
}

#[derive(Deserialize)]
struct ViewerData {
    viewer: Viewer,
}

#[derive(Deserialize)]
struct Viewer {
    login: String,
}

impl Client {
    /// The login of the app whose installation token it is, such as `github-actions[bot]`.
    ///
    /// # Errors
    /// [`ApiError`].
    pub async fn viewer(&self) -> Result<String, ApiError> {
        let base = self.base.as_ref().ok_or(ApiError::ClearText)?.to_string();
        // GitHub Enterprise Server has REST below `/api/v3`, and GraphQL beside it.
        let url = match base.strip_suffix("/api/v3") {
            Some(server) => format!("{server}/api/graphql"),
            None => format!("{base}/graphql"),
        };
        let body = json!({ "query": "query { viewer { login } }" });
        let told: ViewerWire = self.ask(Method::POST, &url, Some(&body), true).await?;
        let login = told.data.viewer.login;
        let suffix = if login.ends_with("[bot]") {
            ""
        } else {
            "[bot]"
        };
        Ok(format!("{login}{suffix}"))
    }
}
