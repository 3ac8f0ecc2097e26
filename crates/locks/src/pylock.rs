//! `pylock.toml` (PEP 751, in the specification that the Python packaging authority keeps).

#[cfg(test)]
mod tests;
mod wire;

use untrusted_text::quoted;

use crate::error::LockError;
use crate::format::Format;
use crate::limits::MAX_ENTRIES;
use crate::lines::Lines;
use crate::lock::{
    Digests, Elsewhere, ElsewhereKind, Entry, Lock, LockedFile, Note, Platforms, Reach, What,
};
use crate::registries::Registries;
use crate::{python, shown, toml_text};

use self::wire::{Document, File, Package};

pub(crate) fn parse(lines: &Lines<'_>, registries: &Registries) -> Result<Lock, LockError> {
    let parts: Vec<(usize, Document)> = toml_text::read(lines, "[[packages]]")?;
    let missing = |key: &str| LockError::malformed(lines.path(), format!("missing field `{key}`"));
    let version = parts.first().and_then(|(_, it)| it.lock_version.clone());
    let version = version.ok_or_else(|| missing("lock-version"))?;
    let at = lines.at(version.span().start);
    let version = version.get_ref();
    // "If a tool doesn't support a minor version, it SHOULD warn; of a major version, it MUST error."
    let minor = version
        .strip_prefix("1.")
        .and_then(|minor| minor.parse::<u64>().ok());
    let notes = match minor {
        Some(0) => Vec::new(),
        Some(_) => vec![Note {
            place: at,
            message: format!("`lock-version` is {}; known is 1.0", quoted(version)),
        }],
        None => {
            let message = format!("its `lock-version` is {}; known is 1.0", quoted(version));
            return Err(LockError::unsupported(lines.path(), message).at(at));
        }
    };
    if parts.iter().all(|(_, part)| part.packages.is_none()) {
        return Err(missing("packages"));
    }
    let packages: Vec<Package> = parts
        .into_iter()
        .flat_map(|(part, document)| {
            let packages = document.packages.into_iter().flatten();
            packages.map(move |package| Package { part, ..package })
        })
        .collect();
    let count = packages.len();
    if count > MAX_ENTRIES {
        let message = format!("it has {count} entries; at most {MAX_ENTRIES} are read");
        return Err(LockError::too_large(lines.path(), message));
    }
    let entries = packages
        .iter()
        .map(|package| Entry {
            name: package.name.get_ref().clone(),
            place: lines.at(package.at(&package.name)),
            what: what(package, lines, registries),
            reach: Reach::NotSaid,
            dev: false,
            optional: false,
            platforms: Platforms::default(),
            has_install_script: false,
            has_own_lock: false,
        })
        .collect();
    Ok(Lock {
        format: Format::Pylock,
        version: Some(1),
        entries,
        notes,
    })
}

fn what(package: &Package, lines: &Lines<'_>, registries: &Registries) -> What {
    let name = package.name.get_ref();
    let files: Vec<&File> = package.wheels.iter().chain(&package.sdist).collect();
    let digests = match &package.archive {
        Some(archive) => Some(Digests::AnyFile(vec![archive.sha256()])),
        None if files.is_empty() => None,
        None => Some(Digests::Files(locked_files(package, &files, lines))),
    };
    let elsewhere = |kind, address: &str| {
        What::Elsewhere(Elsewhere {
            kind,
            stated: Some(match &package.version {
                Some(version) => format!("{name}=={version}"),
                None => name.clone(),
            }),
            version: package.version.clone(),
            shown: shown::address(address),
            digests: digests.clone(),
        })
    };
    // "vcs", "directory", "archive" and "sdist" or "wheels" exclude each other.
    match (
        &package.vcs,
        &package.directory,
        &package.archive,
        files.as_slice(),
    ) {
        (Some(vcs), None, None, []) => elsewhere(ElsewhereKind::Git, vcs.address()),
        (None, Some(directory), None, []) => {
            let kind = match (python::is_own(&directory.path), directory.editable) {
                (true, _) => ElsewhereKind::Own,
                (false, true) => ElsewhereKind::Editable,
                (false, false) => ElsewhereKind::Link,
            };
            elsewhere(kind, &directory.path)
        }
        (None, None, Some(archive), []) => match (&archive.url, &archive.path) {
            (Some(url), _) => elsewhere(ElsewhereKind::Url, url),
            (None, path) => elsewhere(ElsewhereKind::File, path.as_deref().unwrap_or_default()),
        },
        (None, None, None, [first, ..]) => match elsewhere_file(package, &files, registries) {
            Some((kind, address)) => elsewhere(kind, address),
            None => registered(package, &files, lines)
                .unwrap_or_else(|| What::Broken(format!("{} has no version", shown(first)))),
        },
        (None, None, None, []) => What::Broken("it says nothing of where it comes from".to_owned()),
        _ => What::Broken("it says of several sources at once that it comes from there".to_owned()),
    }
}

fn shown(file: &File) -> String {
    quoted(
        file.address()
            .map_or("a file", |(address, _)| address.get_ref()),
    )
}

/// The source of files that are not of the index that is asked.
fn elsewhere_file<'a>(
    package: &'a Package,
    files: &[&'a File],
    registries: &Registries,
) -> Option<(ElsewhereKind, &'a str)> {
    let local = files.iter().find_map(|file| match (&file.url, &file.path) {
        (None, Some(path)) => Some(path.get_ref().as_str()),
        _ => None,
    });
    if let Some(path) = local {
        return Some((ElsewhereKind::File, path));
    }
    // What no digest is held against is whatever lies at its address.
    let unheld = files
        .iter()
        .filter(|file| file.sha256().is_err())
        .find_map(|file| {
            let address = file.path.as_ref().or(file.url.as_ref())?.get_ref();
            (!registries.is_pypi_file(address)).then_some(address.as_str())
        });
    if let Some(address) = unheld {
        return Some((python::kind_of_file(address), address));
    }
    match &package.index {
        Some(index) if registries.is_pypi(index) => None,
        Some(index) => Some((ElsewhereKind::OtherRegistry, index)),
        // Without an index the addresses alone say from where.
        None => files.iter().find_map(|file| {
            let url = file.url.as_ref()?.get_ref();
            (!registries.is_pypi_file(url)).then_some((ElsewhereKind::OtherRegistry, url.as_str()))
        }),
    }
}

/// The package of an index; none without a version.
fn registered(package: &Package, files: &[&File], lines: &Lines<'_>) -> Option<What> {
    let version = package.version.as_deref()?;
    let files = locked_files(package, files, lines);
    let claims = package
        .attestation_identities
        .iter()
        .map(wire::claim)
        .collect();
    let pinned = python::pinned(
        package.name.get_ref(),
        version,
        Digests::Files(files),
        claims,
    );
    Some(pinned.map_or_else(What::Broken, What::Registry))
}

fn locked_files(package: &Package, files: &[&File], lines: &Lines<'_>) -> Vec<LockedFile> {
    let files = files.iter();
    files.map(|file| locked(package, file, lines)).collect()
}

fn locked(package: &Package, file: &File, lines: &Lines<'_>) -> LockedFile {
    let digest = file.sha256();
    let Some((address, from_name)) = file.address() else {
        return LockedFile {
            filename: Err("a file has neither `url` nor `path` nor `name`".to_owned()),
            sha256: digest,
            place: lines.at(package.at(&package.name)),
        };
    };
    let place = lines.at(package.at(address));
    let mut locked = python::file(address.get_ref(), digest, place.clone());
    // `name` is what the file is called, and uv writes it in its normal form; the address has it as the index does.
    if let (false, Some(name)) = (from_name, &file.name) {
        let named = python::file(name.get_ref(), file.sha256(), place);
        let same = match (&named.filename, &locked.filename) {
            (Ok(named), Ok(addressed)) => named.same_distribution(addressed),
            (Ok(_) | Err(_), _) => false,
        };
        if !same {
            locked.filename = Err(format!(
                "a file is called {} and has an address that ends otherwise",
                quoted(name.get_ref())
            ));
        }
    }
    locked
}
