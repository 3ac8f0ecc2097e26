//! The declared source repository and ref against the certificate.

use crate::finding::Spanned;
use crate::finding::{Draft, RuleId};
use crate::spec::{DeclaredProvenance, SpecPackage};
use package_provenance::identity::{GitRef, PublisherKind};
use package_provenance::verify::Publisher;

/// The route of the declared ref.
const REF: &str = "provenance.repository_ref";

/// The findings about the source.
pub(super) fn check(spec: &SpecPackage, publisher: &Publisher) -> Vec<Draft> {
    let declared = &spec.declared;
    let other_repository = repository(declared, publisher);
    // What was only proposed is told whatever is declared. Else, in another repository a ref of the
    // same name is another thing.
    let other_ref = proposed(spec, publisher).or_else(|| {
        if other_repository.is_some() {
            None
        } else {
            git_ref(declared, publisher)
        }
    });
    other_repository.into_iter().chain(other_ref).collect()
}

fn repository(declared: &DeclaredProvenance, publisher: &Publisher) -> Option<Draft> {
    let Spanned { value, span } = declared.repository_uri.as_deref()?;
    if pinned_account(declared, publisher) {
        return None;
    }
    let certified = publisher.repository.as_ref();
    (Some(value) != certified).then(|| Draft {
        rule: RuleId::SourceRepositoryMismatch,
        route: "provenance.repository_uri".to_owned(),
        span: *span,
        message: match certified {
            Some(certified) => format!("Declared source is `{value}`; the verified certificate says the package was built from `{certified}`."),
            None => format!("Declared source is `{value}`; the verified certificate of `{}` names no repository, so nothing shows that the package was built from there.", publisher.subject),
        },
        help: "If the project moved, confirm that with it, then update `repository_uri`; otherwise do not use this version.".to_owned(),
    })
}

/// A Google account's certificate names no repository: it proves who published, not from where. Only
/// a spec that pins the very account (`signer_identity`) may leave it at that; any other account
/// could have signed as well.
fn pinned_account(declared: &DeclaredProvenance, publisher: &Publisher) -> bool {
    publisher.kind == PublisherKind::Google
        && declared
            .signer_identity
            .as_ref()
            .is_some_and(|identity| identity.value.as_str() == publisher.subject)
}

/// A build of a pull request's or merge request's ref, whatever is declared, also nothing.
fn proposed(spec: &SpecPackage, publisher: &Publisher) -> Option<Draft> {
    let built = publisher
        .git_ref
        .as_ref()
        .filter(|built| built.is_proposed())?;
    let (route, span) = spec
        .declared
        .repository_ref
        .as_ref()
        .map_or(("spec.version", spec.version_span), |declared| {
            (REF, declared.span)
        });
    Some(Draft {
        rule: RuleId::UnexpectedBuildRef,
        route: route.to_owned(),
        span,
        message: format!(
            "{} was built from `{built}`, which is what a pull request proposes.",
            spec.package
        ),
        help: "Whoever can open a pull request may have written what was built. Pin a version that was built from a tag or from the project's own branch, and ask the publisher how this one came about.".to_owned(),
    })
}

/// A declared ref that is not what was built.
///
/// A declared tag or commit says what the package was built from, so that anything else is a
/// difference, if a small one: nine of dockyard's 44 specs declare a tag that was left behind. A
/// declared branch says where releases come from; a tag on it is what they are usually built from, and
/// a certificate without a ref says nothing against it, but another branch does.
fn git_ref(declared: &DeclaredProvenance, publisher: &Publisher) -> Option<Draft> {
    let Spanned { value, span } = declared.repository_ref.as_deref()?;
    let built = publisher.git_ref.as_ref();
    let rule = match (value.meant(), built.map(GitRef::meant)) {
        (GitRef::Commit(commit), _) => {
            let same = |built: &str| commit.eq_ignore_ascii_case(built);
            let differs = !publisher.commit.as_deref().is_some_and(same);
            differs.then_some(RuleId::SourceRefMismatch)
        }
        (declared, Some(built)) if declared == built => None,
        (GitRef::Branch(_), None | Some(GitRef::Tag(_) | GitRef::Commit(_))) => None,
        (GitRef::Branch(_), Some(GitRef::Branch(_) | GitRef::Other(_))) => {
            Some(RuleId::UnexpectedBuildRef)
        }
        (GitRef::Tag(_) | GitRef::Other(_), _) => Some(RuleId::SourceRefMismatch),
    }?;
    let certified = match value {
        GitRef::Commit(_) => publisher.commit.clone(),
        GitRef::Tag(_) | GitRef::Branch(_) | GitRef::Other(_) => built.map(ToString::to_string),
    };
    let says = certified.as_ref().map_or_else(
        || "the verified certificate does not say what the package was built from".to_owned(),
        |certified| format!("the package was built from `{certified}`"),
    );
    Some(Draft {
        rule,
        route: REF.to_owned(),
        span: *span,
        message: format!("Declared ref is `{value}`; {says}."),
        help: help(rule, built, certified.as_deref()),
    })
}

/// Why tags are left behind.
const BOTS: &str = "update bots raise the version and leave `repository_ref` as it is";

/// What to do. `certified` is what was built in the kind of words that the spec uses.
fn help(rule: RuleId, built: Option<&GitRef>, certified: Option<&str>) -> String {
    if rule == RuleId::UnexpectedBuildRef {
        return "Whoever can push to some branch may have had the release built from code that was never merged. If the project releases from that branch, declare it; otherwise pin another version.".to_owned();
    }
    match (built, certified) {
        (Some(GitRef::Branch(_)), Some(branch)) if branch.starts_with("refs/heads/") => format!(
            "Update the tag if it is an older version's: {BOTS}. If releases are built from the branch, declare `{branch}`."
        ),
        (_, Some(certified)) => format!("Update it to `{certified}`: {BOTS}."),
        (_, None) => format!("Update it if it is of an older version: {BOTS}."),
    }
}

#[cfg(test)]
mod tests;
