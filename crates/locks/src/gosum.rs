//! `go.sum`, as the go command reads it (`cmd/go/internal/modfetch/fetch.go`, `readGoSum`).

use std::collections::HashMap;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use package_provenance::package::{GoModule, GoPackage, PackageVersion};
use untrusted_text::quoted;

use crate::error::LockError;
use crate::format::Format;
use crate::limits::MAX_ENTRIES;
use crate::lines::Lines;
use crate::lock::{Digests, Entry, Lock, Pinned, Platforms, Reach, What};

/// A module's zip at one version, with each of its lines' hashes, in the file's order.
struct Zip<'a> {
    path: &'a str,
    version: &'a str,
    hashes: Vec<&'a str>,
}

pub(crate) fn parse(lines: &Lines<'_>) -> Result<Lock, LockError> {
    let mut zips: Vec<Zip<'_>> = Vec::new();
    let mut known: HashMap<(&str, &str), usize> = HashMap::new();
    for line in lines.text().split('\n') {
        let words: Vec<&str> = line.split_whitespace().collect();
        let (path, version, hash) = match words.as_slice() {
            [] => continue,
            [path, version, hash] => (*path, *version, *hash),
            _ => {
                let message = format!(
                    "a line has {} words; the go command takes three",
                    words.len()
                );
                return Err(LockError::malformed(lines.path(), message).at(lines.of(line)));
            }
        };
        // The hash of a go.mod file says nothing of what is compiled.
        if version.ends_with("/go.mod") {
            continue;
        }
        if let Some(zip) = known.get(&(path, version)).and_then(|at| zips.get_mut(*at)) {
            zip.hashes.push(hash);
            continue;
        }
        known.insert((path, version), zips.len());
        zips.push(Zip {
            path,
            version,
            hashes: vec![hash],
        });
    }
    if zips.len() > MAX_ENTRIES {
        let message = format!(
            "it has {} entries; at most {MAX_ENTRIES} are read",
            zips.len()
        );
        return Err(LockError::too_large(lines.path(), message));
    }
    Ok(Lock {
        format: Format::GoSum,
        version: None,
        entries: zips.iter().map(|zip| entry(zip, lines)).collect(),
        notes: Vec::new(),
    })
}

fn entry(zip: &Zip<'_>, lines: &Lines<'_>) -> Entry {
    Entry {
        name: zip.path.to_owned(),
        place: lines.of(zip.path),
        what: what(zip).map_or_else(What::Broken, What::Registry),
        reach: Reach::NotSaid,
        dev: false,
        optional: false,
        platforms: Platforms::default(),
        has_install_script: false,
        has_own_lock: false,
    }
}

fn what(zip: &Zip<'_>) -> Result<Pinned, String> {
    GoModule::parse(zip.path, zip.version)?;
    let package = GoPackage::parse(zip.path, zip.version).map_err(|(name, version)| {
        let name = name.map(|error| error.0);
        let error = name.or_else(|| version.map(|error| error.0));
        error.unwrap_or_else(|| "it is no Go module".to_owned())
    })?;
    // Of several the go command takes the first of the kind that it knows (`haveModSumLocked`).
    let mut known = zip
        .hashes
        .iter()
        .filter_map(|hash| hash.strip_prefix("h1:"));
    let first = known.next().ok_or_else(|| {
        let shown = quoted(zip.hashes.first().copied().unwrap_or_default());
        format!("{shown} is no `h1:` hash, and the go command checks the module against no other")
    })?;
    let digest = STANDARD.decode(first).ok();
    let digest = digest.and_then(|digest| <[u8; 32]>::try_from(digest).ok());
    let digest = digest.ok_or_else(|| format!("{} is no hash of 32 bytes", quoted(first)))?;
    let contradiction = known.any(|other| other != first).then(|| {
        format!(
            "the file has two hashes for {}, and the go command takes the first",
            quoted(&format!("{}@{}", zip.path, zip.version))
        )
    });
    Ok(Pinned {
        package: PackageVersion::Go(package),
        digests: Digests::GoZip(digest),
        alias: None,
        contradiction,
        claims: Vec::new(),
    })
}

#[cfg(test)]
mod tests;
