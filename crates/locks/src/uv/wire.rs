//! The document's shape, only what is read.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde::de::IgnoredAny;
use toml::Spanned;

#[derive(Deserialize)]
pub(super) struct Document {
    /// Of the first part.
    pub(super) version: Option<u64>,
    #[serde(default)]
    pub(super) package: Vec<Package>,
    /// What uv wrote before its version 1.
    pub(super) distribution: Option<IgnoredAny>,
}

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) struct Package {
    /// Where the part starts that it stands in.
    #[serde(skip)]
    pub(super) part: usize,
    pub(super) name: Spanned<String>,
    pub(super) version: Option<String>,
    pub(super) source: Sources,
    pub(super) sdist: Option<File>,
    #[serde(default)]
    pub(super) wheels: Vec<File>,
    #[serde(default)]
    pub(super) dependencies: Vec<Dependency>,
    #[serde(default)]
    pub(super) optional_dependencies: BTreeMap<String, Vec<Dependency>>,
    #[serde(default)]
    pub(super) dev_dependencies: BTreeMap<String, Vec<Dependency>>,
}

impl Package {
    /// The offset of something in it.
    pub(super) fn at<T>(&self, it: &Spanned<T>) -> usize {
        self.part + it.span().start
    }
}

/// Where a package comes from: exactly one of them is given.
#[derive(Deserialize)]
pub(super) struct Sources {
    registry: Option<String>,
    git: Option<String>,
    url: Option<String>,
    path: Option<String>,
    directory: Option<String>,
    editable: Option<String>,
    r#virtual: Option<String>,
}

/// A source with its address or folder.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Source<'a> {
    Registry(&'a str),
    Git(&'a str),
    Url(&'a str),
    Path(&'a str),
    Directory(&'a str),
    Editable(&'a str),
    Virtual(&'a str),
}

impl Sources {
    /// # Errors
    /// The sentence that says what is wrong, where not exactly one is given: uv takes the first that it knows.
    pub(super) fn place(&self) -> Result<Source<'_>, String> {
        let given: Vec<Source<'_>> = [
            self.registry.as_deref().map(Source::Registry),
            self.git.as_deref().map(Source::Git),
            self.url.as_deref().map(Source::Url),
            self.path.as_deref().map(Source::Path),
            self.directory.as_deref().map(Source::Directory),
            self.editable.as_deref().map(Source::Editable),
            self.r#virtual.as_deref().map(Source::Virtual),
        ]
        .into_iter()
        .flatten()
        .collect();
        match given.as_slice() {
            [source] => Ok(*source),
            [] => Err("its `source` is of no kind that is known".to_owned()),
            _ => Err("its `source` is of several kinds at once".to_owned()),
        }
    }
}

/// `sdist` or one of `wheels`. One of `url`, `path`, `filename` is given.
#[derive(Deserialize)]
pub(super) struct File {
    url: Option<Spanned<String>>,
    path: Option<Spanned<String>>,
    filename: Option<Spanned<String>>,
    pub(super) hash: Option<String>,
    pub(super) zstd: Option<IgnoredAny>,
}

/// One dependency; version and source are given where several packages have the name.
#[derive(Deserialize)]
pub(super) struct Dependency {
    pub(super) name: String,
    pub(super) version: Option<String>,
}

impl File {
    /// From where it is fetched, where it is not the index that says so.
    pub(super) fn place(&self) -> Option<&str> {
        let given = self.url.as_ref().or(self.path.as_ref());
        given.map(|address| address.get_ref().as_str())
    }

    /// Its address, and whether it has others beside it.
    pub(super) fn address(&self) -> Option<(&Spanned<String>, bool)> {
        let mut given = [&self.url, &self.path, &self.filename]
            .into_iter()
            .flatten();
        let first = given.next()?;
        Some((first, given.next().is_some()))
    }
}
