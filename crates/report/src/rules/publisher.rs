//! The declared publisher against the certificate.

use crate::finding::{Draft, RuleId, Span, Spanned};
use crate::spec::DeclaredProvenance;
use package_provenance::identity::escaping::is_escaping_of;
use package_provenance::identity::{PublisherKind, SignerIdentity, same_workflow};
use package_provenance::verify::Publisher;

/// The TUF repository of Sigstore's public-good instance, as dockyard's `sigstore_url` writes it.
pub const PUBLIC_GOOD: &str = "tuf-repo-cdn.sigstore.dev";

/// The findings about who published. `instance` is the Sigstore instance that verified, where it is
/// a known one. Where the kind differs, repository and workflow are not compared on top: that would
/// be one difference told three times.
pub(super) fn check(
    declared: &DeclaredProvenance,
    publisher: &Publisher,
    instance: Option<&str>,
) -> Vec<Draft> {
    let mut drafts: Vec<Draft> = issuer(declared, publisher).into_iter().collect();
    drafts.extend(sigstore_url(declared, instance));
    if let Some(different) = kind(declared, publisher) {
        drafts.push(different);
        return drafts;
    }
    match repository(declared, publisher) {
        Some(different) => drafts.push(different),
        // Another repository has other numbers, which is no difference on top.
        None => drafts.extend(ids(declared, publisher)),
    }
    drafts.extend(workflow(declared, publisher));
    drafts.extend(signer_identity(declared, publisher));
    drafts.extend(runner_environment(declared, publisher));
    drafts
}

/// Whether `declared` claims the attestations of exactly this publisher.
pub(crate) fn is_declared(declared: &DeclaredProvenance, publisher: &Publisher) -> bool {
    declared.claims_attestations().is_some()
        && declared.pins_publisher()
        && issuer(declared, publisher).is_none()
        && kind(declared, publisher).is_none()
        && repository(declared, publisher).is_none()
        && ids(declared, publisher).is_empty()
        && signer_identity(declared, publisher).is_none()
}

pub(super) fn differs(
    rule: RuleId,
    key: &str,
    span: Span,
    declared: &str,
    certified: Option<&str>,
) -> Draft {
    let certified = certified.map_or_else(|| "none".to_owned(), |text| format!("`{text}`"));
    Draft {
        rule,
        route: format!("provenance.{key}"),
        span,
        message: format!("Declared `{key}` is `{declared}`; the verified certificate says {certified}."),
        help: "If the publisher moved, confirm that with the project through a separate channel, then declare the new value. If not, the package does not come from where the spec says: do not use it.".to_owned(),
    }
}

fn kind(declared: &DeclaredProvenance, publisher: &Publisher) -> Option<Draft> {
    let Spanned { value, span } = declared.publisher_kind.as_deref()?;
    (*value != publisher.kind).then(|| {
        differs(
            RuleId::PublisherKindMismatch,
            "attestations.publisher.kind",
            *span,
            value.as_str(),
            Some(publisher.kind.as_str()),
        )
    })
}

fn repository(declared: &DeclaredProvenance, publisher: &Publisher) -> Option<Draft> {
    let Spanned { value, span } = declared.publisher_repository.as_deref()?;
    (Some(value) != publisher.repository.as_ref()).then(|| {
        let certified = publisher.repository.as_ref().map(ToString::to_string);
        differs(
            RuleId::PublisherRepositoryMismatch,
            "attestations.publisher.repository",
            *span,
            &value.to_string(),
            certified.as_deref(),
        )
    })
}

/// The forge's numbers of repository and owner, which stay when either is renamed and change when a
/// name is given up and taken by somebody else.
fn ids(declared: &DeclaredProvenance, publisher: &Publisher) -> Vec<Draft> {
    let pairs = [
        (
            "repository_id",
            &declared.publisher_repository_id,
            &publisher.repository_id,
        ),
        (
            "owner_id",
            &declared.publisher_owner_id,
            &publisher.owner_id,
        ),
    ];
    pairs
        .into_iter()
        .filter_map(|(key, declared, certified)| {
            let Spanned { value, span } = declared.as_deref()?;
            (Some(value) != certified.as_ref()).then(|| Draft {
                help: "The name is the declared one and the number is not: repository or owner was deleted and created again, by whoever took the name. Do not use this version before the project confirms, through a separate channel, that it is its own.".to_owned(),
                ..differs(
                    RuleId::PublisherIdMismatch,
                    &format!("attestations.publisher.{key}"),
                    *span,
                    value,
                    certified.as_deref(),
                )
            })
        })
        .collect()
}

fn workflow(declared: &DeclaredProvenance, publisher: &Publisher) -> Option<Draft> {
    let Spanned { value, span } = declared.publisher_workflow.as_deref()?;
    let certified = publisher.workflow.as_deref();
    let same = certified.is_some_and(|certified| same_workflow(publisher.kind, value, certified));
    (!same).then(|| {
        differs(
            RuleId::PublisherWorkflowMismatch,
            "attestations.publisher.workflow",
            *span,
            value,
            certified,
        )
    })
}

/// dockyard's older `cert_issuer`: the exact OIDC issuer.
fn issuer(declared: &DeclaredProvenance, publisher: &Publisher) -> Option<Draft> {
    let Spanned { value, span } = declared.cert_issuer.as_deref()?;
    (*value != publisher.issuer).then(|| {
        differs(
            RuleId::PublisherKindMismatch,
            "cert_issuer",
            *span,
            value,
            Some(&publisher.issuer),
        )
    })
}

/// dockyard's older `sigstore_url`: the Sigstore instance.
fn sigstore_url(declared: &DeclaredProvenance, instance: Option<&str>) -> Option<Draft> {
    let Spanned { value, span } = declared.sigstore_url.as_deref()?;
    let instance = instance?;
    let host = value
        .strip_prefix("https://")
        .unwrap_or(value)
        .trim_end_matches('/');
    (!host.eq_ignore_ascii_case(instance)).then(|| Draft {
        message: format!("Declared `sigstore_url` is `{value}`; the attestations were verified with `{instance}`."),
        ..differs(RuleId::PublisherKindMismatch, "sigstore_url", *span, value, Some(instance))
    })
}

/// Whether the certificate is the signer's: of its whole subject, with or without its ref and in either
/// spelling (as it is named, or percent-encoded as a certificate's subject is), or else the workflow's path with or without a leading slash. A whole subject is never compared with a
/// path, which a stranger's repository can have too.
pub(super) fn is_signer(identity: &SignerIdentity, publisher: &Publisher) -> bool {
    match identity {
        SignerIdentity::Subject(subject) => {
            let is = |certified| is_escaping_of(subject, certified);
            is(publisher.subject.as_str()) || without_ref(publisher).is_some_and(is)
        }
        SignerIdentity::Partial(text) => {
            let path = text.strip_prefix('/').unwrap_or(text);
            *text == publisher.subject || Some(path) == publisher.workflow.as_deref()
        }
    }
}

/// dockyard's older `signer_identity`.
fn signer_identity(declared: &DeclaredProvenance, publisher: &Publisher) -> Option<Draft> {
    let Spanned { value, span } = declared.signer_identity.as_deref()?;
    (!is_signer(value, publisher)).then(|| {
        differs(
            RuleId::PublisherWorkflowMismatch,
            "signer_identity",
            *span,
            value.as_str(),
            Some(&publisher.subject),
        )
    })
}

/// The certificate's subject without `@` and the workflow's ref, or the commit where there is no ref. A
/// reusable workflow has a ref of its own, which is not the one that was built; on GitHub the first
/// `@refs/` begins it, because a workflow's file name has no slash.
fn without_ref(publisher: &Publisher) -> Option<&str> {
    let subject = publisher.subject.as_str();
    if publisher.kind == PublisherKind::GitHub {
        return subject.split_once("@refs/").map_or_else(
            || {
                let (workflow, commit) = subject.rsplit_once('@')?;
                is_commit(commit).then_some(workflow)
            },
            |(workflow, _)| Some(workflow),
        );
    }
    let git_ref = publisher.git_ref.as_ref().map(ToString::to_string);
    let built = [git_ref.as_deref(), publisher.commit.as_deref()];
    built
        .into_iter()
        .flatten()
        .find_map(|built| subject.strip_suffix(built)?.strip_suffix('@'))
}

fn is_commit(text: &str) -> bool {
    matches!(text.len(), 40 | 64) && text.bytes().all(|byte| byte.is_ascii_hexdigit())
}

/// dockyard's older `runner_environment`.
fn runner_environment(declared: &DeclaredProvenance, publisher: &Publisher) -> Option<Draft> {
    let Spanned { value, span } = declared.runner_environment.as_deref()?;
    let certified = publisher.runner_environment.as_deref();
    (Some(value.as_str()) != certified).then(|| {
        differs(
            RuleId::PublisherWorkflowMismatch,
            "runner_environment",
            *span,
            value,
            certified,
        )
    })
}
