//! The simple index (PEP 691): which files belong to one release.

use std::borrow::Cow;
use std::collections::BTreeMap;

use percent_encoding::percent_decode_str;
use serde::{Deserialize, Deserializer};

use super::{AdvertisedProvenance, IndexError, Release, ReleaseFile};
use crate::dist::DistFilename;
use crate::json;
use crate::package::{PypiName, PypiPackage, PypiVersion};
use crate::registry::limits::{MAX_INDEX_ENTRIES, MAX_RELEASE_FILES};
use crate::registry::wire;

/// Longest file name that is looked at; no file system takes a longer one.
const MAX_NAME: usize = 255;

/// Archives that pip or uv unpack as an sdist (pip `utils/filetypes.py`, uv
/// `SourceDistExtension`); only the first two can be the subject of an attestation.
const ARCHIVES: [&str; 13] = [
    ".tar.gz",
    ".zip",
    ".tar.bz2",
    ".tar.xz",
    ".tar.lzma",
    ".tar.lz",
    ".tar.zst",
    ".tar",
    ".tgz",
    ".tbz",
    ".txz",
    ".tlz",
    ".tzst",
];

/// Longest reason of a withdrawal that is kept, in characters.
const MAX_REASON: usize = 300;

/// Its texts stay in the document where they have no escapes, and its lists are bounded: as values,
/// what fits into an index of two characters each takes twenty times its size.
#[derive(Deserialize)]
struct Index<'a> {
    meta: Meta,
    name: String,
    #[serde(default, deserialize_with = "entries")]
    versions: Vec<String>,
    #[serde(borrow, deserialize_with = "entries")]
    files: Vec<File<'a>>,
}

fn entries<'de, D, T>(reader: D) -> Result<Vec<T>, D::Error>
where
    D: Deserializer<'de>,
    T: Deserialize<'de>,
{
    wire::at_most::<MAX_INDEX_ENTRIES, D, T>(reader)
}

#[derive(Deserialize)]
struct Meta {
    #[serde(rename = "api-version")]
    api_version: String,
}

#[derive(Deserialize)]
struct File<'a> {
    #[serde(borrow)]
    filename: Cow<'a, str>,
    /// pip names a file by the end of its address, not by `filename`.
    #[serde(borrow)]
    url: Cow<'a, str>,
    #[serde(default)]
    hashes: Hashes,
    #[serde(default)]
    yanked: Yanked,
    #[serde(default = "unstated", deserialize_with = "advertised")]
    provenance: AdvertisedProvenance,
}

/// Other algorithms are not read: an attestation binds to SHA-256.
#[derive(Deserialize, Default)]
struct Hashes {
    sha256: Option<String>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Yanked {
    Flag(bool),
    Reason(String),
}

impl Default for Yanked {
    fn default() -> Self {
        Self::Flag(false)
    }
}

impl Yanked {
    /// The reason of a withdrawal, empty where none is given. An empty string is no withdrawal:
    /// PEP 691 asks for a truthy value.
    fn reason(self) -> Option<String> {
        match self {
            Self::Flag(true) => Some(String::new()),
            Self::Flag(false) => None,
            Self::Reason(text) => {
                (!text.is_empty()).then(|| text.chars().take(MAX_REASON).collect())
            }
        }
    }
}

const fn unstated() -> AdvertisedProvenance {
    AdvertisedProvenance::Unstated
}

/// Called only where the key is present: `null` and absence mean different things.
fn advertised<'de, D: Deserializer<'de>>(reader: D) -> Result<AdvertisedProvenance, D::Error> {
    Ok(match Option::<String>::deserialize(reader)? {
        Some(_) => AdvertisedProvenance::Yes,
        None => AdvertisedProvenance::No,
    })
}

/// Selects the files of `package` from an index document. `Ok(None)`: the project has no such
/// version. A release without files (all deleted) is one with an empty list.
///
/// # Errors
/// [`IndexError`]; the document then says nothing about the release.
pub fn release(bytes: &[u8], package: &PypiPackage) -> Result<Option<Release>, IndexError> {
    let index: Index<'_> = json::from_slice(bytes)?;
    if !speaks_version_one(&index.meta.api_version) {
        let shown = index.meta.api_version.chars().take(20).collect();
        return Err(IndexError::ApiVersion(shown));
    }
    if !is_name(&index.name, package) {
        return Err(IndexError::OtherProject(package.name.as_str().to_owned()));
    }
    let mut files = BTreeMap::new();
    let mut other_files = Vec::new();
    let mut unattestable = Vec::new();
    for file in index.files {
        if !is_plain(&file.filename) || !ends_in_filename(&file.url, &file.filename) {
            return Err(IndexError::OtherUrl(
                file.filename.chars().take(80).collect(),
            ));
        }
        if let Some(filename) = of_release(&file.filename, package) {
            let file = release_file(filename, file)?;
            if let Some(twice) = files.insert(file.filename.clone(), file) {
                return Err(IndexError::Twice(twice.filename.as_str().to_owned()));
            }
        } else if installable(&file.filename, package) {
            unattestable.push(file.filename.into_owned());
        } else if not_installable(&file.filename, package) {
            other_files.push(file.filename.into_owned());
        }
        if files.len() + unattestable.len() + other_files.len() > MAX_RELEASE_FILES {
            return Err(IndexError::TooManyFiles(MAX_RELEASE_FILES));
        }
    }
    other_files.sort_unstable();
    unattestable.sort_unstable();
    let listed = || index.versions.iter().any(|text| is_version(text, package));
    let known =
        !files.is_empty() || !other_files.is_empty() || !unattestable.is_empty() || listed();
    Ok(known.then(|| Release {
        files: files.into_values().collect(),
        other_files,
        unattestable,
    }))
}

/// Whether a file name can be read in one way only. Installers split, decode and clean addresses each
/// in their own manner (pip decodes twice and drops tabs); a name without these characters comes out
/// of all of them the same.
fn is_plain(filename: &str) -> bool {
    !matches!(filename, "" | "." | "..")
        && filename.len() <= MAX_NAME
        && !filename.starts_with(char::is_whitespace)
        && !filename.ends_with(char::is_whitespace)
        && !filename.contains(|one: char| one.is_control() || "/\\%:?#".contains(one))
}

/// Whether an address names the very file that the index says it is of. pip takes a file's name from
/// the address (and from `#egg=`), uv from `filename`: were they to differ, one would install what the
/// other never saw.
fn ends_in_filename(url: &str, filename: &str) -> bool {
    let (path, fragment) = url.split_once('#').unwrap_or((url, ""));
    let path = path.split_once('?').map_or(path, |(path, _)| path);
    let last = path.rsplit('/').next().unwrap_or_default();
    let decoded = percent_decode_str(last).decode_utf8();
    decoded.is_ok_and(|last| last == filename) && !fragment.contains("egg=")
}

fn release_file(filename: DistFilename, file: File<'_>) -> Result<ReleaseFile, IndexError> {
    let mut sha256 = [0; 32];
    let text = file.hashes.sha256.unwrap_or_default();
    if hex::decode_to_slice(&text, &mut sha256).is_err() {
        return Err(IndexError::NoDigest(filename.as_str().to_owned()));
    }
    Ok(ReleaseFile {
        filename,
        sha256,
        yanked: file.yanked.reason(),
        provenance: file.provenance,
    })
}

/// `1`, or `1.` and a number: PEP 691 lets minor versions add, and major versions change.
fn speaks_version_one(text: &str) -> bool {
    let minor = match text.split_once('.') {
        Some(("1", minor)) => minor,
        Some(_) => return false,
        None => return text == "1",
    };
    !minor.is_empty() && minor.bytes().all(|byte| byte.is_ascii_digit())
}

fn is_name(text: &str, package: &PypiPackage) -> bool {
    PypiName::parse(text).is_ok_and(|name| name == package.name)
}

fn is_version(text: &str, package: &PypiPackage) -> bool {
    PypiVersion::parse(text).is_ok_and(|version| version == package.version)
}

/// The parsed name of an sdist or wheel of this release.
fn of_release(text: &str, package: &PypiPackage) -> Option<DistFilename> {
    DistFilename::parse(text)
        .ok()
        .filter(|file| *file.name() == package.name && *file.version() == package.version)
}

/// Whether pip or uv may take this file, which is no sdist or wheel of the release by its parsed
/// name, for one. pip accepts more archive types than PyPI does, and cuts an archive's name
/// wherever the left part is the project (`a-1.0-1.tar.gz` is `1.0.post1` of `a` to pip), so that
/// a lying index could add a file that nobody attested.
fn installable(text: &str, package: &PypiPackage) -> bool {
    let lower = text.to_ascii_lowercase();
    if let Some(stem) = lower.strip_suffix(".whl") {
        let mut parts = stem.split('-');
        return parts.next().is_some_and(|name| is_name(name, package))
            && parts
                .next()
                .is_some_and(|version| is_version(&version.replace('_', "-"), package));
    }
    ARCHIVES
        .iter()
        .filter_map(|extension| lower.strip_suffix(extension))
        .any(|stem| {
            stem.match_indices('-').any(|(at, _)| {
                let (name, rest) = stem.split_at(at);
                is_name(name, package)
                    && rest
                        .strip_prefix('-')
                        .is_some_and(|rest| is_version(rest, package))
            })
        })
}

/// Whether this is an egg or a Windows installer of the release: `{name}-{version}-py3.8.egg`,
/// `{name}-{version}.win-amd64-py2.7.exe`. They only get mentioned.
fn not_installable(text: &str, package: &PypiPackage) -> bool {
    let Some((stem, "egg" | "exe" | "msi" | "rpm")) = text.rsplit_once('.') else {
        return false;
    };
    let mut parts = stem.split('-');
    let (Some(name), Some(version)) = (parts.next(), parts.next()) else {
        return false;
    };
    let version = version
        .split_once(".win")
        .map_or(version, |(version, _)| version);
    is_name(name, package) && is_version(version, package)
}
