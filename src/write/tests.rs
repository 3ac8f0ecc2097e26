use std::fs;

use super::*;

#[test]
fn a_target_needs_a_known_format_and_a_file() {
    let target = ReportTarget::parse("json=out/a=b.json").unwrap();
    assert_eq!(
        (target.format, target.path),
        (Format::Json, PathBuf::from("out/a=b.json"))
    );
    for (text, says) in [
        ("report.json", "FORMAT=PATH"),
        ("html=x.html", "table, json, sarif, markdown, github"),
        ("JSON=x", "table, json"),
        ("json=", "name a file"),
        ("json=-", "--format"),
    ] {
        let error = ReportTarget::parse(text).unwrap_err();
        assert!(error.contains(says), "{text}: {error}");
    }
}

#[test]
fn two_targets_may_not_share_a_path() {
    let targets = ["json=a.json", "table=./a.json", "table=b.txt"]
        .map(|text| ReportTarget::parse(text).unwrap());
    assert_eq!(shared_path(&targets), Some(Path::new("./a.json")));
    assert_eq!(shared_path(&targets[1..]), None);
}

#[test]
fn a_file_is_replaced_whole_and_nothing_else_stays() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("report.json");
    fs::write(&path, "something older and longer").unwrap();
    to_file(&path, "new").unwrap();
    assert_eq!(fs::read_to_string(&path).unwrap(), "new");
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
}

#[test]
fn a_missing_folder_is_named_and_not_made() {
    let folder = tempfile::tempdir().unwrap();
    let missing = folder.path().join("missing");
    let error = to_file(&missing.join("report.json"), "x")
        .unwrap_err()
        .to_string();
    assert!(
        error.contains(&missing.display().to_string()) && error.contains("make it first"),
        "{error}"
    );
    assert!(!missing.exists());
}

#[test]
fn a_folder_in_the_reports_place_is_an_error() {
    let folder = tempfile::tempdir().unwrap();
    assert!(to_file(folder.path(), "x").is_err());
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
}

struct Closed;

impl Write for Closed {
    fn write(&mut self, _: &[u8]) -> io::Result<usize> {
        Err(io::ErrorKind::BrokenPipe.into())
    }
    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[test]
fn a_closed_pipe_is_an_error() {
    assert!(to_stream(&mut Closed, "x").is_err());
    let mut written = Vec::new();
    to_stream(&mut written, "x").unwrap();
    assert_eq!(written, b"x");
}
