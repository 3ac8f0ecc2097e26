//! What Python's lock formats share: files of distributions and their digests.

use package_provenance::dist::DistFilename;
use package_provenance::package::{PackageVersion, PypiName, PypiPackage, PypiVersion};
use percent_encoding::percent_decode_str;
use untrusted_text::quoted;

use crate::lock::{Digests, ElsewhereKind, IdentityClaim, LockedFile, Pinned};
use crate::place::Place;

/// The file at `address`, a URL or a path, of which installers take the last part as its name.
pub(crate) fn file(address: &str, sha256: Result<[u8; 32], String>, place: Place) -> LockedFile {
    let path = address.split(['?', '#']).next().unwrap_or_default();
    let last = path.rsplit('/').next().unwrap_or_default();
    let filename = percent_decode_str(last)
        .decode_utf8()
        .map_err(|_error| format!("{} is no file name", quoted(last)))
        .and_then(|name| DistFilename::parse(&name).map_err(|error| error.0));
    LockedFile {
        filename,
        sha256,
        place,
    }
}

/// Reads a digest of 64 hexadecimal digits.
pub(crate) fn sha256(digits: &str) -> Result<[u8; 32], String> {
    let mut digest = [0; 32];
    hex::decode_to_slice(digits, &mut digest)
        .map_err(|_error| format!("{} is no SHA-256 digest", quoted(digits)))?;
    Ok(digest)
}

/// Reads `sha256:DIGITS`.
pub(crate) fn prefixed(text: &str) -> Result<[u8; 32], String> {
    match text.split_once(':') {
        Some(("sha256", digits)) => sha256(digits),
        Some((other, _)) => Err(format!(
            "the hash is of {}, and indexes give SHA-256",
            quoted(other)
        )),
        None => Err(format!("{} is no hash", quoted(text))),
    }
}

/// The package of an entry with its files.
///
/// # Errors
/// What is wrong with its name or version.
pub(crate) fn pinned(
    name: &str,
    version: &str,
    digests: Digests,
    claims: Vec<IdentityClaim>,
) -> Result<Pinned, String> {
    let package = package(name, version)?;
    let contradiction = match &digests {
        Digests::Files(files) => files.iter().find_map(|file| {
            let filename = file.filename.as_ref().ok()?;
            (!belongs(filename, &package)).then(|| {
                format!(
                    "the entry is for {}, and one of its files is {}",
                    quoted(&format!("{name}=={version}")),
                    quoted(filename.as_str())
                )
            })
        }),
        Digests::AnyFile(_) | Digests::Npm(_) | Digests::GoZip(_) => None,
    };
    Ok(Pinned {
        package: PackageVersion::Pypi(package),
        digests,
        alias: None,
        contradiction,
        claims,
    })
}

/// Reads a name and a version.
///
/// # Errors
/// What is wrong with one of them.
pub(crate) fn package(name: &str, version: &str) -> Result<PypiPackage, String> {
    Ok(PypiPackage {
        name: PypiName::parse(name).map_err(|error| error.0)?,
        version: PypiVersion::parse(version).map_err(|error| error.0)?,
    })
}

/// Whether a file is the package's. An old sdist may have `-` in its version, so that every place where name and
/// version may be parted is tried.
fn belongs(filename: &DistFilename, package: &PypiPackage) -> bool {
    let same = |name: &PypiName, version: &PypiVersion| {
        *name == package.name && *version == package.version
    };
    if same(filename.name(), filename.version()) {
        return true;
    }
    let text = filename.as_str();
    let stem = [".tar.gz", ".zip"]
        .iter()
        .find_map(|end| text.strip_suffix(end));
    stem.is_some_and(|stem| {
        stem.match_indices('-').any(|(at, _)| {
            let (name, version) = stem.split_at(at);
            let version = version.trim_start_matches('-');
            match (PypiName::parse(name), PypiVersion::parse(version)) {
                (Ok(name), Ok(version)) => same(&name, &version),
                _ => false,
            }
        })
    })
}

/// What a file that is not of the index is, by its address or path.
pub(crate) fn kind_of_file(address: &str) -> ElsewhereKind {
    if address.contains("://") {
        ElsewhereKind::OtherRegistry
    } else {
        ElsewhereKind::File
    }
}

/// Whether a folder lies within the project.
pub(crate) fn is_own(folder: &str) -> bool {
    let strange = folder.contains(['\\', ':']) || folder.starts_with('/') || folder.is_empty();
    !strange && folder.split('/').all(|part| part != "..")
}
