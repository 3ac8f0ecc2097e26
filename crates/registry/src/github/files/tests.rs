use super::*;

fn content(json: &str) -> Content {
    let mut whole: Value = serde_json::from_str(json).unwrap();
    for field in ["name", "path", "sha", "url"] {
        whole[field] = "a.toml".into();
    }
    whole["size"] = 6.into();
    whole["_links"] =
        serde_json::json!({"self": "https://github.example/a", "git": null, "html": null});
    serde_json::from_value(whole).unwrap()
}

#[test]
fn a_file_without_content_is_no_empty_file() {
    let read = |json: &str| file(&content(json), "a.toml");
    let whole = r#"{"type":"file","encoding":"base64","content":"Zm9v\nYmFy\n"}"#;
    assert_eq!(read(whole), Ok(b"foobar".to_vec()));
    let empty = r#"{"type":"file","encoding":"base64","content":""}"#;
    assert_eq!(read(empty), Ok(Vec::new()));
    for (json, problem) in [
        (r#"{"type":"file","encoding":"base64"}"#, "no content"),
        (
            r#"{"type":"file","encoding":"none","content":""}"#,
            "too large",
        ),
        (r#"{"type":"dir"}"#, "not a file"),
        (
            r#"{"type":"file","encoding":"base64","content":"!"}"#,
            "not base64",
        ),
    ] {
        let error = read(json).unwrap_err();
        assert!(error.contains(problem), "{error}");
    }
}

const COMMIT: &str = "1111111111111111111111111111111111111111";

/// What is told of `npx/a/spec.yaml`, whose folder and object these are.
fn told(folder: &str, object: &str) -> Result<Told, String> {
    let text = format!(
        r#"{{"data":{{"r":{{"o":{{"__typename":"Commit"}},"t0":{folder},"f0":{object}}}}}}}"#
    );
    let envelope: Envelope = serde_json::from_str(&text).unwrap();
    let paths = ["npx/a/spec.yaml".to_owned()];
    read(&envelope, COMMIT, &paths).remove(&paths[0]).unwrap()
}

const FOLDER: &str = r#"{"__typename":"Tree","entries":[{"name":"spec.yaml","mode":33188}]}"#;

#[test]
fn a_file_is_told_whole_or_not_at_all() {
    let blob = |rest: &str| told(FOLDER, &format!(r#"{{"__typename":"Blob",{rest}}}"#));
    let whole = blob(r#""byteSize":3,"isBinary":false,"isTruncated":false,"text":"a: ""#);
    assert_eq!(whole, Ok(Told::At(AtCommit::File(b"a: ".to_vec()))));
    for rest in [
        r#""byteSize":1,"isBinary":false,"isTruncated":false,"text":"\ufffd""#,
        r#""byteSize":9,"isBinary":false,"isTruncated":false,"text":"a: ""#,
        r#""byteSize":3,"isBinary":false,"isTruncated":true,"text":"a: ""#,
        r#""byteSize":3,"isBinary":true,"isTruncated":false,"text":null"#,
        r#""byteSize":3,"isBinary":null,"isTruncated":false,"text":"a: ""#,
        r#""byteSize":0"#,
    ] {
        assert_eq!(blob(rest), Ok(Told::NotWhole), "{rest}");
    }
}

#[test]
fn only_a_folder_without_the_name_shows_that_there_is_no_file() {
    let empty = r#"{"__typename":"Tree","entries":[{"name":"README.md","mode":33188}]}"#;
    assert_eq!(told(empty, "null"), Ok(Told::At(AtCommit::Absent)));
    assert_eq!(told("null", "null"), Ok(Told::At(AtCommit::Absent)));
    let link = r#"{"__typename":"Tree","entries":[{"name":"spec.yaml","mode":40960}]}"#;
    let blob =
        r#"{"__typename":"Blob","byteSize":1,"isBinary":false,"isTruncated":false,"text":"x"}"#;
    for (folder, object, why) in [
        (link, blob, "not a file"),
        (link, "null", "not a file"),
        (empty, blob, "contradicts"),
        (FOLDER, "null", "contradicts"),
        (FOLDER, r#"{"__typename":"Tree"}"#, "contradicts"),
        ("7", "null", "cannot be read"),
    ] {
        let error = told(folder, object).unwrap_err();
        assert!(error.contains(why), "{error}");
    }
}

#[test]
fn an_answer_in_part_is_no_answer() {
    let paths = ["npx/a/spec.yaml".to_owned()];
    for (text, why) in [
        (
            r#"{"data":null,"errors":[{"type":"RATE_LIMITED","message":"slow"}]}"#,
            "RATE_LIMITED",
        ),
        (r#"{"data":{"r":null}}"#, "no such repository"),
        (r"{}", "no such repository"),
        (r#"{"data":{"r":{"o":null}}}"#, "no commit"),
        (r#"{"data":{"r":{"o":{"__typename":"Tree"}}}}"#, "no commit"),
        (
            r#"{"data":{"r":{"o":{"__typename":"Commit"}}}}"#,
            "left out",
        ),
        (
            r#"{"data":{"r":{"o":{"__typename":"Commit"},"t0":null}}}"#,
            "left out",
        ),
        (
            r#"{"data":{"r":{"o":{"__typename":"Commit"},"t0":null,"f0":null}},"errors":[{"message":"x","path":["r","f0"]}]}"#,
            "answered error: x",
        ),
    ] {
        let envelope: Envelope = serde_json::from_str(text).unwrap();
        let told = read(&envelope, COMMIT, &paths).remove(&paths[0]).unwrap();
        assert!(told.as_ref().unwrap_err().contains(why), "{told:?}");
    }
}

#[test]
fn names_from_outside_stay_texts() {
    let name = RepositoryName::parse("acme/catalog").unwrap();
    let hostile = "npx/\") } evil: repository(owner: \"x\u{7f}\\\n/spec.yaml".to_owned();
    let query = query(&name, COMMIT, &[hostile]);
    assert!(
        query.contains(r#"npx/\") } evil: repository(owner: \"x"#),
        "{query}"
    );
    assert!(!query.contains('\n'));
}
