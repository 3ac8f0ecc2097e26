use std::fs;

use super::*;

fn repository() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir_all(folder.path().join(".git/refs/heads")).unwrap();
    fs::create_dir_all(folder.path().join("sub/npx")).unwrap();
    folder
}

#[test]
fn the_head_is_found_detached_on_a_branch_and_packed() {
    let folder = repository();
    let git = folder.path().join(".git");
    let checkout = Checkout::around(folder.path(), Path::new("."));
    let (one, two) = ("1".repeat(40), "2".repeat(40));
    fs::write(git.join("HEAD"), format!("{one}\n")).unwrap();
    assert_eq!(checkout.head(), Ok(one.clone()));
    fs::write(git.join("HEAD"), "ref: refs/heads/main\n").unwrap();
    assert!(checkout.head().is_err());
    fs::write(
        git.join("packed-refs"),
        format!("# pack-refs\n{two} refs/heads/main\n{one} refs/heads/other\n"),
    )
    .unwrap();
    assert_eq!(checkout.head(), Ok(two));
    fs::write(git.join("refs/heads/main"), format!("{one}\n")).unwrap();
    assert_eq!(checkout.head(), Ok(one));
}

#[test]
fn what_names_no_commit_is_not_known() {
    let folder = repository();
    let checkout = Checkout::around(folder.path(), Path::new("."));
    assert!(checkout.head().is_err());
    for head in ["", "main", "ref: ../../etc/passwd", "ref: refs/../../x"] {
        fs::write(folder.path().join(".git/HEAD"), head).unwrap();
        assert!(checkout.head().is_err(), "{head}");
    }
    let none = tempfile::tempdir().unwrap();
    let checkout = Checkout::around(none.path(), Path::new("."));
    assert!(
        checkout
            .head()
            .unwrap_err()
            .contains("check the repository out")
    );
}

#[test]
fn refs_in_a_reftable_are_told_as_such() {
    let folder = repository();
    let git = folder.path().join(".git");
    fs::write(git.join("HEAD"), "ref: refs/heads/.invalid\n").unwrap();
    let checkout = Checkout::around(folder.path(), Path::new("."));
    assert!(!checkout.head().unwrap_err().contains("reftable"));
    fs::create_dir(git.join("reftable")).unwrap();
    assert!(checkout.head().unwrap_err().contains("reftable"));
}

#[test]
fn a_sparse_checkout_is_known_as_long_as_it_is_one() {
    let folder = repository();
    let git = folder.path().join(".git");
    let checkout = Checkout::around(folder.path(), Path::new("."));
    fs::write(git.join("config"), "[core]\n\tsparseCheckout = true\n").unwrap();
    assert!(!checkout.is_sparse(), "without patterns");
    fs::create_dir(git.join("info")).unwrap();
    fs::write(git.join("info/sparse-checkout"), "/*\n").unwrap();
    assert!(checkout.is_sparse());
    for config in [
        "[core]\n\tsparseCheckout = false\n",
        "[core]\n\tsparseCheckoutCone = true\n",
    ] {
        fs::write(git.join("config"), config).unwrap();
        assert!(!checkout.is_sparse(), "{config}");
    }
    fs::write(
        git.join("config.worktree"),
        "[core]\n\tsparsecheckout=true\n",
    )
    .unwrap();
    assert!(checkout.is_sparse());
}

#[test]
fn paths_are_those_of_the_tree() {
    let folder = repository();
    fs::create_dir_all(folder.path().join("base/.git")).unwrap();
    let checkout = Checkout::around(folder.path(), Path::new("sub"));
    assert_eq!(checkout.prefix(), "sub/");
    let of = |path: &str| checkout.tree_path(&folder.path().join(path));
    assert_eq!(of("sub/x.toml").as_deref(), Some("sub/x.toml"));
    assert_eq!(of("sub/../x.toml").as_deref(), Some("x.toml"));
    assert_eq!(of("gone/x.toml").as_deref(), Some("gone/x.toml"));
    assert_eq!(of("base/x.toml"), None);
    assert_eq!(of("../x.toml"), None);
    let whole = Checkout::around(folder.path(), Path::new("."));
    assert_eq!(whole.prefix(), "");
}

#[test]
fn a_link_makes_no_checkout_of_its_own() {
    let folder = repository();
    fs::create_dir_all(folder.path().join("base/.git")).unwrap();
    fs::create_dir_all(folder.path().join("a")).unwrap();
    let link = |target: &str, name: &str| {
        std::os::unix::fs::symlink(target, folder.path().join(name)).unwrap();
    };
    for (target, name) in [(".", "ci"), ("..", "a/b"), ("base", "other")] {
        link(target, name);
    }
    link("../sub/own.toml", "base/own.toml");
    let checkout = Checkout::around(folder.path(), Path::new("."));
    let of = |path: &str| checkout.tree_path(&folder.path().join(path));
    for path in [
        "ci/x.toml",
        "ci/ci/x.toml",
        "a/b/x.toml",
        "other/x.toml",
        // By its words another checkout's, by its links not.
        "ci/base/x.toml",
    ] {
        assert_eq!(of(path).as_deref(), Some(path));
    }
    fs::write(folder.path().join("sub/own.toml"), "").unwrap();
    assert_eq!(of("base/own.toml").as_deref(), Some("base/own.toml"));
    fs::create_dir_all(folder.path().join("sub/base")).unwrap();
    link("sub/npx", "deep");
    assert_eq!(
        of("deep/../base/x.toml").as_deref(),
        Some("base/x.toml"),
        "opened, this is sub/base/x.toml"
    );
    // The control: another checkout's own file, without a link on the way.
    assert_eq!(of("base/x.toml"), None);
    let through = Checkout::around(folder.path(), Path::new("ci"));
    assert_eq!(
        (&through.top, through.prefix().as_str()),
        (&checkout.top, "ci/")
    );
    let at_other = Checkout::around(folder.path(), Path::new("other"));
    assert_eq!(at_other.top, checkout.top);
    let base = Checkout::around(folder.path(), Path::new("base"));
    assert_eq!(base.top, folder.path().join("base"));
}

#[test]
fn another_name_of_the_workspace_is_the_workspace() {
    let folder = repository();
    fs::create_dir_all(folder.path().join("base/.git")).unwrap();
    let names = tempfile::tempdir().unwrap();
    let name = names.path().join("ws");
    std::os::unix::fs::symlink(folder.path(), &name).unwrap();
    for (workspace, other) in [(&*name, folder.path()), (folder.path(), &*name)] {
        let checkout = Checkout::around(workspace, Path::new("."));
        assert_eq!(checkout.top, workspace);
        for place in [workspace, other] {
            let of = |path: &str| checkout.tree_path(&place.join(path));
            assert_eq!(of("sub/x.toml").as_deref(), Some("sub/x.toml"));
            assert_eq!(of("base/x.toml"), None);
        }
        assert_eq!(checkout.tree_path(&names.path().join("x.toml")), None);
    }
}

#[test]
fn only_what_is_here_by_name_and_by_link_is_held() {
    let folder = repository();
    fs::create_dir_all(folder.path().join("pr/.git")).unwrap();
    fs::create_dir_all(folder.path().join("pr/npx")).unwrap();
    std::os::unix::fs::symlink("pr/npx", folder.path().join("uvx")).unwrap();
    let checkout = Checkout::around(folder.path(), Path::new("."));
    let holds = |path: &str| checkout.holds(&folder.path().join(path));
    assert!(holds("sub") && holds("sub/npx") && holds(""));
    assert!(!holds("pr/npx") && !holds("uvx") && !holds(".."));
}
