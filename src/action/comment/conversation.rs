//! The comments of a pull request: finding our own, writing and rewriting it.

use std::collections::BTreeSet;

use serde::Deserialize;
use serde_json::json;

use crate::action::api::ApiError;
use crate::action::api::client::Client;
use crate::action::comment::decision::{self, Said};

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

/// The app whose token a workflow has.
const ACTIONS: &str = "github-actions[bot]";

/// Who the token is. Installation tokens (the workflow's own among them) cannot ask for the user; of
/// them GraphQL tells the login. Where it does not, it is the app called `app`, or the workflow's own.
///
/// # Errors
/// [`ApiError`] where GitHub did not say: without knowing, no comment may be taken for our own.
pub async fn author(client: &Client, app: Option<&str>) -> Result<Author, ApiError> {
    match client.user::<UserWire>().await {
        Ok(user) => Ok(Author::User(user.id)),
        Err(error) if matches!(error.status(), Some(403 | 404)) => {
            let told = client.viewer().await;
            let login = told.unwrap_or_else(|_not_told| app.unwrap_or(ACTIONS).to_owned());
            Ok(Author::App(login))
        }
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

/// A conversation, and whose comments in it are ours.
#[derive(Clone, Copy)]
pub struct Conversation<'a> {
    /// GitHub.
    pub client: &'a Client,
    /// The pull request.
    pub pull_request: u64,
    /// Who we are.
    pub author: &'a Author,
    /// Which of our comments.
    pub category: &'a str,
}

/// Our comments of one category, those that are superseded left out.
#[derive(Debug, Default)]
pub struct Ours {
    /// The oldest: the one that is kept up to date.
    pub kept: Option<Posted>,
    /// Later ones, which a race of two runs leaves behind.
    pub others: Vec<Posted>,
}

impl Conversation<'_> {
    /// Looks through the whole conversation, comments `gone` meanwhile left out.
    ///
    /// # Errors
    /// [`ApiError`]; also where the conversation is too long to be looked through, and none of its
    /// first comments is ours.
    pub async fn find(&self, gone: &BTreeSet<u64>) -> Result<Ours, ApiError> {
        let path = format!("issues/{}/comments", self.pull_request);
        let mut ours = Vec::new();
        let mut whole = false;
        for page in 1..=PAGES {
            let (page, size) = (page.to_string(), PER_PAGE.to_string());
            let query = [("per_page", size.as_str()), ("page", &page)];
            let comments: Vec<CommentWire> = self.client.get(&path, &query).await?;
            whole = comments.len() < PER_PAGE;
            ours.extend(comments.into_iter().filter_map(|each| self.own(each)));
            if whole {
                break;
            }
        }
        ours.retain(|posted| !gone.contains(&posted.id));
        // Numbers grow; two pages that were read while comments were deleted may hold one twice.
        ours.sort_by_key(|posted| posted.id);
        ours.dedup_by_key(|posted| posted.id);
        let mut ours = ours.into_iter();
        match ours.next() {
            None if !whole => Err(ApiError::Unreadable(format!(
                "there are more than {} comments",
                PAGES * PER_PAGE
            ))),
            kept => Ok(Ours {
                kept,
                others: ours.collect(),
            }),
        }
    }

    fn own(&self, comment: CommentWire) -> Option<Posted> {
        if !self.author.wrote(&comment) {
            return None;
        }
        let body = comment.body.unwrap_or_default();
        let said = decision::read(&body, self.category).filter(|said| !said.is_superseded())?;
        Some(Posted {
            id: comment.id,
            url: comment.html_url,
            body,
            said,
        })
    }
}

/// The bodies of our comments in reviews of a pull request, each at a line of the diff.
///
/// # Errors
/// [`ApiError`]; also where there are more than are looked through.
pub async fn reviewed(
    client: &Client,
    pull_request: u64,
    author: &Author,
) -> Result<Vec<String>, ApiError> {
    let path = format!("pulls/{pull_request}/comments");
    let mut bodies = Vec::new();
    for page in 1..=PAGES {
        let (page, size) = (page.to_string(), PER_PAGE.to_string());
        let query = [("per_page", size.as_str()), ("page", &page)];
        let comments: Vec<CommentWire> = client.get(&path, &query).await?;
        let whole = comments.len() < PER_PAGE;
        let own = comments.into_iter().filter(|each| author.wrote(each));
        bodies.extend(own.filter_map(|comment| comment.body));
        if whole {
            return Ok(bodies);
        }
    }
    Err(ApiError::Unreadable(format!(
        "there are more than {} comments in reviews",
        PAGES * PER_PAGE
    )))
}

/// A comment that was just written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Written {
    /// Its number.
    pub id: u64,
    /// Its page.
    pub url: String,
    /// Who GitHub says wrote it.
    pub login: String,
}

/// Writes a comment.
///
/// # Errors
/// [`ApiError`].
pub async fn create(client: &Client, pull_request: u64, body: &str) -> Result<Written, ApiError> {
    let path = format!("issues/{pull_request}/comments");
    // Twice would be two comments: an unclear failure is looked into by who called.
    let comment: CommentWire = client.post(&path, &json!({ "body": body })).await?;
    let login = comment.user.map(|user| user.login).unwrap_or_default();
    Ok(Written {
        id: comment.id,
        url: comment.html_url,
        login,
    })
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
