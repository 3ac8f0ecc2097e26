//! The way to a registry goes wrong as a whole, or nearly.

use std::time::{Duration, Instant};

use futures_util::future::join_all;
use testkit::{Registry, TlsAuthority, TlsFront};

use super::stage::{DOCUMENTS, Honest, Scan};
use super::table::{self, Row};

/// The longest that any of these scans may take, on a slow machine.
const PATIENCE: Duration = Duration::from_secs(4 * 60);

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn faults_of_the_way() {
    let honest = Honest::new();
    let registry = honest.serve();
    let stranger = TlsAuthority::new("stranger").certify("127.0.0.1");
    let front = TlsFront::http2(&registry, &stranger);
    let gone = Registry::start();
    let nobody = gone.url();
    drop(gone);
    let cases = [
        (
            "a certificate of an unknown authority",
            front.url("127.0.0.1"),
            "set SSL_CERT_FILE",
        ),
        (
            "TLS asked of a server that speaks none",
            registry.url().replace("http:", "https:"),
            "the connection failed",
        ),
        (
            "a host name that does not resolve",
            "https://nonexistent.invalid".to_owned(),
            "the host name could not be resolved",
        ),
        ("nobody listens", nobody, "the connection failed"),
    ];
    let rows = join_all(cases.map(|(name, base, says)| lost(&honest, name, base, says))).await;
    // Three npm packages with two questions each and two PyPI projects with one: none asked twice.
    assert_eq!(front.connections(), 8);
    assert_eq!(registry.paths(), [""; 0]);
    table::hold("way", &table::render(&rows));
}

async fn lost(honest: &Honest, name: &str, base: String, says: &str) -> Row {
    let (npm, pypi) = (format!("{base}/npm"), format!("{base}/simple"));
    let started = Instant::now();
    let scan = honest.scan(&npm, &pypi, &["--timeout", "60"]).await;
    let took = started.elapsed();
    assert!(took < PATIENCE, "{name}: {took:?}");
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
    row(name, &scan, "–", says)
}

fn row(name: &str, scan: &Scan, asked: &str, says: &str) -> Row {
    Row {
        fault: name.to_owned(),
        statuses: DOCUMENTS.map(|document| scan.status(document)).to_vec(),
        exit_code: scan.exit_code,
        asked: asked.to_owned(),
        says: says.to_owned(),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_closes_every_second_connection_is_survived() {
    let honest = Honest::new();
    let registry = honest.serve();
    registry.close_every_second_connection();
    let scan = honest
        .scan(&registry.npm_url(), &registry.pypi_index_url(), &[])
        .await;
    let statuses = DOCUMENTS.map(|document| scan.status(document));
    assert_eq!(
        statuses,
        ["verified", "verified", "signed", "verified", "verified"]
    );
    assert_eq!(scan.exit_code, 0);
    assert!(scan.kept > 0, "the control: answers are kept");
    assert!(registry.connections() >= 2, "one was closed");
}
