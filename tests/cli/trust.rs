//! Trust through TUF as people and pipelines meet it. The clock is the machine's here, so these
//! repositories expire far from now.

mod age;
mod commands;
mod settings;

use std::fs;
use std::process::{Child, Command, Stdio};

use testkit::{Fault, TufRepository, at};

use crate::stage::{Run, Stage};

/// A stage whose world is trusted through TUF only.
struct Trusting {
    stage: Stage,
    tuf: TufRepository,
    folder: tempfile::TempDir,
}

impl Trusting {
    fn new() -> Self {
        let stage = Stage::honest();
        let mut tuf = TufRepository::new(&stage.world, at("2026-01-01T00:00:00Z"));
        let late = at("2099-01-01T00:00:00Z");
        for expires in [
            &mut tuf.roots[0].expires,
            &mut tuf.timestamp.expires,
            &mut tuf.snapshot.expires,
            &mut tuf.targets.expires,
            &mut tuf.delegations[0].role.expires,
        ] {
            *expires = late;
        }
        tuf.serve(&stage.registry, "/tuf");
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("root.json"), tuf.root_json(1)).unwrap();
        Self { stage, tuf, folder }
    }

    /// The program, with this repository and its cache folder.
    fn program(&self, arguments: &[&str]) -> Command {
        let mut command = self.stage.program();
        command.args(arguments);
        command.args(["--tuf-url", &format!("{}/tuf", self.stage.registry.url())]);
        command
            .arg("--tuf-root")
            .arg(self.folder.path().join("root.json"));
        command
            .arg("--cache-dir")
            .arg(self.folder.path().join("cache"));
        command
    }

    fn scanning(&self, arguments: &[&str]) -> Command {
        let mut command = self.program(&["scan"]);
        command
            .args(arguments)
            .args(["--npm-registry", &self.stage.registry.npm_url()])
            .args(["--pypi-index", &self.stage.registry.pypi_index_url()]);
        command
    }

    fn scan(&self, arguments: &[&str]) -> Run {
        Run::of(&mut self.scanning(arguments))
    }

    fn trust(&self, arguments: &[&str]) -> Run {
        Run::of(&mut self.program(&[&["trust"], arguments].concat()))
    }

    /// Requests to the TUF repository so far.
    fn asked(&self) -> usize {
        let paths = self.stage.registry.paths();
        paths
            .iter()
            .filter(|path| path.starts_with("/tuf/"))
            .count()
    }

    fn cut_off(&self) {
        for path in self.stage.registry.documents().into_keys() {
            if path.starts_with("/tuf/") {
                self.stage.registry.fault(&path, Fault::Status(400));
            }
        }
        self.stage
            .registry
            .fault("/tuf/2.root.json", Fault::Status(400));
    }

    /// The time of the last refresh, set back.
    fn refreshed_at(&self, time: &str) {
        let tuf = self.folder.path().join("cache/tuf-v1");
        let folder = fs::read_dir(tuf).unwrap().next().unwrap().unwrap().path();
        fs::write(folder.join("refreshed-at"), time).unwrap();
    }
}

#[test]
fn a_scan_trusts_what_the_repository_names() {
    let trusting = Trusting::new();
    let run = trusting.scan(&["--format", "json"]).exits(0);
    let trust = &run.report().json["trust"];
    assert_eq!(trust["source"], "tuf");
    assert_eq!(trust["as_of"], trust["refreshed_at"]);
    assert_eq!(trust["expires"], "2099-01-01T00:00:00Z");
    assert!(trust["fallback"].is_null() && trust["problem"].is_null());
    assert_eq!(run.err, "");
    assert_eq!(trusting.asked(), 7);
    let table = trusting.scan(&[]).exits(0).out;
    assert!(table.contains("Trust: tuf, as of 2"), "{table}");
    assert!(table.contains("Non-default: tuf-root is "), "{table}");
    assert_eq!(trusting.asked(), 7, "a refresh of today is enough");
    trusting
        .scan(&["--no-cache"])
        .refuses("cannot be used with");
}

#[test]
fn packages_are_fetched_while_the_trust_is_refreshed() {
    let trusting = Trusting::new();
    // Some 700 bytes: the refresh takes seconds.
    let registry = &trusting.stage.registry;
    registry.fault("/tuf/timestamp.json", Fault::Drip(5));
    trusting.scan(&[]).exits(0);
    let asked: Vec<String> = registry
        .requests()
        .into_iter()
        .map(|request| request.path)
        .collect();
    let place = |path: &str| asked.iter().position(|each| each == path).unwrap();
    assert!(place("/npm/@acme/a/1.2.3") < place("/tuf/1.snapshot.json"));
}

#[test]
fn a_refresh_that_hangs_holds_no_fetch_up() {
    for packages in [1, 12] {
        let trusting = Trusting::new();
        let stage = &trusting.stage;
        let names: Vec<String> = (1..packages).map(|at| format!("widget{at}")).collect();
        for name in &names {
            // What was signed with an ended key waits for npm's keys in the middle of its questions.
            let mut draft = testkit::NpmDraft::signed_only(&stage.world, name, "1.2.3");
            draft.signing_keys = vec![stage.world.npm.old.clone()];
            draft.published = at("2023-06-01T09:00:00Z");
            if name.ends_with('1') {
                draft = stage.world.npm_draft(name, "1.2.3");
            }
            stage.npm_draft(name, &draft, "");
        }
        // Two questions about each package, and the two before this one.
        let all = 2 * packages + 2;
        stage
            .registry
            .fault("/tuf/timestamp.json", Fault::After(all));
        let report = trusting
            .scan(&["--format", "json", "--jobs", "1"])
            .exits(0)
            .report();
        assert!(report.json["trust"]["fallback"].is_null());
        assert_eq!(report.json["trust"]["source"], "tuf");
    }
}

#[test]
fn the_packument_question_waits_for_the_keys() {
    let trusting = Trusting::new();
    let stage = &trusting.stage;
    let mut draft = testkit::NpmDraft::signed_only(&stage.world, "old", "1.2.3");
    draft.signing_keys = vec![stage.world.npm.old.clone()];
    draft.published = at("2023-06-01T09:00:00Z");
    stage.npm_draft("b", &draft, "");
    stage
        .registry
        .fault("/tuf/timestamp.json", Fault::StatusTimes(503, 1));
    let report = trusting.scan(&["--format", "json"]).exits(0).report();
    assert_eq!(report.status("npx/b/spec.yaml"), "signed");
    assert!(stage.registry.paths().contains(&"/npm/old".to_owned()));
}

/// The client's nested errors are for `-v`.
#[test]
fn a_repository_that_is_not_reached_is_one_short_line() {
    let stage = Stage::honest();
    let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let closed = format!("http://{}", free.local_addr().unwrap());
    drop(free);
    let scan = |more: &[&str]| {
        let mut command = stage.program();
        command
            .args(["scan", "--no-cache", "--trust", "tuf", "--tuf-url", &closed])
            .args(["--npm-registry", &stage.registry.npm_url()])
            .args(more);
        Run::of(&mut command)
    };
    let run = scan(&[]);
    let both = format!("{}{}", run.out, run.err);
    let told: Vec<_> = both.lines().filter(|line| line.contains(&closed)).collect();
    let of = |text: &str| told.iter().filter(|line| line.contains(text)).count();
    assert_eq!(of("was not reached"), 1, "{both}");
    assert_eq!(of("error sending request"), 0, "{both}");
    assert!(told.iter().all(|line| line.len() < 260), "{both}");
    assert!(scan(&["-v"]).err.contains("error sending request"));
}

#[test]
fn what_does_not_verify_leaves_everything_unknown() {
    let mut trusting = Trusting::new();
    trusting.tuf.touch();
    trusting.tuf.timestamp.signers = vec!["stranger".to_owned()];
    trusting.tuf.serve(&trusting.stage.registry, "/tuf");
    trusting.stage.pypi("b", "widget", "");
    let run = trusting.scan(&["--format", "json"]).exits(3);
    let report = run.report();
    for path in ["npx/a/spec.yaml", "uvx/b/spec.yaml"] {
        assert_eq!(report.status(path), "unknown");
        assert_eq!(report.rules(path), ["verification-incomplete"]);
        assert!(report.messages(path)[0].contains("trust material"));
    }
    assert_eq!(report.json["trust"]["source"], "none");
    assert!(run.err.contains("does not verify"), "{}", run.err);
    // Not knowing whom to trust is no lack of evidence.
    trusting.scan(&["--fail-on-unknown", "false"]).exits(3);
    let table = trusting.scan(&[]).exits(3).out;
    assert!(
        table.contains("Trust: none, so nothing could be verified"),
        "{table}"
    );
    let mut verify = trusting.program(&["verify", "-c", "npx/a/spec.yaml"]);
    verify.args(["--npm-registry", &trusting.stage.registry.npm_url()]);
    Run::of(&mut verify).exits(3);
}

#[test]
fn several_processes_share_what_is_kept() {
    let trusting = Trusting::new();
    let start = || {
        let mut command = trusting.scanning(&["--format", "json"]);
        command.stdout(Stdio::piped()).spawn().unwrap()
    };
    let running: Vec<Child> = (0..4).map(|_| start()).collect();
    for child in running {
        let output = child.wait_with_output().unwrap();
        assert_eq!(output.status.code(), Some(0), "{output:?}");
    }
    let before = trusting.asked();
    trusting.scan(&[]).exits(0);
    assert_eq!(trusting.asked(), before);
}

#[cfg(unix)]
#[test]
fn a_folder_that_others_may_write_to_is_told_and_not_used() {
    use std::os::unix::fs::PermissionsExt as _;
    let trusting = Trusting::new();
    trusting.scan(&[]).exits(0);
    let tuf = trusting.folder.path().join("cache/tuf-v1");
    let chmod = |mode| fs::set_permissions(&tuf, fs::Permissions::from_mode(mode)).unwrap();
    chmod(0o777);
    let run = trusting.scan(&[]).exits(0);
    assert!(
        run.err.starts_with("note: ") && run.err.contains("tuf-v1 is not used: other users"),
        "{}",
        run.err
    );
    let run = trusting.trust(&["show"]).exits(0);
    assert!(run.err.contains("warning: the cache folder"), "{}", run.err);
    assert_eq!(trusting.asked(), 21, "nothing in it is read");
    chmod(0o755);
    assert_eq!(trusting.scan(&[]).exits(0).err, "");
    assert_eq!(trusting.asked(), 21);
}

#[test]
fn verbose_tells_of_each_attempt_at_the_repository() {
    let told = |fault: Fault, arguments: &[&str]| -> Vec<String> {
        let trusting = Trusting::new();
        let registry = &trusting.stage.registry;
        registry.fault("/tuf/timestamp.json", fault);
        let start = format!("GET {}/tuf/timestamp.json ", registry.url());
        let run = trusting.scan(&[&["-v"], arguments].concat());
        run.err
            .lines()
            .filter_map(|line| line.strip_prefix(&start).map(str::to_owned))
            .collect()
    };
    let attempts = told(Fault::StatusTimes(503, 1), &[]);
    assert_eq!(attempts.len(), 2, "{attempts:?}");
    assert!(attempts[0].starts_with("503, "), "{attempts:?}");
    assert!(attempts[0].contains(" ms, attempt 1: "), "{attempts:?}");
    assert!(attempts[1].starts_with("200, "), "{attempts:?}");
    assert!(attempts[1].contains(" ms, attempt 2, "), "{attempts:?}");

    let gone = told(Fault::Status(410), &[]);
    assert_eq!(gone.len(), 1, "{gone:?}");
    assert!(gone[0].starts_with("410, "), "{gone:?}");

    let hung = told(Fault::Hang, &["--timeout", "3"]);
    assert_eq!(hung.len(), 1, "{hung:?}");
    assert!(hung[0].starts_with("no answer, "), "{hung:?}");
    assert!(hung[0].ends_with(" ms, attempt 1: not in time"), "{hung:?}");
}
