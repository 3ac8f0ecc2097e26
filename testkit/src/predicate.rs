//! in-toto statements and their predicates, in the shapes that npm, `PyPI` and GitHub write.

use serde_json::{Value, json};

use crate::identity::{GithubIdentity, GitlabIdentity, SLSA_GENERATOR};

/// in-toto statement type, version 1.
pub const STATEMENT_V1: &str = "https://in-toto.io/Statement/v1";
/// in-toto statement type, version 0.1.
pub const STATEMENT_V01: &str = "https://in-toto.io/Statement/v0.1";
/// npm's publish attestation.
pub const NPM_PUBLISH: &str = "https://github.com/npm/attestation/tree/main/specs/publish/v0.1";
/// SLSA provenance, version 1.
pub const SLSA_V1: &str = "https://slsa.dev/provenance/v1";
/// SLSA provenance, version 0.2.
pub const SLSA_V02: &str = "https://slsa.dev/provenance/v0.2";
/// `PyPI`'s publish attestation.
pub const PYPI_PUBLISH: &str = "https://docs.pypi.org/attestations/publish/v1";

/// What a statement is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Subject {
    /// Name: a package URL for npm, a file name for `PyPI`.
    pub name: String,
    /// `sha512` for npm, `sha256` for `PyPI`.
    pub algorithm: String,
    /// The digest.
    pub digest: Vec<u8>,
}

impl Subject {
    /// An npm version.
    pub fn npm(name: &str, version: &str, sha512: &[u8]) -> Self {
        Self {
            name: npm_purl(name, version),
            algorithm: "sha512".into(),
            digest: sha512.to_vec(),
        }
    }

    /// A distribution file.
    pub fn pypi(filename: &str, sha256: &[u8]) -> Self {
        Self {
            name: filename.into(),
            algorithm: "sha256".into(),
            digest: sha256.to_vec(),
        }
    }

    /// The entry of `subject`.
    pub fn json(&self) -> Value {
        json!({"name": self.name, "digest": {self.algorithm.as_str(): hex::encode(&self.digest)}})
    }
}

/// npm's package URL of a version: only the leading `@` is escaped.
pub fn npm_purl(name: &str, version: &str) -> String {
    let name = name
        .strip_prefix('@')
        .map_or_else(|| name.to_owned(), |rest| format!("%40{rest}"));
    format!("pkg:npm/{name}@{version}")
}

/// A statement.
pub fn statement(kind: &str, subject: &Subject, predicate_type: &str, predicate: &Value) -> Value {
    json!({
        "_type": kind,
        "subject": [subject.json()],
        "predicateType": predicate_type,
        "predicate": predicate,
    })
}

/// npm's publish attestation.
pub fn npm_publish(name: &str, version: &str, subject: &Subject) -> Value {
    let predicate = json!({
        "name": name,
        "version": version,
        "registry": "https://registry.npmjs.org",
    });
    statement(STATEMENT_V01, subject, NPM_PUBLISH, &predicate)
}

/// `PyPI`'s publish attestation, with its null predicate.
pub fn pypi_publish(subject: &Subject) -> Value {
    statement(STATEMENT_V1, subject, PYPI_PUBLISH, &Value::Null)
}

impl GithubIdentity {
    /// SLSA v1 as the npm CLI writes it.
    pub fn slsa_v1(&self, subject: &Subject) -> Value {
        let builder = format!(
            "https://github.com/actions/runner/{}",
            self.runner_environment
        );
        let build_type = "https://slsa-framework.github.io/github-actions-buildtypes/workflow/v1";
        let predicate = self.workflow_predicate(build_type, &builder);
        statement(STATEMENT_V1, subject, SLSA_V1, &predicate)
    }

    /// SLSA v1 as `actions/attest` writes it.
    pub fn slsa_v1_attest(&self, subject: &Subject) -> Value {
        let build_type = "https://actions.github.io/buildtypes/workflow/v1";
        let mut predicate = self.workflow_predicate(build_type, &self.build_signer_uri());
        predicate["buildDefinition"]["internalParameters"]["github"]["runner_environment"] =
            json!(self.runner_environment);
        statement(STATEMENT_V1, subject, SLSA_V1, &predicate)
    }

    fn workflow_predicate(&self, build_type: &str, builder: &str) -> Value {
        json!({
            "buildDefinition": {
                "buildType": build_type,
                "externalParameters": {"workflow": {
                    "ref": self.ref_or_sha(),
                    "repository": self.repository_uri(),
                    "path": self.workflow,
                }},
                "internalParameters": {"github": {
                    "event_name": self.trigger,
                    "repository_id": self.repository_id,
                    "repository_owner_id": self.owner_id,
                }},
                "resolvedDependencies": [{
                    "uri": self.source_uri(),
                    "digest": {"gitCommit": self.sha},
                }],
            },
            "runDetails": {
                "builder": {"id": builder},
                "metadata": {"invocationId": self.run_uri()},
            },
        })
    }

    /// SLSA v0.2 as the npm CLI wrote it in 2023.
    pub fn slsa_v02(&self, subject: &Subject) -> Value {
        let mut predicate = self.early_predicate(
            "https://github.com/npm/cli/gha/v2",
            "https://github.com/actions/runner",
        );
        predicate["metadata"]["completeness"] =
            json!({"parameters": false, "environment": false, "materials": false});
        predicate["metadata"]["reproducible"] = json!(false);
        statement(STATEMENT_V01, subject, SLSA_V02, &predicate)
    }

    /// SLSA v0.2 as SLSA's isolated Node.js builder writes it; see [`GithubIdentity::isolated`].
    pub fn slsa_v02_isolated(&self, subject: &Subject) -> Value {
        let mut predicate = self.early_predicate(
            "https://github.com/slsa-framework/slsa-github-generator/delegator-generic@v0",
            &format!("{SLSA_GENERATOR}/builder_nodejs_slsa3.yml@refs/tags/v1.6.0"),
        );
        predicate["invocation"]["parameters"] =
            json!({"inputs": {"directory": ".", "run-scripts": "ci, build"}});
        predicate["metadata"]["completeness"] = json!({"parameters": true});
        statement(STATEMENT_V01, subject, SLSA_V02, &predicate)
    }

    fn early_predicate(&self, build_type: &str, builder: &str) -> Value {
        let source = json!({"uri": self.source_uri(), "digest": {"sha1": self.sha}});
        let mut config_source = source.clone();
        config_source["entryPoint"] = json!(self.workflow);
        let git_ref = self.ref_or_sha();
        json!({
            "buildType": build_type,
            "builder": {"id": builder},
            "invocation": {
                "configSource": config_source,
                "parameters": {},
                "environment": {
                    "GITHUB_EVENT_NAME": self.trigger,
                    "GITHUB_REF": git_ref,
                    "GITHUB_REPOSITORY": self.repository,
                    "GITHUB_REPOSITORY_ID": self.repository_id,
                    "GITHUB_REPOSITORY_OWNER_ID": self.owner_id,
                    "GITHUB_RUN_ATTEMPT": self.attempt,
                    "GITHUB_RUN_ID": self.run_id,
                    "GITHUB_SHA": self.sha,
                    "GITHUB_WORKFLOW_REF":
                        format!("{}/{}@{git_ref}", self.repository, self.workflow),
                    "GITHUB_WORKFLOW_SHA": self.sha,
                },
            },
            "metadata": {"buildInvocationId": format!("{}-{}", self.run_id, self.attempt)},
            "materials": [source],
        })
    }

    fn source_uri(&self) -> String {
        format!("git+{}@{}", self.repository_uri(), self.ref_or_sha())
    }
}

impl GitlabIdentity {
    /// SLSA v0.2 as the npm CLI writes it on GitLab.
    pub fn slsa_v02(&self, subject: &Subject) -> Value {
        let source = json!({
            "uri": format!("git+{}", self.project_uri()),
            "digest": {"sha1": self.sha},
        });
        let mut config_source = source.clone();
        config_source["entryPoint"] = json!("publish");
        let predicate = json!({
            "buildType": "https://github.com/npm/cli/gitlab/v0alpha1",
            "builder": {"id": format!("{}/-/runners/12270852", self.project_uri())},
            "invocation": {
                "configSource": config_source,
                "parameters": {
                    "CI": "true",
                    "CI_COMMIT_SHA": self.sha,
                    "CI_PROJECT_ID": self.project_id,
                    "CI_PROJECT_PATH": self.project,
                    "CI_PIPELINE_SOURCE": self.trigger,
                    "CI_JOB_ID": self.job_id,
                    "CI_JOB_URL": self.job_uri(),
                },
                "environment": {
                    "name": "12-green.saas-linux-small-amd64.runners-manager.gitlab.com",
                    "architecture": "linux/amd64",
                    "server": "https://gitlab.com",
                    "project": self.project,
                    "job": {"id": self.job_id},
                    "pipeline": {"id": "1580001234", "ref": self.workflow},
                },
            },
            "metadata": {
                "buildInvocationId": self.job_uri(),
                "completeness": {"parameters": true, "environment": true, "materials": false},
                "reproducible": false,
            },
            "materials": [source],
        });
        statement(STATEMENT_V01, subject, SLSA_V02, &predicate)
    }
}
