//! A spec without a package: a skill, which is a folder of a repository at a commit
//! (docs/verification.md#g1).

use super::fields::{Read, Reader, Section};
use super::spec_invalid;
use crate::finding::{Draft, RuleId, Spanned};
use crate::spec::model::{DeclaredProvenance, SpecSkill, Subject};
use package_provenance::git::{CommitId, FollowedRef, PinnedFolder, TreePath};
use package_provenance::identity::Repository;
use untrusted_text::quoted;

/// Reads `spec.repository`, `spec.ref` and `spec.path`; each is looked at, whatever is wrong with the
/// others.
pub(super) fn read(
    spec: &Section<'_>,
    [repository, git_ref, path]: [Read<Spanned<String>>; 3],
    declared: DeclaredProvenance,
    reader: &mut Reader,
) -> Subject {
    if matches!(repository, Read::Missing) || matches!(git_ref, Read::Missing) {
        reader.push(spec_invalid(
            "spec",
            spec.span,
            "The spec names neither a package nor a source: `spec.package` is missing, and so \
             is `spec.repository` or `spec.ref`.",
            "A skill needs `repository` and `ref`; a package needs `package` and `version`, \
             below `npx`, `uvx` or `go`.",
        ));
        return Subject::Unusable;
    }
    let repository = checked(repository, read_repository, reader);
    let commit = checked(git_ref, read_commit, reader);
    let path = match path {
        Read::Missing => Some(TreePath::root()),
        path @ (Read::Value(_) | Read::Wrong) => {
            checked(path, read_path, reader).map(|path| path.value)
        }
    };
    let followed = read_followed(&declared).map_err(|problem| reader.push(problem));
    match (repository, commit, path, followed) {
        (Some(repository), Some(commit), Some(path), Ok(followed)) => {
            Subject::Skill(Box::new(SpecSkill {
                folder: PinnedFolder {
                    repository: repository.value,
                    commit: commit.value,
                    followed,
                    path,
                },
                ref_span: commit.span,
                declared,
            }))
        }
        _ => Subject::Unusable,
    }
}

/// The value that `parse` makes; what it finds wrong is a problem.
fn checked<T>(
    read: Read<Spanned<String>>,
    parse: impl FnOnce(&Spanned<String>) -> Result<T, Draft>,
    reader: &mut Reader,
) -> Option<Spanned<T>> {
    let Read::Value(text) = read else {
        // Said already.
        return None;
    };
    match parse(&text) {
        Ok(value) => Some(Spanned {
            value,
            span: text.span,
        }),
        Err(problem) => {
            reader.push(problem);
            None
        }
    }
}

/// Only an https address names one repository for everybody: other spellings go over transports that
/// nobody authenticates, or depend on what is configured where the skill is built.
fn read_repository(text: &Spanned<String>) -> Result<Repository, Draft> {
    let refused = |why: String| Draft {
        rule: RuleId::SourceRepositoryMismatch,
        route: "spec.repository".to_owned(),
        span: text.span,
        message: format!("`spec.repository` {why}, so that nothing can be compared with it."),
        help: "Write the repository's web address, such as `https://github.com/owner/name`."
            .to_owned(),
    };
    if !text.value.starts_with("https://") {
        return Err(refused(format!(
            "is {}, which is not an https address",
            quoted(&text.value)
        )));
    }
    Repository::declared(&text.value, "github.com")
        .map_err(|error| refused(format!("cannot be read: {error}")))
}

fn read_commit(text: &Spanned<String>) -> Result<CommitId, Draft> {
    CommitId::parse(&text.value).map_err(|error| Draft {
        rule: RuleId::VersionNotPinned,
        route: "spec.ref".to_owned(),
        span: text.span,
        message: format!("`spec.ref` {} {error}.", quoted(&text.value)),
        help: "Pin the whole commit id, 40 hexadecimal digits, as `git rev-parse` shows it."
            .to_owned(),
    })
}

fn read_path(text: &Spanned<String>) -> Result<TreePath, Draft> {
    TreePath::parse(&text.value).map_err(|error| {
        spec_invalid(
            "spec.path",
            text.span,
            format!("`spec.path` {} {error}.", quoted(&text.value)),
            "Write the folder of the skill relative to the repository, such as `skills/name`.",
        )
    })
}

/// The branch or tag that is declared, if one is.
fn read_followed(declared: &DeclaredProvenance) -> Result<Option<FollowedRef>, Draft> {
    let Some(git_ref) = &declared.repository_ref else {
        return Ok(None);
    };
    FollowedRef::of(&git_ref.value).map_err(|error| {
        spec_invalid(
            "provenance.repository_ref",
            git_ref.span,
            format!(
                "`provenance.repository_ref` {} {error}.",
                quoted(&git_ref.value.to_string())
            ),
            "Write the branch that the skill follows, such as `refs/heads/main`.",
        )
    })
}
