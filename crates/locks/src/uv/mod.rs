//! `uv.lock` (uv's `crates/uv-resolver/src/lock/mod.rs`).

mod graph;
#[cfg(test)]
mod tests;
mod wire;

use crate::error::LockError;
use crate::format::Format;
use crate::limits::MAX_ENTRIES;
use crate::lines::Lines;
use crate::lock::{
    Digests, Elsewhere, ElsewhereKind, Entry, Lock, LockedFile, Pinned, Platforms, What,
};
use crate::registries::Registries;
use crate::{python, shown, toml_text};

use self::graph::Graph;
use self::wire::{Document, File, Package, Source};

pub(crate) fn parse(lines: &Lines<'_>, registries: &Registries) -> Result<Lock, LockError> {
    let parts: Vec<(usize, Document)> = toml_text::read(lines, "[[package]]")?;
    let version = parts.first().and_then(|(_, first)| first.version);
    let old = parts.iter().any(|(_, part)| part.distribution.is_some());
    if version != Some(1) || old {
        let message = format!(
            "its `version` is {}{}; known is version 1 with `[[package]]`",
            version.map_or("missing".to_owned(), |version| version.to_string()),
            if old { " with `[[distribution]]`" } else { "" },
        );
        return Err(LockError::unsupported(lines.path(), message));
    }
    let packages: Vec<Package> = parts
        .into_iter()
        .flat_map(|(part, document)| {
            let packages = document.package.into_iter();
            packages.map(move |package| Package { part, ..package })
        })
        .collect();
    let count = packages.len();
    if count > MAX_ENTRIES {
        let message = format!("it has {count} entries; at most {MAX_ENTRIES} are read");
        return Err(LockError::too_large(lines.path(), message));
    }
    let graph = Graph::new(&packages);
    let entries = (packages.iter().enumerate())
        .map(|(index, package)| Entry {
            name: package.name.get_ref().clone(),
            place: lines.at(package.at(&package.name)),
            what: what(package, lines, registries),
            reach: graph.reach(index),
            dev: graph.is_dev(index),
            optional: false,
            platforms: Platforms::default(),
            has_install_script: false,
            has_own_lock: false,
        })
        .collect();
    Ok(Lock {
        format: Format::UvLock,
        version: Some(1),
        entries,
        notes: Vec::new(),
    })
}

fn what(package: &Package, lines: &Lines<'_>, registries: &Registries) -> What {
    let name = package.name.get_ref();
    let elsewhere = |kind, address: &str| {
        What::Elsewhere(Elsewhere {
            kind,
            stated: Some(match &package.version {
                Some(version) => format!("{name}=={version}"),
                None => name.clone(),
            }),
            version: package.version.clone(),
            shown: shown::address(address),
            digests: Some(files(package, lines)),
        })
    };
    match package.source.place() {
        Err(why) => What::Broken(why),
        Ok(Source::Registry(address)) if registries.is_pypi(address) => {
            match unheld(package, registries) {
                Some(address) => elsewhere(python::kind_of_file(address), address),
                None => registered(package, lines).map_or_else(What::Broken, What::Registry),
            }
        }
        Ok(Source::Registry(address)) if address.contains("://") => {
            elsewhere(ElsewhereKind::OtherRegistry, address)
        }
        Ok(Source::Registry(folder) | Source::Path(folder)) => {
            elsewhere(ElsewhereKind::File, folder)
        }
        Ok(Source::Git(address)) => elsewhere(ElsewhereKind::Git, address),
        Ok(Source::Url(address)) => elsewhere(ElsewhereKind::Url, address),
        Ok(Source::Directory(folder) | Source::Editable(folder) | Source::Virtual(folder))
            if python::is_own(folder) =>
        {
            elsewhere(ElsewhereKind::Own, folder)
        }
        Ok(Source::Directory(folder)) => elsewhere(ElsewhereKind::Link, folder),
        Ok(Source::Editable(folder) | Source::Virtual(folder)) => {
            elsewhere(ElsewhereKind::Editable, folder)
        }
    }
}

/// The address of a file that is not the index's own and that no digest is held against: whatever lies there is
/// installed, and the index says nothing of it.
fn unheld<'a>(package: &'a Package, registries: &Registries) -> Option<&'a str> {
    let files = package.wheels.iter().chain(&package.sdist);
    let mut open = files.filter(|file| digest(file).is_err());
    open.find_map(|file| {
        let address = file.place()?;
        (!registries.is_pypi_file(address)).then_some(address)
    })
}

fn registered(package: &Package, lines: &Lines<'_>) -> Result<Pinned, String> {
    let version = package
        .version
        .as_deref()
        .ok_or("it is a registry's package and has no version")?;
    if package.wheels.is_empty() && package.sdist.is_none() {
        return Err("it is a registry's package and has no files".to_owned());
    }
    python::pinned(
        package.name.get_ref(),
        version,
        files(package, lines),
        Vec::new(),
    )
}

fn files(package: &Package, lines: &Lines<'_>) -> Digests {
    let files = package.wheels.iter().chain(&package.sdist);
    Digests::Files(files.map(|file| locked(package, file, lines)).collect())
}

fn digest(file: &File) -> Result<[u8; 32], String> {
    match (&file.hash, &file.zstd) {
        (_, Some(_)) => Err("uv installs another file in its place (`zstd`)".to_owned()),
        (Some(hash), None) => python::prefixed(hash),
        (None, None) => Err("the lock has no hash for it".to_owned()),
    }
}

fn locked(package: &Package, file: &File, lines: &Lines<'_>) -> LockedFile {
    let digest = digest(file);
    let Some((address, others)) = file.address() else {
        return LockedFile {
            filename: Err("a file has neither `url` nor `path` nor `filename`".to_owned()),
            sha256: digest,
            place: lines.at(package.at(&package.name)),
        };
    };
    let digest = if others {
        Err("the lock has several addresses for it".to_owned())
    } else {
        digest
    };
    python::file(address.get_ref(), digest, lines.at(package.at(address)))
}
