//! HTTP/2 goes wrong: one connection carries every question, so that each fault meets all of them.
//! The program runs as a process, because the authority to trust comes from its environment.

use std::time::{Duration, Instant};

use futures_util::future::join_all;
use testkit::{Http2Fault, Registry, TlsAuthority, TlsFront};

use super::stage::{DOCUMENTS, Honest, Scan, pin};
use super::table::{self, Row};

/// Manifest and attestations of three npm packages, and the index of two projects.
const FIRST_QUESTIONS: usize = 8;

/// Frames that a server may send instead of an answer (RFC 9113, 7).
const NO_ERROR: u32 = 0;
const INTERNAL_ERROR: u32 = 2;
const REFUSED_STREAM: u32 = 7;
const CANCEL: u32 = 8;

/// The longest that any of these scans may take, on a slow machine.
const PATIENCE: Duration = Duration::from_secs(4 * 60);

const CONNECTION: &str = "the connection failed";
const LATE: &str = "no complete answer within 2 s";

/// Faults that pass, by their names in the table.
const PASSING: [(&str, Http2Fault); 10] = [
    (
        "GOAWAY, and closed without an answer",
        Http2Fault::GoAwayAndClose,
    ),
    ("closed without GOAWAY", Http2Fault::Close),
    (
        "RST_STREAM: REFUSED_STREAM",
        Http2Fault::Reset(REFUSED_STREAM),
    ),
    (
        "RST_STREAM: INTERNAL_ERROR",
        Http2Fault::Reset(INTERNAL_ERROR),
    ),
    ("RST_STREAM: NO_ERROR", Http2Fault::Reset(NO_ERROR)),
    (
        "RST_STREAM in the body: NO_ERROR",
        Http2Fault::ResetInBody(NO_ERROR),
    ),
    (
        "RST_STREAM in the body: CANCEL",
        Http2Fault::ResetInBody(CANCEL),
    ),
    ("a head larger than 16 KiB", Http2Fault::LargeHead),
    ("a head without an end", Http2Fault::EndlessHead),
    ("a frame that may not be", Http2Fault::Garbage),
];

/// Faults that keep a request waiting.
const WAITING: [(&str, Http2Fault); 2] = [
    ("a body that stops", Http2Fault::Stall),
    ("a connection that falls silent", Http2Fault::Mute),
];

/// A scan through a front that fails so many `times`.
async fn scan(honest: &Honest, fault: Http2Fault, times: usize, timeout: &str) -> (Scan, Asked) {
    let registry = honest.serve();
    let authority = TlsAuthority::new("company");
    let certificate = authority.certify("127.0.0.1");
    let front = TlsFront::http2_failing(&registry, &certificate, fault, times);
    let base = front.url("127.0.0.1");
    let started = Instant::now();
    let scan = honest
        .run(&base, &authority.pem(), &["--timeout", timeout])
        .await;
    assert!(
        started.elapsed() < PATIENCE,
        "{fault:?}: {:?}",
        started.elapsed()
    );
    let mut reached = registry.paths();
    let all = reached.len();
    reached.dedup();
    let asked = Asked {
        streams: front.streams(),
        connections: front.connections(),
        twice: all - reached.len(),
    };
    (scan, asked)
}

struct Asked {
    streams: usize,
    connections: usize,
    /// Questions that reached the registry more than once.
    twice: usize,
}

async fn lost(
    honest: &Honest,
    (name, fault): (&str, Http2Fault),
    (says, times): (&str, usize),
) -> Row {
    let timeout = if says == LATE { "2" } else { "120" };
    let (scan, asked) = scan(honest, fault, usize::MAX, timeout).await;
    for document in DOCUMENTS {
        let findings = scan.findings(document);
        let [(rule, message)] = findings.as_slice() else {
            panic!("{name}: {document:?}: {findings:?}");
        };
        assert_eq!(rule, "verification-incomplete", "{name}: {document:?}");
        assert!(message.contains(says), "{name}: {document:?}: {message}");
        assert_eq!(scan.status(document), "unknown", "{name}: {document:?}");
    }
    assert_eq!(scan.exit_code, 3, "{name}");
    assert_eq!(scan.kept, 0, "{name}: a failure was kept");
    // One package has no attestations: 404 has no body, in which nothing goes wrong.
    let whole = usize::from(matches!(fault, Http2Fault::ResetInBody(_)));
    let streams = (FIRST_QUESTIONS - whole) * times + whole;
    assert_eq!(asked.streams, streams, "{name}");
    Row {
        fault: name.to_owned(),
        statuses: DOCUMENTS.map(|document| scan.status(document)).to_vec(),
        exit_code: scan.exit_code,
        asked: format!("{times}×"),
        says: says.to_owned(),
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn faults_of_http2() {
    let honest = Honest::new();
    let passing = PASSING.map(|case| lost(&honest, case, (CONNECTION, 7)));
    let mut rows = join_all(passing).await;
    for case in WAITING {
        rows.push(lost(&honest, case, (LATE, 1)).await);
    }
    table::hold("http2", &table::render(&rows));
}

/// Everything verifies, and nothing but the fault made the program ask again.
async fn survived(honest: &Honest, fault: Http2Fault, times: usize) -> Asked {
    let (scan, asked) = scan(honest, fault, times, "60").await;
    let statuses = DOCUMENTS.map(|document| scan.status(document));
    let all = ["verified", "verified", "signed", "verified", "verified"];
    assert_eq!(statuses, all, "{fault:?}");
    assert_eq!(scan.exit_code, 0, "{fault:?}");
    asked
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn faults_that_pass_are_survived() {
    let honest = Honest::new();
    let control = survived(&honest, Http2Fault::Garbage, 0).await;
    assert_eq!((control.connections, control.twice), (1, 0), "the control");
    let passing = PASSING.map(async |(name, fault)| {
        let asked = survived(&honest, fault, 3).await;
        let again = asked.streams - control.streams;
        assert!(again >= 3, "{name}: {again}");
    });
    join_all(passing).await;
    // What waits for an answer to `PING` in vain is asked again on another connection.
    let silent = survived(&honest, Http2Fault::Mute, 1).await;
    assert!(silent.connections > 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn streams_that_were_not_processed_are_asked_again() {
    let honest = Honest::new();
    for served in [1, 3] {
        let asked = survived(&honest, Http2Fault::GoAwayAfter(served), 2).await;
        assert!(asked.connections > 1, "{served}");
        assert!(asked.streams > asked.connections, "{served}");
        assert_eq!(asked.twice, 0, "{served}: what is served is asked once");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn one_stream_at_a_time_is_enough() {
    let honest = Honest::new();
    let asked = survived(&honest, Http2Fault::OneStream, usize::MAX).await;
    assert_eq!((asked.connections, asked.twice), (1, 0));
}

/// Connections and requests of a scan of 40 packages that the registry does not have, through a front
/// that fails so many `times`.
async fn connections(honest: &Honest, fault: Http2Fault, times: usize) -> (usize, usize) {
    let registry = Registry::start();
    let authority = TlsAuthority::new("company");
    let certificate = authority.certify("127.0.0.1");
    let front = TlsFront::http2_failing(&registry, &certificate, fault, times);
    let root = tempfile::tempdir().unwrap();
    for at in 0..40 {
        let package = format!("p{at}");
        pin(root.path(), &format!("npx/{package}/spec.yaml"), &package);
    }
    let (base, authority) = (front.url("127.0.0.1"), authority.pem());
    let arguments = ["--timeout", "60"];
    let scan = honest.run_in(&root, &base, &authority, &arguments).await;
    assert_eq!(
        scan.exit_code, 1,
        "the registry says that they are not there"
    );
    (front.connections(), front.streams())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_connection_that_ends_is_followed_by_one() {
    let honest = Honest::new();
    let control = connections(&honest, Http2Fault::Garbage, 0).await;
    // Manifest, attestations and packument of each.
    assert_eq!(control, (1, 120), "the control");
    let (connections, streams) = connections(&honest, Http2Fault::MuteAfter(3), 1).await;
    assert!(streams > 140, "as many as may be were under way: {streams}");
    // Two are needed, and 32 would be one for each request.
    assert!((2..=8).contains(&connections), "{connections}");
}
