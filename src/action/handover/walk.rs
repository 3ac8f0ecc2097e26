//! Giving a tree to another user. No link is followed, also not one that somebody puts there
//! meanwhile: every step is made from an open folder.

use std::os::fd::{AsFd, OwnedFd};
use std::path::Path;

use rustix::fs::{AtFlags, CWD, Dir, FileType, Gid, Mode, OFlags, Stat, Uid};
use rustix::io;

/// Most entries that are given: more than a cache has.
const MAX_ENTRIES: usize = 500_000;

/// Deepest folder, from the tree's top.
const MAX_DEPTH: usize = 16;

/// Gives everything below `top`, itself included, that is the user `from`'s to the user and group
/// `to`. What cannot be given stays as it is: at worst the cache is not used, or not saved.
pub(super) fn give(top: &Path, from: u32, to: (u32, u32)) {
    let change = Change {
        from,
        to: (Uid::from_raw(to.0), Gid::from_raw(to.1)),
    };
    let mut entries = 0;
    if let Err(error) = change.entry(CWD, top, 0, &mut entries)
        && error != io::Errno::NOENT
    {
        tracing::debug!(path = %top.display(), %error, "the cache folder was not handed over");
    }
}

struct Change {
    from: u32,
    to: (Uid, Gid),
}

impl Change {
    fn entry(
        &self,
        parent: impl AsFd + Copy,
        name: impl rustix::path::Arg + Copy,
        depth: usize,
        entries: &mut usize,
    ) -> io::Result<()> {
        let stat = rustix::fs::statat(parent, name, AtFlags::SYMLINK_NOFOLLOW)?;
        *entries += 1;
        if !self.concerns(&stat) || *entries > MAX_ENTRIES {
            return Ok(());
        }
        let (uid, gid) = self.to;
        if FileType::from_raw_mode(stat.st_mode) != FileType::Directory {
            // By the file itself: its name may lead to somebody else's by now.
            let flags = OFlags::PATH | OFlags::NOFOLLOW | OFlags::CLOEXEC;
            let file = rustix::fs::openat(parent, name, flags, Mode::empty())?;
            let stat = rustix::fs::fstat(&file)?;
            let folder = FileType::from_raw_mode(stat.st_mode) == FileType::Directory;
            if folder || !self.concerns(&stat) {
                return Ok(());
            }
            return rustix::fs::chownat(&file, c"", Some(uid), Some(gid), AtFlags::EMPTY_PATH);
        }
        let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        let folder = rustix::fs::openat(parent, name, flags, Mode::empty())?;
        // The one that was opened, whatever has its name by now.
        if !self.concerns(&rustix::fs::fstat(&folder)?) {
            return Ok(());
        }
        if depth < MAX_DEPTH {
            self.contents(&folder, depth + 1, entries)?;
        }
        rustix::fs::fchown(&folder, Some(uid), Some(gid))
    }

    fn contents(&self, folder: &OwnedFd, depth: usize, entries: &mut usize) -> io::Result<()> {
        for entry in Dir::read_from(folder)? {
            let entry = entry?;
            let name = entry.file_name();
            if !matches!(name.to_bytes(), b"." | b"..") {
                // One that is gone, or cannot be given, does not keep the others.
                let _ = self.entry(folder.as_fd(), name, depth, entries);
            }
        }
        Ok(())
    }

    /// A file with a second name may be somebody else's under that.
    fn concerns(&self, stat: &Stat) -> bool {
        let folder = FileType::from_raw_mode(stat.st_mode) == FileType::Directory;
        stat.st_uid == self.from && (folder || stat.st_nlink == 1)
    }
}
