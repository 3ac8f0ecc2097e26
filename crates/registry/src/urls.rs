//! Where each request is sent: URLs made from a configured base and parsed names (docs/verification.md#f31,
//! docs/verification.md#f35). The one address that is taken from an answer is in [`package_provenance::evidence::stated`].

mod go;
mod hidden;

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use url::{Host, Url};

pub use go::GoAddresses;
use package_provenance::dist::DistFilename;
use package_provenance::evidence::{EvidenceRequest, FetchProblem};
use package_provenance::package::{NpmName, PackageVersion};

/// What `encodeURIComponent` leaves alone, and the `@` of a scope, as npm's own client writes it.
const SEGMENT: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'_')
    .remove(b'.')
    .remove(b'!')
    .remove(b'~')
    .remove(b'*')
    .remove(b'\'')
    .remove(b'(')
    .remove(b')')
    .remove(b'@');

/// The media type to ask for where the documents are texts and hashes, whatever a server calls them.
pub(super) const ANY: &str = "*/*";

/// A path of Go's: slashes stay, and so do `@`, `+` and `~`.
const GO_PATH: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'_')
    .remove(b'.')
    .remove(b'~')
    .remove(b'@')
    .remove(b'+')
    .remove(b'/');

/// The base URL of a registry: https, or http to this machine; no user name, query or fragment; no
/// slash at its end. Shown without what looks like a token in its path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BaseUrl(Url);

impl BaseUrl {
    /// Reads a base URL that a user configured.
    ///
    /// # Errors
    /// What is wrong, for people. It never repeats the text, which may hold a password.
    pub fn parse(text: &str) -> Result<Self, String> {
        if text
            .chars()
            .any(|c| c.is_control() || c.is_whitespace() || c == '\\')
        {
            return Err("a URL has no spaces, control characters or backslashes".to_owned());
        }
        let mut url = Url::parse(text).map_err(|error| {
            format!("this is no URL ({error}); write it whole, such as https://registry.example")
        })?;
        if !url.username().is_empty() || url.password().is_some() {
            return Err(
                "a user name or password in a registry's URL is refused, because it would end \
                 up in logs; remove what stands before the `@`"
                    .to_owned(),
            );
        }
        if url.query().is_some() || url.fragment().is_some() {
            return Err("a registry's URL has no `?` or `#` part; remove it".to_owned());
        }
        match url.scheme() {
            "https" => {}
            "http" if is_loopback(&url) => {}
            "http" => {
                return Err(
                    "http is accepted for this machine only (127.0.0.0/8, ::1, localhost); use \
                     https"
                        .to_owned(),
                );
            }
            _ => return Err("a registry's URL starts with https://".to_owned()),
        }
        let path = url.path().trim_end_matches('/').to_owned();
        url.set_path(&path);
        Ok(Self(url))
    }

    /// The URL of `path`, relative to this base, without a slash at its start.
    pub(crate) fn join(&self, path: &str) -> Result<Url, FetchProblem> {
        at(&self.0, &format!("{}/{path}", self.path()))
    }

    /// The URL with a slash at its end, as of the folder in which everything lies.
    pub fn folder(&self) -> Url {
        let mut url = self.0.clone();
        url.set_path(&format!("{}/", self.path()));
        url
    }

    /// An address below this base as it may be shown: parts of the base that look like tokens are
    /// left out.
    pub(crate) fn shown<'a>(&self, url: &'a Url) -> Cow<'a, str> {
        hidden::shown(url, &self.0)
    }

    /// The URL itself.
    pub(super) fn url(&self) -> &Url {
        &self.0
    }

    fn path(&self) -> &str {
        self.0.path().trim_end_matches('/')
    }
}

impl fmt::Display for BaseUrl {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.shown(&self.0).trim_end_matches('/'))
    }
}

/// Whether a URL leads to this machine.
pub(super) fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        Some(Host::Domain(name)) => name == "localhost",
        None => false,
    }
}

/// The registries' base URLs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Registries {
    /// npm's registry.
    pub npm: BaseUrl,
    /// The registries of npm's scopes that have their own, by the scope with its `@`.
    pub npm_scopes: BTreeMap<String, BaseUrl>,
    /// PyPI's simple index.
    pub pypi: BaseUrl,
    /// Go's module proxies and checksum database.
    pub go: GoAddresses,
    /// The registry that is asked for evidence of npm packages, where [`Self::npm`] is a mirror of it.
    pub npm_evidence: Option<BaseUrl>,
    /// The index that is asked for evidence, where [`Self::pypi`] is a mirror of it.
    pub pypi_evidence: Option<BaseUrl>,
}

impl Registries {
    /// Where the packages of `name`'s scope are asked for, as npm chooses: a scope's own registry
    /// comes before every other setting.
    fn npm_of(&self, name: &NpmName) -> &BaseUrl {
        self.scope_of(name).unwrap_or(&self.npm)
    }

    /// Where evidence of the package `name` is asked for. A scope's own registry has its own.
    fn npm_evidence_of(&self, name: &NpmName) -> &BaseUrl {
        let evidence = || self.npm_evidence.as_ref().unwrap_or(&self.npm);
        self.scope_of(name).unwrap_or_else(evidence)
    }

    fn scope_of(&self, name: &NpmName) -> Option<&BaseUrl> {
        let (scope, _) = name.as_str().split_once('/')?;
        self.npm_scopes.get(scope)
    }

    /// Whether `package` is installed from elsewhere than its evidence comes from.
    pub(crate) fn is_mirrored(&self, package: &PackageVersion) -> bool {
        match package {
            PackageVersion::Npm(package) => {
                self.npm_evidence.is_some() && self.scope_of(&package.name).is_none()
            }
            PackageVersion::Pypi(_) => self.pypi_evidence.is_some(),
            PackageVersion::Go(_) => false,
        }
    }
}

/// The base of the URL that answers `request`.
pub(super) fn base<'a>(registries: &'a Registries, request: &EvidenceRequest) -> &'a BaseUrl {
    match request {
        EvidenceRequest::NpmManifest(package) | EvidenceRequest::NpmAttestations(package) => {
            registries.npm_evidence_of(&package.name)
        }
        EvidenceRequest::NpmPackument(name) => registries.npm_evidence_of(name),
        EvidenceRequest::NpmManifestOfMirror(package) => registries.npm_of(&package.name),
        EvidenceRequest::NpmPackumentOfMirror(name) => registries.npm_of(name),
        EvidenceRequest::PypiIndex(_)
        | EvidenceRequest::PypiProvenance(..)
        | EvidenceRequest::PypiProvenanceAt(..) => registries
            .pypi_evidence
            .as_ref()
            .unwrap_or(&registries.pypi),
        EvidenceRequest::PypiIndexOfMirror(_) => &registries.pypi,
        // Where nobody is asked there is no URL either.
        EvidenceRequest::Go(request) => {
            (registries.go.place(request)).map_or(&registries.pypi, |(base, _)| base)
        }
    }
}

/// The URL that answers `request`, made from its names, and the media type to ask for.
///
/// # Errors
/// [`FetchProblem::NoEndpoint`] where the configured registry has none.
pub fn locate(
    registries: &Registries,
    request: &EvidenceRequest,
) -> Result<(Url, &'static str), FetchProblem> {
    const JSON: &str = "application/json";
    let base = base(registries, request);
    Ok(match request {
        EvidenceRequest::NpmManifest(package) | EvidenceRequest::NpmManifestOfMirror(package) => {
            let (name, version) = (escaped(&package.name), segment(package.version.as_str()));
            (base.join(&format!("{name}/{version}"))?, JSON)
        }
        EvidenceRequest::NpmAttestations(package) => {
            let (name, version) = (escaped(&package.name), segment(package.version.as_str()));
            (
                base.join(&format!("-/npm/v1/attestations/{name}@{version}"))?,
                JSON,
            )
        }
        EvidenceRequest::NpmPackument(name) | EvidenceRequest::NpmPackumentOfMirror(name) => {
            (base.join(&escaped(name))?, JSON)
        }
        EvidenceRequest::PypiIndex(name) | EvidenceRequest::PypiIndexOfMirror(name) => (
            base.join(&format!("{}/", segment(name.as_str())))?,
            "application/vnd.pypi.simple.v1+json",
        ),
        EvidenceRequest::PypiProvenance(package, filename)
        | EvidenceRequest::PypiProvenanceAt(package, filename, _) => {
            let parent = base
                .path()
                .strip_suffix("/simple")
                .ok_or_else(no_integrity)?;
            let name = segment(package.name.as_str());
            let version = segment(version_text(filename).ok_or_else(not_addressable)?);
            let file = segment(filename.as_str());
            let path = format!("{parent}/integrity/{name}/{version}/{file}/provenance");
            (
                at(&base.0, &path)?,
                "application/vnd.pypi.integrity.v1+json",
            )
        }
        EvidenceRequest::Go(request) => {
            let (base, path) = registries.go.place(request).ok_or_else(nobody)?;
            let path = utf8_percent_encode(&path, GO_PATH).to_string();
            (base.join(&path)?, ANY)
        }
    })
}

/// `base` with another path. A path that URL rules would rewrite (`..`) is refused: the registry
/// would be asked about something else.
fn at(base: &Url, path: &str) -> Result<Url, FetchProblem> {
    let mut url = base.clone();
    url.set_path(path);
    if url.path() == path {
        Ok(url)
    } else {
        Err(not_addressable())
    }
}

fn segment(text: &str) -> String {
    utf8_percent_encode(text, SEGMENT).to_string()
}

/// `@scope%2fname`: npm's client writes this one escape in lower case, and some registries compare
/// text.
fn escaped(name: &NpmName) -> String {
    segment(name.as_str()).replace("%2F", "%2f")
}

/// The version as the file name writes it, which is how PyPI's provenance URLs have it.
fn version_text(filename: &DistFilename) -> Option<&str> {
    let text = filename.as_str();
    if let Some(stem) = text.strip_suffix(".whl") {
        return stem.split('-').nth(1);
    }
    let stem = text
        .strip_suffix(".tar.gz")
        .or_else(|| text.strip_suffix(".zip"))?;
    stem.rsplit_once('-').map(|(_, version)| version)
}

fn no_integrity() -> FetchProblem {
    FetchProblem::NoEndpoint(
        "provenance is served beside an index whose URL ends in `/simple`; this index's does not, \
         so nothing can be asked"
            .to_owned(),
    )
}

fn nobody() -> FetchProblem {
    FetchProblem::NoEndpoint("no server is asked about this".to_owned())
}

fn not_addressable() -> FetchProblem {
    FetchProblem::NoEndpoint("this name cannot be written as part of a URL".to_owned())
}

#[cfg(test)]
mod tests;
