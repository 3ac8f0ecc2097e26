//! A Go package's module against the declared source. Nobody signs where a module is from, but a path
//! on github.com is its repository: the go command takes it from nowhere else (docs/verification.md#d3).

use super::about::about_version;
use crate::finding::{Draft, RuleId};
use crate::spec::SpecPackage;
use package_provenance::evidence::go::info::Origin;
use package_provenance::git::{CommitId, pseudo_revision};
use package_provenance::identity::{GitRef, Repository};
use package_provenance::verify::{GoFacts, Observed};
use untrusted_text::quoted;

/// The findings about where the module is from.
pub(super) fn check(spec: &SpecPackage, observed: &Observed) -> Vec<Draft> {
    let Some(go) = &observed.go else {
        return Vec::new();
    };
    let by_path = other_repository(spec, go.repository.as_ref());
    // One difference is one finding.
    let by_origin = match (&by_path, &go.origin) {
        (None, Some(origin)) => other_origin(spec, go, origin),
        (Some(_), _) | (None, None) => None,
    };
    by_path.into_iter().chain(by_origin).collect()
}

/// The declared repository is another one than the path names.
fn other_repository(spec: &SpecPackage, repository: Option<&Repository>) -> Option<Draft> {
    let declared = spec.declared.repository_uri.as_ref()?;
    let repository = repository.filter(|it| **it != declared.value)?;
    Some(Draft {
        rule: RuleId::SourceRepositoryMismatch,
        route: "provenance.repository_uri".to_owned(),
        span: declared.span,
        message: format!(
            "Declared source is `{}`; a Go module of this path comes from `{repository}`.",
            declared.value
        ),
        help: "If the project moved, pin the module by its new path; otherwise correct `repository_uri`, or do not use this package.".to_owned(),
    })
}

/// What the proxy says of the module's origin differs from the path, or from what is declared. It is
/// not signed: it warns, and clears nothing.
fn other_origin(spec: &SpecPackage, go: &GoFacts, origin: &Origin) -> Option<Draft> {
    let by_path = go.repository.as_ref();
    let declared = spec.declared.repository_uri.as_ref();
    let expected = by_path.or(declared.map(|declared| &declared.value));
    let stated = Repository::declared(&origin.url, "github.com").ok();
    let from_elsewhere = expected
        .zip(stated)
        .filter(|(expected, stated)| *expected != stated)
        .map(|(expected, stated)| format!("has it from `{stated}`, and not from `{expected}`"));
    let other_commit = || {
        let declared = spec.declared.repository_ref.as_ref()?;
        let GitRef::Commit(commit) = declared.value.meant() else {
            return None;
        };
        let differs = !origin.hash.is_empty() && !commit.eq_ignore_ascii_case(&origin.hash);
        differs.then(|| {
            format!(
                "has it from commit {}, and not from the declared commit `{commit}`",
                quoted(&origin.hash)
            )
        })
    };
    let what = from_elsewhere
        .or_else(other_commit)
        .or_else(|| other_revision(go, origin))
        .or_else(|| moved_tag(go, origin))?;
    Some(about_version(
        spec,
        RuleId::OriginMismatch,
        format!(
            "The Go module proxy says of {} that it {what}.",
            spec.package
        ),
        "The proxy does not sign this, so it proves nothing; but a tag that was moved, or a vanity address that leads elsewhere, looks like this. Compare the module's content with the repository's.",
    ))
}

/// The version names a commit, and the proxy another one.
fn other_revision(go: &GoFacts, origin: &Origin) -> Option<String> {
    let revision = pseudo_revision(go.module.version())?;
    let commit = CommitId::parse(&origin.hash).ok()?;
    (!commit.as_str().starts_with(revision)).then(|| {
        format!("has it from commit {commit}, and not from {revision}, which the version names")
    })
}

/// The tag is no longer where the proxy once found the module.
fn moved_tag(go: &GoFacts, origin: &Origin) -> Option<String> {
    let tag = go.tag.as_ref()?;
    let then = CommitId::parse(&origin.hash).ok()?;
    let named = origin.git_ref.is_empty() || origin.git_ref == tag.name;
    let now = match &tag.commit {
        Some(now) if *now == then => return None,
        Some(now) => format!("that tag is at commit {now} now"),
        None => "the repository has no such tag any more".to_owned(),
    };
    let name = quoted(&tag.name);
    named.then(|| format!("has it from commit {then}, the tag {name}; {now}"))
}

#[cfg(test)]
mod tests;
