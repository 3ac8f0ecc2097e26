//! Whose the cache folder is. The runner starts containers as root, while the workspace, and what
//! `actions/cache` restores in it, belongs to the runner's user, who is to save and to remove it.
//!
//! Caches are used only where nobody but the program's own user can have written them. That user is
//! root here, so for the time of the run root takes over what the workspace's owner has in the
//! folder, and nothing of anybody else's; afterwards root gives everything of its own to that owner.

#[cfg(target_os = "linux")]
mod walk;

use std::path::{Path, PathBuf};

/// A cache folder that belongs to the workspace's owner when it is dropped.
#[derive(Debug)]
pub struct Handover {
    /// The folder, or the outermost one above it that is not there yet.
    #[cfg_attr(
        not(target_os = "linux"),
        expect(dead_code, reason = "there is no root to give it away")
    )]
    top: PathBuf,
    /// User and group.
    #[cfg_attr(
        not(target_os = "linux"),
        expect(dead_code, reason = "there is no root to give it away")
    )]
    owner: (u32, u32),
}

#[cfg(target_os = "linux")]
impl Handover {
    /// Takes over what the owner of `workspace` has in `folder`. None where there is nobody to give it
    /// to: only root can, and what root owns stays root's.
    pub fn begin(workspace: &Path, folder: &Path) -> Option<Self> {
        use std::os::unix::fs::MetadataExt as _;
        let data = workspace.metadata().ok()?;
        let (root, owner) = ((0, 0), (data.uid(), data.gid()));
        if !rustix::process::geteuid().is_root() || owner.0 == root.0 {
            return None;
        }
        let missing = folder.ancestors().take_while(|above| !above.exists());
        let top = missing.last().unwrap_or(folder).to_owned();
        walk::give(&top, owner.0, root);
        Some(Self { top, owner })
    }
}

#[cfg(target_os = "linux")]
impl Drop for Handover {
    fn drop(&mut self) {
        walk::give(&self.top, 0, self.owner);
    }
}

#[cfg(not(target_os = "linux"))]
impl Handover {
    /// Containers run on Linux; elsewhere a folder belongs to whoever runs the step.
    pub fn begin(_workspace: &Path, _folder: &Path) -> Option<Self> {
        None
    }
}
