//! The declared source repository and ref against the certificate.

use super::{Draft, RuleId};
use crate::identity::{GitRef, PublisherKind};
use crate::spec::{DeclaredProvenance, Spanned};
use crate::verify::Publisher;

/// The findings about the source.
pub(super) fn check(declared: &DeclaredProvenance, publisher: &Publisher) -> Vec<Draft> {
    let other_repository = repository(declared, publisher);
    // In another repository a ref of the same name is another thing.
    let other_ref = if other_repository.is_some() {
        None
    } else {
        git_ref(declared, publisher)
    };
    other_repository.into_iter().chain(other_ref).collect()
}

fn repository(declared: &DeclaredProvenance, publisher: &Publisher) -> Option<Draft> {
    let Spanned { value, span } = declared.repository_uri.as_ref()?;
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
        help: "Declare the repository that the package is really built from, after checking that it is the one you mean.".to_owned(),
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
            .is_some_and(|identity| identity.value == publisher.subject)
}

/// A declared tag or commit that is not the one that was built. A declared branch says where
/// development happens, and a certificate of a run on a branch says nothing about tags: neither is a
/// difference (34 of dockyard's 44 specs declare a branch).
fn git_ref(declared: &DeclaredProvenance, publisher: &Publisher) -> Option<Draft> {
    let Spanned { value, span } = declared.repository_ref.as_ref()?;
    let (differs, certified) = match (value, publisher.git_ref.as_ref()) {
        (GitRef::Tag(declared), Some(GitRef::Tag(built))) => {
            (declared != built, format!("refs/tags/{built}"))
        }
        // A bare `v1.2.3` means the tag; a bare `main` could be anything.
        (GitRef::Other(declared), Some(GitRef::Tag(built))) if is_version(declared) => {
            (declared != built, format!("refs/tags/{built}"))
        }
        (GitRef::Commit(declared), _) => {
            let commit = publisher.commit.as_deref()?;
            (!declared.eq_ignore_ascii_case(commit), commit.to_owned())
        }
        _ => return None,
    };
    differs.then(|| Draft {
        rule: RuleId::SourceRefMismatch,
        route: "provenance.repository_ref".to_owned(),
        span: *span,
        message: format!("Declared ref is `{value}`; the package was built from `{certified}`."),
        help: format!("Declare `{certified}`, or the branch that releases are made from."),
    })
}

fn is_version(text: &str) -> bool {
    let number = text.strip_prefix('v').unwrap_or(text);
    number.starts_with(|first: char| first.is_ascii_digit()) && number.contains('.')
}
