//! The SLSA build level that follows from a verified provenance (docs/verification.md#b7).

use super::observed::Publisher;
use super::slsa::{CrossCheck, SLSA_GENERATOR};
use crate::identity::PublisherKind;

/// The build level that may honestly be claimed for a verified SLSA provenance.
pub(super) fn build_level(check: CrossCheck, publisher: &Publisher) -> u8 {
    let hosted = match publisher.kind {
        PublisherKind::GitHub => publisher.runner_environment.as_deref() == Some("github-hosted"),
        PublisherKind::GitLab => publisher.runner_environment.as_deref() == Some("gitlab-hosted"),
        PublisherKind::Google | PublisherKind::CircleCI => false,
    };
    match (check, hosted) {
        (CrossCheck::NotComparable, _) | (_, false) => 1,
        (CrossCheck::Agrees, true) if is_isolated_builder(publisher) => 3,
        (CrossCheck::Agrees, true) => 2,
    }
}

/// The reusable workflows of slsa-github-generator, at a full release tag: they isolate the signing
/// from the build. A branch, a commit or a partial tag could be anything.
fn is_isolated_builder(publisher: &Publisher) -> bool {
    let isolated = |uri: &str| {
        let (file, tag) = uri
            .strip_prefix(SLSA_GENERATOR)?
            .strip_prefix(".github/workflows/")?
            .split_once("@refs/tags/v")?;
        let name = file.strip_suffix("_slsa3.yml")?;
        let known = ["builder_", "generator_", "delegator_"]
            .iter()
            .any(|prefix| {
                name.strip_prefix(prefix)
                    .is_some_and(|rest| !rest.is_empty())
            });
        let plain = name
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"_-".contains(&byte));
        let version = semver::Version::parse(tag).ok()?;
        Some(known && plain && version.pre.is_empty() && version.build.is_empty())
    };
    publisher.kind == PublisherKind::GitHub
        && publisher.build_signer_uri.as_deref().and_then(isolated) == Some(true)
}
