use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::symlink;
use std::path::Path;

use super::{DiscoverError, Found, discover, named};

fn write(root: &Path, path: &str, text: &str) {
    let path = root.join(path);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, text).unwrap();
}

fn globs(globs: &[&str]) -> Vec<String> {
    globs.iter().map(|glob| (*glob).to_owned()).collect()
}

fn paths(found: &[Found]) -> Vec<&str> {
    found.iter().map(|one| one.path.as_str()).collect()
}

fn reason<'a>(found: &'a [Found], path: &str) -> &'a str {
    let one = found.iter().find(|one| one.path == path).unwrap();
    one.content.as_ref().unwrap_err()
}

#[test]
fn finds_specs_in_the_order_of_their_paths() {
    let root = tempfile::tempdir().unwrap();
    for path in [
        "uvx/b/spec.yaml",
        "npx/b/spec.yaml",
        "npx/a-b/spec.yaml",
        "npx/a/spec.yaml",
        ".hidden/a/spec.yaml",
        "npx/target/spec.yaml",
    ] {
        write(root.path(), path, path);
    }
    for path in [
        "spec.yaml",
        "npx/spec.yaml",
        "npx/a/b/spec.yaml",
        "npx/a/spec.yml",
        ".git/a/spec.yaml",
        "target/a/spec.yaml",
        "node_modules/a/spec.yaml",
        "npx/.git/spec.yaml",
    ] {
        write(root.path(), path, path);
    }
    let found = discover(root.path(), &[]).unwrap();
    assert_eq!(
        paths(&found),
        [
            ".hidden/a/spec.yaml",
            "npx/a-b/spec.yaml",
            "npx/a/spec.yaml",
            "npx/b/spec.yaml",
            "npx/target/spec.yaml",
            "uvx/b/spec.yaml"
        ]
    );
    for one in &found {
        assert_eq!(one.content.as_deref().unwrap(), one.path.as_bytes());
    }
    let named = discover(
        root.path(),
        &globs(&["target/*/spec.yaml", "npx/**/spec.y*ml", "npx/a/*"]),
    )
    .unwrap();
    assert_eq!(
        paths(&named),
        [
            "npx/a-b/spec.yaml",
            "npx/a/b/spec.yaml",
            "npx/a/spec.yaml",
            "npx/a/spec.yml",
            "npx/b/spec.yaml",
            "npx/spec.yaml",
            "npx/target/spec.yaml",
            "target/a/spec.yaml"
        ]
    );
}

#[test]
fn nothing_found_says_what_was_searched() {
    let root = tempfile::tempdir().unwrap();
    let error = discover(root.path(), &[]).unwrap_err().to_string();
    assert!(
        error.contains("`*/*/spec.yaml`") && error.contains(root.path().to_str().unwrap()),
        "{error}"
    );
    assert!(matches!(
        discover(&root.path().join("absent"), &[]),
        Err(DiscoverError::Root { .. })
    ));
    write(root.path(), "file", "");
    assert!(matches!(
        discover(&root.path().join("file"), &[]),
        Err(DiscoverError::Root { .. })
    ));
    for glob in [
        "[",
        "/npx/*/spec.yaml",
        "../*/spec.yaml",
        "npx//spec.yaml",
        "./npx/spec.yaml",
        "",
    ] {
        assert!(
            matches!(
                discover(root.path(), &globs(&[glob])),
                Err(DiscoverError::Glob { .. })
            ),
            "{glob:?}"
        );
    }
}

#[test]
fn links_are_never_followed_out_of_the_root() {
    let outside = tempfile::tempdir().unwrap();
    write(outside.path(), "a/spec.yaml", "outside");
    let root = tempfile::tempdir().unwrap();
    write(root.path(), "npx/a/spec.yaml", "inside");
    let link = |target: &Path, name: &str| {
        let name = root.path().join(name);
        fs::create_dir_all(name.parent().unwrap()).unwrap();
        symlink(target, name).unwrap();
    };
    link(&outside.path().join("a/spec.yaml"), "npx/file/spec.yaml");
    link(&outside.path().join("a"), "npx/folder");
    link(outside.path(), "uvx");
    link(Path::new("../../npx/absent"), "npx/dangling/spec.yaml");
    link(Path::new("absent"), "npx/gone");
    link(Path::new("spec.yaml"), "npx/self/spec.yaml");
    link(Path::new("a"), "npx/same");
    link(Path::new("../a/spec.yaml"), "npx/samefile/spec.yaml");
    link(&outside.path().join("a/spec.yaml"), "npx/a/unrelated.txt");
    let found = discover(root.path(), &[]).unwrap();
    assert_eq!(
        paths(&found),
        [
            "npx/a/spec.yaml",
            "npx/dangling/spec.yaml",
            "npx/file/spec.yaml",
            "npx/folder",
            "npx/same/spec.yaml",
            "npx/samefile/spec.yaml",
            "npx/self/spec.yaml",
            "uvx"
        ]
    );
    for inside in [
        "npx/a/spec.yaml",
        "npx/same/spec.yaml",
        "npx/samefile/spec.yaml",
    ] {
        let one = found.iter().find(|one| one.path == inside).unwrap();
        assert_eq!(one.content.as_deref(), Ok(b"inside".as_slice()));
    }
    for leaving in ["npx/file/spec.yaml", "npx/folder", "uvx"] {
        assert!(reason(&found, leaving).contains("leaves the scanned folder"));
    }
    for broken in ["npx/dangling/spec.yaml", "npx/self/spec.yaml"] {
        assert!(reason(&found, broken).contains("cannot be followed"));
    }
}

#[test]
fn loops_end() {
    let root = tempfile::tempdir().unwrap();
    write(root.path(), "npx/a/spec.yaml", "x");
    symlink("..", root.path().join("npx/loop")).unwrap();
    let found = discover(root.path(), &globs(&["**/spec.yaml"])).unwrap();
    assert_eq!(paths(&found), ["npx/a/spec.yaml"]);
    assert_eq!(
        paths(&discover(root.path(), &[]).unwrap()),
        ["npx/a/spec.yaml"]
    );
}

#[test]
fn what_cannot_be_read_is_found_with_the_reason() {
    let root = tempfile::tempdir().unwrap();
    write(root.path(), "npx/fits/spec.yaml", &"#".repeat(256 * 1024));
    write(
        root.path(),
        "npx/large/spec.yaml",
        &"#".repeat(256 * 1024 + 1),
    );
    fs::create_dir_all(root.path().join("npx/folder/spec.yaml")).unwrap();
    let found = discover(root.path(), &[]).unwrap();
    assert_eq!(
        paths(&found),
        [
            "npx/fits/spec.yaml",
            "npx/folder/spec.yaml",
            "npx/large/spec.yaml"
        ]
    );
    assert_eq!(found[0].content.as_ref().unwrap().len(), 256 * 1024);
    assert!(reason(&found, "npx/folder/spec.yaml").contains("folder"));
    assert!(reason(&found, "npx/large/spec.yaml").contains("256 KiB"));
}

#[test]
fn a_path_that_is_not_utf8_is_reported() {
    let root = tempfile::tempdir().unwrap();
    let folder = root
        .path()
        .join("npx")
        .join(std::ffi::OsStr::from_bytes(b"\xff"));
    if fs::create_dir_all(&folder).is_err() {
        println!("SKIPPED: this file system takes UTF-8 names only");
        return;
    }
    fs::write(folder.join("spec.yaml"), "x").unwrap();
    let found = discover(root.path(), &[]).unwrap();
    assert_eq!(paths(&found), ["npx/\u{fffd}/spec.yaml"]);
    assert!(reason(&found, "npx/\u{fffd}/spec.yaml").contains("UTF-8"));
}

#[test]
fn links_to_files_that_are_no_specs_hide_nothing() {
    let (root, outside) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    write(root.path(), "npx/a/spec.yaml", "");
    write(outside.path(), "notes.txt", "");
    symlink(outside.path().join("notes.txt"), root.path().join("notes")).unwrap();
    symlink(
        outside.path().join("notes.txt"),
        root.path().join("npx/notes"),
    )
    .unwrap();
    symlink(outside.path(), root.path().join("uvx")).unwrap();
    let found = discover(root.path(), &[]).unwrap();
    assert_eq!(paths(&found), ["npx/a/spec.yaml", "uvx"]);
}

#[test]
fn a_named_spec_is_read_wherever_it_lies_and_alone() {
    let root = tempfile::tempdir().unwrap();
    write(root.path(), "npx/a/spec.yaml", "a");
    symlink("/nowhere", root.path().join("npx/dangling")).unwrap();
    fs::create_dir(root.path().join("uvx")).unwrap();
    symlink("../npx/a", root.path().join("uvx/b")).unwrap();
    let of = |path: &str| named(&root.path().join(path));

    let plain = of("npx/a/spec.yaml").unwrap();
    assert_eq!(plain.path, "npx/a/spec.yaml");
    assert_eq!(plain.content.unwrap(), b"a");
    assert_eq!(of("uvx/../npx/a/spec.yaml").unwrap().path, plain.path);

    for missing in ["npx/b/spec.yaml", "npx/a", "npx/dangling", "npx/a/.."] {
        let error = of(missing).unwrap_err();
        assert!(matches!(error, DiscoverError::Named { .. }), "{error}");
        assert!(error.to_string().contains(missing), "{error}");
    }
}
