//! What somebody who sees only a report must not be left to guess.

use std::sync::Arc;

use dockyard_report::finding::RuleId;
use dockyard_report::policy::{FailOn, Policy};
use dockyard_report::report::markdown::{self, DEFAULT_HEADING, Extent, MarkdownOptions};
use dockyard_report::report::table::{self, TableOptions};
use dockyard_report::report::{Links, PublisherRecord, Report, SpecReport, words};
use package_provenance::identity::PublisherKind;
use package_provenance::verify::Status;

use crate::sample::{draft, good, publisher, report, spec};

const WIDE: TableOptions<'_> = TableOptions {
    width: 120,
    color: false,
    verbose: false,
    root_prefix: "",
};

fn page(report: &Report, limit: usize) -> String {
    let options = MarkdownOptions {
        links: &Links::default(),
        limit,
        base: None,
        extent: Extent::Everything,
        heading: DEFAULT_HEADING,
    };
    markdown::render(report, &options).text
}

fn with(status: Status, rules: &[RuleId]) -> SpecReport {
    let policy = Policy::default();
    let drafts: Vec<_> = rules
        .iter()
        .map(|rule| draft(*rule, 1, "x", "message", "help"))
        .collect();
    spec(&policy, "npx/a/spec.yaml", status, &drafts)
}

/// The first row of the table.
fn row(spec: SpecReport, color: bool) -> String {
    let report = report(&Policy::default(), &[], vec![spec]);
    let drawn = table::render(&report, TableOptions { color, ..WIDE });
    drawn.lines().nth(1).unwrap().to_owned()
}

#[test]
fn a_row_says_what_its_status_does_not() {
    for (status, rules, says) in [
        (
            Status::Verified,
            &[RuleId::SourceRepositoryMismatch][..],
            "error: not as declared",
        ),
        (
            Status::Verified,
            // The worst counts, wherever it stands.
            &[RuleId::SourceRefMismatch, RuleId::PublisherNotPinned],
            "error: publisher not declared",
        ),
        (
            Status::Verified,
            &[RuleId::UnverifiedOverride],
            "error: unverified override",
        ),
        (
            Status::Verified,
            &[RuleId::PublisherChanged],
            "error: not as before",
        ),
        (
            Status::Verified,
            &[RuleId::RunnerNotAllowed],
            "error: against the policy",
        ),
        (
            Status::Unknown,
            &[RuleId::QuarantinedProject],
            "error: quarantined",
        ),
        // Here the status says it.
        (Status::Invalid, &[RuleId::AttestationInvalid], "error"),
    ] {
        let row = row(with(status, rules), false);
        assert!(row.contains(status.as_str()), "{row}");
        assert!(row.ends_with(&format!("  {says}")), "{row}");
    }
}

#[test]
fn nothing_is_green_that_has_an_error() {
    const GREEN: &str = "\u{1b}[1;32m";
    let verified = Status::Verified;
    assert!(!row(with(verified, &[RuleId::PublisherIdMismatch]), true).contains(GREEN));
    assert!(row(with(verified, &[RuleId::SelfHostedRunner]), true).contains(GREEN));
    assert!(row(with(verified, &[]), true).contains(GREEN));
}

#[test]
fn a_quarantine_is_told_as_the_reason_of_unknown() {
    let told = |rules: &[RuleId]| {
        let report = report(&Policy::default(), &[], vec![with(Status::Unknown, rules)]);
        words::render(&report.specs[0], &report, false)
    };
    let quarantined = told(&[RuleId::QuarantinedProject]);
    assert!(
        quarantined.contains("Status: unknown: the registry has quarantined the project"),
        "{quarantined}"
    );
    assert!(
        told(&[RuleId::VerificationIncomplete])
            .contains("Status: unknown: could not be determined")
    );
}

#[test]
fn advice_stands_only_over_what_it_is_for() {
    const GO: &str = "Go has no provenance";
    const NPM: &str = "Ask the publisher to publish with provenance";
    let policy = Policy::default();
    let about = |path: &str, help: &str| {
        let drafts = [draft(RuleId::NoProvenance, 1, "x", path, help)];
        spec(&policy, path, Status::Signed, &drafts)
    };
    let mut specs = Vec::new();
    for number in 0..5 {
        specs.push(about(&format!("go/g{number}/spec.yaml"), GO));
        specs.push(about(&format!("npx/n{number}/spec.yaml"), NPM));
        specs.push(about(&format!("uvx/u{number}/spec.yaml"), NPM));
    }
    let report = report(&policy, &[], specs);
    let drawn = table::render(&report, WIDE);
    let (go, packages) = drawn
        .split_once("warning[no-provenance] 10 findings\n")
        .unwrap();
    let (_, go) = go
        .split_once("warning[no-provenance] 5 findings\n")
        .unwrap();
    assert!(go.contains(GO) && !go.contains(NPM), "{go}");
    assert!(
        packages.contains(NPM) && !packages.contains(GO),
        "{packages}"
    );

    let page = page(&report, 65_536);
    let rows: Vec<&str> = page
        .lines()
        .filter(|line| line.contains("no-provenance"))
        .collect();
    let [go, packages] = rows.as_slice() else {
        panic!("{page}")
    };
    assert!(go.contains(GO) && go.contains("5 specs") && !go.contains(NPM));
    assert!(packages.contains(NPM) && packages.contains("10 specs") && !packages.contains(GO));
}

#[test]
fn errors_that_fail_nothing_are_no_pass_in_the_shortest_page_either() {
    let policy = Policy {
        fail_on: FailOn::Never,
        ..Policy::default()
    };
    let tiny = |spec| page(&report(&policy, &[], vec![spec]), 60);
    assert!(
        tiny(with(Status::Invalid, &[RuleId::AttestationInvalid])).starts_with("ERRORS FOUND: ")
    );
    assert!(tiny(good(&policy)).starts_with("PASS: "));
}

#[test]
fn what_could_not_be_determined_is_told_as_that_and_not_as_errors_that_were_found() {
    let policy = Policy {
        fail_on: FailOn::Never,
        fail_on_unknown: false,
        ..Policy::default()
    };
    let last = |spec| {
        let table = table::render(&report(&policy, &[], vec![spec]), WIDE);
        table.lines().last().unwrap().to_owned()
    };
    let open = last(with(Status::Unknown, &[RuleId::VerificationIncomplete]));
    assert!(!open.contains("ERRORS FOUND"), "{open}");
    assert!(open.contains("could not be determined"), "{open}");
    let found = last(with(Status::Invalid, &[RuleId::AttestationInvalid]));
    assert!(found.starts_with("ERRORS FOUND"), "{found}");
}

#[test]
fn a_run_of_circleci_is_linked_to_without_its_empty_segment() {
    let mut spec = with(Status::Verified, &[]);
    spec.publisher = Some(Arc::new(PublisherRecord {
        kind: PublisherKind::CircleCI,
        run_url: Some("https://app.circleci.com//workflow/1/job/2".to_owned()),
        ..publisher().as_ref().clone()
    }));
    let page = page(&report(&Policy::default(), &[], vec![spec]), 65_536);
    assert!(
        page.contains("[run](https://app.circleci.com/workflow/1/job/2)"),
        "{page}"
    );
}
