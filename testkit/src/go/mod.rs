//! A virtual Go: modules with their zips, a checksum database over them, and both served over HTTP:
//! the module proxy below `/goproxy`, the database below `/sumdb`.

mod release;
mod sumdb;
mod zip;

pub use release::GoRelease;
pub use sumdb::Sumdb;

use crate::registry::{Registry, Response};

impl Registry {
    /// The Go module proxy.
    pub fn go_proxy_url(&self) -> String {
        format!("{}/goproxy", self.url())
    }

    /// The checksum database.
    pub fn go_sumdb_url(&self) -> String {
        format!("{}/sumdb", self.url())
    }

    /// What `GOSUMDB` is for people who use `database` here.
    pub fn go_sumdb(&self, database: &Sumdb) -> String {
        format!("{} {}", database.verifier_key(), self.go_sumdb_url())
    }

    /// Serves a module version: `.info`, `.mod`, `.zip`, and the list of versions with it.
    pub fn publish_go(&self, release: &GoRelease) {
        let module = format!("/goproxy/{}/@v", escaped(&release.path));
        let version = format!("{module}/{}", escaped(&release.version));
        let info = Response::json(&release.info());
        self.set(&format!("{version}.info"), info);
        let text = |body: Vec<u8>| Response::typed("text/plain; charset=UTF-8", body);
        self.set(
            &format!("{version}.mod"),
            text(release.go_mod.clone().into_bytes()),
        );
        self.set(
            &format!("{version}.zip"),
            Response::typed("application/zip", release.zip()),
        );
        let list = format!("{module}/list");
        let documents = self.documents();
        let mut versions = documents.get(&list).map_or_else(String::new, |before| {
            String::from_utf8_lossy(&before.body).into_owned()
        });
        versions.push_str(&release.version);
        versions.push('\n');
        self.set(&list, text(versions.into_bytes()));
    }

    /// Serves `database` as it is now: the latest head, a lookup of each of its modules, every tile.
    pub fn publish_sumdb(&self, database: &Sumdb) {
        self.publish_sumdb_below("/sumdb", database);
    }

    /// Serves `database` through the proxy, under its name.
    pub fn publish_sumdb_in_proxy(&self, database: &Sumdb) {
        let base = format!("/goproxy/sumdb/{}", database.name());
        self.set(&format!("{base}/supported"), Response::status(200));
        self.publish_sumdb_below(&base, database);
    }

    fn publish_sumdb_below(&self, base: &str, database: &Sumdb) {
        let size = database.size();
        let text = |body: String| Response::typed("text/plain; charset=UTF-8", body);
        self.set(&format!("{base}/latest"), text(database.note(size)));
        for (path, version, id) in database.modules() {
            let module = format!("{}@{}", escaped(&path), escaped(&version));
            self.set(
                &format!("{base}/lookup/{module}"),
                text(database.lookup(id, size)),
            );
        }
        for (path, bytes) in database.tiles(size) {
            self.set(
                &format!("{base}/{path}"),
                Response::typed("application/octet-stream", bytes),
            );
        }
    }
}

/// `!` and a small letter for a capital.
pub fn escaped(text: &str) -> String {
    text.chars()
        .flat_map(|letter| {
            let mark = letter.is_ascii_uppercase().then_some('!');
            mark.into_iter().chain([letter.to_ascii_lowercase()])
        })
        .collect()
}
