//! The newest tree head that earlier runs saw, verbatim, in one file of the cache folder for each
//! database: `go-sumdb/{SHA-256 of the key}`.

use std::fs::{self, File};
use std::io::{self, Read as _, Write as _};
use std::path::{Path, PathBuf};

use tempfile::NamedTempFile;

use crate::evidence_manifest::digest;
use package_provenance::evidence::Body;
use package_provenance::trust::Sumdb;

/// Most bytes of a note.
const MAX_NOTE: u64 = 64 << 10;

/// Where the head is kept, and what was there.
#[derive(Debug, Clone)]
pub(super) struct Memory {
    place: Option<PathBuf>,
    note: Option<Body>,
}

impl Memory {
    /// Nothing is remembered, and nothing will be.
    pub(super) const fn none() -> Self {
        Self {
            place: None,
            note: None,
        }
    }

    /// What `folder` remembers of `database`. A note that the database did not sign is no memory: it is
    /// replaced.
    pub(super) fn open(folder: &Path, database: &Sumdb) -> Self {
        let name = hex::encode(digest(database.key.to_string().as_bytes()));
        let place = folder.join("go-sumdb").join(name);
        Self {
            note: read(&place, database).map(|(_, note)| note),
            place: Some(place),
        }
    }

    /// What was remembered when the run began.
    pub(super) fn note(&self) -> Option<Body> {
        self.note.clone()
    }

    /// Keeps `note` where it is newer than what another run has kept by now. What went wrong, for
    /// people.
    pub(super) fn keep(&self, size: u64, note: &Body, database: &Sumdb) -> Option<String> {
        let place = self.place.as_ref()?;
        if read(place, database).is_some_and(|(known, _)| known >= size) {
            return None;
        }
        let error = write(place, note).err()?;
        Some(format!(
            "the newest tree head of {} could not be kept in {} ({error}), so that the next run will \
             not notice if the database shows it another tree",
            database.key.name(),
            place.display()
        ))
    }
}

fn read(place: &Path, database: &Sumdb) -> Option<(u64, Body)> {
    let mut bytes = Vec::new();
    let file = File::open(place).ok()?;
    file.take(MAX_NOTE).read_to_end(&mut bytes).ok()?;
    let size = database.signed_size(&bytes)?;
    Some((size, bytes.into()))
}

fn write(place: &Path, note: &[u8]) -> io::Result<()> {
    let folder = place.parent().unwrap_or(place);
    fs::create_dir_all(folder)?;
    let mut file = NamedTempFile::new_in(folder)?;
    file.write_all(note)?;
    file.persist(place).map_err(|error| error.error)?;
    Ok(())
}
