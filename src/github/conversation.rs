//! The comments of a pull request: finding our own, writing and rewriting it.

use serde::Deserialize;
use serde_json::json;

use super::client::{ApiError, Client};
use super::comment::{self, Said};

/// Comments that are looked through for our own: a conversation of five thousand.
const PAGES: usize = 50;
/// Comments of one page.
const PER_PAGE: usize = 100;

/// Who we are in comments.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Author {
    /// The person whose token it is.
    User(u64),
    /// The app whose installation token it is, by its login. Its id differs from one server to another.
    App(String),
}

/// A comment that is there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Posted {
    /// Its number.
    pub id: u64,
    /// Its page.
    pub url: String,
    /// Its text.
    pub body: String,
    /// What it says.
    pub said: Said,
}

#[derive(Deserialize)]
struct CommentWire {
    id: u64,
    html_url: String,
    body: Option<String>,
    user: Option<UserWire>,
}

#[derive(Deserialize)]
struct UserWire {
    id: u64,
    login: String,
    #[serde(rename = "type")]
    kind: Option<String>,
}

impl Author {
    fn wrote(&self, comment: &CommentWire) -> bool {
        let Some(user) = &comment.user else {
            return false;
        };
        match self {
            Self::User(id) => user.id == *id,
            // No person can have a login that ends in `[bot]`; the kind is asked for all the same.
            Self::App(login) => user.login == *login && user.kind.as_deref() == Some("Bot"),
        }
    }
}

/// Who the token is. Installation tokens (the workflow's own among them) cannot ask; then it is the
/// app called `app`.
///
/// # Errors
/// [`ApiError`] where GitHub did not say: without knowing, no comment may be taken for our own.
pub async fn author(client: &Client, app: &str) -> Result<Author, ApiError> {
    match client.user::<UserWire>().await {
        Ok(user) => Ok(Author::User(user.id)),
        Err(error) if matches!(error.status(), Some(403 | 404)) => Ok(Author::App(app.to_owned())),
        Err(error) => Err(error),
    }
}

#[derive(Deserialize)]
struct PullWire {
    head: HeadWire,
}

#[derive(Deserialize)]
struct HeadWire {
    sha: String,
}

/// The newest commit of a pull request.
///
/// # Errors
/// [`ApiError`].
pub async fn newest(client: &Client, pull_request: u64) -> Result<String, ApiError> {
    let pull: PullWire = client.get(&format!("pulls/{pull_request}"), &[]).await?;
    Ok(pull.head.sha)
}

/// Our comment of this category: the first, where there are several.
///
/// # Errors
/// [`ApiError`]; also where the conversation is too long to be looked through.
pub async fn find(
    client: &Client,
    pull_request: u64,
    author: &Author,
    category: &str,
) -> Result<Option<Posted>, ApiError> {
    let path = format!("issues/{pull_request}/comments");
    for page in 1..=PAGES {
        let (page, size) = (page.to_string(), PER_PAGE.to_string());
        let comments: Vec<CommentWire> = client
            .get(&path, &[("per_page", &size), ("page", &page)])
            .await?;
        let last = comments.len() < PER_PAGE;
        let ours = comments
            .into_iter()
            .filter(|comment| author.wrote(comment))
            .find_map(|comment| {
                let body = comment.body.unwrap_or_default();
                let said = comment::read(&body, category)?;
                Some(Posted {
                    id: comment.id,
                    url: comment.html_url,
                    body,
                    said,
                })
            });
        if ours.is_some() || last {
            return Ok(ours);
        }
    }
    Err(ApiError::Unreadable(format!(
        "there are more than {} comments",
        PAGES * PER_PAGE
    )))
}

/// Writes a comment; says its page and who wrote it.
///
/// # Errors
/// [`ApiError`].
pub async fn create(
    client: &Client,
    pull_request: u64,
    body: &str,
) -> Result<(String, String), ApiError> {
    let path = format!("issues/{pull_request}/comments");
    // Twice would be two comments: an unclear failure is looked into by who called.
    let comment: CommentWire = client.post(&path, &json!({ "body": body }), false).await?;
    let login = comment.user.map(|user| user.login).unwrap_or_default();
    Ok((comment.html_url, login))
}

/// Rewrites a comment.
///
/// # Errors
/// [`ApiError`].
pub async fn update(client: &Client, id: u64, body: &str) -> Result<String, ApiError> {
    let path = format!("issues/comments/{id}");
    let comment: CommentWire = client.patch(&path, &json!({ "body": body })).await?;
    Ok(comment.html_url)
}
