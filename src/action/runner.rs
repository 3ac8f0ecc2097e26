//! What the runner says of itself: `GITHUB_*` and `RUNNER_*`. An empty variable is unset.

pub mod files;

use std::path::PathBuf;

use crate::action::api::{RepositoryName, is_commit};
use crate::action::inputs::Lookup;
use untrusted_text::quoted;

/// GitHub's own API.
const PUBLIC_API: &str = "https://api.github.com";
/// GitHub's own site.
const PUBLIC_SERVER: &str = "https://github.com";

/// The runner's variables.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Runner {
    /// `GITHUB_WORKSPACE`.
    pub workspace: PathBuf,
    /// `GITHUB_EVENT_NAME`; empty outside a workflow.
    pub event_name: String,
    /// `GITHUB_EVENT_PATH`.
    pub event_path: Option<PathBuf>,
    /// `GITHUB_REPOSITORY`.
    pub repository: Option<RepositoryName>,
    /// `GITHUB_SHA`.
    pub sha: Option<String>,
    /// `GITHUB_REF`.
    pub git_ref: Option<String>,
    /// `GITHUB_API_URL`; not yet checked.
    pub api_url: String,
    /// `GITHUB_SERVER_URL`; not yet checked.
    pub server_url: String,
    /// `GITHUB_RUN_ID`.
    pub run_id: Option<u64>,
    /// Where outputs and summary go.
    pub files: RunnerFiles,
    /// `RUNNER_DEBUG` is `1`.
    pub debug: bool,
}

/// The files that the runner reads when the step has ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RunnerFiles {
    /// `GITHUB_OUTPUT`.
    pub output: Option<PathBuf>,
    /// `GITHUB_STEP_SUMMARY`.
    pub summary: Option<PathBuf>,
}

impl RunnerFiles {
    /// Reads the variables; nothing about them can be wrong.
    pub fn read(lookup: Lookup<'_>) -> Self {
        let path = |name: &str| {
            let given = lookup(name).filter(|value| !value.is_empty());
            given.map(PathBuf::from)
        };
        Self {
            output: path("GITHUB_OUTPUT"),
            summary: path("GITHUB_STEP_SUMMARY"),
        }
    }
}

impl Runner {
    /// Reads the variables.
    ///
    /// # Errors
    /// Every variable that cannot be what GitHub sets, one sentence each.
    pub fn read(lookup: Lookup<'_>) -> Result<Self, Vec<String>> {
        let mut mistakes = Vec::new();
        let path = |name: &str| {
            lookup(name)
                .filter(|value| !value.is_empty())
                .map(PathBuf::from)
        };
        let mut text = |name: &str| {
            let given = lookup(name).filter(|value| !value.is_empty())?;
            given
                .into_string()
                .map_err(|_not_unicode| mistakes.push(format!("{name} is not Unicode")))
                .ok()
        };
        let (repository, sha) = (text("GITHUB_REPOSITORY"), text("GITHUB_SHA"));
        let run_id = text("GITHUB_RUN_ID");
        let runner = Self {
            workspace: path("GITHUB_WORKSPACE").unwrap_or_else(|| PathBuf::from(".")),
            event_name: text("GITHUB_EVENT_NAME").unwrap_or_default(),
            event_path: path("GITHUB_EVENT_PATH"),
            repository: repository.as_deref().and_then(RepositoryName::parse),
            sha: sha.clone().filter(|sha| is_commit(sha)),
            git_ref: text("GITHUB_REF"),
            api_url: text("GITHUB_API_URL").unwrap_or_else(|| PUBLIC_API.to_owned()),
            server_url: text("GITHUB_SERVER_URL").unwrap_or_else(|| PUBLIC_SERVER.to_owned()),
            run_id: run_id.as_deref().and_then(|id| id.parse().ok()),
            files: RunnerFiles::read(lookup),
            debug: text("RUNNER_DEBUG").as_deref() == Some("1"),
        };
        for (name, given, understood) in [
            (
                "GITHUB_REPOSITORY",
                &repository,
                runner.repository.is_some(),
            ),
            ("GITHUB_SHA", &sha, runner.sha.is_some()),
            ("GITHUB_RUN_ID", &run_id, runner.run_id.is_some()),
        ] {
            if let Some(given) = given.as_ref().filter(|_| !understood) {
                mistakes.push(format!(
                    "{name} is {}, which GitHub never sets",
                    quoted(given)
                ));
            }
        }
        if mistakes.is_empty() {
            Ok(runner)
        } else {
            Err(mistakes)
        }
    }

    /// Where this run can be looked at.
    pub fn run_url(&self) -> Option<String> {
        let (repository, run) = (self.repository.as_ref()?, self.run_id?);
        let server = self.server_url.trim_end_matches('/');
        Some(format!("{server}/{}/actions/runs/{run}", repository.full()))
    }
}
