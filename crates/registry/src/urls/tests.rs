use super::*;
use package_provenance::evidence::stated::StatedAddress;
use package_provenance::package::{NpmPackage, NpmVersion, PypiName, PypiPackage, PypiVersion};

fn registries(npm: &str, pypi: &str) -> Registries {
    Registries {
        go: super::GoAddresses::default(),
        npm: BaseUrl::parse(npm).unwrap(),
        npm_scopes: BTreeMap::new(),
        pypi: BaseUrl::parse(pypi).unwrap(),
        npm_evidence: None,
        pypi_evidence: None,
    }
}

fn npm(name: &str) -> NpmPackage {
    NpmPackage {
        name: NpmName::parse(name).unwrap(),
        version: NpmVersion::parse("1.2.3-rc.1").unwrap(),
    }
}

fn provenance(filename: &str) -> EvidenceRequest {
    let package = PypiPackage {
        name: PypiName::parse("Sample_Project").unwrap(),
        version: PypiVersion::parse("1.0").unwrap(),
    };
    EvidenceRequest::PypiProvenance(package, DistFilename::parse(filename).unwrap())
}

#[test]
fn base_urls_are_https_or_loopback() {
    for fine in [
        "https://registry.npmjs.org",
        "https://registry.npmjs.org/",
        "https://mirror.example:8443/a/b//",
        "http://127.0.0.1:8080/npm",
        "http://127.8.8.8",
        "http://[::1]:80/",
        "http://localhost:1",
        "HTTPS://Mirror.Example",
    ] {
        let base = BaseUrl::parse(fine).unwrap();
        assert!(!base.to_string().ends_with('/'), "{base}");
    }
    for refused in [
        "http://registry.npmjs.org",
        "http://127.0.0.1.example",
        "http://localhost.example",
        "http://128.0.0.1",
        "http://[::2]",
        "ftp://127.0.0.1",
        "file:///etc/passwd",
        "data:text/plain,x",
        "registry.npmjs.org",
        "",
        "https://",
        "https://a.example/?x=1",
        "https://a.example/?",
        "https://a.example/#x",
        "https://a.example/\n",
        "https://a .example/",
        "https:\\\\a.example",
    ] {
        assert!(BaseUrl::parse(refused).is_err(), "{refused}");
    }
}

#[test]
fn userinfo_is_refused_and_not_repeated() {
    for text in [
        "https://user:hunter2@a.example/",
        "https://hunter2@a.example/",
        "https://:hunter2@a.example/",
        "http://hunter2:x@127.0.0.1/",
        "https://user:hunter2@a.exa mple/",
        "https://user:hunter2@a.example:port/",
    ] {
        let error = BaseUrl::parse(text).unwrap_err();
        assert!(!error.contains("hunter2"), "{error}");
    }
}

#[test]
fn npm_urls_escape_the_slash_of_a_scope_only() {
    let registries = registries("https://r.example/npm/", "https://p.example/simple");
    let url = |request| locate(&registries, &request).unwrap();
    let (manifest, accept) = url(EvidenceRequest::NpmManifest(npm("@scope/name")));
    assert_eq!(
        manifest.as_str(),
        "https://r.example/npm/@scope%2fname/1.2.3-rc.1"
    );
    assert_eq!(accept, "application/json");
    let (attestations, _) = url(EvidenceRequest::NpmAttestations(npm("@scope/name")));
    assert_eq!(
        attestations.as_str(),
        "https://r.example/npm/-/npm/v1/attestations/@scope%2fname@1.2.3-rc.1"
    );
    let (packument, accept) = url(EvidenceRequest::NpmPackument(npm("plain.js").name));
    assert_eq!(packument.as_str(), "https://r.example/npm/plain.js");
    assert_eq!(accept, "application/json");
}

#[test]
fn a_scope_with_its_own_registry_is_asked_there_and_nowhere_else() {
    let mut registries = registries("https://r.example/npm", "https://p.example/simple");
    let own = BaseUrl::parse("https://own.example/x/").unwrap();
    registries.npm_scopes.insert("@acme".to_owned(), own);
    let base = |name: &str| {
        let package = npm(name);
        let hosts: Vec<String> = [
            EvidenceRequest::NpmPackument(package.name.clone()),
            EvidenceRequest::NpmManifest(package.clone()),
            EvidenceRequest::NpmAttestations(package),
        ]
        .iter()
        .map(|request| locate(&registries, request).unwrap().0)
        .map(|url| url.host_str().unwrap().to_owned())
        .collect();
        assert!(hosts.iter().all(|host| *host == hosts[0]), "{hosts:?}");
        hosts[0].clone()
    };
    assert_eq!(base("@acme/a"), "own.example");
    for other in ["@acme-x/a", "@acm/a", "acme", "a"] {
        assert_eq!(base(other), "r.example", "{other}");
    }
    let index = EvidenceRequest::PypiIndex(PypiName::parse("acme").unwrap());
    let (url, _) = locate(&registries, &index).unwrap();
    assert_eq!(url.as_str(), "https://p.example/simple/acme/");
}

#[test]
fn pypi_urls_use_normalised_names_and_the_files_own_version_text() {
    let registries = registries("https://r.example", "https://p.example/simple/");
    let name = PypiName::parse("Sample_Project").unwrap();
    let (index, accept) = locate(&registries, &EvidenceRequest::PypiIndex(name)).unwrap();
    assert_eq!(index.as_str(), "https://p.example/simple/sample-project/");
    assert_eq!(accept, "application/vnd.pypi.simple.v1+json");
    for (filename, version) in [
        ("sample_project-1.0.0.tar.gz", "1.0.0"),
        ("sample_project-1.0.zip", "1.0"),
        ("sample_project-1.0-py3-none-any.whl", "1.0"),
        ("sample_project-1.0-1-py3-none-any.whl", "1.0"),
    ] {
        let (url, accept) = locate(&registries, &provenance(filename)).unwrap();
        assert_eq!(
            url.as_str(),
            format!("https://p.example/integrity/sample-project/{version}/{filename}/provenance")
        );
        assert_eq!(accept, "application/vnd.pypi.integrity.v1+json");
    }
}

#[test]
fn an_index_without_a_sibling_has_no_provenance_endpoint() {
    for index in [
        "https://p.example",
        "https://p.example/simple/x",
        "https://p.example/notsimple",
    ] {
        let answer = locate(
            &registries("https://r.example", index),
            &provenance("a-1.zip"),
        );
        assert!(
            matches!(answer, Err(FetchProblem::NoEndpoint(_))),
            "{index}: {answer:?}"
        );
    }
    let nested = registries("https://r.example", "https://p.example/root/simple");
    let (url, _) = locate(&nested, &provenance("a-1.zip")).unwrap();
    assert!(url.path().starts_with("/root/integrity/"), "{url}");
}

#[test]
fn a_path_that_would_be_rewritten_is_refused() {
    let base = Url::parse("https://r.example/npm").unwrap();
    for path in [
        "/npm/..",
        "/npm/../x",
        "/npm/./x",
        "/npm/%2e%2e/x",
        "/npm/a b",
    ] {
        assert!(at(&base, path).is_err(), "{path}");
    }
    assert!(at(&base, "/npm/x").is_ok());
}

#[test]
fn what_is_shown_holds_no_secret() {
    let index = Url::parse("https://r.example/a1b2c3d4e5f60718/simple/a/").unwrap();
    let base = BaseUrl::parse("https://r.example/a1b2c3d4e5f60718/simple").unwrap();
    let shown =
        |text: &str| StatedAddress::new(text).shown(&index, |url| base.shown(url).into_owned());
    assert_eq!(
        shown("https://u:hunter2@other.example/x?token=y#z"),
        "https://other.example/x"
    );
    assert_eq!(
        shown("https://r.example/a1b2c3d4e5f60718/x"),
        "https://r.example/[hidden:b82efc46]/x"
    );
    assert_eq!(shown("data:text/plain,x"), "a `data:` address");
    assert_eq!(shown("https://"), "something else");
    assert_eq!(shown(&format!("/{}", "a".repeat(999))).len(), 200);
}

/// A mirror is asked what it serves, and the registry that it mirrors for the evidence.
#[test]
fn evidence_is_asked_for_elsewhere_and_what_is_installed_where_it_is() {
    let mut registries = registries(
        "https://mirror.example/npm",
        "https://mirror.example/simple",
    );
    let own = BaseUrl::parse("https://own.example").unwrap();
    registries.npm_scopes.insert("@own".to_owned(), own);
    let index = EvidenceRequest::PypiIndex(PypiName::parse("x").unwrap());
    let asked = |registries: &Registries, request: &EvidenceRequest| {
        locate(registries, request).unwrap().0.to_string()
    };
    let evidence = [
        EvidenceRequest::NpmManifest(npm("left-pad")),
        EvidenceRequest::NpmAttestations(npm("left-pad")),
        EvidenceRequest::NpmPackument(npm("left-pad").name),
        index,
        provenance("sample_project-1.0.tar.gz"),
    ];
    for request in &evidence {
        assert!(asked(&registries, request).starts_with("https://mirror.example/"));
    }
    registries.npm_evidence = Some(BaseUrl::parse("https://npm.example").unwrap());
    registries.pypi_evidence = Some(BaseUrl::parse("https://pypi.example/simple").unwrap());
    for request in &evidence {
        let at = asked(&registries, request);
        assert!(!at.starts_with("https://mirror.example/"), "{at}");
        if let Some(request) = request.of_the_mirror() {
            assert!(asked(&registries, &request).starts_with("https://mirror.example/"));
        }
    }
    // A scope's own registry has its own evidence.
    let scoped = EvidenceRequest::NpmManifest(npm("@own/x"));
    assert!(asked(&registries, &scoped).starts_with("https://own.example/"));
}
