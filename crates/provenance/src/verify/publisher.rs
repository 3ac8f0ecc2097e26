//! From a certificate's claims to a publisher: exact issuers, parsed repositories
//! (docs/verification.md#b5, #e).

use super::certificate::{Claims, San};
use super::failure::Failure;
use super::observed::{Publisher, Unsupported, Verified};
use crate::identity::{
    GitRef, PublisherKind, Repository, is_github_enterprise, kind_of_issuer,
    workflow_from_config_uri,
};

/// The publisher that a verified certificate names. `accepted` is an issuer that is taken for GitHub's
/// own beside the known ones, if it is the custom issuer of an enterprise there.
///
/// # Errors
/// [`Failure::Unsupported`] where its issuer is not known, else the sentence that says why the
/// certificate identifies no publisher.
pub(super) fn identify(claims: &Claims, accepted: Option<&str>) -> Result<Publisher, Failure> {
    let issuer = claims
        .issuer()
        .ok_or_else(|| "its certificate names no OIDC issuer".to_owned())?;
    // Whatever provider says so: no person and no account is a build.
    if matches!(claims.san, San::Email(_)) && kind_of_issuer(issuer) != Some(PublisherKind::Google)
    {
        return Err("its certificate names a person, not a build"
            .to_owned()
            .into());
    }
    let accepted = accepted.filter(|accepted| *accepted == issuer && is_github_enterprise(issuer));
    let kind = kind_of_issuer(issuer).or_else(|| accepted.map(|_| PublisherKind::GitHub));
    let Some(kind) = kind else {
        let issuer = Verified::attest(issuer.to_owned());
        return Err(Failure::Unsupported(Unsupported::Issuer(issuer)));
    };
    claims.require_consistent()?;
    known(claims, kind, issuer).map_err(Failure::Invalid)
}

fn known(claims: &Claims, kind: PublisherKind, issuer: &str) -> Result<Publisher, String> {
    match (kind, &claims.san) {
        (PublisherKind::Google, San::Email(email)) => Ok(google(issuer, email)),
        (PublisherKind::Google, San::Uri(_)) => {
            Err("its certificate is Google's but names no e-mail address".to_owned())
        }
        (_, San::Other) => {
            Err("its certificate names neither a URI nor an e-mail address".to_owned())
        }
        (_, San::Email(_)) => Err("its certificate names a person, not a build".to_owned()),
        (PublisherKind::CircleCI, San::Uri(subject)) => circleci(claims, issuer, subject),
        (PublisherKind::GitHub | PublisherKind::GitLab, San::Uri(subject)) => {
            forge(claims, kind, issuer, subject)
        }
    }
}

fn google(issuer: &str, email: &str) -> Publisher {
    Publisher {
        kind: PublisherKind::Google,
        subject: email.to_owned(),
        issuer: issuer.to_owned(),
        repository: None,
        workflow: None,
        git_ref: None,
        commit: None,
        runner_environment: None,
        trigger: None,
        repository_id: None,
        owner_id: None,
        run_url: None,
        build_signer_uri: None,
        environment: None,
    }
}

/// The claims that GitHub, GitLab and `CircleCI` share.
fn shared_claims(claims: &Claims, kind: PublisherKind, issuer: &str, subject: &str) -> Publisher {
    let text = |number| claims.get(number).map(str::to_owned);
    Publisher {
        kind,
        subject: subject.to_owned(),
        issuer: issuer.to_owned(),
        repository: None,
        workflow: None,
        git_ref: claims.get_or(14, 6).map(GitRef::parse),
        commit: claims.get_or(13, 3).map(str::to_owned),
        runner_environment: text(11),
        trigger: claims.get_or(20, 2).map(str::to_owned),
        repository_id: text(15),
        owner_id: text(17),
        run_url: text(21),
        build_signer_uri: text(9),
        environment: text(23),
    }
}

fn forge(
    claims: &Claims,
    kind: PublisherKind,
    issuer: &str,
    subject: &str,
) -> Result<Publisher, String> {
    let uri = repository_uri(claims, kind)
        .ok_or_else(|| "its certificate names no source repository".to_owned())?;
    let repository = Repository::certified(&uri, kind).map_err(|error| {
        format!("its certificate's source repository is not acceptable: {error}")
    })?;
    let git_ref = claims.get_or(14, 6);
    let commit = claims.get_or(13, 3);
    let workflow = match claims.get(18) {
        Some(config) => Some(
            workflow_from_config_uri(config, &repository, git_ref, commit).ok_or_else(|| {
                format!("its certificate's build configuration `{config}` is not in its source repository")
            })?,
        ),
        // Before the claim existed, the subject was the workflow; it is one of the source
        // repository unless a reusable workflow of another repository signed.
        None => workflow_from_config_uri(subject, &repository, git_ref, commit),
    };
    Ok(Publisher {
        repository: Some(repository),
        workflow,
        ..shared_claims(claims, kind, issuer, subject)
    })
}

fn repository_uri(claims: &Claims, kind: PublisherKind) -> Option<String> {
    match (claims.get(12), claims.get(5)) {
        (Some(uri), _) => Some(uri.to_owned()),
        (None, Some(path)) if kind == PublisherKind::GitHub => {
            Some(format!("https://github.com/{path}"))
        }
        (None, _) => None,
    }
}

fn circleci(claims: &Claims, issuer: &str, subject: &str) -> Result<Publisher, String> {
    let repository = claims
        .get(12)
        .map(|uri| Repository::certified(uri, PublisherKind::CircleCI))
        .transpose()
        .map_err(|error| {
            format!("its certificate's source repository is not acceptable: {error}")
        })?;
    // Fulcio's documentation: do not trust a job that was rerun with SSH, a person can log in to it.
    // Any other job carries the two characters `""`.
    let runner_environment = match claims.get(11) {
        None | Some("\"\"" | "") => None,
        Some("ssh-rerun") => {
            return Err("it was built in a CircleCI job that was rerun with SSH access".to_owned());
        }
        Some(other) => Some(other.to_owned()),
    };
    Ok(Publisher {
        repository,
        runner_environment,
        ..shared_claims(claims, PublisherKind::CircleCI, issuer, subject)
    })
}

/// Whether two verified certificates name one publisher: everything that identifies it, nothing
/// that changes from run to run.
///
/// A Google account is its address. A `CircleCI` pipeline is its definition, which its subject
/// names: it may check out a repository that is not its own, so that the repository does not tell
/// two projects apart.
pub(super) fn same_publisher(one: &Publisher, other: &Publisher) -> bool {
    one.kind == other.kind
        && one.issuer == other.issuer
        && one.repository == other.repository
        && one.workflow == other.workflow
        && one.repository_id == other.repository_id
        && match one.kind {
            PublisherKind::GitHub | PublisherKind::GitLab => true,
            PublisherKind::Google | PublisherKind::CircleCI => one.subject == other.subject,
        }
}

/// The publisher of several builds: what they have in common. What differs from build to build is
/// stated of none.
pub(super) fn common(builds: &[Verified<Publisher>]) -> Option<Verified<Publisher>> {
    let (first, rest) = builds.split_first()?;
    if rest.is_empty() {
        return Some(first.clone());
    }
    let mut common = first.get().clone();
    for build in rest {
        let build = build.get();
        keep(&mut common.git_ref, build.git_ref.as_ref());
        keep(&mut common.commit, build.commit.as_ref());
        keep(
            &mut common.runner_environment,
            build.runner_environment.as_ref(),
        );
        keep(&mut common.trigger, build.trigger.as_ref());
        keep(&mut common.run_url, build.run_url.as_ref());
        keep(&mut common.environment, build.environment.as_ref());
        keep(&mut common.owner_id, build.owner_id.as_ref());
        keep(
            &mut common.build_signer_uri,
            build.build_signer_uri.as_ref(),
        );
        if common.subject != build.subject
            && let Some(at) = common.subject.rfind("@refs/")
        {
            common.subject.truncate(at);
        }
    }
    Some(Verified::attest(common))
}

fn keep<T: PartialEq>(common: &mut Option<T>, other: Option<&T>) {
    if common.as_ref() != other {
        *common = None;
    }
}
