//! The registry client over real HTTP on loopback: what each answer means, and which faults it
//! survives.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "helpers of tests fail by panicking"
)]

mod bounds;
mod connections;
mod failures;
mod questions;
mod real_documents;
mod redirects;
mod server;
mod stated;
mod trust;

use std::io::Write as _;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Barrier, Mutex};
use std::time::Duration;

use dockyard_registry::EvidenceSource;
use dockyard_registry::http::{BaseUrl, HttpOptions, HttpOptionsError, HttpSource};
use dockyard_registry::retry::RetryPolicy;
use flate2::Compression;
use flate2::write::GzEncoder;
use futures_util::future::join_all;
use package_provenance::evidence::{EvidenceRequest, FetchProblem, Fetched};
use package_provenance::package::{
    NpmName, NpmPackage, NpmVersion, PypiName, PypiPackage, PypiVersion,
};
use server::{Reply, Server, answer};

const MIB: usize = 1024 * 1024;
const PATH: &str = "/npm/a/1.0.0";
const BODY: &[u8] = br#"{"name":"a"}"#;

fn options(server: &Server) -> HttpOptions {
    let npm = BaseUrl::parse(&format!("{}/npm", server.url())).unwrap();
    let pypi = BaseUrl::parse(&format!("{}/pypi/simple", server.url())).unwrap();
    let mut options = HttpOptions::new(npm, pypi);
    options.retry = RetryPolicy {
        attempts: 3,
        base: Duration::from_millis(1),
    };
    options
}

fn source(server: &Server) -> HttpSource {
    HttpSource::new(options(server)).unwrap()
}

fn manifest(name: &str) -> EvidenceRequest {
    EvidenceRequest::NpmManifest(NpmPackage {
        name: NpmName::parse(name).unwrap(),
        version: NpmVersion::parse("1.0.0").unwrap(),
    })
}

fn index() -> EvidenceRequest {
    EvidenceRequest::PypiIndex(PypiName::parse("A_b").unwrap())
}

async fn ask(server: &Server) -> Fetched {
    source(server).fetch(&manifest("a")).await
}

async fn problem(server: &Server) -> FetchProblem {
    match ask(server).await {
        Fetched::Failed(error) => {
            assert!(error.asked.ends_with(PATH), "{}", error.asked);
            error.problem
        }
        Fetched::Found(_) | Fetched::Missing => panic!("it was answered"),
    }
}

fn found() -> Fetched {
    Fetched::Found(BODY.into())
}

fn ok() -> Reply {
    Reply::Keep(answer(200, &[], BODY))
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}
