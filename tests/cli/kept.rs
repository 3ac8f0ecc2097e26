//! A repository whose scans share a folder of kept answers.

use std::cell::Cell;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use dockyard_registry::cache::FOLDER;
use dockyard_registry::cache::entry::{self, Entry};
use tempfile::TempDir;

use crate::stage::{Run, Stage};

pub(crate) struct Kept {
    pub(crate) stage: Stage,
    folder: TempDir,
    asked: Cell<usize>,
}

impl Kept {
    pub(crate) fn new(stage: Stage) -> Self {
        Self {
            stage,
            folder: tempfile::tempdir().unwrap(),
            asked: Cell::new(0),
        }
    }

    /// The cache folder.
    pub(crate) fn folder(&self) -> &Path {
        self.folder.path()
    }

    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        let mut command = self.stage.asking(&["scan", "--format", "json"]);
        command
            .arg("--cache-dir")
            .arg(self.folder())
            .args(arguments);
        command
    }

    pub(crate) fn scan(&self, arguments: &[&str]) -> Run {
        Run::of(&mut self.command(arguments))
    }

    /// Scans, and every spec must be verified; gives what was asked for.
    #[track_caller]
    pub(crate) fn verifies(&self) -> Vec<String> {
        let run = self.scan(&[]).exits(0);
        assert_eq!(run.err, "");
        let report = run.report().json;
        let (specs, statuses) = (&report["summary"]["specs"], &report["summary"]["by_status"]);
        assert_eq!(statuses["verified"], *specs, "{report:#}");
        self.asked()
    }

    /// The paths that were asked for since the last call, sorted.
    pub(crate) fn asked(&self) -> Vec<String> {
        let requests = self.stage.registry.requests();
        let new = &requests[self.asked.replace(requests.len())..];
        let mut paths: Vec<String> = new.iter().map(|request| request.path.clone()).collect();
        paths.sort();
        paths
    }

    /// The files of kept answers, sorted.
    pub(crate) fn files(&self) -> Vec<PathBuf> {
        files(&self.folder().join(FOLDER))
    }

    /// The file and the content of the kept answer whose URL holds `part`.
    #[track_caller]
    pub(crate) fn entry(&self, part: &str) -> (PathBuf, Entry) {
        entry_in(self.folder(), part)
    }

    /// Changes the body of the kept answer whose URL holds `part`, in a whole and valid entry.
    #[track_caller]
    pub(crate) fn poison(&self, part: &str, change: impl FnOnce(&[u8]) -> Vec<u8>) {
        let (path, mut entry) = self.entry(part);
        let body = change(entry.kept.body());
        assert_ne!(body, entry.kept.body(), "nothing is poisoned");
        entry.kept = entry::Kept::Found(body.into());
        fs::write(path, entry.encode().unwrap()).unwrap();
    }
}

/// The file and the content of the answer kept in `folder` whose URL holds `part`.
#[track_caller]
pub(crate) fn entry_in(folder: &Path, part: &str) -> (PathBuf, Entry) {
    let files = files(&folder.join(FOLDER));
    let read =
        |path: &PathBuf| Entry::decode(&fs::read(path).unwrap()).map(|entry| (path.clone(), entry));
    let mut found = files.iter().flat_map(read);
    found
        .find(|(_, entry)| entry.key.url.contains(part))
        .unwrap_or_else(|| panic!("no {part} in {files:?}"))
}

/// Every file below a folder, sorted.
pub(crate) fn files(folder: &Path) -> Vec<PathBuf> {
    let mut folders = vec![folder.to_owned()];
    let mut files = Vec::new();
    while let Some(folder) = folders.pop() {
        let Ok(entries) = fs::read_dir(folder) else {
            continue;
        };
        for entry in entries {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else {
                files.push(path);
            }
        }
    }
    files.sort();
    files
}
