use super::*;
use crate::package::{PypiName, PypiVersion};

fn package(name: &str, version: &str) -> PypiPackage {
    PypiPackage {
        name: PypiName::parse(name).unwrap(),
        version: PypiVersion::parse(version).unwrap(),
    }
}

/// Each was tried on pip 23.3, pip 26.3 and uv 0.13: at least one of them installs it for `==4.0.0`.
#[test]
fn what_an_installer_takes_is_taken() {
    let package = package("kiss-kit", "4.0.0");
    let zeros = "0".repeat(300);
    for name in [
        "kiss-kit-4.0.0.tar.gz",
        "kiss_kit-4-py3-none-any.whl",
        "kiss.kit-v4.0.tar.gz",
        "KISS__KIT-04.00.000.zip",
        "kiss_kit-0!4.0.0.zip",
        "kiss_kit-4.0.0+corp.1-py3-none-any.whl",
        "kiss_kit-4.0.0+A_b.tar.gz",
        "kiss_kit-4.0.0+a-b.tar.gz",
        "kiss_kit-4.0.0+\u{17f}.zip",
        "kiss_kit-4.0.0 -1-py3-none-any.whl",
        "kiss_kit-4.0.0-1 -py3-none-any.whl",
        "kiss_kit- 4.0.0-py3-none-any.whl",
        "kiss_kit-4.0.0\u{a0}-py3-none-any.whl",
        "kiss_kit-4.0.0\u{3000}.tar.gz",
        "kiss_kit-4.0.0\u{1f}.tar.gz",
        "kiss_kit-4.0.0\u{85}.zip",
        "kiss_kit-4.0.0\n.tar.gz",
        "\u{212a}iss_\u{212a}it-4.0.0-py3-none-any.whl",
        "kiss_kit-4.0.0_py3.9-py3-none-any.whl",
        "kiss_kit-4.0.0-py3.9.tar.gz",
        "kiss_kit-4.0.0-py3.-none-any.whl",
        "kiss_kit-4.0.0-\u{661}-py3-none-any.whl",
        "kiss_kit-4.0.0-py3-none-any.whl.whl",
        "kiss_kit-4.0.0.Tar.gz",
        "kiss_kit-4.0.0.tar.zst",
        "kiss_kit-4.0.0.tlz",
        &format!("kiss_kit-4.{zeros}.0.tar.gz"),
        &format!("kiss_kit-4.0.0+{zeros}-py3-none-any.whl"),
    ] {
        assert_eq!(
            taken_as(name, "x", &package).as_deref(),
            Some(name),
            "{name:?}"
        );
    }
}

#[test]
fn what_none_takes_is_not() {
    let package = package("kiss-kit", "4.0.0");
    for name in [
        "kiss_kit-4.0.1.tar.gz",
        "kiss_kit-4.0.0rc1.tar.gz",
        "kiss_kit-4.0.0.post1.tar.gz",
        "kiss_kit-4.0.0-1.tar.gz",
        "kiss_kit-4.0.0_1-py3-none-any.whl",
        "kiss_kit-1!4.0.0.zip",
        "kiss_kit-14.0.0.zip",
        "kiss_kit-4.0.0%2Bx.zip.asc",
        "kiss_kit_extra-4.0.0.tar.gz",
        "kiss-4.0.0.tar.gz",
        "other-4.0.0.tar.gz",
        "kiss_kit_4.0.0.tar.gz",
        "kisskit-4.0.0.tar.gz",
        "kiss_kit_-4.0.0.tar.gz",
        "kiss_kit-4.0.0.tar.gz.asc",
        "kiss_kit-4.0.0.exe",
        "kiss_kit-4.0.0",
        "kiss_kit-\u{ff14}.0.0.tar.gz",
        "kiss_kit-4.0.0-python.tar.gz",
        "kiss_kit-.tar.gz",
        "",
    ] {
        assert_eq!(taken_as(name, name, &package), None, "{name:?}");
    }
}

/// With a local label in the specifier only that label is taken.
#[test]
fn a_pinned_local_label_is_exact() {
    let package = package("kiss-kit", "4.0.0+cpu.1");
    for (name, taken) in [
        ("kiss_kit-4.0.0+cpu.1.tgz", true),
        ("kiss_kit-4.0.0+CPU_1.tgz", true),
        ("kiss_kit-4+cpu-1 .tar.gz", true),
        ("kiss_kit-4.0.0.tgz", false),
        ("kiss_kit-4.0.0+cpu.2.tgz", false),
        ("kiss_kit-4.0.0+cpu.1.1.tgz", false),
    ] {
        assert_eq!(taken_as(name, "x", &package).is_some(), taken, "{name}");
    }
}

#[test]
fn a_project_whose_name_looks_like_a_version_is_cut_as_installers_cut_it() {
    let name = "a-1-2.tar.gz";
    assert!(taken_as(name, "x", &package("a", "1.post2")).is_some());
    assert!(taken_as(name, "x", &package("a-1", "2")).is_some());
    assert_eq!(taken_as(name, "x", &package("a", "2")), None);
}
