//! Names of every kind: repositories, workflows, refs, packages, file names.
#![no_main]

use dockyard_registry::urls::{BaseUrl, GoAddresses, Registries, locate};
use libfuzzer_sys::fuzz_target;
use package_provenance::dist::DistFilename;
use package_provenance::evidence::EvidenceRequest;
use package_provenance::identity::{
    GitRef, PublisherKind, Repository, same_workflow, workflow_from_config_uri,
};
use package_provenance::package::{
    GoPackage, NpmName, NpmPackage, NpmVersion, PypiName, PypiPackage, PypiVersion,
};
use std::sync::LazyLock;

static REGISTRIES: LazyLock<Registries> = LazyLock::new(|| Registries {
    npm: BaseUrl::parse("https://npm.example/base").expect("an address"),
    npm_scopes: std::collections::BTreeMap::new(),
    pypi: BaseUrl::parse("https://pypi.example/base/simple").expect("an address"),
    go: GoAddresses {
        proxies: vec![BaseUrl::parse("https://proxy.example/base").expect("an address")],
        sumdb_name: "sum.example".to_owned(),
        sumdb: BaseUrl::parse("https://sum.example/base").ok(),
    },
    npm_evidence: None,
    pypi_evidence: None,
});

const KINDS: [PublisherKind; 4] = [
    PublisherKind::GitHub,
    PublisherKind::GitLab,
    PublisherKind::Google,
    PublisherKind::CircleCI,
];

fuzz_target!(|data: &[u8]| {
    let text = String::from_utf8_lossy(data);
    let parts: Vec<&str> = text.split('\n').collect();
    let part = |index: usize| parts.get(index).copied().unwrap_or_default();
    repositories(part(0), part(1));
    workflows(part(0), part(1), part(2), part(3));
    assert_eq!(
        GitRef::parse(&GitRef::parse(part(0)).to_string()),
        GitRef::parse(part(0))
    );
    packages(part(0), part(1));
});

fn repositories(declared: &str, certified: &str) {
    for kind in KINDS {
        let certified = Repository::certified(certified, kind);
        if let Ok(certified) = &certified {
            assert!(certified.host().contains('.') && certified.path().contains('/'));
            let again = Repository::declared(&certified.url(), "github.com");
            assert_eq!(again.as_ref(), Ok(certified));
        }
        if let Ok(declared) = Repository::declared(declared, "github.com") {
            assert_eq!(
                Repository::declared(&declared.url(), "gitlab.com").as_ref(),
                Ok(&declared)
            );
            assert_eq!(declared.host(), declared.host().to_ascii_lowercase());
            if let Ok(certified) = certified {
                let same = declared.url().eq_ignore_ascii_case(&certified.url());
                assert_eq!(declared == certified, same);
            }
        }
    }
}

fn workflows(uri: &str, repository: &str, git_ref: &str, digest: &str) {
    for kind in KINDS {
        let Ok(repository) = Repository::certified(repository, kind) else {
            continue;
        };
        let path = workflow_from_config_uri(uri, &repository, Some(git_ref), Some(digest));
        if let Some(path) = path {
            assert!(
                uri.contains(&path) && path.split('/').all(|one| !matches!(one, "" | "." | ".."))
            );
            assert!(same_workflow(kind, &path, &path) || !path.contains('/'));
        }
    }
}

fn packages(name: &str, version: &str) {
    if let (Ok(name), Ok(version)) = (NpmName::parse(name), NpmVersion::parse(version)) {
        let package = NpmPackage { name, version };
        require_inside(&EvidenceRequest::NpmAttestations(package.clone()));
        require_inside(&EvidenceRequest::NpmManifest(package));
    }
    if let Ok(parsed) = PypiName::parse(name) {
        assert_eq!(PypiName::parse(parsed.as_str()).as_ref(), Ok(&parsed));
        require_inside(&EvidenceRequest::PypiIndex(parsed));
    }
    if let Ok(parsed) = PypiVersion::parse(version) {
        assert_eq!(PypiVersion::parse(&parsed.to_string()), Ok(parsed));
    }
    if let Ok(file) = DistFilename::parse(name) {
        assert_eq!(file.as_str(), name);
        assert!(file.same_distribution(&file));
        let package = PypiPackage {
            name: file.name().clone(),
            version: file.version().clone(),
        };
        require_inside(&EvidenceRequest::PypiProvenance(package, file));
    }
    let _ = GoPackage::parse(name, version);
}

/// A request made of parsed names stays in its folder and in its place of a URL.
fn require_inside(request: &EvidenceRequest) {
    let path = request.evidence_path();
    let plain = |one: &str| {
        !matches!(one, "" | "." | "..")
            && one
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || b"@-._+!".contains(&byte))
    };
    assert!(path.split('/').all(plain), "{path}");
    let (url, _) = locate(&REGISTRIES, request).expect("an endpoint");
    assert!(url.path().starts_with("/base/"), "{url}");
    assert!(url.query().is_none() && url.fragment().is_none(), "{url}");
    assert!(
        url.host_str()
            .is_some_and(|host| host.ends_with(".example")),
        "{url}"
    );
}
