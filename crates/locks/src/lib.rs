//! Lock files, read as the installers read them: `package-lock.json` and `npm-shrinkwrap.json`,
//! `uv.lock`, `pylock.toml`, `requirements.txt` with hashes, `go.sum`.
//!
//! Each entry becomes the package that its installer would fetch, with the digests that it would hold
//! it to, or a value that says why it is none of a registry. Nothing is left out: what cannot be read
//! is an entry too, and what stands beside the entries and changes what is installed is a note.

mod bounded;
mod error;
mod format;
mod gosum;
mod include;
mod limits;
mod lines;
mod lock;
mod npm;
mod place;
mod pylock;
mod python;
mod registries;
mod requirements;
mod shown;
#[cfg(test)]
mod testing;
mod toml_text;
mod uv;
mod ways;

pub use error::{LockError, LockErrorKind};
pub use format::Format;
pub use include::Include;
pub use limits::{MAX_BYTES, MAX_DEPTH, MAX_ENTRIES};
pub use lock::{
    Alias, AskedFor, Digests, Elsewhere, ElsewhereKind, Entry, IdentityClaim, Lock, LockedFile,
    MAX_VIA, Note, NpmIntegrity, Pinned, Platforms, Reach, What,
};
pub use place::Place;
pub use registries::Registries;

use lines::Lines;

/// Reads the lock at `path`, which is `/`-separated and relative to the root that includes may not leave.
///
/// # Errors
/// [`LockError`] where the file as a whole cannot be read: no lock of a known format, a version that is not
/// read, larger than the limits, or malformed. What is wrong with one entry is [`What::Broken`].
pub fn parse(
    path: &str,
    bytes: &[u8],
    registries: &Registries,
    include: Include<'_>,
) -> Result<Lock, LockError> {
    if bytes.len() > MAX_BYTES {
        return Err(LockError::too_large(
            path,
            format!(
                "it has {} bytes; at most {MAX_BYTES} (64 MiB) are read",
                bytes.len()
            ),
        ));
    }
    let Some(format) = Format::recognise(path, bytes) else {
        return Err(LockError::unknown(path));
    };
    let text = match format {
        // The go command takes the mark for a part of the first module's path.
        Format::GoSum => lines::text(path, bytes)?,
        Format::PackageLock
        | Format::Shrinkwrap
        | Format::UvLock
        | Format::Pylock
        | Format::Requirements => lines::unmarked(lines::text(path, bytes)?),
    };
    let lines = Lines::new(path, text);
    let lock = match format {
        Format::PackageLock | Format::Shrinkwrap => npm::parse(format, &lines, registries, include),
        Format::UvLock => uv::parse(&lines, registries),
        Format::Pylock => pylock::parse(&lines, registries),
        Format::Requirements => requirements::parse(&lines, registries, include),
        Format::GoSum => gosum::parse(&lines),
    };
    lock.map(bounded::lock)
}
