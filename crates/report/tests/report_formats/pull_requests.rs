//! Three pull requests as their reviewers see them: in the comment, and in the log at three widths.

use std::fs;
use std::path::Path;

use dockyard_report::finding::RuleId;
use dockyard_report::policy::Policy;
use dockyard_report::report::markdown::{self, COMMENT_LIMIT, Extent, MarkdownOptions};
use dockyard_report::report::table::{TableOptions, render as table};
use dockyard_report::report::{Comparison, OverrideStatus, Report, SpecReport, Worse};
use package_provenance::verify::Status;

use crate::hostile::publisher_of;
use crate::sample::{draft, good, links, overridden, report, spec};

/// A verified package at this path.
fn verified(policy: &Policy, server: &str, version: &str) -> SpecReport {
    let mut made = good(policy);
    made.path = format!("npx/{server}/spec.yaml");
    made.package = Some(format!("@acme/{server}"));
    made.version = Some(version.to_owned());
    publisher_of(&mut made).repository = Some(format!("https://github.com/acme/{server}"));
    made
}

/// One that has only a signature, and the warning about that.
fn unproven(policy: &Policy, server: &str, version: &str) -> SpecReport {
    let path = format!("npx/{server}/spec.yaml");
    let package = format!("@acme/{server}");
    let drafts = [draft(
        RuleId::NoProvenance,
        13,
        "spec.package",
        &format!("Nothing proves where {package}@{version} was built."),
        "Ask the publisher to publish with provenance (npm: `--provenance` or trusted publishing; PyPI: trusted publishing with attestations).",
    )];
    SpecReport {
        package: Some(package),
        version: Some(version.to_owned()),
        ..spec(policy, &path, Status::Signed, &drafts)
    }
}

/// The bump of a package that was attested to a version that is not.
fn lost(policy: &Policy) -> SpecReport {
    let mut lost = unproven(policy, "context-server", "3.0.0");
    let drafts = [draft(
        RuleId::DeclaredAttestationsMissing,
        18,
        "provenance.attestations.available",
        "The spec declares attestations, but the registry has none for @acme/context-server@3.0.0.",
        "Pin a version that has attestations, or find out why this one was published without: a stolen publishing token leaves exactly this trace.",
    )];
    lost.findings = policy.findings(&lost.path, Some("@acme/context-server"), &drafts);
    lost
}

/// Thirty verified packages, thirty that prove nothing, ten keys that nothing reads, nine skills.
fn catalog(policy: &Policy) -> Vec<SpecReport> {
    let mut specs: Vec<SpecReport> = (0..30)
        .map(|number| verified(policy, &format!("server-{number:02}"), "1.2.3"))
        .collect();
    specs.extend((0..30).map(|number| unproven(policy, &format!("tool-{number:02}"), "0.9.1")));
    for one in specs.iter_mut().take(10) {
        let key = [draft(
            RuleId::UnknownKey,
            14,
            "provenence",
            "Unknown key `provenence`, so what it declares is not compared with the package.",
            "Write `provenance`, or remove the key.",
        )];
        one.findings = policy.findings(&one.path, one.package.as_deref(), &key);
    }
    specs.extend((0..9).map(|number| {
        let path = format!("skills/skill-{number}/spec.yaml");
        SpecReport {
            package: None,
            version: None,
            ..spec(policy, &path, Status::NotApplicable, &[])
        }
    }));
    specs
}

/// Base and head of each pull request.
fn pull_requests() -> [(&'static str, Report, Report); 3] {
    let policy = Policy::default();
    let with = |more: Vec<SpecReport>| {
        let specs = catalog(&policy).into_iter().chain(more).collect();
        report(&policy, &[], specs)
    };
    let attested = |version: &str| verified(&policy, "context-server", version);
    let many = |version: &str| {
        let touched =
            (0..30).map(|number| verified(&policy, &format!("agent-{number:02}"), version));
        let mut touched: Vec<SpecReport> = touched.collect();
        if version == "2.1.0" {
            for one in touched.iter_mut().take(2) {
                let publisher = publisher_of(one);
                publisher.repository = Some("https://github.com/example-org/agent".to_owned());
                publisher.repository_id = Some("5678".to_owned());
                let drafts = [draft(
                    RuleId::PublisherRepositoryMismatch,
                    21,
                    "provenance.attestations.publisher.repository",
                    "Declared `attestations.publisher.repository` is `https://github.com/acme/agent`; the verified certificate says `https://github.com/example-org/agent`.",
                    "If the publisher moved, confirm that with the project through a separate channel, then declare the new value. If not, the package does not come from where the spec says: do not use it.",
                )];
                one.findings = policy.findings(&one.path, one.package.as_deref(), &drafts);
            }
        }
        touched
    };
    [
        (
            "lost",
            with(vec![attested("2.0.0")]),
            with(vec![lost(&policy)]),
        ),
        (
            "clean",
            report(&policy, &[], vec![attested("2.0.0")]),
            report(&policy, &[], vec![attested("2.1.0")]),
        ),
        ("many", with(many("2.0.0")), with(many("2.1.0"))),
    ]
}

fn comment(base: &Report, head: &Report) -> String {
    let options = MarkdownOptions {
        links: &links(),
        limit: COMMENT_LIMIT,
        base: Some(base),
        extent: Extent::Changes,
        heading: "Package provenance",
    };
    let rendered = markdown::render(head, &options);
    assert_eq!(rendered.cut, None);
    rendered.text
}

/// What `.ci/render-comment` draws is left beside the test.
#[test]
fn as_a_comment() {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("pull_requests");
    fs::create_dir_all(&folder).unwrap();
    for (name, base, head) in pull_requests() {
        let page = comment(&base, &head);
        fs::write(folder.join(format!("{name}.md")), &page).unwrap();
        insta::assert_snapshot!(format!("comment_{name}"), page);
    }
}

#[test]
fn as_a_table() {
    for (name, _, head) in pull_requests() {
        for width in [80, 120, 200] {
            let options = TableOptions {
                width,
                color: false,
                verbose: false,
                root_prefix: "",
            };
            let drawn = table(&head, options);
            let rows = drawn.lines().take_while(|line| !line.is_empty());
            for row in rows {
                assert!(row.chars().count() <= width, "{width}: {row}");
            }
            if name != "clean" || width == 80 {
                insta::assert_snapshot!(format!("table_{name}_{width}"), drawn);
            }
        }
    }
}

#[test]
fn what_it_brings_stands_first_and_what_stands_already_is_short() {
    let [
        (_, base, head),
        (_, clean_base, clean),
        (_, many_base, many),
    ] = pull_requests();
    let page = comment(&base, &head);
    let first = page.lines().next().unwrap();
    assert!(
        first.starts_with(
            "**❌ Package provenance: FAIL**: `npx/context-server` lost its provenance. "
        ),
        "{first}"
    );
    let at = |text: &str| {
        page.find(text)
            .unwrap_or_else(|| panic!("{text} is not in {page}"))
    };
    assert!(at("**Changed since the base**") < at("**New findings**"));
    assert!(at("**New findings**") < at("**Already on the base: 40 findings**"));
    assert_eq!(
        page.matches("Ask the publisher to publish with provenance")
            .count(),
        1
    );
    assert!(page.len() < 4_000, "{}", page.len());
    assert!(
        page.contains("\n30 of 61 packages verified · 31 signed only · 9 skills not checked\n")
    );
    let page = comment(&clean_base, &clean);
    assert!(
        page.starts_with("**✅ Package provenance: PASS**: 1 spec changed, nothing got worse. 1 of 1 packages verified\n"),
        "{page}"
    );
    let page = comment(&many_base, &many);
    assert!(
        page.starts_with("**❌ Package provenance: FAIL**: `npx/agent-00` is now published by somebody else; `npx/agent-01` is now published by somebody else. "),
        "{page}"
    );
    assert!(
        page.contains("<summary>28 changed specs, nothing got worse</summary>"),
        "{page}"
    );
}

#[test]
fn what_got_worse_is_known_whatever_the_verdict() {
    let policy = Policy::default();
    let worse = |before: Option<SpecReport>, now: SpecReport| -> Vec<Worse> {
        let base = report(&policy, &[], before.into_iter().collect());
        let now = report(&policy, &[], vec![now]);
        let comparison = Comparison::between(&base, &now);
        comparison
            .worse()
            .flat_map(|changed| changed.worse.clone())
            .collect()
    };
    let attested = || verified(&policy, "a", "1.0.0");
    let plain = || unproven(&policy, "a", "1.0.0");
    let with = |change: &dyn Fn(&mut SpecReport)| {
        let mut made = attested();
        change(&mut made);
        made
    };
    assert_eq!(worse(Some(attested()), plain()), [Worse::LostProvenance]);
    assert_eq!(worse(None, plain()), [Worse::Findings(1)]);
    for (change, what) in [
        (
            &(|spec: &mut SpecReport| {
                let publisher = publisher_of(spec);
                publisher.repository = Some("https://github.com/b/a".to_owned());
                publisher.repository_id = Some("99".to_owned());
            }) as &dyn Fn(&mut SpecReport),
            Worse::OtherPublisher,
        ),
        // Made again under the old name.
        (
            &|spec| publisher_of(spec).repository_id = Some("99".to_owned()),
            Worse::OtherPublisher,
        ),
        (
            &|spec| publisher_of(spec).workflow = Some("x.yml".to_owned()),
            Worse::OtherWorkflow,
        ),
        (
            &|spec| publisher_of(spec).runner_environment = Some("self-hosted".to_owned()),
            Worse::OtherRunner,
        ),
        (&|spec| spec.slsa_build_level = Some(1), Worse::LowerLevel),
        (&|spec| spec.status = Status::Partial, Worse::PartlyAttested),
        (
            &|spec| spec.status = Status::Invalid,
            Worse::FailsVerification,
        ),
        (&|spec| spec.status = Status::Unknown, Worse::NotDetermined),
    ] {
        assert_eq!(worse(Some(attested()), with(change)), [what]);
    }
    // The controls: a new version of the same origin, an attested newcomer, something better.
    assert_eq!(worse(Some(attested()), verified(&policy, "a", "1.1.0")), []);
    assert_eq!(worse(None, attested()), []);
    // Another case of the same name, with a number and without; and a new name of the same number.
    let named = |name: &str, number: Option<&str>| {
        with(&|spec| {
            let publisher = publisher_of(spec);
            publisher.repository = Some(format!("https://github.com/{name}"));
            publisher.repository_id = number.map(str::to_owned);
        })
    };
    for number in [None, Some("1234")] {
        assert_eq!(
            worse(Some(named("acme/a", number)), named("Acme/A", number)),
            []
        );
        assert_eq!(
            worse(Some(named("acme/a", None)), named("acme/b", number)),
            [Worse::OtherPublisher]
        );
    }
    let renamed = named("other/b", Some("1234"));
    assert_eq!(
        worse(Some(named("acme/a", Some("1234"))), renamed.clone()),
        []
    );
    let (before, after) = (named("acme/a", None), named("ACME/a", None));
    let (before, after) = (
        report(&policy, &[], vec![before]),
        report(&policy, &[], vec![after]),
    );
    assert!(Comparison::between(&before, &after).changed.is_empty());
    // A reviewer sees by what they differ.
    let (before, after) = (named("acme/a", Some("1234")), named("acme/a", Some("99")));
    let page = comment(
        &report(&policy, &[], vec![before]),
        &report(&policy, &[], vec![after]),
    );
    assert!(
        page.contains("(number `1234`)") && page.contains("(number `99`)"),
        "{page}"
    );
    assert_eq!(worse(Some(plain()), attested()), []);
}

/// Whoever opens a pull request can add as many harmless changes as they like.
#[test]
fn harmless_changes_push_no_finding_out() {
    let policy = Policy::default();
    let changed = |version: &str, servers: usize, overrides: usize| -> Vec<SpecReport> {
        (0..servers)
            .map(|number| {
                let mut made = verified(&policy, &format!("harmless-{number:04}"), version);
                made.overrides = (0..overrides)
                    .map(|number| {
                        overridden(
                            &made.path,
                            &format!("dependency-with-a-long-name-{number:03}"),
                            Some(version),
                            OverrideStatus::Of(Status::Verified),
                        )
                    })
                    .collect();
                made
            })
            .collect()
    };
    let brought: Vec<SpecReport> = (0..3)
        .map(|number| unproven(&policy, &format!("new-{number}"), "1.0.0"))
        .collect();
    for (servers, overrides, kept) in [(1_500, 50, false), (8, 300, true)] {
        let base = report(&policy, &[], changed("1.0.0", servers, overrides));
        let head: Vec<SpecReport> = changed("1.1.0", servers, overrides)
            .into_iter()
            .chain(brought.clone())
            .collect();
        let head = report(&policy, &[], head);
        let options = MarkdownOptions {
            links: &links(),
            limit: COMMENT_LIMIT,
            base: Some(&base),
            extent: Extent::Changes,
            heading: "Package provenance",
        };
        let rendered = markdown::render(&head, &options);
        let page = rendered.text;
        assert!(page.len() <= COMMENT_LIMIT);
        assert_eq!(rendered.cut.is_none(), kept, "{:?}", rendered.cut);
        if let Some(cut) = rendered.cut {
            assert!(cut.contains("changed specs left out"), "{cut}");
            assert!(!cut.contains("finding"), "{cut}");
        }
        for number in 0..3 {
            let says = format!("Nothing proves where `@acme/new-{number}@1.0.0` was built");
            assert!(page.contains(&says), "{says}: {page}");
        }
        let more = format!("and {} overrides more", overrides - 5);
        assert!(page.contains(&more), "{more}: {page}");
    }
    // What differs is told, wherever it stands.
    let (base, mut now) = (changed("1.0.0", 1, 50), changed("1.0.0", 1, 50));
    now[0].overrides[40].status = OverrideStatus::Of(Status::None);
    let page = comment(&report(&policy, &[], base), &report(&policy, &[], now));
    assert_eq!(
        page.matches("dependency-with-a-long-name-040").count(),
        2,
        "{page}"
    );
}
