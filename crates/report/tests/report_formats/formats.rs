//! The same report through every renderer.

use crate::sample::{HOSTILE, draft, good, report, sample, spec};
use dockyard_report::finding::{RuleId, Severity};
use dockyard_report::policy::{FailOn, Policy};
use dockyard_report::report::table::{TableOptions, render as table};
use dockyard_report::report::{Report, Verdict, json, words};
use package_provenance::verify::Status;

const PLAIN: TableOptions<'static> = TableOptions {
    width: 80,
    color: false,
    verbose: false,
    root_prefix: "",
};

fn last_line(report: &Report) -> String {
    table(report, PLAIN).lines().last().unwrap().to_owned()
}

#[test]
fn a_table_at_80_columns() {
    let drawn = table(&sample(FailOn::Error), PLAIN);
    let rows = drawn.lines().take_while(|line| !line.is_empty());
    assert!(
        rows.into_iter().all(|line| line.chars().count() <= 80),
        "{drawn}"
    );
    insta::assert_snapshot!(drawn);
}

#[test]
fn a_table_at_200_columns_with_its_evidence() {
    let options = TableOptions {
        width: 200,
        verbose: true,
        ..PLAIN
    };
    insta::assert_snapshot!(table(&sample(FailOn::Error), options));
}

#[test]
fn colour_changes_nothing_but_colour() {
    let plain = table(&sample(FailOn::Error), PLAIN);
    let colored = table(
        &sample(FailOn::Error),
        TableOptions {
            color: true,
            ..PLAIN
        },
    );
    assert!(
        !plain.contains('\u{1b}') && colored.contains("\u{1b}[1;31merror[spec-invalid]\u{1b}[0m")
    );
    let mut stripped = colored;
    for code in [
        "\u{1b}[0m",
        "\u{1b}[1;31m",
        "\u{1b}[1;32m",
        "\u{1b}[1;33m",
        "\u{1b}[1;34m",
    ] {
        stripped = stripped.replace(code, "");
    }
    assert_eq!(stripped, plain);
}

#[test]
fn one_spec_in_words() {
    let report = sample(FailOn::Error);
    for (name, index, verbose) in [
        ("differs", 0, false),
        ("broken", 1, false),
        ("good", 3, true),
    ] {
        insta::assert_snapshot!(name, words::render(&report.specs[index], &report, verbose));
    }
}

#[test]
fn json_as_it_is_written() {
    insta::assert_snapshot!(json::render(&sample(FailOn::Error)).unwrap());
}

#[test]
fn the_order_of_arrival_changes_no_byte() {
    let policy = Policy::default();
    let specs = |order: [usize; 3]| {
        let all = ["npx/a/spec.yaml", "npx/b/spec.yaml", "uvx/a/spec.yaml"]
            .map(|path| spec(&policy, path, Status::Verified, &[]));
        report(&policy, &[], order.map(|index| all[index].clone()).to_vec())
    };
    let forth = json::render(&specs([0, 1, 2])).unwrap();
    assert_eq!(forth, json::render(&specs([2, 0, 1])).unwrap());
    assert_eq!(
        table(&specs([0, 1, 2]), PLAIN),
        table(&specs([1, 2, 0]), PLAIN)
    );
}

#[test]
fn hostile_text_reaches_no_output_raw() {
    let report = sample(FailOn::Error);
    let broken = &report.specs[1];
    assert_eq!(broken.package.as_deref(), Some(HOSTILE));
    let outputs = [
        table(&report, PLAIN),
        table(
            &report,
            TableOptions {
                width: 10,
                verbose: true,
                ..PLAIN
            },
        ),
        words::render(broken, &report, true),
        json::render(&report).unwrap(),
    ];
    for output in outputs {
        for raw in ["\u{1b}", "\u{202e}", "\u{200b}", "\u{9b}", "\r", "##["] {
            assert!(!output.contains(raw), "{raw:?} in {output}");
        }
        // GitHub's runner reads `::` at the start of a line, indented or not.
        assert!(
            !output
                .lines()
                .any(|line| line.trim_start().starts_with("::")),
            "{output}"
        );
    }
}

#[test]
fn failure_is_told_in_one_line_without_a_word_of_success() {
    let line = last_line(&sample(FailOn::Error));
    assert_eq!(
        line,
        "FAIL: 3 errors in 3 specs; 1 spec could not be determined. Fix what is listed above; `dockyard-provenance explain RULE` says how."
    );
    for word in ["success", "OK", "✓", "PASS"] {
        assert!(
            !table(&sample(FailOn::Error), PLAIN).contains(word),
            "{word}"
        );
    }
}

#[test]
fn the_threshold_is_in_the_summary() {
    assert!(
        last_line(&sample(FailOn::Warning)).starts_with(
            "FAIL: 3 errors and 1 warning in 4 specs; 1 spec could not be determined. "
        )
    );
    let policy = Policy {
        fail_on: FailOn::Note,
        ..Policy::default()
    };
    let drafts = [draft(RuleId::SourceRefMismatch, 1, "x", "m", "h")];
    let one = report(
        &policy,
        &[],
        vec![spec(&policy, "npx/a/spec.yaml", Status::Verified, &drafts)],
    );
    assert!(last_line(&one).starts_with("FAIL: 1 note. "));
}

#[test]
fn a_pass_counts_its_statuses_and_what_is_left() {
    let policy = Policy::default();
    let drafts = [draft(RuleId::NoProvenance, 4, "spec.package", "m", "h")];
    let signed = spec(&policy, "npx/b/spec.yaml", Status::Signed, &drafts);
    let passed = report(&policy, &[], vec![good(&policy), signed]);
    assert_eq!(passed.verdict, Verdict::Pass);
    assert_eq!(
        last_line(&passed),
        "PASS: 1 of 2 packages verified · 1 signed only; also 1 warning in 1 spec (above)"
    );
    assert_eq!(
        last_line(&report(&policy, &[], vec![good(&policy)])),
        "PASS: 1 of 1 packages verified"
    );
}

#[test]
fn a_run_that_only_reports_does_not_look_as_if_all_were_well() {
    let never = sample(FailOn::Never);
    assert_eq!(
        never.verdict,
        Verdict::Inconclusive,
        "what is unknown still counts"
    );
    let policy = Policy {
        fail_on: FailOn::Never,
        fail_on_unknown: false,
        ..Policy::default()
    };
    let change = "fail-on is never (c.toml): this run reports without failing";
    let passed = report(&policy, &[change], never.specs);
    assert_eq!(passed.verdict, Verdict::Pass);
    assert_eq!(
        last_line(&passed),
        "ERRORS FOUND (reporting only): 3 errors in 3 specs; fail-on is never, so they do not fail this run; \
         2 of 5 packages verified · 1 signed only · 1 unknown · 1 malformed · 1 skill not checked; \
         1 spec could not be determined and fail-on-unknown is false; also 1 warning and 1 note in 2 specs (above)"
    );
    // The control: without errors it is a pass.
    let clean = report(&policy, &[change], vec![good(&policy)]);
    assert_eq!(
        last_line(&clean),
        "PASS (reporting only): fail-on is never; 1 of 1 packages verified"
    );
    for output in [
        table(&passed, PLAIN),
        words::render(&passed.specs[0], &passed, false),
    ] {
        assert!(
            output.contains(&format!("Non-default: {change}\n")),
            "{output}"
        );
    }
}

#[test]
fn inconclusive_is_said_not_to_be_a_pass() {
    let policy = Policy::default();
    let unknown = spec(&policy, "go/a/spec.yaml", Status::Unknown, &[]);
    let line = last_line(&report(&policy, &[], vec![unknown, good(&policy)]));
    assert!(
        line.starts_with(
            "INCONCLUSIVE: 1 of 2 specs could not be determined, which is not a pass."
        ),
        "{line}"
    );
    let nothing = last_line(&report(&policy, &[], Vec::new()));
    assert!(
        nothing.starts_with("INCONCLUSIVE: no spec was checked"),
        "{nothing}"
    );
}

#[test]
fn a_lowered_error_is_no_longer_counted_as_one() {
    let policy = Policy {
        severities: [(RuleId::AttestationInvalid, Severity::Note)].into(),
        ..Policy::default()
    };
    let drafts = [draft(RuleId::AttestationInvalid, 1, "x", "m", "h")];
    let lowered = report(
        &policy,
        &["attestation-invalid is note (c.toml) instead of error"],
        vec![spec(&policy, "npx/a/spec.yaml", Status::Invalid, &drafts)],
    );
    assert_eq!(lowered.summary.of_severity(Severity::Note), 1);
    let drawn = table(&lowered, PLAIN);
    assert!(
        drawn.contains("note[attestation-invalid]")
            && drawn.contains("Non-default: attestation-invalid is note"),
        "{drawn}"
    );
}
