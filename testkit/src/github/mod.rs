//! A GitHub that remembers: comments, pull requests, files at commits and SARIF uploads of any number
//! of repositories, over real HTTP on loopback. Its answers have the shape that GitHub describes
//! (`.ci/check-github-api` holds them to it).
//!
//! What a token is, its text says: `ghs_…` is the workflow's own, `ghs_app_…` another app's, and
//! `pat_NAME` a person's.

mod answer;
mod documents;
mod git;
mod graphql;
mod history;
mod http;
mod lookups;
mod message;
mod reply;
mod reviews;
mod state;
mod vendors;

use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::Path;
use std::sync::Arc;
use std::thread::{self, JoinHandle};
use std::time::Duration;

pub use history::{Commit, History};
use state::State;
pub use state::{
    Call, CodeScanning, Comment, Fault, Knobs, Pull, REPOSITORY, Repository, ReviewComment, Sarif,
};
pub use vendors::{REPOSITORIES, SKILLS, vendor};

/// A running GitHub.
#[derive(Debug)]
pub struct GitHub {
    address: SocketAddr,
    state: Arc<State>,
    listener: Option<JoinHandle<()>>,
}

impl GitHub {
    /// Starts on a free port of 127.0.0.1.
    pub fn start() -> Self {
        Self::listen("127.0.0.1:0")
    }

    /// Starts on this address.
    pub fn listen(address: &str) -> Self {
        let listener = TcpListener::bind(address).expect("a free port on loopback");
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

    /// `http://127.0.0.1:PORT`: the API. The same API is below `/api/v3`.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Has every answer wait for so long.
    pub fn delay(&self, time: Duration) {
        self.state.delay(time);
    }

    /// Has every answer of GraphQL wait for so long.
    pub fn delay_graphql(&self, time: Duration) {
        self.state.delay_graphql(time);
    }

    /// Appends every question to GraphQL, and its answer, to a file: a line of JSON each.
    pub fn record_graphql(&self, file: &Path) {
        self.state.record(file.to_owned());
    }

    /// How many requests there were, whatever they were about.
    pub fn requests(&self) -> usize {
        self.state.requests()
    }

    /// Looks at, or changes, the repository `owner/name`, which is made where it is not there yet.
    pub fn repository<T>(&self, name: &str, look: impl FnOnce(&mut Repository) -> T) -> T {
        self.state
            .with(|repositories| look(repositories.entry(name.to_owned()).or_default()))
    }
}

fn accept(listener: &TcpListener, state: &Arc<State>) {
    let mut connections = Vec::new();
    for stream in listener.incoming() {
        if state.has_ended() {
            break;
        }
        let Ok(stream) = stream else { continue };
        let state = Arc::clone(state);
        // A client that goes away is no failure of GitHub.
        connections.push(thread::spawn(move || drop(http::serve(stream, &state))));
    }
    for connection in connections {
        drop(connection.join());
    }
}

impl Drop for GitHub {
    fn drop(&mut self) {
        self.state.end();
        // Wakes the listener, which otherwise waits for a client.
        drop(TcpStream::connect(self.address));
        if let Some(listener) = self.listener.take() {
            drop(listener.join());
        }
    }
}
