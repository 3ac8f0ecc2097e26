//! The simple index (PEP 691): which files belong to one release.

use std::borrow::Cow;
use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Deserializer};
use serde_json::value::RawValue;

use super::digest::enforced;
use super::installers::taken_as;
use super::status::{MAX_REASON, ProjectStatus};
use super::{AdvertisedProvenance, Index, IndexError, Release, ReleaseFile};
use crate::dist::DistFilename;
use crate::evidence::limits::{MAX_INDEX_ENTRIES, MAX_RELEASE_FILES};
use crate::evidence::stated::StatedAddress;
use crate::evidence::wire;
use crate::json;
use crate::package::{PypiName, PypiPackage};

/// Longest name of a file that cannot be attested that is kept, in characters.
const MAX_SHOWN: usize = 120;

/// Its texts stay in the document where they have no escapes, and its lists are bounded: as values,
/// what fits into an index of two characters each takes twenty times its size.
#[derive(Deserialize)]
pub(super) struct Document<'a> {
    pub(super) meta: Meta,
    pub(super) name: String,
    #[serde(borrow, default, rename = "project-status", deserialize_with = "raw")]
    project_status: Option<&'a RawValue>,
    #[serde(default, deserialize_with = "entries")]
    versions: Vec<String>,
    #[serde(borrow, deserialize_with = "entries")]
    pub(super) files: Vec<File<'a>>,
}

fn entries<'de, D, T>(reader: D) -> Result<Vec<T>, D::Error>
where
    D: Deserializer<'de>,
    T: Deserialize<'de>,
{
    wire::at_most::<MAX_INDEX_ENTRIES, D, T>(reader)
}

#[derive(Deserialize)]
pub(super) struct Meta {
    #[serde(rename = "api-version")]
    pub(super) api_version: String,
}

/// What tells whose file it is, and the rest unread: only files of the release matter, and an index
/// holds what people uploaded twenty years ago.
#[derive(Deserialize)]
pub(super) struct File<'a> {
    #[serde(borrow)]
    pub(super) filename: Cow<'a, str>,
    /// pip names a file by the end of its address, not by `filename`.
    #[serde(borrow)]
    url: Cow<'a, str>,
    #[serde(borrow, default, deserialize_with = "raw")]
    hashes: Option<&'a RawValue>,
    #[serde(borrow, default, deserialize_with = "raw")]
    yanked: Option<&'a RawValue>,
    #[serde(borrow, default, deserialize_with = "raw")]
    pub(super) provenance: Option<&'a RawValue>,
    #[serde(borrow, default, rename = "upload-time", deserialize_with = "raw")]
    upload_time: Option<&'a RawValue>,
}

/// Called only where the key is present: `null` and absence mean different things.
fn raw<'de, D: Deserializer<'de>>(reader: D) -> Result<Option<&'de RawValue>, D::Error> {
    <&RawValue>::deserialize(reader).map(Some)
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

/// Reads an index document, and selects the files of `package` from it.
///
/// # Errors
/// [`IndexError`]; the document then says nothing about the release.
pub fn index(bytes: &[u8], package: &PypiPackage) -> Result<Index, IndexError> {
    let document: Document<'_> = json::from_slice(bytes)?;
    if !speaks_version_one(&document.meta.api_version) {
        let shown = document.meta.api_version.chars().take(20).collect();
        return Err(IndexError::ApiVersion(shown));
    }
    if !is_name(&document.name, package) {
        return Err(IndexError::OtherProject(package.name.as_str().to_owned()));
    }
    Ok(Index {
        status: ProjectStatus::read(document.project_status.map(RawValue::get)),
        release: release(&document, package)?,
    })
}

/// The files of `package`; nothing where the project has no such version.
fn release(document: &Document<'_>, package: &PypiPackage) -> Result<Option<Release>, IndexError> {
    let mut files = BTreeMap::new();
    let mut release = Release::default();
    for file in &document.files {
        match role(file, package) {
            Role::Attestable(filename) => {
                let file = release_file(filename, file)?;
                if let Some(twice) = files.insert(file.filename.clone(), file) {
                    return Err(IndexError::Twice(twice.filename.as_str().to_owned()));
                }
            }
            Role::Unattestable(shown) => {
                let digest = enforced(&shown, file.hashes.map(RawValue::get), &file.url);
                let digests = &mut release.unattestable_digests;
                if digests.insert(shown.clone(), digest).is_some() {
                    let twice = Err("the index lists it twice".to_owned());
                    digests.insert(shown.clone(), twice);
                }
                release.unattestable.push(shown);
            }
            Role::NotInstallable => release.other_files.push(shortened(&file.filename)),
            Role::Unrelated => {}
        }
        if files.len() + release.unattestable.len() + release.other_files.len() > MAX_RELEASE_FILES
        {
            return Err(IndexError::TooManyFiles(MAX_RELEASE_FILES));
        }
    }
    release.files = files.into_values().collect();
    release.other_files.sort_unstable();
    release.unattestable.sort_unstable();
    let listed = || {
        let versions = &document.versions;
        versions.iter().any(|text| package.version.takes_text(text))
    };
    let known = release != Release::default() || listed();
    Ok(known.then_some(release))
}

/// What an entry of the index is to one release.
enum Role {
    /// A file of it, by a name that an attestation can be about.
    Attestable(DistFilename),
    /// What an installer may take for a file of it, and what to call that.
    Unattestable(String),
    /// An egg or the like of it.
    NotInstallable,
    /// None of its files.
    Unrelated,
}

fn role(file: &File<'_>, package: &PypiPackage) -> Role {
    let of_project = DistFilename::parse(&file.filename)
        .ok()
        .filter(|parsed| *parsed.name() == package.name);
    match of_project {
        Some(filename) if package.version.takes(filename.version()) => {
            return Role::Attestable(filename);
        }
        // Nearly every entry: installers read a name of this form as it is meant.
        Some(_) if is_plain(&file.url, &file.filename) => return Role::Unrelated,
        Some(_) | None => {}
    }
    match taken_as(&file.filename, &file.url, package) {
        Some(name) if name == file.filename => Role::Unattestable(shortened(&name)),
        Some(name) => Role::Unattestable(format!(
            "{} (listed as {})",
            shortened(&name),
            shortened(&file.filename)
        )),
        None if not_installable(&file.filename, package) => Role::NotInstallable,
        None => Role::Unrelated,
    }
}

/// Whether an address ends in `filename`, and nothing stands behind its path.
fn is_plain(url: &str, filename: &str) -> bool {
    !url.contains(['#', '?', '&']) && url.rsplit('/').next() == Some(filename)
}

fn shortened(name: &str) -> String {
    name.chars().take(MAX_SHOWN).collect()
}

fn release_file(filename: DistFilename, file: &File<'_>) -> Result<ReleaseFile, IndexError> {
    let name = filename.as_str();
    let read = |error: serde_json::Error| IndexError::File(name.to_owned(), error.to_string());
    let yanked: Yanked = file
        .yanked
        .map_or(Ok(Yanked::default()), |json| {
            serde_json::from_str(json.get())
        })
        .map_err(read)?;
    let provenance = match file.provenance {
        None => AdvertisedProvenance::Unstated,
        Some(json) => {
            match serde_json::from_str::<Option<Cow<'_, str>>>(json.get()).map_err(read)? {
                Some(address) => AdvertisedProvenance::Yes(StatedAddress::new(&address)),
                None => AdvertisedProvenance::No,
            }
        }
    };
    Ok(ReleaseFile {
        digest: enforced(name, file.hashes.map(RawValue::get), &file.url),
        filename,
        yanked: yanked.reason(),
        provenance,
        uploaded: file.upload_time.and_then(time),
    })
}

/// A time of PEP 700; one that cannot be read says nothing.
fn time(json: &RawValue) -> Option<Timestamp> {
    serde_json::from_str::<Cow<'_, str>>(json.get())
        .ok()?
        .parse()
        .ok()
}

/// `1`, or `1.` and a number: PEP 691 lets minor versions add, and major versions change.
pub(super) fn speaks_version_one(text: &str) -> bool {
    let minor = match text.split_once('.') {
        Some(("1", minor)) => minor,
        Some(_) => return false,
        None => return text == "1",
    };
    !minor.is_empty() && minor.bytes().all(|byte| byte.is_ascii_digit())
}

pub(super) fn is_name(text: &str, package: &PypiPackage) -> bool {
    PypiName::parse(text).is_ok_and(|name| name == package.name)
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
    is_name(name, package) && package.version.takes_text(version)
}
