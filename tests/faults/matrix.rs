//! One document of a package goes wrong, and everything else is honest.

use std::time::{Duration, Instant};

use futures_util::future::join_all;
use testkit::{Fault, Registry, Response};

use super::stage::{DOCUMENTS, Document, Honest, Scan};
use super::table::{self, Row};

const MIB: usize = 1024 * 1024;

/// The longest that any of these scans may take, on a slow machine.
pub(crate) const PATIENCE: Duration = Duration::from_secs(4 * 60);

/// What the largest document of each kind may have, all together: what is read of endless bodies.
const LIMITS: usize = (4 + 16 + 160 + 32) * MIB + MIB / 4;

/// What lies in the five sockets when their readers stop, as much as the system lets them grow to
/// (`tcp_rmem` and `tcp_wmem`).
const IN_SOCKETS: usize = 5 * 64 * MIB;

pub(crate) struct Case {
    pub(crate) name: &'static str,
    pub(crate) fault: Fault,
    /// How often each faulty document is asked for.
    asked: usize,
    pub(crate) says: &'static str,
    /// Seconds for one request.
    pub(crate) timeout: &'static str,
}

const fn case(name: &'static str, fault: Fault, asked: usize, says: &'static str) -> Case {
    Case {
        name,
        fault,
        asked,
        says,
        timeout: "120",
    }
}

fn status(status: u16, asked: usize, says: &'static str) -> Case {
    let name: &'static str = Box::leak(status.to_string().into_boxed_str());
    case(name, Fault::Status(status), asked, says)
}

const CONNECTION: &str = "the connection failed";
const LARGE: &str = "is larger than";
pub(crate) const LATE: &str = "no complete answer within 2 s";
const UNREADABLE: &str = "";
const ORIGIN: &str = "another origin";

/// `other` is where redirects lead to.
pub(crate) fn cases(other: &Registry) -> Vec<Case> {
    let elsewhere = format!("{}/elsewhere", other.url());
    let redirect = |name, status| {
        let answer = Response::status(status).with("location", &elsewhere);
        case(name, Fault::Answer(answer), 1, ORIGIN)
    };
    let asks_for_a_pause = Response::status(429).with("retry-after", "3600");
    let portal = Response::typed("text/html", "<html>Log in to use this network</html>");
    let in_time = |case: Case| Case {
        timeout: "2",
        ..case
    };
    vec![
        case("reset before the head", Fault::Reset, 7, CONNECTION),
        case("reset after the head", Fault::ResetInBody, 7, CONNECTION),
        case(
            "closed without an answer",
            Fault::CloseTimes(99),
            7,
            CONNECTION,
        ),
        case("truncated", Fault::Truncate, 7, CONNECTION),
        case(
            "empty",
            Fault::Answer(Response::typed("application/json", "")),
            7,
            "the answer is empty",
        ),
        in_time(case("no answer", Fault::Hang, 1, LATE)),
        in_time(case("slow body", Fault::Drip(50), 1, LATE)),
        case("endless body", Fault::Endless, 1, LARGE),
        case(
            "gzip bomb",
            Fault::Answer(Response::gzip_bomb(176 * MIB)),
            1,
            LARGE,
        ),
        case(
            "brotli bomb",
            Fault::Answer(Response::brotli_bomb(176 * MIB)),
            1,
            UNREADABLE,
        ),
        case(
            "a login page (200, HTML)",
            Fault::Answer(portal),
            1,
            UNREADABLE,
        ),
        case("no JSON", Fault::Garbage, 1, UNREADABLE),
        redirect("301 to another origin", 301),
        redirect("302 to another origin", 302),
        redirect("303 to another origin", 303),
        redirect("307 to another origin", 307),
        redirect("308 to another origin", 308),
        status(204, 1, "answered 204"),
        status(304, 1, "answered 304"),
        status(400, 1, "answered 400"),
        status(401, 1, "access refused"),
        status(403, 1, "access refused"),
        status(404, 1, ""),
        status(406, 1, "answered 406"),
        status(408, 7, "answered 408"),
        status(410, 1, ""),
        status(425, 7, "answered 425"),
        status(429, 7, "too many requests"),
        case(
            "429, come back in an hour",
            Fault::Answer(asks_for_a_pause),
            1,
            "too many requests",
        ),
        status(451, 1, "answered 451"),
        status(500, 7, "is failing"),
        status(501, 1, "is failing"),
        status(502, 7, "is failing"),
        status(503, 7, "is failing"),
        status(504, 7, "is failing"),
    ]
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn faults_of_one_document() {
    let started = Instant::now();
    let honest = Honest::new();
    let other = Registry::start();
    let (late, prompt) = cases(&other)
        .into_iter()
        .partition::<Vec<_>, _>(|case| case.says == LATE);
    let mut rows = join_all(prompt.into_iter().map(|case| row(&honest, case))).await;
    // By themselves, so that the honest documents beside them are in time.
    for case in late {
        rows.push(row(&honest, case).await);
    }
    assert_eq!(other.paths(), [""; 0], "no redirect was followed");
    assert!(started.elapsed() < PATIENCE, "{:?}", started.elapsed());
    table::hold("documents", &table::render(&rows));
}

async fn row(honest: &Honest, case: Case) -> Row {
    let registry = honest.serve();
    for document in DOCUMENTS {
        registry.fault(document.path(), case.fault.clone());
    }
    let (npm, pypi) = (registry.npm_url(), registry.pypi_index_url());
    let scan = honest.scan(&npm, &pypi, &["--timeout", case.timeout]).await;
    for document in DOCUMENTS {
        check(&case, document, &scan);
        let asked = registry
            .paths()
            .iter()
            .filter(|path| **path == document.path())
            .count();
        assert_eq!(asked, case.asked, "{}: {document:?}", case.name);
    }
    // Of the package that the packument tells of: that, and its attestations.
    let kept = if no_such_address(case.name) { 2 } else { 0 };
    assert_eq!(scan.kept, kept, "{}: a failure was kept", case.name);
    let read = registry.sent();
    assert!(read < LIMITS + IN_SOCKETS, "{}: {read} bytes", case.name);
    Row {
        fault: case.name.to_owned(),
        statuses: DOCUMENTS.map(|document| scan.status(document)).to_vec(),
        exit_code: scan.exit_code,
        asked: format!("{}×", case.asked),
        says: case.says.to_owned(),
    }
}

/// Whether this is how a registry says that it has no such address or document, or an answer that cannot be
/// the document.
fn no_such_address(fault: &str) -> bool {
    matches!(
        fault,
        "400"
            | "404"
            | "406"
            | "410"
            | "501"
            | "a login page (200, HTML)"
            | "no JSON"
            | "brotli bomb"
    )
}

/// What holds for every fault of one document, whatever the table says.
#[track_caller]
fn check(case: &Case, document: Document, scan: &Scan) {
    let name = format!("{}: {document:?}", case.name);
    let status = scan.status(document);
    let findings = scan.findings(document);
    assert!(scan.exit_code != 0, "{name}: a pass");
    match (status.as_str(), findings.as_slice()) {
        ("unknown", [(rule, message)]) => {
            assert_eq!(rule, "verification-incomplete", "{name}");
            assert!(message.contains(case.says), "{name}: {message}");
        }
        // The registry's clear word, about the first document that is asked for.
        ("not-found", [(rule, _)]) if matches!(case.name, "404" | "410") => {
            assert_eq!(rule, "package-not-found", "{name}");
            assert_eq!(document, Document::Index, "{name}");
        }
        // Not every registry has an address for one version; the packument has the manifest too.
        ("verified", _) if no_such_address(case.name) => {
            assert_eq!(document, Document::Manifest, "{name}");
        }
        other => panic!("{name}: {other:?}"),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_fault_everything_verifies() {
    // The control of all the others.
    let honest = Honest::new();
    let registry = honest.serve();
    let scan = honest
        .scan(&registry.npm_url(), &registry.pypi_index_url(), &[])
        .await;
    let statuses = DOCUMENTS.map(|document| scan.status(document));
    assert_eq!(
        statuses,
        ["verified", "verified", "signed", "verified", "verified"]
    );
    assert_eq!(scan.exit_code, 0);
    // Of each verified package: manifest and attestations, or index and the provenance of two files.
    assert_eq!(scan.kept, 2 * 2 + 2 * 3);
    for document in DOCUMENTS {
        let asked = registry
            .paths()
            .iter()
            .filter(|path| **path == document.path())
            .count();
        assert_eq!(asked, 1, "{document:?}");
    }
}
