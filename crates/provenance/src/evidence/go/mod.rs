//! Go: what a module proxy and a checksum database are asked, and their documents.

pub mod gomod;
pub mod info;
pub mod lookup;
pub mod note;
pub mod sources;
pub mod tile;
pub mod versions;

use crate::package::GoModule;
use tile::Tile;

/// A document of a module proxy.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum GoDocument {
    /// `{path}/@v/{version}.info`: that the version exists, and its unsigned `Origin`.
    Info(GoModule),
    /// `{path}/@v/{version}.mod`: its `go.mod`.
    Mod(GoModule),
    /// `{path}/@v/list`: the versions that are tagged.
    List(GoModule),
    /// `sumdb/{name}/supported`: whether the checksum database may be asked through the proxy.
    SumdbSupported,
}

/// Where the checksum database is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum SumdbAt {
    /// At its own address.
    Itself,
    /// Through this proxy of the list.
    Proxy(usize),
}

/// A question about a Go module.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum GoRequest {
    /// To the proxy at this place of the list.
    Proxy(usize, GoDocument),
    /// `lookup/{path}@{version}`: the record, and a signed tree head.
    Lookup(SumdbAt, GoModule),
    /// `latest`: the newest signed tree head.
    Latest(SumdbAt),
    /// `tile/8/{level}/{index}`: hashes of the tree.
    Tile(SumdbAt, Tile),
    /// The newest tree head that an earlier run saw. No registry is asked for it.
    Remembered,
}

impl GoRequest {
    /// Where the answer lies in an evidence folder, below `go`.
    pub fn evidence_path(&self) -> String {
        match self {
            Self::Proxy(proxy, document) => {
                let folder = if *proxy == 0 {
                    "proxy".to_owned()
                } else {
                    format!("proxy-{}", proxy + 1)
                };
                format!("go/{folder}/{}", document.path("sumdb"))
            }
            Self::Lookup(_, module) => format!("go/sumdb/{}", lookup_path(module)),
            Self::Latest(_) => "go/sumdb/latest".to_owned(),
            Self::Tile(_, tile) => format!("go/sumdb/{}", tile.path()),
            Self::Remembered => "go/sumdb/remembered".to_owned(),
        }
    }
}

impl GoDocument {
    /// Its path below a proxy's address, not percent-encoded. `sumdb` names the checksum database.
    pub fn path(&self, sumdb: &str) -> String {
        let of = |module: &GoModule, ending: &str| {
            let (path, version) = (module.escaped_path(), module.escaped_version());
            format!("{path}/@v/{version}.{ending}")
        };
        match self {
            Self::Info(module) => of(module, "info"),
            Self::Mod(module) => of(module, "mod"),
            Self::List(module) => format!("{}/@v/list", module.escaped_path()),
            Self::SumdbSupported => format!("sumdb/{sumdb}/supported"),
        }
    }
}

/// The path of a lookup below a database's address, not percent-encoded.
pub fn lookup_path(module: &GoModule) -> String {
    format!(
        "lookup/{}@{}",
        module.escaped_path(),
        module.escaped_version()
    )
}
