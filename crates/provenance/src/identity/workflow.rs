//! Workflow files: read from a certificate's build config URI (Fulcio extension .18), compared with
//! what a spec declares (docs/verification.md#e2).

use super::{PublisherKind, Repository};

/// The folder of GitHub's workflows.
const GITHUB_FOLDER: &str = ".github/workflows/";

/// The path of the workflow file inside `repository`, from the build config URI of the same
/// certificate.
///
/// `repository` is the certificate's source repository (.12), `git_ref` its ref (.14, such as
/// `refs/tags/@scope/pkg@1.2.3`) and `digest` its commit (.13). The URI is never split at `@`: tags
/// of monorepos hold one. `None` where the URI is not of that repository or its end is neither the
/// ref nor the commit.
pub fn workflow_from_config_uri(
    config_uri: &str,
    repository: &Repository,
    git_ref: Option<&str>,
    digest: Option<&str>,
) -> Option<String> {
    let on_host = config_uri
        .strip_prefix("https://")?
        .strip_prefix(repository.host())?
        .strip_prefix('/')?;
    let (path, rest) = on_host.split_at_checked(repository.path().len())?;
    if !path.eq_ignore_ascii_case(repository.path()) {
        return None;
    }
    let rest = rest.strip_prefix('/')?;
    // GitLab writes `https://gitlab.com/group/name//.gitlab-ci.yml@refs/heads/main`.
    let rest = if repository.host() == PublisherKind::GitLab.default_host() {
        rest.strip_prefix('/')?
    } else {
        rest
    };
    [git_ref, digest]
        .into_iter()
        .flatten()
        .filter(|suffix| !suffix.is_empty())
        .find_map(|suffix| rest.strip_suffix(suffix)?.strip_suffix('@'))
        .or_else(|| unambiguous_github_path(rest))
        .filter(|path| is_file_path(path))
        .map(ToOwned::to_owned)
}

/// `.github/workflows/NAME.yml@refs/…` or `…@<40 hex>`, where the name holds no `@` and no `/`, so
/// that there is one way to read it.
fn unambiguous_github_path(rest: &str) -> Option<&str> {
    let (path, at) = rest.split_once('@')?;
    let name = path.strip_prefix(GITHUB_FOLDER)?;
    let stem = name
        .strip_suffix(".yml")
        .or_else(|| name.strip_suffix(".yaml"))?;
    let commit = at.len() == 40
        && at
            .bytes()
            .all(|byte| byte.is_ascii_digit() || matches!(byte, b'a'..=b'f'));
    let full_ref = at
        .strip_prefix("refs/")
        .is_some_and(|rest| !rest.is_empty());
    (!stem.is_empty() && !name.contains('/') && (commit || full_ref)).then_some(path)
}

/// A relative path without tricks.
fn is_file_path(path: &str) -> bool {
    !path.chars().any(char::is_control)
        && path
            .split('/')
            .all(|segment| !matches!(segment, "" | "." | ".."))
}

/// Whether a declared workflow is the certified one.
///
/// Case matters, as it does in git. On GitHub a declared file without a folder lies in
/// `.github/workflows/`; elsewhere the whole path is compared, for a workflow may lie anywhere. One
/// leading `./` or `/` of the declared path means the repository's root.
pub fn same_workflow(kind: PublisherKind, declared: &str, certified: &str) -> bool {
    let declared = declared
        .strip_prefix("./")
        .or_else(|| declared.strip_prefix('/'))
        .unwrap_or(declared);
    if declared.is_empty() {
        return false;
    }
    if kind == PublisherKind::GitHub && !declared.contains('/') {
        certified.strip_prefix(GITHUB_FOLDER) == Some(declared)
    } else {
        certified == declared
    }
}
