//! One build, as far as drift compares it.

use package_provenance::identity::{GitRef, PublisherKind, Repository};
use package_provenance::verify::Publisher;

/// Who built something, and how: from a verified certificate, or from an earlier report.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Build {
    /// The service.
    pub kind: PublisherKind,
    /// The exact OIDC issuer.
    pub issuer: String,
    /// Whose it is.
    pub origin: Origin,
    /// The forge's number of the repository.
    pub repository_id: Option<String>,
    /// The forge's number of the owner.
    pub owner_id: Option<String>,
    /// The build configuration's path in the repository.
    pub workflow: Option<String>,
    /// The signing workflow without its ref; relative to the repository where it lies in it.
    pub signer: Option<String>,
    /// What was built.
    pub git_ref: Option<GitRef>,
    /// The runner's kind.
    pub runner: Option<String>,
    /// The event that started the run.
    pub trigger: Option<String>,
}

/// Whose a build is: what a publisher is known by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Origin {
    /// A repository of GitHub or GitLab.
    Repository(Repository),
    /// An account of Google's, or a project of `CircleCI`'s: the certificate's subject up to what belongs to
    /// the single pipeline.
    Subject(String),
}

/// What one build's publisher is to another's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Relation {
    /// The same.
    Same,
    /// The same by the forge's numbers of repository and owner, under another name.
    Renamed,
    /// The same name, and another number.
    Reregistered,
    /// Somebody else.
    Other,
}

impl Build {
    /// What a verified certificate says.
    pub fn of(publisher: &Publisher) -> Self {
        Self {
            kind: publisher.kind,
            issuer: publisher.issuer.clone(),
            origin: Origin::of(
                publisher.kind,
                publisher.repository.as_ref(),
                &publisher.subject,
            ),
            repository_id: publisher.repository_id.clone(),
            owner_id: publisher.owner_id.clone(),
            workflow: publisher.workflow.clone(),
            signer: signer(
                publisher.kind,
                publisher.repository.as_ref(),
                &publisher.subject,
            ),
            git_ref: publisher.git_ref.clone(),
            runner: publisher.runner_environment.clone(),
            trigger: publisher.trigger.clone(),
        }
    }

    /// What the publisher of `self` is to that of `now`. Numbers count only where both sides have them:
    /// certificates of the first months (before Fulcio's extensions .8 to .22) have none.
    pub fn relation(&self, now: &Self) -> Relation {
        let same =
            |before: &Option<String>, now: &Option<String>| Some(before.as_ref()? == now.as_ref()?);
        let ids = [
            same(&self.repository_id, &now.repository_id),
            same(&self.owner_id, &now.owner_id),
        ];
        let service = self.kind == now.kind && self.issuer == now.issuer;
        if !service {
            Relation::Other
        } else if self.origin == now.origin {
            if ids.contains(&Some(false)) {
                Relation::Reregistered
            } else {
                Relation::Same
            }
        } else if ids == [Some(true), Some(true)] {
            Relation::Renamed
        } else {
            Relation::Other
        }
    }

    /// The publisher in words, such as `https://github.com/acme/widget (GitHub)`.
    pub(super) fn publisher(&self) -> String {
        let kind = self.kind.as_str();
        match &self.origin {
            Origin::Repository(repository) => format!("`{repository}` ({kind})"),
            Origin::Subject(subject) => format!("`{subject}` ({kind})"),
        }
    }

    /// As [`Self::publisher`], with its numbers.
    pub(super) fn numbered(&self) -> String {
        let id = |id: &Option<String>| id.clone().unwrap_or_else(|| "not stated".to_owned());
        format!(
            "repository {}, owner {}",
            id(&self.repository_id),
            id(&self.owner_id)
        )
    }
}

impl Origin {
    /// The origin of a certificate with this subject. Only the repositories of forges name one
    /// publisher: that of a `CircleCI` certificate is where the source lies, and any project may build it.
    pub(super) fn of(kind: PublisherKind, repository: Option<&Repository>, subject: &str) -> Self {
        match (kind, repository) {
            (PublisherKind::GitHub | PublisherKind::GitLab, Some(repository)) => {
                Self::Repository(repository.clone())
            }
            (PublisherKind::CircleCI, _) => {
                let project = subject
                    .split_once("/pipeline-definitions/")
                    .map_or(subject, |(project, _pipeline)| project);
                Self::Subject(project.to_owned())
            }
            (PublisherKind::GitHub | PublisherKind::GitLab, None) | (PublisherKind::Google, _) => {
                Self::Subject(subject.to_owned())
            }
        }
    }
}

/// The signing workflow of a certificate with this subject, where it is one: without its ref, which is
/// another one in every release, and without the repository where that is the publisher's own.
pub(super) fn signer(
    kind: PublisherKind,
    repository: Option<&Repository>,
    subject: &str,
) -> Option<String> {
    let workflow = match kind {
        PublisherKind::GitHub | PublisherKind::GitLab => subject
            .split_once("@refs/")
            .or_else(|| subject.rsplit_once('@'))
            .map_or(subject, |(workflow, _ref)| workflow),
        PublisherKind::CircleCI => subject,
        PublisherKind::Google => return None,
    };
    let own = repository.and_then(|repository| {
        let url = repository.url();
        let (start, rest) = workflow.split_at_checked(url.len())?;
        let own = start.eq_ignore_ascii_case(&url) && rest.starts_with('/');
        own.then(|| rest.trim_start_matches('/'))
    });
    Some(own.unwrap_or(workflow).to_owned())
}
