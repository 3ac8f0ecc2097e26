use super::Requirement;

/// The exact version of an entry of npm's overrides, or that it is a range.
#[track_caller]
fn npm(package: &str, version: &str) -> Option<String> {
    let required = Requirement::npm(package, version).unwrap_or_else(|error| panic!("{error}"));
    required.exact.map(|exact| exact.to_string())
}

#[track_caller]
fn pypi(line: &str) -> (String, String, Option<String>) {
    let required = Requirement::pypi(line).unwrap_or_else(|error| panic!("{error}"));
    let exact = required.exact.map(|exact| exact.to_string());
    (required.name.as_str().to_owned(), required.versions, exact)
}

#[test]
fn npm_takes_these_for_one_version() {
    for version in [
        "6.28.0",
        "=6.28.0",
        "v6.28.0",
        " 6.28.0 ",
        "= 6.28.0",
        "6.28.0+build.1",
    ] {
        assert_eq!(
            npm("undici", version).as_deref(),
            Some("undici@6.28.0"),
            "{version}"
        );
    }
    let rc = npm("@modelcontextprotocol/sdk", "1.26.0-rc.1");
    assert_eq!(rc.as_deref(), Some("@modelcontextprotocol/sdk@1.26.0-rc.1"));
    // What follows the name selects which requirements are overridden.
    for package in ["undici@^5", "undici@5.0.0", "undici@>=5 <6"] {
        assert_eq!(
            npm(package, "6.28.0").as_deref(),
            Some("undici@6.28.0"),
            "{package}"
        );
    }
    assert_eq!(npm("@a/b@1.x", "2.0.0").as_deref(), Some("@a/b@2.0.0"));
}

/// A range that leaves one version pins it, however it is written: it has to be verified too.
#[test]
fn ranges_that_leave_one_version_pin_it() {
    for version in [
        "6.28.0 <7",
        ">=6 6.28.0",
        "6.28.0 =6.28.0",
        "6.28.0 || v6.28.0",
        "6.28.0 - 6.28.0",
        ">=6.28.0 <=6.28.0",
        "<= 6.28.0 >= v6.28.0 ^6",
    ] {
        assert_eq!(
            npm("undici", version).as_deref(),
            Some("undici@6.28.0"),
            "{version}"
        );
    }
    for line in [
        "mcp>=1.28,<=1.28.0",
        "mcp<=1.28, >=1.28; python_version > '3'",
    ] {
        let (_, _, exact) = pypi(line);
        assert_eq!(exact.as_deref(), Some("mcp@1.28"), "{line}");
    }
    // These leave more than one.
    for version in [
        "6.28.0 ||",
        "6.28.0 || 6.28.1",
        "6.28.0 - 6.29.0",
        ">=6.28.0 <=6.28.1",
    ] {
        assert_eq!(npm("undici", version), None, "{version}");
    }
    assert_eq!(pypi("mcp>=1.28,<=1.29").2, None);
}

#[test]
fn npm_takes_these_for_ranges() {
    for version in [
        "^1.2.0",
        "~1.2",
        "1",
        "1.x",
        "1.2.X",
        "*",
        "x",
        ">=1.2.3",
        ">= 1.2.3",
        ">=1.2.3 <2",
        "1.2.3 - 2.0.0",
        "1.2.3 || 2.0.0",
        "^1 || ^2",
        "1.2.3+b||",
        "1.2.3 || *",
        "^v1.2.3-rc.1+x",
        "~>1.2",
    ] {
        assert_eq!(npm("undici", version), None, "{version}");
    }
}

/// Of npm-package-arg and Arborist's overrides.
#[test]
fn npm_may_read_these_as_something_else() {
    for version in [
        "npm:evil@1.0.0",
        "NPM:evil@1.0.0",
        "https://evil.example/x.tgz",
        "http:evil",
        "git+https://github.com/o/r.git",
        "git+ssh://git@github.com/o/r.git",
        "git@github.com:o/r.git",
        "github:o/r",
        "gitlab:o/r",
        "gist:11081aaa281",
        "o/r",
        "o/r#semver:^1",
        "file:../x",
        "link:../x",
        "workspace:*",
        "./x",
        "../x",
        ".",
        "/x",
        "~/x",
        " ./x",
        "c:x",
        "x.tgz",
        "1.2.3-x.tgz",
        "1.2.3-x.TAR.GZ",
        "1.2.3-x.tar",
        "$undici",
        "$nuxt",
        "latest",
        "next",
        "1.2.3beta",
        "01.2.3",
        "1.2.3.4",
        "99999999999999999999.0.0",
        "^9007199254740992",
        "^9007199254740991",
        "9007199254740991",
        // Tags to node-semver.
        "x.1",
        "1.*.3",
        "1.x.3-rc.1",
        "1.2.x-rc.1",
        ">",
        ">=",
        "> > 1",
        "^^1",
        "==1.2.3",
        "1.2.3 latest",
        "1.2.3 || latest",
        "1.2.3\n",
        "1.2.3\t",
        "1.2.3\u{a0}",
        "1․2․3",
        "",
        " ",
        "-",
        "1-",
        "1.2-rc",
        &"1".repeat(257),
        &"1 ".repeat(300),
    ] {
        assert!(Requirement::npm("undici", version).is_err(), "{version:?}");
    }
    for package in [
        "",
        ".",
        "$undici",
        "undici@",
        "undici@latest",
        "undici@npm:evil@1",
        "undici@https://evil.example/x.tgz",
        "undici@^5@6",
        "o/r",
        "@a",
        "evil.tgz",
        "npm:evil",
        "undici ",
        "un\ndici",
        "__proto__",
        "*",
    ] {
        assert!(Requirement::npm(package, "1.2.3").is_err(), "{package:?}");
    }
}

#[test]
fn uv_takes_these_for_packages_of_the_index() {
    for (line, name, versions, exact) in [
        ("mcp<2", "mcp", "<2", None),
        ("cryptography>=50.0.0", "cryptography", ">=50.0.0", None),
        ("mcp[cli]>=1.28.1,<2", "mcp", ">=1.28.1,<2", None),
        ("mcp", "mcp", "", None),
        ("mcp ~= 1.2", "mcp", "~= 1.2", None),
        ("mcp==1.*", "mcp", "==1.*", None),
        ("mcp!=1.2.3", "mcp", "!=1.2.3", None),
        ("mcp (>=1,<2)", "mcp", ">=1,<2", None),
        ("mcp==1.2.3", "mcp", "==1.2.3", Some("mcp@1.2.3")),
        ("mcp===1.2.3", "mcp", "===1.2.3", Some("mcp@1.2.3")),
        ("mcp >1, ==1.2.3", "mcp", ">1, ==1.2.3", Some("mcp@1.2.3")),
        (
            "mcp==1.2.3,==1.2.3.0",
            "mcp",
            "==1.2.3,==1.2.3.0",
            Some("mcp@1.2.3"),
        ),
        (
            "Mcp_Server[a, b] == v1.2.3",
            "mcp-server",
            "== v1.2.3",
            Some("Mcp_Server@1.2.3"),
        ),
        (
            "torch==2.1.0+cpu",
            "torch",
            "==2.1.0+cpu",
            Some("torch@2.1.0+cpu"),
        ),
        (
            "fastmcp>=3.2.0; python_version < '3.14'",
            "fastmcp",
            ">=3.2.0; python_version < '3.14'",
            None,
        ),
        (
            "fastmcp==3.2.0 ; (sys_platform == \"linux\" and extra != 'x')",
            "fastmcp",
            "==3.2.0; (sys_platform == \"linux\" and extra != 'x')",
            Some("fastmcp@3.2.0"),
        ),
    ] {
        let expected = (
            name.to_owned(),
            versions.to_owned(),
            exact.map(str::to_owned),
        );
        assert_eq!(pypi(line), expected, "{line}");
    }
}

/// Of uv's reader of requirements files.
#[test]
fn uv_may_read_these_as_something_else() {
    for line in [
        "",
        " ",
        "-e .",
        "-r other.txt",
        "-c other.txt",
        "--index-url https://evil.example/simple",
        "--extra-index-url=https://evil.example/simple",
        "--find-links ./x",
        "mcp --index-url https://evil.example/simple",
        "mcp==1.2.3 --hash=sha256:00",
        "mcp==1.2.3; python_version > '3' --hash=sha256:00",
        "mcp @ https://evil.example/mcp.whl",
        "mcp@https://evil.example/mcp.whl",
        "mcp[cli] @ git+https://github.com/o/r",
        "mcp @ file:///tmp/x",
        "https://evil.example/mcp.whl",
        "git+https://github.com/o/r#egg=mcp",
        "./mcp",
        ".",
        "/tmp/mcp",
        "mcp-1.2.3-py3-none-any.whl",
        "mcp-1.2.3.tar.gz",
        "mcp.zip",
        "mcp.tar.gz[cli]",
        "c:\\x",
        "mcp<2 # a comment",
        "# a comment",
        "mcp<2 \\",
        "mcp<2\\",
        "mcp<2\nevil==1",
        "mcp<2\r-r x",
        "mcp<2\tevil",
        "mcp<2; python_version > '3' # x",
        "mcp<2; python_version > '3' \\",
        "mcp<2; '${HOME}'",
        "mcp<2;",
        "mcp<2; x; y",
        "mcp==${VERSION}",
        "${NAME}==1",
        "mcp evil",
        "mcp<2 evil<3",
        "mcp latest",
        "mcp==latest",
        "mcp=1",
        "mcp==1.2.3,==1.2.4",
        "mcp[cli<2",
        "mcp[c/d]<2",
        "mcp[cli]]<2",
        "-mcp<2",
        "mcp-<2",
        "mсp<2",
        &format!("mcp<{}", "1".repeat(600)),
    ] {
        assert!(Requirement::pypi(line).is_err(), "{line:?}");
    }
}

#[test]
fn names_are_those_of_the_registry() {
    let own = Requirement::pypi("acme.widget==1.2.3")
        .unwrap()
        .exact
        .unwrap();
    for line in ["Acme_Widget<2", "acme--widget[x]==9", "ACME.WIDGET"] {
        assert!(Requirement::pypi(line).unwrap().name.is_of(&own), "{line}");
    }
    assert!(!Requirement::pypi("acme-widget2").unwrap().name.is_of(&own));
    let own = Requirement::npm("JSONStream", "1.0.0")
        .unwrap()
        .exact
        .unwrap();
    assert!(
        Requirement::npm("JSONStream@1", "^2")
            .unwrap()
            .name
            .is_of(&own)
    );
    assert!(
        !Requirement::npm("jsonstream", "1")
            .unwrap()
            .name
            .is_of(&own)
    );
    assert!(!Requirement::pypi("jsonstream").unwrap().name.is_of(&own));
}
