//! The folder of kept answers: whose it is, and how large.

use std::fs::{self, File};

use crate::cache::{ATTESTATIONS, INDEX, MANIFEST, MUTABLE, warm};
use crate::stage::{DECLARED, Run, Stage};

#[test]
fn the_usual_folder_is_private_and_named_by_the_environment() {
    let home = tempfile::tempdir().unwrap();
    let stage = Stage::honest();
    Run::of(
        stage
            .asking(&["scan"])
            .env("XDG_CACHE_HOME", home.path().join("x")),
    )
    .exits(0);
    let folder = home.path().join("x/dockyard-provenance/http-v1");
    assert!(folder.is_dir());
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        let mode =
            |path: &std::path::Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!(
            (mode(&folder), mode(folder.parent().unwrap())),
            (0o700, 0o700)
        );
        for file in crate::kept::files(&folder) {
            assert_eq!(mode(&file), 0o600, "{}", file.display());
        }
    }
}

/// The run goes on without a cache, and says so once, unless told to be quiet.
#[track_caller]
fn goes_without(stage: &Stage, arguments: &[&str], says: &str) {
    let run = Run::of(&mut stage.asking(&[&["scan"], arguments].concat())).exits(0);
    assert_eq!(run.err.matches("note: ").count(), 1, "{}", run.err);
    assert!(run.err.contains(says), "{says:?} is not in {}", run.err);
    let quiet = Run::of(&mut stage.asking(&[&["scan", "-q"], arguments].concat())).exits(0);
    assert_eq!(quiet.err, "");
}

#[test]
fn without_a_usable_folder_the_run_goes_on_and_says_so() {
    let stage = Stage::honest();
    goes_without(&stage, &[], "the environment names no cache folder");
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    fs::write(path("file"), "").unwrap();
    goes_without(&stage, &["--cache-dir", &path("file")], "is not used");
    fs::create_dir_all(path("odd/http-v1")).unwrap();
    fs::write(path("odd/http-v1/tmp"), "").unwrap();
    goes_without(&stage, &["--cache-dir", &path("odd")], "is not used");
}

#[cfg(unix)]
#[test]
fn a_folder_that_others_may_write_to_is_not_used() {
    use std::os::unix::fs::{PermissionsExt as _, chown};
    let kept = warm();
    let inner = kept.folder().join("http-v1");
    let chmod = |mode| fs::set_permissions(&inner, fs::Permissions::from_mode(mode)).unwrap();
    let folder = kept.folder().to_str().unwrap();
    for mode in [0o720, 0o702, 0o777] {
        chmod(mode);
        goes_without(
            &kept.stage,
            &["--cache-dir", folder],
            "other users may write to it",
        );
    }
    chmod(0o755);
    kept.asked();
    assert_eq!(kept.verifies(), MUTABLE, "others may read");
    // A file in it that another may have written is a miss.
    let (file, _) = kept.entry("attestations");
    fs::set_permissions(&file, fs::Permissions::from_mode(0o666)).unwrap();
    assert_eq!(kept.verifies(), [ATTESTATIONS, MANIFEST, INDEX]);
    if chown(&inner, Some(54_321), None).is_err() {
        println!("SKIPPED: only root can give a folder away");
        return;
    }
    goes_without(
        &kept.stage,
        &["--cache-dir", folder],
        "belongs to another user",
    );
}

#[cfg(unix)]
#[test]
fn a_link_in_the_folder_is_not_followed() {
    let kept = warm();
    let (path, entry) = kept.entry("attestations");
    let elsewhere = kept.folder().join("elsewhere");
    fs::write(&elsewhere, entry.encode().unwrap()).unwrap();
    fs::remove_file(&path).unwrap();
    std::os::unix::fs::symlink(&elsewhere, &path).unwrap();
    assert_eq!(kept.verifies(), [ATTESTATIONS, MANIFEST, INDEX]);
    assert!(fs::symlink_metadata(&path).unwrap().is_file());
    assert!(elsewhere.is_file());
}

#[test]
fn a_folder_that_has_grown_too_large_loses_what_was_not_used_for_longest() {
    let kept = warm();
    let folder = kept.folder().join("http-v1/00/00");
    fs::create_dir_all(&folder).unwrap();
    let huge = |name: &str| {
        let path = folder.join(name);
        let file = File::create(&path).unwrap();
        // A hole: it takes no room on the disk.
        file.set_len(200 << 20).unwrap();
        file.set_modified(std::time::UNIX_EPOCH).unwrap();
        path
    };
    let (first, second) = (huge("first"), huge("second"));
    // A run that adds nothing looks for nothing.
    assert_eq!(kept.verifies(), MUTABLE);
    assert!(first.exists() && second.exists());
    kept.stage.npm("b", "@acme/b", DECLARED);
    kept.verifies();
    assert!(!first.exists() || !second.exists());
    assert_eq!(kept.verifies(), [MANIFEST, "/npm/@acme/b/1.2.3", INDEX]);
}
