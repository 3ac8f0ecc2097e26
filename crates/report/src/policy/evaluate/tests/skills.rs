//! Skills.

use super::*;

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
            overrides: Vec::new(),
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
