//! The declared source repository and ref against the certificate.

use super::{Draft, RuleId};
use crate::identity::GitRef;
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
    // A Google account's certificate names no repository: nothing is proved, nothing contradicted.
    let certified = publisher.repository.as_ref()?;
    (value != certified).then(|| Draft {
        rule: RuleId::SourceRepositoryMismatch,
        route: "provenance.repository_uri".to_owned(),
        span: *span,
        message: format!("Declared source is `{value}`; the verified certificate says the package was built from `{certified}`."),
        help: "Declare the repository that the package is really built from, after checking that it is the one you mean.".to_owned(),
    })
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
