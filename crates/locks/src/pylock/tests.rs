use crate::testing::{all, contradictions, read};
use crate::{Digests, IdentityClaim, Lock, LockErrorKind, What};

const HASH: &str = "0000000000000000000000000000000000000000000000000000000000000000";

fn lock(packages: &str) -> Lock {
    read(
        "pylock.toml",
        &format!("lock-version = \"1.0\"\ncreated-by = \"x\"\n{packages}"),
    )
    .unwrap()
}

fn wheel(rest: &str) -> String {
    format!("wheels = [{{ {rest}, hashes = {{ sha256 = \"{HASH}\" }} }}]\n")
}

#[test]
fn an_ordinary_lock_is_read() {
    let lock = lock(&format!(
        r#"
[[packages]]
name = "attrs"
version = "25.1.0"
index = "https://pypi.org/simple/"

[[packages.wheels]]
name = "attrs-25.1.0-py3-none-any.whl"
url = "https://files.pythonhosted.org/packages/attrs-25.1.0-py3-none-any.whl"
size = 63152
hashes = {{ sha256 = "{HASH}" }}

[[packages.attestation-identities]]
environment = "release-pypi"
kind = "GitHub"
repository = "python-attrs/attrs"
workflow = "pypi-package.yml"
"#
    ));
    assert_eq!(all(&lock), ["attrs@25.1.0"]);
    assert_eq!(
        (lock.entries[0].place.line, lock.entries[0].place.column),
        (5, 8)
    );
    let What::Registry(pinned) = &lock.entries[0].what else {
        panic!()
    };
    let Digests::Files(files) = &pinned.digests else {
        panic!()
    };
    assert_eq!(files[0].sha256, Ok([0; 32]));
    let field = |key: &str, value: &str| (key.to_owned(), value.to_owned());
    assert_eq!(
        pinned.claims,
        [IdentityClaim {
            kind: "GitHub".to_owned(),
            fields: vec![
                field("environment", "release-pypi"),
                field("repository", "python-attrs/attrs"),
                field("workflow", "pypi-package.yml"),
            ],
        }]
    );
}

#[test]
fn what_comes_from_elsewhere_is_told() {
    let own = wheel(r#"url = "https://files.pythonhosted.org/a-1-py3-none-any.whl""#);
    let lock = lock(
        &[
            r#"vcs = { type = "git", url = "https://github.com/x/y", commit-id = "c0ffee" }"#
                .to_owned(),
            r#"directory = { path = "." }"#.to_owned(),
            r#"directory = { path = "../x", editable = true }"#.to_owned(),
            r#"archive = { url = "https://h.example/a.zip" }"#.to_owned(),
            r#"archive = { path = "a.zip" }"#.to_owned(),
            wheel(r#"path = "a-1-py3-none-any.whl""#),
            wheel(r#"url = "https://h.example/a-1-py3-none-any.whl""#),
            format!("index = \"https://h.example/simple\"\n{own}"),
            format!("directory = {{ path = \".\" }}\n{own}"),
            String::new(),
            own,
        ]
        .map(|source| format!("[[packages]]\nname = \"a\"\nversion = \"1\"\n{source}\n"))
        .concat(),
    );
    assert_eq!(
        all(&lock),
        [
            "git: https://github.com/x/y",
            "own: .",
            "editable: ../x",
            "url: https://h.example/a.zip",
            "file: a.zip",
            "file: a-1-py3-none-any.whl",
            "other-registry: https://h.example/a-1-py3-none-any.whl",
            "other-registry: https://h.example/simple",
            "broken: it says of several sources at once that it comes from there",
            "broken: it says nothing of where it comes from",
            "a@1",
        ]
    );
}

#[test]
fn files_that_lie_hold_nothing() {
    let lock = lock(&format!(
        "[[packages]]\nname = \"a\"\nversion = \"1\"\nindex = \"https://pypi.org/simple\"\nwheels = [{}]\n",
        [
            format!("{{ name = \"a-1-py3-none-any.whl\", url = \"https://files.pythonhosted.org/b-1-py3-none-any.whl\", hashes = {{ sha256 = \"{HASH}\" }} }}"),
            "{ url = \"https://files.pythonhosted.org/a-1-cp1-none-any.whl\", hashes = { md5 = \"00\" } }".to_owned(),
            format!("{{ url = \"https://files.pythonhosted.org/a-1-cp2-none-any.whl\", hashes = {{ sha256 = \"{HASH}\", sha512 = \"00\" }} }}"),
            "{ url = \"https://files.pythonhosted.org/a-1-cp3-none-any.whl\" }".to_owned(),
            format!("{{ hashes = {{ sha256 = \"{HASH}\" }} }}"),
        ]
        .join(", ")
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
    assert_eq!((files.len(), usable.count()), (5, 0));
    let other = wheel(r#"name = "b-1-py3-none-any.whl""#);
    let lock = super::tests::lock(&format!(
        "[[packages]]\nname = \"a\"\nversion = \"1\"\nindex = \"https://pypi.org/simple\"\n{other}"
    ));
    assert_eq!(contradictions(&lock).len(), 1);
}

#[test]
fn a_name_in_its_normal_form_is_the_same_file() {
    let lock = lock(&format!(
        "[[packages]]\nname = \"sqlalchemy\"\nversion = \"2.0\"\nindex = \"https://pypi.org/simple\"\n{}",
        wheel(
            r#"name = "sqlalchemy-2.0-py3-none-any.whl", url = "https://h.example/SQLAlchemy-2.0-py3-none-any.whl""#
        )
    ));
    let What::Registry(pinned) = &lock.entries[0].what else {
        panic!()
    };
    let Digests::Files(files) = &pinned.digests else {
        panic!()
    };
    let name = files[0].filename.as_ref().unwrap().as_str();
    assert_eq!(name, "SQLAlchemy-2.0-py3-none-any.whl");
    assert_eq!(contradictions(&lock).len(), 0);
}

#[test]
fn what_is_no_lock_is_refused() {
    for (text, kind) in [
        (
            "lock-version = \"2.0\"\npackages = []\n",
            LockErrorKind::Unsupported,
        ),
        (
            "lock-version = \"1\"\npackages = []\n",
            LockErrorKind::Unsupported,
        ),
        ("lock-version = \"1.0\"\n", LockErrorKind::Malformed),
        ("packages = []\n", LockErrorKind::Malformed),
    ] {
        assert_eq!(read("pylock.toml", text).unwrap_err().kind, kind, "{text}");
    }
    let later = read("pylock.toml", "lock-version = \"1.1\"\npackages = []\n").unwrap();
    assert_eq!(later.notes.len(), 1);
}
