use super::*;
use crate::policy::read;
use package_provenance::identity::{GitRef, PublisherKind, Repository};
use toml::de::DeTable;

mod min_age;
mod properties;
mod skills;

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
        unattested: false,
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
        overrides: Vec::new(),
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

/// Who built the files that no certificate speaks of nobody says.
#[test]
fn a_release_that_is_attested_in_part_meets_no_demand_of_its_builds() {
    let acme = build("acme/a");
    let of = |line: &str, unattested| {
        let facts = Facts {
            unattested,
            ..facts(Status::Partial, &[&acme])
        };
        let text = format!("[[require]]\nevidence = \"partial\"\n{line}\n");
        judged(&text, "pypi:a", facts, None)
    };
    for (line, rule) in [
        (
            "publishers = [\"github.com/acme/*\"]",
            "publisher-not-allowed",
        ),
        ("workflows = [\"**\"]", "workflow-not-allowed"),
        ("refs = [\"refs/tags/*\"]", "ref-not-allowed"),
        ("triggers = [\"push\"]", "trigger-not-allowed"),
        ("runners = [\"github-hosted\"]", "runner-not-allowed"),
    ] {
        let found = of(line, true);
        assert_eq!(
            (met(&found), rules(&found)),
            (vec![Some(false)], vec![rule])
        );
        let message = &found.drafts[0].message;
        assert!(
            message.contains("files that no certificate speaks of"),
            "{message}"
        );
        // The control: every file is attested, by several publishers.
        assert_eq!(met(&of(line, false)), [Some(true)], "{line}");
    }
    assert_eq!(met(&of("", true)), [Some(true)]);
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
