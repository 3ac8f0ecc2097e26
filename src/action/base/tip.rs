//! The base branch, where the checkout may be a contributor's: its newest commit, asked for once in
//! a run (`docs/decisions/0008-configuration-of-pull-requests.md`).
//!
//! The event's own `base.sha` is not it: that stays what it was through pushes, re-runs and
//! reopenings, so that a configuration which the branch has replaced long since would judge.

use std::collections::BTreeSet;

use tokio::sync::OnceCell;

use crate::action::api::ApiError;
use crate::action::api::client::Client;
use crate::action::base::files::{AtBase, BaseFiles};
use crate::action::event::Event;
use dockyard_registry::github::branch;
use dockyard_registry::github::files::Files;
use dockyard_report::report::BaseTip;

/// The base branch. Nothing is asked before something is read from it.
pub struct Base<'a> {
    client: Option<&'a Client>,
    branch: Option<&'a str>,
    tip: OnceCell<Result<BaseFiles<'a>, String>>,
}

impl<'a> Base<'a> {
    /// The branch that a proposal is to be merged into; none where the checkout is the repository's
    /// own.
    pub fn of(event: &'a Event, client: Option<&'a Client>) -> Option<Self> {
        let branch = match event {
            Event::PullRequest(request) => request.base_ref.as_deref(),
            Event::MergeGroup { base_ref } => base_ref.as_deref(),
            Event::WorkflowRun(_) | Event::Privileged { .. } | Event::Other => return None,
        };
        Some(Self {
            client,
            branch: branch.filter(|branch| !branch.is_empty()),
            tip: OnceCell::new(),
        })
    }

    /// Reads the file at `path` (relative to the repository, `/`-separated), as it is on the branch
    /// now.
    ///
    /// # Errors
    /// A sentence for people; also where the newest commit cannot be told.
    pub async fn read(&self, path: &str) -> Result<AtBase, String> {
        match self.tip.get_or_init(|| self.resolve()).await {
            Ok(files) => files.read(path).await,
            Err(error) => Err(format!(
                "`{path}` could not be read from the base branch: {error}"
            )),
        }
    }

    /// The branch's newest commit.
    ///
    /// # Errors
    /// A sentence for people, where it cannot be told.
    pub async fn newest(&self) -> Result<&str, String> {
        match self.tip.get_or_init(|| self.resolve()).await {
            Ok(files) => Ok(files.commit()),
            Err(error) => Err(error.clone()),
        }
    }

    /// Reads the files at `paths` in bulk, as [`Self::read`].
    ///
    /// # Errors
    /// A sentence for people, where the newest commit cannot be told.
    pub async fn read_all(&self, paths: &BTreeSet<String>) -> Result<Files, String> {
        match self.tip.get_or_init(|| self.resolve()).await {
            Ok(files) => Ok(files.read_all(paths).await),
            Err(error) => Err(error.clone()),
        }
    }

    /// The first folder above `path` that is a link or a submodule on the branch now: a tree of git's
    /// has nothing below one.
    ///
    /// # Errors
    /// As [`Self::read`].
    pub async fn link_above(&self, path: &str) -> Result<Option<String>, String> {
        match self.tip.get_or_init(|| self.resolve()).await {
            Ok(files) => files.link_above(path).await,
            Err(error) => Err(format!(
                "the folder of `{path}` could not be read from the base branch: {error}"
            )),
        }
    }

    /// The branch and its newest commit, where something was read from it.
    pub fn tip(&self) -> Option<BaseTip> {
        let files = self.tip.get()?.as_ref().ok()?;
        Some(BaseTip {
            branch: self.branch?.to_owned(),
            commit: files.commit().to_owned(),
        })
    }

    /// `main at 0123456`.
    pub fn shown(&self) -> String {
        self.tip().map_or_else(
            || self.branch.unwrap_or("the base branch").to_owned(),
            |tip| tip.to_string(),
        )
    }

    async fn resolve(&self) -> Result<BaseFiles<'a>, String> {
        let client = self.client.ok_or("GITHUB_REPOSITORY is not set")?;
        let branch = self
            .branch
            .ok_or("the event's payload does not name the branch")?;
        let (github, repository) = (client.github(), client.repository());
        let newest = branch::newest(github, repository, branch).await;
        let newest = newest.map_err(|error| untold(branch, &error))?;
        Ok(BaseFiles::of_visible(client, &newest))
    }
}

fn untold(branch: &str, error: &ApiError) -> String {
    let hint = match error.status() {
        Some(404 | 301) => {
            "; it may have been renamed or deleted since the event, in which case only a new run \
             helps (push to the pull request, or close and reopen it), or the token may not see it"
        }
        _ => "",
    };
    format!("the newest commit of the branch `{branch}` is not known: {error}{hint}")
}
