mod entries;

use proptest::prelude::*;

use super::*;
use crate::package::{PypiName, PypiPackage, PypiVersion};

const SHA: &str = "00112233445566778899aabbccddeeff00112233445566778899AABBCCDDEEFF";

fn package(name: &str, version: &str) -> PypiPackage {
    PypiPackage {
        name: PypiName::parse(name).unwrap(),
        version: PypiVersion::parse(version).unwrap(),
    }
}

fn file(name: &str, more: &str) -> String {
    let address = percent_encoding::utf8_percent_encode(name, percent_encoding::NON_ALPHANUMERIC);
    listed(name, &format!("https://x.invalid/{address}"), more)
}

fn listed(name: &str, url: &str, more: &str) -> String {
    format!(r#"{{"filename":"{name}","url":"{url}","hashes":{{"sha256":"{SHA}"}}{more}}}"#)
}

fn index(files: &[String], more: &str) -> String {
    let files = files.join(",");
    format!(r#"{{"meta":{{"api-version":"1.4"}},"name":"Sample_Project","files":[{files}]{more}}}"#)
}

fn read(document: &str, version: &str) -> Result<Option<Release>, IndexError> {
    let index = super::index(document.as_bytes(), &package("sample-project", version))?;
    Ok(index.release)
}

fn names(release: &Release) -> Vec<&str> {
    release
        .files
        .iter()
        .map(|file| file.filename.as_str())
        .collect()
}

#[test]
fn the_files_of_a_version_are_selected_by_parsed_names() {
    let document = index(
        &[
            file("sample_project-1.0.tar.gz", ""),
            file("Sample.Project-1.0.0-py3-none-any.whl", ""),
            file("sample_project-1.0.1.tar.gz", ""),
            file("sample_project-11.0.tar.gz", ""),
            file("sample_project_extra-1.0.tar.gz", ""),
            file("other-1.0-py3-none-any.whl", ""),
        ],
        "",
    );
    let found = read(&document, "1.0").unwrap().unwrap();
    assert_eq!(
        names(&found),
        [
            "Sample.Project-1.0.0-py3-none-any.whl",
            "sample_project-1.0.tar.gz"
        ]
    );
    assert_eq!(
        found.files[0].digest.as_ref().unwrap()[..3],
        [0, 0x11, 0x22]
    );
    assert_eq!(found.unattestable, Vec::<String>::new());
}

#[test]
fn provenance_null_and_absent_are_told_apart() {
    let advertised = |more: &str| {
        let document = index(&[file("sample_project-1.0.tar.gz", more)], "");
        read(&document, "1.0").map(|release| release.unwrap().files[0].provenance.clone())
    };
    assert_eq!(advertised(""), Ok(AdvertisedProvenance::Unstated));
    assert_eq!(
        advertised(r#","provenance":null"#),
        Ok(AdvertisedProvenance::No)
    );
    assert_eq!(
        advertised(r#","provenance":"https://x""#),
        Ok(AdvertisedProvenance::Yes(StatedAddress::new("https://x")))
    );
    for wrong in ["false", "0", "[]", "{}"] {
        assert!(
            advertised(&format!(r#","provenance":{wrong}"#)).is_err(),
            "{wrong}"
        );
    }
}

#[test]
fn withdrawals_keep_their_reason() {
    let yanked = |more: &str| {
        let document = index(&[file("sample_project-1.0.tar.gz", more)], "");
        read(&document, "1.0").map(|release| release.unwrap().files[0].yanked.clone())
    };
    assert_eq!(yanked(""), Ok(None));
    assert_eq!(yanked(r#","yanked":false"#), Ok(None));
    assert_eq!(yanked(r#","yanked":true"#), Ok(Some(String::new())));
    assert_eq!(
        yanked(r#","yanked":"broken""#),
        Ok(Some("broken".to_owned()))
    );
    for wrong in ["null", "1", "[]"] {
        assert!(yanked(&format!(r#","yanked":{wrong}"#)).is_err(), "{wrong}");
    }
}

#[test]
fn a_version_without_files_is_not_a_missing_version() {
    let listed = index(&[], r#","versions":["1.0.0"]"#);
    assert_eq!(read(&listed, "1.0").unwrap().unwrap().files, Vec::new());
    assert_eq!(read(&listed, "1.1"), Ok(None));
    assert_eq!(read(&index(&[], ""), "1.0"), Ok(None));
}

#[test]
fn another_projects_index_is_refused() {
    let document = index(&[file("sample_project-1.0.tar.gz", "")], "");
    assert!(read(&document, "1.0").is_ok());
    let other = document.replace("Sample_Project", "sample-projects");
    assert_eq!(
        read(&other, "1.0"),
        Err(IndexError::OtherProject("sample-project".to_owned()))
    );
}

#[test]
fn only_major_version_one_is_read() {
    for (version, fine) in [
        ("1", true),
        ("1.0", true),
        ("1.27", true),
        ("2.0", false),
        ("10.1", false),
        ("1.", false),
        ("1.x", false),
        ("", false),
    ] {
        let document = index(&[], "").replace("1.4", version);
        assert_eq!(read(&document, "1.0").is_ok(), fine, "{version}");
    }
}

/// Only of that file nothing can be said then, and only where it is one of the release.
#[test]
fn a_file_of_the_release_needs_its_digest() {
    let document = index(
        &[
            file("sample_project-1.0.tar.gz", ""),
            file("sample_project-1.0.zip", "").replace(SHA, &"1".repeat(64)),
        ],
        "",
    );
    for wrong in [
        SHA.trim_start_matches('0'),
        &format!("{SHA}00"),
        "",
        &SHA.replace('0', "g"),
    ] {
        let broken = document.replace(SHA, wrong);
        let found = read(&broken, "1.0").unwrap().unwrap();
        let told = found.files[0].digest.as_ref().unwrap_err();
        assert!(
            told.contains("no usable sha256 for `sample_project-1.0.tar.gz`"),
            "{told}"
        );
        assert_eq!(found.files[1].digest, Ok([0x11; 32]));
        assert_eq!(read(&broken, "2.0"), Ok(None), "no file of that release");
    }
}

#[test]
fn a_file_listed_twice_is_refused() {
    let one = file("sample_project-1.0.tar.gz", "");
    let twice = index(&[one.clone(), one], "");
    assert_eq!(
        read(&twice, "1.0"),
        Err(IndexError::Twice("sample_project-1.0.tar.gz".to_owned()))
    );
}

#[test]
fn what_pip_would_install_besides_is_not_overlooked() {
    let also = |name: &str, version: &str| {
        let document = index(&[file("sample_project-1.0.tar.gz", ""), file(name, "")], "");
        read(&document, version)
            .unwrap()
            .is_some_and(|release| release.unattestable == [name])
    };
    for name in [
        "sample_project-1.0.tar.bz2",
        "sample-project-1.0.tgz",
        "Sample.Project-1.0.0.TAR.GZ",
        "sample_project-1.0-oddbuild-py3-none-any-x.whl",
    ] {
        assert!(also(name, "1.0"), "{name}");
        assert!(!also(name, "1.1"), "{name}");
    }
    assert!(also("sample_project-1.0-1.tar.gz", "1.0.post1"));
    assert!(!also("sample_project-1.0-1.tar.gz", "1.0"));
    assert!(!also("other-1.0.tar.bz2", "1.0"));
}

#[test]
fn eggs_and_installers_are_only_mentioned() {
    let document = index(
        &[
            file("sample_project-1.0-py3.8.egg", ""),
            file("sample_project-1.0.win-amd64-py2.7.exe", ""),
            file("sample_project-0.9-py3.8.egg", ""),
        ],
        "",
    );
    let found = read(&document, "1.0").unwrap().unwrap();
    assert_eq!(found.files, Vec::new());
    assert_eq!(
        found.other_files,
        [
            "sample_project-1.0-py3.8.egg",
            "sample_project-1.0.win-amd64-py2.7.exe"
        ]
    );
}

#[test]
fn a_release_has_a_bounded_number_of_files() {
    let files = |count: usize| -> Vec<String> {
        (0..count)
            .map(|at| file(&format!("sample_project-1.0-{at}-py3-none-any.whl"), ""))
            .collect()
    };
    let most = crate::evidence::limits::MAX_RELEASE_FILES;
    assert!(read(&index(&files(most), ""), "1.0").is_ok());
    assert_eq!(
        read(&index(&files(most + 1), ""), "1.0"),
        Err(IndexError::TooManyFiles(most))
    );
}

/// What an index of the largest size can hold of the shortest entries takes twenty times the memory.
#[test]
fn the_lists_of_an_index_are_bounded() {
    let most = crate::evidence::limits::MAX_INDEX_ENTRIES;
    let versions = |count: usize| {
        let versions = vec![r#""""#; count].join(",");
        index(&[], &format!(r#","versions":[{versions}]"#))
    };
    let files = |count: usize| index(&vec![r#"{"filename":"a","url":"a"}"#.to_owned(); count], "");
    for document in [versions(most + 1), files(most + 1)] {
        let error = read(&document, "1.0").unwrap_err().to_string();
        assert!(error.contains("more than 100000 entries"), "{error}");
    }
    // The controls: one fewer.
    for document in [versions(most), files(most)] {
        assert_eq!(read(&document, "1.0"), Ok(None));
    }
}

#[test]
fn provenance_has_a_version_and_bounds() {
    let attestation = r#"{"version":1,"verification_material":{"certificate":"","transparency_entries":[{}]},"envelope":{"statement":"","signature":""}}"#;
    let document = |bundles: usize, attestations: usize| {
        let list = vec![attestation; attestations].join(",");
        let bundle = format!(r#"{{"publisher":{{}},"attestations":[{list}]}}"#);
        format!(
            r#"{{"version":1,"attestation_bundles":[{}]}}"#,
            vec![bundle; bundles].join(",")
        )
    };
    let fine = document(1, 32);
    assert_eq!(
        Provenance::parse(fine.as_bytes())
            .unwrap()
            .attestation_bundles[0]
            .attestations
            .len(),
        32
    );
    assert!(Provenance::parse(document(32, 1).as_bytes()).is_ok());
    for wrong in [
        document(33, 1),
        document(1, 33),
        fine.replacen(r#""version":1"#, r#""version":2"#, 1),
        fine.replacen(
            r#""version":1,"verification"#,
            r#""version":"1","verification"#,
            1,
        ),
        fine.replacen(r#""version":1,"#, "", 1),
        r#"{"version":1}"#.to_owned(),
    ] {
        assert!(Provenance::parse(wrong.as_bytes()).is_err());
    }
}

#[test]
fn the_status_of_the_project_is_read() {
    let document = index(&[], r#","project-status":{"status":"archived"}"#);
    let read = super::index(document.as_bytes(), &package("sample-project", "1.0")).unwrap();
    assert_eq!(read.release, None);
    assert_eq!(read.status.unwrap().word, StatusWord::Archived);
}

proptest! {
    #[test]
    fn any_bytes_are_answered(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        prop_assert!(super::index(&bytes, &package("a", "1")).is_err());
    }

    #[test]
    fn any_file_name_is_answered(name in "[ -!#-\\[\\]-~é]{0,40}") {
        let found = read(&index(&[file(&name, "")], ""), "1.0");
        prop_assert_eq!(found, Ok(None));
    }
}

/// The bundle made of an attestation is not checked again, so the document must be, however deep.
#[test]
fn a_duplicate_key_inside_a_log_entry_is_refused_with_the_document() {
    let document = |entry: &str| {
        let attestation = format!(
            r#"{{"version":1,"verification_material":{{"certificate":"","transparency_entries":[{entry}]}},"envelope":{{"statement":"","signature":""}}}}"#
        );
        let bundle = format!(r#"{{"publisher":{{}},"attestations":[{attestation}]}}"#);
        Provenance::parse(format!(r#"{{"version":1,"attestation_bundles":[{bundle}]}}"#).as_bytes())
    };
    assert!(document(r#"{"a":[{"c":1,"d":2}]}"#).is_ok());
    let error = document(r#"{"a":[{"c":1,"c":2}]}"#).unwrap_err();
    assert!(error.to_string().contains("duplicate key `c`"), "{error}");
}
