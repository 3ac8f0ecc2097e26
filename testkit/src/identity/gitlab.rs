//! GitLab CI.

use super::{Identity, San};

/// A GitLab CI job.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GitlabIdentity {
    /// `group/subgroup/project`.
    pub project: String,
    /// Path of the CI file.
    pub workflow: String,
    /// `refs/…`.
    pub git_ref: String,
    /// Commit.
    pub sha: String,
    /// Pipeline source.
    pub trigger: String,
    /// `gitlab-hosted` or `self-hosted`.
    pub runner_environment: String,
    /// Numeric id of the project.
    pub project_id: String,
    /// Numeric id of the namespace.
    pub namespace_id: String,
    /// Id of the job.
    pub job_id: String,
    /// OIDC issuer.
    pub issuer: String,
}

impl GitlabIdentity {
    /// A release of `project` by its `.gitlab-ci.yml`.
    pub fn new(project: &str) -> Self {
        Self {
            project: project.into(),
            workflow: ".gitlab-ci.yml".into(),
            git_ref: "refs/tags/v1.2.3".into(),
            sha: "0a1b2c3d4e5f60718293a4b5c6d7e8f901234567".into(),
            trigger: "push".into(),
            runner_environment: "gitlab-hosted".into(),
            project_id: "60000123".into(),
            namespace_id: "9000123".into(),
            job_id: "7900001234".into(),
            issuer: "https://gitlab.com".into(),
        }
    }

    /// `https://gitlab.com/group/project`.
    pub fn project_uri(&self) -> String {
        format!("https://gitlab.com/{}", self.project)
    }

    /// Extension 18: the CI file with its double slash.
    pub fn build_config_uri(&self) -> String {
        format!("{}//{}@{}", self.project_uri(), self.workflow, self.git_ref)
    }

    /// Extension 21.
    pub fn job_uri(&self) -> String {
        format!("{}/-/jobs/{}", self.project_uri(), self.job_id)
    }

    /// The identity that Fulcio writes for this job.
    pub fn identity(&self) -> Identity {
        let config = self.build_config_uri();
        let namespace = self
            .project
            .rsplit_once('/')
            .map_or(self.project.as_str(), |(namespace, _)| namespace);
        Identity::new(San::Uri(config.clone())).with(&[
            (1, &self.issuer),
            (8, &self.issuer),
            (9, &config),
            (10, &self.sha),
            (11, &self.runner_environment),
            (12, &self.project_uri()),
            (13, &self.sha),
            (14, &self.git_ref),
            (15, &self.project_id),
            (16, &format!("https://gitlab.com/{namespace}")),
            (17, &self.namespace_id),
            (18, &config),
            (19, &self.sha),
            (20, &self.trigger),
            (21, &self.job_uri()),
            (22, "public"),
        ])
    }
}

impl Default for GitlabIdentity {
    fn default() -> Self {
        Self::new("acme/tools/widget")
    }
}
