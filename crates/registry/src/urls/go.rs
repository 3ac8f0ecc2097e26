//! Where Go's documents lie.

use super::BaseUrl;
use package_provenance::evidence::go::{GoRequest, SumdbAt, lookup_path};

/// Where Go's module proxies and its checksum database are.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct GoAddresses {
    /// The proxies, in the order of `GOPROXY`.
    pub proxies: Vec<BaseUrl>,
    /// The database's name, by which a proxy knows it.
    pub sumdb_name: String,
    /// The database itself; none where none is asked.
    pub sumdb: Option<BaseUrl>,
}

impl GoAddresses {
    /// The base of the URL that answers `request`, and its path below it, not percent-encoded. None
    /// where nobody is asked.
    pub(super) fn place(&self, request: &GoRequest) -> Option<(&BaseUrl, String)> {
        let (at, path) = match request {
            GoRequest::Proxy(place, document) => {
                return Some((self.proxies.get(*place)?, document.path(&self.sumdb_name)));
            }
            GoRequest::Lookup(at, module) => (at, lookup_path(module)),
            GoRequest::Latest(at) => (at, "latest".to_owned()),
            GoRequest::Tile(at, tile) => (at, tile.path()),
            GoRequest::Remembered => return None,
        };
        match at {
            SumdbAt::Itself => Some((self.sumdb.as_ref()?, path)),
            SumdbAt::Proxy(place) => {
                let path = format!("sumdb/{}/{path}", self.sumdb_name);
                Some((self.proxies.get(*place)?, path))
            }
        }
    }
}
