//! Specs, and the packages that they pin: one world and one registry for all tests.

use std::sync::LazyLock;

use tempfile::TempDir;
use testkit::{GithubIdentity, NpmDraft, NpmStyle, Registry, World};

const DECLARED: &str = r#"provenance:
  repository_uri: "https://github.com/acme/widget"
  repository_ref: "refs/tags/v1.2.3"
  attestations:
    available: true
    publisher:
      kind: "GitHub"
      repository: "acme/widget"
      workflow: "release.yml"
"#;

/// An honest spec of a package that is there.
pub(crate) fn good() -> String {
    spec("@acme/a", "1.2.3", DECLARED)
}

/// A spec that declares another repository than the package was built from.
pub(crate) fn bad() -> String {
    spec(
        "@acme/b",
        "1.2.3",
        &DECLARED.replace("\"acme/widget\"", "\"mallory/widget\""),
    )
}

/// A spec of a package that the registry refuses to speak about.
pub(crate) fn unknown() -> String {
    spec("@acme/refused", "1.2.3", DECLARED)
}

/// The same, with no attestations claimed.
pub(crate) fn unclaimed() -> String {
    unknown().replace("available: true", "available: false")
}

pub(crate) fn spec(package: &str, version: &str, rest: &str) -> String {
    format!(
        "metadata:\n  name: server\n  description: \"A server\"\n  protocol: npx\n\
         spec:\n  package: {package:?}\n  version: {version:?}\n{rest}"
    )
}

pub(crate) struct Packages {
    world: World,
    pub(crate) registry: Registry,
    pub(crate) trust: TempDir,
}

/// From now on the registry answers like this about `package` 1.2.3.
pub(crate) fn answers(package: &str, fault: testkit::Fault) {
    let path = format!("/npm/{package}/1.2.3");
    PACKAGES.registry.fault(&path, fault);
}

/// Publishes a package of a test's own.
pub(crate) fn publish(package: &str) {
    let release = PACKAGES.world.npm_package(package, "1.2.3");
    PACKAGES.registry.publish_npm(&release);
}

/// Publishes a version of a package, built by this job.
pub(crate) fn publish_by(package: &str, version: &str, identity: &GithubIdentity) {
    let draft = NpmDraft::new(
        &PACKAGES.world,
        package,
        version,
        identity,
        NpmStyle::Current,
    );
    PACKAGES
        .registry
        .publish_npm(&PACKAGES.world.npm_release(&draft));
}

/// Publishes a package of a test's own without provenance.
pub(crate) fn publish_unattested(package: &str) {
    let draft = testkit::NpmDraft::signed_only(&PACKAGES.world, package, "1.2.3");
    PACKAGES
        .registry
        .publish_npm(&PACKAGES.world.npm_release(&draft));
}

/// Publishes a version of a package without provenance.
pub(crate) fn publish_signed(package: &str, version: &str) {
    let draft = NpmDraft::signed_only(&PACKAGES.world, package, version);
    PACKAGES
        .registry
        .publish_npm(&PACKAGES.world.npm_release(&draft));
}

/// The `integrity` that every release of a package has.
pub(crate) fn integrity(package: &str, version: &str) -> String {
    NpmDraft::signed_only(&PACKAGES.world, package, version).integrity
}

/// From now on the registry answers `path` like this.
pub(crate) fn fails(path: &str, fault: testkit::Fault) {
    PACKAGES.registry.fault(path, fault);
}

/// How often the registry was asked about packages of this scope.
pub(crate) fn asked_about(scope: &str) -> usize {
    let paths = PACKAGES.registry.paths();
    paths.iter().filter(|path| path.contains(scope)).count()
}

/// The packages, published once.
pub(crate) static PACKAGES: LazyLock<Packages> = LazyLock::new(|| {
    let (world, registry) = (World::new(), Registry::start());
    for name in ["@acme/a", "@acme/b"] {
        registry.publish_npm(&world.npm_package(name, "1.2.3"));
    }
    registry.fault("/npm/@acme/refused/1.2.3", testkit::Fault::Status(403));
    let trust = tempfile::tempdir().unwrap();
    world.write_trust(trust.path());
    Packages {
        world,
        registry,
        trust,
    }
});

/// The registry was never given a token.
pub(crate) fn registry_saw_no_token() -> bool {
    let requests = PACKAGES.registry.requests();
    requests
        .iter()
        .all(|request| request.header("authorization").is_none())
}
