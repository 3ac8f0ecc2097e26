//! Certificates of providers that this program does not know: what a spec may say about them, and what
//! it may not.

use super::publisher::differs;
use crate::finding::{Draft, RuleId};
use crate::spec::DeclaredProvenance;
use package_provenance::identity::{PublisherKind, is_github_enterprise, may_be_issuer_of};

/// What would help, up to the words on how to treat the version until then. `issuer` is untrusted text.
pub(super) fn advice(issuer: &str) -> String {
    if is_github_enterprise(issuer) {
        return format!(
            "It is the custom issuer of an enterprise on GitHub. If it is the publisher's own, declare `cert_issuer` as `{issuer}` below `provenance`, beside `publisher.kind` and `publisher.repository`: exactly that issuer is then accepted. Until then"
        );
    }
    if may_be_issuer_of(PublisherKind::GitLab, issuer) {
        return "If it is a self-managed GitLab, `cert_issuer` cannot accept it: its certificates say that its repositories lie on gitlab.com, so that nothing tells them from those which do. So".to_owned();
    }
    "A newer version of this program may know the provider; `cert_issuer` accepts an enterprise's own issuer on GitHub only. Until then".to_owned()
}

/// What is declared of the publisher and cannot be true of a certificate by `issuer`: another exact
/// issuer, or a kind that this one cannot be of.
pub(super) fn check(declared: &DeclaredProvenance, issuer: &str) -> Vec<Draft> {
    let other_issuer = declared
        .cert_issuer
        .as_ref()
        .filter(|declared| declared.value != issuer)
        .map(|declared| ("cert_issuer", declared.span, declared.value.as_str()));
    let other_kind = declared
        .publisher_kind
        .as_ref()
        .filter(|kind| !may_be_issuer_of(kind.value, issuer))
        .map(|kind| {
            (
                "attestations.publisher.kind",
                kind.span,
                kind.value.as_str(),
            )
        });
    [other_issuer, other_kind]
        .into_iter()
        .flatten()
        .map(|(key, span, declared)| Draft {
            message: format!(
                "Declared `{key}` is `{declared}`; the verified certificate is by the OIDC issuer `{issuer}`."
            ),
            ..differs(RuleId::PublisherKindMismatch, key, span, declared, Some(issuer))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::finding::{Span, Spanned};

    fn spanned<T>(value: T) -> Spanned<T> {
        Spanned {
            value,
            span: Span::START,
        }
    }

    const ENTERPRISE: &str = "https://token.actions.githubusercontent.com/acme";

    #[test]
    fn only_what_cannot_be_true_is_a_difference() {
        use PublisherKind::{CircleCI, GitHub, GitLab, Google};
        for (issuer, differing) in [
            (
                "https://agent.buildkite.com",
                &[GitHub, GitLab, Google, CircleCI][..],
            ),
            (ENTERPRISE, &[GitLab, Google, CircleCI]),
            ("https://gitlab.archlinux.org", &[GitHub, Google, CircleCI]),
        ] {
            for kind in PublisherKind::ALL {
                let declared = DeclaredProvenance {
                    publisher_kind: Some(Box::new(spanned(kind))),
                    ..DeclaredProvenance::default()
                };
                let drafts = check(&declared, issuer);
                assert_eq!(
                    !drafts.is_empty(),
                    differing.contains(&kind),
                    "{kind} {issuer}"
                );
            }
        }
        let declared = |issuer: &str| DeclaredProvenance {
            cert_issuer: Some(Box::new(spanned(issuer.to_owned()))),
            ..DeclaredProvenance::default()
        };
        assert!(check(&declared(ENTERPRISE), ENTERPRISE).is_empty());
        assert_eq!(check(&declared("https://gitlab.com"), ENTERPRISE).len(), 1);
        assert!(check(&DeclaredProvenance::default(), ENTERPRISE).is_empty());
    }

    #[test]
    fn the_advice_names_what_is_possible() {
        assert!(advice(ENTERPRISE).contains(&format!("`cert_issuer` as `{ENTERPRISE}`")));
        assert!(advice("https://gitlab.archlinux.org").contains("`cert_issuer` cannot accept it"));
        assert!(advice("https://agent.buildkite.com").contains("newer version"));
    }
}
