//! `declare`: what is proven is written into the specs, and nothing else changes.

use std::fs;
use std::path::Path;
use std::process::Command;

use dockyard_report::spec::parse::parse;
use dockyard_report::spec::{SpecPackage, Subject};
use package_provenance::package::PackageVersion;
use testkit::{Fault, GithubIdentity, NpmDraft, NpmStyle, PypiDraft, PypiPublisher, World};

use crate::stage::{DECLARED, Run, Stage, misdeclared, spec};

const NPX: &str = "npx/a/spec.yaml";

/// What the testkit's usual release proves, below `provenance`.
const PROVEN: &str = "  attestations:
    available: true
    publisher:
      kind: \"GitHub\"
      repository: \"acme/widget\"
      workflow: \".github/workflows/release.yml\"
      repository_id: \"810002373\"
      owner_id: \"41000237\"
";

const UNDECLARED: &str = "provenance:
  # where it comes from
  repository_uri: 'https://github.com/acme/widget'   # as npm says
";

fn declare(stage: &Stage, arguments: &[&str]) -> Run {
    Run::of(stage.command(&["declare"]).args(arguments))
}

fn read(stage: &Stage, path: &str) -> String {
    fs::read_to_string(stage.root().join(path)).unwrap()
}

#[test]
fn the_diff_is_shown_applied_and_then_empty() {
    let stage = Stage::new();
    stage.npm("a", "@acme/a", UNDECLARED);
    let before = read(&stage, NPX);
    let after = before.replace("provenance:\n", &format!("provenance:\n{PROVEN}"));

    let shown = declare(&stage, &[]).exits(0);
    assert_eq!(read(&stage, NPX), before);
    assert!(
        shown
            .out
            .starts_with("--- a/npx/a/spec.yaml\n+++ b/npx/a/spec.yaml\n@@ "),
        "{}",
        shown.out
    );
    assert!(shown.err.contains("check first"), "{}", shown.err);
    // It is a patch.
    let patched = stage.root().join("patched.yaml");
    fs::write(&patched, &before).unwrap();
    fs::write(stage.root().join("a.diff"), &shown.out).unwrap();
    let patch = Command::new("patch")
        .args(["-s", "patched.yaml", "a.diff"])
        .current_dir(stage.root())
        .status();
    match patch {
        Ok(status) => {
            assert!(status.success());
            assert_eq!(fs::read_to_string(&patched).unwrap(), after);
        }
        Err(_) => println!("SKIPPED: there is no patch"),
    }

    assert_eq!(declare(&stage, &["--check"]).exits(1).out, shown.out);
    assert_eq!(read(&stage, NPX), before);
    assert_eq!(declare(&stage, &["--write"]).exits(0).out, shown.out);
    assert_eq!(read(&stage, NPX), after);
    for arguments in [&["--check"][..], &["--write"], &[NPX], &["--check", NPX]] {
        let again = declare(&stage, arguments).exits(0);
        assert_eq!(again.out, "", "{arguments:?}");
        assert!(again.err.contains("1 already declared"), "{}", again.err);
    }
    assert_eq!(read(&stage, NPX), after);
    let scan = stage
        .scan(&["--format", "json", "--fail-on", "note"])
        .exits(0);
    assert_eq!(scan.report().rules(NPX), [""; 0]);
}

#[test]
fn only_the_specs_that_are_named_are_touched() {
    let stage = Stage::new();
    stage.npm("a", "@acme/a", UNDECLARED);
    stage.npm("b", "@acme/b", UNDECLARED);
    let b = read(&stage, "npx/b/spec.yaml");
    declare(&stage, &["--write", NPX]).exits(0);
    assert!(read(&stage, NPX).contains("available: true"));
    assert_eq!(read(&stage, "npx/b/spec.yaml"), b);
    declare(&stage, &["npx/c/spec.yaml"]).refuses("cannot read the spec npx/c/spec.yaml");
    declare(&stage, &["--write", "--check"]).refuses("cannot be used with");
}

#[test]
fn another_publisher_is_never_accepted_by_itself() {
    for rest in [
        misdeclared(),
        UNDECLARED.replace("acme/", "mallory/"),
        format!("{UNDECLARED}  attestations:\n    publisher:\n      kind: GitLab\n"),
        format!("{UNDECLARED}  attestations:\n    available: false\n"),
    ] {
        let stage = Stage::new();
        stage.npm("a", "@acme/a", &rest);
        let before = read(&stage, NPX);
        for arguments in [&["--write"][..], &["--check"], &[]] {
            let run = declare(&stage, arguments).exits(1);
            assert_eq!(run.out, "", "{rest}");
            assert!(run.err.contains("use `--update`"), "{}", run.err);
        }
        assert_eq!(read(&stage, NPX), before);
        let run = declare(&stage, &["--write", "--update"]).exits(0);
        assert!(
            run.out.contains("+      repository: \"acme/widget\""),
            "{}",
            run.out
        );
    }
}

#[test]
fn what_is_not_verified_is_not_declared() {
    let stage = Stage::new();
    let signed = NpmDraft::signed_only(&stage.world, "@acme/a", "1.2.3");
    stage.npm_draft("a", &signed, UNDECLARED);
    stage.pypi_draft("b", &PypiDraft::unattested("acme-b", "1.2.3"), UNDECLARED);
    let run = declare(&stage, &["--check"]).exits(0);
    assert_eq!(run.out, "");
    assert!(
        run.err.contains("2 without a proven publisher"),
        "{}",
        run.err
    );

    // Half a release, by whoever.
    let mut draft = stage.world.npm_draft("@acme/a", "1.2.3");
    draft.drop_publish();
    stage.npm_draft("a", &draft, UNDECLARED);
    assert_eq!(declare(&stage, &["--write"]).exits(3).out, "");

    // A lie.
    let mut draft = stage.world.npm_draft("@acme/a", "1.2.3");
    draft.provenance().leaf().issuer = testkit::Issuer::Stranger;
    stage.npm_draft("a", &draft, UNDECLARED);
    let run = declare(&stage, &["--write"]).exits(1);
    assert_eq!(run.out, "");
    assert!(run.err.contains("`invalid`"), "{}", run.err);

    // An outage.
    stage.npm("a", "@acme/a", UNDECLARED);
    stage
        .registry
        .fault("/npm/@acme/a/1.2.3", Fault::Status(403));
    let run = declare(&stage, &["--check"]).exits(3);
    assert!(run.err.contains("could not be determined"), "{}", run.err);

    // No package.
    stage.registry.heal("/npm/@acme/a/1.2.3");
    stage.write(NPX, &spec("npx", "@acme/z", "1.2.3", UNDECLARED));
    declare(&stage, &["--write"]).exits(1);
    stage.write(NPX, "spec: {");
    declare(&stage, &["--write"]).exits(1);
}

#[test]
fn a_form_that_cannot_be_edited_is_told_and_kept() {
    let stage = Stage::new();
    stage.npm(
        "a",
        "@acme/a",
        "provenance: {repository_uri: acme/widget}\n",
    );
    stage.npm("b", "@acme/b", UNDECLARED);
    let before = read(&stage, NPX);
    let run = declare(&stage, &["--write"]).exits(1);
    assert!(
        run.err
            .contains("npx/a/spec.yaml: line 8: the keys of `provenance`"),
        "{}",
        run.err
    );
    assert_eq!(read(&stage, NPX), before);
    // The others are changed all the same.
    assert!(read(&stage, "npx/b/spec.yaml").contains(PROVEN));
}

#[test]
fn permissions_and_links_stay() {
    use std::os::unix::fs::{PermissionsExt as _, symlink};
    let stage = Stage::new();
    stage.npm("a", "@acme/a", UNDECLARED);
    let (path, real) = (stage.root().join(NPX), stage.root().join("real.yaml"));
    fs::rename(&path, &real).unwrap();
    fs::set_permissions(&real, fs::Permissions::from_mode(0o640)).unwrap();
    symlink("../../real.yaml", &path).unwrap();
    declare(&stage, &["--write"]).exits(0);
    assert!(path.is_symlink());
    assert!(fs::read_to_string(&real).unwrap().contains(PROVEN));
    assert_eq!(
        fs::metadata(&real).unwrap().permissions().mode() & 0o777,
        0o640
    );
}

#[test]
fn a_diff_that_would_speak_to_a_runner_is_shown_with_escapes() {
    let stage = Stage::new();
    stage.npm(
        "a",
        "@acme/a",
        "provenance:\n  # ::stop-commands::x\n  repository_uri: acme/widget\n",
    );
    let run = declare(&stage, &[]).exits(0);
    assert!(!run.out.contains("::stop-commands"), "{}", run.out);
    assert!(run.err.contains("cannot be applied"), "{}", run.err);
    declare(&stage, &["--write"]).exits(0);
    assert!(read(&stage, NPX).contains("  # ::stop-commands::x\n"));
}

/// Every genuine spec, with an honest release of its package by the repository that it names.
#[test]
fn real_specs_are_declared_and_mean_the_same() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/real/dockyard");
    if !root.is_dir() {
        println!("SKIPPED: the real specs are not at hand");
        return;
    }
    let stage = Stage::new();
    let mut specs = Vec::new();
    for protocol in ["npx", "uvx", "skills"] {
        for server in fs::read_dir(root.join(protocol)).unwrap() {
            let server = server.unwrap().file_name().into_string().unwrap();
            let path = format!("{protocol}/{server}/spec.yaml");
            let text = fs::read_to_string(root.join(&path)).unwrap();
            if let Subject::Package(package) = parse(&path, text.as_bytes()).subject {
                publish(&stage, &package);
                specs.push((path.clone(), text.clone(), package));
            }
            stage.write(&path, &text);
        }
    }
    assert_eq!(specs.len(), 44);
    let run = declare(&stage, &["--write"]).exits(0);
    assert!(run.err.contains("44 changed"), "{}", run.err);
    for (path, text, package) in &specs {
        let new = read(&stage, path);
        let mut lines = new.lines();
        for line in text.lines() {
            assert!(lines.any(|other| other == line), "{path}: {line}");
        }
        let after = parse(path, new.as_bytes());
        assert_eq!(after.problems, [], "{path}");
        let Subject::Package(after) = after.subject else {
            panic!("{path}");
        };
        assert_eq!(after.package, package.package, "{path}");
        assert!(after.declared.pins_publisher(), "{path}");
    }
    let again = declare(&stage, &["--check"]).exits(0);
    assert_eq!(again.out, "");
    assert!(again.err.contains("44 already declared"), "{}", again.err);
}

fn publish(stage: &Stage, spec: &SpecPackage) {
    let repository = spec.declared.repository_uri.as_ref().unwrap().value.path();
    let mut identity = GithubIdentity::new(repository);
    if let Some(workflow) = &spec.declared.publisher_workflow {
        identity.workflow.clone_from(&workflow.value);
    }
    let all = std::iter::once(&spec.package).chain(spec.pinned_overrides());
    for package in all {
        release(&stage.world, stage, package, &identity);
    }
}

fn release(world: &World, stage: &Stage, package: &PackageVersion, identity: &GithubIdentity) {
    match package {
        PackageVersion::Npm(package) => {
            let (name, version) = (package.name.as_str(), package.version.as_str());
            let draft = NpmDraft::new(world, name, version, identity, NpmStyle::Current);
            stage.registry.publish_npm(&world.npm_release(&draft));
        }
        PackageVersion::Pypi(package) => {
            let (name, version) = (package.name.as_str(), package.version.to_string());
            let publisher = PypiPublisher::Github(identity.clone());
            let draft = PypiDraft::new(world, name, &version, &publisher);
            stage.registry.publish_pypi(&world.pypi_release_of(&draft));
        }
        PackageVersion::Go(package) => panic!("{package:?}"),
    }
}

#[test]
fn what_is_declared_already_stays() {
    let stage = Stage::new();
    let whole =
        format!("{DECLARED}      repository_id: '810002373'\n      owner_id: \"41000237\"\n");
    stage.npm("a", "@acme/a", &whole);
    assert_eq!(declare(&stage, &["--check"]).exits(0).out, "");
    stage.write(
        NPX,
        &spec("npx", "@acme/a", "1.2.3", &whole.replace("41000237", "1")),
    );
    assert_eq!(declare(&stage, &["--check"]).exits(1).out, "");
}
