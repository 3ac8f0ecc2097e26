//! Who publishes, as PEP 740 and as certificates say it.

use serde_json::{Value, json};

use crate::identity::{CircleCiIdentity, GithubIdentity, GitlabIdentity, GoogleIdentity, Identity};

/// Who publishes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PypiPublisher {
    /// GitHub Actions.
    Github(GithubIdentity),
    /// GitLab CI.
    Gitlab(GitlabIdentity),
    /// A Google service account.
    Google(GoogleIdentity),
    /// `CircleCI`.
    CircleCi(CircleCiIdentity),
}

impl PypiPublisher {
    /// What the certificate says.
    pub fn identity(&self) -> Identity {
        match self {
            Self::Github(github) => github.identity(),
            Self::Gitlab(gitlab) => gitlab.identity(),
            Self::Google(google) => google.identity(),
            Self::CircleCi(circle) => circle.identity(),
        }
    }

    /// PEP 740's publisher object.
    pub fn json(&self) -> Value {
        match self {
            Self::Github(github) => json!({
                "kind": "GitHub",
                "repository": github.repository,
                "workflow": github.workflow.rsplit('/').next(),
                "environment": github.environment.as_deref().unwrap_or_default(),
            }),
            Self::Gitlab(gitlab) => json!({
                "kind": "GitLab",
                "repository": gitlab.project,
                "workflow_filepath": gitlab.workflow,
                "environment": null,
            }),
            Self::Google(google) => json!({"kind": "Google", "email": google.email}),
            Self::CircleCi(circle) => json!({
                "kind": "CircleCI",
                "project_id": circle.project_id,
                "pipeline_definition_id": circle.pipeline_definition_id,
                "vcs_origin": circle.vcs_origin,
                "vcs_ref": circle.vcs_ref,
            }),
        }
    }
}
