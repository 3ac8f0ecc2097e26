//! Registries that fail, over real HTTP: nothing that went wrong is read as "none" or as a pass.

use std::time::{Duration, Instant};

use testkit::{Fault, Registry};

use crate::stage::{DECLARED, Run, Stage, spec};

/// The documents a package depends on.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Document {
    Manifest,
    Attestations,
    Index,
    Provenance,
}

const DOCUMENTS: [Document; 4] = [
    Document::Manifest,
    Document::Attestations,
    Document::Index,
    Document::Provenance,
];

impl Document {
    /// Publishes an honest package called `name` and gives its spec and the document's path.
    fn publish(self, stage: &Stage, name: &str) -> (String, String) {
        let (protocol, path) = match self {
            Self::Manifest => ("npx", format!("/npm/{name}/1.2.3")),
            Self::Attestations => ("npx", format!("/npm/-/npm/v1/attestations/{name}@1.2.3")),
            Self::Index => ("uvx", format!("/simple/{name}/")),
            Self::Provenance => (
                "uvx",
                format!("/integrity/{name}/1.2.3/{name}-1.2.3.tar.gz/provenance"),
            ),
        };
        match protocol {
            "npx" => stage.npm(name, name, DECLARED),
            _ => stage.pypi(name, name, DECLARED),
        }
        (format!("{protocol}/{name}/spec.yaml"), path)
    }
}

/// One package per document, each with this fault, in a repository of its own.
fn faulty(fault: &Fault) -> (Stage, Vec<(Document, String)>) {
    let stage = Stage::new();
    let specs = DOCUMENTS
        .iter()
        .enumerate()
        .map(|(at, document)| {
            let (spec, path) = document.publish(&stage, &format!("widget{at}"));
            stage.registry.fault(&path, fault.clone());
            // Where a version's own address has no manifest, the packument is asked.
            if let (Document::Manifest, Fault::Garbage) = (document, fault) {
                stage
                    .registry
                    .fault(&format!("/npm/widget{at}"), fault.clone());
            }
            (*document, spec)
        })
        .collect();
    (stage, specs)
}

/// Each package is unknown for the reason given, and the run exits 3.
#[track_caller]
fn all_unknown(fault: &Fault, says: &[&str], arguments: &[&str]) -> Run {
    let (stage, specs) = faulty(fault);
    let format: &[&str] = &["--format", "json"];
    let run = stage.scan(&[format, arguments].concat()).exits(3);
    let report = run.report();
    for (document, spec) in specs {
        assert_eq!(report.status(&spec), "unknown", "{fault:?} {document:?}");
        assert_eq!(
            report.rules(&spec),
            ["verification-incomplete"],
            "{fault:?} {document:?}"
        );
        let message = report.messages(&spec)[0];
        assert!(
            says.iter().any(|says| message.contains(says)),
            "{fault:?} {document:?}: {message}"
        );
        assert!(report.spec(&spec)["publisher"].is_null(), "{document:?}");
    }
    assert_eq!(report.json["verdict"], "inconclusive");
    run
}

#[test]
fn without_a_fault_everything_verifies() {
    // The control of all the others.
    let (stage, _) = faulty(&Fault::StatusTimes(503, 0));
    stage.scan(&[]).exits(0);
}

#[test]
fn two_failures_and_a_recovery_are_survived() {
    let (stage, specs) = faulty(&Fault::StatusTimes(503, 2));
    let run = stage.scan(&["--format", "json"]).exits(0);
    for (document, spec) in specs {
        assert_eq!(run.report().status(&spec), "verified", "{document:?}");
    }
}

#[test]
fn a_connection_that_closes_once_is_survived() {
    let (stage, _) = faulty(&Fault::CloseTimes(1));
    stage.scan(&[]).exits(0);
}

#[test]
fn refusals_are_not_absence() {
    for status in [401, 403, 429, 500, 503] {
        all_unknown(
            &Fault::Status(status),
            &[&status.to_string()],
            &["--timeout", "4"],
        );
    }
}

#[test]
fn redirection_to_another_host_is_not_followed() {
    let other = Registry::start();
    let fault = Fault::Redirect(format!("{}/elsewhere", other.url()));
    all_unknown(&fault, &["another origin"], &[]);
    assert_eq!(other.paths(), [""; 0]);
}

#[test]
fn truncated_answers_are_not_read() {
    all_unknown(&Fault::Truncate, &["the connection failed"], &[]);
}

#[test]
fn garbage_is_not_read() {
    all_unknown(&Fault::Garbage, &["unreadable", "not PEP 691 JSON"], &[]);
}

#[test]
fn garbage_at_the_address_of_one_version_leads_to_the_packument() {
    let stage = Stage::new();
    let (spec, path) = Document::Manifest.publish(&stage, "widget");
    stage.registry.fault(&path, Fault::Garbage);
    let run = stage.scan(&["--format", "json"]).exits(0);
    assert_eq!(run.report().status(&spec), "verified");
}

#[test]
fn an_answer_without_an_end_is_cut() {
    let started = Instant::now();
    // Where this machine is slow, time ends it before the size does.
    let says = ["is larger than", "no complete answer within"];
    all_unknown(&Fault::Endless, &says, &["--timeout", "20"]);
    assert!(started.elapsed() < Duration::from_mins(1));
}

#[test]
fn an_answer_that_never_comes_is_not_waited_for() {
    let started = Instant::now();
    let says = ["no complete answer within 1 s"];
    all_unknown(&Fault::Hang, &says, &["--timeout", "1"]);
    assert!(started.elapsed() < Duration::from_secs(20));
}

#[test]
fn an_answer_that_drips_is_not_waited_for() {
    let says = ["no complete answer within 1 s"];
    all_unknown(&Fault::Drip(50), &says, &["--timeout", "1"]);
}

#[test]
fn only_a_missing_first_document_means_that_the_package_is_missing() {
    for status in [404, 410] {
        let (stage, specs) = faulty(&Fault::Status(status));
        // An address that the registry does not have is no package that it does not have.
        let report = stage.scan(&["--format", "json"]).report();
        assert_eq!(report.status(&specs[0].1), "verified");
        for path in ["/npm/widget0", "/npm/-/npm/v1/attestations/widget0@1.2.3"] {
            stage.registry.fault(path, Fault::Status(status));
        }
        let report = stage.scan(&["--format", "json"]).exits(1).report();
        for (document, spec) in specs {
            let (expected, rule) = match document {
                Document::Manifest | Document::Index => ("not-found", "package-not-found"),
                // Advertised and not delivered.
                Document::Attestations | Document::Provenance => {
                    ("unknown", "verification-incomplete")
                }
            };
            assert_eq!(report.status(&spec), expected, "{document:?}");
            assert_eq!(report.rules(&spec), [rule], "{document:?}");
        }
    }
}

#[test]
fn nobody_listening_is_not_absence() {
    let stage = Stage::honest();
    stage.pypi("b", "widget", DECLARED);
    let gone = Registry::start();
    let (npm, pypi) = (gone.npm_url(), gone.pypi_index_url());
    drop(gone);
    let mut command = stage.trusting(&["scan", "--format", "json"]);
    command.args(["--npm-registry", &npm, "--pypi-index", &pypi]);
    let report = Run::of(&mut command).exits(3).report();
    for spec in ["npx/a/spec.yaml", "uvx/b/spec.yaml"] {
        assert_eq!(report.status(spec), "unknown");
    }
}

#[test]
fn a_registry_that_stopped_answering_is_not_waited_for_each_time() {
    let stage = Stage::new();
    let specs: Vec<String> = (0..40).map(|at| format!("npx/p{at}/spec.yaml")).collect();
    for (at, path) in specs.iter().enumerate() {
        stage.write(path, &spec("npx", &format!("p{at}"), "1.2.3", DECLARED));
    }
    stage.registry.fault_everywhere(Fault::Hang);
    let arguments = ["--format", "json", "--timeout", "1", "--jobs", "4"];
    let started = Instant::now();
    let report = stage.scan(&arguments).exits(3).report();
    assert!(started.elapsed() < Duration::from_secs(30));
    let mut refused = 0;
    for path in &specs {
        assert_eq!(report.status(path), "unknown", "{path}");
        let message = report.messages(path)[0];
        let late = message.contains("no complete answer within 1 s");
        let silent = message.contains("did not answer 8 requests in a row within their time");
        assert!(late || silent, "{message}");
        refused += usize::from(silent);
    }
    assert!(refused >= 40 - 15, "{refused}");
    // Of eighty: eight in vain, and what four packages had under way with the last of them.
    let asked = stage.registry.requests().len();
    assert!((8..=15).contains(&asked), "{asked}");
}
