//! What each status and each broken answer means, and what is tried again.

use super::*;

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
            // Who does not implement it (501) does not the next time either.
            408 | 425 | 429 | 500 | 502..=599 => ("failed", 3),
            _ => ("failed", 1),
        };
        let found = match &answer {
            Fetched::Found(body) if **body == *BODY => "found",
            Fetched::Missing => "missing",
            Fetched::Failed(error) if error.problem.status() == Some(status) => "failed",
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
    // Without a `Date` the date is measured from here.
    for (now, requests) in [(Some("1994-11-06T08:49:37Z"), 1), (None, 3)] {
        let header = "Retry-After: Sun, 06 Nov 1994 09:49:37 GMT";
        let server = Server::start(move |_, _| Reply::Keep(answer(429, &[header], b"no")));
        let mut options = options(&server);
        options.now = now.map(testkit::at);
        let asked = HttpSource::new(options).unwrap();
        assert!(matches!(
            asked.fetch(&manifest("a")).await,
            Fetched::Failed(_)
        ));
        assert_eq!(server.total(), requests, "{now:?}");
    }
    let past = "Retry-After: Sun, 06 Nov 1994 08:49:36 GMT";
    let server = Server::start(move |_, earlier| match earlier {
        0 => Reply::Keep(answer(503, &[date, past], b"no")),
        _ => ok(),
    });
    assert_eq!(ask(&server).await, found());
}
