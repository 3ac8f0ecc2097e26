//! Workflows of certificates and specs.

use super::super::{PublisherKind, Repository, same_workflow, workflow_from_config_uri};
use super::certified;

pub(super) const COMMIT: &str = "0123456789abcdef0123456789abcdef01234567";

#[test]
#[expect(clippy::too_many_lines, reason = "one table")]
fn workflows_are_read_from_the_config_uri() {
    let github = certified("https://github.com/owner/repo");
    let gitlab = Repository::certified("https://gitlab.com/g/s/p", PublisherKind::GitLab).unwrap();
    for (uri, repository, git_ref, digest, expected) in [
        (
            "https://github.com/owner/repo/.github/workflows/a.yml@refs/heads/main",
            &github,
            Some("refs/heads/main"),
            Some(COMMIT),
            Some(".github/workflows/a.yml"),
        ),
        (
            "https://github.com/Owner/REPO/.github/workflows/a.yml@refs/heads/main",
            &github,
            Some("refs/heads/main"),
            None,
            Some(".github/workflows/a.yml"),
        ),
        (
            "https://github.com/owner/repo/.github/workflows/a.yml@refs/tags/@scope/pkg@1.2.3",
            &github,
            Some("refs/tags/@scope/pkg@1.2.3"),
            None,
            Some(".github/workflows/a.yml"),
        ),
        (
            "https://github.com/owner/repo/.github/workflows/a@b.yml@refs/heads/main",
            &github,
            Some("refs/heads/main"),
            None,
            Some(".github/workflows/a@b.yml"),
        ),
        (
            "https://github.com/owner/repo/.github/workflows/a.yml@0123456789abcdef0123456789abcdef01234567",
            &github,
            None,
            Some(COMMIT),
            Some(".github/workflows/a.yml"),
        ),
        (
            "https://github.com/owner/repo/.github/workflows/a.yaml@refs/tags/v1",
            &github,
            Some("refs/heads/main"),
            None,
            Some(".github/workflows/a.yaml"),
        ),
        (
            "https://gitlab.com/g/s/p//.gitlab-ci.yml@refs/heads/main",
            &gitlab,
            Some("refs/heads/main"),
            None,
            Some(".gitlab-ci.yml"),
        ),
        (
            "https://gitlab.com/g/s/p//ci/release.yml@refs/heads/main",
            &gitlab,
            Some("refs/heads/main"),
            None,
            Some("ci/release.yml"),
        ),
        // Other repositories, other hosts, other shapes.
        (
            "https://gitlab.com/g/s/p/.gitlab-ci.yml@refs/heads/main",
            &gitlab,
            Some("refs/heads/main"),
            None,
            None,
        ),
        (
            "https://github.com/owner/repo-evil/.github/workflows/a.yml@refs/heads/main",
            &github,
            Some("refs/heads/main"),
            None,
            None,
        ),
        (
            "https://github.com/owner/repo.git/.github/workflows/a.yml@refs/heads/main",
            &github,
            Some("refs/heads/main"),
            None,
            None,
        ),
        (
            "https://github.com.evil.org/owner/repo/.github/workflows/a.yml@refs/heads/main",
            &github,
            Some("refs/heads/main"),
            None,
            None,
        ),
        (
            "http://github.com/owner/repo/.github/workflows/a.yml@refs/heads/main",
            &github,
            Some("refs/heads/main"),
            None,
            None,
        ),
        (
            "https://github.com/owner/repo/../../evil/x.yml@refs/heads/main",
            &github,
            Some("refs/heads/main"),
            None,
            None,
        ),
        (
            "https://github.com/owner/repo/.github/workflows/a.yml@refs/heads/other@x",
            &github,
            None,
            None,
            Some(".github/workflows/a.yml"),
        ),
        (
            "https://github.com/owner/repo/.github/workflows/a.yml@main",
            &github,
            None,
            None,
            None,
        ),
        (
            "https://github.com/owner/repo/.github/workflows/a.yml@refs/",
            &github,
            None,
            None,
            None,
        ),
        (
            "https://github.com/owner/repo/.github/workflows/sub/a.yml@refs/heads/main",
            &github,
            None,
            None,
            None,
        ),
        (
            "https://github.com/owner/repo/a.yml@refs/heads/main",
            &github,
            Some(""),
            None,
            None,
        ),
        (
            "https://github.com/owner/repo/@refs/heads/main",
            &github,
            Some("refs/heads/main"),
            None,
            None,
        ),
        (
            "https://github.com/owner/repo",
            &github,
            Some("refs/heads/main"),
            None,
            None,
        ),
        (
            "https://circleci.com/api/v2/pipeline/x/config",
            &github,
            None,
            None,
            None,
        ),
        ("", &github, None, None, None),
    ] {
        assert_eq!(
            workflow_from_config_uri(uri, repository, git_ref, digest).as_deref(),
            expected,
            "{uri}"
        );
    }
}

#[test]
fn workflows_compare_by_path_and_case() {
    use PublisherKind::{GitHub, GitLab};
    let release = ".github/workflows/release.yml";
    for same in [
        "release.yml",
        release,
        "./.github/workflows/release.yml",
        "/.github/workflows/release.yml",
    ] {
        assert!(same_workflow(GitHub, same, release), "{same}");
    }
    for other in [
        "Release.yml",
        "release.yaml",
        "",
        "/",
        "./",
        "workflows/release.yml",
        "elease.yml",
        "../release.yml",
    ] {
        assert!(!same_workflow(GitHub, other, release), "{other}");
    }
    assert!(same_workflow(GitLab, ".gitlab-ci.yml", ".gitlab-ci.yml"));
    assert!(!same_workflow(
        GitLab,
        ".gitlab-ci.yml",
        "evil/.gitlab-ci.yml"
    ));
    assert!(!same_workflow(GitLab, "release.yml", release));
}
