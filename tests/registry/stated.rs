//! Provenance at an address that the index states (PEP 740): asked on the index's own origin, with
//! the index's credential or none, and nowhere else.

use dockyard_registry::credentials::{Credential, CredentialScope};
use package_provenance::dist::DistFilename;
use package_provenance::evidence::stated::StatedAddress;

use super::*;

const MADE: &str = "/pypi/integrity/a/1/a-1.tar.gz/provenance";

fn stated(address: &str) -> EvidenceRequest {
    let package = PypiPackage {
        name: PypiName::parse("a").unwrap(),
        version: PypiVersion::parse("1").unwrap(),
    };
    let file = DistFilename::parse("a-1.tar.gz").unwrap();
    EvidenceRequest::PypiProvenanceAt(package, file, StatedAddress::new(address))
}

/// A server that has everything, and what each request said of its sender.
fn server() -> (Server, Arc<Mutex<Vec<String>>>) {
    let seen = Arc::<Mutex<Vec<String>>>::default();
    let log = Arc::clone(&seen);
    let server = Server::start(move |request, _| {
        let sent = request
            .headers
            .iter()
            .find(|header| header.starts_with("authorization:"));
        let sent = sent.map_or("nobody", String::as_str);
        log.lock().unwrap().push(format!("{} {sent}", request.path));
        ok()
    });
    (server, seen)
}

fn with(server: &Server, areas: &[(&str, &str)]) -> HttpSource {
    let mut options = options(server);
    for (path, token) in areas {
        let host = server.url().replace("http:", "");
        let scope = CredentialScope::parse(&format!("{host}{path}")).unwrap();
        let credential = Credential::bearer(token, "a test".to_owned());
        options.credentials.pypi.add(scope, Ok(credential.unwrap()));
    }
    HttpSource::new(options).unwrap()
}

#[tokio::test]
async fn the_own_origin_is_asked() {
    let (server, seen) = server();
    let source = with(&server, &[]);
    let address = format!("{}/files/a-1.tar.gz.provenance", server.url());
    assert_eq!(source.fetch(&stated(&address)).await, found());
    assert_eq!(
        *seen.lock().unwrap(),
        ["/files/a-1.tar.gz.provenance nobody"]
    );
    let asked = source.asked(&stated(&address)).unwrap();
    assert_eq!(asked.at, Some(address));
    assert_eq!(asked.instead_of, None);
}

#[tokio::test]
async fn another_origin_is_not() {
    let (server, seen) = server();
    let (other, others) = self::server();
    let source = with(&server, &[]);
    for address in [
        format!("{}/x", other.url()),
        format!("{}/x", server.url().replace("127.0.0.1", "localhost")),
        format!("{}/x", server.url().replace("http:", "https:")),
        format!("//{}/x", other.url().replace("http://", "")),
        format!("{}/x", server.url().replace("//", "//user:hunter2@")),
        format!("{}/x?y=hunter2", server.url()),
        "http://169.254.169.254/latest/meta-data".to_owned(),
        "file:///etc/passwd".to_owned(),
    ] {
        seen.lock().unwrap().clear();
        let request = stated(&address);
        assert_eq!(source.fetch(&request).await, found(), "{address}");
        assert_eq!(*seen.lock().unwrap(), [format!("{MADE} nobody")]);
        let asked = source.asked(&request).unwrap();
        assert_eq!(asked.at, Some(format!("{}{MADE}", server.url())));
        let told = asked.instead_of.unwrap();
        assert!(told.contains(", which "), "{told}");
        assert!(!told.contains("hunter2"), "{told}");
    }
    assert!(others.lock().unwrap().is_empty());
}

/// The index is below `/pypi/simple`, and its credential is for `/pypi/`.
#[tokio::test]
async fn no_credential_is_led_astray() {
    let (server, seen) = server();
    let areas = [("/pypi/", "index"), ("/pypi/private/", "other")];
    for (areas, path, sent) in [
        (&areas[..], "/pypi/x", "/pypi/x authorization: bearer index"),
        // Out of its scope, into another one, and by what servers read in two ways: made from names.
        (&areas[..], "/npm/x", ""),
        (&areas[..], "/pypi/../npm/x", ""),
        (&areas[..], "/pypi/%2e%2e/npm/x", ""),
        (&areas[..], "/pypi/..%2fnpm/x", ""),
        (&areas[..], "/pypi/..;/npm/x", ""),
        (&areas[..], "/pypi/%252e%252e/npm/x", ""),
        (&areas[..], "/pypi/private/x", ""),
        // Nothing is sent with the index, so nothing is sent at all.
        (&[("/npm/", "npm")][..], "/npm/x", "nobody"),
        (&[("/npm/", "npm")][..], "/x", "/x nobody"),
    ] {
        seen.lock().unwrap().clear();
        let source = with(&server, areas);
        let address = format!("{}{path}", server.url());
        assert_eq!(source.fetch(&stated(&address)).await, found());
        let sent = match sent {
            "" => format!("{MADE} authorization: bearer index"),
            "nobody" => format!("{MADE} nobody"),
            sent => sent.to_owned(),
        };
        let seen: Vec<String> = seen.lock().unwrap().clone();
        let seen: Vec<String> = seen
            .iter()
            .map(|line| line.replace("Bearer", "bearer"))
            .collect();
        assert_eq!(seen, [sent], "{path}");
    }
}

#[tokio::test]
async fn redirects_from_it_are_bounded_as_any() {
    let (other, others) = server();
    let target = format!("{}/x", other.url());
    let server =
        Server::start(move |_, _| Reply::Keep(answer(302, &[&format!("Location: {target}")], b"")));
    let address = format!("{}/files/x", server.url());
    let Fetched::Failed(error) = source(&server).fetch(&stated(&address)).await else {
        panic!("it was answered");
    };
    assert_eq!(error.problem, FetchProblem::Redirect);
    assert_eq!(error.asked, address);
    assert!(others.lock().unwrap().is_empty());
}

/// devpi's indexes end in `/+simple`, beside which nothing can be made from names.
#[tokio::test]
async fn an_index_of_any_form_may_state_it() {
    let (server, seen) = server();
    let mut options = options(&server);
    options.pypi_index = BaseUrl::parse(&format!("{}/root/dev/+simple", server.url())).unwrap();
    let scope = CredentialScope::of_index(&options.pypi_index).unwrap();
    let credential = Credential::bearer("index", "a test".to_owned()).unwrap();
    options.credentials.pypi.add(scope, Ok(credential));
    let source = HttpSource::new(options).unwrap();
    let address = format!("{}/root/dev/+f/ab1/a-1.tar.gz.provenance", server.url());
    assert_eq!(source.fetch(&stated(&address)).await, found());
    let seen = seen.lock().unwrap().join("").to_lowercase();
    assert_eq!(
        seen,
        "/root/dev/+f/ab1/a-1.tar.gz.provenance authorization: bearer index"
    );
    let elsewhere = stated("https://pypi.org/x");
    assert!(matches!(source.fetch(&elsewhere).await, Fetched::Failed(_)));
    let asked = source.asked(&elsewhere).unwrap();
    assert_eq!(asked.at, None);
    assert!(
        asked
            .instead_of
            .unwrap()
            .starts_with("https://pypi.org/x, ")
    );
}
