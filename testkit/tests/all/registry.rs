//! The virtual registries answer, and answer badly, over real sockets.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;

use serde_json::Value;
use testkit::{Fault, NpmDraft, PypiDraft, Registry, Response, World};

/// Everything that the registry sends for `target`, until it closes the connection.
fn get(registry: &Registry, target: &str) -> Vec<u8> {
    let mut stream = ask(registry, target);
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).expect("an answer");
    answer
}

fn ask(registry: &Registry, target: &str) -> TcpStream {
    let address = registry.url().replace("http://", "");
    let mut stream = TcpStream::connect(address).expect("a listener");
    let request = format!(
        "GET {target} HTTP/1.1\r\nHost: registry\r\nAccept: a/b\r\nConnection: close\r\n\r\n"
    );
    stream.write_all(request.as_bytes()).expect("sent");
    stream
}

fn split(answer: &[u8]) -> (String, &[u8]) {
    let end = answer
        .windows(4)
        .position(|window| window == b"\r\n\r\n")
        .expect("a head");
    let head = String::from_utf8(answer[..end].to_vec()).expect("text");
    (head, &answer[end + 4..])
}

fn status(answer: &[u8]) -> u16 {
    let (head, _) = split(answer);
    let word = head.split(' ').nth(1).expect("a status line");
    word.parse().expect("a status")
}

fn json(answer: &[u8]) -> Value {
    serde_json::from_slice(split(answer).1).expect("JSON")
}

const MANIFEST: &str = "/npm/@acme/widget/1.2.3";
const MANIFEST_TARGET: &str = "/npm/@acme%2fwidget/1.2.3";

fn with_widget() -> Registry {
    let registry = Registry::start();
    registry.publish_npm(&World::new().npm_package("@acme/widget", "1.2.3"));
    registry
}

#[test]
fn npm_documents_are_served_below_escaped_names() {
    let world = World::new();
    let registry = with_widget();
    registry.publish_npm(&world.npm_release(&NpmDraft::signed_only(
        &world,
        "@acme/widget",
        "1.2.4",
    )));
    assert_eq!(json(&get(&registry, MANIFEST_TARGET))["version"], "1.2.3");
    let packument = json(&get(&registry, "/npm/@acme%2Fwidget"));
    assert_eq!(
        packument["versions"].as_object().map(serde_json::Map::len),
        Some(2)
    );
    let attestations = "/npm/-/npm/v1/attestations/@acme%2fwidget@";
    let found = get(&registry, &format!("{attestations}1.2.3"));
    assert_eq!(
        json(&found)["attestations"].as_array().map(Vec::len),
        Some(2)
    );
    assert_eq!(
        status(&get(&registry, &format!("{attestations}1.2.4"))),
        404
    );
    assert_eq!(status(&get(&registry, "/npm/-/npm/v1/keys")), 404);
    registry.serve_npm_keys(&world);
    assert_eq!(status(&get(&registry, "/npm/-/npm/v1/keys")), 200);
}

#[test]
fn pypi_documents_of_several_versions() {
    let world = World::new();
    let registry = Registry::start();
    registry.publish_pypi(&world.pypi_release("Acme_Widget", "1.2.3"));
    registry.publish_pypi(&world.pypi_release_of(&PypiDraft::unattested("Acme_Widget", "1.2.4")));
    let index = json(&get(&registry, "/simple/acme-widget/"));
    let files = index["files"].as_array().expect("files");
    assert_eq!(files.len(), 4);
    assert_eq!(
        files
            .iter()
            .filter(|file| file["provenance"].is_null())
            .count(),
        2
    );
    let provenance = |file: &str, version: &str| {
        let target = format!("/integrity/acme-widget/{version}/{file}/provenance");
        status(&get(&registry, &target))
    };
    assert_eq!(provenance("acme_widget-1.2.3.tar.gz", "1.2.3"), 200);
    assert_eq!(provenance("acme_widget-1.2.4.tar.gz", "1.2.4"), 404);
}

#[test]
fn faults_of_one_path() {
    let registry = with_widget();
    let ask = |fault| {
        registry.fault(MANIFEST, fault);
        get(&registry, MANIFEST_TARGET)
    };
    assert_eq!(status(&ask(Fault::Status(403))), 403);
    assert!(serde_json::from_slice::<Value>(split(&ask(Fault::Garbage)).1).is_err());
    let redirect = ask(Fault::Redirect("http://elsewhere.example/".into()));
    assert_eq!(status(&redirect), 302);
    assert!(
        split(&redirect)
            .0
            .contains("location: http://elsewhere.example/")
    );
    let truncated = ask(Fault::Truncate);
    let whole = ask(Fault::Drip(0));
    assert!(split(&truncated).1.len() < split(&whole).1.len());
    assert_eq!(split(&truncated).0, split(&whole).0);
    assert_eq!(json(&whole)["name"], "@acme/widget");
    registry.heal(MANIFEST);
    assert_eq!(status(&get(&registry, MANIFEST_TARGET)), 200);
}

#[test]
fn transient_faults_end() {
    let registry = with_widget();
    registry.fault(MANIFEST, Fault::StatusTimes(503, 2));
    let statuses = [(); 3].map(|()| status(&get(&registry, MANIFEST_TARGET)));
    assert_eq!(statuses, [503, 503, 200]);
    registry.fault(MANIFEST, Fault::CloseTimes(1));
    assert!(get(&registry, MANIFEST_TARGET).is_empty());
    assert_eq!(status(&get(&registry, MANIFEST_TARGET)), 200);
}

#[test]
fn dropping_the_registry_ends_every_connection() {
    let registry = with_widget();
    registry.fault(MANIFEST, Fault::Hang);
    registry.fault("/endless", Fault::Endless);
    let mut hanging = ask(&registry, MANIFEST_TARGET);
    let mut endless = ask(&registry, "/endless");
    let mut first = vec![0; 100_000];
    endless.read_exact(&mut first).expect("an endless body");
    // Nothing but the fault itself keeps `hanging` without an answer.
    while registry.requests().len() < 2 {
        std::thread::yield_now();
    }
    drop(registry);
    let mut rest = Vec::new();
    assert_eq!(hanging.read_to_end(&mut rest).unwrap_or_default(), 0);
}

#[test]
fn requests_are_recorded() {
    let registry = with_widget();
    drop(get(&registry, &format!("{MANIFEST_TARGET}?write=true")));
    let requests = registry.requests();
    assert_eq!(requests.len(), 1);
    assert_eq!(requests[0].path, MANIFEST);
    assert_eq!(requests[0].target, "/npm/@acme%2fwidget/1.2.3?write=true");
    assert_eq!(requests[0].header("accept"), Some("a/b"));
    assert_eq!(registry.paths(), [MANIFEST]);
}

#[test]
fn a_gzip_bomb_unpacks_to_what_it_says() {
    let bomb = Response::gzip_bomb(3_000_000);
    assert!(bomb.body.len() < 20_000);
    let mut unpacked = Vec::new();
    flate2::read::GzDecoder::new(bomb.body.as_slice())
        .read_to_end(&mut unpacked)
        .expect("valid gzip");
    assert!(unpacked.len() >= 3_000_000);
    assert!(unpacked.iter().all(|byte| *byte == b' '));
}
