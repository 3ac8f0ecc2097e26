use proptest::prelude::*;

use super::*;

fn one(entry: &str) -> Result<EvidenceManifest, String> {
    let text = format!(r#"{{"schema_version":1,"entries":[{entry}]}}"#);
    EvidenceManifest::parse(text.as_bytes())
}

fn at(path: &str) -> Result<EvidenceManifest, String> {
    one(&format!(r#"{{"path":"{path}","status":404}}"#))
}

#[test]
fn what_is_written_is_read_back() {
    let mut manifest = EvidenceManifest::default();
    manifest.push_found("npm/@s/a/1.0.0/manifest.json", b"{}");
    manifest.push_missing("npm/@s/a/1.0.0/attestations.json");
    let bytes = manifest.to_json().unwrap();
    assert_eq!(EvidenceManifest::parse(&bytes), Ok(manifest.clone()));
    assert_eq!(manifest.to_json().unwrap(), bytes);
    assert_eq!(
        manifest.get("npm/@s/a/1.0.0/attestations.json"),
        Some(Recorded::Missing)
    );
    assert_eq!(manifest.get("npm/@s/a/1.0.1/attestations.json"), None);
}

#[test]
fn paths_stay_in_the_folder() {
    for fine in ["a", "npm/@s/a/1.0.0/manifest.json", "a/..b/c"] {
        assert!(at(fine).is_ok(), "{fine}");
    }
    for outside in [
        "",
        "/",
        "/a",
        "a/",
        "a//b",
        ".",
        "..",
        "../a",
        "a/../b",
        "a/..",
        "./a",
        r"a\\..\\b",
        "C:a",
        r"a\u0000",
        r"a\nb",
    ] {
        assert!(at(outside).is_err(), "{outside}");
    }
}

#[test]
fn entries_are_read_strictly() {
    let sha = "0".repeat(64);
    assert!(one(&format!(r#"{{"path":"a","status":200,"sha256":"{sha}"}}"#)).is_ok());
    for wrong in [
        r#"{"path":"a","status":200}"#.to_owned(),
        format!(r#"{{"path":"a","status":404,"sha256":"{sha}"}}"#),
        format!(r#"{{"path":"a","status":500,"sha256":"{sha}"}}"#),
        format!(r#"{{"path":"a","status":200,"sha256":"{sha}0"}}"#),
        r#"{"path":"a","status":200,"sha256":"xyz"}"#.to_owned(),
        r#"{"path":"a","status":404,"more":1}"#.to_owned(),
        r#"{"path":"a","status":404},{"path":"a","status":404}"#.to_owned(),
    ] {
        assert!(one(&wrong).is_err(), "{wrong}");
    }
}

#[test]
fn another_schema_is_refused() {
    let of = |version: &str| {
        EvidenceManifest::parse(
            format!(r#"{{"schema_version":{version},"entries":[]}}"#).as_bytes(),
        )
    };
    assert!(of("1").is_ok());
    for version in ["2", "0", "\"1\"", "null"] {
        assert!(of(version).is_err(), "{version}");
    }
}

proptest! {
    #[test]
    fn any_bytes_are_answered(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        prop_assert!(EvidenceManifest::parse(&bytes).is_err());
    }
}
