//! Reports: to several places at once, whole or not at all.

use std::fs;
use std::io;
use std::process::Stdio;

use crate::stage::{Run, Stage, misdeclared};

fn files(stage: &Stage, folder: &str) -> Vec<String> {
    let mut names: Vec<String> = fs::read_dir(stage.root().join(folder))
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}

#[test]
fn several_reports_are_written_beside_standard_output() {
    let stage = Stage::new();
    stage.npm("a", "@acme/a", &misdeclared());
    fs::create_dir(stage.root().join("out")).unwrap();
    stage.write("out/a.json", "an older report");
    let run = stage
        .scan(&[
            "--report",
            "json=out/a.json",
            "--report",
            "json=out/b.json",
            "--report",
            "table=out/c.txt",
            "--color",
            "always",
        ])
        .exits(1);
    assert!(run.out.contains("\u{1b}["), "{}", run.out);
    let read = |name: &str| fs::read_to_string(stage.root().join(name)).unwrap();
    assert_eq!(files(&stage, "out"), ["a.json", "b.json", "c.txt"]);
    assert_eq!(read("out/a.json"), stage.scan(&["--format", "json"]).out);
    assert_eq!(read("out/b.json"), read("out/a.json"));
    assert_eq!(
        read("out/c.txt"),
        stage.scan(&["--format", "table"]).out,
        "a file has no colours"
    );
    let quiet = stage
        .scan(&["--format", "json", "--report", "table=out/c.txt"])
        .exits(1);
    assert_eq!(quiet.out, read("out/a.json"));
}

#[test]
fn a_report_that_cannot_be_written_exits_2_and_leaves_nothing_behind() {
    let stage = Stage::honest();
    stage.write("file", "not a folder");
    fs::create_dir(stage.root().join("folder")).unwrap();
    for (path, says) in [
        ("missing/a.json", "there is no folder missing"),
        ("file/a.json", "there is no folder file"),
        ("folder", "directory"),
    ] {
        let report = format!("json={path}");
        let run = stage.scan(&["--report", &report]).refuses(says);
        assert!(run.err.contains(path), "{}", run.err);
    }
    assert_eq!(files(&stage, ""), ["file", "folder", "npx"]);
    assert_eq!(files(&stage, "folder"), [""; 0]);
}

#[test]
fn two_reports_do_not_share_a_file() {
    let stage = Stage::honest();
    for other in ["a.txt", "./a.txt", "././a.txt"] {
        let second = format!("table={other}");
        stage
            .scan(&["--report", "json=a.txt", "--report", &second])
            .refuses("give each its own file");
    }
    assert_eq!(files(&stage, ""), ["npx"]);
    assert_eq!(stage.registry.paths(), [""; 0]);
}

/// Standard output whose reader has gone.
fn closed() -> Stdio {
    let (reader, writer) = io::pipe().unwrap();
    drop(reader);
    writer.into()
}

/// Of a page that nothing depends on it is none: `usage`.
#[test]
fn a_reader_that_left_is_an_error() {
    let stage = Stage::honest();
    let commands: [&mut dyn FnMut() -> std::process::Command; 3] = [
        &mut || stage.command(&["scan"]),
        &mut || stage.command(&["scan", "--format", "json"]),
        &mut || stage.command(&["verify-provenance", "-c", "npx/a/spec.yaml"]),
    ];
    for command in commands {
        let mut child = command();
        child.stdout(closed());
        Run::of_silent(&mut child).refuses("cannot write to standard output");
    }
}

#[test]
fn a_full_disk_is_an_error() {
    let stage = Stage::honest();
    let Ok(full) = fs::OpenOptions::new().write(true).open("/dev/full") else {
        println!("SKIPPED: this system has no /dev/full");
        return;
    };
    let mut command = stage.command(&["scan"]);
    command.stdout(full);
    Run::of_silent(&mut command).refuses("cannot write to standard output");
}
