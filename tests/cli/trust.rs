//! Trust through TUF as people and pipelines meet it. The clock is the machine's here, so these
//! repositories expire far from now.

use std::fs;
use std::process::{Child, Command, Stdio};

use serde_json::Value;
use testkit::{Fault, TufRepository, at};

use crate::stage::{Run, Stage, misdeclared};

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
fn what_is_old_is_told_and_counts_as_far_as_it_may() {
    let trusting = Trusting::new();
    trusting.scan(&[]).exits(0);
    trusting.refreshed_at(&days_ago(89));
    trusting.cut_off();
    let run = trusting.scan(&[]).exits(0);
    for said in ["Trust not refreshed: The TUF repository", "days old"] {
        assert!(run.out.contains(said), "{said}: {}", run.out);
    }
    // The last line says it on its own.
    let verdict = run.out.trim_end().lines().next_back().unwrap();
    assert!(
        verdict.contains(". The trust material was not refreshed; it is ")
            && verdict.ends_with(" days old."),
        "{verdict}"
    );
    // Once, in one line without the client's nested errors, which `-v` has.
    assert!(!run.err.contains("TUF repository"), "{}", run.err);
    assert_eq!(run.out.matches("was not reached").count(), 1, "{}", run.out);
    assert_eq!(trusting.scan(&["--quiet"]).exits(0).err, "");
    let run = trusting.scan(&["--format", "json"]).exits(0);
    assert!(
        run.err.starts_with("warning: The TUF repository"),
        "{}",
        run.err
    );
    let json = run.report().json;
    assert!(
        json["trust"]["fallback"]
            .as_str()
            .unwrap()
            .contains("days old")
    );

    trusting.scan(&["--trust-max-age", "36500"]).exits(0);
    let run = trusting.scan(&["--trust-max-age", "1"]).exits(3);
    assert!(
        run.out.contains("Trust problem: The trust material is"),
        "{}",
        run.out
    );
    assert!(
        run.out
            .contains("INCONCLUSIVE: the trust material does not count"),
        "{}",
        run.out
    );
    assert!(
        run.err.contains("error: The trust material is"),
        "{}",
        run.err
    );
    trusting
        .scan(&["--trust-max-age", "1", "--fail-on-unknown", "false"])
        .exits(3);
    let json = trusting.scan(&["--trust-max-age", "1", "--format", "json"]);
    let json = json.exits(3).report().json;
    assert_eq!(json["verdict"], "inconclusive");
    assert_eq!(json["specs"][0]["status"], "verified");
    assert!(json["trust"]["problem"].is_string());
    // A finding that fails still fails.
    trusting.stage.npm("b", "@acme/b", &misdeclared());
    trusting.scan(&["--trust-max-age", "1"]).exits(1);
}

/// As of when something that old was fetched.
#[expect(
    clippy::disallowed_methods,
    reason = "the program looks at the machine's clock, too"
)]
fn days_ago(days: i64) -> String {
    let now = jiff::Timestamp::now();
    (now - jiff::SignedDuration::from_hours(24 * days)).to_string()
}

#[test]
fn what_stands_in_for_a_refresh_is_too_old_after_ninety_days() {
    let trusting = Trusting::new();
    trusting.scan(&[]).exits(0);
    trusting.refreshed_at(&days_ago(91));
    trusting.cut_off();
    for arguments in [&[][..], &["--fail-on-unknown", "false"]] {
        let run = trusting.scan(arguments).exits(3);
        let says = "Trust problem: The trust material is 91 days old, and what is used because it \
                    could not be refreshed may be 90 days old.";
        assert!(run.out.contains(says), "{}", run.out);
        for advice in ["trust update", "--trust embedded", "--trust-max-age DAYS"] {
            assert!(run.err.contains(advice), "{}", run.err);
        }
    }
    let shown = trusting.trust(&["show"]).exits(0);
    assert!(
        shown.out.contains("Too old: The trust material is 91"),
        "{}",
        shown.out
    );
    assert!(shown.err.contains("91 days old"), "{}", shown.err);
    trusting.scan(&["--trust-max-age", "92"]).exits(0);
    // A time that lies in the future dates nothing.
    trusting.refreshed_at(&days_ago(-91));
    let run = trusting.scan(&[]).exits(3);
    assert!(run.err.contains("is not known"), "{}", run.err);
}

#[test]
fn an_age_limit_holds_for_every_kind_of_trust() {
    let stage = Stage::honest();
    // Files carry no date.
    let run = stage.scan(&["--trust-max-age", "36500"]).exits(3);
    assert!(run.out.contains("carry no date"), "{}", run.out);
    let embedded = |days: &str| {
        let mut command = stage.program();
        command.args(["scan", "--offline", "--trust-max-age", days]);
        Run::of(&mut command).exits(3).out
    };
    assert!(embedded("1").contains("Trust problem"));
    assert!(!embedded("36500").contains("Trust problem"));
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

#[test]
fn trust_is_shown() {
    let trusting = Trusting::new();
    let shown = trusting.trust(&["show"]).exits(0).out;
    let world = &trusting.stage.world;
    for said in [
        "Trust: tuf, as of 2",
        "Versions: root 1, timestamp 1, snapshot 1, targets 1, npm keys 1",
        "Expires: 2099-01-01T00:00:00Z",
        "testkit.example, fulcio (https\\://fulcio.testkit.example)",
        "valid from 2021-03-07T03\\:20",
        "Certificate transparency logs",
        &hex::encode(world.ct_log.log_id()),
        &hex::encode(world.rekor.key.log_id()),
        "testkit.example, tsa",
        &format!("{} for npm\\:signatures", world.npm.current.id()),
        "until 2025-01-29",
    ] {
        let said = said.replace("\\:", ":");
        assert!(shown.contains(&said), "{said}: {shown}");
    }
    let json: Value = {
        let run = trusting.trust(&["show", "--json", "--offline"]).exits(0);
        serde_json::from_str(&run.out).unwrap()
    };
    assert_eq!(json["versions"]["timestamp"], 1);
    assert_eq!(json["trusted"]["npm_keys"][0]["usage"], "npm:signatures");
    assert_eq!(trusting.asked(), 7);

    // Of Sigstore's public instance, what is built in.
    let shown = trusting.stage.run(&["trust", "show", "--offline"]).exits(0);
    assert!(
        shown.out.contains("Trust: embedded, as of 20"),
        "{}",
        shown.out
    );
    assert!(shown.out.contains("rekor.sigstore.dev"), "{}", shown.out);
    assert!(
        shown
            .out
            .contains("carries no expiry, and is what was published as of 20"),
        "{}",
        shown.out
    );
    assert!(shown.err.starts_with("warning: "), "{}", shown.err);
}

#[test]
fn trust_is_updated() {
    let mut trusting = Trusting::new();
    let run = trusting.trust(&["update"]).exits(0);
    assert!(
        run.out
            .starts_with("Before: nothing\nNow:    root 1, timestamp 1"),
        "{}",
        run.out
    );
    trusting.tuf.publish();
    trusting.tuf.serve(&trusting.stage.registry, "/tuf");
    let run = trusting.trust(&["update"]).exits(0);
    assert!(
        run.out.contains("Before: root 1, timestamp 1,"),
        "{}",
        run.out
    );
    assert!(
        run.out.contains("Now:    root 1, timestamp 2,"),
        "{}",
        run.out
    );

    trusting.tuf.timestamp.version = 1;
    trusting.tuf.serve(&trusting.stage.registry, "/tuf");
    let run = trusting.trust(&["update"]).exits(1);
    assert!(
        run.err.contains("rollback") && run.out.is_empty(),
        "{}",
        run.err
    );
    trusting.cut_off();
    let run = trusting.trust(&["update"]).exits(3);
    assert!(run.err.contains("error: not refreshed"), "{}", run.err);
    // What is there goes on to be shown, and with nothing there is nothing to show.
    trusting.trust(&["show"]).exits(0);
    fs::remove_dir_all(trusting.folder.path().join("cache")).unwrap();
    let run = trusting.trust(&["show"]).exits(3);
    assert!(run.out.is_empty() && !run.err.is_empty());
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
fn trust_is_asked_for_without_contradiction() {
    let trusting = Trusting::new();
    let stage = &trusting.stage;
    let files = stage.trusted_root().display().to_string();
    let keys = stage.npm_keys().display().to_string();
    for arguments in [
        &["scan", "--trust", "tuf", "--trusted-root", &files][..],
        &["scan", "--trust", "tuf", "--npm-keys", &keys],
        &["scan", "--tuf-root", "root.json", "--npm-keys", &keys],
        &[
            "scan",
            "--trust",
            "embedded",
            "--tuf-url",
            "https://tuf.example",
        ],
        &["scan", "--trust", "file", "--tuf-root", "root.json"],
    ] {
        stage.run(arguments).refuses("leave one side out");
    }
    stage
        .run(&["scan", "--tuf-root", "missing.json"])
        .refuses("missing.json");
    stage
        .run(&["scan", "--tuf-root", &keys])
        .refuses("TUF root");
    for url in [
        "http://tuf.example",
        "ftp://127.0.0.1",
        "https://a:b@tuf.example",
        "tuf.example",
    ] {
        let run = stage.run(&["scan", "--tuf-url", url]).refuses("--tuf-url");
        assert!(!run.err.contains("a:b"), "{}", run.err);
    }
    stage
        .run(&["trust", "update", "--offline"])
        .refuses("--offline");
    stage.run(&["trust"]).refuses("Usage");
    for days in ["0", "1.5", "soon"] {
        stage
            .run(&["scan", "--trust-max-age", days])
            .refuses("--trust-max-age");
    }
    assert_eq!(stage.registry.paths(), [""; 0]);
}

#[test]
fn a_configuration_file_cannot_name_a_repository() {
    let stage = Stage::honest();
    for key in ["tuf-url", "tuf-root", "trust", "trust-max-age", "cache-dir"] {
        stage.write("dockyard-provenance.toml", &format!("{key} = \"x\"\n"));
        stage.scan(&[]).refuses("unknown key");
    }
    // Nor does one that names trust files matter to who asks for TUF.
    let trusting = Trusting::new();
    trusting.stage.write(
        "dockyard-provenance.toml",
        "trusted-root = \"missing.json\"\n",
    );
    let run = trusting.scan(&["--trust", "tuf"]).exits(0);
    assert!(run.out.contains("Trust: tuf"), "{}", run.out);
}

#[test]
fn hostile_names_in_what_is_trusted_do_nothing_to_a_terminal() {
    let mut trusting = Trusting::new();
    let mut root = trusting.stage.world.trusted_root();
    let hostile = "x\u{1b}[2J\n::error::y ##[error]z\u{202e}";
    root["certificateAuthorities"][0]["subject"]["commonName"] = hostile.into();
    let root = root.to_string().into_bytes();
    trusting
        .tuf
        .files
        .insert(testkit::tuf::TRUSTED_ROOT.to_owned(), root);
    trusting.tuf.serve(&trusting.stage.registry, "/tuf");
    for arguments in [&["show"][..], &["show", "--json"]] {
        let out = trusting.trust(arguments).exits(0).out;
        for bad in ["\u{1b}", "::error", "##[", "\u{202e}"] {
            assert!(
                !out.contains(bad) || (bad == "::error" && out.starts_with('{')),
                "{out}"
            );
        }
        assert!(
            !out.lines().any(|line| line.trim_start().starts_with("::")),
            "{out}"
        );
    }
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
