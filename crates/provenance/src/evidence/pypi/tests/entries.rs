//! Which entries of an index count as files of a release.

use super::*;

/// pip names a file by its address: an unattested wheel could stand behind the name of a text file.
#[test]
fn an_address_that_names_a_file_of_the_release_counts_as_one() {
    const WHEEL: &str = "sample_project-1.0-cp312-cp312-any.whl";
    let honest = file("sample_project-1.0.tar.gz", "");
    for (name, url) in [
        ("README.txt", format!("https://x.invalid/{WHEEL}")),
        (
            "README.txt",
            "https://x.invalid/%73ample_project-1.0-cp312-cp312-any.whl".to_owned(),
        ),
        (
            "zzz.zip",
            "https://x.invalid/zzz.zip#egg=sample-project-1.0".to_owned(),
        ),
        (
            "zzz.zip",
            "https://x.invalid/zzz.zip?a=1&egg=sample-project-1.0".to_owned(),
        ),
        // A name of this project does not excuse what stands behind it.
        (
            "sample_project-0.9.zip",
            "https://x.invalid/q.zip#egg=sample-project-1.0&/sample_project-0.9.zip".to_owned(),
        ),
        (
            "sample_project-0.9.zip",
            format!("https://x.invalid/{WHEEL}"),
        ),
        // Names that an installer would read as the wheel's after its own splitting and decoding.
        ("", format!("https://x.invalid/{WHEEL}/")),
        (".", format!("{WHEEL}/.")),
        ("..", format!("{WHEEL}/x/..")),
        (
            "a/x",
            "https://x.invalid/a%2Fsample_project-1.0-cp312-cp312-any.whl".to_owned(),
        ),
        (
            "x",
            "https://x.invalid/sample_project-1%252E0-cp312-cp312-any.whl".to_owned(),
        ),
        ("x", " sample_project-1.0-cp312-cp312-any.whl".to_owned()),
        (
            "x",
            "https://x.invalid/sample_project-1.0-cp312-cp312-any.wh\\tl".to_owned(),
        ),
        (
            "x",
            "https:sample_project-1.0-cp312-cp312-any.whl".to_owned(),
        ),
    ] {
        let document = index(&[honest.clone(), listed(name, &url, "")], "");
        let found = read(&document, "1.0").unwrap().unwrap();
        assert_eq!(names(&found), ["sample_project-1.0.tar.gz"], "{url}");
        assert_eq!(found.unattestable.len(), 1, "{url}: {found:?}");
        assert_eq!(read(&document, "2.0"), Ok(None), "{url}");
    }
    let elsewhere = listed(WHEEL, "https://x.invalid/other.whl", "");
    let found = read(&index(&[honest.clone(), elsewhere], ""), "1.0");
    let found = found.unwrap().unwrap();
    let told = found.files[0].digest.as_ref().unwrap_err();
    assert!(
        told.contains("an address that names another file"),
        "{told}"
    );
    for url in [
        format!("https://x.invalid/a/b/{WHEEL}#sha256={SHA}"),
        format!("../../packages/{WHEEL}"),
        format!("https://x.invalid/{}", WHEEL.replace('-', "%2D")),
    ] {
        let document = index(&[honest.clone(), listed(WHEEL, &url, "")], "");
        let found = read(&document, "1.0").unwrap().unwrap();
        assert_eq!(found.files.len(), 2, "{url}");
        assert!(found.files.iter().all(|file| file.digest.is_ok()), "{url}");
    }
}

/// What people uploaded twenty years ago says nothing of the release that is asked for.
#[test]
fn odd_files_of_other_versions_do_not_matter() {
    let honest = file("sample_project-1.0.tar.gz", "");
    for odd in [
        file("sample_project-0.1%2Bx.zip", ""),
        listed("sample_project-0.1.zip", "https://x.invalid/other.zip", ""),
        listed(
            "sample_project-0.1.zip",
            "https://x.invalid/a#b/sample_project-0.1.zip#c",
            "",
        ),
        listed("README", "https://x.invalid/#egg=other-1.0", ""),
        file("sample_project-0.1.zip", r#","yanked":null,"provenance":7"#),
        file("sample_project-0.1.zip", "").replace(r#"{"sha256""#, r#"{"sha256":[],"x""#),
        file("sample_project-0.1.zip", "").replace(r#""hashes":{"#, r#""hashes":null,"h":{"#),
        file(&format!("sample_project-{}.zip", "1".repeat(400)), ""),
        file("", ""),
        file("..", ""),
        file("a:b\\u0000?#/", ""),
    ] {
        let document = index(&[honest.clone(), odd.clone()], "");
        let found = read(&document, "1.0").unwrap().unwrap();
        assert_eq!(names(&found), ["sample_project-1.0.tar.gz"], "{odd}");
        assert_eq!(found.unattestable, Vec::<String>::new(), "{odd}");
    }
}

/// One absurd name must not cost minutes: each `-` in it was a place to cut it.
#[test]
fn a_name_beyond_any_file_system_is_read_at_once() {
    for long in [
        "-".repeat(200_000),
        format!("sample-project-{}", "1-".repeat(100_000)),
    ] {
        let document = index(&[file(&format!("{long}.zip"), "")], "");
        assert_eq!(read(&document, "1.0"), Ok(None));
    }
}
