//! Virtual registries over real HTTP on loopback: npm below `/npm`, `PyPI`'s index below `/simple` and
//! its provenance below `/integrity`. What was not published is 404. Answers have an `etag`, and are
//! 304 to a client that knows it.
//!
//! ```
//! use testkit::{Fault, Registry, World};
//!
//! let world = World::new();
//! let registry = Registry::start();
//! registry.publish_npm(&world.npm_package("@acme/widget", "1.2.3"));
//! registry.fault("/npm/@acme/widget/1.2.3", Fault::StatusTimes(503, 2));
//! assert!(registry.npm_url().starts_with("http://127.0.0.1:"));
//! ```

mod bomb;
mod http;
mod http2;
mod request;
mod response;
mod state;
mod tls;

use std::collections::BTreeMap;
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::thread::{self, JoinHandle};

use serde_json::Value;

pub use http2::Http2Fault;
pub use request::Request;
pub use response::{Fault, Response};
use state::State;
pub use tls::{TlsFront, tls_acceptor};

use crate::npm::NpmRelease;
use crate::pypi::{PypiRelease, normalize};
use crate::world::World;

/// A running registry. Dropping it ends every connection, hanging ones included.
#[derive(Debug)]
pub struct Registry {
    address: SocketAddr,
    state: Arc<State>,
    listener: Option<JoinHandle<()>>,
}

impl Registry {
    /// Starts a registry with nothing in it, on a free port of 127.0.0.1.
    pub fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port on loopback");
        let address = listener.local_addr().expect("a bound socket");
        let state = Arc::new(State::default());
        let shared = Arc::clone(&state);
        let listener = thread::spawn(move || accept(&listener, &shared));
        Self {
            address,
            state,
            listener: Some(listener),
        }
    }

    /// `http://127.0.0.1:PORT`.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// The npm registry.
    pub fn npm_url(&self) -> String {
        format!("{}/npm", self.url())
    }

    /// `PyPI`'s simple index.
    pub fn pypi_index_url(&self) -> String {
        format!("{}/simple", self.url())
    }

    /// Answers `path` (percent-decoded, without a query) with this from now on.
    pub fn set(&self, path: &str, response: Response) {
        self.state.set(path, response);
    }

    /// Answers `path` with 404 from now on.
    pub fn remove(&self, path: &str) {
        self.state.remove(path);
    }

    /// Lets the answers to `path` go wrong, whatever is published there, now or later.
    pub fn fault(&self, path: &str, fault: Fault) {
        self.state.set_fault(path, Some(fault));
    }

    /// Lets all answers go wrong for whose path there is no fault.
    pub fn fault_everywhere(&self, fault: Fault) {
        self.state.set_fault_everywhere(fault);
    }

    /// Closes every second connection as soon as it is made, from now on.
    pub fn close_every_second_connection(&self) {
        self.state.close_every_second_connection();
    }

    /// Connections so far.
    pub fn connections(&self) -> usize {
        self.state.connections()
    }

    /// Bytes of answers that were handed to the sockets so far.
    pub fn sent(&self) -> usize {
        self.state.sent()
    }

    /// Takes the fault of `path` away.
    pub fn heal(&self, path: &str) {
        self.state.set_fault(path, None);
    }

    /// Every path that is answered, with its answer: what there is to record.
    pub fn documents(&self) -> BTreeMap<String, Response> {
        self.state.routes()
    }

    /// All requests so far, in order of arrival.
    pub fn requests(&self) -> Vec<Request> {
        self.state.requests()
    }

    /// The decoded paths of all requests so far, sorted.
    pub fn paths(&self) -> Vec<String> {
        let mut paths: Vec<String> = self
            .requests()
            .into_iter()
            .map(|request| request.path)
            .collect();
        paths.sort();
        paths
    }

    /// Serves a release: manifest, attestations, and the packument with all versions published
    /// before.
    pub fn publish_npm(&self, release: &NpmRelease) {
        let NpmRelease { name, version, .. } = release;
        self.set(
            &format!("/npm/{name}/{version}"),
            Response::json(&release.manifest),
        );
        let path = format!("/npm/-/npm/v1/attestations/{name}@{version}");
        if release.attestations.is_null() {
            self.remove(&path);
        } else {
            self.set(&path, Response::json(&release.attestations));
        }
        let path = format!("/npm/{name}");
        let mut packument = release.packument.clone();
        if let Some(before) = self.published(&path) {
            for key in ["versions", "time"] {
                merge(&mut packument[key], &before[key]);
            }
        }
        self.set(&path, Response::json(&packument));
    }

    /// Serves a release: its files in the index, beside those published before, and their
    /// provenance.
    pub fn publish_pypi(&self, release: &PypiRelease) {
        let name = normalize(&release.name);
        let path = format!("/simple/{name}/");
        let mut index = release.index.clone();
        if let Some(before) = self.published(&path) {
            append(&mut index["versions"], &before["versions"], |version| {
                version
            });
            append(
                &mut index["files"],
                &before["files"],
                |file| &file["filename"],
            );
        }
        self.set(
            &path,
            Response::typed("application/vnd.pypi.simple.v1+json", index.to_string()),
        );
        for (filename, provenance) in &release.provenance {
            self.set(
                &format!(
                    "/integrity/{name}/{}/{filename}/provenance",
                    release.version
                ),
                Response::typed(
                    "application/vnd.pypi.integrity.v1+json",
                    provenance.to_string(),
                ),
            );
        }
    }

    /// Serves the registry's own key list, which nobody should believe.
    pub fn serve_npm_keys(&self, world: &World) {
        self.set(
            "/npm/-/npm/v1/keys",
            Response::json(&world.npm.served_json()),
        );
    }

    fn published(&self, path: &str) -> Option<Value> {
        serde_json::from_slice(&self.state.get(path)?.body).ok()
    }
}

fn merge(into: &mut Value, from: &Value) {
    let (Some(into), Some(from)) = (into.as_object_mut(), from.as_object()) else {
        return;
    };
    for (key, value) in from {
        into.entry(key.clone()).or_insert_with(|| value.clone());
    }
}

/// Adds what is in `from` and, by its `key`, not in `into`.
fn append(into: &mut Value, from: &Value, key: fn(&Value) -> &Value) {
    let (Some(into), Some(from)) = (into.as_array_mut(), from.as_array()) else {
        return;
    };
    for value in from {
        if !into.iter().any(|known| key(known) == key(value)) {
            into.push(value.clone());
        }
    }
}

fn accept(listener: &TcpListener, state: &Arc<State>) {
    let mut connections = Vec::new();
    for stream in listener.incoming() {
        if state.has_ended() {
            break;
        }
        let Ok(stream) = stream else { continue };
        if !state.connected() {
            continue;
        }
        let state = Arc::clone(state);
        // A client that goes away is no failure of the registry.
        connections.push(thread::spawn(move || drop(http::serve(stream, &state))));
    }
    for connection in connections {
        drop(connection.join());
    }
}

impl Drop for Registry {
    fn drop(&mut self) {
        self.state.end();
        // Wakes the listener, which otherwise waits for a client.
        drop(TcpStream::connect(self.address));
        if let Some(listener) = self.listener.take() {
            drop(listener.join());
        }
    }
}
