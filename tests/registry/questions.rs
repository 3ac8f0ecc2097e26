//! What is asked, and of what type the answer must be.

use super::*;

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
    assert!(encodings.ends_with(": gzip"), "{encodings}");
    assert!(!seen.iter().any(|header| header.starts_with("cookie:")));
}

#[tokio::test]
async fn an_index_without_a_sibling_is_not_asked_for_provenance() {
    use package_provenance::dist::DistFilename;

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
