use crate::testing::{all, contradictions, read};
use crate::{Digests, Lock, LockErrorKind, Reach, What};

fn lock(packages: &str) -> Lock {
    read(
        "uv.lock",
        &format!("version = 1\nrevision = 3\nrequires-python = \">=3.12\"\n{packages}"),
    )
    .unwrap()
}

const HASH: &str = "sha256:0000000000000000000000000000000000000000000000000000000000000000";

fn wheel(name: &str) -> String {
    format!(
        "wheels = [\n    {{ url = \"https://files.pythonhosted.org/packages/{name}\", hash = \"{HASH}\", size = 1 }},\n]\n"
    )
}

#[test]
fn an_ordinary_lock_is_read() {
    let lock = lock(&format!(
        r#"
[[package]]
name = "app"
version = "0.1.0"
source = {{ virtual = "." }}
dependencies = [{{ name = "a" }}]

[package.dev-dependencies]
dev = [{{ name = "d" }}]

[[package]]
name = "a"
version = "1.0"
source = {{ registry = "https://pypi.org/simple" }}
dependencies = [{{ name = "b" , marker = "os_name == 'nt'" }}]
sdist = {{ url = "https://files.pythonhosted.org/packages/a-1.0.tar.gz", hash = "{HASH}", size = 2 }}
{}
[[package]]
name = "b"
version = "2.0"
source = {{ registry = "https://pypi.org/simple/" }}
{}
[[package]]
name = "d"
version = "3.0"
source = {{ registry = "https://pypi.org/simple" }}
dependencies = [{{ name = "b" }}]
{}"#,
        wheel("a-1.0-py3-none-any.whl"),
        wheel("b-2.0-py3-none-any.whl"),
        wheel("d-3.0-py3-none-any.whl")
    ));
    assert_eq!(all(&lock), ["own: .", "a@1.0", "b@2.0", "d@3.0"]);
    let reach: Vec<Reach> = lock.entries.iter().map(|entry| entry.reach).collect();
    assert_eq!(
        reach,
        [
            Reach::Direct,
            Reach::Direct,
            Reach::Through(1),
            Reach::Direct
        ]
    );
    let dev: Vec<bool> = lock.entries.iter().map(|entry| entry.dev).collect();
    assert_eq!(dev, [false, false, false, true]);
    assert_eq!(
        (lock.entries[1].place.line, lock.entries[1].place.column),
        (15, 8)
    );
    let What::Registry(pinned) = &lock.entries[1].what else {
        panic!()
    };
    let Digests::Files(files) = &pinned.digests else {
        panic!()
    };
    let names: Vec<&str> = files
        .iter()
        .map(|file| file.filename.as_ref().unwrap().as_str())
        .collect();
    assert_eq!(names, ["a-1.0-py3-none-any.whl", "a-1.0.tar.gz"]);
    assert!(files.iter().all(|file| file.sha256 == Ok([0; 32])));
    assert_eq!(contradictions(&lock).len(), 0);
}

#[test]
fn what_comes_from_elsewhere_is_told() {
    let lock = lock(
        &[
            r#"registry = "https://evil.example/simple""#,
            r#"registry = "../flat""#,
            r#"git = "https://github.com/x/y?rev=1#c0ffee""#,
            r#"url = "https://h.example/a-1.0.tar.gz""#,
            r#"path = "a-1.0.tar.gz""#,
            r#"directory = "vendor/a""#,
            r#"directory = "../a""#,
            r#"editable = "packages/a""#,
            r#"editable = "../../a""#,
            r#"virtual = "/a""#,
            r#"registry = "https://pypi.org/simple", git = "https://h.example""#,
            r#"conda = "x""#,
        ]
        .map(|source| {
            format!("[[package]]\nname = \"a\"\nversion = \"1.0\"\nsource = {{ {source} }}\n")
        })
        .concat(),
    );
    assert_eq!(
        all(&lock),
        [
            "other-registry: https://evil.example/simple",
            "file: ../flat",
            "git: https://github.com/x/y#c0ffee",
            "url: https://h.example/a-1.0.tar.gz",
            "file: a-1.0.tar.gz",
            "own: vendor/a",
            "link: ../a",
            "own: packages/a",
            "editable: ../../a",
            "editable: /a",
            "broken: its `source` is of several kinds at once",
            "broken: its `source` is of no kind that is known",
        ]
    );
}

#[test]
fn files_that_are_another_package_s_are_told() {
    let registry = "source = { registry = \"https://pypi.org/simple\" }\n";
    let package = |name: &str, version: &str, file: &str| {
        format!(
            "[[package]]\nname = \"{name}\"\nversion = \"{version}\"\n{registry}{}",
            wheel(file)
        )
    };
    let lie = |name, version, file| contradictions(&lock(&package(name, version, file))).len();
    assert_eq!(lie("a", "1.0", "b-1.0-py3-none-any.whl"), 1);
    assert_eq!(lie("a", "1.0", "a-1.1-py3-none-any.whl"), 1);
    assert_eq!(lie("a", "1.0", "b-1.0.tar.gz"), 1);
    assert_eq!(lie("A.b", "1.0", "a_b-1.0.0-py3-none-any.whl"), 0);
    assert_eq!(
        lie("ruamel.yaml", "1.0.post1", "ruamel.yaml-1.0-1.tar.gz"),
        0
    );
    let none = lock(&format!(
        "[[package]]\nname = \"a\"\nversion = \"1.0\"\n{registry}"
    ));
    assert_eq!(
        all(&none),
        ["broken: it is a registry's package and has no files"]
    );
}

#[test]
fn digests_that_do_not_hold_are_told() {
    let files = r#"wheels = [
    { url = "https://files.pythonhosted.org/a-1.0-py3-none-any.whl" },
    { url = "https://files.pythonhosted.org/a-1.0-py2-none-any.whl", hash = "md5:00" },
    { url = "https://files.pythonhosted.org/a-1.0-cp3-none-any.whl", hash = "sha256:00" },
    { filename = "a-1.0-cp38-none-any.whl", url = "https://files.pythonhosted.org/x/a-1.0-cp3-none-any.whl", hash = "HASH" },
    { url = "https://files.pythonhosted.org/a-1.0-cp39-none-any.whl", hash = "HASH", zstd = { hash = "HASH" } },
    { hash = "HASH" },
    { url = "https://files.pythonhosted.org/a.exe", hash = "HASH" },
]
"#
    .replace("HASH", HASH);
    let lock = lock(&format!(
        "[[package]]\nname = \"a\"\nversion = \"1.0\"\nsource = {{ registry = \"https://pypi.org/simple\" }}\n{files}"
    ));
    let What::Registry(pinned) = &lock.entries[0].what else {
        panic!()
    };
    let Digests::Files(files) = &pinned.digests else {
        panic!()
    };
    let usable = files
        .iter()
        .filter(|file| file.filename.is_ok() && file.sha256.is_ok());
    assert_eq!((files.len(), usable.count()), (7, 0));
}

#[test]
fn what_is_no_lock_is_refused_with_its_place() {
    for (text, kind, told) in [
        (
            "version = 2\n",
            LockErrorKind::Unsupported,
            "its `version` is 2;",
        ),
        (
            "version = 1\n[[distribution]]\n",
            LockErrorKind::Unsupported,
            "[[distribution]]",
        ),
        (
            "version = 1\nversion = 1\n",
            LockErrorKind::Malformed,
            "uv.lock:2:1: duplicate key",
        ),
        (
            "version = 1\npackage = 3\n",
            LockErrorKind::Malformed,
            "uv.lock:2:11: ",
        ),
        (
            "version = 1\n[[package]]\nname = \"a\"\n",
            LockErrorKind::Malformed,
            "missing field `source`",
        ),
    ] {
        let error = read("uv.lock", text).unwrap_err();
        assert_eq!(error.kind, kind, "{error}");
        assert!(error.to_string().contains(told), "{error}");
    }
    let deep = format!("version = 1\nx = {}{}\n", "[".repeat(70), "]".repeat(70));
    assert!(
        read("uv.lock", &deep)
            .unwrap_err()
            .to_string()
            .contains("64 levels")
    );
    let many = format!("version = 1\nx = [{}]\n", "1,".repeat(4_100_000));
    assert_eq!(
        read("uv.lock", &many).unwrap_err().kind,
        LockErrorKind::TooLarge
    );
}

/// Nobody can say what lies at another's address where no digest is held against it.
#[test]
fn files_of_others_without_a_digest_are_not_the_index_s() {
    let package = |file: &str| {
        let text = format!(
            "[[package]]\nname = \"a\"\nversion = \"1.0\"\nsource = {{ registry = \"https://pypi.org/simple\" }}\nwheels = [{file}]\n"
        );
        all(&lock(&text))
    };
    let url = r#"url = "https://h.example/a-1.0-py3-none-any.whl""#;
    let other = ["other-registry: https://h.example/a-1.0-py3-none-any.whl"];
    assert_eq!(package(&format!("{{ {url} }}")), other);
    assert_eq!(package(&format!("{{ {url}, hash = \"md5:00\" }}")), other);
    assert_eq!(
        package(&format!("{{ {url}, hash = \"{HASH}\" }}")),
        ["a@1.0"]
    );
    let path = r#"{ path = "x/a-1.0-py3-none-any.whl" }"#;
    assert_eq!(package(path), ["file: x/a-1.0-py3-none-any.whl"]);
    let own = url.replace("h.example", "files.pythonhosted.org");
    assert_eq!(package(&format!("{{ {own} }}")), ["a@1.0"]);
    assert_eq!(
        package(r#"{ filename = "a-1.0-py3-none-any.whl" }"#),
        ["a@1.0"]
    );
}

#[test]
fn places_in_later_parts_are_those_of_the_file() {
    let package = "[[package]]\nname = \"a\"\nsource = { virtual = \".\" }\n";
    let read = |rest: &str| read("uv.lock", &format!("version = 1\n{package}{rest}"));
    let two = read(package).unwrap();
    assert_eq!(
        (two.entries[1].place.line, two.entries[1].place.column),
        (6, 8)
    );
    let wrong = read("[[package]]\nname = 1\n").unwrap_err();
    assert!(wrong.to_string().starts_with("uv.lock:6:8: "), "{wrong}");
}
