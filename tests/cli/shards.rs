//! One run in parts, and the parts joined: the same report.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};
use tempfile::TempDir;

use crate::stage::{DECLARED, Run, Stage, misdeclared, spec};

/// Formats besides JSON.
const FORMATS: [&str; 4] = ["table", "sarif", "markdown", "github"];

/// A repository whose configuration requires, accepts and weighs.
pub(crate) fn repository() -> Stage {
    let stage = Stage::honest();
    stage.npm("b", "@acme/b", &misdeclared());
    stage.pypi("widget", "widget", DECLARED);
    stage.npm("bare", "@acme/bare", "");
    stage.write("npx/broken/spec.yaml", "metadata: [\n");
    stage.write(
        "npx/gone/spec.yaml",
        &spec("npx", "@acme/gone", "9.9.9", ""),
    );
    stage.write(
        "go/other/spec.yaml",
        &spec("go", "example.com/other", "v1.0.0", ""),
    );
    stage.write(
        "dockyard-provenance.toml",
        r#"[severity]
undeclared-attestations = "warning"

[[require]]
paths = ["npx/*/spec.yaml"]
evidence = "verified"

[[require]]
paths = ["none/*/spec.yaml"]
evidence = "verified"

[[exempt]]
path = "npx/gone/spec.yaml"
package = "npm:@acme/other"
rules = ["no-provenance"]
reason = "It was there."
owner = "@acme/security"
expires = 2099-01-01

[[exempt]]
path = "npx/bare/spec.yaml"
package = "npm:@acme/bare"
rules = ["undeclared-attestations"]
reason = "They are declared next week."
owner = "@acme/security"
expires = 2099-01-01
"#,
    );
    stage
}

/// The reports of the shards, in a folder each, as `actions/download-artifact` lays them.
pub(crate) struct Shards {
    pub(crate) folder: TempDir,
    pub(crate) of: u16,
}

impl Shards {
    pub(crate) fn of(stage: &Stage, of: u16, arguments: &[&str]) -> Self {
        let shards = Self {
            folder: tempfile::tempdir().unwrap(),
            of,
        };
        for index in 1..=of {
            shards.scan(stage, index, arguments);
        }
        shards
    }

    pub(crate) fn scan(&self, stage: &Stage, index: u16, arguments: &[&str]) {
        let path = self.path(index);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        let shard = format!("{index}/{}", self.of);
        let report = format!("json={}", path.display());
        let run = stage.scan(&[&["--shard", &shard, "--report", &report], arguments].concat());
        assert_ne!(run.code, Some(2), "{run:#?}");
    }

    pub(crate) fn path(&self, index: u16) -> PathBuf {
        let of = self.of;
        self.folder
            .path()
            .join(format!("shard-{index}-of-{of}/report.json"))
    }

    pub(crate) fn read(&self, index: u16) -> Value {
        serde_json::from_slice(&fs::read(self.path(index)).unwrap()).unwrap()
    }

    pub(crate) fn write(&self, index: u16, report: &Value) {
        fs::write(self.path(index), report.to_string()).unwrap();
    }

    /// Changes one report, and merges; the report is as it was afterwards.
    pub(crate) fn tampered(
        &self,
        stage: &Stage,
        index: u16,
        change: impl FnOnce(&mut Value),
    ) -> Run {
        let before = fs::read(self.path(index)).unwrap();
        let mut report = self.read(index);
        change(&mut report);
        self.write(index, &report);
        let run = self.merge(stage, &["--format", "json"]);
        fs::write(self.path(index), before).unwrap();
        run
    }

    pub(crate) fn merge(&self, stage: &Stage, arguments: &[&str]) -> Run {
        merge(stage, &[self.folder.path()], arguments)
    }
}

/// `merge` with the options that [`Stage::scan`] gives.
pub(crate) fn merge(stage: &Stage, shards: &[&Path], arguments: &[&str]) -> Run {
    let mut command = stage.command(&["merge"]);
    Run::of(command.args(shards).args(arguments))
}

/// The spec at `path` in a report.
pub(crate) fn at<'a>(report: &'a mut Value, path: &str) -> &'a mut Value {
    let specs = report["specs"].as_array_mut().unwrap();
    specs.iter_mut().find(|spec| spec["path"] == path).unwrap()
}

/// The shard of three that has this spec.
pub(crate) fn shard_of(shards: &Shards, path: &str) -> u16 {
    let has = |index: &u16| {
        let report = shards.read(*index);
        let specs = report["specs"].as_array().unwrap().clone();
        specs.iter().any(|spec| spec["path"] == path)
    };
    (1..=shards.of).find(has).unwrap()
}

#[test]
fn shards_come_to_the_report_of_one_run_byte_for_byte() {
    let stage = repository();
    for of in [1, 3, 9] {
        let shards = Shards::of(&stage, of, &[]);
        let one = stage.scan(&["--format", "json"]).exits(1);
        let joined = shards.merge(&stage, &["--format", "json"]).exits(1);
        assert_eq!(joined.out, one.out);
        assert!(one.out.contains("exemption-unused") && one.out.contains("requirement-unused"));
        for format in FORMATS {
            let one = stage.scan(&["--format", format]).exits(1);
            let joined = shards.merge(&stage, &["--format", format]).exits(1);
            assert_eq!(joined.out, one.out, "{format}");
        }
    }
}

#[test]
fn five_thousand_specs_in_four_shards_come_to_the_report_of_one_run() {
    let stage = Stage::new();
    for number in 0..10 {
        let declared = if number == 7 {
            misdeclared()
        } else {
            DECLARED.to_owned()
        };
        stage.npm(
            &format!("s{number}"),
            &format!("@acme/p{number}"),
            &declared,
        );
    }
    for number in 10..5_000 {
        let package = format!("@acme/p{}", number % 10);
        let text = spec("npx", &package, "1.2.3", DECLARED);
        stage.write(&format!("npx/s{number}/spec.yaml"), &text);
    }
    let shards = Shards::of(&stage, 4, &["--quiet", "--format", "github"]);
    let one = stage.scan(&["--format", "json"]).exits(1);
    let joined = shards.merge(&stage, &["--format", "json"]).exits(1);
    assert_eq!(one.report().json["summary"]["specs"], 5_000);
    assert!(joined.out == one.out, "the reports differ");
}

#[test]
fn an_honest_run_passes_in_parts_as_it_does_at_once() {
    let stage = Stage::honest();
    stage.pypi("widget", "widget", DECLARED);
    // More shards than specs: some have nothing to do, which is no failure.
    let shards = Shards::of(&stage, 3, &[]);
    assert_eq!(shards.read(3)["verdict"], "pass");
    let joined = shards.merge(&stage, &["--format", "json"]).exits(0);
    assert_eq!(joined.out, stage.scan(&["--format", "json"]).out);
}

#[test]
fn a_missing_shard_is_inconclusive_and_named() {
    let stage = Stage::honest();
    for name in ["b", "c", "d"] {
        stage.npm(name, &format!("@acme/{name}"), DECLARED);
    }
    let shards = Shards::of(&stage, 4, &[]);
    shards.merge(&stage, &[]).exits(0);
    fs::remove_file(shards.path(2)).unwrap();
    for arguments in [
        &[][..],
        &["--fail-on-unknown", "false", "--fail-on", "never"],
    ] {
        let fresh = Shards::of(&stage, 4, arguments);
        fs::remove_file(fresh.path(2)).unwrap();
        let json = [arguments, &["--format", "json"]].concat();
        let run = fresh.merge(&stage, &json).exits(3);
        assert!(run.err.contains("shard 2/4 is missing"), "{}", run.err);
        let report = run.report();
        assert_eq!(report.status("npx/b/spec.yaml"), "unknown");
        assert_eq!(report.status("npx/a/spec.yaml"), "verified");
        assert_eq!(report.json["determined"], false);
        assert_eq!(report.json["verdict"], "inconclusive");
        assert_eq!(report.json["summary"]["specs"], 4);
        let messages = report.messages("npx/b/spec.yaml").concat();
        assert!(
            messages.contains("no report came from shard 2/4"),
            "{messages}"
        );
    }
    // Even the one without specs may have known what the others did not.
    fs::remove_file(shards.path(4)).unwrap();
    let run = shards.merge(&stage, &[]).exits(3);
    assert!(
        run.err.contains("shards 2/4, 4/4 are missing"),
        "{}",
        run.err
    );
}

#[test]
fn where_no_shard_reported_nothing_is_known() {
    let stage = Stage::honest();
    let empty = tempfile::tempdir().unwrap();
    for arguments in [
        &[][..],
        &["--fail-on-unknown", "false", "--fail-on", "never"],
    ] {
        let json = [arguments, &["--format", "json"]].concat();
        let run = merge(&stage, &[empty.path()], &json).exits(3);
        assert!(run.err.contains("no shard has reported"), "{}", run.err);
        let report = run.report();
        assert_eq!(report.status("npx/a/spec.yaml"), "unknown");
        assert_eq!(report.json["trust"]["source"], "none");
    }
    merge(&stage, &[&empty.path().join("none")], &[]).refuses("cannot read");
    Run::of(&mut stage.command(&["merge"])).refuses("required");
}

#[test]
fn a_failing_shard_fails_the_run_whatever_is_missing() {
    let stage = Stage::honest();
    stage.npm("b", "@acme/b", &misdeclared());
    let shards = Shards::of(&stage, 2, &[]);
    fs::remove_file(shards.path(1)).unwrap();
    let run = shards.merge(&stage, &[]).exits(1);
    assert!(run.err.contains("shard 1/2 is missing"), "{}", run.err);
}

#[test]
fn a_shard_that_crashes_leaves_no_earlier_report() {
    let stage = Stage::honest();
    let shards = Shards::of(&stage, 1, &[]);
    let report = format!("json={}", shards.path(1).display());
    let whole = shards.folder.path().join("whole.json");
    fs::write(&whole, "{}").unwrap();
    let none = shards.folder.path().join("none").display().to_string();
    stage
        .scan(&["--shard", "1/1", "--report", &report, "--baseline", &none])
        .exits(2);
    assert!(!shards.path(1).exists());
    // The control: a whole run leaves what is there until it has something better.
    let target = format!("json={}", whole.display());
    stage
        .scan(&["--report", &target, "--baseline", &none])
        .exits(2);
    assert_eq!(fs::read_to_string(&whole).unwrap(), "{}");
}

#[test]
fn a_shard_judges_no_block_of_the_configuration_and_says_what_it_is() {
    let stage = repository();
    let shards = Shards::of(&stage, 3, &[]);
    for index in 1..=3 {
        let report = shards.read(index);
        assert_eq!(report["exemptions"], json!([]));
        assert_eq!(report["config_findings"], json!([]));
        assert_eq!(report["summary"]["complete"], false);
        assert_eq!(report["shard"]["index"], index);
    }
    let table = stage.scan(&["--shard", "2/3"]);
    assert!(
        table.out.contains("no verdict is final before the merge"),
        "{}",
        table.out
    );
    let whole = stage.scan(&["--format", "json"]).report();
    assert!(whole.json["shard"].is_null());
    for wrong in ["0/3", "4/3", "1", "1/300"] {
        stage.scan(&["--shard", wrong]).refuses("counted from 1");
    }
    let path = shards.path(1).display().to_string();
    stage
        .scan(&["--baseline", &path])
        .refuses("merge all shards");
}
