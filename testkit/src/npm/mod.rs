//! npm releases: manifest, packument and attestations.

mod draft;
mod release;

pub use draft::{NpmAttestation, NpmDraft, NpmStyle};
pub use release::NpmRelease;

use sha2::{Digest as _, Sha512};

/// SHA-512 of the tarball that stands for this version.
pub fn tarball_digest(name: &str, version: &str) -> Vec<u8> {
    Sha512::digest(format!("tarball of {name}@{version}")).to_vec()
}
