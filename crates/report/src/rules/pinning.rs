//! A claim has to say whose attestations it means: anybody can attest packages that they build.

use super::declaration;
use super::publisher::is_signer;
use crate::finding::{Draft, RuleId};
use crate::spec::{DeclaredProvenance, SpecPackage};
use package_provenance::identity::PublisherKind;
use package_provenance::verify::{Observed, Publisher};

/// The route of what is missing.
const ROUTE: &str = "provenance.attestations.publisher";

/// The finding about a claim that names nobody. It is judged by the spec alone, whatever the evidence
/// is; only the advice is made of it. Where the publisher is declared and cannot be read, that is
/// said already.
pub(super) fn check(spec: &SpecPackage, observed: &Observed) -> Option<Draft> {
    let declared = &spec.declared;
    let span = declared.claims_attestations()?;
    if declared.pins_publisher() || declared.publisher_unreadable {
        return None;
    }
    Some(Draft {
        rule: RuleId::PublisherNotPinned,
        route: ROUTE.to_owned(),
        span,
        message: format!(
            "The spec claims attestations, but not whose: {}.",
            missing(declared)
        ),
        help: observed.publisher.as_ref().map_or_else(
            || generic(declared),
            |publisher| {
                declaration::advice(
                    "Declare the publisher that the certificate names",
                    declared,
                    publisher.get(),
                )
            },
        ),
    })
}

/// A pin that holds for others too, which only a certificate shows: the subject is a reusable workflow
/// of another repository, which any repository can call, and nothing says which one did.
pub(super) fn of_build(declared: &DeclaredProvenance, build: &Publisher) -> Option<Draft> {
    declared.claims_attestations()?;
    let identity = declared.signer_identity.as_ref()?;
    let called_by = build.repository.as_ref()?;
    let source_declared = declared.repository_uri.is_some()
        || declared.publisher_repository.is_some() && declared.publisher_kind.is_some();
    if source_declared
        || !declaration::forge(build)
        || !identity.value.is_whole()
        || !is_signer(&identity.value, build)
        || identity.value.lies_in(called_by)
    {
        return None;
    }
    Some(Draft {
        rule: RuleId::PublisherNotPinned,
        route: ROUTE.to_owned(),
        span: identity.span,
        message: format!(
            "`signer_identity` is a reusable workflow, which any repository can call; this package was built from `{called_by}`."
        ),
        help: declaration::advice("Declare the repository too", declared, build),
    })
}

/// What the spec says instead of a publisher.
fn missing(declared: &DeclaredProvenance) -> &'static str {
    let kind = declared.publisher_kind.as_ref().map(|kind| kind.value);
    match (kind, &declared.publisher_repository) {
        (Some(PublisherKind::Google), _) => {
            "`kind: Google` means any Google account, and no `signer_identity` names the e-mail address"
        }
        (Some(PublisherKind::CircleCI), _) => {
            "`kind: CircleCI` means any project, and no `signer_identity` is the whole subject of its certificates"
        }
        (Some(PublisherKind::GitHub | PublisherKind::GitLab), _) => {
            "`publisher.kind` names a service that anybody can use, and `publisher.repository` is missing"
        }
        (None, Some(_)) => "`publisher.repository` is there, and `publisher.kind` is missing",
        (None, None) if declared.signer_identity.is_some() => {
            "`signer_identity` is not the whole subject of a certificate, so that a workflow of any repository has it"
        }
        (None, None) => "neither a publisher nor the subject of its certificate is declared",
    }
}

fn generic(declared: &DeclaredProvenance) -> String {
    let how = match declared.publisher_kind.as_ref().map(|kind| kind.value) {
        Some(PublisherKind::Google) => {
            "Declare the account's e-mail address as `provenance.signer_identity`."
        }
        Some(PublisherKind::CircleCI) => {
            "Declare `https://circleci.com/api/v2/projects/…/pipeline-definitions/…` as `provenance.signer_identity`."
        }
        Some(PublisherKind::GitHub | PublisherKind::GitLab) | None => {
            "Declare `kind` and `repository` below `provenance.attestations.publisher`, or the whole subject of the certificate as `provenance.signer_identity`."
        }
    };
    format!("{how} If there are no attestations, set `available: false`.")
}
