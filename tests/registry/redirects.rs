//! Redirects: within the origin that was asked, and not for ever.

use super::*;

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
async fn only_the_address_that_was_asked_says_that_there_is_nothing() {
    for status in [404, 410] {
        let missing = Server::start(move |_, _| Reply::Keep(answer(status, &[], b"")));
        assert_eq!(ask(&missing).await, Fetched::Missing, "the control");

        let login = Server::start(move |request, _| match request.path.as_str() {
            PATH => Reply::Keep(answer(302, &["Location: /login"], b"")),
            _ => Reply::Keep(answer(status, &[], b"")),
        });
        let elsewhere = FetchProblem::MissingElsewhere(status);
        assert_eq!(problem(&login).await, elsewhere);
        assert_eq!(login.total(), 2, "not tried again");
    }
}
