//! Where a credential may go.

use std::fmt;

use url::Url;

use crate::urls::{BaseUrl, is_loopback};

/// A host, a port and a path: npm's "nerf dart" `//host:port/path/`. It has no scheme: credentials go
/// over https, or to this machine.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct CredentialScope {
    host: String,
    /// Where the scheme's own port is not meant.
    port: Option<u16>,
    path: String,
}

impl CredentialScope {
    /// Reads npm's form, `//host[:port][/path][/]`.
    ///
    /// # Errors
    /// What is wrong. It does not repeat the text, which may hold a password.
    pub fn parse(text: &str) -> Result<Self, &'static str> {
        const FORM: &str = "it is not of the form //host[:port]/path/";
        let rest = text.strip_prefix("//").ok_or(FORM)?;
        let url = Url::parse(&format!("https://{rest}")).map_err(|_no_url| FORM)?;
        let bare = url.username().is_empty() && url.password().is_none();
        let written = rest.find('/').and_then(|at| rest.get(at..)).unwrap_or("/");
        // A path that URL rules rewrite (`..`, spaces, `?`) would not be the one that was written.
        if !bare || url.path() != written || url.query().is_some() || url.fragment().is_some() {
            return Err(FORM);
        }
        Self::of(&url).ok_or(FORM)
    }

    /// Everything that is asked of the index at `index`: its own path, and what lies beside
    /// `/simple` (devpi's `/+simple`), where provenance is served.
    pub fn of_index(index: &BaseUrl) -> Option<Self> {
        let mut url = index.url().clone();
        let path = url.path().trim_end_matches('/');
        let path = ["/simple", "/+simple"]
            .iter()
            .find_map(|end| path.strip_suffix(end))
            .unwrap_or(path);
        let path = format!("{path}/");
        url.set_path(&path);
        Self::of(&url)
    }

    /// Everything below the address `base`.
    pub fn of_base(base: &BaseUrl) -> Option<Self> {
        Self::of(&base.folder())
    }

    fn of(url: &Url) -> Option<Self> {
        Some(Self {
            host: url.host_str()?.to_owned(),
            port: url.port(),
            path: url.path().to_owned(),
        })
    }

    /// Whether `url` lies within. Path segments are whole: `/npm` covers `/npm/x`, not `/npm-x`.
    pub fn covers(&self, url: &Url) -> bool {
        let protected = url.scheme() == "https" || (url.scheme() == "http" && is_loopback(url));
        let rest = url.path().strip_prefix(self.path.as_str());
        protected
            && url.host_str() == Some(self.host.as_str())
            && url.port() == self.port
            && rest.is_some_and(|rest| {
                rest.is_empty() || self.path.ends_with('/') || rest.starts_with('/')
            })
    }

    /// Its path, which starts with `/`.
    pub fn path(&self) -> &str {
        &self.path
    }
}

impl fmt::Display for CredentialScope {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "//{}", self.host)?;
        if let Some(port) = self.port {
            write!(formatter, ":{port}")?;
        }
        formatter.write_str(&self.path)
    }
}
