//! npm releases before they are signed.

use jiff::Timestamp;

use super::tarball_digest;
use crate::identity::{GithubIdentity, GitlabIdentity};
use crate::keys::base64;
use crate::leaf::Leaf;
use crate::npm_keys::NpmKey;
use crate::predicate::{NPM_PUBLISH, Subject, npm_publish};
use crate::recipe::{BundleVersion, Recipe};
use crate::rekor::{EntryKind, LogOptions};
use crate::time::at;
use crate::world::World;

/// How a release was attested: the forms that real registries hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum NpmStyle {
    /// Today: SLSA v1 in a v0.3 bundle with a `dsse` entry.
    #[default]
    Current,
    /// 2024: SLSA v1 in a v0.2 bundle with an `intoto` entry.
    Chained,
    /// `actions/attest` instead of the npm CLI.
    Attest,
    /// 2023: SLSA v0.2 in a v0.1 bundle without an inclusion proof, logged 2023-06-01, under the old
    /// registry key.
    Early,
    /// As [`NpmStyle::Early`], with a certificate that has extensions 1 to 6 only, logged
    /// 2023-02-09.
    Earliest,
    /// As [`NpmStyle::Early`], from SLSA's isolated builder.
    Isolated,
}

/// One entry of the attestations response, before it is signed.
#[derive(Debug, Clone)]
pub struct NpmAttestation {
    /// The unsigned label; the signed predicate type if not given.
    pub label: Option<String>,
    /// How it is made.
    pub recipe: Recipe,
}

/// A release before it is signed. Its fields may be changed, each for one lie.
#[derive(Debug, Clone)]
pub struct NpmDraft {
    /// Package name.
    pub name: String,
    /// Version.
    pub version: String,
    /// `dist.integrity`.
    pub integrity: String,
    /// Publish time: `time` of the packument.
    pub published: Timestamp,
    /// Keys that make `dist.signatures`.
    pub signing_keys: Vec<NpmKey>,
    /// The attestations; [`NpmDraft::new`] puts the publish attestation first.
    pub attestations: Vec<NpmAttestation>,
    /// Whether the manifest advertises attestations.
    pub advertised: bool,
}

impl NpmDraft {
    /// An honest release without provenance: a publish attestation is npm's own act of publishing
    /// *with* provenance, so there is none either.
    pub fn signed_only(world: &World, name: &str, version: &str) -> Self {
        Self {
            name: name.into(),
            version: version.into(),
            integrity: format!("sha512-{}", base64(&tarball_digest(name, version))),
            published: world.now,
            signing_keys: vec![world.npm.current.clone()],
            attestations: Vec::new(),
            advertised: false,
        }
    }

    /// An honest release, built by `identity`.
    pub fn new(
        world: &World,
        name: &str,
        version: &str,
        identity: &GithubIdentity,
        style: NpmStyle,
    ) -> Self {
        let subject = Subject::npm(name, version, &tarball_digest(name, version));
        let identity = if style == NpmStyle::Isolated {
            &identity.clone().isolated()
        } else {
            identity
        };
        let statement = match style {
            NpmStyle::Current | NpmStyle::Chained => identity.slsa_v1(&subject),
            NpmStyle::Attest => identity.slsa_v1_attest(&subject),
            NpmStyle::Early | NpmStyle::Earliest => identity.slsa_v02(&subject),
            NpmStyle::Isolated => identity.slsa_v02_isolated(&subject),
        };
        let (kind, bundle) = match style {
            NpmStyle::Current | NpmStyle::Attest => (EntryKind::Dsse, BundleVersion::V03),
            NpmStyle::Chained => (EntryKind::Intoto, BundleVersion::V02),
            NpmStyle::Early | NpmStyle::Earliest | NpmStyle::Isolated => {
                (EntryKind::Intoto, BundleVersion::V01)
            }
        };
        let early = bundle == BundleVersion::V01;
        let time = match style {
            NpmStyle::Early | NpmStyle::Isolated => at("2023-06-01T09:00:00Z"),
            NpmStyle::Earliest => at("2023-02-09T17:56:00Z"),
            NpmStyle::Current | NpmStyle::Chained | NpmStyle::Attest => world.now,
        };
        let mut leaf = Leaf::new(identity.identity());
        if style == NpmStyle::Earliest {
            leaf.identity.only_early_extensions();
        }
        let mut log = LogOptions::new(kind, time);
        log.proof = !early;
        let provenance = Recipe::keyless(statement, leaf, log, bundle);
        let mut draft = Self::signed_only(world, name, version);
        draft.attested(world, &subject, provenance, time, early);
        draft
    }

    /// An honest release, built on GitLab.
    pub fn gitlab(world: &World, name: &str, version: &str, identity: &GitlabIdentity) -> Self {
        let subject = Subject::npm(name, version, &tarball_digest(name, version));
        let provenance = Recipe::keyless(
            identity.slsa_v02(&subject),
            Leaf::new(identity.identity()),
            LogOptions::new(EntryKind::Intoto, world.now),
            BundleVersion::V02,
        );
        let mut draft = Self::signed_only(world, name, version);
        draft.attested(world, &subject, provenance, world.now, false);
        draft
    }

    fn attested(
        &mut self,
        world: &World,
        subject: &Subject,
        provenance: Recipe,
        time: Timestamp,
        early: bool,
    ) {
        let (key, bundle) = if early {
            (&world.npm.old, BundleVersion::V01)
        } else {
            (&world.npm.current, BundleVersion::V02)
        };
        let mut log = LogOptions::new(EntryKind::Intoto, time);
        log.proof = !early;
        let statement = npm_publish(&self.name, &self.version, subject);
        let publish = Recipe::with_key(statement, key.clone(), log, bundle);
        self.published = time;
        self.signing_keys = vec![key.clone()];
        self.attestations = [publish, provenance]
            .map(|recipe| NpmAttestation {
                label: None,
                recipe,
            })
            .into();
        self.advertised = true;
    }

    /// The publish attestation.
    ///
    /// # Panics
    /// Where there is none.
    pub fn publish(&mut self) -> &mut Recipe {
        self.find(true)
    }

    /// The provenance attestation.
    ///
    /// # Panics
    /// Where there is none.
    pub fn provenance(&mut self) -> &mut Recipe {
        self.find(false)
    }

    fn find(&mut self, publish: bool) -> &mut Recipe {
        self.attestations
            .iter_mut()
            .map(|attestation| &mut attestation.recipe)
            .find(|recipe| (recipe.predicate_type() == NPM_PUBLISH) == publish)
            .expect("the draft has an attestation of this kind")
    }

    /// Drops the publish attestation.
    pub fn drop_publish(&mut self) {
        self.attestations
            .retain(|attestation| attestation.recipe.predicate_type() != NPM_PUBLISH);
    }

    /// Drops everything but the publish attestation.
    pub fn drop_provenance(&mut self) {
        self.attestations
            .retain(|attestation| attestation.recipe.predicate_type() == NPM_PUBLISH);
    }
}
