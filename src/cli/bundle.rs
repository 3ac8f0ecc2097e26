//! The arguments of `verify-bundle`.

use std::ffi::{OsStr, OsString};
use std::path::PathBuf;

use super::args::BundleArguments;
use super::usage;

/// The arguments of `verify-bundle`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BundleRequest {
    /// Sigstore's staging instance is trusted instead of the public one.
    pub staging: bool,
    /// The bundle.
    pub bundle: PathBuf,
    /// Who must have signed.
    pub signer: Signer,
    /// A trusted root instead of the embedded one.
    pub trusted_root: Option<PathBuf>,
    /// A file, or `sha256:` and a digest in hexadecimal.
    pub artifact: OsString,
}

/// Who must have signed a bundle. There is no "anybody".
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Signer {
    /// A certificate with exactly this subject and issuer.
    Certificate {
        /// The subject alternative name.
        identity: String,
        /// The OIDC issuer.
        issuer: String,
    },
    /// The holder of this key (PEM).
    Key(PathBuf),
}

/// # Errors
/// A usage error where nobody is named who must have signed, or no artifact.
pub(super) fn request(bundle: BundleArguments) -> Result<BundleRequest, clap::Error> {
    let signer = match (
        bundle.certificate_identity,
        bundle.certificate_oidc_issuer,
        bundle.key,
    ) {
        (Some(identity), Some(issuer), None) if !identity.is_empty() && !issuer.is_empty() => {
            Signer::Certificate { identity, issuer }
        }
        (None, None, Some(key)) => Signer::Key(key),
        _ => {
            return Err(usage(
                "say who must have signed: --certificate-identity with --certificate-oidc-issuer, or --key",
            ));
        }
    };
    if bundle.artifact.as_os_str() == OsStr::new("") {
        return Err(usage("name the file, or sha256: and its digest"));
    }
    Ok(BundleRequest {
        staging: bundle.staging,
        bundle: bundle.bundle,
        signer,
        trusted_root: bundle.trusted_root,
        artifact: bundle.artifact,
    })
}
