//! GitHub Actions.

use super::{Identity, San};

/// Where SLSA's isolated builders live.
pub const SLSA_GENERATOR: &str =
    "https://github.com/slsa-framework/slsa-github-generator/.github/workflows";

/// A GitHub Actions job. Change fields, then turn it into an [`Identity`] or into predicates.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GithubIdentity {
    /// `owner/repo`.
    pub repository: String,
    /// Path of the top-level workflow in the repository.
    pub workflow: String,
    /// Display name of the workflow (free text).
    pub workflow_name: String,
    /// `refs/…`; `None` for a run on a bare commit.
    pub git_ref: Option<String>,
    /// Commit, 40 hex digits.
    pub sha: String,
    /// Event name.
    pub trigger: String,
    /// `github-hosted` or `self-hosted`.
    pub runner_environment: String,
    /// Numeric id of the repository.
    pub repository_id: String,
    /// Numeric id of its owner.
    pub owner_id: String,
    /// Id of the run.
    pub run_id: String,
    /// Attempt of the run.
    pub attempt: String,
    /// `public`, `private`, `internal`.
    pub visibility: String,
    /// The reusable workflow that signs (`https://github.com/o/r/.github/workflows/x.yml@ref`), if
    /// another than the top-level one.
    pub build_signer: Option<String>,
    /// Commit of that workflow, if another than `sha`.
    pub build_signer_sha: Option<String>,
    /// Deployment environment.
    pub environment: Option<String>,
    /// OIDC issuer.
    pub issuer: String,
}

impl GithubIdentity {
    /// A release of `repository` by its `.github/workflows/release.yml`, on tag `v1.2.3`.
    pub fn new(repository: &str) -> Self {
        Self {
            repository: repository.into(),
            workflow: ".github/workflows/release.yml".into(),
            workflow_name: "Release".into(),
            git_ref: Some("refs/tags/v1.2.3".into()),
            sha: "8f7e6d5c4b3a29181706f5e4d3c2b1a098765432".into(),
            trigger: "push".into(),
            runner_environment: "github-hosted".into(),
            repository_id: "810002373".into(),
            owner_id: "41000237".into(),
            run_id: "17686742434".into(),
            attempt: "1".into(),
            visibility: "public".into(),
            build_signer: None,
            build_signer_sha: None,
            environment: None,
            issuer: "https://token.actions.githubusercontent.com".into(),
        }
    }

    /// The same job, signed by SLSA's isolated builder (a reusable workflow at a release tag).
    #[must_use]
    pub fn isolated(mut self) -> Self {
        self.build_signer = Some(format!(
            "{SLSA_GENERATOR}/delegator_lowperms-generic_slsa3.yml@refs/tags/v1.6.0"
        ));
        self.build_signer_sha = Some("1f2e3d4c5b6a79880716253443526170f8e9dacb".into());
        self
    }

    /// `https://github.com/owner/repo`.
    pub fn repository_uri(&self) -> String {
        format!("https://github.com/{}", self.repository)
    }

    /// The ref, or the commit where there is none.
    pub fn ref_or_sha(&self) -> &str {
        self.git_ref.as_deref().unwrap_or(&self.sha)
    }

    /// The owner's name.
    pub fn owner(&self) -> &str {
        self.repository
            .split_once('/')
            .map_or(self.repository.as_str(), |(owner, _)| owner)
    }

    /// Top-level workflow with its ref: extension 18.
    pub fn build_config_uri(&self) -> String {
        format!(
            "{}/{}@{}",
            self.repository_uri(),
            self.workflow,
            self.ref_or_sha()
        )
    }

    /// Extension 9 and the subject alternative name.
    pub fn build_signer_uri(&self) -> String {
        self.build_signer
            .clone()
            .unwrap_or_else(|| self.build_config_uri())
    }

    /// Extension 21.
    pub fn run_uri(&self) -> String {
        format!(
            "{}/actions/runs/{}/attempts/{}",
            self.repository_uri(),
            self.run_id,
            self.attempt
        )
    }

    /// The identity that Fulcio writes for this job.
    pub fn identity(&self) -> Identity {
        let signer = self.build_signer_uri();
        let mut identity = Identity::new(San::Uri(signer.clone())).with(&[
            (1, &self.issuer),
            (2, &self.trigger),
            (3, &self.sha),
            (4, &self.workflow_name),
            (5, &self.repository),
        ]);
        if let Some(git_ref) = &self.git_ref {
            identity.set(6, git_ref);
        }
        identity = identity.with(&[
            (8, &self.issuer),
            (9, &signer),
            (10, self.build_signer_sha.as_ref().unwrap_or(&self.sha)),
            (11, &self.runner_environment),
            (12, &self.repository_uri()),
            (13, &self.sha),
        ]);
        if let Some(git_ref) = &self.git_ref {
            identity.set(14, git_ref);
        }
        identity = identity.with(&[
            (15, &self.repository_id),
            (16, &format!("https://github.com/{}", self.owner())),
            (17, &self.owner_id),
            (18, &self.build_config_uri()),
            (19, &self.sha),
            (20, &self.trigger),
            (21, &self.run_uri()),
            (22, &self.visibility),
        ]);
        if let Some(environment) = &self.environment {
            identity.set(23, environment);
        }
        identity
    }
}

impl Default for GithubIdentity {
    fn default() -> Self {
        Self::new("acme/widget")
    }
}
