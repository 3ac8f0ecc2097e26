//! Where the scanned folder lies, for people who stand in the folder that the program runs in.

use std::path::{Component, Path};

/// The scanned root relative to the folder that the program runs in, which is the repository's in a
/// pipeline; empty where it does not lie in there.
pub fn root_prefix(root: &Path) -> String {
    let below = |root: &Path| {
        root.components()
            .filter(|part| *part != Component::CurDir)
            .map(|part| match part {
                Component::Normal(name) => Some(name.to_string_lossy().into_owned()),
                Component::Prefix(_)
                | Component::RootDir
                | Component::CurDir
                | Component::ParentDir => None,
            })
            .collect::<Option<Vec<_>>>()
    };
    let here = || Path::new(".").canonicalize().ok();
    let real = || {
        let root = root.canonicalize().ok()?;
        below(root.strip_prefix(here()?).ok()?)
    };
    below(root).or_else(real).unwrap_or_default().join("/")
}
