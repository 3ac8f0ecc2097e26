use proptest::prelude::*;

use super::DistFilename;

fn parse(text: &str) -> DistFilename {
    DistFilename::parse(text).unwrap_or_else(|error| panic!("{error}"))
}

#[test]
fn reads_name_and_version() {
    for (text, name, version) in [
        ("sampleproject-4.0.0.tar.gz", "sampleproject", "4.0.0"),
        (
            "sampleproject-4.0.0-py3-none-any.whl",
            "sampleproject",
            "4.0",
        ),
        (
            "Pypi.Attestations-0.0.19.0.zip",
            "pypi-attestations",
            "0.0.19",
        ),
        ("a-b-c-1.0.tar.gz", "a-b-c", "1.0"),
        (
            "numpy-2.0.0-1-cp312-cp312-manylinux_2_17_x86_64.manylinux2014_x86_64.whl",
            "numpy",
            "2.0.0",
        ),
        ("x-1!2.0+local.1-py2.py3-none-any.whl", "x", "1!2.0+local.1"),
    ] {
        let file = parse(text);
        assert_eq!(file.as_str(), text);
        assert_eq!(file.name().as_str(), name);
        assert_eq!(
            file.version(),
            &crate::package::PypiVersion::parse(version).unwrap()
        );
    }
}

#[test]
fn refuses_everything_else() {
    for bad in [
        "",
        ".whl",
        "x-1.0.whl",
        "x-1.0-py3-none.whl",
        "x-1.0-a-py3-none-any.whl",
        "x-1.0-1-py3-none-any-more.whl",
        "x-1.0--none-any.whl",
        "x-1.0-py3.-none-any.whl",
        "x__y-1.0-py3-none-any.whl",
        "x-latest-py3-none-any.whl",
        "_x-1.0-py3-none-any.whl",
        "x-1.0.tar.bz2",
        "x-1.0.egg",
        "x-1.0.exe",
        "x-1.0.TAR.GZ",
        "x.tar.gz",
        "x-.tar.gz",
        "-1.0.tar.gz",
        "x-1.0.tar.gz.asc",
        "../x-1.0.tar.gz",
        "x/y-1.0.tar.gz",
        "x-1.0%2e.tar.gz",
        "x-1.0?.tar.gz",
        "x-1.0 .tar.gz",
        "х-1.0.tar.gz", // the Cyrillic х
        &format!("{}-1.0.tar.gz", "x".repeat(255)),
    ] {
        assert!(DistFilename::parse(bad).is_err(), "{bad:?}");
    }
}

#[test]
fn same_distribution_is_name_version_and_format() {
    for (one, same) in [
        (
            "Pypi.Attestations-0.0.19.0.tar.gz",
            "pypi_attestations-0.0.19.tar.gz",
        ),
        ("x-1.0-py2.py3-none-any.whl", "X-1.0.0-py3.py2-none-any.whl"),
        ("x-1.0-01b-py3-none-any.whl", "x-1.0-1b-py3-none-any.whl"),
    ] {
        assert!(parse(one).same_distribution(&parse(same)), "{one} {same}");
        assert!(parse(same).same_distribution(&parse(one)), "{same} {one}");
    }
    let wheel = "x-1.0-1-py3-none-any.whl";
    for other in [
        "x-1.0-py3-none-any.whl",
        "x-1.0-2-py3-none-any.whl",
        "x-1.0-1b-py3-none-any.whl",
        "x-1.0-1-py2.py3-none-any.whl",
        "x-1.0-1-py3-abi3-any.whl",
        "x-1.0-1-py3-none-win32.whl",
        "x-1.1-1-py3-none-any.whl",
        "y-1.0-1-py3-none-any.whl",
        "x-1.0.tar.gz",
    ] {
        assert!(!parse(wheel).same_distribution(&parse(other)), "{other}");
    }
    assert!(!parse("x-1.0.tar.gz").same_distribution(&parse("x-1.0.zip")));
    assert!(!parse("x-1.0.tar.gz").same_distribution(&parse("x-11.0.1.tar.gz")));
}

proptest! {
    #[test]
    fn nothing_panics(text in any::<String>(), like in "[a-z0-9._!+-]{0,40}(\\.whl|\\.tar\\.gz|\\.zip)") {
        for text in [text, like] {
            if let Ok(file) = DistFilename::parse(&text) {
                prop_assert!(file.same_distribution(&file));
                prop_assert_eq!(file.as_str(), text);
            }
        }
    }
}
