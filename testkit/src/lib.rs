//! A virtual Sigstore and virtual registries, for tests: documents in the shapes that npm, `PyPI` and
//! Sigstore publish, signed with real cryptography by authorities that only the tests trust.
//!
//! ```
//! use testkit::{World, predicate};
//!
//! let world = World::new();
//! let honest = world.npm_package("@acme/widget", "1.2.3");
//! assert_eq!(honest.manifest["name"], "@acme/widget");
//!
//! // A lie is told before signing, so that everything else about it is true:
//! let mut draft = world.npm_draft("@acme/widget", "1.2.3");
//! draft.provenance().leaf().identity.set(12, "https://github.com/mallory/widget");
//! let lying = world.npm_release(&draft);
//!
//! // or after signing, on the JSON, as a mirror would:
//! let mut stripped = honest.clone();
//! stripped.attestations["attestations"] = serde_json::json!([]);
//!
//! // Who believes this world needs its two trust files:
//! let (_root, _keys) = (world.trusted_root_json(), world.npm_keys_json());
//! assert_ne!(lying.bundle(predicate::SLSA_V1), honest.bundle(predicate::SLSA_V1));
//! ```
#![expect(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::missing_panics_doc,
    reason = "a tool for tests: what cannot be made must stop the test that asked for it"
)]

pub mod ca;
pub mod der;
pub mod dsse;
pub mod github;
pub mod go;
pub mod identity;
pub mod keys;
pub mod leaf;
pub mod merkle;
pub mod npm;
pub mod npm_keys;
pub mod predicate;
pub mod pypi;
pub mod recipe;
pub mod registry;
pub mod rekor;
pub mod sct;
pub mod tamper;
pub mod time;
pub mod tls;
pub mod tsa;
pub mod tuf;
pub mod world;
pub mod x509;

pub use github::GitHub;
pub use go::{GoRelease, Sumdb};
pub use identity::{
    CircleCiIdentity, GithubIdentity, GitlabIdentity, GoogleIdentity, Identity, San,
};
pub use leaf::{Issuer, Leaf};
pub use npm::{NpmAttestation, NpmDraft, NpmRelease, NpmStyle};
pub use npm_keys::{NpmKey, NpmKeys, Window};
pub use pypi::{PypiBundle, PypiDraft, PypiFile, PypiPublisher, PypiRelease};
pub use recipe::{BundleVersion, EnvelopeKey, Recipe, Signed, Signer};
pub use registry::{Fault, Http2Fault, Registry, Request, Response, TlsFront, tls_acceptor};
pub use rekor::{EntryKind, LogKey, LogOptions};
pub use sct::Sct;
pub use time::at;
pub use tls::{ServerCertificate, TlsAuthority};
pub use tuf::TufRepository;
pub use world::World;
