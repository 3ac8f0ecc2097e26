//! The document's shape, only what is read.

use std::collections::BTreeMap;

use serde::Deserialize;
use toml::Spanned;

use crate::lock::IdentityClaim;
use crate::python;

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) struct Document {
    /// Of the first part.
    pub(super) lock_version: Option<Spanned<String>>,
    /// Of some part, so that a misspelt key is not read as an empty lock.
    pub(super) packages: Option<Vec<Package>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) struct Package {
    /// Where the part starts that it stands in.
    #[serde(skip)]
    pub(super) part: usize,
    pub(super) name: Spanned<String>,
    pub(super) version: Option<String>,
    pub(super) index: Option<String>,
    pub(super) vcs: Option<Vcs>,
    pub(super) directory: Option<Directory>,
    pub(super) archive: Option<Archive>,
    pub(super) sdist: Option<File>,
    #[serde(default)]
    pub(super) wheels: Vec<File>,
    #[serde(default)]
    pub(super) attestation_identities: Vec<BTreeMap<String, toml::Value>>,
}

impl Package {
    /// The offset of something in it.
    pub(super) fn at<T>(&self, it: &Spanned<T>) -> usize {
        self.part + it.span().start
    }
}

#[derive(Deserialize)]
pub(super) struct Vcs {
    url: Option<String>,
    path: Option<String>,
}

impl Vcs {
    pub(super) fn address(&self) -> &str {
        let given = self.url.as_deref().or(self.path.as_deref());
        given.unwrap_or_default()
    }
}

#[derive(Deserialize)]
pub(super) struct Directory {
    pub(super) path: String,
    #[serde(default)]
    pub(super) editable: bool,
}

#[derive(Deserialize)]
pub(super) struct Archive {
    pub(super) url: Option<String>,
    pub(super) path: Option<String>,
    #[serde(default)]
    hashes: BTreeMap<String, String>,
}

impl Archive {
    /// As [`File::sha256`].
    pub(super) fn sha256(&self) -> Result<[u8; 32], String> {
        sha256(&self.hashes)
    }
}

/// `sdist` or one of `wheels`.
#[derive(Deserialize)]
pub(super) struct File {
    pub(super) name: Option<Spanned<String>>,
    pub(super) url: Option<Spanned<String>>,
    pub(super) path: Option<Spanned<String>>,
    #[serde(default)]
    hashes: BTreeMap<String, String>,
}

impl File {
    /// Its address, or its name alone, which the second value tells.
    pub(super) fn address(&self) -> Option<(&Spanned<String>, bool)> {
        let address = self.url.as_ref().or(self.path.as_ref());
        let named = || self.name.as_ref().map(|name| (name, true));
        address.map(|address| (address, false)).or_else(named)
    }

    /// The digest that every installer holds it to.
    pub(super) fn sha256(&self) -> Result<[u8; 32], String> {
        sha256(&self.hashes)
    }
}

/// The digest that every installer holds a file to: with several algorithms each installer chooses one.
fn sha256(hashes: &BTreeMap<String, String>) -> Result<[u8; 32], String> {
    let mut hashes = hashes.iter();
    match (hashes.next(), hashes.next()) {
        (Some((algorithm, digits)), None) if algorithm == "sha256" => python::sha256(digits),
        (None, _) => Err("the lock has no hash for it".to_owned()),
        (Some((algorithm, _)), None) => {
            let algorithm = untrusted_text::quoted(algorithm);
            Err(format!(
                "the hash is of {algorithm}, and indexes give SHA-256"
            ))
        }
        (Some(_), Some(_)) => Err("it has hashes of several algorithms, and an installer \
                                   holds it to one of its choice"
            .to_owned()),
    }
}

/// A claim of `attestation-identities`; values that are no texts are left out, since no identity has such.
pub(super) fn claim(table: &BTreeMap<String, toml::Value>) -> IdentityClaim {
    let text = |value: &toml::Value| value.as_str().map(str::to_owned);
    IdentityClaim {
        kind: table.get("kind").and_then(text).unwrap_or_default(),
        fields: (table.iter())
            .filter(|(key, _)| *key != "kind")
            .filter_map(|(key, value)| Some((key.clone(), text(value)?)))
            .collect(),
    }
}
