//! PyPI's publisher object against the certificate (docs/verification.md#c5). The object is
//! unsigned: the publisher is the certificate's, and the object must not contradict it.

use serde::Deserialize;

use super::certificate::Claims;
use super::failure::Failure;
use super::observed::{Publisher, Unsupported};
use crate::identity::PublisherKind;
use crate::identity::escaping::is_escaping_of;

/// What PyPI says about the publisher that uploaded.
#[derive(Debug, Deserialize)]
#[serde(tag = "kind")]
enum Stated {
    GitHub {
        repository: String,
        workflow: String,
        #[serde(default)]
        environment: Option<String>,
    },
    GitLab {
        repository: String,
        workflow_filepath: String,
        #[serde(default)]
        environment: Option<String>,
    },
    Google {
        email: String,
    },
    CircleCI {
        project_id: String,
        pipeline_definition_id: String,
        #[serde(default)]
        vcs_origin: Option<String>,
        #[serde(default)]
        vcs_ref: Option<String>,
    },
}

fn read(object: &serde_json::Value) -> Result<Stated, Failure> {
    Stated::deserialize(object).map_err(|error| {
        Failure::unsupported(format!(
            "its publisher object is of an unknown kind or shape: {error}"
        ))
    })
}

/// The publisher of the certificate, where it was identified. An issuer that this program does not know
/// is not that of any kind that PyPI knows: each of these has its own issuers.
///
/// # Errors
/// [`Failure`].
pub(super) fn identified(
    object: &serde_json::Value,
    publisher: Result<Publisher, Failure>,
) -> Result<Publisher, Failure> {
    match publisher {
        Err(Failure::Unsupported(Unsupported::Issuer(issuer))) => match read(object) {
            Ok(stated) => Err(Failure::Invalid(format!(
                "PyPI names a {} publisher, but the certificate's OIDC issuer `{}` is not one of its",
                stated.kind(),
                issuer.get()
            ))),
            Err(_) => Err(Failure::Unsupported(Unsupported::Issuer(issuer))),
        },
        other => other,
    }
}

impl Stated {
    const fn kind(&self) -> PublisherKind {
        match self {
            Self::GitHub { .. } => PublisherKind::GitHub,
            Self::GitLab { .. } => PublisherKind::GitLab,
            Self::Google { .. } => PublisherKind::Google,
            Self::CircleCI { .. } => PublisherKind::CircleCI,
        }
    }
}

/// Requires `object` not to contradict the certificate.
///
/// # Errors
/// [`Failure`]; its texts may hold untrusted text.
pub(super) fn require_consistent(
    object: &serde_json::Value,
    publisher: &Publisher,
    claims: &Claims,
) -> Result<(), Failure> {
    let stated = read(object)?;
    let path = publisher
        .repository
        .as_ref()
        .map(crate::identity::Repository::path);
    let (kind, checks) = match &stated {
        Stated::GitHub {
            repository,
            workflow,
            environment,
        } => {
            let file = publisher
                .workflow
                .as_deref()
                .and_then(|path| path.strip_prefix(".github/workflows/"));
            (
                PublisherKind::GitHub,
                vec![
                    fold_case("repository", Some(repository), path),
                    spelt("workflow", Some(workflow), file),
                    deployment(environment.as_ref(), claims),
                ],
            )
        }
        Stated::GitLab {
            repository,
            workflow_filepath,
            environment,
        } => (
            PublisherKind::GitLab,
            vec![
                fold_case("repository", Some(repository), path),
                spelt(
                    "workflow_filepath",
                    Some(workflow_filepath),
                    publisher.workflow.as_deref(),
                ),
                deployment(environment.as_ref(), claims),
            ],
        ),
        Stated::Google { email } => (
            PublisherKind::Google,
            vec![exact("email", Some(email), Some(&publisher.subject))],
        ),
        Stated::CircleCI {
            project_id,
            pipeline_definition_id,
            vcs_origin,
            vcs_ref,
        } => {
            let pipeline = format!(
                "https://circleci.com/api/v2/projects/{project_id}/pipeline-definitions/{pipeline_definition_id}"
            );
            (
                PublisherKind::CircleCI,
                vec![
                    exact("pipeline", Some(&pipeline), claims.get(9)),
                    exact("vcs_origin", vcs_origin.as_ref(), claims.get(12)),
                    exact("vcs_ref", vcs_ref.as_ref(), claims.get(14)),
                ],
            )
        }
    };
    if kind != publisher.kind {
        return Err(Failure::Invalid(format!(
            "PyPI names a {kind} publisher, the certificate a {} one",
            publisher.kind
        )));
    }
    checks
        .into_iter()
        .collect::<Result<(), String>>()
        .map_err(Failure::Invalid)
}

/// GitHub's and GitLab's names do not differ by case.
fn fold_case(field: &str, stated: Option<&String>, certified: Option<&str>) -> Result<(), String> {
    let same = |(stated, certified): (&String, &str)| stated.eq_ignore_ascii_case(certified);
    compare(field, stated, certified, same)
}

fn exact(field: &str, stated: Option<&String>, certified: Option<&str>) -> Result<(), String> {
    compare(field, stated, certified, |(stated, certified)| {
        stated == certified
    })
}

/// As [`exact`], for what may be percent-encoded: where a certificate does not say whether it encodes a
/// name, the name is taken to be encoded, and PyPI may know it as it is.
fn spelt(field: &str, stated: Option<&String>, certified: Option<&str>) -> Result<(), String> {
    compare(field, stated, certified, |(stated, certified)| {
        is_escaping_of(stated, certified)
    })
}

/// The environment: compared only where the certificate names one, because Fulcio did not always
/// write it. PyPI writes an empty text for "any".
fn deployment(stated: Option<&String>, claims: &Claims) -> Result<(), String> {
    let stated = stated.filter(|environment| !environment.is_empty());
    match (stated, claims.get(23)) {
        (Some(_), Some(certified)) => fold_case("environment", stated, Some(certified)),
        _ => Ok(()),
    }
}

fn compare(
    field: &str,
    stated: Option<&String>,
    certified: Option<&str>,
    same: impl Fn((&String, &str)) -> bool,
) -> Result<(), String> {
    let Some(stated) = stated else {
        return Ok(());
    };
    if certified.is_some_and(|certified| same((stated, certified))) {
        return Ok(());
    }
    Err(format!(
        "PyPI names the publisher's {field} `{stated}`, the certificate `{}`",
        certified.unwrap_or("none")
    ))
}
