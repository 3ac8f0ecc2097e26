//! A declaration that says less than it did.

use super::difference::Difference;
use super::memory::Memory;
use super::worse::Worsening;
use crate::finding::{Draft, RuleId, Span, Spanned};
use crate::spec::{DeclaredProvenance, SpecPackage};
use package_provenance::identity::Repository;

/// What a change takes away of what pinned the publisher. Of another package another publisher may be
/// declared, as long as one is.
pub(super) fn weakened(
    spec: &SpecPackage,
    memory: &Memory,
    same_package: bool,
) -> Option<Difference> {
    let (before, now) = (memory.declared.as_ref()?, &spec.declared);
    // Said already, and nobody knows what else is meant.
    if now.unreadable || !pins(before) {
        return None;
    }
    let gone = if !pins(now) {
        vec!["whose attestations the package must have"]
    } else if same_package && repository(before) == repository(now) {
        keys_gone(before, now)
    } else {
        // Another publisher's declaration cannot keep the keys of the old one.
        Vec::new()
    };
    if gone.is_empty() {
        return None;
    }
    let (route, span) = place(spec);
    let draft = Draft {
        rule: RuleId::DeclarationWeakened,
        route: route.to_owned(),
        span,
        message: format!(
            "The spec no longer says {}, which it does {}.",
            gone.join(", "),
            memory.place()
        ),
        help: "What is not declared is not compared: put it back, so that the next version cannot come from anybody else.".to_owned(),
    };
    Some(Difference::new(
        Worsening::DeclarationWeakened,
        draft,
        &[RuleId::PublisherNotPinned],
    ))
}

/// Another publisher than the base declares, of a package of which nobody's provenance is known there: no
/// build shows that the publisher is another one, so that the declaration is all there is to compare.
pub(super) fn redeclared(
    spec: &SpecPackage,
    memory: &Memory,
    same_package: bool,
) -> Option<Difference> {
    let (before, now) = (memory.declared.as_ref()?, &spec.declared);
    let comparable = same_package && !memory.is_attested() && !now.unreadable;
    if !comparable || !pins(before) || !pins(now) {
        return None;
    }
    let changed = changed(before, now);
    if changed.is_empty() {
        return None;
    }
    let (route, span) = place(spec);
    let draft = Draft {
        rule: RuleId::PublisherRedeclared,
        route: route.to_owned(),
        span,
        message: format!(
            "The spec declares another publisher of {} than {}: {} changed.",
            spec.package,
            memory.place(),
            changed.join(", ")
        ),
        help: "The version before has no provenance that shows who is right. Check at the project itself, not here, that it publishes from there.".to_owned(),
    };
    Some(Difference::new(Worsening::PublisherRedeclared, draft, &[]))
}

/// What says another thing than it did. A key that is new narrows the declaration, and one that is gone is
/// [`weakened`]; a repository that is gone leaves the declaration to whoever signs.
fn changed(before: &DeclaredProvenance, now: &DeclaredProvenance) -> Vec<&'static str> {
    fn differ<T: PartialEq>(before: Option<&Spanned<T>>, now: Option<&Spanned<T>>) -> bool {
        before
            .zip(now)
            .is_some_and(|(before, now)| before.value != now.value)
    }
    let (id, owner) = (
        (
            &before.publisher_repository_id,
            &now.publisher_repository_id,
        ),
        (&before.publisher_owner_id, &now.publisher_owner_id),
    );
    let moved = repository(before).is_some() && repository(before) != repository(now);
    [
        (
            differ(
                before.publisher_kind.as_deref(),
                now.publisher_kind.as_deref(),
            ),
            "its kind",
        ),
        (moved, "its repository"),
        (
            differ(id.0.as_deref(), id.1.as_deref()),
            "the repository's number",
        ),
        (
            differ(owner.0.as_deref(), owner.1.as_deref()),
            "the owner's number",
        ),
        (
            differ(
                before.publisher_workflow.as_deref(),
                now.publisher_workflow.as_deref(),
            ),
            "its workflow",
        ),
        (
            differ(
                before.signer_identity.as_deref(),
                now.signer_identity.as_deref(),
            ),
            "who must have signed it",
        ),
    ]
    .into_iter()
    .filter_map(|(changed, what)| changed.then_some(what))
    .collect()
}

/// Whether it claims attestations and says whose.
fn pins(declared: &DeclaredProvenance) -> bool {
    declared.claims_attestations().is_some() && declared.pins_publisher()
}

/// The declared publisher's repository, wherever it stands in the file.
fn repository(declared: &DeclaredProvenance) -> Option<&Repository> {
    let repository = declared.publisher_repository.as_ref();
    repository.map(|repository| &repository.value)
}

fn keys_gone(before: &DeclaredProvenance, now: &DeclaredProvenance) -> Vec<&'static str> {
    [
        (
            before.publisher_workflow.is_some() && now.publisher_workflow.is_none(),
            "by which workflow it must be built",
        ),
        (
            before.publisher_repository_id.is_some() && now.publisher_repository_id.is_none(),
            "the repository's number",
        ),
        (
            before.publisher_owner_id.is_some() && now.publisher_owner_id.is_none(),
            "the owner's number",
        ),
        (
            before.signer_identity.is_some() && now.signer_identity.is_none(),
            "who must have signed it",
        ),
    ]
    .into_iter()
    .filter_map(|(gone, what)| gone.then_some(what))
    .collect()
}

/// What is left of the declaration.
fn place(spec: &SpecPackage) -> (&'static str, Span) {
    let declared = &spec.declared;
    if let Some(block) = &declared.publisher {
        return ("provenance.attestations.publisher", block.key);
    }
    match (&declared.attestations, &declared.block) {
        (Some(block), _) => ("provenance.attestations", block.key),
        (None, Some(block)) => ("provenance", block.key),
        (None, None) => ("spec.package", spec.name_span),
    }
}
