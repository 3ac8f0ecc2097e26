//! A folder of recorded evidence, for work without a network and for auditors.
//!
//! An answer counts as recorded only through the folder's manifest: a file that is not there is
//! never read as "the registry has none".

use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use super::EvidenceSource;
use super::evidence_manifest::{EvidenceManifest, FILE_NAME, Recorded, RecordedTrust, digest};
use package_provenance::evidence::limits::{MAX_EVIDENCE_MANIFEST, MAX_TRUST_FILE, max_body};
use package_provenance::evidence::{Body, EvidenceRequest, FetchError, FetchProblem, Fetched};
use package_provenance::package::PackageVersion;

/// Why a folder is no evidence folder: the file, what is wrong, what to do.
#[derive(Debug, thiserror::Error)]
pub enum EvidenceDirError {
    /// The manifest cannot be read.
    #[error(
        "cannot read `{path}`: {cause}; name a folder that was written as evidence",
        path = path.display()
    )]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// What happened.
        cause: String,
    },
    /// The manifest is not understood.
    #[error("`{path}` is not an evidence manifest: {cause}", path = path.display())]
    Manifest {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        cause: String,
    },
    /// A file that was recorded with the run was changed or is gone.
    #[error(
        "`{path}` is not the file that was recorded: {cause}; use the folder as it was written",
        path = path.display()
    )]
    Altered {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        cause: String,
    },
}

/// Answers from an evidence folder.
#[derive(Debug, Clone)]
pub struct EvidenceDir {
    root: PathBuf,
    manifest: EvidenceManifest,
}

impl EvidenceDir {
    /// Opens a folder by reading its manifest. Trust material in it is held against its digests, but
    /// never used: whoever wrote the evidence would then say who may have signed it.
    ///
    /// # Errors
    /// [`EvidenceDirError`] where there is no usable manifest.
    pub fn open(root: &Path) -> Result<Self, EvidenceDirError> {
        let bytes = read(root, FILE_NAME, MAX_EVIDENCE_MANIFEST).map_err(|cause| {
            let path = root.join(FILE_NAME);
            EvidenceDirError::Unreadable { path, cause }
        })?;
        let manifest = EvidenceManifest::parse(&bytes).map_err(|cause| {
            let path = root.join(FILE_NAME);
            EvidenceDirError::Manifest { path, cause }
        })?;
        let trust = manifest.trust().map_or_else(Vec::new, RecordedTrust::files);
        for (name, expected) in trust {
            let cause = match read(root, &name, MAX_TRUST_FILE) {
                Ok(bytes) if digest(&bytes) == expected => continue,
                Ok(_) => format!("its sha256 is not the one in {FILE_NAME}"),
                Err(cause) => cause,
            };
            let path = root.join(name);
            return Err(EvidenceDirError::Altered { path, cause });
        }
        let root = root.to_owned();
        Ok(Self { root, manifest })
    }

    /// The scopes for whose packages the recorded run did not use the default registry's keys.
    pub fn scopes(&self) -> impl Iterator<Item = &str> {
        let trust = self.manifest.trust().into_iter();
        trust.flat_map(RecordedTrust::scopes)
    }

    /// The answer that was recorded at `path`, of at most `limit` bytes.
    pub fn recorded(&self, path: &str, limit: usize) -> Fetched {
        match self.answer(path, limit) {
            Ok(Some(body)) => Fetched::Found(body),
            Ok(None) => Fetched::Missing,
            Err(problem) => Fetched::Failed(FetchError {
                asked: path.to_owned(),
                problem,
            }),
        }
    }

    fn answer(&self, path: &str, limit: usize) -> Result<Option<Body>, FetchProblem> {
        let expected = match self.manifest.get(path) {
            None => return Err(FetchProblem::NotRecorded),
            Some(Recorded::Missing) => return Ok(None),
            Some(Recorded::Found(expected)) => expected,
        };
        let bytes = read(&self.root, path, limit).map_err(FetchProblem::Altered)?;
        if digest(&bytes) == expected {
            Ok(Some(bytes.into()))
        } else {
            let cause = format!("its sha256 is not the one in {FILE_NAME}");
            Err(FetchProblem::Altered(cause))
        }
    }
}

impl EvidenceSource for EvidenceDir {
    /// Reads a small local file: blocking here costs less than handing it to another thread.
    async fn fetch(&self, request: &EvidenceRequest) -> Fetched {
        self.recorded(&request.evidence_path(), max_body(request))
    }

    /// Whether the recorded run asked a mirror for it.
    fn is_mirrored(&self, package: &PackageVersion) -> bool {
        let recorded = |request: EvidenceRequest| {
            let of_mirror = request.of_the_mirror();
            of_mirror.is_some_and(|request| self.manifest.get(&request.evidence_path()).is_some())
        };
        match package {
            PackageVersion::Npm(package) => {
                recorded(EvidenceRequest::NpmManifest(package.clone()))
                    || recorded(EvidenceRequest::NpmPackument(package.name.clone()))
            }
            PackageVersion::Pypi(package) => {
                recorded(EvidenceRequest::PypiIndex(package.name.clone()))
            }
            PackageVersion::Go(_) => false,
        }
    }
}

/// Reads a regular file of at most `limit` bytes at a path below `root`, following no link on the
/// way: a folder from elsewhere must not make this program read files outside it, nor wait for a
/// pipe.
fn read(root: &Path, path: &str, limit: usize) -> Result<Vec<u8>, String> {
    let mut place = root.to_owned();
    for part in path.split('/') {
        place.push(part);
        let kind = fs::symlink_metadata(&place)
            .map_err(|error| describe(&error))?
            .file_type();
        if kind.is_symlink() {
            return Err("a symbolic link is not followed".to_owned());
        }
    }
    if !fs::symlink_metadata(&place).is_ok_and(|data| data.is_file()) {
        return Err("it is not a regular file".to_owned());
    }
    let most = u64::try_from(limit).unwrap_or(u64::MAX);
    let mut bytes = Vec::new();
    File::open(&place)
        .and_then(|file| file.take(most.saturating_add(1)).read_to_end(&mut bytes))
        .map_err(|error| describe(&error))?;
    if bytes.len() > limit {
        return Err(format!("it is larger than {limit} bytes"));
    }
    Ok(bytes)
}

fn describe(error: &io::Error) -> String {
    if error.kind() == io::ErrorKind::NotFound {
        "the file is not there".to_owned()
    } else {
        error.to_string()
    }
}

#[cfg(test)]
mod tests;
