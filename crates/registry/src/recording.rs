//! Recording a run: everything that a later `--evidence` needs, as `docs/evidence.md` lays it out.
//!
//! The documents are written beside the folder to be while the run goes on, and the folder appears
//! whole at the end, or not at all.

use std::ffi::OsString;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

use jiff::Timestamp;
use tempfile::TempDir;

use super::evidence_manifest::{
    EvidenceManifest, FILE_NAME, NPM_KEYS, RecordedTrust, TRUSTED_ROOT, is_scope, scope_keys,
};
use package_provenance::evidence::{Fetched, RawEvidence};
use package_provenance::package::PackageVersion;
use package_provenance::trust::{Scopes, TrustMaterial};

/// Why a run is not recorded: the folder, what happened, what to do.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the evidence cannot be saved in {folder}: {problem}", folder = folder.display())]
pub struct RecordingError {
    folder: PathBuf,
    problem: String,
}

/// A run that is being recorded.
#[derive(Debug)]
pub struct Recording {
    target: PathBuf,
    folder: TempDir,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    manifest: EvidenceManifest,
    failed: usize,
    differing: usize,
    problem: Option<String>,
}

impl Recording {
    /// Prepares to record into `target`, which must not exist, or be an empty folder.
    ///
    /// # Errors
    /// [`RecordingError`] where `target` holds something, or nothing can be written beside it.
    pub fn start(target: &Path) -> Result<Self, RecordingError> {
        let fail = |problem: String| RecordingError {
            folder: target.to_owned(),
            problem,
        };
        match fs::read_dir(target).map(|mut entries| entries.next().is_none()) {
            Ok(true) => {}
            Ok(false) => {
                let problem = "it is not empty; name a folder that does not exist yet";
                return Err(fail(problem.to_owned()));
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => return Err(fail(error.to_string())),
        }
        let name = target
            .file_name()
            .ok_or_else(|| fail("it has no name of its own; name a new folder".to_owned()))?;
        let parent = match target.parent() {
            Some(parent) if !parent.as_os_str().is_empty() => parent,
            _ => Path::new("."),
        };
        let mut prefix = OsString::from(".");
        prefix.push(name);
        prefix.push(".unfinished-");
        let folder = tempfile::Builder::new()
            .prefix(&prefix)
            .tempdir_in(parent)
            .map_err(|error| fail(error.to_string()))?;
        Ok(Self {
            target: target.to_owned(),
            folder,
            state: Mutex::default(),
        })
    }

    /// Records the answers about one package: documents, and that there is none. A failure is no
    /// answer; without one, a later run says `unknown`, and that is what this run knows.
    pub fn record(&self, package: &PackageVersion, evidence: &RawEvidence) {
        for (request, answer) in evidence.answers(package) {
            self.record_answer(&request.evidence_path(), answer);
        }
    }

    /// Records one answer at its path in the folder.
    pub fn record_answer(&self, path: &str, answer: &Fetched) {
        let mut state = self.state();
        let before = state.manifest.get(path);
        match answer {
            Fetched::Found(bytes) => {
                if let Err(error) = write(self.folder.path(), path, bytes) {
                    state.problem.get_or_insert(format!("{path}: {error}"));
                }
                state.manifest.push_found(path, bytes);
            }
            Fetched::Missing => state.manifest.push_missing(path),
            Fetched::Failed(_) => {
                state.failed += 1;
                return;
            }
        }
        if before.is_some() && before != state.manifest.get(path) {
            state.differing += 1;
        }
    }

    /// Ends the recording: adds the trust material and the manifest, and lets the folder appear. What the evidence
    /// lacks, for people, if it lacks anything.
    ///
    /// # Errors
    /// [`RecordingError`] where anything could not be written; there is then no folder.
    pub fn finish(
        &self,
        trust: &TrustMaterial,
        now: Timestamp,
    ) -> Result<Option<String>, RecordingError> {
        let fail = |problem: String| RecordingError {
            folder: self.target.clone(),
            problem,
        };
        let mut state = self.state();
        if let Some(problem) = state.problem.take() {
            return Err(fail(problem));
        }
        state.manifest.set_trust(RecordedTrust::new(
            trust.source.as_str(),
            &trust.as_of,
            now,
            &trust.trusted_root_json,
            &trust.npm_keys_json,
            trust
                .scopes
                .iter()
                .filter(|(scope, _)| is_scope(scope))
                .map(|(scope, bound)| (scope, bound.json.as_deref())),
        ));
        let manifest = state
            .manifest
            .to_json()
            .map_err(|error| fail(error.to_string()))?;
        let root = self.folder.path();
        write(root, TRUSTED_ROOT, &trust.trusted_root_json)
            .and_then(|()| write(root, NPM_KEYS, &trust.npm_keys_json))
            .and_then(|()| write_scopes(root, &trust.scopes))
            .and_then(|()| write(root, FILE_NAME, &manifest))
            .and_then(|()| appear(root, &self.target))
            .map_err(|error| fail(error.to_string()))?;
        Ok(gaps(&self.target, state.failed, state.differing))
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Writes the keys of scopes that have their own.
fn write_scopes(root: &Path, scopes: &Scopes) -> io::Result<()> {
    for (scope, bound) in scopes.iter().filter(|(scope, _)| is_scope(scope)) {
        if let Some(json) = &bound.json {
            write(root, &scope_keys(scope), json)?;
        }
    }
    Ok(())
}

/// What the evidence lacks.
fn gaps(target: &Path, failed: usize, differing: usize) -> Option<String> {
    let mut lacks = Vec::new();
    if failed > 0 {
        lacks.push(format!(
            "{failed} answers could not be had, and a scan of it will say `unknown` there"
        ));
    }
    if differing > 0 {
        lacks.push(format!(
            "{differing} documents changed while they were recorded, and only one version is kept"
        ));
    }
    (!lacks.is_empty()).then(|| {
        format!(
            "the evidence in {} is incomplete: {}; run again into a new folder",
            target.display(),
            lacks.join("; ")
        )
    })
}

/// Gives the finished folder its name.
fn appear(finished: &Path, target: &Path) -> io::Result<()> {
    make_readable(finished)?;
    // An empty folder may stand there; not every system replaces it by renaming.
    match fs::remove_dir(target) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    fs::rename(finished, target)
}

/// A temporary folder is its maker's alone; the evidence is as readable as any folder made here.
#[cfg(unix)]
fn make_readable(folder: &Path) -> io::Result<()> {
    let usual = Path::new(TRUSTED_ROOT)
        .parent()
        .map(|name| folder.join(name));
    let permissions = fs::metadata(usual.as_deref().unwrap_or(folder))?.permissions();
    fs::set_permissions(folder, permissions)
}

#[cfg(not(unix))]
fn make_readable(_folder: &Path) -> io::Result<()> {
    Ok(())
}

/// Writes a file at a path below `root` with `/` between its parts.
fn write(root: &Path, path: &str, bytes: &[u8]) -> io::Result<()> {
    let place = path
        .split('/')
        .fold(root.to_owned(), |place, part| place.join(part));
    if let Some(folder) = place.parent() {
        fs::create_dir_all(folder)?;
    }
    fs::write(place, bytes)
}
