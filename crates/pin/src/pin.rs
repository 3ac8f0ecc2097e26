//! What was verified of a package, as the digests that an installer can be held to.

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use package_provenance::dist::DistFilename;
use package_provenance::package::{GoPackage, NpmPackage, PackageVersion, PypiPackage};
use package_provenance::verify::{EvidenceKind, Observed, Outcome, Status};

/// A package and the digests that were verified of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Pin {
    /// npm.
    Npm(NpmPin),
    /// PyPI.
    Pypi(PypiPin),
    /// Go.
    Go(GoPin),
}

/// An npm package and its tarball.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NpmPin {
    pub(crate) package: NpmPackage,
    /// Subresource integrity: `sha512-` and base64.
    pub(crate) integrity: String,
    /// Packages that the spec's overrides pin, each with its integrity.
    pub(crate) overrides: Vec<(NpmPackage, String)>,
}

/// A PyPI release and all of its files.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PypiPin {
    pub(crate) package: PypiPackage,
    /// SHA-256 in hexadecimal, by file name; at least one.
    pub(crate) files: BTreeMap<String, String>,
}

/// A Go module and the package of it that is installed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GoPin {
    /// The package as the spec writes it.
    pub(crate) package: GoPackage,
    /// The path of the module that the package lies in.
    pub(crate) module: String,
    /// `h1:` and base64, as in `go.sum`.
    pub(crate) sum: String,
}

/// Why a package cannot be pinned. The text is for people.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotPinned {
    /// Its status does not let it.
    #[error("its status is `{}`: no digest of it was verified that an installer could be held to", .0.as_str())]
    Status(Status),
    /// The verified digests are missing or contradict each other.
    #[error("the verified evidence does not give one digest of each file: {0}")]
    Digests(String),
}

impl Pin {
    /// What `observed` verified of `package`: npm's and Go's digests where at least the registry's
    /// signature or the checksum database verified, PyPI's where every file is attested.
    ///
    /// # Errors
    /// [`NotPinned`].
    pub fn of(package: &PackageVersion, observed: &Observed) -> Result<Self, NotPinned> {
        let suffices = match (package, observed.status) {
            (_, Status::Verified)
            | (PackageVersion::Npm(_) | PackageVersion::Go(_), Status::Signed) => true,
            (
                _,
                Status::Partial
                | Status::Signed
                | Status::Pinned
                | Status::None
                | Status::Invalid
                | Status::NotFound
                | Status::Unknown
                | Status::Malformed
                | Status::NotApplicable,
            ) => false,
        };
        if !suffices {
            return Err(NotPinned::Status(observed.status));
        }
        match package {
            PackageVersion::Npm(package) => Ok(Self::Npm(NpmPin {
                package: package.clone(),
                integrity: integrity(package, observed)?,
                overrides: Vec::new(),
            })),
            PackageVersion::Pypi(package) => Ok(Self::Pypi(PypiPin {
                package: package.clone(),
                files: files(package, observed)?,
            })),
            PackageVersion::Go(package) => {
                let (module, sum) = sum(package, observed)?;
                Ok(Self::Go(GoPin {
                    package: package.clone(),
                    module,
                    sum,
                }))
            }
        }
    }

    /// Holds npm to the digest of a package too that an override pins, where that was verified. Of
    /// another ecosystem's nothing is said: uv takes no hash for an override.
    ///
    /// # Errors
    /// [`NotPinned`] where it was not verified, or cannot be held to.
    pub fn add_override(
        &mut self,
        package: &PackageVersion,
        observed: &Observed,
    ) -> Result<(), NotPinned> {
        match (self, Self::of(package, observed)?) {
            (Self::Npm(pin), Self::Npm(one)) => {
                pin.overrides.push((one.package, one.integrity));
                Ok(())
            }
            (Self::Npm(_) | Self::Pypi(_) | Self::Go(_), _) => Err(NotPinned::Digests(
                "the installer takes no digest for a dependency".to_owned(),
            )),
        }
    }
}

/// The digests of the evidence that verified, each with its kind and what it is of.
fn verified(observed: &Observed) -> impl Iterator<Item = (EvidenceKind, &str, &str)> {
    observed
        .evidence
        .iter()
        .filter_map(|one| match &one.outcome {
            Outcome::Verified(facts) => {
                Some((one.kind, one.artifact.as_str(), &*facts.get().digest))
            }
            Outcome::Absent
            | Outcome::Invalid(_)
            | Outcome::Unknown(_)
            | Outcome::Unsupported(_) => None,
        })
}

/// The bytes of `algorithm:hexadecimal`.
fn bytes<const LENGTH: usize>(algorithm: &str, digest: &str) -> Result<[u8; LENGTH], NotPinned> {
    digest
        .strip_prefix(algorithm)
        .and_then(|rest| rest.strip_prefix(':'))
        .and_then(|text| hex::decode(text).ok())
        .and_then(|bytes| bytes.try_into().ok())
        .ok_or_else(|| NotPinned::Digests(format!("`{digest}` is not a {algorithm} digest")))
}

fn integrity(package: &NpmPackage, observed: &Observed) -> Result<String, NotPinned> {
    let artifact = format!("{}@{}", package.name.as_str(), package.version.as_str());
    let mut all = verified(observed).map(|(_, of, digest)| {
        if of == artifact {
            bytes::<64>("sha512", digest)
        } else {
            Err(NotPinned::Digests(format!("one is of `{of}`")))
        }
    });
    let first = all
        .next()
        .ok_or_else(|| NotPinned::Digests("there is none".to_owned()))??;
    for other in all {
        if other? != first {
            return Err(NotPinned::Digests("they differ".to_owned()));
        }
    }
    Ok(format!("sha512-{}", STANDARD.encode(first)))
}

fn files(
    package: &PypiPackage,
    observed: &Observed,
) -> Result<BTreeMap<String, String>, NotPinned> {
    let mut files = BTreeMap::new();
    for (_, artifact, digest) in verified(observed) {
        let name =
            DistFilename::parse(artifact).map_err(|error| NotPinned::Digests(error.to_string()))?;
        if *name.name() != package.name || !package.version.takes(name.version()) {
            return Err(NotPinned::Digests(format!(
                "`{artifact}` is of another release"
            )));
        }
        let sha256 = hex::encode(bytes::<32>("sha256", digest)?);
        match files.insert(artifact.to_owned(), sha256.clone()) {
            Some(before) if before != sha256 => {
                return Err(NotPinned::Digests(format!("those of `{artifact}` differ")));
            }
            Some(_) | None => {}
        }
    }
    if files.is_empty() {
        return Err(NotPinned::Digests("there is none".to_owned()));
    }
    Ok(files)
}

/// The module that `package` lies in, and its verified hash. The record of the module's `go.mod` is of
/// `MODULE@VERSION/go.mod`, and binds no code.
fn sum(package: &GoPackage, observed: &Observed) -> Result<(String, String), NotPinned> {
    let mut found = verified(observed)
        .filter(|(kind, artifact, _)| {
            *kind == EvidenceKind::GoChecksum && !artifact.ends_with("/go.mod")
        })
        .map(|(_, artifact, digest)| (artifact, digest));
    let none = || NotPinned::Digests("there is none".to_owned());
    let (artifact, digest) = found.next().ok_or_else(none)?;
    if found.any(|other| other != (artifact, digest)) {
        return Err(NotPinned::Digests("they differ".to_owned()));
    }
    let module = artifact
        .strip_suffix(package.version.as_str())
        .and_then(|rest| rest.strip_suffix('@'))
        .filter(|module| GoPackage::check_path(module).is_ok())
        .filter(|module| {
            let below = package.path.strip_prefix(module);
            below.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
        })
        .ok_or_else(|| NotPinned::Digests(format!("`{artifact}` is another module")))?;
    let is_hash = digest
        .strip_prefix("h1:")
        .and_then(|text| STANDARD.decode(text).ok())
        .is_some_and(|bytes| bytes.len() == 32);
    if !is_hash {
        return Err(NotPinned::Digests(format!("`{digest}` is not an h1 hash")));
    }
    Ok((module.to_owned(), digest.to_owned()))
}
