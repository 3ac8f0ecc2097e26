//! The registry client over real HTTP on loopback: what each answer means, and which faults it
//! survives.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "helpers of tests fail by panicking"
)]

mod http_server;

use std::io::Write as _;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Barrier, Mutex};
use std::time::Duration;

use dockyard_provenance::package::{
    NpmName, NpmPackage, NpmVersion, PypiName, PypiPackage, PypiVersion,
};
use dockyard_provenance::registry::http::{BaseUrl, HttpOptions, HttpOptionsError, HttpSource};
use dockyard_provenance::registry::retry::RetryPolicy;
use dockyard_provenance::registry::{EvidenceRequest, EvidenceSource, FetchProblem, Fetched};
use flate2::Compression;
use flate2::write::GzEncoder;
use futures_util::future::join_all;
use http_server::{Reply, Server, answer};

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

#[tokio::test]
async fn every_status_has_its_meaning() {
    let server = Server::start(|request, _| {
        let status = request
            .path
            .split('/')
            .nth(2)
            .and_then(|name| name.strip_prefix('s')?.parse().ok());
        Reply::Keep(answer(status.unwrap(), &[], BODY))
    });
    let source = source(&server);
    join_all((200..=599).map(async |status: u16| {
        let name = format!("s{status}");
        let answer = source.fetch(&manifest(&name)).await;
        let asked = server.count(&format!("/npm/{name}/1.0.0"));
        let (meaning, requests) = match status {
            200 => ("found", 1),
            404 | 410 => ("missing", 1),
            408 | 425 | 429 | 500..=599 => ("failed", 3),
            _ => ("failed", 1),
        };
        let found = match &answer {
            Fetched::Found(body) if **body == *BODY => "found",
            Fetched::Missing => "missing",
            Fetched::Failed(error) if error.problem == FetchProblem::Status(status) => "failed",
            Fetched::Found(_) | Fetched::Failed(_) => panic!("{status}: {answer:?}"),
        };
        assert_eq!((found, asked), (meaning, requests), "{status}");
    }))
    .await;
}

#[tokio::test]
async fn transient_failures_are_survived() {
    let faults: [fn() -> Reply; 7] = [
        || Reply::Keep(answer(503, &[], b"no")),
        || Reply::Keep(answer(429, &["Retry-After: 0"], b"no")),
        || Reply::Close(Vec::new()),
        || Reply::Close(b"HTTP/1.1 200 OK\r\nContent-Le".to_vec()),
        || Reply::Close(b"HTTP/1.1 200 OK\r\nContent-Length: 12\r\n\r\n{\"na".to_vec()),
        || Reply::Keep(answer(200, &["Content-Encoding: gzip"], b"garbage!")),
        || Reply::Keep(answer(200, &[], b"")),
    ];
    for (at, fault) in faults.into_iter().enumerate() {
        let recovering = Server::start(move |_, earlier| if earlier < 2 { fault() } else { ok() });
        assert_eq!(ask(&recovering).await, found(), "fault {at}");
        assert_eq!(recovering.total(), 3, "fault {at}");

        let failing = Server::start(move |_, _| fault());
        let last = problem(&failing).await;
        assert!(
            matches!(
                last,
                FetchProblem::Status(503 | 429) | FetchProblem::Connection(_)
            ),
            "fault {at}: {last:?}"
        );
        assert_eq!(failing.total(), 3, "fault {at}");
    }
}

#[tokio::test]
async fn truncation_is_noticed_under_compression_and_chunking() {
    let packed = gzip(BODY);
    let whole = packed.clone();
    let control =
        Server::start(move |_, _| Reply::Keep(answer(200, &["Content-Encoding: gzip"], &whole)));
    assert_eq!(ask(&control).await, found());
    let cut = Server::start(move |_, _| {
        let half = &packed[..packed.len() / 2];
        Reply::Keep(answer(200, &["Content-Encoding: gzip"], half))
    });
    assert!(matches!(problem(&cut).await, FetchProblem::Connection(_)));
    let chunked = |end: &'static str| {
        Server::start(move |_, _| {
            let head =
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nc\r\n{\"name\":\"a\"}\r\n";
            Reply::Close([head, end].concat().into_bytes())
        })
    };
    assert_eq!(ask(&chunked("0\r\n\r\n")).await, found());
    assert!(matches!(
        problem(&chunked("")).await,
        FetchProblem::Connection(_)
    ));
}

#[tokio::test]
async fn no_connection_at_all_is_a_failure() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/simple", listener.local_addr().unwrap());
    drop(listener);
    let base = BaseUrl::parse(&url).unwrap();
    let mut options = HttpOptions::new(base.clone(), base);
    options.retry.base = Duration::from_millis(1);
    let Fetched::Failed(error) = HttpSource::new(options).unwrap().fetch(&index()).await else {
        panic!("nobody answered");
    };
    assert!(
        matches!(error.problem, FetchProblem::Connection(_)),
        "{error}"
    );
    let told = error.to_string();
    assert_eq!(
        told.matches("http://").count(),
        1,
        "the URL is told once: {told}"
    );
}

#[tokio::test]
async fn retry_after_beyond_the_time_limit_ends_the_attempts() {
    let date = "Date: Sun, 06 Nov 1994 08:49:37 GMT";
    for header in [
        "Retry-After: 3600",
        "Retry-After: Sun, 06 Nov 1994 09:49:37 GMT",
    ] {
        let server = Server::start(move |_, _| Reply::Keep(answer(429, &[date, header], b"no")));
        assert_eq!(problem(&server).await, FetchProblem::Status(429));
        assert_eq!(server.total(), 1, "{header}");
    }
    let past = "Retry-After: Sun, 06 Nov 1994 08:49:36 GMT";
    let server = Server::start(move |_, earlier| match earlier {
        0 => Reply::Keep(answer(503, &[date, past], b"no")),
        _ => ok(),
    });
    assert_eq!(ask(&server).await, found());
}

#[tokio::test]
async fn redirects_stay_within_the_origin() {
    for status in [301, 302, 303, 307, 308] {
        let server = Server::start(move |request, _| match request.path.as_str() {
            PATH => Reply::Keep(answer(status, &["Location: /elsewhere"], b"")),
            _ => ok(),
        });
        assert_eq!(ask(&server).await, found(), "{status}");
        assert_eq!(server.count("/elsewhere"), 1, "{status}");
    }
}

#[tokio::test]
async fn redirects_to_another_origin_are_refused() {
    let other = Server::start(|_, _| ok());
    let port = other.port();
    let locations = [
        format!("http://127.0.0.1:{port}{PATH}"),
        format!("//127.0.0.1:{port}{PATH}"),
        format!("https://127.0.0.1:{port}{PATH}"),
        "OWN-AS-LOCALHOST".to_owned(),
        "OWN-WITH-USER".to_owned(),
        "OWN-AS-HTTPS".to_owned(),
    ];
    for location in locations {
        let server = Server::start(move |request, _| {
            let host = request
                .headers
                .iter()
                .find_map(|line| line.strip_prefix("host: "));
            let host = host.unwrap();
            let target = match location.as_str() {
                "OWN-AS-LOCALHOST" => {
                    format!("http://{}/x", host.replace("127.0.0.1", "localhost"))
                }
                "OWN-WITH-USER" => format!("http://user@{host}/x"),
                "OWN-AS-HTTPS" => format!("https://{host}/x"),
                other => other.to_owned(),
            };
            match request.path.as_str() {
                PATH => Reply::Keep(answer(302, &[&format!("Location: {target}")], b"")),
                _ => ok(),
            }
        });
        assert_eq!(problem(&server).await, FetchProblem::Redirect);
        assert_eq!(server.total(), 1);
    }
    assert_eq!(other.total(), 0);
}

#[tokio::test]
async fn redirects_end() {
    let server = Server::start(|request, _| {
        let next = format!("Location: {}x", request.path);
        Reply::Keep(answer(302, &[&next], b""))
    });
    assert_eq!(problem(&server).await, FetchProblem::Status(302));
    assert_eq!(server.total(), 4, "the first request and three redirects");
}

#[tokio::test]
async fn bodies_are_bounded() {
    let too_large = FetchProblem::TooLarge { limit: 4 * MIB };
    let sized = |length: usize| {
        Server::start(move |_, _| Reply::Close(answer(200, &[], &vec![b' '; length])))
    };
    assert!(matches!(ask(&sized(4 * MIB)).await, Fetched::Found(_)));
    assert_eq!(problem(&sized(4 * MIB + 1)).await, too_large);

    let endless = Server::start(|_, _| {
        let head = b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n";
        Reply::Endless(head.to_vec(), vec![b'a'; 64 * 1024])
    });
    assert_eq!(problem(&endless).await, too_large);
    assert_eq!(endless.total(), 1, "not tried again");
}

#[tokio::test]
async fn a_compression_bomb_is_not_unpacked() {
    let packed = |length: usize| {
        let body = gzip(&vec![b' '; length]);
        assert!(body.len() < MIB);
        Server::start(move |_, _| Reply::Close(answer(200, &["Content-Encoding: gzip"], &body)))
    };
    assert!(matches!(ask(&packed(4 * MIB)).await, Fetched::Found(_)));
    let bomb = packed(64 * MIB);
    assert_eq!(
        problem(&bomb).await,
        FetchProblem::TooLarge { limit: 4 * MIB }
    );
    assert_eq!(bomb.total(), 1, "not tried again");
}

#[tokio::test]
async fn silence_ends_with_the_time_limit() {
    let silences: [&[u8]; 3] = [
        b"",
        b"HTTP/1.1 200 OK\r\nContent-",
        b"HTTP/1.1 200 OK\r\nContent-Length: 12\r\n\r\n{\"na",
    ];
    for silence in silences {
        let server = Server::start(move |_, _| Reply::Hang(silence.to_vec()));
        let mut options = options(&server);
        options.timeout = Duration::from_millis(200);
        let Fetched::Failed(error) = HttpSource::new(options)
            .unwrap()
            .fetch(&manifest("a"))
            .await
        else {
            panic!("there was no answer");
        };
        assert_eq!(error.problem, FetchProblem::Timeout { seconds: 1 });
    }
}

#[tokio::test]
async fn an_index_must_be_json() {
    for (content_type, fine) in [
        ("application/vnd.pypi.simple.v1+json", true),
        ("Application/JSON; charset=utf-8", true),
        ("text/html", false),
        ("application/vnd.pypi.simple.v1+html", false),
        ("application/vnd.pypi.simple.v2+json", false),
        ("application/jsonp", false),
    ] {
        let server = Server::start(move |_, _| {
            Reply::Keep(answer(
                200,
                &[&format!("Content-Type: {content_type}")],
                BODY,
            ))
        });
        let answer = source(&server).fetch(&index()).await;
        if fine {
            assert_eq!(answer, found(), "{content_type}");
        } else {
            let Fetched::Failed(error) = answer else {
                panic!("{content_type}")
            };
            assert_eq!(
                error.problem,
                FetchProblem::ContentType(content_type.to_owned())
            );
            assert_eq!(server.count("/pypi/simple/a-b/"), 1);
        }
    }
    let silent = Server::start(|_, _| ok());
    assert!(matches!(
        source(&silent).fetch(&index()).await,
        Fetched::Failed(_)
    ));
}

#[tokio::test]
async fn requests_say_who_asks_and_what_is_understood() {
    let seen = Arc::<Mutex<Vec<String>>>::default();
    let log = Arc::clone(&seen);
    let server = Server::start(move |request, _| {
        log.lock().unwrap().extend(request.headers.iter().cloned());
        Reply::Keep(answer(
            200,
            &["Content-Type: application/json", "Set-Cookie: a=b"],
            BODY,
        ))
    });
    let source = source(&server);
    assert_eq!(source.fetch(&index()).await, found());
    assert_eq!(source.fetch(&index()).await, found());
    let seen = seen.lock().unwrap();
    let has = |line: &str| seen.iter().any(|header| header == line);
    assert!(
        has("accept: application/vnd.pypi.simple.v1+json"),
        "{seen:?}"
    );
    assert!(
        seen.iter()
            .any(|header| header.starts_with("user-agent: dockyard-provenance/"))
    );
    let encodings = seen
        .iter()
        .find(|header| header.starts_with("accept-encoding:"))
        .unwrap();
    assert!(
        encodings.contains("gzip") && encodings.contains("br"),
        "{encodings}"
    );
    assert!(!seen.iter().any(|header| header.starts_with("cookie:")));
}

#[tokio::test]
async fn an_index_without_a_sibling_is_not_asked_for_provenance() {
    use dockyard_provenance::dist::DistFilename;

    let server = Server::start(|_, _| Reply::Keep(answer(404, &[], b"")));
    let mut options = options(&server);
    let package = PypiPackage {
        name: PypiName::parse("a").unwrap(),
        version: PypiVersion::parse("1").unwrap(),
    };
    let request =
        EvidenceRequest::PypiProvenance(package, DistFilename::parse("a-1.tar.gz").unwrap());
    assert_eq!(source(&server).fetch(&request).await, Fetched::Missing);
    assert_eq!(server.count("/pypi/integrity/a/1/a-1.tar.gz/provenance"), 1);
    options.pypi_index = BaseUrl::parse(&server.url()).unwrap();
    let Fetched::Failed(error) = HttpSource::new(options).unwrap().fetch(&request).await else {
        panic!("there is nothing to ask");
    };
    assert!(
        matches!(error.problem, FetchProblem::NoEndpoint(_)),
        "{error}"
    );
    assert_eq!(server.total(), 1);
}

#[tokio::test]
async fn requests_in_flight_are_bounded() {
    let in_flight = AtomicUsize::new(0);
    let most = Arc::new(AtomicUsize::new(0));
    let seen = Arc::clone(&most);
    // Each handler waits for a second one, so that one at a time would never finish.
    let pair = Barrier::new(2);
    let server = Server::start(move |_, _| {
        seen.fetch_max(
            in_flight.fetch_add(1, Ordering::SeqCst) + 1,
            Ordering::SeqCst,
        );
        pair.wait();
        in_flight.fetch_sub(1, Ordering::SeqCst);
        ok()
    });
    let mut options = options(&server);
    options.concurrency = 2;
    let source = HttpSource::new(options).unwrap();
    let names: Vec<String> = (0..16).map(|at| format!("p{at}")).collect();
    let answers = join_all(
        names
            .iter()
            .map(async |name| source.fetch(&manifest(name)).await),
    );
    assert!(answers.await.into_iter().all(|answer| answer == found()));
    assert_eq!(most.load(Ordering::SeqCst), 2);
}

#[test]
fn unusable_options_are_refused() {
    let server = Server::start(|_, _| ok());
    let with = |change: fn(&mut HttpOptions)| {
        let mut options = options(&server);
        change(&mut options);
        HttpSource::new(options).err()
    };
    assert_eq!(with(|_| ()), None);
    assert_eq!(
        with(|options| options.concurrency = 0),
        Some(HttpOptionsError::Concurrency)
    );
    assert_eq!(
        with(|options| options.timeout = Duration::ZERO),
        Some(HttpOptionsError::Timeout)
    );
    assert_eq!(
        with(|options| options.timeout = Duration::MAX),
        Some(HttpOptionsError::Timeout)
    );
    assert_eq!(
        with(|options| "a\nb".clone_into(&mut options.user_agent)),
        Some(HttpOptionsError::UserAgent)
    );
}
