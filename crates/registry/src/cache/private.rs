//! Folders and files that nobody but this user can have written.

use std::fmt::Display;
use std::fs::{self, DirBuilder, File, Metadata};
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};

/// Why a folder is not used as a cache, for people.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct Refused(String);

impl Refused {
    pub(super) fn of(path: &Path, why: &dyn Display) -> Self {
        Self(format!(
            "the cache folder {} is not used: {why}",
            path.display()
        ))
    }
}

/// Opens, or makes, the folder with these names, one in the other, in the cache folder `parent`.
///
/// # Errors
/// [`Refused`] where one of them or `parent` cannot be made, belongs to somebody else, or others may
/// write to it.
pub(crate) fn claim(parent: &Path, names: &[&str]) -> Result<PathBuf, Refused> {
    let mut folder = parent.to_owned();
    claim_one(&folder)?;
    for name in names {
        folder.push(name);
        claim_one(&folder)?;
    }
    Ok(folder)
}

fn claim_one(path: &Path) -> Result<(), Refused> {
    if !path.exists() {
        make(path).map_err(|error| Refused::of(path, &error))?;
    }
    let data = fs::metadata(path).map_err(|error| Refused::of(path, &error))?;
    if !data.is_dir() {
        return Err(Refused::of(path, &"it is not a folder"));
    }
    check(&data).map_err(|why| Refused::of(path, &why))
}

/// Makes a folder, and those above it, that only this user may read.
pub(super) fn make(path: &Path) -> io::Result<()> {
    let mut builder = DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(path)
}

/// Reads a regular file of this user, of at most `limit` bytes.
pub(crate) fn read(path: &Path, limit: usize) -> io::Result<Vec<u8>> {
    let refuse = |why: &str| Err(io::Error::other(why.to_owned()));
    let data = fs::symlink_metadata(path)?;
    if !data.is_file() {
        return refuse("it is not a regular file");
    }
    if let Err(why) = check(&data) {
        return refuse(why);
    }
    let most = u64::try_from(limit).unwrap_or(u64::MAX);
    if data.len() > most {
        return refuse("it is too large");
    }
    let mut bytes = Vec::with_capacity(usize::try_from(data.len()).unwrap_or_default());
    File::open(path)?
        .take(most.saturating_add(1))
        .read_to_end(&mut bytes)?;
    if bytes.len() > limit {
        return refuse("it is too large");
    }
    Ok(bytes)
}

/// Whether nobody else can have written it.
#[cfg(unix)]
fn check(data: &Metadata) -> Result<(), &'static str> {
    use std::os::unix::fs::MetadataExt as _;
    if data.uid() != rustix::process::geteuid().as_raw() {
        Err("it belongs to another user")
    } else if data.mode() & 0o022 != 0 {
        Err("other users may write to it (chmod go-w)")
    } else {
        Ok(())
    }
}

/// Other systems guard a user's own folders by default.
#[cfg(not(unix))]
fn check(_data: &Metadata) -> Result<(), &'static str> {
    Ok(())
}
