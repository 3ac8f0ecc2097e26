//! Markdown and annotations as people read them.

use dockyard_report::finding::{RuleId, Severity};
use dockyard_report::policy::{FailOn, Policy};
use dockyard_report::report::github::{self, AnnotationOptions};
use dockyard_report::report::markdown::{self, COMMENT_LIMIT, Extent, MarkdownOptions};
use dockyard_report::report::{Links, Report, SpecReport, TrustOrigin, Verdict};
use package_provenance::verify::Status;

use crate::hostile::publisher_of as publisher;
use crate::sample::{draft, good, links, report, sample, spec};

fn page(report: &Report, base: Option<&Report>) -> String {
    let options = MarkdownOptions {
        links: &links(),
        limit: COMMENT_LIMIT,
        base,
        extent: Extent::Everything,
        heading: "Package provenance",
    };
    let rendered = markdown::render(report, &options);
    assert_eq!(rendered.cut, None);
    rendered.text
}

fn line(report: &Report, number: usize) -> String {
    page(report, None).lines().nth(number).unwrap().to_owned()
}

#[test]
fn a_comment() {
    insta::assert_snapshot!(page(&sample(FailOn::Error), None));
}

#[test]
fn a_comment_where_nothing_can_be_linked_to() {
    let options = MarkdownOptions {
        links: &Links::default(),
        limit: COMMENT_LIMIT,
        base: None,
        heading: "Package provenance",
        extent: Extent::Everything,
    };
    let page = markdown::render(&sample(FailOn::Never), &options).text;
    let this = format!(
        "({}/blob/v{}/docs/rules.md#",
        env!("CARGO_PKG_REPOSITORY"),
        env!("CARGO_PKG_VERSION")
    );
    let linked = page.matches(".md#").count();
    assert!(
        linked > 3 && page.matches(&this).count() == linked,
        "{page}"
    );
    // Snapshots outlive releases.
    insta::assert_snapshot!(page.replace(&this, "(RULES#"));
}

#[test]
fn annotations() {
    let options = AnnotationOptions {
        links: &links(),
        base: None,
    };
    insta::assert_snapshot!(github::render(&sample(FailOn::Error), &options));
}

#[test]
fn a_comment_on_what_changed_since_the_base() {
    let policy = Policy::default();
    let mismatch = [draft(
        RuleId::PublisherRepositoryMismatch,
        9,
        "provenance.attestations.publisher.repository",
        "attested by mallory/widget, declared as acme/widget",
        "compare both names letter by letter",
    )];
    let gone = spec(&policy, "npx/gone/spec.yaml", Status::Signed, &[]);
    let same = spec(&policy, "npx/same/spec.yaml", Status::None, &[]);
    let base = report(
        &policy,
        &["old setting"],
        vec![good(&policy), gone, same.clone()],
    );
    let mut moved = good(&policy);
    moved.version = Some("1.2.4".to_owned());
    publisher(&mut moved).repository = Some("https://github.com/mallory/widget".to_owned());
    moved.findings = policy.findings(&moved.path, moved.package.as_deref(), &mismatch);
    let mut fresh = good(&policy);
    "npx/fresh/spec.yaml".clone_into(&mut fresh.path);
    let now = report(&policy, &["fail-on is never"], vec![moved, same, fresh]);
    let page = page(&now, Some(&base));
    for says in [
        "- **new:** fail-on is never",
        "- no longer: old setting",
        "**new** · `@acme/widget@1.2.4`",
        "built from `mallory/widget` by `release.yml`",
        "| `npx/gone` | `widget@1.2.3`<br>signed only | removed |",
        "| [`npx/fresh`](https://github.example/acme/catalog/blob/0123456789abcdef0123456789abcdef01234567/catalog/npx/fresh/spec.yaml#L1) | – |",
    ] {
        assert!(page.contains(says), "{says} is not in {page}");
    }
    let changed = page.split("**Changed since the base**").nth(1).unwrap();
    let table = changed.split("\n\n").nth(1).unwrap();
    assert!(!table.contains("npx/same"), "{table}");
}

/// Makes the spec of before (`false`) or of now (`true`).
type Change<'a> = (&'a str, &'a dyn Fn(&mut SpecReport, bool));

fn one_of(later: bool, before: &str, now: &str) -> String {
    if later { now } else { before }.to_owned()
}

/// What a reviewer compares may differ anywhere, by an attacker's choice in the middle.
#[test]
fn what_differs_is_never_shown_alike() {
    let policy = Policy::default();
    let cells = |change: &dyn Fn(&mut SpecReport, bool)| {
        let [before, now] = [false, true].map(|later| {
            let mut spec = good(&policy);
            change(&mut spec, later);
            report(&policy, &[], vec![spec])
        });
        let page = page(&now, Some(&before));
        let changed = page.split("**Changed since the base**").nth(1).unwrap();
        let row = changed.lines().find(|line| line.starts_with("| [`npx/"));
        let cells: Vec<String> = row.unwrap().split(" | ").map(str::to_owned).collect();
        let now = cells[2].trim_end_matches(" |").to_owned();
        (cells[1].clone(), now)
    };
    let long = |middle: &str| format!("{}{middle}{}", "a".repeat(400), "z".repeat(400));
    let changes: [Change<'_>; 7] = [
        ("repository", &|spec, later| {
            publisher(spec).repository = Some(one_of(
                later,
                "https://github.com/modelcontextprotocol/servers",
                "https://github.com/model-0-evilprotocol/servers",
            ));
        }),
        ("host", &|spec, later| {
            publisher(spec).repository = Some(one_of(
                later,
                "https://github.com/acme/widget",
                "https://gitlab.com/acme/widget",
            ));
        }),
        ("workflow", &|spec, later| {
            publisher(spec).workflow = Some(one_of(
                later,
                ".github/workflows/publish-the-package-to-npm.yml",
                ".github/workflows/publish-any-package-to-npm.yml",
            ));
        }),
        ("package", &|spec, later| {
            spec.package = Some(one_of(
                later,
                "@modelcontextprotocol/server-sequential-thinking",
                "@modelcontextprotocol/server-sequentiol-thinking",
            ));
        }),
        ("runner", &|spec, later| {
            publisher(spec).runner_environment =
                Some(one_of(later, "github-hosted", "self-hosted"));
        }),
        ("account", &|spec, later| {
            publisher(spec).repository = None;
            publisher(spec).subject = one_of(later, "a@example.com", "b@example.com");
        }),
        ("beyond any length", &|spec, later| {
            spec.package = Some(one_of(later, &long("x"), &long("y")));
        }),
    ];
    for (what, change) in changes {
        let (before, now) = cells(change);
        assert_ne!(before, now, "{what}");
        assert!(before.chars().count() < 400, "{what}: {before}");
    }
    // The control: a ref alone is no change, and is shown nowhere.
    let mut moved = good(&policy);
    publisher(&mut moved).git_ref = Some("refs/tags/v9".to_owned());
    let base = report(&policy, &[], vec![good(&policy)]);
    let page = page(&report(&policy, &[], vec![moved]), Some(&base));
    assert!(page.contains("nothing has changed"), "{page}");
}

/// A finding whose two values differ in the middle only.
#[test]
fn a_finding_shows_where_two_names_differ() {
    let policy = Policy::default();
    let said = "attested by https://github.com/modelcontextprotocol/server-sequential-thinking, \
                declared as https://github.com/modelcontextprotoco1/server-sequential-thinking";
    let rule = RuleId::PublisherRepositoryMismatch;
    let mut spec = good(&policy);
    let drafts = [draft(rule, 9, "provenance", said, "compare both")];
    spec.findings = policy.findings(&spec.path, spec.package.as_deref(), &drafts);
    let page = page(&report(&policy, &[], vec![spec]), None);
    for owner in ["modelcontextprotocol", "modelcontextprotoco1"] {
        let name = format!("`https://github.com/{owner}/server-sequential-thinking`");
        assert!(page.contains(&name), "{page}");
    }
}

#[test]
fn a_source_elsewhere_is_told_with_its_host() {
    let policy = Policy::default();
    let mut elsewhere = good(&policy);
    publisher(&mut elsewhere).repository = Some("https://gitlab.com/acme/widget".to_owned());
    let page = page(&report(&policy, &[], vec![elsewhere]), None);
    assert!(
        page.contains("Built from [`gitlab.com/acme/widget`]"),
        "{page}"
    );
    // The control.
    let page = self::page(&report(&policy, &[], vec![good(&policy)]), None);
    assert!(page.contains("Built from [`acme/widget`]"), "{page}");
}

#[test]
fn nothing_changed_is_said_and_nothing_is_new() {
    let now = sample(FailOn::Error);
    let page = page(&now, Some(&sample(FailOn::Error)));
    assert!(
        page.contains("nothing has changed") && !page.contains("**new**"),
        "{page}"
    );
}

#[test]
fn the_first_line_is_the_verdict_and_what_to_do() {
    let policy = Policy::default();
    let unknown = spec(&policy, "go/a/spec.yaml", Status::Unknown, &[]);
    let warned = spec(
        &policy,
        "npx/b/spec.yaml",
        Status::Signed,
        &[draft(RuleId::NoProvenance, 1, "x", "m", "h")],
    );
    for (report, first) in [
        (
            sample(FailOn::Error),
            "**❌ Package provenance: FAIL**: 3 errors in 3 specs; 1 spec could not be determined. Fix what is listed below; every rule links to its page.",
        ),
        (
            report(&policy, &[], vec![unknown.clone(), good(&policy)]),
            "**🟠 Package provenance: INCONCLUSIVE**: 1 of 2 specs could not be determined, which is not a pass. See the reasons below, then run again.",
        ),
        (
            report(&policy, &[], Vec::new()),
            "**🟠 Package provenance: INCONCLUSIVE**: no spec was checked, so nothing is known. Check the folder and the search pattern.",
        ),
        (
            report(&policy, &[], vec![good(&policy)]),
            "**✅ Package provenance: PASS**: 1 of 1 packages verified",
        ),
        (
            report(&policy, &[], vec![good(&policy), warned]),
            "**✅ Package provenance: PASS**: 1 of 2 packages verified · 1 signed only; also 1 warning in 1 spec (below)",
        ),
    ] {
        assert_eq!(line(&report, 0), first);
    }
}

#[test]
fn failure_has_no_word_of_success() {
    let page = page(&sample(FailOn::Error), None);
    for word in ["✅", "PASS", "success", "OK", "✓"] {
        assert!(!page.contains(word), "{word} in {page}");
    }
}

#[test]
fn a_run_that_only_reports_has_no_green_sign() {
    let policy = Policy {
        fail_on: FailOn::Never,
        fail_on_unknown: false,
        ..Policy::default()
    };
    let passed = report(
        &policy,
        &["fail-on is never (c.toml)"],
        sample(FailOn::Never).specs,
    );
    assert_eq!(passed.verdict, Verdict::Pass);
    let page = page(&passed, None);
    assert!(
        page.starts_with(
            "**🟠 Package provenance: ERRORS FOUND** (reporting only): 3 errors in 3 specs; fail-on is never"
        ),
        "{page}"
    );
    assert!(
        !page.contains('✅') && page.contains("- fail-on is never (`c.toml`)"),
        "{page}"
    );
}

#[test]
fn coverage_is_the_reports_own_count() {
    assert_eq!(
        line(&sample(FailOn::Error), 2),
        "2 of 5 packages verified · 1 signed only · 1 unknown · 1 malformed · 1 skill not checked"
    );
    assert_eq!(
        line(&sample(FailOn::Never), 2),
        line(&sample(FailOn::Error), 2),
        "a run that only reports counts the same"
    );
}

#[test]
fn a_spec_in_trouble_without_a_finding_has_a_row() {
    let policy = Policy::default();
    for status in [Status::Unknown, Status::Invalid, Status::Malformed] {
        let lone = spec(&policy, "npx/lone/spec.yaml", status, &[]);
        let page = page(&report(&policy, &[], vec![lone, good(&policy)]), None);
        let row = page
            .lines()
            .find(|line| line.contains("no finding says why"))
            .unwrap();
        assert!(row.starts_with("| 🔴&nbsp;error<br>[`npx/lone`]"), "{row}");
        assert!(
            page.contains("Without errors or warnings: 1 verified<"),
            "{page}"
        );
    }
    // Lowered to a note by the configuration, it stays above the fold.
    let lenient = Policy {
        severities: [(RuleId::VerificationIncomplete, Severity::Note)].into(),
        ..Policy::default()
    };
    let drafts = [draft(
        RuleId::VerificationIncomplete,
        1,
        "x",
        "refused",
        "h",
    )];
    let lowered = spec(&lenient, "npx/lone/spec.yaml", Status::Unknown, &drafts);
    let page = page(&report(&lenient, &[], vec![lowered]), None);
    assert!(page.contains("| 🔴&nbsp;error<br>[`npx/lone`]"), "{page}");
}

#[test]
fn log_entries_are_linked_to_only_in_the_public_log() {
    let policy = Policy::default();
    let mut own = report(&policy, &[], vec![good(&policy)]);
    assert!(page(&own, None).contains("[log](https://search.sigstore.dev/?logIndex=123456789)"));
    own.trust.source = TrustOrigin::File;
    assert!(!page(&own, None).contains("sigstore.dev"));
}
