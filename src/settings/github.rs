//! Which GitHub is asked about skills, and with which token.

use super::chosen::Changes;
use super::{ConfigError, Environment};
use dockyard_registry::credentials::Secret;
use dockyard_registry::http::BaseUrl;

/// GitHub's own API.
pub(super) const GITHUB_API: &str = "https://api.github.com";

/// How GitHub is asked. The token goes to this API and nowhere else.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GitHubAccess {
    /// The API's address as written.
    pub api: String,
    /// The token. Without one nothing is asked.
    pub token: Option<Secret>,
}

impl Default for GitHubAccess {
    fn default() -> Self {
        Self {
            api: GITHUB_API.to_owned(),
            token: None,
        }
    }
}

/// `--github-api`, then `GITHUB_API_URL`; the token of `GITHUB_TOKEN`.
///
/// # Errors
/// [`ConfigError`] where the address is none that a token may be sent to.
pub(super) fn settle(
    flag: Option<&String>,
    environment: &Environment,
    changes: &mut Changes,
) -> Result<GitHubAccess, ConfigError> {
    let named = [
        (flag, "--github-api"),
        (environment.github_api_url.as_ref(), "GITHUB_API_URL"),
    ];
    let token = environment.github_token.clone();
    let Some((api, from)) = named
        .into_iter()
        .find_map(|(api, from)| Some((api?.clone(), from)))
    else {
        return Ok(GitHubAccess {
            token,
            ..GitHubAccess::default()
        });
    };
    // Shown without what looks like a token in its path.
    let base = BaseUrl::parse(&api).map_err(|error| ConfigError(format!("{from}: {error}")))?;
    if api.trim_end_matches('/') != GITHUB_API {
        changes.say(format!(
            "github-api is {base} ({from}): what is said of skills is that server's word"
        ));
    }
    Ok(GitHubAccess { api, token })
}
