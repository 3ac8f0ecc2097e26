//! What holds whatever the blocks ask for.

use super::*;
use proptest::prelude::*;

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

/// Rules that fire, records by the text of their block, rules that are replaced.
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
        unattested: false,
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
