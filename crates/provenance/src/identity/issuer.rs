//! OIDC issuers: which are known, and of which kinds of publisher others may be.

use super::PublisherKind;

const GITHUB: &str = "https://token.actions.githubusercontent.com";
const GITLAB: &str = "https://gitlab.com";
const GOOGLE: &str = "https://accounts.google.com";
const CIRCLECI: &str = "https://oidc.circleci.com";

/// The kind of publisher that an issuer certifies, where it is known. Issuers are compared whole: Fulcio
/// writes `https://github.com/…` and `https://gitlab.com/…` into the repository claim for custom GitHub
/// issuers and for other GitLab instances.
pub fn kind_of_issuer(issuer: &str) -> Option<PublisherKind> {
    match issuer {
        GITHUB => Some(PublisherKind::GitHub),
        GITLAB => Some(PublisherKind::GitLab),
        GOOGLE => Some(PublisherKind::Google),
        CIRCLECI => Some(PublisherKind::CircleCI),
        _ => issuer
            .strip_prefix("https://oidc.circleci.com/org/")
            .filter(|org| is_uuid(org))
            .map(|_| PublisherKind::CircleCI),
    }
}

/// CircleCI's per-organisation issuers end in the organisation's UUID and in nothing else.
fn is_uuid(text: &str) -> bool {
    text.len() == 36
        && text.bytes().enumerate().all(|(index, byte)| match index {
            8 | 13 | 18 | 23 => byte == b'-',
            _ => byte.is_ascii_hexdigit(),
        })
}

/// Whether it is the custom issuer of an enterprise on github.com: GitHub's own and the enterprise's
/// slug. GitHub itself writes these tokens, and Fulcio's template for them is that of GitHub's own
/// issuer, so that their repositories do lie on github.com.
pub fn is_github_enterprise(issuer: &str) -> bool {
    let slug = issuer
        .strip_prefix(GITHUB)
        .and_then(|rest| rest.strip_prefix('/'));
    slug.is_some_and(|slug| {
        (1..=100).contains(&slug.len())
            && slug
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'))
    })
}

/// Hosts, with everything below them, whose issuers are no GitLab's (fulcio
/// `config/identity/config.yaml`).
const NO_GITLAB: [&str; 15] = [
    "githubusercontent.com",
    "github.com",
    "ghe.com",
    "buildkite.com",
    "buddyusercontent.com",
    "codefresh.io",
    "circleci.com",
    "google.com",
    "googleapis.com",
    "amazonaws.com",
    "azure.com",
    "sigstore.dev",
    "sigstage.dev",
    "enforce.dev",
    "kaggle.com",
];

/// The path of the issuer of a GitHub Enterprise Server.
const GITHUB_SERVER: &str = "_services/token";

/// Whether an issuer that is not known could be of this kind. In doubt it could: a declared kind that
/// differs for sure is a fault, one that perhaps does not is none.
pub fn may_be_issuer_of(kind: PublisherKind, issuer: &str) -> bool {
    let rest = issuer
        .split_once("://")
        .map_or(issuer, |(_, rest)| rest)
        .to_ascii_lowercase();
    let (host, path) = rest.split_once('/').unwrap_or((&rest, ""));
    let below = |domain: &str| {
        host.strip_suffix(domain)
            .is_some_and(|sub| sub.is_empty() || sub.ends_with('.'))
    };
    match kind {
        PublisherKind::GitHub => {
            below("actions.githubusercontent.com") || below("ghe.com") || path == GITHUB_SERVER
        }
        PublisherKind::GitLab => path != GITHUB_SERVER && !NO_GITLAB.iter().copied().any(below),
        PublisherKind::Google => below("accounts.google.com"),
        PublisherKind::CircleCI => below("circleci.com"),
    }
}

#[cfg(test)]
mod tests {
    use PublisherKind::{CircleCI, GitHub, GitLab, Google};

    use super::*;

    #[test]
    fn known_issuers_are_exact() {
        assert_eq!(kind_of_issuer(GITHUB), Some(GitHub));
        assert_eq!(kind_of_issuer(GITLAB), Some(GitLab));
        for other in [
            "https://token.actions.githubusercontent.com/",
            "https://token.actions.githubusercontent.com/acme",
            "http://token.actions.githubusercontent.com",
            "https://TOKEN.actions.githubusercontent.com",
            "https://gitlab.com/",
            "https://oidc.circleci.com/org/../x",
            "",
        ] {
            assert_eq!(kind_of_issuer(other), None, "{other}");
        }
    }

    #[test]
    fn an_enterprise_has_one_slug() {
        assert!(is_github_enterprise(&format!("{GITHUB}/acme-inc")));
        for other in [
            GITHUB.to_owned(),
            format!("{GITHUB}/"),
            format!("{GITHUB}/a/b"),
            format!("{GITHUB}/a/"),
            format!("{GITHUB}/.."),
            format!("{GITHUB}/a?b"),
            format!("{GITHUB}/a%20"),
            format!("{GITHUB}.example.com/acme"),
            "http://token.actions.githubusercontent.com/acme".to_owned(),
            "https://TOKEN.actions.githubusercontent.com/acme".to_owned(),
        ] {
            assert!(!is_github_enterprise(&other), "{other}");
        }
    }

    #[test]
    fn only_what_cannot_be_is_told() {
        for (issuer, kinds) in [
            ("https://agent.buildkite.com", &[][..]),
            (
                "https://token.actions.githubusercontent.com/acme",
                &[GitHub],
            ),
            ("https://token.actions.acme.ghe.com", &[GitHub]),
            ("https://git.example.com/_services/token", &[GitHub]),
            ("https://gitlab.archlinux.org", &[GitLab]),
            ("https://example.com/gitlab", &[GitLab]),
            (
                "https://token.actions.githubusercontent.com.example.com",
                &[GitLab],
            ),
            ("https://oidc.circleci.com/org/x", &[CircleCI]),
            ("https://accounts.google.com/", &[Google]),
        ] {
            for kind in PublisherKind::ALL {
                assert_eq!(
                    may_be_issuer_of(kind, issuer),
                    kinds.contains(&kind),
                    "{kind} {issuer}"
                );
            }
        }
    }
}
