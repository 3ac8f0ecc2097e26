use super::*;
use crate::policy::accept::{About, accept};
use crate::policy::pin::Pin;
use crate::policy::{Policy, exit_code, read, undetermined};
use crate::report::requirements::RequirementRecord;
use package_provenance::verify::Limit;
use toml::de::DeTable;

const EXEMPT: &str = r#"[[exempt]]
path = "npx/a/spec.yaml"
package = "npm:a"
rules = ["no-provenance", "evidence-below-policy"]
reason = "by hand"
owner = "@acme"
expires = 2027-03-31
"#;

const WHOLE: Extent = Extent {
    whole: true,
    base: false,
    proposal: false,
};

fn blocks(text: &str) -> Blocks {
    let table = DeTable::parse(text).unwrap();
    let table = table.get_ref();
    Blocks {
        file: "dockyard-provenance.toml".to_owned(),
        requirements: table
            .get("require")
            .map_or_else(Vec::new, |value| read::requirements(value, text).unwrap()),
        exemptions: table
            .get("exempt")
            .map_or_else(Vec::new, |value| read::exemptions(value, text).unwrap()),
    }
}

fn day(text: &str) -> Date {
    text.parse().unwrap()
}

/// A spec of `npm:NAME` with findings of `rules`, judged by `blocks` on `today`.
fn spec(blocks: &Blocks, name: &str, status: Status, rules: &[RuleId], today: &str) -> SpecReport {
    let identity: Option<Pin> = PackageName::parse(&format!("npm:{name}"))
        .ok()
        .and_then(|name| name.at("1.0.0").ok());
    let drafts: Vec<Draft> = rules
        .iter()
        .map(|rule| Draft {
            rule: *rule,
            route: "spec.version".to_owned(),
            span: Span::START,
            message: "Found.".to_owned(),
            help: String::new(),
        })
        .collect();
    let path = "npx/a/spec.yaml";
    let about = About {
        path,
        package: identity.as_ref(),
        unsupported: false,
    };
    let findings = Policy::default().findings(path, Some(name), &drafts);
    SpecReport {
        before: None,
        worse: Vec::new(),
        path: path.to_owned(),
        protocol: "npx".to_owned(),
        package: Some(name.to_owned()),
        version: Some("1.0.0".to_owned()),
        claimed: false,
        status,
        publisher: None,
        slsa_build_level: None,
        requirements: Vec::new(),
        evidence: Vec::new(),
        overrides: Vec::new(),
        findings: accept(findings, about, blocks, day(today)),
        limit: Limit::Outside,
        identity: identity.map(Box::new),
    }
}

/// State, rules of the configuration's findings, and exit code.
fn told(
    blocks: &Blocks,
    specs: &[SpecReport],
    extent: Extent,
    today: &str,
) -> (&'static str, Vec<&'static str>, u8) {
    let usage = usage(blocks, specs, undetermined, extent, day(today));
    let rules = usage
        .drafts
        .iter()
        .map(|draft| draft.rule.as_str())
        .collect();
    let state = usage
        .exemptions
        .first()
        .map_or("", |record| match record.state {
            ExemptionState::Used => "used",
            ExemptionState::Unused => "unused",
            ExemptionState::Expired => "expired",
            ExemptionState::NotJudged => "not-judged",
        });
    (state, rules, exit_code(Policy::default().verdict(specs)))
}

#[test]
fn an_exemption_accepts_until_its_last_day_is_over() {
    let blocks = blocks(EXEMPT);
    let of = |name: &str, rules: &[RuleId], today: &str| {
        let spec = spec(&blocks, name, Status::Signed, rules, today);
        told(&blocks, &[spec], WHOLE, today)
    };
    let policy = [RuleId::EvidenceBelowPolicy];
    assert_eq!(of("a", &policy, "2026-11-26"), ("used", vec![], 0));
    assert_eq!(of("a", &policy, "2027-03-31"), ("used", vec![], 0));
    assert_eq!(
        of("a", &policy, "2027-04-01"),
        ("expired", vec!["exemption-expired"], 1)
    );
    // Over, and of no use either.
    assert_eq!(
        of("a", &[], "2027-04-01"),
        ("expired", vec!["exemption-unused"], 0)
    );
    // Another package, another rule, nothing found.
    assert_eq!(
        of("b", &policy, "2026-11-26"),
        ("unused", vec!["exemption-unused"], 1)
    );
    assert_eq!(
        of("a", &[RuleId::TooRecent], "2026-11-26"),
        ("unused", vec!["exemption-unused"], 1)
    );
    assert_eq!(
        of("a", &[], "2026-11-26"),
        ("unused", vec!["exemption-unused"], 0)
    );
}

/// Whoever proposes something else has nothing to do with it.
#[test]
fn on_a_proposal_an_unused_exemption_is_told_and_fails_nobody() {
    let blocks = blocks(EXEMPT);
    let specs = [spec(&blocks, "a", Status::Verified, &[], "2026-11-26")];
    let of = |proposal| {
        let extent = Extent { proposal, ..WHOLE };
        usage(&blocks, &specs, undetermined, extent, day("2026-11-26"))
    };
    let (proposed, own) = (of(true), of(false));
    assert_eq!((proposed.drafts.len(), proposed.notes.len()), (0, 1));
    assert!(proposed.notes[0].starts_with("exemption-unused: "));
    assert_eq!((own.drafts.len(), own.notes.len()), (1, 0));
    assert_eq!(proposed.exemptions, own.exemptions);
}

#[test]
fn a_finding_that_is_back_says_why() {
    let blocks = blocks(EXEMPT);
    let back = spec(
        &blocks,
        "a",
        Status::None,
        &[RuleId::EvidenceBelowPolicy],
        "2027-04-01",
    );
    let message = &back.findings[0].message;
    assert!(
        message.ends_with("The exemption in dockyard-provenance.toml:1 held until 2027-03-31."),
        "{message}"
    );
}

#[test]
fn what_was_not_looked_at_is_not_told_of() {
    let blocks = blocks(EXEMPT);
    let part = Extent {
        whole: false,
        base: true,
        proposal: false,
    };
    assert_eq!(told(&blocks, &[], part, "2026-11-26").0, "not-judged");
    let gone = told(&blocks, &[], WHOLE, "2026-11-26");
    assert_eq!((gone.0, gone.1), ("unused", vec!["exemption-unused"]));
    // Not determined.
    let unknown = spec(
        &blocks,
        "a",
        Status::Unknown,
        &[RuleId::VerificationIncomplete],
        "2026-11-26",
    );
    assert_eq!(
        told(&blocks, &[unknown], WHOLE, "2026-11-26"),
        ("not-judged", vec![], 3)
    );
    // A requirement of new packages could not be judged, so nobody knows.
    let mut unjudged = spec(&blocks, "a", Status::None, &[], "2026-11-26");
    unjudged.requirements.push(RequirementRecord {
        config_line: 1,
        met: None,
        unjudged: Some(Unjudged::NoBase),
    });
    assert_eq!(
        told(&blocks, &[unjudged], WHOLE, "2026-11-26"),
        ("not-judged", vec![], 0)
    );
}

#[test]
fn a_mistyped_path_is_told() {
    for (text, found) in [
        ("[[require]]\n", None),
        ("[[require]]\npaths = [\"npx/**\"]\n", None),
        ("[[require]]\npaths = [\"npm/**\"]\n", Some("`npm/**`")),
        (
            "[[require]]\npaths = [\"npx/**\", \"uxv/**\"]\n",
            Some("`uxv/**`"),
        ),
        ("[[require]]\npaths = [\"npx/*\"]\n", Some("`npx/*`")),
        ("[[require]]\npackages = [\"npm:a\", \"npm:*\"]\n", None),
        (
            "[[require]]\npackages = [\"npm:a\", \"npm:b\"]\n",
            Some("matches `npm:b` of"),
        ),
        (
            "[[require]]\npackages = [\"npm:b\"]\n",
            Some("matches `npm:b` of"),
        ),
        (
            "[[require]]\nexcept = [\"npx/**\"]\n",
            Some("holds for no spec"),
        ),
        (
            "[[require]]\nnew = true\nslsa = 2\npaths = [\"npx/**\"]\n",
            None,
        ),
        (
            "[[require]]\nnew = true\nslsa = 2\npaths = [\"x/**\"]\n",
            Some("`x/**`"),
        ),
    ] {
        let blocks = blocks(text);
        let spec = [spec(&blocks, "a", Status::Verified, &[], "2026-11-26")];
        let drafts = |extent| usage(&blocks, &spec, undetermined, extent, day("2026-11-26")).drafts;
        let told = drafts(WHOLE);
        assert_eq!(told.len(), usize::from(found.is_some()), "{text}: {told:?}");
        assert!(
            told.iter()
                .zip(found)
                .all(|(draft, found)| draft.message.contains(found)),
            "{told:?}"
        );
        let part = Extent {
            whole: false,
            ..WHOLE
        };
        assert_eq!(drafts(part), [], "{text}");
    }
}
