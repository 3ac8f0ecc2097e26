//! One spec that a person named.

use std::io::ErrorKind;
use std::path::{Component, Path};

use super::{DiscoverError, Found, read_bounded};

/// The spec at `path`, wherever it lies: a person named it, so nothing is looked for, and a link is
/// followed. It is shown as `{protocol}/{server}/spec.yaml`, the last three parts of its path.
///
/// # Errors
/// [`DiscoverError::Named`] where there is no such file. One that is there and cannot be used is a
/// [`Found`] with the reason.
pub fn named(path: &Path) -> Result<Found, DiscoverError> {
    let refuse = |reason| DiscoverError::Named {
        path: path.to_owned(),
        reason,
    };
    let target = path.canonicalize().map_err(refuse)?;
    let name = match path.file_name() {
        Some(name) if !target.is_dir() => name,
        _ => return Err(refuse(ErrorKind::IsADirectory.into())),
    };
    // The folder's real place, the file's own name: a link to another server's spec keeps its own.
    let folder = match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    let whole = folder.canonicalize().map_err(refuse)?.join(name);
    let mut parts: Vec<_> = whole
        .components()
        .rev()
        .map_while(|part| match part {
            Component::Normal(name) => Some(name),
            Component::Prefix(_)
            | Component::RootDir
            | Component::CurDir
            | Component::ParentDir => None,
        })
        .take(3)
        .collect();
    parts.reverse();
    let content = if parts.iter().all(|part| part.to_str().is_some()) {
        read_bounded(&target)
    } else {
        Err("its path is not UTF-8".to_owned())
    };
    let shown: Vec<_> = parts.iter().map(|part| part.to_string_lossy()).collect();
    Ok(Found {
        path: shown.join("/"),
        content,
    })
}
