//! Registries whose answers are as large, or as costly to read, as they may be.

use testkit::Response;

use crate::stage::{DECLARED, Stage};

/// An index of the project with these lists.
fn index(name: &str, versions: &str, files: &str) -> Response {
    let text = format!(
        r#"{{"meta":{{"api-version":"1.4"}},"name":"{name}","versions":[{versions}],"files":[{files}]}}"#
    );
    Response::typed("application/vnd.pypi.simple.v1+json", text)
}

#[test]
fn an_index_that_unfolds_in_memory_is_its_own_packages_trouble() {
    let many = |entry: &str| vec![entry; 100_001].join(",");
    let keys: Vec<String> = (0..=100_000).map(|key| format!(r#""{key}":0"#)).collect();
    let stage = Stage::honest();
    for (name, versions, files) in [
        ("versions", many(r#""""#), String::new()),
        (
            "files",
            String::new(),
            many(r#"{"filename":"a","url":"a"}"#),
        ),
        ("keys", String::new(), format!("{{{}}}", keys.join(","))),
        ("deep", "[".repeat(100_000), String::new()),
    ] {
        stage.pypi(name, name, DECLARED);
        let address = format!("/simple/{name}/");
        assert!(stage.registry.documents().contains_key(&address));
        stage.registry.set(&address, index(name, &versions, &files));
    }
    stage.pypi("control", "control", DECLARED);
    let report = stage.report();
    for name in ["versions", "files", "keys", "deep"] {
        let status = report.status(&format!("uvx/{name}/spec.yaml"));
        assert!(matches!(status, "unknown" | "invalid"), "{name}: {status}");
    }
    for path in ["uvx/control/spec.yaml", "npx/a/spec.yaml"] {
        assert_eq!(report.status(path), "verified");
    }
}

/// An attestation of an SBOM has several MiB, and packuments have been seen with 105 MB.
#[test]
fn documents_as_large_as_they_have_been_seen_are_read() {
    let stage = Stage::new();
    for name in ["a", "b"] {
        stage.npm(name, name, DECLARED);
    }
    let pad = |path: &str, mib: usize| {
        let mut response = stage.registry.documents().remove(path).unwrap();
        response.body.extend(vec![b' '; mib << 20]);
        stage.registry.set(path, response);
    };
    for name in ["a", "b"] {
        pad(&format!("/npm/-/npm/v1/attestations/{name}@1.2.3"), 9);
        pad(&format!("/npm/{name}"), 110);
        stage.registry.remove(&format!("/npm/{name}/1.2.3"));
    }
    let run = stage
        .scan(&["--timeout", "300", "--format", "json"])
        .exits(0);
    for name in ["a", "b"] {
        let path = format!("npx/{name}/spec.yaml");
        assert_eq!(run.report().status(&path), "verified");
    }
}

/// More of them than are held at once: they wait for each other, and none forever.
#[test]
fn many_large_answers_are_all_judged() {
    let stage = Stage::honest();
    let names: Vec<String> = (0..20).map(|number| format!("large-{number}")).collect();
    for name in &names {
        stage.pypi(name, name, DECLARED);
        let address = format!("/simple/{name}/");
        let mut response = stage.registry.documents().remove(&address).unwrap();
        response.body.extend(vec![b' '; 5 << 20]);
        stage.registry.set(&address, response);
    }
    let run = stage.scan(&["--jobs", "64", "--format", "json"]).exits(0);
    let report = run.report();
    for name in names {
        assert_eq!(report.status(&format!("uvx/{name}/spec.yaml")), "verified");
    }
}
