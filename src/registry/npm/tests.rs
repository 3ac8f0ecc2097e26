use super::*;

fn manifest(dist: &str) -> Result<Manifest, JsonError> {
    Manifest::parse(format!(r#"{{"name":"a","version":"1.0.0","dist":{dist}}}"#).as_bytes())
}

#[test]
fn no_signatures_may_be_written_in_three_ways() {
    for dist in [r"{}", r#"{"signatures":null}"#, r#"{"signatures":[]}"#] {
        assert_eq!(
            manifest(dist).unwrap().dist.signatures,
            Vec::new(),
            "{dist}"
        );
    }
    let signed = manifest(r#"{"signatures":[{"keyid":"k","sig":"s"}]}"#).unwrap();
    assert_eq!(signed.dist.signatures.len(), 1);
}

#[test]
fn what_is_no_list_of_signatures_is_not_read_as_none() {
    for dist in [
        r#"{"signatures":{}}"#,
        r#"{"signatures":false}"#,
        r#"{"signatures":[null]}"#,
        r#"{"signatures":[{"keyid":"k"}]}"#,
        r#"{"signatures":[],"signatures":[]}"#,
    ] {
        assert!(manifest(dist).is_err(), "{dist}");
    }
}

#[test]
fn lists_are_bounded() {
    let list = |count: usize| {
        let entry = r#"{"predicateType":"p","bundle":{"a": 1}}"#;
        format!(r#"{{"attestations":[{}]}}"#, vec![entry; count].join(","))
    };
    let full = Attestations::parse(list(32).as_bytes()).unwrap();
    assert_eq!(full.attestations.len(), 32);
    assert_eq!(full.attestations[0].bundle.get(), r#"{"a": 1}"#);
    let error = Attestations::parse(list(33).as_bytes()).unwrap_err();
    assert!(error.to_string().contains("more than 32"), "{error}");
}

#[test]
fn attestations_need_their_list() {
    assert!(Attestations::parse(br#"{"attestations":[]}"#).is_ok());
    for body in ["{}", r#"{"attestations":null}"#, "[]", "null", "", "<html>"] {
        assert!(Attestations::parse(body.as_bytes()).is_err(), "{body}");
    }
}

/// Bundles are not checked again one by one, so the document must be, however deep.
#[test]
fn a_duplicate_key_inside_a_bundle_is_refused_with_the_document() {
    let document = |bundle: &str| {
        let text = format!(r#"{{"attestations":[{{"predicateType":"p","bundle":{bundle}}}]}}"#);
        Attestations::parse(text.as_bytes())
    };
    assert!(document(r#"{"a":{"b":[{"c":1,"d":2}]}}"#).is_ok());
    let error = document(r#"{"a":{"b":[{"c":1,"c":2}]}}"#).unwrap_err();
    assert!(error.to_string().contains("duplicate key `c`"), "{error}");
}
