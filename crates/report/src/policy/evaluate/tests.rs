use super::*;
use crate::policy::read;
use package_provenance::identity::{GitRef, PublisherKind, Repository};
use proptest::prelude::*;
use toml::de::DeTable;

const FILE: &str = "dockyard-provenance.toml";

fn blocks(text: &str) -> Blocks {
    let table = DeTable::parse(text).unwrap();
    let require = table.get_ref().get("require");
    Blocks {
        file: FILE.to_owned(),
        requirements: require.map_or_else(Vec::new, |value| {
            read::requirements(value, text).unwrap_or_else(|wrong| panic!("{text}: {wrong:?}"))
        }),
        exemptions: Vec::new(),
    }
}

fn build(repository: &str) -> Publisher {
    Publisher {
        kind: PublisherKind::GitHub,
        subject: String::new(),
        issuer: String::new(),
        repository: Repository::declared(repository, "github.com").ok(),
        workflow: Some(".github/workflows/release.yml".to_owned()),
        git_ref: Some(GitRef::parse("refs/tags/v1.0.0")),
        commit: None,
        runner_environment: Some("github-hosted".to_owned()),
        trigger: Some("push".to_owned()),
        repository_id: None,
        owner_id: None,
        run_url: None,
        build_signer_uri: None,
        environment: None,
    }
}

fn package(text: &str) -> Pin {
    PackageName::parse(text)
        .unwrap()
        .at(if text.starts_with("go:") {
            "v1.0.0"
        } else {
            "1.0.0"
        })
        .unwrap()
}

fn time(text: &str) -> Timestamp {
    text.parse().unwrap()
}

const NOW: &str = "2026-11-26T12:00:00Z";

fn facts<'a>(status: Status, builds: &[&'a Publisher]) -> Facts<'a> {
    Facts {
        status,
        builds: builds.to_vec(),
        slsa_build_level: (status == Status::Verified).then_some(2),
        published: Published::Logged(time("2026-01-01T00:00:00Z")),
    }
}

fn judged(text: &str, name: &str, facts: Facts<'_>, new: Option<bool>) -> Evaluation {
    let package = package(name);
    let subject = Subject {
        path: "npx/a/spec.yaml",
        judged: Some(Judged {
            package: &package,
            route: "spec.version",
            span: Span::START,
            facts,
        }),
        new,
        now: time(NOW),
    };
    evaluate(&blocks(text), &subject)
}

fn rules(evaluation: &Evaluation) -> Vec<&'static str> {
    evaluation
        .drafts
        .iter()
        .map(|draft| draft.rule.as_str())
        .collect()
}

fn met(evaluation: &Evaluation) -> Vec<Option<bool>> {
    evaluation.records.iter().map(|record| record.met).collect()
}

#[test]
fn evidence_is_asked_for_as_far_as_the_ecosystem_has_it() {
    let acme = build("acme/a");
    let of = |level: &str, name: &str, status: Status, strict: bool| {
        let text = format!("[[require]]\nevidence = \"{level}\"\nevidence-strict = {strict}\n");
        let builds: &[&Publisher] = match status {
            Status::Verified | Status::Partial => &[&acme],
            Status::Signed
            | Status::Pinned
            | Status::None
            | Status::Invalid
            | Status::NotFound
            | Status::Unknown
            | Status::Malformed
            | Status::NotApplicable => &[],
        };
        let evaluation = judged(&text, name, facts(status, builds), None);
        let [met] = met(&evaluation)[..] else {
            panic!("{evaluation:?}");
        };
        assert_eq!(
            met == Some(false),
            rules(&evaluation) == ["evidence-below-policy"]
        );
        met
    };
    for (level, reached) in [
        ("none", [true, true, true, true]),
        ("signed", [false, true, true, true]),
        ("partial", [false, false, true, true]),
        ("verified", [false, false, false, true]),
    ] {
        let statuses = [
            Status::None,
            Status::Signed,
            Status::Partial,
            Status::Verified,
        ];
        for (status, reached) in statuses.into_iter().zip(reached) {
            assert_eq!(
                of(level, "npm:a", status, false),
                Some(reached),
                "{level} {status:?}"
            );
            assert_eq!(
                of(level, "pypi:a", status, true),
                Some(reached),
                "{level} {status:?}"
            );
        }
        let go = of(level, "go:example.com/a", Status::Signed, false);
        assert_eq!(go, Some(true), "{level}");
        let unsigned = of(level, "go:example.com/a", Status::None, false);
        assert_eq!(unsigned, Some(level == "none"), "{level}");
        let strict = of(level, "go:example.com/a", Status::Signed, true);
        assert_eq!(strict, Some(matches!(level, "none" | "signed")), "{level}");
    }
}

/// Of a skill its commit is all that can be proven; nothing vouches for when it was made.
#[test]
fn a_pinned_skill_has_the_evidence_that_there_can_be() {
    let skill = PackageName::parse("git:github.com/acme/skills").unwrap();
    let skill = skill.at(&"a".repeat(40)).unwrap();
    let of = |text: &str, status| {
        let facts = Facts {
            published: Published::Unknown(None),
            ..facts(status, &[])
        };
        let subject = Subject {
            path: "skills/a/spec.yaml",
            judged: Some(Judged {
                package: &skill,
                route: "spec.ref",
                span: Span::START,
                facts,
            }),
            new: None,
            now: time(NOW),
        };
        evaluate(&blocks(text), &subject)
    };
    assert_eq!(met(&of("[[require]]\n", Status::Pinned)), [Some(true)]);
    assert_eq!(
        met(&of(
            "[[require]]\npackages = [\"git:github.com/acme/*\"]\n",
            Status::Pinned
        )),
        [Some(true)]
    );
    assert!(met(&of("[[require]]\npackages = [\"npm:*\"]\n", Status::Pinned)).is_empty());
    let unknown = of("[[require]]\n", Status::Unknown);
    assert_eq!(unknown.records[0].unjudged, Some(Unjudged::Undetermined));
    for (line, rule) in [
        ("evidence-strict = true", "evidence-below-policy"),
        ("slsa = 1", "level-below-policy"),
        (
            "publishers = [\"github.com/acme/*\"]",
            "publisher-not-allowed",
        ),
        ("min-age = \"1 day\"", "verification-incomplete"),
    ] {
        let found = of(&format!("[[require]]\n{line}\n"), Status::Pinned);
        assert_eq!(rules(&found), [rule], "{line}");
        assert_eq!(found.drafts[0].route, "spec.ref");
    }
}

#[test]
fn what_fails_by_itself_is_not_judged() {
    for (status, why) in [
        (Status::Unknown, Unjudged::Undetermined),
        (Status::Malformed, Unjudged::ByStatus),
        (Status::Invalid, Unjudged::ByStatus),
        (Status::NotFound, Unjudged::ByStatus),
        (Status::NotApplicable, Unjudged::ByStatus),
    ] {
        let found = judged("[[require]]\nslsa = 3\n", "npm:a", facts(status, &[]), None);
        assert_eq!(
            (met(&found), rules(&found)),
            (vec![None], vec![]),
            "{status:?}"
        );
        assert_eq!(found.records[0].unjudged, Some(why));
    }
}

#[test]
fn every_build_must_be_allowed_and_nothing_unstated_is() {
    let acme = build("acme/a");
    let stranger = Publisher {
        workflow: Some(".github/workflows/evil.yml".to_owned()),
        git_ref: Some(GitRef::parse("refs/heads/evil")),
        trigger: Some("issues".to_owned()),
        runner_environment: Some("self-hosted".to_owned()),
        ..build("stranger/a")
    };
    let silent = Publisher {
        repository: None,
        workflow: None,
        git_ref: None,
        trigger: None,
        runner_environment: None,
        ..build("acme/a")
    };
    for (line, rule, value) in [
        (
            "publishers = [\"github.com/acme/*\"]",
            "publisher-not-allowed",
            "`github.com/stranger/a`",
        ),
        (
            "workflows = [\".github/workflows/release*.yml\"]",
            "workflow-not-allowed",
            "evil.yml`",
        ),
        (
            "refs = [\"refs/tags/*\"]",
            "ref-not-allowed",
            "`refs/heads/evil`",
        ),
        (
            "triggers = [\"push\", \"release\"]",
            "trigger-not-allowed",
            "`issues`",
        ),
        (
            "runners = [\"github-hosted\"]",
            "runner-not-allowed",
            "`self-hosted`",
        ),
    ] {
        let text = format!("# policy\n[[require]]\n{line}\n");
        let of =
            |builds: &[&Publisher]| judged(&text, "npm:a", facts(Status::Verified, builds), None);
        assert_eq!(met(&of(&[&acme])), [Some(true)], "{line}");
        for builds in [&[&stranger][..], &[&acme, &stranger], &[&acme, &silent]] {
            let found = of(builds);
            assert_eq!(
                (met(&found), rules(&found)),
                (vec![Some(false)], vec![rule]),
                "{line}"
            );
        }
        let message = of(&[&acme, &stranger]).drafts[0].message.clone();
        assert!(
            message.contains(value) && message.contains(&format!("({FILE}:2)")),
            "{message}"
        );
        assert!(!message.contains("acme/a`"), "{message}");
    }
}

#[test]
fn a_level_that_is_not_stated_is_not_met() {
    let acme = build("acme/a");
    for (level, reached) in [
        (None, false),
        (Some(0), false),
        (Some(1), false),
        (Some(2), true),
        (Some(3), true),
    ] {
        let facts = Facts {
            slsa_build_level: level,
            ..facts(Status::Verified, &[&acme])
        };
        let found = judged("[[require]]\nslsa = 2\n", "pypi:a", facts, None);
        assert_eq!(met(&found), [Some(reached)], "{level:?}");
        let expected: &[&str] = if reached {
            &[]
        } else {
            &["level-below-policy"]
        };
        assert_eq!(rules(&found), expected, "{level:?}");
    }
}

#[test]
fn without_evidence_one_finding_stands_for_all() {
    let text =
        "[[require]]\nslsa = 2\npublishers = [\"github.com/acme/*\"]\nrefs = [\"refs/tags/*\"]\n";
    let found = judged(text, "npm:a", facts(Status::Signed, &[]), None);
    assert_eq!(
        (rules(&found), met(&found)),
        (vec!["evidence-below-policy"], vec![Some(false)])
    );
    assert_eq!(
        found.replaced,
        [RuleId::NoProvenance, RuleId::PartialAttestations].into()
    );
    // What does not ask for evidence still asks who it was.
    let text = text.replace("slsa = 2", "slsa = 2\nevidence = \"signed\"");
    let found = judged(&text, "npm:a", facts(Status::Signed, &[]), None);
    assert_eq!(
        rules(&found),
        [
            "level-below-policy",
            "publisher-not-allowed",
            "ref-not-allowed"
        ]
    );
    // Of a release that is attested in part, the builds there are are looked at.
    let stranger = build("stranger/a");
    let found = judged(
        "[[require]]\npublishers = [\"github.com/acme/*\"]\n",
        "pypi:a",
        facts(Status::Partial, &[&stranger]),
        None,
    );
    assert_eq!(
        rules(&found),
        ["evidence-below-policy", "publisher-not-allowed"]
    );
}

#[test]
fn two_blocks_that_both_match_must_both_be_met() {
    let (acme, stranger) = (build("acme/a"), build("acme/b"));
    let text = "[[require]]\npublishers = [\"github.com/acme/*\"]\n\
                [[require]]\npackages = [\"npm:a\"]\npublishers = [\"github.com/acme/a\"]\n";
    let both = judged(text, "npm:a", facts(Status::Verified, &[&acme]), None);
    assert_eq!(met(&both), [Some(true), Some(true)]);
    let one = judged(text, "npm:a", facts(Status::Verified, &[&stranger]), None);
    assert_eq!(
        (met(&one), rules(&one)),
        (vec![Some(true), Some(false)], vec!["publisher-not-allowed"])
    );
    // The second block is not about this one.
    let other = judged(text, "npm:c", facts(Status::Verified, &[&stranger]), None);
    assert_eq!(met(&other), [Some(true)]);
    // One finding names both.
    let none = judged(
        "[[require]]\n\n[[require]]\n",
        "npm:a",
        facts(Status::None, &[]),
        None,
    );
    let [draft] = none.drafts.as_slice() else {
        panic!("{none:?}");
    };
    assert!(
        draft.message.contains(&format!("({FILE}:1 and :3)")),
        "{}",
        draft.message
    );
}

#[test]
fn new_is_judged_where_there_is_a_base() {
    let text = "[[require]]\nnew = true\nevidence = \"verified\"\n";
    let of = |new| judged(text, "npm:a", facts(Status::None, &[]), new);
    assert_eq!(rules(&of(Some(true))), ["evidence-below-policy"]);
    assert!(of(Some(false)).records.is_empty());
    let unknown = of(None);
    assert_eq!((met(&unknown), rules(&unknown)), (vec![None], vec![]));
    assert_eq!(unknown.records[0].unjudged, Some(Unjudged::NoBase));
}

#[test]
fn a_waiting_time_counts_from_the_log_and_else_from_the_registry() {
    let acme = build("acme/a");
    let text = "[[require]]\nmin-age = \"3 days\"\n";
    let of = |published: Published| {
        let facts = Facts {
            published,
            ..facts(Status::Verified, &[&acme])
        };
        judged(text, "npm:a", facts, None)
    };
    let (young, just, old) = (
        "2026-11-23T12:00:01Z",
        "2026-11-23T12:00:00Z",
        "2026-11-01T00:00:00Z",
    );
    for (published, result, rule) in [
        (
            Published::Logged(time(young)),
            Some(false),
            &["too-recent"][..],
        ),
        (Published::Logged(time(just)), Some(true), &[]),
        (Published::Stated(time(young)), Some(false), &["too-recent"]),
        (Published::Stated(time(old)), Some(true), &[]),
        (Published::Unknown(None), None, &["verification-incomplete"]),
        (
            Published::Unknown(Some(time(old))),
            None,
            &["verification-incomplete"],
        ),
        // Too young by what is known already.
        (
            Published::Unknown(Some(time(young))),
            Some(false),
            &["too-recent"],
        ),
        // A clock that is behind.
        (
            Published::Logged(time("2027-01-01T00:00:00Z")),
            Some(false),
            &["too-recent"],
        ),
    ] {
        let found = of(published);
        assert_eq!(
            (met(&found), rules(&found)),
            (vec![result], rule.to_vec()),
            "{published:?}"
        );
    }
    let message = |published| of(published).drafts[0].message.clone();
    let stated = message(Published::Stated(time(young)));
    assert!(stated.contains("by the registry's word"), "{stated}");
    let logged = message(Published::Logged(time(young)));
    assert!(
        !logged.contains("registry") && logged.contains("2026-11-26T12:00:01Z"),
        "{logged}"
    );
}

/// A block of the properties: each line of it asks for something.
fn block() -> impl Strategy<Value = String> {
    let lines = prop_oneof![
        Just("paths = [\"npx/**\"]"),
        Just("paths = [\"uvx/**\"]"),
        Just("except = [\"npx/a/**\"]"),
        Just("packages = [\"npm:a\"]"),
        Just("packages = [\"pypi:**\"]"),
        Just("new = true\nevidence = \"verified\""),
        Just("evidence = \"signed\""),
        Just("evidence = \"none\""),
        Just("evidence-strict = true"),
        Just("min-age = \"3 days\""),
        Just("slsa = 2"),
        Just("publishers = [\"github.com/acme/*\"]"),
        Just("refs = [\"refs/tags/*\"]"),
        Just("triggers = [\"push\"]"),
        Just("runners = [\"github-hosted\"]"),
    ];
    proptest::collection::vec(lines, 0..4).prop_filter_map("one key, one line", |lines| {
        let text = format!("[[require]]\n{}\n", lines.join("\n"));
        DeTable::parse(&text).is_ok().then_some(text)
    })
}

fn any_facts() -> impl Strategy<Value = (Status, Option<u8>, bool, bool, u8)> {
    let status = proptest::sample::select(&Status::ALL[..]);
    (
        status,
        proptest::option::of(0..4_u8),
        any::<bool>(),
        any::<bool>(),
        0..4_u8,
    )
}

/// Rules that fire, records, and rules whose findings are replaced.
type Outcome = (
    BTreeSet<RuleId>,
    Vec<(String, Option<bool>)>,
    BTreeSet<RuleId>,
);

/// The rules that fire, and the records by the text of their block: what order must not change.
fn outcome(
    texts: &[String],
    (status, level, ours, foreign, published): (Status, Option<u8>, bool, bool, u8),
    new: Option<bool>,
) -> Outcome {
    let (acme, stranger) = (
        build("acme/a"),
        Publisher {
            git_ref: None,
            trigger: Some("issues".to_owned()),
            ..build("stranger/a")
        },
    );
    let mut builds = Vec::new();
    builds.extend(ours.then_some(&acme));
    builds.extend(foreign.then_some(&stranger));
    let facts = Facts {
        status,
        builds,
        slsa_build_level: level,
        published: match published {
            0 => Published::Logged(time(NOW)),
            1 => Published::Stated(time("2026-01-01T00:00:00Z")),
            2 => Published::Unknown(None),
            _ => Published::Logged(time("2026-01-01T00:00:00Z")),
        },
    };
    let found = judged(&texts.concat(), "npm:a", facts, new);
    let mut line = 1;
    let starts: BTreeMap<usize, &String> = texts
        .iter()
        .map(|text| {
            let start = line;
            line += text.matches('\n').count();
            (start, text)
        })
        .collect();
    let mut records: Vec<(String, Option<bool>)> = found
        .records
        .iter()
        .map(|record| (starts[&record.config_line].clone(), record.met))
        .collect();
    records.sort();
    let rules = found.drafts.iter().map(|draft| draft.rule).collect();
    (rules, records, found.replaced)
}

proptest! {
    /// No block takes away what another asks for.
    #[test]
    fn another_block_only_tightens(
        texts in proptest::collection::vec(block(), 0..4),
        more in block(),
        facts in any_facts(),
        new in any::<Option<bool>>(),
    ) {
        let (rules, records, _) = outcome(&texts, facts, new);
        let all: Vec<String> = texts.into_iter().chain([more]).collect();
        let (tighter, more_records, _) = outcome(&all, facts, new);
        prop_assert!(rules.is_subset(&tighter), "{rules:?} {tighter:?}");
        prop_assert!(records.iter().all(|record| more_records.contains(record)));
    }

    /// The order of the blocks means nothing.
    #[test]
    fn order_means_nothing(
        texts in proptest::collection::vec(block(), 0..5),
        turn in 0..5_usize,
        facts in any_facts(),
        new in any::<Option<bool>>(),
    ) {
        let mut turned = texts.clone();
        turned.rotate_left(turn.min(texts.len()));
        prop_assert_eq!(outcome(&texts, facts, new), outcome(&turned, facts, new));
        turned.reverse();
        prop_assert_eq!(outcome(&texts, facts, new), outcome(&turned, facts, new));
    }
}
