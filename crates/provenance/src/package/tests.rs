use proptest::prelude::*;

use super::{GoPackage, NpmName, NpmVersion, PackageVersion, PypiName, PypiPackage, PypiVersion};

#[test]
fn npm_names() {
    for good in [
        "nuxt",
        "JSONStream",
        "@scope/name",
        "@21st-dev/magic",
        "@-xun/x",
        "@scope/_private",
        "lodash.merge",
        "htmx.ext...chunked-transfer",
        "a..b",
        "a..",
        "@a..b/c..d",
        "a",
        "7zip",
        &"a".repeat(214),
    ] {
        assert_eq!(NpmName::parse(good).unwrap().as_str(), good);
    }
    for bad in [
        "",
        "user/repo",
        "git+https://github.com/o/r.git",
        "https://example.org/x.tgz",
        "file:x",
        "npm:alias@1",
        "../../-/npm/v1/keys",
        "..",
        ".hidden",
        "_x",
        "-flag",
        "a b",
        " a",
        "a\n",
        "a%2fb",
        "a?b",
        "a#b",
        "a\\b",
        "a\u{0}b",
        "nuxt@latest",
        "@scope",
        "@scope/",
        "@/name",
        "@scope/a/b",
        "@scope/../x",
        "@scope/..",
        "@scope/.",
        "@../x",
        ".",
        "...",
        "@scope/name@1.0.0",
        "@Scope/name",
        "@scope/Name",
        "@scope/.name",
        "node_modules",
        "favicon.ico",
        "a~b",
        "a'b",
        "nüxt",
        "nuхt", // the Cyrillic х
        &"a".repeat(215),
    ] {
        assert!(NpmName::parse(bad).is_err(), "{bad:?}");
    }
}

#[test]
fn npm_versions() {
    for good in [
        "1.0.0",
        "0.0.0",
        "1.2.3-rc.1",
        "2026.7.4",
        "9007199254740991.0.0",
    ] {
        assert_eq!(NpmVersion::parse(good).unwrap().as_str(), good);
    }
    for bad in [
        "",
        "latest",
        "*",
        "x",
        "1",
        "1.0",
        "1.x",
        "1.0.*",
        "^1.0.0",
        "~1.0.0",
        ">=1.0.0",
        "=1.0.0",
        "v1.0.0",
        "1.0.0 ",
        " 1.0.0",
        "1.0.0+build",
        "01.0.0",
        "1.0.0-01",
        "1.0.0 || 2.0.0",
        "1.0.0 - 2.0.0",
        "1.0.0/../2.0.0",
        "1.0.0\n",
        "9007199254740992.0.0",
        "١.0.0",
    ] {
        assert!(NpmVersion::parse(bad).is_err(), "{bad:?}");
    }
    let long = format!("1.0.0-{}", "a".repeat(256));
    assert!(NpmVersion::parse(&long).is_err());
}

#[test]
fn pypi_names() {
    for (written, normalised) in [
        ("sampleproject", "sampleproject"),
        ("PyPI.Attestations", "pypi-attestations"),
        ("a-_.b", "a-b"),
        (
            "awslabs.aws-diagram-mcp-server",
            "awslabs-aws-diagram-mcp-server",
        ),
    ] {
        assert_eq!(PypiName::parse(written).unwrap().as_str(), normalised);
    }
    for bad in [
        "",
        "-a",
        "a-",
        ".a",
        "_a",
        "a b",
        "a\n",
        "name[extra]",
        "name@1",
        "name==1.0",
        "a>1",
        "https://x/y",
        "../a",
        "a/b",
        "a%2f",
        "ａ",
        "pаypal",
        &"a".repeat(256),
    ] {
        assert!(PypiName::parse(bad).is_err(), "{bad:?}");
    }
}

#[test]
fn pypi_versions_compare_as_pep_440_says() {
    let parse = |text: &str| PypiVersion::parse(text).unwrap();
    for (one, same) in [
        ("1.0", "1.0.0"),
        ("v1.0", "1"),
        ("1.0.0-beta.1", "1.0.0b1"),
        ("1!2.0", "1!2"),
        ("1.0+LOCAL.1", "1.0+local-1"),
        ("2026.07.04", "2026.7.4"),
    ] {
        assert_eq!(parse(one), parse(same));
    }
    for (one, other) in [
        ("1.0", "11.0.1"),
        ("0.0", "4.0.0"),
        ("1.0", "1.0+local"),
        ("1.0", "1!1.0"),
    ] {
        assert_ne!(parse(one), parse(other));
    }
    for bad in [
        "",
        "latest",
        "*",
        "1.*",
        "==1.0",
        ">=1.0",
        "~=1.0",
        "1.0,2.0",
        " 1.0",
        "1.0 ",
        "1.0\n",
        "1.0/..",
        "x1",
        "99999999999999999999999",
        "1.0-",
    ] {
        assert!(PypiVersion::parse(bad).is_err(), "{bad:?}");
    }
}

#[test]
fn a_go_package_may_lie_in_any_prefix_of_its_path_that_has_the_version() {
    for (path, version, modules) in [
        (
            "github.com/Owner/r/cmd/tool",
            "v1.2.3",
            &[
                "github.com/Owner/r/cmd/tool",
                "github.com/Owner/r/cmd",
                "github.com/Owner/r",
            ][..],
        ),
        ("github.com/o/r/v2/cmd", "v2.0.1", &["github.com/o/r/v2"]),
        // `v2` and `c++` are folders here.
        ("github.com/o/r/v2", "v1.0.0", &["github.com/o/r"]),
        ("github.com/o/r/c++", "v1.0.0", &["github.com/o/r"]),
        (
            "github.com/o/r/cmd",
            "v3.0.0+incompatible",
            &["github.com/o/r/cmd", "github.com/o/r"],
        ),
        ("gopkg.in/yaml.v3/cmd", "v3.0.1", &["gopkg.in/yaml.v3"]),
        (
            "gopkg.in/a.v1",
            "v0.0.0-20240101000000-abcdefabcdef",
            &["gopkg.in/a.v1"],
        ),
        (
            "go.uber.org/zap",
            "v1.0.0",
            &["go.uber.org/zap", "go.uber.org"],
        ),
    ] {
        let package = GoPackage::parse(path, version).unwrap();
        let found = package.modules();
        let found: Vec<&str> = found.iter().map(super::GoModule::path).collect();
        assert_eq!(found, modules, "{path}@{version}");
    }
    let package = GoPackage::parse("github.com/Owner/R", "v1.0.0-RC1").unwrap();
    let module = package.modules().remove(0);
    assert_eq!(module.escaped_path(), "github.com/!owner/!r");
    assert_eq!(module.escaped_version(), "v1.0.0-!r!c1");
    assert_eq!(package.github_repository().as_deref(), Some("Owner/R"));
}

#[test]
fn go_packages() {
    for (module, version) in [
        ("github.com/o/r", "v1.2.3"),
        ("github.com/o/r", "v0.0.0-20240101000000-abcdefabcdef"),
        ("github.com/o/r", "v2.0.0+incompatible"),
        ("github.com/o/r/v2", "v2.1.0"),
        ("github.com/o/r/v2/cmd/tool", "v2.1.0"),
        ("github.com/StacklokLabs/osv-mcp/cmd/server", "v0.1.0"),
        ("gopkg.in/yaml.v3", "v3.0.1"),
        ("go.uber.org/zap", "v1.0.0"),
    ] {
        let package = GoPackage::parse(module, version).unwrap();
        assert_eq!(
            (package.path.as_str(), package.version.as_str()),
            (module, version)
        );
    }
    for bad in [
        "",
        "name",
        "https://github.com/o/r",
        "github.com/o/r@v1.0.0",
        "github.com//r",
        "github.com/o/../r",
        "github.com/o/.r",
        "github.com/o/r/",
        "-github.com/o",
        "GitHub.com/o/r",
        "github.com/o/r\n",
        "github.com/o/é",
        "github.com/o/con.go",
        "github.com/o/a~1",
        "github.com/o",
        "github.com/o/r?x",
        "github.com/o/...",
        "./cmd",
        "fmt",
        "net/http",
    ] {
        let (name, version) = GoPackage::parse(bad, "v1.0.0").unwrap_err();
        assert!(name.is_some() && version.is_none(), "{bad:?}");
    }
    for bad in [
        "",
        "1.0.0",
        "v1",
        "v1.0",
        "latest",
        "main",
        "v1.0.0+build",
        "v1.0.0+incompatible",
        "v2.0.0",
        "V1.0.0",
        ">=v1.0.0",
    ] {
        let (name, version) = GoPackage::parse("github.com/o/r", bad).unwrap_err();
        assert!(name.is_none() && version.is_some(), "{bad:?}");
    }
    for (module, version) in [
        ("gopkg.in/yaml.v3", "v2.0.0"),
        ("gopkg.in/yaml.v3", "v3.0.0+incompatible"),
        ("gopkg.in/yaml", "v1.0.0"),
        ("example.com/m", "v2.0.0"),
    ] {
        assert!(
            GoPackage::parse(module, version).is_err(),
            "{module} {version}"
        );
    }
    let (name, version) = GoPackage::parse("..", "latest").unwrap_err();
    assert!(
        name.is_some() && version.is_some(),
        "both problems are reported"
    );
}

proptest! {
    #[test]
    fn nothing_panics_and_what_is_accepted_is_safe_in_a_url(text in any::<String>()) {
        let _ = (PypiVersion::parse(&text), NpmVersion::parse(&text));
        let _ = GoPackage::parse(&text, &text);
        for name in [
            NpmName::parse(&text).ok().map(|name| name.as_str().to_owned()),
            PypiName::parse(&text).ok().map(|name| name.as_str().to_owned()),
        ].into_iter().flatten() {
            prop_assert!(name.bytes().all(|byte| byte.is_ascii_graphic() && !b"%?#\\:".contains(&byte)));
        }
    }

    #[test]
    fn version_like_text_never_panics(text in "[v=]?[0-9!.a-c*+_-]{0,40}") {
        let _ = (PypiVersion::parse(&text), NpmVersion::parse(&text));
        let _ = GoPackage::parse("github.com/o/r", &text);
    }

    #[test]
    fn pypi_names_normalise_once(text in "[A-Za-z0-9]([A-Za-z0-9._-]{0,20}[A-Za-z0-9])?") {
        let once = PypiName::parse(&text).unwrap();
        prop_assert_eq!(&PypiName::parse(once.as_str()).unwrap(), &once);
    }

    #[test]
    fn versions_survive_being_written(major in 0u64..9999, minor in 0u64..9999, pre in "[a-z]{1,3}[0-9]{0,3}") {
        let npm = format!("{major}.{minor}.0-{pre}");
        let read = NpmVersion::parse(&npm).unwrap();
        prop_assert_eq!(read.as_str(), npm.as_str());
        let pypi = PypiVersion::parse(&format!("{major}.{minor}.dev{minor}")).unwrap();
        prop_assert_eq!(PypiVersion::parse(&pypi.to_string()).unwrap(), pypi);
    }
}

#[test]
fn a_pypi_package_is_shown_as_it_is_written_and_compared_as_it_is_meant() {
    let package = |name: &str, version: &str| {
        PackageVersion::Pypi(PypiPackage {
            name: PypiName::parse(name).unwrap(),
            version: PypiVersion::parse(version).unwrap(),
        })
    };
    let written = package("awslabs.aws_Diagram", "v1.0");
    let other = package("awslabs-aws-diagram", "1.0.0");
    assert_eq!(written.to_string(), "awslabs.aws_Diagram@v1.0");
    assert_eq!(written, other);
    assert_eq!(written.cmp(&other), std::cmp::Ordering::Equal);
    assert_eq!(std::collections::HashSet::from([written, other]).len(), 1);
}
