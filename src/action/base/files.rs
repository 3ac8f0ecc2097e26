//! Files of the base branch, read through the API: on a pull request the checkout's own version is
//! the contributor's choice (`docs/decisions/0008-configuration-of-pull-requests.md`).

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicBool, Ordering};

use serde_json::Value;

use crate::action::api::ApiError;
use crate::action::api::client::Client;
use dockyard_registry::github::files::{self, Files};

pub use dockyard_registry::github::files::AtCommit as AtBase;

/// The files of one commit.
pub struct BaseFiles<'a> {
    client: &'a Client,
    sha: String,
    /// Whether GitHub has shown the repository, or a file of the commit.
    visible: AtomicBool,
}

impl<'a> BaseFiles<'a> {
    /// The files of the commit `sha`. Nothing is asked yet.
    pub fn new(client: &'a Client, sha: &str) -> Self {
        Self {
            client,
            sha: sha.to_owned(),
            visible: AtomicBool::new(false),
        }
    }

    /// The same, of a commit that GitHub has just named: what it does not show there is not there.
    pub fn of_visible(client: &'a Client, sha: &str) -> Self {
        Self {
            visible: AtomicBool::new(true),
            ..Self::new(client, sha)
        }
    }

    /// The commit.
    pub fn commit(&self) -> &str {
        &self.sha
    }

    /// Reads the file at `path` (relative to the repository, `/`-separated).
    ///
    /// # Errors
    /// A sentence for people. Only where GitHub shows the repository and the commit, and no such file
    /// in it, there is none.
    pub async fn read(&self, path: &str) -> Result<AtBase, String> {
        let (github, repository) = (self.client.github(), self.client.repository());
        let content = match files::contents(github, repository, &self.sha, path).await {
            Ok(content) => content,
            Err(error) => return self.absent(error, path).await,
        };
        self.visible.store(true, Ordering::Relaxed);
        files::file(&content, path).map(AtBase::File)
    }

    /// The first folder above `path` that is a link or a submodule in the commit.
    ///
    /// # Errors
    /// A sentence for people.
    pub async fn link_above(&self, path: &str) -> Result<Option<String>, String> {
        let (github, repository) = (self.client.github(), self.client.repository());
        for (end, _) in path.match_indices('/') {
            let folder = path.get(..end).unwrap_or(path);
            match files::is_link(github, repository, &self.sha, folder).await {
                Ok(true) => return Ok(Some(folder.to_owned())),
                Ok(false) => {}
                Err(error) => {
                    return match self.absent(error, folder).await? {
                        // There is nothing below it either.
                        AtBase::Absent | AtBase::File(_) => Ok(None),
                    };
                }
            }
        }
        Ok(None)
    }

    /// Reads the files at `paths` in bulk: what the commit holds at each, or the sentence that says why
    /// that is not known.
    pub async fn read_all(&self, paths: &BTreeSet<String>) -> Files {
        let (github, repository) = (self.client.github(), self.client.repository());
        files::at_commit(github, repository, &self.sha, paths).await
    }

    /// The paths of all files of the commit.
    ///
    /// # Errors
    /// A sentence for people.
    pub async fn paths(&self) -> Result<BTreeSet<String>, String> {
        let (github, repository) = (self.client.github(), self.client.repository());
        files::paths(github, repository, &self.sha)
            .await
            .map_err(|error| {
                let commit = self.sha.get(..7).unwrap_or(&self.sha);
                format!("the files of {commit} could not be listed: {error}")
            })
    }

    /// 404 also stands for "not yours to see" and for an unknown commit: the one is asked about, once,
    /// and of the other the answer speaks.
    async fn absent(&self, error: ApiError, path: &str) -> Result<AtBase, String> {
        let told = |error: &ApiError| {
            format!(
                "`{path}` could not be read from the base branch ({}): {error}",
                self.sha.get(..7).unwrap_or(&self.sha)
            )
        };
        let of_the_file = matches!(
            &error,
            ApiError::Status { status: 404, message } if !message.to_ascii_lowercase().contains("commit")
        );
        if !of_the_file {
            return Err(told(&error));
        }
        if !self.visible.load(Ordering::Relaxed) {
            let shown = self.client.get::<Value>("", &[]).await;
            shown.map_err(|error| told(&error))?;
            self.visible.store(true, Ordering::Relaxed);
        }
        Ok(AtBase::Absent)
    }
}
