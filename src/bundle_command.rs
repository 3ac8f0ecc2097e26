//! `verify-bundle`: one Sigstore bundle over one artifact, in the protocol of
//! sigstore-conformance, through the same code as everything else.

use std::ffi::OsStr;
use std::fs::File;
use std::io::Read as _;
use std::path::Path;

use sigstore_verify::types::{Artifact, DerPublicKey, Sha256Hash};

use crate::cli::{BundleRequest, Signer};
use dockyard_registry::trust::load::{EMBEDDED_AS_OF, load_sigstore};
use package_provenance::trust::{SigstoreRoot, TrustError};
use package_provenance::verify::bundle;
use package_provenance::verify::failure::Failure;

/// Largest bundle or key that is read, in bytes.
const MAX_BUNDLE: u64 = 16 << 20;

/// Why a bundle was not verified.
#[derive(Debug, thiserror::Error)]
pub enum BundleCommandError {
    /// It fails: exit 1.
    #[error("not verified: {0}")]
    Refused(#[from] Failure),
    /// Something could not be read: exit 2.
    #[error("{0}")]
    Unreadable(String),
    /// No trust material: exit 2.
    #[error(transparent)]
    Trust(#[from] TrustError),
}

/// What an artifact argument means.
enum Input {
    Digest(Sha256Hash),
    Bytes(Vec<u8>),
}

/// What people should know of the trust behind the outcome: that it is built in, and how old.
pub fn note(request: &BundleRequest) -> Option<String> {
    let embedded = if request.staging {
        "Sigstore's staging root that is built into this program".to_owned()
    } else {
        format!("the Sigstore root that is built into this program, as of {EMBEDDED_AS_OF}")
    };
    let note = format!("trusted is {embedded}; name another one with --trusted-root");
    request.trusted_root.is_none().then_some(note)
}

/// Verifies the bundle.
///
/// # Errors
/// [`BundleCommandError`]; `Ok` means that every check held.
pub fn run(request: &BundleRequest) -> Result<(), BundleCommandError> {
    let root = load_sigstore(request.trusted_root.as_deref(), request.staging)?;
    let bundle = read(&request.bundle, MAX_BUNDLE, "the bundle")?;
    let bundle = String::from_utf8(bundle)
        .map_err(|error| Failure::Invalid(format!("malformed bundle: {error}")))?;
    match input(&request.artifact)? {
        Input::Digest(digest) => check(&root, &bundle, Artifact::from(digest), &request.signer),
        Input::Bytes(bytes) => check(
            &root,
            &bundle,
            Artifact::from(bytes.as_slice()),
            &request.signer,
        ),
    }
}

fn check(
    root: &SigstoreRoot,
    bundle: &str,
    artifact: Artifact<'_>,
    signer: &Signer,
) -> Result<(), BundleCommandError> {
    let key;
    let signer = match signer {
        Signer::Certificate { identity, issuer } => {
            bundle::Signer::Certificate { identity, issuer }
        }
        Signer::Key(path) => {
            key = public_key(path)?;
            bundle::Signer::Key(&key)
        }
    };
    bundle::check(root, bundle, artifact, signer)?;
    Ok(())
}

/// `sha256:` and 64 hexadecimal digits that are no path on disk are a digest; anything else is a
/// path (sigstore-conformance, `docs/cli_protocol.md`).
fn input(argument: &OsStr) -> Result<Input, BundleCommandError> {
    let path = Path::new(argument);
    let digest = argument
        .to_str()
        .and_then(|text| text.strip_prefix("sha256:"))
        .and_then(|hex| Sha256Hash::from_hex(hex).ok());
    match digest {
        Some(digest) if !path.exists() => Ok(Input::Digest(digest)),
        _ => read(path, u64::MAX, "the artifact").map(Input::Bytes),
    }
}

fn public_key(path: &Path) -> Result<DerPublicKey, BundleCommandError> {
    let pem = read(path, MAX_BUNDLE, "the key")?;
    let unreadable = |error: &dyn std::fmt::Display| {
        BundleCommandError::Unreadable(format!("the key {}: {error}", path.display()))
    };
    let pem = String::from_utf8(pem).map_err(|error| unreadable(&error))?;
    DerPublicKey::from_pem(&pem).map_err(|error| unreadable(&error))
}

fn read(path: &Path, limit: u64, what: &str) -> Result<Vec<u8>, BundleCommandError> {
    let fail = |problem: String| {
        BundleCommandError::Unreadable(format!("cannot read {what} {}: {problem}", path.display()))
    };
    let file = File::open(path).map_err(|error| fail(error.to_string()))?;
    let mut bytes = Vec::new();
    // One byte more than the limit shows that there is more.
    file.take(limit.saturating_add(1))
        .read_to_end(&mut bytes)
        .map_err(|error| fail(error.to_string()))?;
    if bytes.len() as u64 > limit {
        return Err(fail(format!("larger than {limit} bytes")));
    }
    Ok(bytes)
}
