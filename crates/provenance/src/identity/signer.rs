//! What a spec declares as the signer (dockyard's older `signer_identity`).

use super::Repository;

/// Whose certificate a spec asks for, as declared.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SignerIdentity {
    /// The whole subject of a certificate, which only one signer has: a URI with its host, with or
    /// without `@ref`, or an e-mail address.
    Subject(String),
    /// Anything else, such as the path of a workflow: many signers have one like it.
    Partial(String),
}

impl SignerIdentity {
    /// Reads what a spec says.
    ///
    /// A subject is whole where nobody but its owner can have it (Fulcio's `ci-issuer-metadata`
    /// templates): `https://github.com/OWNER/REPO/.github/workflows/FILE`,
    /// `https://gitlab.com/GROUP/PROJECT//FILE`,
    /// `https://circleci.com/api/v2/projects/ID/pipeline-definitions/ID`, any path on another host,
    /// or `name@domain`. The `@ref` of the first two may be left out: it changes with every release,
    /// and whoever can release from one ref of the repository can do so from another.
    pub fn parse(text: &str) -> Self {
        let whole = match text.strip_prefix("https://") {
            Some(rest) => rest
                .split_once('/')
                .is_some_and(|(host, path)| is_host(host) && is_whole(host, path)),
            None => is_email(text),
        };
        if whole {
            Self::Subject(text.to_owned())
        } else {
            Self::Partial(text.to_owned())
        }
    }

    /// As written.
    pub fn as_str(&self) -> &str {
        match self {
            Self::Subject(text) | Self::Partial(text) => text,
        }
    }

    /// Whether only one signer can have it.
    pub const fn is_whole(&self) -> bool {
        matches!(self, Self::Subject(_))
    }

    /// Whether it is a workflow that lies in `repository`. A reusable workflow of another repository
    /// may be called by anybody.
    pub fn lies_in(&self, repository: &Repository) -> bool {
        let path = self
            .as_str()
            .strip_prefix("https://")
            .and_then(|rest| rest.strip_prefix(repository.host())?.strip_prefix('/'))
            .and_then(|rest| rest.split_at_checked(repository.path().len()));
        path.is_some_and(|(path, rest)| {
            path.eq_ignore_ascii_case(repository.path()) && rest.starts_with('/')
        })
    }
}

fn is_host(host: &str) -> bool {
    host.contains('.')
        && host.split('.').all(|label| !label.is_empty())
        && host
            .bytes()
            .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b".-".contains(&byte))
}

/// Whether `path` on `host` names a workflow (or pipeline) and not only where it may lie.
fn is_whole(host: &str, path: &str) -> bool {
    let all_named = |names: &[&str]| names.iter().all(|name| !name.is_empty());
    // What follows `@` is the ref.
    let is_file = |file: &str| !file.is_empty() && !file.starts_with('@') && !file.ends_with('/');
    let mut segments = path.splitn(5, '/');
    match host {
        "github.com" => match [(); 5].map(|()| segments.next().unwrap_or_default()) {
            [owner, name, ".github", "workflows", file] => {
                all_named(&[owner, name]) && is_file(file)
            }
            _ => false,
        },
        "gitlab.com" => path.split_once("//").is_some_and(|(project, file)| {
            project.contains('/')
                && project.split('/').all(|part| !part.is_empty())
                && is_file(file)
        }),
        "circleci.com" => path
            .strip_prefix("api/v2/projects/")
            .and_then(|rest| rest.split_once("/pipeline-definitions/"))
            .is_some_and(|(project, definition)| {
                all_named(&[project, definition])
                    && !project.contains('/')
                    && !definition.contains('/')
            }),
        _ => is_file(path),
    }
}

/// `name@domain`, of visible ASCII.
fn is_email(text: &str) -> bool {
    text.split_once('@').is_some_and(|(name, domain)| {
        !name.is_empty()
            && !domain.contains('@')
            && is_host(&domain.to_ascii_lowercase())
            && text
                .bytes()
                .all(|byte| byte.is_ascii_graphic() && !b"/:\\<>\"".contains(&byte))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::identity::PublisherKind;

    #[test]
    fn only_a_whole_subject_is_one_signer() {
        for whole in [
            "https://github.com/acme/widget/.github/workflows/release.yml",
            "https://github.com/acme-/widget/.github/workflows/release.yml@refs/tags/v1.2.3",
            "https://github.com/acme/widget/.github/workflows/a b.yml@refs/heads/a/b",
            "https://gitlab.com/acme/tools/widget//.gitlab-ci.yml@refs/heads/main",
            "https://gitlab.com/acme/widget//ci/release.yml",
            "https://circleci.com/api/v2/projects/1d7e5f4a/pipeline-definitions/2e8f",
            "https://ci.example.org/acme/widget",
            "release@example.com",
            "release@acme-widget.iam.gserviceaccount.com",
        ] {
            let read = SignerIdentity::parse(whole);
            assert!(read.is_whole(), "{whole}");
            assert_eq!(read.as_str(), whole);
        }
        for partial in [
            "/.github/workflows/release.yml",
            ".github/workflows/release.yml",
            "release.yml",
            "acme/widget/.github/workflows/release.yml",
            "github.com/acme/widget/.github/workflows/release.yml",
            "http://github.com/acme/widget/.github/workflows/release.yml",
            "HTTPS://github.com/acme/widget/.github/workflows/release.yml",
            "https://GitHub.com/acme/widget/.github/workflows/release.yml",
            "https:///acme/widget/.github/workflows/release.yml",
            "https://github.com",
            "https://github.com/",
            "https://github.com/acme",
            "https://github.com/acme/widget",
            "https://github.com/acme/widget/.github/workflows/",
            "https://github.com/acme/widget/.github/workflows/@refs/heads/main",
            "https://github.com//widget/.github/workflows/release.yml",
            "https://gitlab.com/acme/widget",
            "https://gitlab.com/acme//x.yml",
            "https://circleci.com/api/v2/projects/1d7e5f4a",
            "https://circleci.com/api/v2/projects//pipeline-definitions/2e8f",
            "https://localhost/acme/widget",
            "https://user@github.com/acme/widget/.github/workflows/release.yml",
            "@example.com",
            "release@",
            "release@example",
            "a@b@example.com",
            "release @example.com",
            "refs@x.y/.github/workflows/release.yml",
            "*@example.com/",
        ] {
            assert!(!SignerIdentity::parse(partial).is_whole(), "{partial}");
        }
    }

    #[test]
    fn a_workflow_lies_in_its_own_repository_only() {
        let repository =
            Repository::certified("https://github.com/acme/widget", PublisherKind::GitHub).unwrap();
        let lies = |repo: &str| {
            SignerIdentity::parse(&format!(
                "https://github.com/{repo}/.github/workflows/r.yml"
            ))
            .lies_in(&repository)
        };
        assert!(lies("acme/widget") && lies("ACME/Widget"));
        for other in ["acme/widget-evil", "mallory/widget", "acme/widge"] {
            assert!(!lies(other), "{other}");
        }
    }
}
