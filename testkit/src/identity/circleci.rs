//! `CircleCI`.

use super::{Identity, San};

/// A `CircleCI` pipeline.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CircleCiIdentity {
    /// UUID of the project.
    pub project_id: String,
    /// UUID of the pipeline definition.
    pub pipeline_definition_id: String,
    /// `github.com/org/repo`, without a scheme.
    pub vcs_origin: String,
    /// `refs/…`.
    pub vcs_ref: String,
    /// Two quote characters in an ordinary run, `ssh-rerun` in a rerun with SSH.
    pub runner_environment: String,
    /// OIDC issuer.
    pub issuer: String,
}

impl CircleCiIdentity {
    /// The subject alternative name and extension 9.
    pub fn build_signer_uri(&self) -> String {
        format!(
            "https://circleci.com/api/v2/projects/{}/pipeline-definitions/{}",
            self.project_id, self.pipeline_definition_id
        )
    }

    /// The identity that Fulcio writes for this pipeline.
    pub fn identity(&self) -> Identity {
        let signer = self.build_signer_uri();
        Identity::new(San::Uri(signer.clone())).with(&[
            (1, &self.issuer),
            (8, &self.issuer),
            (9, &signer),
            (11, &self.runner_environment),
            (12, &self.vcs_origin),
            (14, &self.vcs_ref),
            (
                18,
                "https://circleci.com/api/v2/pipeline/4f2a6c1e-0b7d-4a57-9c55-7f0e1d2c3b4a/config",
            ),
            (
                21,
                "https://app.circleci.com//workflow/5b3c7d2f-1c8e-4b68-8d66-8a1f2e3d4c5b/job/6c4d8e3a-2d9f-4c79-9e77-9b2a3f4e5d6c",
            ),
        ])
    }
}

impl Default for CircleCiIdentity {
    fn default() -> Self {
        Self {
            project_id: "1d7e5f4a-9b8c-4d2e-8f3a-6c5b4a392817".into(),
            pipeline_definition_id: "2e8f6a5b-0c9d-4e3f-9a4b-7d6c5b4a3928".into(),
            vcs_origin: "github.com/acme/widget".into(),
            vcs_ref: "refs/heads/main".into(),
            runner_environment: "\"\"".into(),
            issuer: "https://oidc.circleci.com".into(),
        }
    }
}
