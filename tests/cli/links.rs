//! Symbolic links: followed inside the root, never out of it, never passed over.

use std::fs;
use std::os::unix::fs::symlink;

use crate::stage::{DECLARED, Stage, spec};

#[test]
fn a_link_out_of_the_root_is_refused_and_what_it_leads_to_not_shown() {
    let stage = Stage::honest();
    let outside = tempfile::tempdir().unwrap();
    fs::create_dir(outside.path().join("b")).unwrap();
    fs::write(
        outside.path().join("b/spec.yaml"),
        spec("npx", "hidden-package", "1.2.3", ""),
    )
    .unwrap();
    symlink(outside.path().join("b"), stage.root().join("npx/folder")).unwrap();
    fs::create_dir(stage.root().join("npx/file")).unwrap();
    symlink(
        outside.path().join("b/spec.yaml"),
        stage.root().join("npx/file/spec.yaml"),
    )
    .unwrap();
    let run = stage.scan(&["--format", "json"]).exits(1);
    let report = run.report();
    for path in ["npx/folder", "npx/file/spec.yaml"] {
        assert_eq!(report.status(path), "malformed");
        assert_eq!(report.rules(path), ["spec-invalid"]);
        assert!(
            report.messages(path)[0].contains("leaves the scanned folder"),
            "{:?}",
            report.messages(path)
        );
    }
    assert_eq!(report.status("npx/a/spec.yaml"), "verified");
    assert!(!run.out.contains("hidden-package"), "{}", run.out);
}

#[test]
fn a_link_within_the_root_is_followed() {
    let stage = Stage::new();
    stage.npm("a", "@acme/a", DECLARED);
    symlink("a", stage.root().join("npx/b")).unwrap();
    let report = stage.report();
    assert_eq!(report.status("npx/b/spec.yaml"), "verified");
}

#[test]
fn one_named_spec_is_looked_at_alone() {
    let stage = Stage::honest();
    fs::create_dir(stage.root().join("npx/dangling")).unwrap();
    symlink("/nowhere", stage.root().join("npx/dangling/spec.yaml")).unwrap();
    stage.scan(&[]).exits(1);
    let run = stage.verify("npx/a/spec.yaml", &[]).exits(0);
    assert!(!run.out.contains("dangling"), "{}", run.out);
}

#[test]
fn a_spec_is_found_from_whatever_folder_it_is_named() {
    let stage = Stage::honest();
    let whole = stage.root().join("npx/a/spec.yaml");
    let whole = whole.to_str().unwrap();
    for (folder, path) in [
        ("", "npx/a/spec.yaml"),
        ("", "./npx/a/spec.yaml"),
        ("npx", "a/spec.yaml"),
        ("npx", "../npx/a/spec.yaml"),
        ("npx/a", "spec.yaml"),
        ("npx/a", whole),
    ] {
        let mut command = stage.command(&["verify-provenance", "-c", path]);
        command.current_dir(stage.root().join(folder));
        let run = crate::stage::Run::of(&mut command).exits(0);
        assert!(
            run.out.starts_with("Spec:    npx/a/spec.yaml\n"),
            "{}",
            run.out
        );
    }
}
