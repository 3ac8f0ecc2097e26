//! What the virtual Sigstore makes honestly is accepted by a verifier that is not ours.

use crate::support::{digest_of, sha256, verifier, verify_keyed, verify_keyless};
use testkit::predicate::{NPM_PUBLISH, SLSA_V1, SLSA_V02};
use testkit::{
    BundleVersion, CircleCiIdentity, EntryKind, GithubIdentity, GitlabIdentity, GoogleIdentity,
    NpmDraft, NpmStyle, PypiDraft, PypiPublisher, World, pypi,
};

#[test]
fn npm_releases_of_every_style() {
    let world = World::new();
    let verifier = verifier(&world);
    for (style, slsa) in [
        (NpmStyle::Current, SLSA_V1),
        (NpmStyle::Chained, SLSA_V1),
        (NpmStyle::Attest, SLSA_V1),
        (NpmStyle::Early, SLSA_V02),
        (NpmStyle::Earliest, SLSA_V02),
        (NpmStyle::Isolated, SLSA_V02),
    ] {
        let identity = GithubIdentity::default();
        let mut draft = NpmDraft::new(&world, "@acme/widget", "1.2.3", &identity, style);
        let key = match &draft.publish().signer {
            testkit::Signer::RegistryKey(key) => key.clone(),
            testkit::Signer::Certificate(_) => panic!("npm signs with its key"),
        };
        let release = world.npm_release(&draft);
        let digest = digest_of(&release.manifest);
        verify_keyless(&verifier, release.bundle(slsa), &digest)
            .unwrap_or_else(|error| panic!("{style:?} provenance: {error}"));
        verify_keyed(&verifier, release.bundle(NPM_PUBLISH), &digest, &key.key)
            .unwrap_or_else(|error| panic!("{style:?} publish: {error}"));
    }
}

#[test]
fn every_bundle_version_with_every_entry_kind() {
    let world = World::new();
    let verifier = verifier(&world);
    for bundle in [BundleVersion::V01, BundleVersion::V02, BundleVersion::V03] {
        for kind in [EntryKind::Intoto, EntryKind::Dsse] {
            let mut draft = world.npm_draft("widget", "1.0.0");
            draft.provenance().bundle = bundle;
            draft.provenance().log.kind = kind;
            draft.provenance().timestamp = true;
            let release = world.npm_release(&draft);
            let digest = digest_of(&release.manifest);
            let result = verify_keyless(&verifier, release.bundle(SLSA_V1), &digest)
                .unwrap_or_else(|error| panic!("{bundle:?} {kind:?}: {error}"));
            assert_eq!(result.verified_timestamps().len(), 2, "{bundle:?} {kind:?}");
        }
    }
}

#[test]
fn a_timestamp_authority_stands_in_for_the_entry_timestamp() {
    let world = World::new();
    let verifier = verifier(&world);
    let mut draft = world.npm_draft("widget", "1.0.0");
    draft.provenance().log.set = false;
    let digest = digest_of(&world.npm_release(&draft).manifest);
    let without = world.npm_release(&draft);
    assert!(verify_keyless(&verifier, without.bundle(SLSA_V1), &digest).is_err());
    draft.provenance().timestamp = true;
    let with = world.npm_release(&draft);
    verify_keyless(&verifier, with.bundle(SLSA_V1), &digest).expect("the token dates it");
}

#[test]
fn gitlab_npm_release() {
    let world = World::new();
    let draft = NpmDraft::gitlab(&world, "widget", "1.0.0", &GitlabIdentity::default());
    let release = world.npm_release(&draft);
    let digest = digest_of(&release.manifest);
    verify_keyless(&verifier(&world), release.bundle(SLSA_V02), &digest).expect("verifies");
}

#[test]
fn pypi_releases_of_every_publisher() {
    let world = World::new();
    let verifier = verifier(&world);
    for publisher in [
        PypiPublisher::Github(GithubIdentity::default()),
        PypiPublisher::Gitlab(GitlabIdentity::default()),
        PypiPublisher::Google(GoogleIdentity::default()),
        PypiPublisher::CircleCi(CircleCiIdentity::default()),
    ] {
        let mut draft = PypiDraft::new(&world, "Acme.Widget", "1.2.3", &publisher);
        if let PypiPublisher::Github(github) = &publisher {
            draft.files[0].add_slsa(&world, github);
        }
        let release = world.pypi_release_of(&draft);
        assert_eq!(release.provenance.len(), 2);
        assert_eq!(release.index["name"], "acme-widget");
        for file in &draft.files {
            let provenance = &release.provenance[&file.filename];
            let attestations = &provenance["attestation_bundles"][0]["attestations"];
            for attestation in attestations.as_array().expect("a list") {
                let bundle = pypi::to_bundle(attestation);
                verify_keyless(&verifier, &bundle, &sha256(&file.sha256))
                    .unwrap_or_else(|error| panic!("{publisher:?}: {error}"));
            }
        }
    }
}

#[test]
fn the_same_calls_make_the_same_bytes() {
    let make = || {
        World::new()
            .npm_package("@acme/widget", "1.2.3")
            .attestations
    };
    assert_eq!(make().to_string(), make().to_string());
}
