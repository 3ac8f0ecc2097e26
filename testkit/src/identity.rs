//! What a Fulcio certificate says about its holder: the subject alternative name and the
//! extensions below `1.3.6.1.4.1.57264.1`. Nothing is checked here, so that any of it can lie.

use crate::der;

/// The subject alternative name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum San {
    /// `uniformResourceIdentifier`: CI jobs.
    Uri(String),
    /// `rfc822Name`: people and service accounts.
    Email(String),
    /// The whole `GeneralNames` in DER.
    Raw(Vec<u8>),
    /// No extension.
    None,
}

/// The identity that a certificate carries.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Identity {
    /// The subject alternative name.
    pub san: San,
    /// Arc below `1.3.6.1.4.1.57264.1`, and the bytes inside `extnValue`, in certificate order.
    pub extensions: Vec<(u32, Vec<u8>)>,
}

impl Identity {
    /// An identity with this name and no extensions.
    pub fn new(san: San) -> Self {
        Self {
            san,
            extensions: Vec::new(),
        }
    }

    /// Sets extension `arc`, in place where it exists: raw bytes for 1 to 6, DER `UTF8String` above,
    /// as Fulcio encodes them.
    pub fn set(&mut self, arc: u32, value: &str) -> &mut Self {
        self.set_raw(arc, encode(arc, value))
    }

    /// Sets extension `arc` to these very bytes.
    pub fn set_raw(&mut self, arc: u32, value: Vec<u8>) -> &mut Self {
        match self.extensions.iter_mut().find(|(known, _)| *known == arc) {
            Some(extension) => extension.1 = value,
            None => self.extensions.push((arc, value)),
        }
        self
    }

    /// Adds extension `arc` even where there is one already.
    pub fn push_raw(&mut self, arc: u32, value: Vec<u8>) -> &mut Self {
        self.extensions.push((arc, value));
        self
    }

    /// Removes extension `arc`.
    pub fn remove(&mut self, arc: u32) -> &mut Self {
        self.extensions.retain(|(known, _)| *known != arc);
        self
    }

    /// Keeps only extensions 1 to 6, as certificates before 2023 had.
    pub fn only_early_extensions(&mut self) -> &mut Self {
        self.extensions.retain(|(arc, _)| *arc <= 6);
        self
    }

    fn with(mut self, values: &[(u32, &str)]) -> Self {
        for (arc, value) in values {
            self.set(*arc, value);
        }
        self
    }
}

/// The bytes that Fulcio puts into extension `arc`.
pub fn encode(arc: u32, value: &str) -> Vec<u8> {
    if arc <= 6 {
        value.as_bytes().to_vec()
    } else {
        der::utf8(value)
    }
}

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

/// A Google account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GoogleIdentity {
    /// The address.
    pub email: String,
    /// OIDC issuer.
    pub issuer: String,
}

impl GoogleIdentity {
    /// The identity that Fulcio writes for this account.
    pub fn identity(&self) -> Identity {
        Identity::new(San::Email(self.email.clone())).with(&[(1, &self.issuer), (8, &self.issuer)])
    }
}

impl Default for GoogleIdentity {
    fn default() -> Self {
        Self {
            email: "publisher@acme-builds.iam.gserviceaccount.com".into(),
            issuer: "https://accounts.google.com".into(),
        }
    }
}
