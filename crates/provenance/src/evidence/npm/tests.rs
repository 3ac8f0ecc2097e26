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

fn stated(packument: &str) -> Result<Option<Timestamp>, JsonError> {
    let package = NpmPackage {
        name: crate::package::NpmName::parse("a").unwrap(),
        version: crate::package::NpmVersion::parse("1.0.0").unwrap(),
    };
    publish_time(packument.as_bytes(), &package)
}

#[test]
fn the_publish_time_is_that_of_the_version() {
    const TIME: &str = "2024-05-01T00:00:00Z";
    let written = |time: &str| stated(&format!(r#"{{"name":"a","time":{time}}}"#));
    let time = TIME.parse().unwrap();
    let others = r#""created":{"a":[0,0]},"0.9.0":null,"0.9.1":"2020-01-01T00:00:00Z""#;
    for read in [
        format!(r#"{{"1.0.0":"{TIME}"}}"#),
        format!(r#"{{{others},"1.0.0":"{TIME}","unpublished":[0,0,0]}}"#),
        r#"{"1\u002e0.0":"\u0032024-05-01T00:00:00Z"}"#.to_owned(),
    ] {
        assert_eq!(written(&read), Ok(Some(time)), "{read}");
    }
    for unstated in [
        "{}",
        r#"{"1.0.1":"2024-05-01T00:00:00Z"}"#,
        r#"{"1.0.0":null}"#,
        r#"{"1.0.0":["2024-05-01T00:00:00Z"]}"#,
        r#"{"1.0.0":1714521600}"#,
        r#"{"1.0.0":"yesterday"}"#,
    ] {
        assert_eq!(written(unstated), Ok(None), "{unstated}");
    }
    assert_eq!(stated(r#"{"name":"a"}"#), Ok(None));
    let other = stated(r#"{"name":"b","time":{"1.0.0":"2024-05-01T00:00:00Z"}}"#);
    assert_eq!(other, Ok(None));
}

#[test]
fn what_is_no_packument_states_nothing() {
    assert_eq!(stated(r#"{"name":"a","time":null}"#), Ok(None));
    for time in [
        "[]",
        "0",
        r#"{"1.0.0":"2024-05-01T00:00:00Z","1.0.0":"2020-01-01T00:00:00Z"}"#,
        r#"{"1.0.0":"2024-05-01T00:00:00Z","other":{"a":1,"a":2}}"#,
        r#"{"1.0.0":"2024-05-01T00:00:00Z","other":1e999}"#,
    ] {
        let packument = format!(r#"{{"name":"a","time":{time}}}"#);
        assert!(stated(&packument).is_err(), "{time}");
    }
    assert!(stated(r#"{"time":{"1.0.0":"2024-05-01T00:00:00Z"}}"#).is_err());
}

#[test]
fn a_packument_has_the_version_or_not_or_is_anothers() {
    let package = NpmPackage {
        name: crate::package::NpmName::parse("a").unwrap(),
        version: crate::package::NpmVersion::parse("1.0.0").unwrap(),
    };
    let read = |rest: &str| {
        let found = in_packument(format!("{{{rest}}}").as_bytes(), &package).ok()?;
        Some(match found {
            InPackument::Manifest(manifest) => manifest.version,
            InPackument::NoVersion => "no version".to_owned(),
            InPackument::OtherPackage(name) => name,
        })
    };
    let told = |text: &str| Some(text.to_owned());
    let manifest = r#"{"name":"a","version":"1.0.0","dist":{}}"#;
    let versions = format!(r#""name":"a","versions":{{"1.0.0":{manifest}}}"#);
    assert_eq!(read(&versions), told("1.0.0"));
    for none in [
        r#""name":"a""#,
        r#""name":"a","versions":null"#,
        r#""name":"a","versions":{"1.0.0-x":{}}"#,
        r#""name":"a","time":{"unpublished":{}}"#,
    ] {
        assert_eq!(read(none), told("no version"), "{none}");
    }
    assert_eq!(read(&versions.replacen("\"a\"", "\"b\"", 1)), told("b"));
    for broken in [
        "",
        r#""versions":{}"#,
        r#""name":"a","versions":{"1.0.0":null}"#,
        r#""name":"a","versions":[]"#,
        r#""name":"a","versions":{"1.0.0":{},"1.0.0":{}}"#,
        r#""name":"a","versions":{"2.0.0":{"x":1,"x":2}}"#,
    ] {
        assert_eq!(read(broken), None, "{broken}");
    }
}

#[test]
fn attestations_are_advertised_in_one_shape() {
    let advertised = |text: &str| {
        let read = manifest(&format!(r#"{{"attestations":{text}}}"#));
        read.map(|read| read.dist.attestations.map(|it| it.provenance.is_some()))
    };
    assert_eq!(advertised("null"), Ok(None));
    assert_eq!(advertised("{}"), Ok(Some(false)));
    assert_eq!(advertised(r#"{"provenance":null}"#), Ok(Some(false)));
    assert_eq!(advertised(r#"{"provenance":[0,0]}"#), Ok(Some(true)));
    assert!(advertised(r#"{"provenance":{"a":1,"a":2}}"#).is_err());
    assert!(advertised("true").is_err());
}
